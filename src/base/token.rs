//! Tokens in mailed links: derived by keyed hash from the link's row, stored nowhere.

use data_encoding::BASE64URL_NOPAD;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use uuid::Uuid;

use super::keyring::Key;

/// What the holder of a token may do; a token of one purpose is none of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenPurpose {
    /// Confirm a reset.
    Reset,
    /// Say that a request was not theirs.
    NotMe,
    /// Begin activation.
    Activate,
    /// Cancel what waits.
    Cancel,
    /// Join the desk.
    Invite,
}

impl TokenPurpose {
    fn label(self) -> &'static [u8] {
        match self {
            Self::Reset => b"pulih link: reset",
            Self::NotMe => b"pulih link: not me",
            Self::Activate => b"pulih link: activate",
            Self::Cancel => b"pulih link: cancel",
            Self::Invite => b"pulih link: invite",
        }
    }
}

/// The token of a link: 64 characters, base64url of link id ‖ HMAC-SHA-256(purpose ‖ link id ‖ the row's random bytes).
pub fn issue(key: &Key, purpose: TokenPurpose, link_id: Uuid, random: &[u8; 32]) -> String {
    let mut bytes = [0; 48];
    bytes[..16].copy_from_slice(link_id.as_bytes());
    bytes[16..].copy_from_slice(&mac(key, purpose, link_id, random));
    BASE64URL_NOPAD.encode(&bytes)
}

/// A token somebody showed us, of which nothing is proven yet.
#[derive(Clone, Copy)]
pub struct Presented {
    /// The link it names.
    pub link_id: Uuid,
    mac: [u8; 32],
}

/// Reads the text of a token; each token has one spelling.
pub fn read(text: &str) -> Option<Presented> {
    if text.len() != 64 {
        return None;
    }
    let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).ok()?;
    let (id, mac) = bytes.split_first_chunk::<16>()?;
    Some(Presented { link_id: Uuid::from_bytes(*id), mac: mac.try_into().ok()? })
}

impl Presented {
    /// Whether it is the token of that purpose of the link whose row holds `random`; the comparison takes the same
    /// time whatever is wrong.
    pub fn matches(&self, key: &Key, purpose: TokenPurpose, random: &[u8; 32]) -> bool {
        mac(key, purpose, self.link_id, random).ct_eq(&self.mac).into()
    }
}

fn mac(key: &Key, purpose: TokenPurpose, link_id: Uuid, random: &[u8; 32]) -> [u8; 32] {
    key.mac(&[purpose.label(), link_id.as_bytes(), random])
}

/// SHA-256, for random secrets of which only the hash is stored (sessions, grants, API keys).
pub fn secret_hash(secret: &[u8]) -> [u8; 32] {
    Sha256::digest(secret).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::random;

    const PURPOSES: [TokenPurpose; 5] =
        [TokenPurpose::Reset, TokenPurpose::NotMe, TokenPurpose::Activate, TokenPurpose::Cancel, TokenPurpose::Invite];

    #[test]
    fn a_token_opens_its_own_link_alone() {
        // 5 purposes × 2 keys × 2 ids × 2 random values: each of the 40 tokens is tried in all 40 places
        let keys = [Key::new([1; 32]), Key::new([2; 32])];
        let ids = [Uuid::from_u128(1), Uuid::from_u128(2)];
        let randoms = [[3; 32], [4; 32]];
        let mut places = Vec::new();
        for purpose in PURPOSES {
            for key in &keys {
                for id in ids {
                    places.extend(randoms.iter().map(|random| (purpose, key, id, random)));
                }
            }
        }
        for (i, (purpose, key, id, random)) in places.iter().enumerate() {
            let shown = read(&issue(key, *purpose, *id, random)).unwrap();
            assert_eq!(shown.link_id, *id);
            for (j, (purpose, key, id, random)) in places.iter().enumerate() {
                // a place is found by the id the token names, so another id means forging the id within the token
                let moved = Presented { link_id: *id, ..shown };
                assert_eq!(moved.matches(key, *purpose, random), i == j, "{i} at {j}");
            }
        }
    }

    #[test]
    fn ten_thousand_guesses_hit_nothing() {
        let (key, id, random) = (Key::random().unwrap(), random::id(), [5; 32]);
        for _ in 0..10_000 {
            let guess = Presented { link_id: id, mac: random::bytes().unwrap() };
            assert!(!PURPOSES.iter().any(|purpose| guess.matches(&key, *purpose, &random)));
        }
    }

    #[test]
    fn any_flipped_bit_is_refused() {
        let (key, random) = (Key::new([1; 32]), [5; 32]);
        let text = issue(&key, TokenPurpose::Reset, Uuid::from_u128(77), &random);
        let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).unwrap();
        for bit in 0..bytes.len() * 8 {
            let mut bent = bytes.clone();
            bent[bit / 8] ^= 1 << (bit % 8);
            let shown = read(&BASE64URL_NOPAD.encode(&bent)).unwrap();
            assert!(!shown.matches(&key, TokenPurpose::Reset, &random), "bit {bit}");
        }
    }

    #[test]
    fn a_token_has_one_spelling() {
        let text = issue(&Key::new([0xfb; 32]), TokenPurpose::Reset, Uuid::from_u128(u128::MAX), &[0xff; 32]);
        assert!(read(&text).is_some());
        let standard = text.replace('_', "/").replace('-', "+");
        let padded = format!("{text}=");
        let (short, long) = (&text[1..], format!("{text}A"));
        let spaced = format!("{} ", &text[..63]);
        let broken = format!("{}\n{}", &text[..31], &text[32..]);
        for other in [&standard, &padded, short, &long, &spaced, &broken, "", &"é".repeat(32)] {
            assert!(read(other).is_none(), "{other}");
        }
    }
}
