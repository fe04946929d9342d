//! Verifying a log that is files: a folder, or a server elsewhere.

use std::sync::Arc;

use futures_util::{StreamExt as _, TryStreamExt as _, stream};

use super::outside::Kept;
use super::report::{Report, What};
use super::tree::{Tree, differing};
use super::{Options, Progress};
use crate::audit::growth::Tile;
use crate::audit::source::{Files, blocking};
use crate::base::checkpoint::Checkpoint;
use crate::base::fault::Fault;
use crate::base::json;
use crate::base::merkle::{self, Hash};
use crate::base::note;
use crate::base::tile::{TileId, WIDTH, entries, entries_path, hashes};

/// Bundles read at once from elsewhere.
const SIDE_BY_SIDE: usize = 8;

/// A bundle of entries with its tile, as they were read.
struct Bundle {
    /// The leaves as they were worked out; fewer where the bundle is not whole.
    leaves: Vec<Hash>,
    /// What is wrong with the bundle itself.
    wrong: Option<What>,
    /// Leaves whose bytes are no canonical JSON, by place.
    not_canonical: Vec<u64>,
    /// The tile's own leaves.
    tile: Option<Vec<Hash>>,
}

impl Bundle {
    /// Whether neither entries nor a tile were there.
    fn is_nothing(&self) -> bool {
        self.leaves.is_empty() && self.tile.is_none()
    }
}

/// Verifies a log that is files.
pub(super) async fn run(files: &Arc<dyn Files>, options: &Options, progress: &Progress) -> Result<Report, Fault> {
    let (kept, mut report) = Kept::aside(options).await?;
    let mut tree = Tree::new(kept);
    let newest = blocking(files, |files| files.bytes("checkpoint")).await?;
    let newest = newest.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    let older = blocking(files, |files| files.older()).await?;
    report.pass_over(older.torn);
    let own = own(newest.as_deref(), &older.notes, options, &mut report);
    let Some(size) = own.newest else {
        report.find(None, What::TileGone("checkpoint".to_owned()));
        tree.end(&mut report);
        return Ok(report);
    };
    if files.elsewhere() && !own.signed {
        // any size, and bundles without end, may follow from whom nobody trusts
        return Ok(report);
    }
    progress.of(size);
    let bundles = stream::iter(0..size.div_ceil(WIDTH)).map(|index| {
        let width = (size - index * WIDTH).min(WIDTH);
        blocking(files, move |files| bundle(files, index, width))
    });
    let mut bundles = std::pin::pin!(bundles.buffered(SIDE_BY_SIDE));
    let mut checkpoints = own.checkpoints.iter().peekable();
    while let Some(bundle) = bundles.try_next().await? {
        let (nothing, mut lowest) = (bundle.is_nothing(), bundle.tile.clone());
        if nothing {
            // whoever names a size need not have that many: nobody walks on to the end of nothing
            report.find(Some(tree.size()), What::EventGone);
            tree.end(&mut report);
            return Ok(report);
        }
        join(&mut tree, size, bundle, &mut report, |tree, report| {
            while let Some(checkpoint) = checkpoints.next_if(|c| c.size <= tree.size()) {
                report.checkpoints += 1;
                tree.compare(checkpoint, report);
            }
        })?;
        let mut tiles = tree.full();
        if tree.size() == size {
            tiles.extend(tree.open());
        }
        for tile in tiles {
            let stored = if tile.id.level == 0 { lowest.take() } else { above(files, &tile).await? };
            compare(&tile, stored, &mut report);
        }
        progress.at(tree.size());
    }
    if let Some(longer) = checkpoints.last() {
        report.find(Some(size), What::Short { leaves: size, covered: longer.size });
    }
    tree.end(&mut report);
    Ok(report)
}

/// The log's own checkpoints.
struct Own {
    /// Leaves of the newest.
    newest: Option<u64>,
    /// Whether the newest is signed by a key that is trusted.
    signed: bool,
    /// All of them, the smallest first.
    checkpoints: Vec<Checkpoint>,
}

