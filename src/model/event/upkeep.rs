//! What the events of accounts, letters and freezes say that the desk looks after.

use serde_json::json;
use uuid::Uuid;

use super::{LetterRef, Parts, Subject, of_account, of_letter, parts};
use crate::model::freeze::Scope;

/// Its kinds, in the order of `docs/events.md`.
pub(super) const KINDS: &[&str] = &[
    "account.searched",
    "account.locked",
    "account.unlocked",
    "freeze.set",
    "freeze.lifted",
    "mail.retried",
    "mail.cancelled",
    "links.renewed",
    "accounts.uploaded",
    "staff.hurried",
];

/// What happened.
#[derive(Clone, Debug)]
pub enum Upkeep {
    /// Accounts were searched.
    Searched {
        /// `user-id` or `address`.
        by: &'static str,
        /// What was typed.
        term: String,
        /// How many were found; none where the search was refused.
        found: Option<usize>,
    },
    /// An account was locked.
    Locked {
        /// The account.
        account: Uuid,
        /// Why, in the desk's words.
        reason: String,
        /// Sessions that ended; none where it was refused.
        sessions: Option<i64>,
    },
    /// An account was unlocked.
    Unlocked {
        /// The account.
        account: Uuid,
        /// Why, in the desk's words.
        reason: String,
    },
    /// A way to a reset was frozen.
    Frozen {
        /// Which.
        scope: Scope,
        /// Why, in the desk's words.
        reason: String,
    },
    /// It goes on.
    Thawed {
        /// Which.
        scope: Scope,
        /// Why, in the desk's words.
        reason: String,
    },
    /// A letter is tried again at once.
    MailRetried(LetterRef),
    /// A letter is not sent.
    MailCancelled(LetterRef),
    /// Everybody whose link came too late gets a new one.
    LinksRenewed {
        /// How many requests.
        requests: i64,
        /// Of the last so many days.
        days: i32,
    },
    /// A file of accounts was taken over by the desk.
    Uploaded {
        /// Accounts made; none where it was refused.
        created: Option<i64>,
        /// Lines that wait for a second person.
        proposed: Option<i64>,
        /// Lines that change nothing.
        unchanged: i64,
        /// SHA-256 of the file, in hexadecimal.
        file_sha256: String,
    },
    /// Somebody of the desk acts unusually fast; supervisors and auditors are told.
    Hurried {
        /// Who.
        staff: Uuid,
        /// What they did.
        what: String,
        /// How often.
        times: i64,
    },
}

impl Upkeep {
    pub(super) fn parts(&self) -> Parts {
        match self {
            Self::Searched { by, term, found } => Parts {
                personal: vec![("term", term.clone())],
                ..parts("account.searched", Subject::default(), vec![("by", json!(by)), ("found", json!(found))])
            },
            Self::Locked { account, reason, sessions } => Parts {
                personal: vec![("reason", reason.clone())],
                ..parts("account.locked", of_account(*account), vec![("sessions", json!(sessions))])
            },
            Self::Unlocked { account, reason } => Parts {
                personal: vec![("reason", reason.clone())],
                ..parts("account.unlocked", of_account(*account), vec![])
            },
            Self::Frozen { scope, reason } => switched("freeze.set", *scope, reason),
            Self::Thawed { scope, reason } => switched("freeze.lifted", *scope, reason),
            Self::MailRetried(letter) => of_letter("mail.retried", *letter, vec![]),
            Self::MailCancelled(letter) => of_letter("mail.cancelled", *letter, vec![]),
            Self::LinksRenewed { requests, days } => {
                parts("links.renewed", Subject::default(), vec![("requests", json!(requests)), ("days", json!(days))])
            }
            Self::Uploaded { created, proposed, unchanged, file_sha256 } => parts(
                "accounts.uploaded",
                Subject::default(),
                vec![
                    ("created", json!(created)),
                    ("proposed", json!(proposed)),
                    ("unchanged", json!(unchanged)),
                    ("file_sha256", json!(file_sha256)),
                ],
            ),
            Self::Hurried { staff, what, times } => parts(
                "staff.hurried",
                Subject { staff: Some(*staff), ..Subject::default() },
                vec![("what", json!(what)), ("times", json!(times))],
            ),
        }
    }
}

fn switched(kind: &'static str, scope: Scope, reason: &str) -> Parts {
    Parts {
        personal: vec![("reason", reason.to_owned())],
        ..parts(kind, Subject::default(), vec![("scope", json!(scope.code()))])
    }
}
