//! Key files: `<purpose>-<key id>.key`, one line of 64 hexadecimal digits, readable by their owner alone.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use data_encoding::HEXLOWER_PERMISSIVE;
use zeroize::Zeroizing;

use super::{Key, KeySet, Keyring, Purpose};
use crate::base::fault::Fault;
use crate::base::random;

/// What is wrong with the key files: a sentence that names the file and the mend.
#[derive(Debug, thiserror::Error)]
pub enum KeyProblem {
    /// The folder is not there or cannot be listed.
    #[error("The key folder {folder} cannot be read ({why}): run `pulih keys init`, or correct keys.dir.")]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// The system's words.
        why: String,
    },
    /// A purpose without a key.
    #[error(
        "The key folder {folder} holds no file {purpose}-….key: run `pulih keys init`, which makes what is missing."
    )]
    Missing {
        /// The folder.
        folder: PathBuf,
        /// The purpose's name.
        purpose: &'static str,
    },
    /// Others than the owner may read a key.
    #[error("The key file {file} can be read by others than its owner (mode {mode:04o}): run `chmod 600 {file}`.")]
    Exposed {
        /// The file.
        file: PathBuf,
        /// Its mode.
        mode: u32,
    },
    /// A file we may not read.
    #[error("The key file {file} cannot be read ({why}): give it to the user that runs pulih (`chown`).")]
    Closed {
        /// The file.
        file: PathBuf,
        /// The system's words.
        why: String,
    },
    /// A file that holds no key.
    #[error("The key file {file} does not hold one line of 64 hexadecimal digits: restore it from a backup.")]
    Content {
        /// The file.
        file: PathBuf,
    },
}

impl Keyring {
    /// Reads the key files of a folder; every fault is named, not only the first.
    pub fn load(dir: &Path) -> Result<Self, Vec<KeyProblem>> {
        let files = list(dir).map_err(|e| vec![KeyProblem::Folder { folder: dir.to_owned(), why: e.to_string() }])?;
        let mut problems = Vec::new();
        let sets = Purpose::ALL.map(|purpose| load_set(dir, &files, purpose, &mut problems));
        match sets {
            [Some(link), Some(seal), Some(checkpoint), Some(cookie), Some(message_id)] if problems.is_empty() => {
                Ok(Self { sets: [link, seal, checkpoint, cookie, message_id] })
            }
            _ => Err(problems),
        }
    }

    /// Makes the folder (0700) and a key file (0600) for every purpose that has none; nothing is ever overwritten.
    /// Gives the files made.
    pub fn init(dir: &Path, today: NaiveDate) -> Result<Vec<PathBuf>, Fault> {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(dir)
            .map_err(|e| Fault::bug(format!("the key folder {} cannot be made", dir.display()), e))?;
        let files = list_or_fault(dir)?;
        let bare = Purpose::ALL.into_iter().filter(|purpose| newest(&files, *purpose).is_none());
        bare.map(|purpose| add(dir, purpose, None, today)).collect()
    }

    /// Adds a new current key of that purpose; older ones stay and go on reading. Gives the file made.
    pub fn rotate(dir: &Path, purpose: Purpose, today: NaiveDate) -> Result<PathBuf, Fault> {
        let files = list_or_fault(dir)?;
        add(dir, purpose, newest(&files, purpose), today)
    }
}

/// A key file found, before it is opened.
struct Found {
    purpose: Purpose,
    id: String,
    path: PathBuf,
}

/// Key files of the folder in order of their ids; whatever else lies there is none of our business.
fn list(dir: &Path) -> std::io::Result<Vec<Found>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        let name = entry.file_name();
        let Some(stem) = name.to_str().and_then(|name| name.strip_suffix(".key")) else { continue };
        for purpose in Purpose::ALL {
            let id = stem.strip_prefix(purpose.name()).and_then(|rest| rest.strip_prefix('-'));
            if let Some(id) = id.filter(|id| is_id(id)) {
                found.push(Found { purpose, id: id.to_owned(), path: entry.path() });
            }
        }
    }
    found.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(found)
}

fn list_or_fault(dir: &Path) -> Result<Vec<Found>, Fault> {
    list(dir).map_err(|e| Fault::bug(format!("the key folder {} cannot be read", dir.display()), e))
}

fn is_id(id: &str) -> bool {
    (1..=32).contains(&id.len()) && id.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'z' | b'-'))
}

fn newest(files: &[Found], purpose: Purpose) -> Option<&str> {
    files.iter().rfind(|file| file.purpose == purpose).map(|file| file.id.as_str())
}

fn load_set(dir: &Path, files: &[Found], purpose: Purpose, problems: &mut Vec<KeyProblem>) -> Option<KeySet> {
    let mut set: Option<KeySet> = None;
    let mut seen = false;
    for file in files.iter().filter(|file| file.purpose == purpose) {
        seen = true;
        match read(&file.path) {
            Ok(key) => {
                set = Some(match set {
                    None => KeySet::of_one(&file.id, key),
                    Some(set) => set.with(&file.id, key),
                });
            }
            Err(problem) => problems.push(problem),
        }
    }
    if !seen {
        problems.push(KeyProblem::Missing { folder: dir.to_owned(), purpose: purpose.name() });
    }
    set
}

