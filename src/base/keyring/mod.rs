//! The keys of the house: one file for each, several for each purpose so that they can be rotated.

use std::collections::BTreeMap;
use std::fmt;

use zeroize::Zeroize;

use super::fault::Fault;
use super::mac::Mac;
use super::random;

pub use files::KeyProblem;

mod files;

/// What a key is for. No key serves two purposes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Tokens in mailed links.
    Link,
    /// Secrets at rest.
    Seal,
    /// Signatures of the log's checkpoints.
    Checkpoint,
    /// Cookies, form tokens and Kode Keamanan.
    Cookie,
    /// Message-IDs of our letters.
    MessageId,
}

impl Purpose {
    /// Every purpose.
    pub const ALL: [Self; 5] = [Self::Link, Self::Seal, Self::Checkpoint, Self::Cookie, Self::MessageId];

    /// Its name in file names.
    pub fn name(self) -> &'static str {
        match self {
            Self::Link => "link",
            Self::Seal => "seal",
            Self::Checkpoint => "checkpoint",
            Self::Cookie => "cookie",
            Self::MessageId => "message-id",
        }
    }
}

/// 32 secret bytes, wiped when dropped and never printed.
pub struct Key([u8; 32]);

impl Key {
    /// A key of these bytes.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// A new random key.
    pub fn random() -> Result<Self, Fault> {
        random::bytes().map(Self)
    }

    /// Its bytes, for the ciphers and signatures of this floor and the log's.
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }

    /// HMAC-SHA-256 (RFC 2104) over the parts. Each is preceded by its length (u32, big-endian), so that no byte can
    /// move from one part into its neighbour.
    pub fn mac(&self, parts: &[&[u8]]) -> [u8; 32] {
        let mut mac = Mac::new(&self.0);
        for part in parts {
            mac.update(&u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes());
            mac.update(part);
        }
        mac.finish()
    }
}

impl Drop for Key {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(…)")
    }
}

/// The keys of one purpose: the current one makes, all of them read.
#[derive(Debug)]
pub struct KeySet {
    current_id: String,
    current: Key,
    older: BTreeMap<String, Key>,
}

impl KeySet {
    /// A set of one key.
    pub fn of_one(id: &str, key: Key) -> Self {
        Self { current_id: id.to_owned(), current: key, older: BTreeMap::new() }
    }

    /// The key that makes new things, with its id.
    pub fn current(&self) -> (&str, &Key) {
        (&self.current_id, &self.current)
    }

    /// The key of that id, current or older.
    pub fn by_id(&self, id: &str) -> Option<&Key> {
        if id == self.current_id { Some(&self.current) } else { self.older.get(id) }
    }

    /// Every key, the current one first.
    pub fn all(&self) -> impl Iterator<Item = &Key> {
        std::iter::once(&self.current).chain(self.older.values())
    }

    /// Takes in one more key; the greatest id is the current one.
    #[must_use]
    pub fn with(mut self, id: &str, key: Key) -> Self {
        if id > self.current_id.as_str() {
            let older_id = std::mem::replace(&mut self.current_id, id.to_owned());
            let older = std::mem::replace(&mut self.current, key);
            self.older.insert(older_id, older);
        } else {
            self.older.insert(id.to_owned(), key);
        }
        self
    }
}

/// All keys of the house.
#[derive(Debug)]
pub struct Keyring {
    sets: [KeySet; 5],
}

impl Keyring {
    /// The keys of that purpose.
    pub fn of(&self, purpose: Purpose) -> &KeySet {
        let [link, seal, checkpoint, cookie, message_id] = &self.sets;
        match purpose {
            Purpose::Link => link,
            Purpose::Seal => seal,
            Purpose::Checkpoint => checkpoint,
            Purpose::Cookie => cookie,
            Purpose::MessageId => message_id,
        }
    }

    /// Random keys that end with the process, for the demo and tests.
    pub fn ephemeral() -> Result<Self, Fault> {
        let one = || Ok::<_, Fault>(KeySet::of_one("ephemeral", Key::random()?));
        Ok(Self { sets: [one()?, one()?, one()?, one()?, one()?] })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::mac::hmac_sha256;

    #[test]
    fn no_byte_moves_between_the_parts_of_a_mac() {
        let key = Key::new([7; 32]);
        assert_eq!(key.mac(&[b"ab", b"c"]), key.mac(&[b"ab", b"c"]));
        let others: [&[&[u8]]; 5] =
            [&[b"a", b"bc"], &[b"abc"], &[b"ab", b"c", b""], &[b"", b"ab", b"c"], &[b"c", b"ab"]];
        for parts in others {
            assert_ne!(key.mac(&[b"ab", b"c"]), key.mac(parts));
        }
        assert_ne!(key.mac(&[b"ab", b"c"]), Key::new([8; 32]).mac(&[b"ab", b"c"]));
    }

    #[test]
    fn a_mac_is_hmac_sha_256_of_the_framed_parts() {
        let plain = hmac_sha256(&[7; 32], b"\0\0\0\x02ab\0\0\0\x01c");
        assert_eq!(Key::new([7; 32]).mac(&[b"ab", b"c"]), plain);
    }

    #[test]
    fn a_key_is_never_printed() {
        let printed = format!("{:?} {:?}", Key::new([0x41; 32]), Keyring::ephemeral().unwrap());
        assert!(!printed.contains("65"), "{printed}");
        assert!(!printed.contains("AAAA"), "{printed}");
    }

    #[test]
    fn the_greatest_id_is_current_and_all_are_found() {
        let set = KeySet::of_one("b", Key::new([2; 32])).with("a", Key::new([1; 32])).with("c", Key::new([3; 32]));
        assert_eq!(set.current().0, "c");
        for (id, byte) in [("a", 1), ("b", 2), ("c", 3)] {
            assert_eq!(set.by_id(id).unwrap().expose(), &[byte; 32]);
        }
        assert!(set.by_id("d").is_none());
    }
}
