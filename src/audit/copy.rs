//! Keeping a copy of the log as a folder: only what is new is fetched, and nothing that contradicts what is there.

use std::collections::HashSet;
use std::fmt;

use serde_json::json;

use super::folder::Folder;
use super::growth::{Growth, Tile};
use super::source::{Files as _, Source};
use super::verify::Progress;
use crate::base::checkpoint::Checkpoint;
use crate::base::fault::Fault;
use crate::base::merkle::{self, Hash};
use crate::base::note::Verifier;
use crate::base::tile::{TileId, WIDTH, entries, entries_path, hashes, push_entry};
use crate::store::log::verify as rows;

/// A copy that was brought up to date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Copied {
    /// Leaves it has.
    pub size: u64,
    /// Leaves that are new in it.
    pub added: u64,
    /// The root over them.
    pub root: Hash,
}

/// The log and the copy cannot both be right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contradiction {
    /// How they contradict each other.
    pub why: Why,
    /// The newest checkpoint of the copy.
    pub ours: Option<String>,
    /// The newest one of the log.
    pub theirs: Option<String>,
}

/// How a log contradicts its copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// No trusted key has signed the log's newest checkpoint.
    Unsigned,
    /// No trusted key has signed the copy's own.
    OursUnsigned,
    /// The copy's tiles do not lead to its own checkpoint: it was damaged.
    OursBroken,
    /// The log is shorter than the copy: leaves of it, and of the copy.
    Rewound(u64, u64),
    /// Another root over as many leaves.
    Forked(u64),
    /// The log's entries do not lead to its own checkpoint over the copy's leaves: leaves of the copy, and of the log.
    Inconsistent(u64, u64),
    /// An entry is missing or another one than the copy has: its leaf.
    Entry(u64),
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unsigned => f.write_str("no trusted key has signed the log's newest checkpoint"),
            Self::OursUnsigned => f.write_str("no trusted key has signed the checkpoint of the copy"),
            Self::OursBroken => f.write_str("the copy does not lead to its own checkpoint: verify it, or begin anew"),
            Self::Rewound(theirs, ours) => write!(f, "the log was rewound: it has {theirs} leaves, the copy {ours}"),
            Self::Forked(size) => write!(f, "there are two logs: another root over the same {size} leaves"),
            Self::Inconsistent(0, size) => write!(f, "the log's {size} events do not lead to its own checkpoint"),
            Self::Inconsistent(ours, theirs) => {
                write!(f, "the log of {theirs} leaves is not the copy's of {ours} gone on: it was rewritten")
            }
            Self::Entry(index) => write!(f, "leaf {index}: the event is missing or another than before"),
        }
    }
}

impl fmt::Display for Contradiction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.why.fmt(f)
    }
}

/// Brings the folder's copy up to the log's newest checkpoint, which is laid into it last: a copy that was killed midway
/// is the older one. `personal` copies personal details from the database as well, beside what can be proved.
pub async fn extend(
    folder: &Folder,
    source: &Source,
    trusted: &[Verifier],
    personal: bool,
    progress: &Progress,
) -> Result<Result<Copied, Contradiction>, Fault> {
    let theirs = source.newest().await?;
    let ours = folder.bytes("checkpoint")?.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    let no = |why| Ok(Err(Contradiction { why, ours: ours.clone(), theirs: theirs.clone() }));
    let Ok(old) = ours.as_deref().map(|note| Checkpoint::open(note, trusted)).transpose() else {
        return no(Why::OursUnsigned);
    };
    let (old_size, old_root) = old.map_or((0, merkle::empty()), |old| (old.size, old.root));
    let Some(note) = &theirs else {
        let empty = Copied { size: 0, added: 0, root: merkle::empty() };
        return if old_size == 0 { Ok(Ok(empty)) } else { no(Why::Rewound(0, old_size)) };
    };
    let Ok(new) = Checkpoint::open(note, trusted) else { return no(Why::Unsigned) };
    if new.size < old_size {
        return no(Why::Rewound(new.size, old_size));
    }
    if new.size == old_size && new.root != old_root {
        return no(Why::Forked(new.size));
    }
    let tile = |id: TileId, width| Ok(folder.bytes(&id.path(width))?.and_then(|bytes| hashes(&bytes)));
    let mut growth = match Growth::of(old_size, tile)? {
        Some(growth) if growth.root() == old_root => growth,
        _ => return no(Why::OursBroken),
    };
    if new.size > old_size {
        if let Err(index) = grow(folder, source, &mut growth, new.size, personal, progress).await? {
            return no(Why::Entry(index));
        }
        if growth.root() != new.root {
            return no(Why::Inconsistent(old_size, new.size));
        }
        for tile in growth.open() {
            keep_tile(folder, &tile)?;
        }
        folder.write("checkpoint", note.as_bytes())?;
        tidy(folder, old_size, new.size)?;
    }
    folder.keep(new.size, note)?;
    Ok(Ok(Copied { size: new.size, added: new.size - old_size, root: new.root }))
}

