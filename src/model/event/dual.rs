//! What the events of what two people decide say.

use chrono::{DateTime, Utc};
use serde_json::json;
use uuid::Uuid;

use super::{LinkRef, Parts, Subject, of_link, parts, time};
use crate::model::erasure::{Erased, Ground};
use crate::model::proposal::{Kind, Reason, Verified};

/// Its kinds, in the order of `docs/events.md`.
pub(super) const KINDS: &[&str] = &[
    "manual.proposed",
    "manual.approved",
    "manual.rejected",
    "manual.withdrawn",
    "manual.expired",
    "manual.cancelled",
    "manual.contested",
    "manual.upheld",
    "manual.dismissed",
    "address.proposed",
    "address.approved",
    "address.rejected",
    "address.withdrawn",
    "address.expired",
    "protect.proposed",
    "protect.approved",
    "protect.rejected",
    "protect.withdrawn",
    "protect.expired",
    "unlock.proposed",
    "unlock.approved",
    "unlock.rejected",
    "unlock.withdrawn",
    "unlock.expired",
    "overwrite.proposed",
    "overwrite.approved",
    "overwrite.rejected",
    "overwrite.withdrawn",
    "overwrite.expired",
    "erase.proposed",
    "erase.approved",
    "erase.rejected",
    "erase.withdrawn",
    "erase.expired",
    "evidence.attached",
    "evidence.purged",
];

/// What happened to a proposal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It was made.
    Proposed,
    /// Somebody agreed.
    Approved,
    /// Somebody said no.
    Rejected,
    /// It was taken back before anybody had to agree.
    Withdrawn,
    /// Nobody agreed in time.
    Expired,
    /// It was stopped while it waited.
    Cancelled,
    /// A cancel came from the mailbox that is said to be lost.
    Contested,
    /// A supervisor found it right after all.
    Upheld,
    /// A supervisor ended it.
    Dismissed,
}

/// Which proposal it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProposalRef {
    /// The proposal; none where it was refused before it was made.
    pub proposal: Option<Uuid>,
    /// Its kind.
    pub kind: Kind,
    /// The account.
    pub account: Option<Uuid>,
    /// The request a reset belongs to.
    pub request: Option<Uuid>,
}

/// What happened.
#[derive(Clone, Debug)]
pub enum Dual {
    /// Something was proposed.
    Proposed(Proposed),
    /// It was proposed to erase a person's details.
    ErasureProposed {
        /// Which it is.
        of: ProposalRef,
        /// Why.
        ground: Ground,
        /// The number of the legal document.
        evidence: String,
        /// What else is to say.
        note: String,
    },
    /// Somebody of the desk decided.
    Decided(Decided),
    /// Nobody agreed in time.
    Lapsed(ProposalRef),
    /// A file was brought.
    Attached(Attached),
    /// Files were forgotten.
    Forgotten {
        /// How many.
        files: usize,
    },
    /// The holder of a mailed link cancelled, or contested where the mailbox is said to be lost.
    Cancelled {
        /// The link it came by.
        link: LinkRef,
        /// The proposal.
        proposal: Option<Uuid>,
        /// Whether a supervisor decides now.
        contested: bool,
        /// Letters queued.
        letters: i64,
    },
}

