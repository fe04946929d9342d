//! Verifying the log in the database: ranges of leaves are read and worked out side by side, and joined in order.

use std::collections::{HashMap, HashSet};

use chrono::TimeDelta;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use uuid::Uuid;

use super::load::{Raw, load};
use super::outside::Kept;
use super::report::{Report, What};
use super::tree::{Tree, differing};
use super::way::{Passed, Way};
use super::{Options, Progress, around, event};
use crate::app::App;
use crate::audit::growth::Tile;
use crate::base::checkpoint::Checkpoint;
use crate::base::fault::Fault;
use crate::base::merkle::{self, Hash};
use crate::base::note::Verifier;
use crate::base::tile::{TileId, WIDTH, hashes};
use crate::store::log::{erased, verify as rows};

/// Leaves read at a time: eight tiles, which is 128 MiB where every event is as long as one can be.
const RANGE: u64 = 8 * WIDTH;
/// Leaves that are sealed at once, at most.
const STEP: u64 = 20_000;
/// How far a clock may be ahead of another: that of an event of the checkpoint that covers it, that of a checkpoint of the next.
pub(super) const SKEW: TimeDelta = TimeDelta::minutes(10);

/// A range as it was worked out.
struct Range {
    from: u64,
    /// A hash for each leaf; where it is gone, that of its tile, or one that fits nothing.
    leaves: Vec<Hash>,
    tiles: HashMap<u64, (Vec<Hash>, Hash)>,
    checkpoints: Vec<Checkpoint>,
    found: Vec<(Option<u64>, What)>,
    passed: Passed,
}

/// Verifies the log in the database.
pub(super) async fn run(app: &App, options: &Options, progress: &Progress) -> Result<Report, Fault> {
    let (kept, mut report) = Kept::aside(options).await?;
    let mut tree = Tree::new(kept);
    let mut read = app.read().await?;
    let ends = rows::ends(&mut read).await?;
    let personal = erased::may_read_details(&mut read).await?;
    if !personal {
        report.unread.push("personal details, which this role may not read".to_owned());
    }
    let (leaves, covered) = (unsigned(ends.leaves)?, unsigned(ends.covered)?);
    report.waiting = unsigned(ends.waiting)?;
    report.at = crate::store::log::read::latest(&mut read).await?.map(|newest| newest.at);
    drop(read);
    if leaves > covered {
        report.find(Some(covered), What::NotCovered { leaves, covered });
    }
    if leaves < covered {
        report.find(Some(leaves), What::Short { leaves, covered });
    }
    progress.of(leaves);
    let ranges = (0..leaves.div_ceil(RANGE)).map(|n| (n * RANGE, ((n + 1) * RANGE).min(leaves)));
    let work = stream::iter(ranges).map(|(from, to)| {
        let (app, trusted) = (app.clone(), options.trusted.clone());
        async move {
            let whole = tokio::spawn(async move { range(&app, trusted, from, to, personal).await });
            whole.await.map_err(|e| Fault::bug("verifying a range", e))?
        }
    });
    let mut work = std::pin::pin!(work.buffered(options.lanes.unwrap_or_else(|| side_by_side(app))));
    let mut way = Way::default();
    while let Some(mut range) = work.try_next().await? {
        for (index, what) in way.pass(std::mem::take(&mut range.passed)) {
            report.find(Some(index), what);
        }
        join(app, &mut tree, range, &mut report).await?;
        progress.at(tree.size());
    }
    tree.end(&mut report);
    way.erasures(app, &mut report).await?;
    around::look(app, &way, &mut report).await?;
    Ok(report)
}

/// Two ranges for each core, as one waits for the database while another is worked out, but no more than the pool can spare
/// connections for.
fn side_by_side(app: &App) -> usize {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    cores.saturating_mul(2).min(app.config().database.pool / 2).max(1)
}

