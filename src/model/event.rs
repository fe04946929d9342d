//! The events of the log: what can be said in it.
//!
//! A kind's name and the meaning of its facts never change; a new meaning is a new kind. `docs/events.md` lists them.

use chrono::{DateTime, Utc};
use serde_json::json;
use uuid::Uuid;

mod audit;
mod desk;
mod dual;
mod effect;
mod inbound;
pub mod people;
mod portal;
mod record;
mod signing;
mod subject;
mod upkeep;

pub use audit::Audit;
pub use desk::{CaseRef, Desk, EndedRequests, Settled};
pub use dual::{Attached, Decided, Dual, Fate, ProposalRef, Proposed};
pub use effect::ResetEffect;
pub use inbound::{Inbound, MailRef};
pub use people::People;
pub use portal::{CodeVerified, Known, Portal};
pub use record::{Actor, Personal, Record, commitment, detail_key};
pub use signing::{ActivationEffect, DisableEffect, LoginCode, LoginPassword, Opened};
pub use subject::{LetterRef, LinkRef};
pub use upkeep::Upkeep;

use self::subject::{Parts, Subject, of_account, of_letter, of_link, of_request, parts, time};
use super::account::UserType;
use super::request::{Channel, QueueReason};

/// What happened: one for each action, done or refused.
#[derive(Clone, Debug)]
pub enum Event {
    /// A reset was asked for.
    ResetAsked {
        /// The new request.
        request: Uuid,
        /// Its reference.
        reference: String,
        /// By which way.
        channel: Channel,
        /// The Tipe User chosen.
        user_type: UserType,
        /// The request whose *Kirim ulang* this is.
        again: Option<Uuid>,
        /// The User ID as typed.
        user_id: String,
        /// The address as typed.
        address: String,
        /// The network it came from, where that is known.
        network: Option<String>,
    },
    /// A request was matched with an account.
    ResetMatched {
        /// The request.
        request: Uuid,
        /// The account.
        account: Uuid,
        /// The link made for it; none where it joins another request's letter.
        link: Option<Uuid>,
        /// The request whose letter it shares.
        joined: Option<Uuid>,
    },
    /// A request was matched with nothing that may be reset.
    ResetUnmatched {
        /// The request.
        request: Uuid,
        /// The account, where one stands behind the User ID.
        account: Option<Uuid>,
        /// Why (`model::resolve::Miss`).
        reason: &'static str,
        /// Whether the registered address is told.
        hinted: bool,
        /// The grant that a letter carries to who enrols at a portal by that alone.
        grant: Option<Uuid>,
    },
    /// The relay took a letter.
    MailAccepted {
        /// The letter.
        letter: LetterRef,
        /// Attempts it took.
        attempts: i16,
        /// The relay's answer code.
        code: u16,
    },
    /// A letter was refused for good, or given up.
    MailFailed {
        /// The letter.
        letter: LetterRef,
        /// Attempts made.
        attempts: i16,
        /// The relay's last answer code, if it answered.
        code: Option<u16>,
    },
    /// A letter was not sent because its link had ended.
    MailDropped {
        /// The letter.
        letter: LetterRef,
    },
    /// A letter could not be composed and was set aside.
    MailParked {
        /// The letter.
        letter: LetterRef,
    },
    /// The confirm step of a link was opened.
    LinkOpened(LinkRef),
    /// A link's time ran out.
    LinkExpired(LinkRef),
    /// A late link's holder asked for a new mail.
    LinkReissued {
        /// The late link.
        link: LinkRef,
        /// The new one; none where it was refused.
        new_link: Option<Uuid>,
        /// Whether the desk was told.
        queued: bool,
    },
    /// OK was pressed and the factor is reset.
    ResetConfirmed {
        /// The link that was spent.
        link: LinkRef,
        /// What the reset did; none where it was refused.
        effect: Option<ResetEffect>,
    },
    /// OK was pressed; the reset takes effect later.
    ResetScheduled {
        /// The link that was spent.
        link: LinkRef,
        /// When it takes effect.
        due: DateTime<Utc>,
        /// What somebody of the desk has to agree to first.
        proposal: Option<Uuid>,
    },
    /// A reset took effect whose time had come.
    ResetExecuted {
        /// The request.
        request: Uuid,
        /// The account.
        account: Uuid,
        /// What the desk agreed to.
        proposal: Option<Uuid>,
        /// What the reset did.
        effect: Option<ResetEffect>,
    },
    /// *Ini bukan saya* before a reset: everything open was cancelled.
    ResetCancelled {
        /// The link it came by.
        link: LinkRef,
        /// How many requests were cancelled.
        requests: i64,
        /// Until when resets are held.
        held_until: Option<DateTime<Utc>>,
    },
    /// *Ini bukan saya* after a reset, or from the second address: a case for the desk.
    ResetDisputed {
        /// The link it came by.
        link: LinkRef,
        /// Whether the account was locked and what was enrolled since was revoked.
        locked: bool,
    },
    /// The person asked the desk for help.
    HelpAsked {
        /// The request.
        request: Uuid,
    },
    /// Accounts were imported.
    AccountsImported {
        /// How many were new.
        created: i64,
        /// How many stood there already, the same.
        unchanged: i64,
        /// SHA-256 of the file, in hexadecimal.
        file_sha256: String,
    },
    /// Accounts were exported.
    AccountsExported {
        /// How many.
        rows: i64,
    },
    /// The password step of a sign-in.
    LoginPassword(LoginPassword),
    /// The code step of a sign-in.
    LoginCode(LoginCode),
    /// The owner was told of wrong codes in a row.
    LoginWarned {
        /// The account.
        account: Uuid,
        /// How many there were.
        in_row: i32,
    },
    /// Sessions were ended by their owner.
    SessionEnded {
        /// The account.
        account: Uuid,
        /// How many.
        sessions: i64,
        /// Whether the session that asked was one of them.
        own: bool,
    },
    /// A secret was made and shown, to be proved by a first code.
    TotpEnrolling {
        /// The account.
        account: Uuid,
        /// The enrolment; none where it was refused.
        enrolment: Option<Uuid>,
        /// The grant it rests on.
        grant: Option<Uuid>,
    },
    /// A first code was given.
    TotpActivated {
        /// The account.
        account: Uuid,
        /// The enrolment, whose id the credential bears.
        enrolment: Uuid,
        /// What it did; none where it was refused.
        effect: Option<ActivationEffect>,
    },
    /// A link to activation was asked for.
    TotpLinkAsked {
        /// The account.
        account: Uuid,
        /// The grant it carries.
        grant: Option<Uuid>,
    },
    /// TOTP was disabled by its owner.
    TotpDisabled {
        /// The account.
        account: Uuid,
        /// What it did; none where it was refused.
        effect: Option<DisableEffect>,
    },
    /// The recovery codes were said to be kept, and are not shown again.
    RecoveryCodesKept {
        /// The account.
        account: Uuid,
        /// Whose codes.
        credential: Uuid,
    },
    /// The password was changed by its owner.
    PasswordChanged {
        /// The account.
        account: Uuid,
        /// Other sessions ended.
        sessions: i64,
    },
    /// *Ini bukan saya* by a notice about the account itself: locked, and a case for the desk.
    AccountDisputed {
        /// The link it came by.
        link: LinkRef,
        /// Word of the letter that carried it.
        letter: String,
    },
    /// Something about the people of the desk themselves.
    People(People),
    /// Something the desk did in its daily work.
    Desk(Desk),
    /// Something two people decide.
    Dual(Dual),
    /// Accounts, letters and freezes that the desk looks after.
    Upkeep(Upkeep),
    /// Mail that comes in.
    Inbound(Inbound),
    /// The log itself, and who read it.
    Audit(Audit),
    /// Portals and what they do.
    Portal(Portal),
    /// Rows past their retention were removed.
    RetentionPurged {
        /// Requests that matched nothing, or ended.
        requests: i64,
        /// Links.
        links: i64,
        /// Letters.
        letters: i64,
        /// Sessions.
        sessions: i64,
    },
}