fn read(path: &Path) -> Result<Key, KeyProblem> {
    let file = path.to_owned();
    let closed = |e: std::io::Error| KeyProblem::Closed { file: path.to_owned(), why: e.to_string() };
    let opened = File::open(path).map_err(closed)?;
    let mode = opened.metadata().map_err(closed)?.permissions().mode() & 0o7777;
    // systemd lets the service's user in by an access list, whose mask stat shows as the group's bits
    let by_list = path.starts_with("/run/credentials");
    if mode & if by_list { 0o007 } else { 0o077 } != 0 {
        return Err(KeyProblem::Exposed { file, mode });
    }
    let mut text = Zeroizing::new(Vec::with_capacity(128));
    opened.take(128).read_to_end(&mut text).map_err(closed)?;
    let decoded = Zeroizing::new(HEXLOWER_PERMISSIVE.decode(text.trim_ascii()).unwrap_or_default());
    <[u8; 32]>::try_from(decoded.as_slice()).map(Key::new).map_err(|_| KeyProblem::Content { file })
}

/// Makes a key file whose id is greater than `after`.
fn add(dir: &Path, purpose: Purpose, after: Option<&str>, today: NaiveDate) -> Result<PathBuf, Fault> {
    let id = next_id(after, today, random::bytes::<1>()?[0])
        .ok_or_else(|| Fault::broken(format!("no key id is free after {}", after.unwrap_or_default())))?;
    let path = dir.join(format!("{}-{id}.key", purpose.name()));
    let line = Zeroizing::new(data_encoding::HEXLOWER.encode(Key::random()?.expose()) + "\n");
    write(&path, line.as_bytes())
        .and_then(|()| File::open(dir)?.sync_all())
        .map_err(|e| Fault::bug(format!("the key file {} cannot be written", path.display()), e))?;
    Ok(path)
}

fn write(path: &Path, content: &[u8]) -> std::io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    let written = file.write_all(content).and_then(|()| file.sync_all());
    if written.is_err() {
        // half a key would stand in the way of the next attempt
        fs::remove_file(path).or_else(|e| if e.kind() == ErrorKind::NotFound { Ok(()) } else { Err(e) })?;
    }
    written
}

/// `YYYYMMDD-CCRR`: the day, a counter within the day, and two random digits that tell apart keys made on two machines.
fn next_id(after: Option<&str>, today: NaiveDate, random: u8) -> Option<String> {
    let day = today.format("%Y%m%d").to_string();
    let Some(after) = after.filter(|after| **after >= *day) else { return Some(format!("{day}-00{random:02x}")) };
    let (last_day, last) = after.split_once('-')?;
    let count = u8::from_str_radix(last.get(..2)?, 16).ok()?.checked_add(1)?;
    Some(format!("{last_day}-{count:02x}{random:02x}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(n: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 11, n).unwrap()
    }

    fn sentences(dir: &Path) -> String {
        Keyring::load(dir).unwrap_err().iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn made_keys_load_and_are_private() {
        let home = tempfile::tempdir().unwrap();
        let dir = home.path().join("a/keys");
        assert_eq!(Keyring::init(&dir, day(21)).unwrap().len(), 5);
        assert_eq!(fs::metadata(&dir).unwrap().permissions().mode() & 0o777, 0o700);
        for file in list(&dir).unwrap() {
            assert_eq!(fs::metadata(&file.path).unwrap().permissions().mode() & 0o777, 0o600);
        }
        let ring = Keyring::load(&dir).unwrap();
        let mut seen: Vec<_> = Purpose::ALL.iter().map(|p| *ring.of(*p).current().1.expose()).collect();
        seen.dedup();
        assert_eq!(seen.len(), 5);
        assert_eq!(Keyring::init(&dir, day(22)).unwrap(), Vec::<PathBuf>::new(), "nothing is made twice");
    }

    #[test]
    fn rotation_adds_a_current_key_and_keeps_the_old() {
        let dir = tempfile::tempdir().unwrap();
        Keyring::init(dir.path(), day(21)).unwrap();
        let first = Keyring::load(dir.path()).unwrap().of(Purpose::MessageId).current().0.to_owned();
        let mut last = first.clone();
        for today in [day(21), day(21), day(20), day(25), day(24)] {
            Keyring::rotate(dir.path(), Purpose::MessageId, today).unwrap();
            let ring = Keyring::load(dir.path()).unwrap();
            let now = ring.of(Purpose::MessageId).current().0.to_owned();
            assert!(now > last, "{now} after {last}");
            assert!(ring.of(Purpose::MessageId).by_id(&first).is_some());
            assert_eq!(ring.of(Purpose::Link).by_id(&now).map(Key::expose), None);
            last = now;
        }
    }

    #[test]
    fn every_fault_is_named_with_its_file_and_mend() {
        let dir = tempfile::tempdir().unwrap();
        assert!(sentences(&dir.path().join("none")).contains("pulih keys init"));
        let made = Keyring::init(dir.path(), day(21)).unwrap();
        fs::remove_file(&made[0]).unwrap();
        fs::set_permissions(&made[1], fs::Permissions::from_mode(0o640)).unwrap();
        fs::write(&made[2], "not a key\n").unwrap();
        fs::write(&made[3], "").unwrap();
        fs::write(dir.path().join("server.key"), "somebody else's").unwrap();
        let told = sentences(dir.path());
        assert_eq!(told.lines().count(), 4, "{told}");
        assert!(told.contains("holds no file link-….key"), "{told}");
        assert!(told.contains("mode 0640"), "{told}");
        assert!(told.contains(made[2].to_str().unwrap()), "{told}");
    }

    #[test]
    fn a_read_only_file_of_its_owner_is_accepted() {
        let dir = tempfile::tempdir().unwrap();
        for file in Keyring::init(dir.path(), day(21)).unwrap() {
            fs::set_permissions(file, fs::Permissions::from_mode(0o400)).unwrap();
        }
        assert!(Keyring::load(dir.path()).is_ok());
    }
}