/// Fetches the bundles from where the copy ends; the first leaf that is missing or another one otherwise.
async fn grow(
    folder: &Folder,
    source: &Source,
    growth: &mut Growth,
    size: u64,
    personal: bool,
    progress: &Progress,
) -> Result<Result<(), u64>, Fault> {
    progress.of(size);
    while growth.size() < size {
        let (first, known) = (growth.size(), growth.size() % WIDTH);
        let (index, start) = (first / WIDTH, first - known);
        let width = (size - start).min(WIDTH);
        let Some(bundle) = source.entries(index, width).await? else { return Ok(Err(first)) };
        let mut bytes = Vec::new();
        for (entry, at) in bundle.iter().zip(0..) {
            if !push_entry(&mut bytes, entry) {
                return Ok(Err(start + at));
            }
            if at >= known {
                growth.push(merkle::leaf(entry));
            }
        }
        if let Some(other) = other(folder, index, known, &bundle)? {
            return Ok(Err(start + other));
        }
        folder.write(&entries_path(index, width), &bytes)?;
        for tile in growth.full() {
            keep_tile(folder, &tile)?;
        }
        if let (true, Source::Database(app)) = (personal, source) {
            keep_personal(folder, &mut app.read().await?, index, width).await?;
        }
        progress.at(growth.size());
    }
    Ok(Ok(()))
}

/// The first of the entries the copy has already that is another one now.
fn other(folder: &Folder, index: u64, known: u64, bundle: &[Vec<u8>]) -> Result<Option<u64>, Fault> {
    if known == 0 {
        return Ok(None);
    }
    let bytes = folder.bytes(&entries_path(index, known))?.unwrap_or_default();
    let kept = entries(&bytes, WIDTH).unwrap_or_default();
    Ok((0..known).find(|at| {
        let place = usize::try_from(*at).unwrap_or(usize::MAX);
        bundle.get(place).map(Vec::as_slice) != kept.get(place).copied()
    }))
}

fn keep_tile(folder: &Folder, tile: &Tile) -> Result<(), Fault> {
    folder.write(&tile.id.path(tile.hashes.len() as u64), &tile.hashes.concat())
}

/// A line of JSON for each event of the bundle that has personal details: `{"event","salt","details"}`.
async fn keep_personal(folder: &Folder, read: &mut crate::store::Read, index: u64, width: u64) -> Result<(), Fault> {
    let number = |n: u64| i64::try_from(n).map_err(|e| Fault::bug("a bundle beyond the end of the log", e));
    let first = index.saturating_mul(WIDTH);
    let leaves = rows::leaves(read, number(first)?, number(first.saturating_add(width))?).await?;
    let (from, to) = (leaves.iter().map(|l| l.event_at).min(), leaves.iter().map(|l| l.event_at).max());
    let (Some(from), Some(to)) = (from, to) else { return Ok(()) };
    let ids: Vec<uuid::Uuid> = leaves.iter().map(|leaf| leaf.event_id).collect();
    let mut details = rows::details(read, &ids, &(from..=to)).await?;
    let known: HashSet<_> = leaves.iter().map(|leaf| (leaf.event_id, leaf.event_at)).collect();
    details.retain(|one| known.contains(&(one.event_id, one.at)));
    details.sort_by_key(|one| one.event_id);
    let lines: Vec<String> = details
        .iter()
        .map(|one| {
            let salt = data_encoding::HEXLOWER.encode(&one.salt);
            format!("{}\n", json!({ "event": one.event_id, "salt": salt, "details": one.details }))
        })
        .collect();
    folder.write(&format!("personal/{index}.jsonl"), lines.concat().as_bytes())
}

/// Removes what stood for the end of the log as it was.
fn tidy(folder: &Folder, old: u64, new: u64) -> Result<(), Fault> {
    for level in 0..8 {
        let id = TileId { level, index: old.checked_shr(8 * (u32::from(level) + 1)).unwrap_or(0) };
        let width = id.width(old);
        if width == 0 || width == id.width(new) {
            continue;
        }
        folder.remove(&id.path(width))?;
        if level == 0 {
            folder.remove(&entries_path(id.index, width))?;
        }
    }
    Ok(())
}