/// Every kind there is, in the order of `docs/events.md`.
pub fn kinds() -> impl Iterator<Item = &'static str> {
    [&KINDS[..], people::KINDS, desk::KINDS, dual::KINDS, upkeep::KINDS, inbound::KINDS, audit::KINDS, portal::KINDS]
        .into_iter()
        .flatten()
        .copied()
}

const KINDS: [&str; 30] = [
    "reset.asked",
    "reset.matched",
    "reset.unmatched",
    "mail.accepted",
    "mail.failed",
    "mail.dropped",
    "mail.parked",
    "link.opened",
    "link.expired",
    "link.reissued",
    "reset.confirmed",
    "reset.scheduled",
    "reset.executed",
    "reset.cancelled",
    "reset.disputed",
    "request.help-asked",
    "accounts.imported",
    "accounts.exported",
    "retention.purged",
    "login.password",
    "login.code",
    "login.warned",
    "session.ended",
    "totp.enrolling",
    "totp.activated",
    "totp.link-asked",
    "totp.disabled",
    "recovery-codes.kept",
    "password.changed",
    "account.disputed",
];

impl Event {
    fn parts(&self) -> Parts {
        match self {
            Self::ResetAsked { .. } => self.asked(),
            Self::ResetMatched { request, account, link, joined } => parts(
                "reset.matched",
                Subject { link: *link, ..of_request(*request, Some(*account)) },
                vec![("joined", json!(joined))],
            ),
            Self::ResetUnmatched { request, account, reason, hinted, grant } => {
                let mut facts = vec![("reason", json!(reason)), ("hinted", json!(hinted))];
                facts.extend(grant.map(|grant| ("grant", json!(grant))));
                parts("reset.unmatched", of_request(*request, *account), facts)
            }
            Self::MailAccepted { letter, attempts, code } => {
                of_letter("mail.accepted", *letter, vec![("attempts", json!(attempts)), ("code", json!(code))])
            }
            Self::MailFailed { letter, attempts, code } => {
                of_letter("mail.failed", *letter, vec![("attempts", json!(attempts)), ("code", json!(code))])
            }
            Self::MailDropped { letter } => of_letter("mail.dropped", *letter, vec![]),
            Self::MailParked { letter } => of_letter("mail.parked", *letter, vec![]),
            Self::LinkOpened(link) => parts("link.opened", of_link(*link), vec![]),
            Self::LinkExpired(link) => parts("link.expired", of_link(*link), vec![]),
            Self::LinkReissued { link, new_link, queued } => parts(
                "link.reissued",
                of_link(*link),
                vec![("new_link", json!(new_link)), ("queued", json!(queued.then_some(QueueReason::Late.code())))],
            ),
            Self::ResetConfirmed { link, effect } => {
                parts("reset.confirmed", of_link(*link), ResetEffect::facts(effect.as_ref()))
            }
            Self::ResetScheduled { link, due, proposal } => {
                let subject = Subject { proposal: *proposal, ..of_link(*link) };
                parts("reset.scheduled", subject, vec![("due", json!(time(*due)))])
            }
            Self::ResetExecuted { request, account, proposal, effect } => {
                let subject = Subject { proposal: *proposal, ..of_request(*request, Some(*account)) };
                parts("reset.executed", subject, ResetEffect::facts(effect.as_ref()))
            }
            Self::ResetCancelled { link, requests, held_until } => parts(
                "reset.cancelled",
                of_link(*link),
                vec![("requests", json!(requests)), ("held_until", json!(held_until.map(time)))],
            ),
            Self::ResetDisputed { link, locked } => {
                parts("reset.disputed", of_link(*link), vec![("locked", json!(locked))])
            }
            Self::HelpAsked { request } => parts("request.help-asked", of_request(*request, None), vec![]),
            Self::AccountsImported { created, unchanged, file_sha256 } => parts(
                "accounts.imported",
                Subject::default(),
                vec![("created", json!(created)), ("unchanged", json!(unchanged)), ("file_sha256", json!(file_sha256))],
            ),
            Self::AccountsExported { rows } => {
                parts("accounts.exported", Subject::default(), vec![("rows", json!(rows))])
            }
            Self::LoginPassword(login) => login.parts(),
            Self::LoginCode(login) => login.parts(),
            Self::LoginWarned { account, in_row } => {
                parts("login.warned", of_account(*account), vec![("in_row", json!(in_row))])
            }
            Self::SessionEnded { account, sessions, own } => {
                parts("session.ended", of_account(*account), vec![("sessions", json!(sessions)), ("own", json!(own))])
            }
            Self::TotpEnrolling { account, enrolment, grant } => parts(
                "totp.enrolling",
                of_account(*account),
                vec![("enrolment", json!(enrolment)), ("grant", json!(grant))],
            ),
            Self::TotpActivated { account, enrolment, effect } => {
                parts("totp.activated", of_account(*account), ActivationEffect::facts(*enrolment, effect.as_ref()))
            }
            Self::TotpLinkAsked { account, grant } => {
                parts("totp.link-asked", of_account(*account), vec![("grant", json!(grant))])
            }
            Self::TotpDisabled { account, effect } => {
                parts("totp.disabled", of_account(*account), DisableEffect::facts(effect.as_ref()))
            }
            Self::RecoveryCodesKept { account, credential } => {
                parts("recovery-codes.kept", of_account(*account), vec![("credential", json!(credential))])
            }
            Self::PasswordChanged { account, sessions } => {
                parts("password.changed", of_account(*account), vec![("sessions", json!(sessions))])
            }
            Self::AccountDisputed { link, letter } => {
                parts("account.disputed", of_link(*link), vec![("letter_kind", json!(letter))])
            }
            Self::People(event) => event.parts(),
            Self::Desk(event) => event.parts(),
            Self::Dual(event) => event.parts(),
            Self::Upkeep(event) => event.parts(),
            Self::Audit(audit) => audit.parts(),
            Self::Portal(portal) => portal.parts(),
            Self::Inbound(event) => event.parts(),
            Self::RetentionPurged { requests, links, letters, sessions } => {
                let rows = [("requests", requests), ("links", links), ("letters", letters), ("sessions", sessions)];
                let facts = rows.into_iter().map(|(name, count)| (name, json!(count))).collect();
                parts("retention.purged", Subject::default(), facts)
            }
        }
    }

    fn asked(&self) -> Parts {
        let Self::ResetAsked { request, reference, channel, user_type, again, user_id, address, network } = self else {
            return parts("reset.asked", Subject::default(), vec![]);
        };
        let mut parts = parts(
            "reset.asked",
            of_request(*request, None),
            vec![
                ("reference", json!(reference)),
                ("channel", json!(channel.code())),
                ("user_type", json!(user_type.code())),
                ("again", json!(again)),
            ],
        );
        parts.personal = vec![("user_id", user_id.clone()), ("address", address.clone())];
        parts.personal.extend(network.iter().map(|network| ("network", network.clone())));
        parts
    }

    /// Its kind, for instance `reset.confirmed`.
    pub fn kind(&self) -> &'static str {
        self.parts().kind
    }
}