fn own(newest: Option<&str>, older: &[String], options: &Options, report: &mut Report) -> Own {
    let mut checkpoints = Vec::new();
    let (mut size, mut by_trusted) = (None, false);
    for (note, is_newest) in older.iter().map(|note| (note.as_str(), false)).chain(newest.map(|note| (note, true))) {
        let Some(says) = note::text(note).and_then(Checkpoint::parse) else {
            report.find(None, What::Checkpoint { size: 0 });
            continue;
        };
        let signed = Checkpoint::open(note, &options.trusted).is_ok();
        if !signed {
            report.find(None, What::Signature { size: says.size });
        }
        if is_newest {
            (size, by_trusted) = (Some(says.size), signed);
            report.origin.clone_from(&says.origin);
        }
        checkpoints.push(says);
    }
    checkpoints.sort_by_key(|checkpoint| checkpoint.size);
    checkpoints.dedup();
    checkpoints.retain(|checkpoint| checkpoint.size > 0);
    Own { newest: size, signed: by_trusted, checkpoints }
}

fn bundle(files: &dyn Files, index: u64, width: u64) -> Result<Bundle, Fault> {
    let path = entries_path(index, width);
    let bytes = files.bytes(&path)?.unwrap_or_default();
    let mut bundle = Bundle { leaves: Vec::new(), wrong: None, not_canonical: Vec::new(), tile: None };
    let most = usize::try_from(width).unwrap_or(usize::MAX);
    let whole = entries(&bytes, width);
    bundle.wrong = match &whole {
        None => Some(What::EntriesTorn(path)),
        Some(entries) if entries.len() > most => Some(What::EntriesBeyond(path)),
        Some(_) => None,
    };
    for (entry, at) in whole.unwrap_or_default().into_iter().take(most).zip(0..) {
        bundle.leaves.push(merkle::leaf(entry));
        if !std::str::from_utf8(entry).is_ok_and(json::is_canonical) {
            bundle.not_canonical.push(at);
        }
    }
    let id = TileId { level: 0, index };
    bundle.tile = files.bytes(&id.path(width))?.and_then(|bytes| hashes(&bytes));
    Ok(bundle)
}

fn join(
    tree: &mut Tree,
    size: u64,
    bundle: Bundle,
    report: &mut Report,
    mut each: impl FnMut(&mut Tree, &mut Report),
) -> Result<(), Fault> {
    let first = tree.size();
    let width = (size - first).min(WIDTH);
    let torn = matches!(bundle.wrong, Some(What::EntriesTorn(_)));
    if let Some(what) = bundle.wrong {
        report.find(torn.then_some(first), what);
    }
    for at in bundle.not_canonical {
        report.find(Some(first + at), What::NotCanonical);
    }
    let tile = bundle.tile.unwrap_or_default();
    let here = bundle.leaves.len() as u64;
    if here < width && !torn {
        report.find(Some(first + here), What::EventGone);
    }
    for at in 0..width {
        let place = usize::try_from(at).unwrap_or(usize::MAX);
        let leaf = bundle.leaves.get(place).or_else(|| tile.get(place)).copied();
        tree.push(leaf.unwrap_or_else(merkle::empty), report)?;
        each(tree, report);
    }
    Ok(())
}

/// A tile above the lowest ones.
async fn above(files: &Arc<dyn Files>, tile: &Tile) -> Result<Option<Vec<Hash>>, Fault> {
    let path = tile.id.path(tile.hashes.len() as u64);
    Ok(blocking(files, move |files| files.bytes(&path)).await?.and_then(|bytes| hashes(&bytes)))
}

fn compare(tile: &Tile, stored: Option<Vec<Hash>>, report: &mut Report) {
    let path = tile.id.path(tile.hashes.len() as u64);
    let Some(stored) = stored else {
        report.find(None, What::TileGone(path));
        return;
    };
    match differing(tile.id.index * WIDTH, &stored, &tile.hashes) {
        Some(index) if tile.id.level == 0 => report.find(Some(index), What::TileDiffers),
        Some(_) => report.find(None, What::NodesDiffer(path)),
        None => {}
    }
}
