//! The names letters travel under: Message-IDs and envelope senders that stay the same over retries, that nobody else
//! can make up, and by which an answer or a report is known again.

use data_encoding::{HEXLOWER, HEXLOWER_PERMISSIVE};
use subtle::ConstantTimeEq as _;
use uuid::Uuid;

use crate::base::keyring::{Key, KeySet};

const MESSAGE_ID: &[u8] = b"message-id";
const BOUNCE: &[u8] = b"bounce";

/// Bytes of a seal in a Message-ID.
const LONG: usize = 16;
/// Bytes of a seal in an envelope sender, whose part before the `@` has room for 64 (RFC 5321 §4.5.3.1.1).
const SHORT: usize = 8;

/// `<letter.seal@host>`, where the seal is 16 bytes of HMAC-SHA-256 over the letter's id (RFC 5322 §3.6.4).
pub fn message_id(key: &Key, letter: Uuid, host: &str) -> String {
    format!("<{}@{host}>", sealed(key, MESSAGE_ID, letter, LONG))
}

/// The letter that a Message-ID of ours, without angle brackets, names.
pub fn letter_of(keys: &KeySet, message_id: &str) -> Option<Uuid> {
    let (name, _) = message_id.rsplit_once('@')?;
    opened(keys, MESSAGE_ID, name, LONG)
}

/// The envelope sender of a letter: `bounce@host` becomes `bounce+letter.seal@host` (VERP).
pub fn bounce_address(key: &Key, letter: Uuid, address: &str) -> Option<String> {
    let (local, host) = address.rsplit_once('@')?;
    Some(format!("{local}+{}@{host}", sealed(key, BOUNCE, letter, SHORT)))
}

/// The letter whose envelope sender that is.
pub fn bounced_letter(keys: &KeySet, recipient: &str) -> Option<Uuid> {
    let (local, _) = recipient.rsplit_once('@')?;
    let (_, name) = local.rsplit_once('+')?;
    opened(keys, BOUNCE, name, SHORT)
}

fn sealed(key: &Key, purpose: &[u8], letter: Uuid, length: usize) -> String {
    let seal = key.mac(&[purpose, letter.as_bytes()]);
    format!("{}.{}", letter.simple(), HEXLOWER.encode(&seal[..length]))
}

fn opened(keys: &KeySet, purpose: &[u8], name: &str, length: usize) -> Option<Uuid> {
    let (id, seal) = name.split_once('.')?;
    let letter = Uuid::try_parse(id).ok().filter(|_| id.len() == 32)?;
    // mail programs and relays may change the case of an address
    let seal = HEXLOWER_PERMISSIVE.decode(seal.as_bytes()).ok().filter(|seal| seal.len() == length)?;
    keys.all().any(|key| key.mac(&[purpose, letter.as_bytes()])[..length].ct_eq(&seal).into()).then_some(letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_id_is_stable_and_keyed() {
        let (id, key, other) = (Uuid::from_u128(7), Key::new([1; 32]), Key::new([2; 32]));
        let made = message_id(&key, id, "lpse.example");
        assert_eq!(made, message_id(&key, id, "lpse.example"));
        assert_ne!(made, message_id(&other, id, "lpse.example"));
        assert_ne!(made, message_id(&key, Uuid::from_u128(8), "lpse.example"));
        assert!(made.starts_with("<00000000000000000000000000000007.") && made.ends_with("@lpse.example>"));
        assert_eq!(made.len(), 1 + 32 + 1 + 32 + 1 + 12 + 1);
    }

    #[test]
    fn a_letter_is_known_again_by_its_own_names_alone() {
        let id = Uuid::from_u128(7);
        let keys = KeySet::of_one("1", Key::new([1; 32])).with("2", Key::new([2; 32]));
        for key in [Key::new([1; 32]), Key::new([2; 32])] {
            let made = message_id(&key, id, "lpse.example");
            let made = made.trim_matches(['<', '>']);
            assert_eq!(letter_of(&keys, made), Some(id));
            assert_eq!(letter_of(&keys, &made.to_uppercase()), Some(id));
            assert_eq!(letter_of(&keys, &made.replace("07.", "08.")), None);
            let verp = bounce_address(&key, id, "bounce@lpse.example").unwrap();
            assert!(verp.split('@').next().unwrap().len() <= 64, "{verp}");
            assert_eq!(bounced_letter(&keys, &verp), Some(id));
            // a name of one kind is no name of the other
            assert_eq!(letter_of(&keys, &verp.replace("bounce+", "")), None);
            assert_eq!(bounced_letter(&keys, &format!("bounce+{made}")), None);
        }
        let foreign = message_id(&Key::new([3; 32]), id, "lpse.example");
        assert_eq!(letter_of(&keys, foreign.trim_matches(['<', '>'])), None);
        for junk in ["", "@", "a@b", "é.é@x", "00000000000000000000000000000007.@x", "+.@", "bounce+@x"] {
            assert_eq!((letter_of(&keys, junk), bounced_letter(&keys, junk)), (None, None), "{junk}");
        }
    }
}
