//! Passwords: Argon2id for our own (19 MiB, two passes), hashes other systems made, and what a new one must not be.

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};

use super::fault::Fault;
use super::random;

mod flaw;
mod foreign;

pub use flaw::{PasswordFlaw, flaw};
use foreign::Foreign;

const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
const SALT_BYTES: usize = 16;
const HASH_BYTES: usize = 32;
// what a hash that came from elsewhere may cost us at most
const MOST_MEMORY_KIB: u32 = 256 * 1024;
const MOST_PASSES: u32 = 16;
const MOST_LANES: u32 = 16;
/// Bytes of the longest password that is hashed or verified.
const LONGEST: usize = 1024;

/// Hashes a password with a new salt; gives the PHC string. Takes some 60 ms: not for an async thread.
pub fn hash(plain: &str) -> Result<String, Fault> {
    if plain.len() > LONGEST {
        return Err(Fault::broken("the password is longer than any that is taken"));
    }
    let failed = |e| Fault::broken(format!("the password cannot be hashed: {e}"));
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|e| failed(e.into()))?;
    let salt = random::bytes::<SALT_BYTES>()?;
    let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    argon.hash_password_with_salt(plain.as_bytes(), &salt).map(|hash: PasswordHash| hash.to_string()).map_err(failed)
}

/// Whether that is the password of that hash. Anything but a known hash verifies nothing, at no cost. A password of
/// more than 1024 bytes is never right, and takes as long as a wrong one.
pub fn verify(plain: &str, known: &str) -> bool {
    let seen = &plain.as_bytes()[..plain.len().min(LONGEST)];
    let right = match argon2id(known) {
        Some(hash) => Argon2::default().verify_password(seen, &hash).is_ok(),
        None => Foreign::read(known).is_some_and(|foreign| foreign.verifies(seen)),
    };
    right && plain.len() <= LONGEST
}

/// Whether that is a hash an account may bring along: Argon2id or PBKDF2 in PHC form, PBKDF2 as passlib writes it, or
/// bcrypt, of bearable cost. `verify` can decide on these and no others.
pub fn is_known_hash(text: &str) -> bool {
    argon2id(text).is_some() || Foreign::read(text).is_some()
}

/// Whether it is as `hash` makes them today; otherwise the password is hashed anew when it is next seen.
pub fn is_current(phc: &str) -> bool {
    argon2id(phc).is_some_and(|hash| {
        let ours = Params::try_from(&hash)
            .is_ok_and(|params| (params.m_cost(), params.t_cost(), params.p_cost()) == (MEMORY_KIB, PASSES, LANES));
        ours && hash.version == Some(Version::V0x13.into())
            && hash.salt.is_some_and(|salt| salt.len() >= SALT_BYTES)
            && hash.hash.is_some_and(|hash| hash.len() >= HASH_BYTES)
    })
}

fn argon2id(text: &str) -> Option<PasswordHash> {
    let hash = PasswordHash::new(text).ok()?;
    let params = Params::try_from(&hash).ok()?;
    let bearable =
        params.m_cost() <= MOST_MEMORY_KIB && params.t_cost() <= MOST_PASSES && params.p_cost() <= MOST_LANES;
    let whole = hash.algorithm.as_str() == "argon2id" && hash.salt.is_some() && hash.hash.is_some();
    (bearable && whole).then_some(hash)
}

#[cfg(test)]
mod tests;
