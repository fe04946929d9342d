//! Password hashes other systems made: bcrypt, and PBKDF2 as PHC strings and passlib write it.

use bcrypt::HashParts;
use data_encoding::BASE64_NOPAD;
use pbkdf2::pbkdf2_hmac;
use sha1::Sha1;
use sha2::{Sha256, Sha512};
use subtle::ConstantTimeEq;

const BCRYPT_COSTS: std::ops::RangeInclusive<u32> = 4..=16;
const MOST_ROUNDS: u32 = 10_000_000;
/// Base 64 digits a salt and a hash may have.
const SALT: std::ops::RangeInclusive<usize> = 1..=128;
const HASH: std::ops::RangeInclusive<usize> = 20..=128;

/// A hash that can be verified at bearable cost.
pub(super) enum Foreign<'a> {
    Bcrypt(&'a str),
    Pbkdf2 { digest: Digest, rounds: u32, salt: Vec<u8>, hash: Vec<u8> },
}

/// The hash function under PBKDF2.
#[derive(Clone, Copy)]
pub(super) enum Digest {
    Sha1,
    Sha256,
    Sha512,
}

impl<'a> Foreign<'a> {
    /// Reads a hash; none if it is of another kind, broken or too dear.
    pub(super) fn read(text: &'a str) -> Option<Self> {
        bcrypt(text).or_else(|| pbkdf2(text))
    }

    /// Whether that is its password.
    ///
    /// bcrypt sees the first 72 bytes alone, here as everywhere. A NUL is refused, as PHP and passlib do: it ends a
    /// password in C, and to PBKDF2 a password looks the same with NULs after it.
    pub(super) fn verifies(&self, plain: &[u8]) -> bool {
        let right = match self {
            Self::Bcrypt(text) => bcrypt::verify(plain, text).unwrap_or(false),
            Self::Pbkdf2 { digest, rounds, salt, hash } => {
                let mut made = vec![0; hash.len()];
                match digest {
                    Digest::Sha1 => pbkdf2_hmac::<Sha1>(plain, salt, *rounds, &mut made),
                    Digest::Sha256 => pbkdf2_hmac::<Sha256>(plain, salt, *rounds, &mut made),
                    Digest::Sha512 => pbkdf2_hmac::<Sha512>(plain, salt, *rounds, &mut made),
                }
                made.ct_eq(hash).into()
            }
        };
        right && !plain.contains(&0)
    }
}

/// `$2b$12$` and 53 signs of salt and hash.
fn bcrypt(text: &str) -> Option<Foreign<'_>> {
    // 2x marks hashes of a faulty implementation, which no password fits for sure
    let rest = ["$2a$", "$2b$", "$2y$"].iter().find_map(|head| text.strip_prefix(head))?;
    let bearable = BCRYPT_COSTS.contains(&number(rest.get(..2)?)?);
    (bearable && text.parse::<HashParts>().is_ok()).then_some(Foreign::Bcrypt(text))
}

/// `$pbkdf2-sha256$i=600000,l=32$salt$hash`, or with the bare number of rounds as passlib writes it.
fn pbkdf2(text: &str) -> Option<Foreign<'_>> {
    let parts: Vec<&str> = text.split('$').collect();
    let ["", name, parameters, salt, hash] = parts[..] else { return None };
    let digest = match name {
        "pbkdf2" | "pbkdf2-sha1" => Digest::Sha1,
        "pbkdf2-sha256" => Digest::Sha256,
        "pbkdf2-sha512" => Digest::Sha512,
        _ => return None,
    };
    if !(SALT.contains(&salt.len()) && HASH.contains(&hash.len())) {
        return None;
    }
    let (salt, hash) = (base64(salt)?, base64(hash)?);
    let rounds = rounds(parameters, hash.len())?;
    (1..=MOST_ROUNDS).contains(&rounds).then_some(Foreign::Pbkdf2 { digest, rounds, salt, hash })
}

/// The rounds among the parameters, of which the length must be that of the hash.
fn rounds(parameters: &str, length: usize) -> Option<u32> {
    let Some(parameters) = parameters.strip_prefix("i=") else { return number(parameters) };
    match parameters.split_once(",l=") {
        Some((rounds, stated)) => (usize::try_from(number(stated)?) == Ok(length)).then(|| number(rounds)).flatten(),
        None => number(parameters),
    }
}

/// Base 64 without padding; passlib writes `.` for `+`.
fn base64(text: &str) -> Option<Vec<u8>> {
    BASE64_NOPAD.decode(text.replace('.', "+").as_bytes()).ok()
}

/// A number of plain digits.
fn number(text: &str) -> Option<u32> {
    text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}
