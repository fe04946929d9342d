//! The letters: one file for each kind.

pub mod cancelled;
pub mod done;
pub mod hint;
pub mod link;
pub mod scheduled;

use super::sheet::{Pen, Sheet};
use crate::model::letter::LetterKind;

/// A letter and what it tells.
#[derive(Clone, Debug)]
pub enum Letter {
    /// "Konfirmasi Permintaan Reset TOTP".
    Link(link::Data),
    /// "TOTP Berhasil di Reset".
    Done(done::Data),
    /// A delayed reset is on its way.
    Scheduled(scheduled::Data),
    /// Open requests were cancelled.
    Cancelled(cancelled::Data),
    /// Something other than the address stands in the way.
    Hint(hint::Data),
}

impl Letter {
    /// Its kind.
    pub fn kind(&self) -> LetterKind {
        match self {
            Self::Link(_) => LetterKind::Link,
            Self::Done(_) => LetterKind::Done,
            Self::Scheduled(_) => LetterKind::Scheduled,
            Self::Cancelled(_) => LetterKind::Cancelled,
            Self::Hint(_) => LetterKind::Hint,
        }
    }

    /// Its words.
    pub(super) fn sheet(&self, pen: Pen<'_>) -> Sheet {
        match self {
            Self::Link(data) => link::sheet(pen, data),
            Self::Done(data) => done::sheet(pen, data),
            Self::Scheduled(data) => scheduled::sheet(pen, data),
            Self::Cancelled(data) => cancelled::sheet(pen, data),
            Self::Hint(data) => hint::sheet(pen, data),
        }
    }

    /// The links it carries, which a letter must not go out without.
    pub(super) fn links(&self) -> Vec<&str> {
        match self {
            Self::Link(data) => vec![&data.reset_url, &data.not_me_url],
            Self::Done(data) => vec![&data.not_me_url],
            Self::Scheduled(data) => vec![&data.not_me_url],
            Self::Cancelled(data) => vec![&data.not_me_url],
            Self::Hint(data) => vec![&data.not_me_url],
        }
    }
}
