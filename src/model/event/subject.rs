//! What an event is made of: whom it is about, its facts, and what of it is personal.

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::model::letter::LetterKind;

/// A link with whom it belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LinkRef {
    /// The link.
    pub link: Uuid,
    /// Its request; none where the link is gone.
    pub request: Option<Uuid>,
    /// Its account.
    pub account: Option<Uuid>,
}

impl LinkRef {
    /// A link whose row is gone.
    pub fn gone(link: Uuid) -> Self {
        Self { link, request: None, account: None }
    }
}

/// A letter with whom it belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LetterRef {
    /// The letter.
    pub letter: Uuid,
    /// Its kind.
    pub kind: LetterKind,
    /// Its request.
    pub request: Option<Uuid>,
    /// Its account.
    pub account: Option<Uuid>,
}

/// The subjects an event can be about.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Subject {
    pub(super) account: Option<Uuid>,
    pub(super) request: Option<Uuid>,
    pub(super) link: Option<Uuid>,
    pub(super) letter: Option<Uuid>,
    pub(super) case: Option<Uuid>,
    pub(super) proposal: Option<Uuid>,
    /// The mail that came in.
    pub(super) mail: Option<Uuid>,
    /// The person of the desk it is about.
    pub(super) staff: Option<Uuid>,
}

pub(super) struct Parts {
    pub(super) kind: &'static str,
    pub(super) subject: Subject,
    pub(super) facts: Vec<(&'static str, Value)>,
    pub(super) personal: Vec<(&'static str, String)>,
}

pub(super) fn parts(kind: &'static str, subject: Subject, facts: Vec<(&'static str, Value)>) -> Parts {
    Parts { kind, subject, facts, personal: Vec::new() }
}

pub(super) fn of_request(request: Uuid, account: Option<Uuid>) -> Subject {
    Subject { request: Some(request), account, ..Subject::default() }
}

pub(super) fn of_account(account: Uuid) -> Subject {
    Subject { account: Some(account), ..Subject::default() }
}

pub(super) fn of_link(link: LinkRef) -> Subject {
    Subject { link: Some(link.link), request: link.request, account: link.account, ..Subject::default() }
}

pub(super) fn of_letter(kind: &'static str, letter: LetterRef, mut facts: Vec<(&'static str, Value)>) -> Parts {
    facts.push(("letter_kind", json!(letter.kind.code())));
    let subject =
        Subject { letter: Some(letter.letter), request: letter.request, account: letter.account, ..Subject::default() };
    parts(kind, subject, facts)
}

/// A time as events say it.
pub(super) fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Micros, true)
}
