//! What the events of mail that comes in say.

use serde_json::json;
use uuid::Uuid;

use super::{LetterRef, Parts, Subject, parts};
use crate::model::inbound::{Automatic, Box, Kind, Park, Reason, Source, Verdict};

/// Its kinds, in the order of `docs/events.md`.
pub(super) const KINDS: &[&str] = &[
    "inbound.taken",
    "inbound.read",
    "inbound.parked",
    "inbound.moved",
    "inbound.placed",
    "inbound.linked",
    "inbound.answered",
    "inbound.shown",
    "inbound.bounced",
    "inbound.purged",
    "permission.granted",
    "permission.refused",
    "permission.used",
];

/// A mail and what it belongs to.
#[derive(Clone, Copy, Debug, Default)]
pub struct MailRef {
    /// The mail.
    pub mail: Uuid,
    /// The request it began.
    pub request: Option<Uuid>,
    /// The case it stands in.
    pub case: Option<Uuid>,
    /// The account, where one is certain.
    pub account: Option<Uuid>,
}

/// What happened.
#[derive(Clone, Debug)]
pub enum Inbound {
    /// A mail's bytes are kept.
    Taken {
        /// The mail.
        mail: Uuid,
        /// By which way it came.
        source: Source,
        /// How long it is.
        bytes: i64,
        /// SHA-256 of its bytes, in hexadecimal.
        sha256: String,
    },
    /// It was read and judged.
    Read {
        /// The mail.
        of: MailRef,
        /// What it is.
        kind: Kind,
        /// Where the desk finds it.
        place: Box,
        /// What it proves.
        verdict: Verdict,
        /// Why.
        reasons: Vec<Reason>,
        /// Why nobody is answered.
        automatic: Option<Automatic>,
        /// Accounts it may be about.
        matches: usize,
        /// Letters that acknowledge it.
        letters: usize,
        /// Who wrote it.
        from: String,
        /// What about.
        subject: String,
    },
    /// It cannot be read and was set aside.
    Parked {
        /// The mail.
        mail: Uuid,
        /// Why.
        reason: Park,
    },
    /// The desk put it elsewhere.
    Moved {
        /// The mail.
        of: MailRef,
        /// Where it stood.
        from: Box,
        /// Where it stands.
        to: Box,
    },
    /// The desk said which account it is about.
    Placed {
        /// The mail.
        of: MailRef,
    },
    /// The desk sent the link to the registered address.
    Linked {
        /// The mail.
        of: MailRef,
        /// The link; none where it was refused.
        link: Option<Uuid>,
        /// What the mail proved.
        verdict: Verdict,
        /// Why the desk did so; needed where the proof is weak.
        note: String,
    },
    /// The desk answered its writer by hand.
    Answered {
        /// The mail.
        of: MailRef,
        /// The letter; none where it was refused.
        letter: Option<Uuid>,
        /// Whether it goes to an address on file.
        registered: bool,
    },
    /// Somebody of the desk fetched its bytes.
    Shown {
        /// The mail.
        of: MailRef,
        /// `raw` or `attachment`.
        what: &'static str,
        /// SHA-256 of what was fetched, in hexadecimal.
        sha256: String,
    },
    /// A report says that a letter of ours did not arrive, or not yet.
    Bounced {
        /// The mail.
        mail: Uuid,
        /// The letter.
        letter: LetterRef,
        /// `failed`, `delayed` and their kin (RFC 3464 §2.3.3).
        action: String,
        /// The enhanced status code.
        status: String,
        /// Whether the address is suspect from now on.
        suspect: bool,
    },
    /// Bytes and texts past their retention were forgotten.
    Purged {
        /// How many.
        mails: usize,
    },
    /// A mail permits a reset that waits for it.
    PermissionGranted {
        /// The mail, its request and account.
        of: MailRef,
        /// The permission.
        permission: Uuid,
    },
    /// A mail with the form of a permission permits nothing.
    PermissionRefused {
        /// The mail.
        of: MailRef,
        /// Why, in one word.
        why: &'static str,
    },
    /// The browser that asked went on with it.
    PermissionUsed {
        /// The mail, its request and account.
        of: MailRef,
        /// The link; none where it was refused.
        link: Option<Uuid>,
    },
}

impl Inbound {
    pub(super) fn parts(&self) -> Parts {
        match self {
            Self::Taken { mail, source, bytes, sha256 } => parts(
                "inbound.taken",
                of_mail(*mail),
                vec![("source", json!(source.code())), ("bytes", json!(bytes)), ("sha256", json!(sha256))],
            ),
            Self::Read { .. } => self.read(),
            Self::Parked { mail, reason } => {
                parts("inbound.parked", of_mail(*mail), vec![("reason", json!(reason.code()))])
            }
            Self::Moved { of, from, to } => {
                parts("inbound.moved", of.subject(), vec![("from", json!(from.code())), ("to", json!(to.code()))])
            }
            Self::Placed { of } => parts("inbound.placed", of.subject(), vec![]),
            Self::Linked { of, link, verdict, note } => Parts {
                personal: vec![("note", note.clone())],
                ..parts(
                    "inbound.linked",
                    Subject { link: *link, ..of.subject() },
                    vec![("verdict", json!(verdict.code()))],
                )
            },
            Self::Answered { of, letter, registered } => parts(
                "inbound.answered",
                Subject { letter: *letter, ..of.subject() },
                vec![("registered", json!(registered))],
            ),
            Self::Shown { of, what, sha256 } => {
                parts("inbound.shown", of.subject(), vec![("what", json!(what)), ("sha256", json!(sha256))])
            }
            Self::Bounced { mail, letter, action, status, suspect } => parts(
                "inbound.bounced",
                Subject {
                    letter: Some(letter.letter),
                    request: letter.request,
                    account: letter.account,
                    ..of_mail(*mail)
                },
                vec![
                    ("letter_kind", json!(letter.kind.code())),
                    ("action", json!(action)),
                    ("status", json!(status)),
                    ("suspect", json!(suspect)),
                ],
            ),
            Self::Purged { mails } => parts("inbound.purged", Subject::default(), vec![("mails", json!(mails))]),
            Self::PermissionGranted { of, permission } => {
                parts("permission.granted", of.subject(), vec![("permission", json!(permission))])
            }
            Self::PermissionRefused { of, why } => parts("permission.refused", of.subject(), vec![("why", json!(why))]),
            Self::PermissionUsed { of, link } => {
                parts("permission.used", Subject { link: *link, ..of.subject() }, vec![])
            }
        }
    }

    fn read(&self) -> Parts {
        let Self::Read { of, kind, place, verdict, reasons, automatic, matches, letters, from, subject } = self else {
            return parts("inbound.read", Subject::default(), vec![]);
        };
        let reasons: Vec<_> = reasons.iter().map(|reason| reason.code()).collect();
        Parts {
            personal: vec![("from", from.clone()), ("subject", subject.clone())],
            ..parts(
                "inbound.read",
                of.subject(),
                vec![
                    ("mail_kind", json!(kind.code())),
                    ("place", json!(place.code())),
                    ("verdict", json!(verdict.code())),
                    ("reasons", json!(reasons)),
                    ("automatic", json!(automatic.map(Automatic::code))),
                    ("matches", json!(matches)),
                    ("letters", json!(letters)),
                ],
            )
        }
    }
}

impl MailRef {
    fn subject(self) -> Subject {
        Subject { request: self.request, case: self.case, account: self.account, ..of_mail(self.mail) }
    }
}

fn of_mail(mail: Uuid) -> Subject {
    Subject { mail: Some(mail), ..Subject::default() }
}
