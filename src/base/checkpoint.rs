//! Checkpoints (C2SP tlog-checkpoint): how many leaves a log has and the root over them, as the text of a signed note.

use data_encoding::BASE64;

use super::merkle::Hash;
use super::note::{self, Doubt, Verifier};

/// What a checkpoint says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// The log's name.
    pub origin: String,
    /// How many leaves it has.
    pub size: u64,
    /// The root over them (RFC 6962).
    pub root: Hash,
}

impl Checkpoint {
    /// Its text, which is what gets signed.
    pub fn text(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, BASE64.encode(&self.root))
    }

    /// Reads the text of a note; lines of extensions are passed over.
    pub fn parse(text: &str) -> Option<Self> {
        let mut lines = text.strip_suffix('\n')?.split('\n');
        let (origin, size, root) = (lines.next()?, lines.next()?, lines.next()?);
        let canonical = size == "0" || !size.starts_with('0') && size.bytes().all(|b| b.is_ascii_digit());
        let root = BASE64.decode(root.as_bytes()).ok()?.try_into().ok()?;
        let whole = !origin.is_empty() && canonical && lines.all(|line| !line.is_empty());
        Some(Self { origin: origin.to_owned(), size: size.parse().ok().filter(|_| whole)?, root })
    }

    /// Reads a note that one of `trusted` has signed under the log's own name.
    pub fn open(note: &str, trusted: &[Verifier]) -> Result<Self, Doubt> {
        let checkpoint = Self::parse(note::open(note, trusted)?).ok_or(Doubt::Malformed)?;
        if trusted.iter().any(|key| key.name() == checkpoint.origin) { Ok(checkpoint) } else { Err(Doubt::Unsigned) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::keyring::Key;
    use crate::base::note::Signer;

    #[test]
    fn a_checkpoint_reads_back() {
        let checkpoint = Checkpoint { origin: "pulih.example/log".to_owned(), size: 20_852_163, root: [9; 32] };
        assert_eq!(Checkpoint::parse(&checkpoint.text()), Some(checkpoint.clone()));
        assert_eq!(Checkpoint::parse(&(checkpoint.text() + "an extension\n")), Some(checkpoint.clone()));
        let signer = Signer::new("pulih.example/log", &Key::new([1; 32])).unwrap();
        assert_eq!(Checkpoint::open(&signer.sign(&checkpoint.text()), &[signer.verifier()]), Ok(checkpoint.clone()));
        let elsewhere = Checkpoint { origin: "another.example/log".to_owned(), ..checkpoint };
        assert_eq!(Checkpoint::open(&signer.sign(&elsewhere.text()), &[signer.verifier()]), Err(Doubt::Unsigned));
    }

    #[test]
    fn what_is_not_spelled_as_it_must_be_is_none() {
        let root = BASE64.encode(&[9; 32]);
        for size in ["", "07", "-1", "+7", "7 ", "seven", "18446744073709551616"] {
            assert_eq!(Checkpoint::parse(&format!("log\n{size}\n{root}\n")), None, "{size}");
        }
        for text in [
            "",
            "log\n7\n",
            "log\n7\nAAAA\n",
            &format!("\n7\n{root}\n"),
            &format!("log\n7\n{root}"),
            &format!("log\n7\n{root}\n\n"),
        ] {
            assert_eq!(Checkpoint::parse(text), None, "{text}");
        }
    }
}
