//! The right edge of a growing log with its tiles: those that are full come out, those that are not stay.

use crate::base::merkle::{self, Edge, Hash, NodeId};
use crate::base::tile::TileId;

/// Levels of tiles that a log can have.
const LEVELS: usize = 8;

/// A tile as it must be.
#[derive(Clone, Debug)]
pub(super) struct Tile {
    /// Which.
    pub id: TileId,
    /// Its nodes.
    pub hashes: Vec<Hash>,
    /// The node over it; none where it is not full.
    pub root: Option<Hash>,
}

/// A log's right edge.
#[derive(Default)]
pub(super) struct Growth {
    edge: Edge,
    rows: [Vec<Hash>; LEVELS],
    full: Vec<Tile>,
}

impl Growth {
    /// Takes a log of `size` leaves up again; `tile` answers for the tiles at its end. Nothing where they are not whole.
    pub(super) fn of<E>(
        size: u64,
        mut tile: impl FnMut(TileId, u64) -> Result<Option<Vec<Hash>>, E>,
    ) -> Result<Option<Self>, E> {
        let mut growth = Self::default();
        for (level, row) in (0_u8..).zip(&mut growth.rows) {
            let index = size.checked_shr(8 * (u32::from(level) + 1)).unwrap_or(0);
            let id = TileId { level, index };
            let width = id.width(size);
            if width > 0 {
                let Some(hashes) = tile(id, width)?.filter(|hashes| hashes.len() as u64 == width) else {
                    return Ok(None);
                };
                *row = hashes;
            }
        }
        let known = |id: NodeId| {
            let tile = TileId::of(id);
            tile.node(growth.rows.get(usize::from(tile.level))?, id)
        };
        let nodes: Option<Vec<Hash>> = merkle::cover(0, size).into_iter().map(known).collect();
        let Some(edge) = nodes.and_then(|nodes| Edge::of(size, nodes)) else { return Ok(None) };
        growth.edge = edge;
        Ok(Some(growth))
    }

    /// Leaves so far.
    pub(super) fn size(&self) -> u64 {
        self.edge.size()
    }

    /// The root over them.
    pub(super) fn root(&self) -> Hash {
        self.edge.root()
    }

    /// Adds a leaf.
    pub(super) fn push(&mut self, leaf: Hash) {
        let (rows, full) = (&mut self.rows, &mut self.full);
        self.edge.push(leaf, |id, hash| {
            if id.level % 8 != 0 {
                return;
            }
            let level = id.level / 8;
            if let Some(below) = level.checked_sub(1) {
                let hashes = rows.get_mut(usize::from(below)).map(std::mem::take).unwrap_or_default();
                full.push(Tile { id: TileId { level: below, index: id.index }, hashes, root: Some(*hash) });
            }
            if let Some(row) = rows.get_mut(usize::from(level)) {
                row.push(*hash);
            }
        });
    }

    /// Tiles that became full since this was asked last.
    pub(super) fn full(&mut self) -> Vec<Tile> {
        std::mem::take(&mut self.full)
    }

    /// The tiles that are not full, where the log ends.
    pub(super) fn open(&self) -> Vec<Tile> {
        let size = self.edge.size();
        let rows = (0_u8..).zip(&self.rows).filter(|(_, row)| !row.is_empty());
        rows.map(|(level, row)| {
            let index = size.checked_shr(8 * (u32::from(level) + 1)).unwrap_or(0);
            Tile { id: TileId { level, index }, hashes: row.clone(), root: None }
        })
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;
    use crate::base::merkle::leaf;

    #[test]
    fn tiles_come_out_full_and_open_where_the_log_ends() {
        let mut growth = Growth::default();
        for i in 0..256 * 256 + 300_u64 {
            growth.push(leaf(&i.to_be_bytes()));
        }
        let full = growth.full();
        assert_eq!(full.len(), 256 + 1 + 1);
        assert!(full.iter().all(|tile| tile.hashes.len() == 256 && tile.root.is_some()));
        let open: Vec<_> = growth.open().iter().map(|tile| (tile.id.level, tile.id.index, tile.hashes.len())).collect();
        assert_eq!(open, [(0, 257, 44), (1, 1, 1), (2, 0, 1)]);
        assert!(growth.open().iter().all(|tile| tile.id.width(growth.size()) == tile.hashes.len() as u64));
    }

    #[test]
    fn a_log_taken_up_again_grows_as_if_it_had_never_stopped() {
        for size in [0_u64, 1, 255, 256, 257, 700, 65_535, 65_536, 65_793] {
            let (mut whole, mut tiles) = (Growth::default(), HashMap::new());
            (0..size).for_each(|i| whole.push(leaf(&i.to_be_bytes())));
            tiles.extend(whole.full().into_iter().chain(whole.open()).map(|tile| (tile.id, tile.hashes)));
            let ask = |id, _| Ok::<_, ()>(tiles.get(&id).cloned());
            let mut again = Growth::of(size, ask).unwrap().unwrap();
            for i in size..size + 300 {
                whole.push(leaf(&i.to_be_bytes()));
                again.push(leaf(&i.to_be_bytes()));
            }
            assert_eq!((again.root(), again.size()), (whole.root(), whole.size()), "{size}");
            let names = |tiles: Vec<Tile>| tiles.into_iter().map(|t| (t.id, t.hashes)).collect::<Vec<_>>();
            assert_eq!(names(again.open()), names(whole.open()), "{size}");
        }
        assert!(Growth::of(300, |_, _| Ok::<_, ()>(None)).unwrap().is_none());
    }
}
