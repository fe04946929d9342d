//! What was kept outside: signed checkpoints, and copies of the log with their tiles.

use std::collections::BTreeMap;
use std::io::{BufRead as _, Read as _};
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::report::{Report, What};
use super::{Options, Outside};
use crate::audit::folder::Folder;
use crate::audit::source::Files;
use crate::base::checkpoint::Checkpoint;
use crate::base::fault::Fault;
use crate::base::merkle::{Edge, Hash};
use crate::base::note;
use crate::base::tile::{TileId, WIDTH, hashes};

/// The longest file of notes that is read.
const LONGEST: u64 = 1 << 30;

/// Signed notes out of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Notes {
    /// The notes, in their order.
    pub notes: Vec<String>,
    /// Lines that are no JSON object, as a crash leaves them behind: they are passed over, and counted.
    pub torn: u64,
}

impl From<Vec<String>> for Notes {
    fn from(notes: Vec<String>) -> Self {
        Self { notes, torn: 0 }
    }
}

impl Outside {
    /// Reads a file of signed notes, one after the other or as JSON lines with a member `note`, or takes a folder that
    /// holds a copy. What is neither is told in plain words.
    pub fn read(path: &Path) -> Result<Self, String> {
        let cannot = |e: std::io::Error| format!("{} cannot be read: {e}", path.display());
        let about = std::fs::metadata(path).map_err(cannot)?;
        if about.is_dir() {
            return Ok(Self::Folder(path.to_owned()));
        }
        if about.len() > LONGEST {
            return Err(format!("{} is too long for a file of checkpoints", path.display()));
        }
        // what was torn in the midst of a letter is no UTF-8, and is passed over with its line
        let bytes = std::fs::read(path).map_err(cannot)?;
        let notes = notes(&String::from_utf8_lossy(&bytes))
            .ok_or_else(|| format!("{} holds no signed checkpoints", path.display()))?;
        Ok(Self::Notes(notes))
    }

    /// Reads a file to which this house adds its own checkpoints (`audit.copy_file`): lines of other logs, and those that
    /// were torn, are passed over. Blocks for as long as its disk does.
    pub fn added_to(path: &Path, origin: &str) -> std::io::Result<Self> {
        let ours =
            |note: &String| note::text(note).and_then(Checkpoint::parse).is_some_and(|says| says.origin == origin);
        let mut found = Notes::default();
        for line in std::io::BufReader::new(std::fs::File::open(path)?.take(LONGEST)).split(b'\n') {
            match Line::of(&String::from_utf8_lossy(&line?)) {
                Line::Note(note) => found.notes.extend(Some(note).filter(ours)),
                Line::Torn => found.torn += 1,
                Line::Blank | Line::Other => {}
            }
        }
        Ok(Self::Notes(found))
    }
}

/// The notes of a file: one after the other, with or without blank lines between them, or JSON lines with a member
/// `note`, of which torn ones are passed over; nothing where there are none, or something else stands between them.
pub fn notes(text: &str) -> Option<Notes> {
    let lines = text.split('\n').any(|line| line.trim_start().starts_with('{'));
    let found = if lines { of_json(text)? } else { of_text(text)?.into() };
    let right = |note: &String| note::text(note).and_then(Checkpoint::parse).is_some();
    (!found.notes.is_empty() && found.notes.iter().all(right)).then_some(found)
}

/// A line of a file of JSON.
enum Line {
    /// Nothing stands in it.
    Blank,
    /// An object with a note.
    Note(String),
    /// Another object.
    Other,
    /// No object: whoever wrote it was killed midway.
    Torn,
}

impl Line {
    fn of(line: &str) -> Self {
        if line.trim().is_empty() {
            return Self::Blank;
        }
        match serde_json::from_str(line) {
            Ok(Value::Object(mut object)) => match object.remove("note") {
                Some(Value::String(note)) => Self::Note(note),
                _ => Self::Other,
            },
            _ => Self::Torn,
        }
    }
}

