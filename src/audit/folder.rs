//! A copy of the log as a folder: `checkpoint`, `tile/…` and `tile/entries/…` as in C2SP tlog-tiles, and besides `log.vkey`
//! and `checkpoints`, which holds every checkpoint the copy ever had.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use serde_json::json;

use super::source::Files;
use super::verify::outside::{self, Notes};
use crate::base::fault::Fault;
use crate::base::note::Verifier;

/// The longest file of a copy that is read: a full bundle of the longest entries, or many checkpoints.
const LONGEST: u64 = 1 << 30;

/// Verifier keys, one a line; nothing where a line is none, or there is none.
pub fn keys(text: &str) -> Option<Vec<Verifier>> {
    let keys: Option<Vec<Verifier>> =
        text.lines().filter(|line| !line.trim().is_empty()).map(Verifier::parse).collect();
    keys.filter(|keys| !keys.is_empty())
}

/// A folder that holds a copy, or will.
#[derive(Clone, Debug)]
pub struct Folder {
    path: PathBuf,
}

impl Folder {
    /// The folder at a path.
    pub fn at(path: PathBuf) -> Self {
        Self { path }
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The verifier keys that were laid into it; whoever can change the folder can change these too.
    pub fn keys(&self) -> Result<Vec<Verifier>, Fault> {
        let bytes = self.bytes("log.vkey")?.unwrap_or_default();
        Ok(keys(&String::from_utf8_lossy(&bytes)).unwrap_or_default())
    }

    /// Every checkpoint it has, the newest last.
    pub fn notes(&self) -> Result<Notes, Fault> {
        let mut kept = self.older()?;
        if let Some(newest) = self.bytes("checkpoint")? {
            let newest = String::from_utf8_lossy(&newest).into_owned();
            kept.notes.retain(|note| *note != newest);
            kept.notes.push(newest);
        }
        Ok(kept)
    }

    /// Writes a file as a whole or not at all.
    pub(super) fn write(&self, path: &str, bytes: &[u8]) -> Result<(), Fault> {
        let to = self.path.join(path);
        let beside = to.with_extension("part");
        let written = (|| {
            if let Some(folder) = to.parent() {
                fs::create_dir_all(folder)?;
            }
            let mut file = File::create(&beside)?;
            file.write_all(bytes)?;
            file.sync_data()?;
            fs::rename(&beside, &to)
        })();
        written.map_err(|e| cannot("written", &to, e))
    }

    /// When a file was laid down last; nothing where it is not there.
    pub(super) fn changed(&self, path: &str) -> Result<Option<DateTime<Utc>>, Fault> {
        let path = self.path.join(path);
        match fs::metadata(&path).and_then(|about| about.modified()) {
            Ok(at) => Ok(Some(at.into())),
            Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
            Err(e) => Err(cannot("read", &path, e)),
        }
    }

    /// Removes a file that is no longer wanted; one that is not there is as well.
    pub(super) fn remove(&self, path: &str) -> Result<(), Fault> {
        let file = self.path.join(path);
        match fs::remove_file(&file) {
            Err(e) if e.kind() != ErrorKind::NotFound => Err(cannot("removed", &file, e)),
            _ => {
                // the folder of widths goes with its last one
                let _ = file.parent().filter(|p| p.extension().is_some_and(|e| e == "p")).map(fs::remove_dir);
                Ok(())
            }
        }
    }

    /// Adds a checkpoint to those it ever had, as a line of JSON; what was torn by a kill is cut off first.
    pub(super) fn keep(&self, size: u64, note: &str) -> Result<(), Fault> {
        if self.older()?.notes.last().is_some_and(|last| last == note) {
            return Ok(());
        }
        let path = self.path.join("checkpoints");
        let kept = (|| {
            let mut file = OpenOptions::new().create(true).truncate(false).read(true).write(true).open(&path)?;
            let mut text = Vec::new();
            file.read_to_end(&mut text)?;
            let whole = text.iter().rposition(|b| *b == b'\n').map_or(0, |at| at + 1);
            file.set_len(whole as u64)?;
            file.seek(SeekFrom::End(0))?;
            file.write_all(format!("{}\n", json!({ "size": size, "note": note })).as_bytes())?;
            file.sync_data()
        })();
        kept.map_err(|e| cannot("written", &path, e))
    }
}

impl Files for Folder {
    fn bytes(&self, path: &str) -> Result<Option<Vec<u8>>, Fault> {
        let path = self.path.join(path);
        let read = File::open(&path).and_then(|file| {
            let mut bytes = Vec::new();
            file.take(LONGEST).read_to_end(&mut bytes).map(|_| bytes)
        });
        match read {
            Ok(bytes) => Ok(Some(bytes)),
            Err(e) if matches!(e.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(None),
            Err(e) => Err(cannot("read", &path, e)),
        }
    }

    fn older(&self) -> Result<Notes, Fault> {
        let bytes = self.bytes("checkpoints")?.unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes);
        if text.trim().is_empty() {
            return Ok(Notes::default());
        }
        outside::notes(&text).ok_or_else(|| {
            Fault::broken(format!("{} holds something else than checkpoints", self.path.join("checkpoints").display()))
        })
    }
}

fn cannot(what: &str, path: &Path, error: std::io::Error) -> Fault {
    Fault::bug(format!("{} cannot be {what}", path.display()), error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::checkpoint::Checkpoint;
    use crate::base::keyring::Key;
    use crate::base::note::Signer;

    #[test]
    fn checkpoints_are_added_once_and_a_torn_line_is_cut_off() {
        let home = tempfile::tempdir().unwrap();
        let folder = Folder::at(home.path().to_owned());
        let signer = Signer::new("log.example", &Key::new([1; 32])).unwrap();
        let note = |size| signer.sign(&Checkpoint { origin: "log.example".into(), size, root: [7; 32] }.text());
        for size in [1, 1, 2] {
            folder.keep(size, &note(size)).unwrap();
        }
        let path = home.path().join("checkpoints");
        let torn = fs::read_to_string(&path).unwrap() + "{\"size\":3,\"no";
        fs::write(&path, torn).unwrap();
        folder.keep(3, &note(3)).unwrap();
        assert_eq!(folder.notes().unwrap(), vec![note(1), note(2), note(3)].into());
    }

    #[test]
    fn files_are_whole_and_what_is_not_there_is_nothing() {
        let home = tempfile::tempdir().unwrap();
        let folder = Folder::at(home.path().to_owned());
        assert_eq!(folder.bytes("tile/0/000").unwrap(), None);
        folder.write("tile/0/000.p/3", b"abc").unwrap();
        assert_eq!(folder.bytes("tile/0/000.p/3").unwrap().as_deref(), Some(&b"abc"[..]));
        assert_eq!(folder.bytes("tile/0/000.p/3/4").unwrap(), None);
        folder.remove("tile/0/000.p/3").unwrap();
        folder.remove("tile/0/000.p/3").unwrap();
        assert!(!home.path().join("tile/0/000.p").exists() && home.path().join("tile/0").exists());
    }
}
