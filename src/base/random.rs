//! Randomness from the operating system, and identifiers made of it.

use uuid::Uuid;

use super::fault::Fault;

/// `N` random bytes.
pub fn bytes<const N: usize>() -> Result<[u8; N], Fault> {
    let mut out = [0; N];
    getrandom::fill(&mut out).map_err(|e| Fault::bug("the operating system gave no randomness", e))?;
    Ok(out)
}

/// A new row id: UUID version 7, so that rows of one time lie together.
#[allow(clippy::disallowed_methods, reason = "the one place that makes row ids")]
pub fn id() -> Uuid {
    Uuid::now_v7()
}
