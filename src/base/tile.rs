//! Tiles: the Merkle tree cut into squares that never change (C2SP tlog-tiles), their paths and their bytes.
//!
//! A tile of level *l* holds up to 256 nodes of height 8·*l*; a full one is for ever. Bundles hold the entries themselves.

use super::merkle::{Hash, NodeId, node};

/// Nodes of a full tile, and entries of a full bundle.
pub const WIDTH: u64 = 256;
/// Levels of the tree that a tile spans.
const HEIGHT: u8 = 8;
/// The longest entry a bundle can hold, in bytes.
pub const ENTRY_MAX: usize = 65_535;

/// A tile: its level (0 holds leaves) and its place from the left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TileId {
    /// Level, in tiles.
    pub level: u8,
    /// Place.
    pub index: u64,
}

impl TileId {
    /// The tile in which that node stands.
    pub fn of(node: NodeId) -> Self {
        Self { level: node.level / HEIGHT, index: node.index >> (HEIGHT - node.level % HEIGHT) }
    }

    /// How many of its nodes a tree of `size` leaves has, at most 256.
    pub fn width(self, size: u64) -> u64 {
        let nodes = size.checked_shr(u32::from(self.level) * u32::from(HEIGHT)).unwrap_or(0);
        nodes.saturating_sub(self.index.saturating_mul(WIDTH)).min(WIDTH)
    }

    /// Its path below the log's prefix: `tile/<level>/<index>`, with `.p/<width>` where it is not full.
    pub fn path(self, width: u64) -> String {
        format!("tile/{}/{}{}", self.level, spelled(self.index), partial(width))
    }

    /// The hash of one of its nodes out of its lowest ones; nothing where they are too few.
    pub fn node(self, hashes: &[Hash], id: NodeId) -> Option<Hash> {
        if Self::of(id) != self {
            return None;
        }
        let height = id.level % HEIGHT;
        let first = usize::try_from((id.index << height) & (WIDTH - 1)).ok()?;
        let mut row = hashes.get(first..first + (1 << height))?.to_vec();
        while row.len() > 1 {
            row = row.chunks_exact(2).map(|pair| node(&pair[0], &pair[1])).collect();
        }
        row.pop()
    }
}

/// Path of a bundle of entries below the log's prefix: `tile/entries/<index>`, with `.p/<width>` where it is not full.
pub fn entries_path(index: u64, width: u64) -> String {
    format!("tile/entries/{}{}", spelled(index), partial(width))
}

/// An index as paths spell it: groups of three digits, all but the last with an `x` before them.
fn spelled(index: u64) -> String {
    let mut path = format!("{:03}", index % 1000);
    let mut rest = index / 1000;
    while rest > 0 {
        path = format!("x{:03}/{path}", rest % 1000);
        rest /= 1000;
    }
    path
}

fn partial(width: u64) -> String {
    if width < WIDTH { format!(".p/{width}") } else { String::new() }
}

/// Reads index and width out of what follows `tile/<level>/` or `tile/entries/`; nothing where it is not spelled as it must be.
pub fn index_of(path: &str) -> Option<(u64, u64)> {
    let (groups, width) = match path.split_once(".p/") {
        Some((groups, width)) => (groups, width.parse().ok().filter(|w| (1..WIDTH).contains(w))?),
        None => (path, WIDTH),
    };
    let mut index: u64 = 0;
    for group in groups.split('/') {
        let digits = group.strip_prefix('x').unwrap_or(group);
        if digits.len() != 3 || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        index = index.checked_mul(1000)?.checked_add(digits.parse().ok()?)?;
    }
    // one spelling for each tile, so that a copy of files is a copy of the log
    (format!("{}{}", spelled(index), partial(width)) == path).then_some((index, width))
}

/// The hashes of a tile's bytes; nothing where they are no whole number of them.
pub fn hashes(bytes: &[u8]) -> Option<Vec<Hash>> {
    let hashes = bytes.chunks_exact(32);
    hashes.remainder().is_empty().then(|| hashes.filter_map(|h| h.try_into().ok()).collect())
}

/// Adds an entry to a bundle: its length (u16, big-endian) and its bytes. Says whether it was short enough.
pub fn push_entry(bundle: &mut Vec<u8>, entry: &[u8]) -> bool {
    let Ok(length) = u16::try_from(entry.len()) else { return false };
    bundle.extend_from_slice(&length.to_be_bytes());
    bundle.extend_from_slice(entry);
    true
}

