//! Passwords: Argon2id for our own (19 MiB, two passes), hashes other systems made, and what a new one must not be.

use argon2::password_hash::PasswordHasher;
use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Block, Params, Version};
use subtle::ConstantTimeEq as _;

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

/// What Argon2id fills: kept and used again, since an allocator that gets 19 MiB back from many threads keeps most of it.
#[derive(Default)]
pub struct Memory(Vec<Block>);

impl Memory {
    /// So many blocks; more than our own cost needs are not kept.
    fn blocks(&mut self, count: usize) -> &mut [Block] {
        self.0.resize(self.0.len().max(count), Block::new());
        &mut self.0[..count]
    }
}

/// Whether that is the password of that hash. Anything but a known hash verifies nothing, at no cost. A password of
/// more than 1024 bytes is never right, and takes as long as a wrong one.
pub fn verify(plain: &str, known: &str) -> bool {
    verify_in(&mut Memory::default(), plain, known)
}

/// The same in memory of one's own.
pub fn verify_in(memory: &mut Memory, plain: &str, known: &str) -> bool {
    let seen = &plain.as_bytes()[..plain.len().min(LONGEST)];
    let right = match argon2id(known) {
        Some(hash) => fits(memory, seen, &hash).unwrap_or(false),
        None => Foreign::read(known).is_some_and(|foreign| foreign.verifies(seen)),
    };
    right && plain.len() <= LONGEST
}

fn fits(memory: &mut Memory, plain: &[u8], hash: &PasswordHash) -> Option<bool> {
    let params = Params::try_from(hash).ok()?;
    let version = hash.version.map_or(Ok(Version::V0x13), Version::try_from).ok()?;
    let (salt, expected) = (hash.salt.as_ref()?, hash.hash.as_ref()?);
    let mut out = vec![0; expected.len()];
    let (count, dear) = (params.block_count(), params.m_cost() > MEMORY_KIB);
    let argon = Argon2::new(Algorithm::Argon2id, version, params);
    let mut own = Memory::default();
    let memory = if dear { &mut own } else { memory };
    argon.hash_password_into_with_memory(plain, salt.as_ref(), &mut out, memory.blocks(count)).ok()?;
    Some(out.ct_eq(expected.as_ref()).into())
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