async fn range(app: &App, trusted: Vec<Verifier>, from: u64, to: u64, personal: bool) -> Result<Range, Fault> {
    let raw = load(&mut app.read().await?, from, to, personal).await?;
    let done = tokio::task::spawn_blocking(move || work_out(&raw, &trusted));
    let mut range = done.await.map_err(|e| Fault::bug("working a range out", e))?;
    if personal && !range.passed.bare.is_empty() {
        range.elsewhere(app).await?;
    }
    let bare: Vec<Uuid> = range.passed.bare.iter().map(|(_, event)| *event).collect();
    if !personal {
        range.passed.bare.clear();
    } else if !bare.is_empty() {
        range.passed.erased = erased::by(&mut app.read().await?, bare).await?;
    }
    Ok(range)
}

/// Works a range out on one core: hashes, canonical bytes, columns, commitments and signatures.
fn work_out(raw: &Raw, trusted: &[Verifier]) -> Range {
    let mut details: HashMap<Uuid, Vec<&rows::Details>> = HashMap::with_capacity(raw.details.len());
    for one in &raw.details {
        details.entry(one.event_id).or_default().push(one);
    }
    let mut range = Range {
        from: raw.from,
        leaves: Vec::with_capacity(raw.leaves.len()),
        tiles: raw.tiles.iter().filter_map(stored).collect(),
        checkpoints: Vec::new(),
        found: Vec::new(),
        passed: Passed::default(),
    };
    let mut leaves = raw.leaves.iter().peekable();
    let mut covering = raw.checkpoints.iter().peekable();
    for index in raw.from..raw.to {
        while covering.next_if(|c| unsigned(c.size).is_ok_and(|size| size <= index)).is_some() {}
        let Some(leaf) = leaves.next_if(|leaf| unsigned(leaf.index).is_ok_and(|at| at == index)) else {
            range.found.push((Some(index), What::LeafGone));
            range.leaves.push(range.in_tile(index).unwrap_or_else(merkle::empty));
            continue;
        };
        let hash: Hash = leaf.hash.as_slice().try_into().unwrap_or_else(|_| merkle::empty());
        range.leaves.push(hash);
        if let Some(row) = raw.events.get(&(leaf.event_id, leaf.event_at)) {
            let seen = event::look(&hash, row, details.get(&leaf.event_id).map_or(&[], Vec::as_slice));
            range.passed.bare.extend(seen.bare.then_some((index, row.id)));
            range.found.extend(seen.wrong.into_iter().map(|what| (Some(index), what)));
        } else {
            let moved = raw.moved.contains(&leaf.event_id);
            range.passed.gone += 1;
            range.passed.moved.extend(moved.then_some(leaf.event_id));
            range.found.push((Some(index), if moved { What::TimeMoved } else { What::EventGone }));
        }
        if covering.peek().is_some_and(|c| leaf.event_at > c.at + SKEW) {
            range.found.push((Some(index), What::FromTheFuture));
        } else {
            range.passed.times.push((index, leaf.event_at));
        }
    }
    range.checkpoints(raw, trusted);
    range
}

fn stored(tile: &rows::Tile) -> Option<(u64, (Vec<Hash>, Hash))> {
    Some((unsigned(tile.index).ok()?, (hashes(&tile.hashes)?, tile.root.as_slice().try_into().ok()?)))
}

impl Range {
    /// The leaf as its tile has it.
    fn in_tile(&self, index: u64) -> Option<Hash> {
        let (tile, _) = self.tiles.get(&(index / WIDTH))?;
        tile.get(usize::try_from(index % WIDTH).ok()?).copied()
    }

    /// Details that stand at another time than their event are not gone: nobody would find them, and no erasure takes them.
    async fn elsewhere(&mut self, app: &App) -> Result<(), Fault> {
        let ids = self.passed.bare.iter().map(|(_, event)| *event).collect();
        let there: HashSet<Uuid> = rows::details_anywhere(&mut app.read().await?, ids).await?.into_iter().collect();
        let bare = self.passed.bare.drain(..);
        let (moved, bare): (Vec<_>, Vec<_>) = bare.partition(|(_, event)| there.contains(event));
        self.passed.bare = bare;
        self.found.extend(moved.into_iter().map(|(index, _)| (Some(index), What::PersonalDiffers)));
        Ok(())
    }

