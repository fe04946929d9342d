//! Signed notes (C2SP signed-note) with Ed25519: a text, and who stands for it.

use data_encoding::{BASE64, HEXLOWER};
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use sha2::{Digest, Sha256};

use super::fault::Fault;
use super::keyring::Key;

/// The algorithm's byte in key ids and verifier keys.
const ALGORITHM: u8 = 1;
/// The longest note that is read.
const LONGEST: usize = 1_000_000;
/// As many signatures are looked at.
const SIGNATURES: usize = 100;

/// Why a note is not believed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Doubt {
    /// It is no note.
    #[error("this is no signed note")]
    Malformed,
    /// Nobody who is trusted has signed it.
    #[error("no trusted key has signed this note")]
    Unsigned,
    /// A signature that claims to be of a trusted key is not.
    #[error("a signature of this note is wrong")]
    Forged,
}

/// Who signs.
#[derive(Debug)]
pub struct Signer {
    name: String,
    pair: Ed25519KeyPair,
}

impl Signer {
    /// A signer of that name with the key as its seed (RFC 8032).
    pub fn new(name: &str, key: &Key) -> Result<Self, Fault> {
        if !named(name) {
            return Err(Fault::broken(format!("{name:?} cannot be the name of a key")));
        }
        let pair = Ed25519KeyPair::from_seed_unchecked(key.expose())
            .map_err(|_| Fault::broken("a checkpoint key is no seed of Ed25519"))?;
        Ok(Self { name: name.to_owned(), pair })
    }

    /// Whom to trust to believe this signer.
    pub fn verifier(&self) -> Verifier {
        let public: [u8; 32] = self.pair.public_key().as_ref().try_into().unwrap_or_default();
        Verifier { name: self.name.clone(), public }
    }

    /// The note of a text, which ends with a line break.
    pub fn sign(&self, text: &str) -> String {
        let mut signature = self.verifier().id().to_vec();
        signature.extend_from_slice(self.pair.sign(text.as_bytes()).as_ref());
        format!("{text}\n\u{2014} {} {}\n", self.name, BASE64.encode(&signature))
    }
}

/// Whom to trust.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verifier {
    name: String,
    public: [u8; 32],
}

impl Verifier {
    /// Reads a verifier key: `<name>+<key id>+<algorithm and public key in base64>`.
    pub fn parse(text: &str) -> Option<Self> {
        let (name, rest) = text.trim().split_once('+')?;
        let (id, key) = rest.split_once('+')?;
        let bytes = BASE64.decode(key.as_bytes()).ok()?;
        let (algorithm, public) = bytes.split_first()?;
        let verifier = Self { name: name.to_owned(), public: public.try_into().ok()? };
        (named(name) && *algorithm == ALGORITHM && HEXLOWER.encode(&verifier.id()) == id).then_some(verifier)
    }

    /// Its text, which [`Self::parse`] reads.
    pub fn text(&self) -> String {
        let key = [&[ALGORITHM], &self.public[..]].concat();
        format!("{}+{}+{}", self.name, HEXLOWER.encode(&self.id()), BASE64.encode(&key))
    }

    /// The key's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The first four bytes of SHA-256(name ‖ LF ‖ algorithm ‖ public key).
    fn id(&self) -> [u8; 4] {
        let hash =
            Sha256::new_with_prefix(self.name.as_bytes()).chain_update([b'\n', ALGORITHM]).chain_update(self.public);
        let hash: [u8; 32] = hash.finalize().into();
        [hash[0], hash[1], hash[2], hash[3]]
    }
}

/// The text of a note that one of `trusted` has signed; signatures of others are passed over.
pub fn open<'a>(note: &'a str, trusted: &[Verifier]) -> Result<&'a str, Doubt> {
    let (text, signatures) = split(note).ok_or(Doubt::Malformed)?;
    let mut believed = false;
    for line in signatures {
        let (name, signature) = signature(line).ok_or(Doubt::Malformed)?;
        let (id, signature) = signature.split_at_checked(4).ok_or(Doubt::Malformed)?;
        let Some(key) = trusted.iter().find(|key| key.name == name && key.id() == id) else { continue };
        let key = UnparsedPublicKey::new(&ED25519, key.public);
        key.verify(text.as_bytes(), signature).map_err(|_| Doubt::Forged)?;
        believed = true;
    }
    if believed { Ok(text) } else { Err(Doubt::Unsigned) }
}