fn of_json(text: &str) -> Option<Notes> {
    let mut found = Notes::default();
    for line in text.split('\n') {
        match Line::of(line) {
            Line::Note(note) => found.notes.push(note),
            Line::Torn => found.torn += 1,
            Line::Blank => {}
            Line::Other => return None,
        }
    }
    Some(found)
}

fn of_text(text: &str) -> Option<Vec<String>> {
    let (mut notes, mut note, mut signed) = (Vec::new(), String::new(), false);
    for line in text.lines() {
        let signature = line.starts_with('\u{2014}');
        if signed && !signature {
            notes.push(std::mem::take(&mut note));
            signed = false;
        }
        if note.is_empty() && line.is_empty() {
            continue;
        }
        signed |= signature;
        note.push_str(line);
        note.push('\n');
    }
    if !note.is_empty() {
        notes.push(note);
    }
    notes.iter().all(|note| note.contains('\u{2014}')).then_some(notes)
}

/// What was kept outside, in the order in which the growing tree meets it.
#[derive(Default)]
pub(super) struct Kept {
    /// Sizes and roots, the smallest first.
    checkpoints: Vec<Checkpoint>,
    at: usize,
    agrees: u64,
    differs: bool,
    copies: Vec<Copy>,
}

/// A copy as a folder.
struct Copy {
    folder: Folder,
    size: u64,
    tile: Vec<Hash>,
    differs: bool,
}

impl Kept {
    /// Reads it on a thread where that holds nobody up: there may be as many signatures as days and minutes.
    pub(super) async fn aside(options: &Options) -> Result<(Self, Report), Fault> {
        let options = options.clone();
        let opened = tokio::task::spawn_blocking(move || {
            let mut report = Report::default();
            Ok((Self::open(&options, &mut report)?, report))
        });
        opened.await.map_err(|e| Fault::bug("reading what was kept outside", e))?
    }

    /// Reads it; what nobody who is trusted has signed is a finding, since it may be the keys that were changed.
    fn open(options: &Options, report: &mut Report) -> Result<Self, Fault> {
        let mut checkpoints = BTreeMap::new();
        let mut copies = Vec::new();
        for outside in &options.against {
            let notes = match outside {
                Outside::Notes(kept) => {
                    report.pass_over(kept.torn);
                    kept.notes.clone()
                }
                Outside::Folder(path) => {
                    match Copy::open(path.clone(), options)? {
                        Some(copy) => copies.push(copy),
                        None => report.find(None, What::OutsideBroken),
                    }
                    let kept = Folder::at(path.clone()).notes()?;
                    report.pass_over(kept.torn);
                    kept.notes
                }
            };
            for note in notes {
                if let Ok(checkpoint) = Checkpoint::open(&note, &options.trusted) {
                    // two different logs under one size: whichever is not this one is found
                    checkpoints.insert((checkpoint.size, checkpoint.root), checkpoint);
                } else {
                    let size = note::text(&note).and_then(Checkpoint::parse).map_or(0, |c| c.size);
                    report.find(None, What::OutsideUnsigned { size });
                }
            }
        }
        let checkpoints: Vec<_> = checkpoints.into_values().filter(|c| c.size > 0).collect();
        report.outside = checkpoints.len() as u64;
        Ok(Self { checkpoints, at: 0, agrees: 0, differs: false, copies })
    }

    /// Leaves of the next checkpoint that was kept.
    pub(super) fn next_size(&self) -> Option<u64> {
        self.checkpoints.get(self.at).map(|checkpoint| checkpoint.size)
    }

    /// Compares it with the root that was worked out; the first that differs is told.
    pub(super) fn compare(&mut self, root: &Hash, report: &mut Report) {
        let Some(kept) = self.checkpoints.get(self.at) else { return };
        self.at += 1;
        if kept.root == *root {
            self.agrees = if self.differs { self.agrees } else { kept.size };
        } else if !std::mem::replace(&mut self.differs, true) {
            report.find(None, What::Rewritten { agrees: self.agrees, differs: kept.size });
        }
    }

