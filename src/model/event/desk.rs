//! What the events of the daily work of the desk say.

use super::Parts;

/// Its kinds, in the order of `docs/events.md`.
pub(super) const KINDS: &[&str] = &[];

/// What happened.
#[derive(Clone, Debug)]
pub enum Desk {}

impl Desk {
    pub(super) fn parts(&self) -> Parts {
        match *self {}
    }
}