    /// The checkpoints that end in this range, if they are what their rows say; the signature is looked at here.
    fn checkpoints(&mut self, raw: &Raw, trusted: &[Verifier]) {
        for row in &raw.checkpoints {
            let size = unsigned(row.size).unwrap_or(0);
            if size > raw.to {
                continue;
            }
            let Some(says) = crate::base::note::text(&row.note).and_then(Checkpoint::parse) else {
                self.found.push((None, What::Checkpoint { size }));
                continue;
            };
            if says.size != size || says.root[..] != row.root[..] {
                self.found.push((None, What::Checkpoint { size }));
            }
            if Checkpoint::open(&row.note, trusted).is_err() {
                self.found.push((None, What::Signature { size }));
            }
            // compared at its row's place: a note of another size was told already
            self.checkpoints.push(Checkpoint { size, ..says });
        }
        // the last one of a range is the first of the next
        for (one, next) in raw.checkpoints.iter().zip(raw.checkpoints.iter().skip(1)) {
            if next.at + SKEW < one.at {
                self.found.push((None, What::CheckpointBack { size: unsigned(next.size).unwrap_or(0) }));
            }
        }
    }
}

/// Takes the next range into the tree.
async fn join(app: &App, tree: &mut Tree, range: Range, report: &mut Report) -> Result<(), Fault> {
    for (index, what) in range.found {
        report.find(index, what);
    }
    let mut checkpoints = range.checkpoints.iter().peekable();
    for leaf in &range.leaves {
        tree.push(*leaf, report)?;
        while let Some(checkpoint) = checkpoints.next_if(|c| c.size <= tree.size()) {
            report.checkpoints += 1;
            if report.origin.is_empty() {
                report.origin.clone_from(&checkpoint.origin);
            }
            if checkpoint.size.saturating_sub(tree.last()) > STEP {
                report.find(None, What::CheckpointsGone { since: tree.last(), size: checkpoint.size });
            }
            tree.compare(checkpoint, report);
        }
    }
    debug_assert!(range.from <= tree.size(), "ranges are joined in order");
    for tile in tree.full() {
        let stored = match tile.id.level {
            0 => range.tiles.get(&tile.id.index).cloned(),
            _ => above(app, tile.id).await?,
        };
        compare(&tile, stored, report);
    }
    Ok(())
}

/// A tile above the lowest ones: there are so few that each is asked for by itself.
async fn above(app: &App, id: TileId) -> Result<Option<(Vec<Hash>, Hash)>, Fault> {
    let index = signed(id.index)?;
    let rows = rows::tiles(&mut app.read().await?, i16::from(id.level), index, index.saturating_add(1)).await?;
    Ok(rows.first().and_then(stored).map(|(_, tile)| tile))
}

fn compare(tile: &Tile, stored: Option<(Vec<Hash>, Hash)>, report: &mut Report) {
    let path = tile.id.path(WIDTH);
    let Some((hashes, root)) = stored else {
        report.find(None, What::TileGone(path));
        return;
    };
    let wrong = differing(tile.id.index * WIDTH, &hashes, &tile.hashes);
    match wrong {
        Some(index) if tile.id.level == 0 => report.find(Some(index), What::TileDiffers),
        Some(_) => report.find(None, What::NodesDiffer(path)),
        // the node that the tile above is made of
        None if Some(root) != tile.root => report.find(None, What::NodesDiffer(path)),
        None => {}
    }
}

/// A number of the log out of the database.
pub(super) fn unsigned(number: i64) -> Result<u64, Fault> {
    u64::try_from(number).map_err(|e| Fault::bug("a number of the log below zero", e))
}

/// A number of the log as the database has it.
pub(super) fn signed(number: u64) -> Result<i64, Fault> {
    i64::try_from(number).map_err(|e| Fault::bug("a log beyond its end", e))
}
