//! What the events of the daily work of the desk say.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Parts, Subject, parts, time};
use crate::model::desk::{Ending, Reason};

/// Its kinds, in the order of `docs/events.md`.
pub(super) const KINDS: &[&str] = &[
    "case.opened",
    "case.joined",
    "case.closed",
    "case.taken",
    "case.released",
    "case.assigned",
    "case.waiting",
    "case.resumed",
    "case.noted",
    "case.replied",
    "case.link-sent",
    "case.undone",
    "request.rejected",
    "request.closed",
    "address.revealed",
    "canned.changed",
    "canned.retired",
    "hours.changed",
    "holidays.changed",
];

/// A case with whom it belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CaseRef {
    /// The case.
    pub case: Uuid,
    /// The request it began with.
    pub request: Uuid,
    /// Its account.
    pub account: Option<Uuid>,
}

/// The requests that end with a case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EndedRequests {
    /// How many.
    pub requests: i64,
    /// How many of them were confirmed, and waited for their time.
    pub waited: i64,
}

/// What happened.
#[derive(Clone, Debug)]
pub enum Desk {
    /// A request opened a case, or opened it again.
    Opened {
        /// The case.
        case: CaseRef,
        /// Its reference.
        reference: String,
        /// Why it came.
        reason: Reason,
        /// When it should be answered.
        due: DateTime<Utc>,
        /// Whether it had been closed before.
        again: bool,
    },
    /// A request joined the open case of its account.
    Joined {
        /// The case.
        case: CaseRef,
        /// The request that joined.
        joined: Uuid,
        /// Why it came.
        reason: Reason,
    },
    /// A case ended by itself.
    ClosedItself {
        /// The case.
        case: CaseRef,
        /// How.
        ending: Ending,
    },
    /// Somebody took a case.
    Taken {
        /// The case.
        case: CaseRef,
        /// Who had it before.
        from: Option<Uuid>,
    },
    /// Somebody gave a case back.
    Released(CaseRef),
    /// Somebody gave a case to a person.
    Assigned {
        /// The case.
        case: CaseRef,
        /// To whom.
        to: Uuid,
        /// Who had it before.
        from: Option<Uuid>,
    },
    /// Its person is asked for something; its time stands still.
    Waiting(CaseRef),
    /// It goes on.
    Resumed {
        /// The case.
        case: CaseRef,
        /// When it should be answered now; none where it was refused.
        due: Option<DateTime<Utc>>,
    },
    /// A note was written.
    Noted {
        /// The case.
        case: CaseRef,
        /// The note; none where it was refused.
        entry: Option<Uuid>,
        /// What it says.
        text: String,
    },
    /// A reply was written, and is sent to the registered address.
    Replied {
        /// The case.
        case: CaseRef,
        /// The reply; none where it was refused.
        entry: Option<Uuid>,
        /// The text it was made of, by name and version.
        canned: Option<(String, i32)>,
        /// What it says.
        text: String,
    },
    /// A new link was sent to the registered address.
    LinkSent {
        /// The case.
        case: CaseRef,
        /// The link; none where it was refused.
        link: Option<Uuid>,
        /// The request it belongs to.
        for_request: Option<Uuid>,
    },
    /// What was done with a case was undone.
    Undone {
        /// The case.
        case: CaseRef,
        /// What.
        what: &'static str,
    },
    /// The requests of a case were refused.
    Rejected {
        /// The case.
        case: CaseRef,
        /// How many.
        ended: EndedRequests,
        /// The note that says why; none where it was refused.
        entry: Option<Uuid>,
        /// Why.
        text: String,
    },
    /// A case was closed by the desk.
    Closed {
        /// The case.
        case: CaseRef,
        /// How.
        ending: Ending,
        /// How many requests ended with it.
        ended: EndedRequests,
        /// The note that says why, where one was written.
        entry: Option<Uuid>,
        /// What it says.
        text: Option<String>,
    },
    /// The registered address was shown to somebody.
    Revealed {
        /// The case.
        case: CaseRef,
        /// Why.
        reason: String,
    },
    /// A text or the hours of the desk changed.
    Settled(Settled),
}

/// What the desk set on a page.
#[derive(Clone, Debug)]
pub enum Settled {
    /// A text for replies was written or changed.
    CannedChanged {
        /// Its name.
        name: String,
        /// Its version.
        version: i32,
        /// SHA-256 of both its languages, in hexadecimal.
        sha256: String,
    },
    /// A text for replies is not offered any more.
    CannedRetired {
        /// Its name.
        name: String,
        /// Its last version.
        version: i32,
    },
    /// The working hours were changed.
    HoursChanged {
        /// The version.
        version: i32,
        /// What held before.
        before: Value,
        /// What holds now.
        after: Value,
    },
    /// The holidays were changed.
    HolidaysChanged {
        /// The version.
        version: i32,
        /// Those that are no more.
        removed: Vec<String>,
        /// Those that are new.
        added: Vec<String>,
    },
}

