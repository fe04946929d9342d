//! What the events of the people of the desk themselves say.

use super::Parts;

/// Its kinds, in the order of `docs/events.md`.
pub(super) const KINDS: &[&str] = &[];

/// What happened.
#[derive(Clone, Debug)]
pub enum People {}

impl People {
    pub(super) fn parts(&self) -> Parts {
        match *self {}
    }
}
