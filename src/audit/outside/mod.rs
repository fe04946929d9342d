//! Copies of checkpoints that lie outside: what is written there, and whether what lies there fits this log.

pub mod stream;

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use chrono::SecondsFormat;
use serde_json::{Value, json};

use crate::base::checkpoint::Checkpoint;
use crate::base::fault::Fault;
use crate::base::merkle::{self, Hash};
use crate::base::note::Verifier;
use crate::base::tile::TileId;
use crate::store::Read;
use crate::store::log::read::{self, Signed};

/// Who reads a file that is made here: its owner and their group, as a collector of logs.
const MODE: u32 = 0o640;
/// So much of a file's end is looked at.
const TAIL: u64 = 1 << 20;

/// A checkpoint as one line of JSON: `{"at" (RFC 3339),"note" (signed note),"size" (leaves)}`.
pub fn line(signed: &Signed) -> String {
    let at = signed.at.to_rfc3339_opts(SecondsFormat::Micros, true);
    json!({ "size": signed.size, "at": at, "note": signed.note }).to_string()
}

/// What a file holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Held {
    /// It is not there, or empty.
    Nothing,
    /// Its newest checkpoint that this log has signed.
    Ours(Checkpoint),
    /// Lines at its end, none of which this log has signed.
    Foreign,
}

/// Looks at the end of a file of checkpoints. It blocks for as long as its disk does.
pub fn newest(path: &Path, trusted: &[Verifier]) -> io::Result<Held> {
    let mut file = match File::open(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Held::Nothing),
        opened => opened?,
    };
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(TAIL)))?;
    let mut bytes = Vec::new();
    file.take(TAIL).read_to_end(&mut bytes)?;
    let text = String::from_utf8_lossy(&bytes);
    let signed = |line: &str| {
        let line: Value = serde_json::from_str(line).ok()?;
        Checkpoint::open(line.get("note")?.as_str()?, trusted).ok()
    };
    Ok(match text.lines().rev().find_map(signed) {
        Some(checkpoint) => Held::Ours(checkpoint),
        None if text.trim().is_empty() => Held::Nothing,
        None => Held::Foreign,
    })
}

/// Adds a line, on a line of its own also where a writer was killed midway, and waits until it lies on the disk. Nothing
/// that is there is changed.
pub fn append(path: &Path, line: &str) -> io::Result<()> {
    let mut file = OpenOptions::new().read(true).append(true).create(true).mode(MODE).open(path)?;
    let mut text = format!("{line}\n");
    if file.metadata()?.len() > 0 {
        let mut last = [0];
        file.seek(SeekFrom::End(-1))?;
        file.read_exact(&mut last)?;
        if last != *b"\n" {
            text.insert(0, '\n');
        }
    }
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

/// Why this log cannot have grown from a checkpoint that lies outside, in plain words; nothing where it can.
pub async fn contradiction(read: &mut Read, outside: &Checkpoint) -> Result<Option<String>, Fault> {
    let has = match read::latest(read).await? {
        Some(newest) => u64::try_from(newest.size).map_err(|e| Fault::bug("a checkpoint below the first", e))?,
        None => 0,
    };
    let size = outside.size;
    if has < size {
        return Ok(Some(format!("a checkpoint of {size} leaves lies there, and the log has {has}: it was rewound")));
    }
    if root_at(read, size).await? != Some(outside.root) {
        return Ok(Some(format!("a checkpoint of {size} leaves lies there with another root: the log was rewritten")));
    }
    Ok(None)
}

/// The root over the first `size` leaves, out of tiles; nothing where some are missing.
pub async fn root_at(read: &mut Read, size: u64) -> Result<Option<Hash>, Fault> {
    let mut rows = HashMap::new();
    for node in merkle::cover(0, size) {
        let tile = TileId::of(node);
        if let std::collections::hash_map::Entry::Vacant(row) = rows.entry(tile) {
            row.insert(read::tile(read, tile, tile.width(size)).await?);
        }
    }
    Ok(merkle::root_of(size, |node| {
        let tile = TileId::of(node);
        tile.node(rows.get(&tile)?, node)
    }))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use chrono::DateTime;

    use super::*;
    use crate::base::keyring::Key;
    use crate::base::note::Signer;

    fn signed(signer: &Signer, size: u64) -> (Checkpoint, String) {
        let checkpoint = Checkpoint { origin: "pulih.example/log".to_owned(), size, root: [9; 32] };
        let at = DateTime::from_timestamp(1_795_244_700, 0).unwrap();
        let size = i64::try_from(size).unwrap();
        let line = line(&Signed { size, note: signer.sign(&checkpoint.text()), at });
        (checkpoint, line)
    }

    #[test]
    fn the_newest_line_of_ours_is_found_whatever_was_torn() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("checkpoints");
        let signer = Signer::new("pulih.example/log", &Key::new([1; 32])).unwrap();
        let trusted = [signer.verifier()];
        assert_eq!(newest(&path, &trusted).unwrap(), Held::Nothing);
        std::fs::write(&path, "").unwrap();
        assert_eq!(newest(&path, &trusted).unwrap(), Held::Nothing);
        let (first, line) = signed(&signer, 7);
        append(&path, &line).unwrap();
        assert_eq!(newest(&path, &trusted).unwrap(), Held::Ours(first.clone()));
        // killed midway
        let torn = std::fs::read_to_string(&path).unwrap() + &signed(&signer, 8).1[..40];
        std::fs::write(&path, &torn).unwrap();
        assert_eq!(newest(&path, &trusted).unwrap(), Held::Ours(first));
        let (second, line) = signed(&signer, 9);
        append(&path, &line).unwrap();
        assert_eq!(newest(&path, &trusted).unwrap(), Held::Ours(second.clone()));
        let made = folder.path().join("made");
        append(&made, &line).unwrap();
        assert_eq!(std::fs::metadata(&made).unwrap().permissions().mode() & 0o137, 0);
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.starts_with(&torn) && text.lines().count() == 3, "{text}");
        // what somebody else has signed is passed over, and is not ours
        let other = Signer::new("pulih.example/log", &Key::new([2; 32])).unwrap();
        append(&path, &signed(&other, 10).1).unwrap();
        assert_eq!(newest(&path, &trusted).unwrap(), Held::Ours(second));
        assert_eq!(newest(&path, &[Signer::new("a", &Key::new([3; 32])).unwrap().verifier()]).unwrap(), Held::Foreign);
    }

    #[test]
    fn a_long_file_is_read_from_its_end() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("checkpoints");
        let signer = Signer::new("pulih.example/log", &Key::new([1; 32])).unwrap();
        let lines: Vec<String> = (1..8_000).map(|size| signed(&signer, size).1).collect();
        std::fs::write(&path, lines.join("\n")).unwrap();
        assert!(std::fs::metadata(&path).unwrap().len() > TAIL);
        let Held::Ours(newest) = newest(&path, &[signer.verifier()]).unwrap() else { panic!("nothing of ours") };
        assert_eq!(newest.size, 7_999);
    }
}
