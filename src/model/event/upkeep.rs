//! What the events of accounts, letters and freezes say that the desk looks after.

use super::Parts;

/// Its kinds, in the order of `docs/events.md`.
pub(super) const KINDS: &[&str] = &[];

/// What happened.
#[derive(Clone, Debug)]
pub enum Upkeep {}

impl Upkeep {
    pub(super) fn parts(&self) -> Parts {
        match *self {}
    }
}