fn of_case(case: &CaseRef) -> Subject {
    Subject { case: Some(case.case), request: Some(case.request), account: case.account, ..Subject::default() }
}

fn case(kind: &'static str, case: &CaseRef, facts: Vec<(&'static str, Value)>) -> Parts {
    parts(kind, of_case(case), facts)
}

fn told(mut parts: Parts, name: &'static str, text: &str) -> Parts {
    parts.personal = vec![(name, text.to_owned())];
    parts
}

impl Desk {
    pub(super) fn parts(&self) -> Parts {
        match self {
            Self::Opened { case: c, reference, reason, due, again } => case(
                "case.opened",
                c,
                vec![
                    ("reference", json!(reference)),
                    ("reason", json!(reason.code())),
                    ("due", json!(time(*due))),
                    ("again", json!(again)),
                ],
            ),
            Self::Joined { case: c, joined, reason } => {
                let subject = Subject { request: Some(*joined), ..of_case(c) };
                parts("case.joined", subject, vec![("reason", json!(reason.code()))])
            }
            Self::ClosedItself { case: c, ending } => case("case.closed", c, vec![("outcome", json!(ending.code()))]),
            Self::Taken { case: c, from } => case("case.taken", c, vec![("from", json!(from))]),
            Self::Released(c) => case("case.released", c, vec![]),
            Self::Assigned { case: c, to, from } => {
                let subject = Subject { staff: Some(*to), ..of_case(c) };
                parts("case.assigned", subject, vec![("from", json!(from))])
            }
            Self::Waiting(c) => case("case.waiting", c, vec![]),
            Self::Resumed { case: c, due } => case("case.resumed", c, vec![("due", json!(due.map(time)))]),
            Self::Undone { case: c, what } => case("case.undone", c, vec![("what", json!(what))]),
            Self::LinkSent { case: c, link, for_request } => {
                let request = for_request.or(Some(c.request));
                parts("case.link-sent", Subject { link: *link, request, ..of_case(c) }, vec![])
            }
            Self::Settled(settled) => settled.parts(),
            Self::Noted { case: c, entry, text } => {
                told(case("case.noted", c, vec![("entry", json!(entry))]), "text", text)
            }
            Self::Replied { case: c, entry, canned, text } => {
                let (name, version) = canned.clone().unzip();
                let facts = vec![("entry", json!(entry)), ("canned", json!(name)), ("version", json!(version))];
                told(case("case.replied", c, facts), "text", text)
            }
            Self::Rejected { case: c, ended: EndedRequests { requests, waited }, entry, text } => {
                let facts = vec![("requests", json!(requests)), ("waited", json!(waited)), ("entry", json!(entry))];
                told(case("request.rejected", c, facts), "text", text)
            }
            Self::Closed { case: c, ending, ended: EndedRequests { requests, waited }, entry, text } => {
                let facts = vec![
                    ("outcome", json!(ending.code())),
                    ("requests", json!(requests)),
                    ("waited", json!(waited)),
                    ("entry", json!(entry)),
                ];
                let closed = case("request.closed", c, facts);
                match text {
                    Some(text) => told(closed, "text", text),
                    None => closed,
                }
            }
            Self::Revealed { case: c, reason } => told(case("address.revealed", c, vec![]), "reason", reason),
        }
    }
}

impl Settled {
    fn parts(&self) -> Parts {
        let of = |kind, facts| parts(kind, Subject::default(), facts);
        match self {
            Self::CannedChanged { name, version, sha256 } => of(
                "canned.changed",
                vec![("name", json!(name)), ("version", json!(version)), ("sha256", json!(sha256))],
            ),
            Self::HoursChanged { version, before, after } => of(
                "hours.changed",
                vec![("version", json!(version)), ("before", before.clone()), ("after", after.clone())],
            ),
            Self::HolidaysChanged { version, removed, added } => of(
                "holidays.changed",
                vec![("version", json!(version)), ("removed", json!(removed)), ("added", json!(added))],
            ),
            Self::CannedRetired { name, version } => {
                of("canned.retired", vec![("name", json!(name)), ("version", json!(version))])
            }
        }
    }
}