    /// Compares a leaf with the copies; the first that differs is told for each.
    pub(super) fn leaf(&mut self, index: u64, leaf: &Hash, report: &mut Report) -> Result<(), Fault> {
        for copy in &mut self.copies {
            if copy.leaf(index)?.is_some_and(|kept| kept != *leaf) && !std::mem::replace(&mut copy.differs, true) {
                report.find(Some(index), What::OutsideDiffers);
            }
        }
        Ok(())
    }

    /// The log ends: whatever was kept of a longer one says that it was rewound.
    pub(super) fn end(&mut self, report: &mut Report) {
        if let Some(longest) = self.checkpoints.get(self.at..).and_then(|rest| rest.last()) {
            let leaves = report.size;
            report.find(Some(leaves), What::Rewound { outside: longest.size, leaves });
        }
    }
}

impl Copy {
    /// Takes a copy whose tiles lead to its own signed checkpoint; nothing where they do not.
    fn open(path: PathBuf, options: &Options) -> Result<Option<Self>, Fault> {
        let folder = Folder::at(path);
        let Some(note) = folder.bytes("checkpoint")? else { return Ok(None) };
        let note = String::from_utf8(note).unwrap_or_default();
        let Ok(checkpoint) = Checkpoint::open(&note, &options.trusted) else { return Ok(None) };
        let mut copy = Self { folder, size: checkpoint.size, tile: Vec::new(), differs: false };
        let mut edge = Edge::default();
        for index in 0..copy.size {
            let Some(leaf) = copy.leaf(index)? else { return Ok(None) };
            edge.push(leaf, |_, _| {});
        }
        Ok((edge.root() == checkpoint.root).then_some(copy))
    }

    /// The leaf as the copy has it; asked for in order.
    fn leaf(&mut self, index: u64) -> Result<Option<Hash>, Fault> {
        if self.differs || index >= self.size {
            return Ok(None);
        }
        if index.is_multiple_of(WIDTH) {
            let id = TileId { level: 0, index: index / WIDTH };
            let bytes = self.folder.bytes(&id.path(id.width(self.size)))?;
            self.tile = bytes.and_then(|bytes| hashes(&bytes)).unwrap_or_default();
        }
        let place = usize::try_from(index % WIDTH).unwrap_or(usize::MAX);
        Ok(self.tile.get(place).copied())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::keyring::Key;
    use crate::base::note::Signer;

    #[test]
    fn notes_are_found_one_after_the_other_and_in_lines_of_json() {
        let signer = Signer::new("log.example", &Key::new([1; 32])).unwrap();
        let note = |size| signer.sign(&Checkpoint { origin: "log.example".into(), size, root: [7; 32] }.text());
        let (one, two) = (note(1), note(2));
        let torn = |torn| Some(Notes { notes: vec![one.clone(), two.clone()], torn });
        let both = torn(0);
        assert_eq!(notes(&format!("{one}{two}")), both);
        assert_eq!(notes(&format!("\n{one}\n\n{two}\n")), both);
        let line = |note: &str| serde_json::json!({"size": 1, "note": note}).to_string();
        assert_eq!(notes(&format!("{}\n{}\n", line(&one), line(&two))), both);
        assert_eq!(notes(&format!("{}\n{}\n{{\"si", line(&one), line(&two))), torn(1));
        // a crash midway, and the next line on a line of its own; zeros where the disk had no time
        let midway = format!("{}\n{}\n\0\0\n{}\n", line(&one), &line(&one)[..40], line(&two));
        assert_eq!(notes(&midway), torn(2));
        assert_eq!(notes(&format!("\0\0\n{{\"si\n{}\n{}\n", line(&one), line(&two))), torn(2));
        assert_eq!(notes(&format!("{}\n{}", line(&one), line(&two))), both);
        for wrong in
            ["", "\n", "a letter", "{}\n", "{\"si\n", &format!("{{}}\n{}\n", line(&one)), &format!("{one}trailing")]
        {
            assert_eq!(notes(wrong), None, "{wrong}");
        }
    }
}
