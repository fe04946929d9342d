//! What a failed attempt means, told by how far it came and what the relay said.

use std::error::Error as StdError;
use std::io;

use lettre::transport::smtp::Error;

use crate::mail::clean;

pub use crate::model::delivery::SendClass;

/// How much of the relay's words is kept, in characters.
const WORDS_MAX: usize = 500;

/// The relay did not take the letter, or nobody knows whether it did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SendFault {
    /// What to do about it.
    pub class: SendClass,
    /// The relay's code, where it gave one.
    pub code: Option<u16>,
    /// The relay's words, or ours, on one line.
    pub text: String,
}

/// How far an attempt came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// TCP, greeting, EHLO, AUTH: the relay knows nothing of a letter yet.
    Greeting,
    /// STARTTLS and the handshake.
    Tls,
    /// From MAIL to the answer after the final dot.
    Letter,
}

impl SendFault {
    /// A failure in our own words.
    pub(super) fn ours(class: SendClass, text: impl Into<String>) -> Self {
        Self { class, code: None, text: text.into() }
    }

    /// A failure that lettre reports.
    pub(super) fn of(stage: Stage, error: &Error) -> Self {
        let code = error.status().map(u16::from);
        let stage = if is_tls(error) { Stage::Tls } else { stage };
        let text = match (code, error.source()) {
            (Some(_), Some(words)) => told(&words.to_string()),
            _ => told(&error.to_string()),
        };
        Self { class: classify(stage, code), code, text }
    }
}

/// A relay's words on one line.
pub(super) fn told(words: &str) -> String {
    clean::line(words, WORDS_MAX)
}

/// A refusal before the letter was named is about us or the relay, never about the letter; so are the codes by which
/// a relay asks who we are (RFC 4954 §6). What breaks off inside a letter may have been taken: it is tried again,
/// but with patience, since each try may be a duplicate.
fn classify(stage: Stage, code: Option<u16>) -> SendClass {
    match (stage, code) {
        (Stage::Tls, _) => SendClass::Tls,
        (Stage::Greeting, None) => SendClass::Unreachable,
        (Stage::Letter, Some(code @ 500..=599)) if !matches!(code, 530 | 534 | 535 | 538) => SendClass::Permanent,
        _ => SendClass::Temporary,
    }
}

/// Whether the handshake failed, which lettre calls a connection error like others.
fn is_tls(error: &Error) -> bool {
    let mut cause: Option<&(dyn StdError + 'static)> = error.source();
    while let Some(e) = cause {
        // an io::Error holds its cause apart from the chain of sources
        let held = e.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        if e.is::<rustls::Error>() || held.is_some_and(<dyn StdError + Send + Sync>::is::<rustls::Error>) {
            return true;
        }
        cause = e.source();
    }
    error.is_tls()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_answer_has_its_class() {
        let table = [
            (Stage::Greeting, None, SendClass::Unreachable),
            (Stage::Greeting, Some(421), SendClass::Temporary),
            (Stage::Greeting, Some(554), SendClass::Temporary),
            (Stage::Greeting, Some(535), SendClass::Temporary),
            (Stage::Tls, None, SendClass::Tls),
            (Stage::Tls, Some(454), SendClass::Tls),
            (Stage::Letter, None, SendClass::Temporary),
            (Stage::Letter, Some(421), SendClass::Temporary),
            (Stage::Letter, Some(450), SendClass::Temporary),
            (Stage::Letter, Some(451), SendClass::Temporary),
            (Stage::Letter, Some(452), SendClass::Temporary),
            (Stage::Letter, Some(530), SendClass::Temporary),
            (Stage::Letter, Some(550), SendClass::Permanent),
            (Stage::Letter, Some(552), SendClass::Permanent),
            (Stage::Letter, Some(554), SendClass::Permanent),
        ];
        for (stage, code, class) in table {
            assert_eq!(classify(stage, code), class, "{stage:?} {code:?}");
        }
    }
}