/// The text of a note, whoever signed it.
pub fn text(note: &str) -> Option<&str> {
    split(note).map(|(text, _)| text)
}

/// The text with its last line break, and the lines of signatures.
fn split(note: &str) -> Option<(&str, Vec<&str>)> {
    let clean = note.len() <= LONGEST && !note.chars().any(|c| c < ' ' && c != '\n');
    let at = note.rfind("\n\n").filter(|_| clean)?;
    let (text, signatures) = (&note[..=at], note[at + 2..].strip_suffix('\n')?);
    let lines: Vec<_> = signatures.split('\n').collect();
    (lines.len() <= SIGNATURES).then_some((text, lines))
}

fn signature(line: &str) -> Option<(&str, Vec<u8>)> {
    let (name, signature) = line.strip_prefix("\u{2014} ")?.split_once(' ')?;
    let bytes = BASE64.decode(signature.as_bytes()).ok()?;
    (named(name) && bytes.len() > 4).then_some((name, bytes))
}

/// Whether a key may be called so.
pub fn named(name: &str) -> bool {
    !name.is_empty() && !name.chars().any(|c| c.is_whitespace() || c == '+' || c.is_control())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signer(byte: u8) -> Signer {
        Signer::new("pulih.example/log", &Key::new([byte; 32])).unwrap()
    }

    #[test]
    fn a_note_of_the_specification_is_believed() {
        // the first example of golang.org/x/mod/sumdb/note, whose format this is
        let key = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
        let note = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n\
                    \u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
        let verifier = Verifier::parse(key).unwrap();
        assert_eq!(verifier.text(), key);
        assert!(open(note, &[verifier]).unwrap().ends_with("your problem is.\n"));
    }

    #[test]
    fn what_was_signed_is_believed_and_nothing_else() {
        let signer = signer(1);
        let note = signer.sign("pulih.example/log\n7\nroot\n");
        let trusted = [signer.verifier()];
        assert_eq!(open(&note, &trusted), Ok("pulih.example/log\n7\nroot\n"));
        for at in 0..note.len() {
            let mut bytes = note.clone().into_bytes();
            bytes[at] ^= 1;
            if let Ok(flipped) = String::from_utf8(bytes) {
                assert!(open(&flipped, &trusted).is_err(), "{flipped}");
            }
        }
        assert_eq!(open(&note, &[super::tests::signer(2).verifier()]), Err(Doubt::Unsigned));
        assert_eq!(open(&note, &[]), Err(Doubt::Unsigned));
        // signatures of others may stand beside
        let other = super::tests::signer(2).sign("pulih.example/log\n7\nroot\n");
        let both = format!("{note}{}", other.rsplit("\n\n").next().unwrap());
        assert!(open(&both, &trusted).is_ok() && open(&both, &[super::tests::signer(2).verifier()]).is_ok());
    }

    #[test]
    fn junk_is_no_note() {
        let long = "a\n".repeat(LONGEST);
        for junk in [
            "",
            "\n",
            "\n\n",
            "text\n",
            "text\n\n",
            "text\n\n\u{2014} a b",
            "text\n\n\u{2014} a b\n",
            "a\u{1}\n\n\u{2014} a AAAAAAAA\n",
            &long,
        ] {
            assert!(open(junk, &[signer(1).verifier()]).is_err(), "{junk:.40}");
        }
        for junk in ["", "a", "a+b", "a+00000000+", "a b+00000000+AQ==", "pulih+0000+AAAA"] {
            assert_eq!(Verifier::parse(junk), None, "{junk}");
        }
        assert!(Signer::new("two words", &Key::new([1; 32])).is_err());
    }
}