/// The first entries of a bundle, one more than `most` where it holds that many: whoever made it may have put millions of empty
/// ones into it. Nothing where its bytes, as far as they are read, do not end with an entry.
pub fn entries(mut bundle: &[u8], most: u64) -> Option<Vec<&[u8]>> {
    let mut entries = Vec::new();
    while let Some((length, rest)) = bundle.split_first_chunk::<2>() {
        if entries.len() as u64 > most {
            return Some(entries);
        }
        let (entry, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
        entries.push(entry);
        bundle = rest;
    }
    bundle.is_empty().then_some(entries)
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;
    use crate::base::merkle::{Edge, leaf};

    #[test]
    fn paths_are_those_of_the_specification() {
        let tile = |level, index| TileId { level, index };
        assert_eq!(tile(0, 0).path(256), "tile/0/000");
        assert_eq!(tile(0, 1_234_067).path(256), "tile/0/x001/x234/067");
        assert_eq!(tile(1, 5).path(8), "tile/1/005.p/8");
        assert_eq!(entries_path(1_000, 255), "tile/entries/x001/000.p/255");
        for index in [0, 1, 999, 1_000, 1_234_067, u64::MAX / 256] {
            for width in [1, 255, 256] {
                assert_eq!(index_of(tile(0, index).path(width).strip_prefix("tile/0/").unwrap()), Some((index, width)));
            }
        }
        for wrong in [
            "",
            "0",
            "x001",
            "001/000",
            "x000/001",
            "x001/x000",
            "000.p/256",
            "000.p/0",
            "000.p/",
            "000.p/05",
            "000.p/+5",
            "00a",
            "../000",
            "000/",
        ] {
            assert_eq!(index_of(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn every_node_of_a_tree_is_found_in_its_tile() {
        let (mut edge, mut nodes) = (Edge::default(), HashMap::new());
        let size = 256 * 256 + 700;
        for i in 0..size {
            edge.push(leaf(format!("{i}").as_bytes()), |id, hash| {
                nodes.insert(id, *hash);
            });
        }
        let row = |tile: TileId| -> Vec<Hash> {
            let first = tile.index * WIDTH;
            (first..first + tile.width(size)).map(|index| nodes[&NodeId { level: tile.level * 8, index }]).collect()
        };
        for (id, hash) in &nodes {
            let tile = TileId::of(*id);
            // the many nodes at the bottom are alike
            if id.level > 6 || id.index % 1013 == 0 {
                assert_eq!(tile.node(&row(tile), *id), Some(*hash), "{id:?}");
            }
        }
        assert_eq!(TileId { level: 2, index: 0 }.width(size), 1);
        assert_eq!(TileId { level: 1, index: 1 }.width(size), 2);
        assert_eq!(TileId { level: 0, index: 258 }.width(size), 700 - 512);
        assert_eq!(TileId { level: 9, index: 0 }.width(u64::MAX), 0);
    }

    #[test]
    fn bundles_read_back_and_broken_ones_do_not() {
        let mut bundle = Vec::new();
        let (longest, too_long) = (vec![7; ENTRY_MAX], vec![0; ENTRY_MAX + 1]);
        for entry in [&b"one"[..], b"", &longest] {
            assert!(push_entry(&mut bundle, entry));
        }
        assert!(!push_entry(&mut bundle, &too_long));
        assert_eq!(entries(&bundle, WIDTH).unwrap(), [&b"one"[..], b"", &longest]);
        assert_eq!(entries(&bundle, 3).unwrap().len(), 3);
        assert_eq!(entries(&bundle, 1).unwrap(), [&b"one"[..], b""], "one more says that there are more");
        assert_eq!(entries(&bundle[..bundle.len() - 1], WIDTH), None);
        assert_eq!(entries(&[0], WIDTH), None);
        // the longest answer of a server, all of it lengths of nothing
        assert_eq!(entries(&vec![0; 256 * (ENTRY_MAX + 2)], WIDTH).unwrap().len(), 257);
        assert_eq!(hashes(&[1; 64]).unwrap(), [[1; 32]; 2]);
        assert_eq!(hashes(&[1; 63]), None);
    }
}