/// What was proposed.
#[derive(Clone, Debug)]
pub struct Proposed {
    /// Which it is.
    pub of: ProposalRef,
    /// Why.
    pub reason: Option<Reason>,
    /// How the person was verified.
    pub verified: Option<Verified>,
    /// Whether the mailbox is said to be lost.
    pub mailbox_lost: bool,
    /// Whether it is urgent.
    pub urgent: bool,
    /// How many have to agree.
    pub needed: i16,
    /// Free text: evidence, note, called number, address.
    pub words: Vec<(&'static str, String)>,
}

/// A file that was brought.
#[derive(Clone, Debug)]
pub struct Attached {
    /// For which proposal.
    pub of: ProposalRef,
    /// The file; none where it was refused.
    pub file: Option<Uuid>,
    /// How long it is.
    pub bytes: i64,
    /// SHA-256 of its bytes.
    pub sha256: [u8; 32],
    /// Its name.
    pub name: String,
}

/// What somebody decided.
#[derive(Clone, Debug)]
pub struct Decided {
    /// Which it is.
    pub of: ProposalRef,
    /// What it became.
    pub fate: Fate,
    /// How many agreed so far.
    pub approvals: usize,
    /// When it takes effect.
    pub due: Option<DateTime<Utc>>,
    /// Whether it took effect at once.
    pub done: bool,
    /// SHA-256 of what was shown, in hexadecimal.
    pub shown_sha256: String,
    /// Why.
    pub reason: String,
    /// What an erasure erased.
    pub erased: Option<Erased>,
}

impl ProposalRef {
    fn subject(self) -> Subject {
        Subject { proposal: self.proposal, account: self.account, request: self.request, ..Subject::default() }
    }
}

impl Dual {
    pub(super) fn parts(&self) -> Parts {
        match self {
            Self::Proposed(made) => {
                let facts = vec![
                    ("kind", json!(made.of.kind.code())),
                    ("reason", json!(made.reason.map(Reason::code))),
                    ("verified", json!(made.verified.map(Verified::code))),
                    ("mailbox_lost", json!(made.mailbox_lost)),
                    ("urgent", json!(made.urgent)),
                    ("needed", json!(made.needed)),
                ];
                let personal = made.words.iter().filter(|(_, words)| !words.is_empty()).cloned().collect();
                Parts { personal, ..parts(name(made.of.kind, Fate::Proposed), made.of.subject(), facts) }
            }
            Self::ErasureProposed { of, ground, evidence, note } => {
                let facts = vec![("kind", json!(of.kind.code())), ("reason", json!(ground.code()))];
                let words = [("evidence", evidence), ("note", note)];
                let personal = words.into_iter().filter(|(_, words)| !words.is_empty());
                let personal = personal.map(|(name, words)| (name, words.clone())).collect();
                Parts { personal, ..parts(name(of.kind, Fate::Proposed), of.subject(), facts) }
            }
            Self::Decided(said) => {
                let mut facts = vec![
                    ("kind", json!(said.of.kind.code())),
                    ("approvals", json!(said.approvals)),
                    ("due", json!(said.due.map(time))),
                    ("done", json!(said.done)),
                    ("shown_sha256", json!(said.shown_sha256)),
                ];
                if said.of.kind == Kind::Erase {
                    facts.push(("erased", json!(said.erased.map(|erased| erased.counts.json()))));
                    let others = said.erased.map(|erased| data_encoding::HEXLOWER.encode(&erased.others));
                    facts.extend(others.map(|others| ("others_sha256", json!(others))));
                }
                let personal = Some(("reason", said.reason.clone())).filter(|(_, words)| !words.is_empty());
                let personal = personal.into_iter().collect();
                Parts { personal, ..parts(name(said.of.kind, said.fate), said.of.subject(), facts) }
            }
            Self::Lapsed(of) => {
                parts(name(of.kind, Fate::Expired), of.subject(), vec![("kind", json!(of.kind.code()))])
            }
            Self::Attached(brought) => {
                let facts = vec![
                    ("file", json!(brought.file)),
                    ("bytes", json!(brought.bytes)),
                    ("sha256", json!(data_encoding::HEXLOWER.encode(&brought.sha256))),
                ];
                let personal = vec![("name", brought.name.clone())];
                Parts { personal, ..parts("evidence.attached", brought.of.subject(), facts) }
            }
            Self::Forgotten { files } => parts("evidence.purged", Subject::default(), vec![("files", json!(files))]),
            Self::Cancelled { link, proposal, contested, letters } => {
                let fate = if *contested { Fate::Contested } else { Fate::Cancelled };
                let subject = Subject { proposal: *proposal, ..of_link(*link) };
                parts(name(Kind::Reset, fate), subject, vec![("letters", json!(letters))])
            }
        }
    }
}

/// The kind of the event: a family of proposals and what happened.
fn name(kind: Kind, fate: Fate) -> &'static str {
    let (family, verb) = match kind {
        Kind::Address => ("address.", fate),
        Kind::Protect | Kind::Unprotect => ("protect.", fate),
        Kind::Unlock => ("unlock.", fate),
        Kind::Overwrite => ("overwrite.", fate),
        Kind::Erase => ("erase.", fate),
        _ => ("manual.", fate),
    };
    let verb = match verb {
        Fate::Proposed => "proposed",
        Fate::Approved => "approved",
        Fate::Rejected => "rejected",
        Fate::Withdrawn => "withdrawn",
        Fate::Expired => "expired",
        Fate::Cancelled => "cancelled",
        Fate::Contested => "contested",
        Fate::Upheld => "upheld",
        Fate::Dismissed => "dismissed",
    };
    let is = |found: &&&str| found.strip_prefix(family) == Some(verb);
    KINDS.iter().find(is).copied().unwrap_or("manual.cancelled")
}
