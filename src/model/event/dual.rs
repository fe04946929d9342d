//! What the events of what two people decide say.

use super::Parts;

/// Its kinds, in the order of `docs/events.md`.
pub(super) const KINDS: &[&str] = &[];

/// What happened.
#[derive(Clone, Debug)]
pub enum Dual {}

impl Dual {
    pub(super) fn parts(&self) -> Parts {
        match *self {}
    }
}
