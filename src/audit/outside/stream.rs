//! A file to which sealed events are added, a line each: its own last line says where to go on.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use serde::Deserialize;

/// So much of a file's end is looked at: more than the longest line.
const TAIL: u64 = 1 << 20;

#[derive(Deserialize)]
struct Line {
    leaf: i64,
}

/// The leaf that comes after a file's last line; nothing where it holds none. A last line that was torn is cut off.
pub fn next(path: &Path) -> io::Result<Option<i64>> {
    let mut file = match OpenOptions::new().read(true).write(true).open(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        opened => opened?,
    };
    let length = file.metadata()?.len();
    let start = length.saturating_sub(TAIL);
    file.seek(SeekFrom::Start(start))?;
    let mut bytes = Vec::new();
    (&mut file).take(TAIL).read_to_end(&mut bytes)?;
    let foreign = || io::Error::new(ErrorKind::InvalidData, "its last line is none of ours: name another file");
    let whole = match bytes.iter().rposition(|byte| *byte == b'\n') {
        Some(at) => at + 1,
        None if start == 0 => 0,
        None => return Err(foreign()),
    };
    let begins = bytes[..whole.saturating_sub(1)].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    let last = &bytes[begins..whole];
    // only what is ours is mended
    let next = match serde_json::from_slice::<Line>(last) {
        Ok(line) => Some(line.leaf + 1),
        Err(_) if whole == 0 && (bytes.is_empty() || bytes.starts_with(b"{")) => None,
        Err(_) => return Err(foreign()),
    };
    if whole < bytes.len() {
        file.set_len(start + u64::try_from(whole).unwrap_or_default())?;
        file.sync_all()?;
    }
    Ok(next)
}

/// Adds whole lines and waits until they lie on the disk.
pub fn append(path: &Path, lines: &str) -> io::Result<()> {
    let mut file: File = OpenOptions::new().append(true).create(true).mode(super::MODE).open(path)?;
    file.write_all(lines.as_bytes())?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_says_where_to_go_on_and_a_torn_line_is_cut_off() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("events");
        assert_eq!(next(&path).unwrap(), None);
        append(&path, "{\"leaf\":0,\"event\":{}}\n{\"leaf\":1,\"event\":{\"a\":\"b\"}}\n").unwrap();
        assert_eq!(next(&path).unwrap(), Some(2));
        let whole = std::fs::read_to_string(&path).unwrap();
        append(&path, "{\"leaf\":2,\"event\":{\"a").unwrap();
        assert_eq!(next(&path).unwrap(), Some(2));
        assert_eq!(std::fs::read_to_string(&path).unwrap(), whole);
        for (held, is) in [("", Some(None)), ("{\"leaf\":0,\"ev", Some(None)), ("my diary\n", None), ("my diary", None)]
        {
            std::fs::write(&path, held).unwrap();
            assert_eq!(next(&path).ok(), is, "{held:?}");
        }
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "my diary", "what is not ours is not touched");
    }

    #[test]
    fn lines_of_any_length_are_found_at_the_end_of_a_long_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("events");
        for leaf in 0..40 {
            append(&path, &format!("{{\"leaf\":{leaf},\"event\":{{\"a\":\"{}\"}}}}\n", "x".repeat(65_000))).unwrap();
        }
        append(&path, "{\"leaf\":40,\"event").unwrap();
        assert_eq!(next(&path).unwrap(), Some(40));
    }
}
