//! The events of the log: what can be said in it, and the canonical bytes that are hashed for ever.
//!
//! A kind's name and the meaning of its facts never change; a new meaning is a new kind. `docs/events.md` lists them.

use chrono::{DateTime, SecondsFormat, Utc};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Map, Value, json};
use sha2::Sha256;
use uuid::Uuid;

mod desk;
mod dual;
mod inbound;
pub mod people;
mod signing;
mod upkeep;

pub use desk::{CaseRef, Desk, Settled};
pub use dual::{Attached, Decided, Dual, Fate, ProposalRef, Proposed};
pub use inbound::{Inbound, MailRef};
pub use people::People;
pub use signing::{ActivationEffect, DisableEffect, LoginCode, LoginPassword, Opened};
pub use upkeep::Upkeep;

use super::account::UserType;
use super::letter::LetterKind;
use super::refusal::Refusal;
use super::request::{Channel, QueueReason};
use crate::base::fault::Fault;
use crate::base::json;

/// Version of the canonical form.
const VERSION: u8 = 1;

/// Who acted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    /// Somebody on the public pages.
    User,
    /// One of our workers, by name.
    Worker(&'static str),
    /// Whoever runs commands on the machine.
    Operator,
    /// Somebody of the desk, by id.
    Staff(Uuid),
}

impl Actor {
    /// The word in the database.
    pub fn code(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Worker(_) => "worker",
            Self::Operator => "operator",
            Self::Staff(_) => "staff",
        }
    }
}

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
        /// The network it came from.
        network: String,
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

/// What the one reset operation did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResetEffect {
    /// The credential that was revoked.
    pub credential: Uuid,
    /// Recovery codes revoked.
    pub recovery_codes: i64,
    /// Sessions ended.
    pub sessions: i64,
    /// Other open requests that were cancelled.
    pub requests: i64,
    /// Letters queued.
    pub letters: i64,
    /// The grant that was issued.
    pub grant: Uuid,
}

impl ResetEffect {
    fn facts(effect: Option<&Self>) -> Vec<(&'static str, Value)> {
        effect.map_or_else(Vec::new, |e| {
            vec![
                ("credential", json!(e.credential)),
                ("recovery_codes", json!(e.recovery_codes)),
                ("sessions", json!(e.sessions)),
                ("superseded_requests", json!(e.requests)),
                ("letters", json!(e.letters)),
                ("grant", json!(e.grant)),
            ]
        })
    }
}

/// The subjects an event can be about.
#[derive(Clone, Copy, Debug, Default)]
struct Subject {
    account: Option<Uuid>,
    request: Option<Uuid>,
    link: Option<Uuid>,
    letter: Option<Uuid>,
    case: Option<Uuid>,
    proposal: Option<Uuid>,
    /// The mail that came in.
    mail: Option<Uuid>,
    /// The person of the desk it is about.
    staff: Option<Uuid>,
}

struct Parts {
    kind: &'static str,
    subject: Subject,
    facts: Vec<(&'static str, Value)>,
    personal: Vec<(&'static str, String)>,
}

fn parts(kind: &'static str, subject: Subject, facts: Vec<(&'static str, Value)>) -> Parts {
    Parts { kind, subject, facts, personal: Vec::new() }
}

fn of_request(request: Uuid, account: Option<Uuid>) -> Subject {
    Subject { request: Some(request), account, ..Subject::default() }
}

fn of_account(account: Uuid) -> Subject {
    Subject { account: Some(account), ..Subject::default() }
}

fn of_link(link: LinkRef) -> Subject {
    Subject { link: Some(link.link), request: link.request, account: link.account, ..Subject::default() }
}

fn of_letter(kind: &'static str, letter: LetterRef, mut facts: Vec<(&'static str, Value)>) -> Parts {
    facts.push(("letter_kind", json!(letter.kind.code())));
    let subject =
        Subject { letter: Some(letter.letter), request: letter.request, account: letter.account, ..Subject::default() };
    parts(kind, subject, facts)
}

/// Every kind there is, in the order of `docs/events.md`.
pub fn kinds() -> impl Iterator<Item = &'static str> {
    [&KINDS[..], people::KINDS, desk::KINDS, dual::KINDS, upkeep::KINDS, inbound::KINDS].into_iter().flatten().copied()
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
            Self::ResetUnmatched { request, account, reason, hinted } => {
                let facts = vec![("reason", json!(reason)), ("hinted", json!(hinted))];
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
        parts.personal = vec![("user_id", user_id.clone()), ("address", address.clone()), ("network", network.clone())];
        parts
    }

    /// Its kind, for instance `reset.confirmed`.
    pub fn kind(&self) -> &'static str {
        self.parts().kind
    }

    /// The row of the log: `id` and `salt` are fresh, `at` is now.
    pub fn record(
        &self,
        actor: Actor,
        refusal: Option<Refusal>,
        id: Uuid,
        at: DateTime<Utc>,
        salt: [u8; 32],
    ) -> Result<Record, Fault> {
        let Parts { kind, subject, facts, personal } = self.parts();
        let outcome = if refusal.is_some() { "refused" } else { "done" };
        let mut body = Map::new();
        body.insert("v".into(), json!(VERSION));
        body.insert("id".into(), json!(id));
        body.insert("at".into(), json!(time(at)));
        body.insert("kind".into(), json!(kind));
        body.insert("outcome".into(), json!(outcome));
        body.insert("actor".into(), actor_body(actor));
        body.insert("subject".into(), subject_body(subject));
        body.insert("facts".into(), Value::Object(facts.into_iter().map(|(k, v)| (k.into(), v)).collect()));
        if let Some(refusal) = refusal {
            body.insert("refusal".into(), json!(refusal.code()));
        }
        let commitments: Map<String, Value> =
            personal.iter().map(|(name, value)| ((*name).to_owned(), json!(commitment(&salt, name, value)))).collect();
        if !commitments.is_empty() {
            body.insert("personal".into(), Value::Object(commitments));
        }
        let details = (!personal.is_empty())
            .then(|| Value::Object(personal.into_iter().map(|(k, v)| (k.to_owned(), Value::String(v))).collect()));
        Ok(Record {
            id,
            at,
            kind,
            outcome,
            actor: actor.code(),
            staff: if let Actor::Staff(id) = actor { Some(id) } else { None },
            account: subject.account,
            request: subject.request,
            body: json::canonical(&Value::Object(body)).map_err(|e| Fault::bug("an event has no canonical form", e))?,
            personal: details.map(|details| Personal { salt, details }),
        })
    }
}

/// A row of the log.
#[derive(Clone, Debug)]
pub struct Record {
    /// Row id.
    pub id: Uuid,
    /// When, to the microsecond.
    pub at: DateTime<Utc>,
    /// The kind's name.
    pub kind: &'static str,
    /// `done` or `refused`.
    pub outcome: &'static str,
    /// Who, in one word.
    pub actor: &'static str,
    /// Who of the desk it was.
    pub staff: Option<Uuid>,
    /// The account it is about.
    pub account: Option<Uuid>,
    /// The request it is about.
    pub request: Option<Uuid>,
    /// RFC 8785 JSON; its UTF-8 bytes are what is hashed.
    pub body: String,
    /// What the body only commits to.
    pub personal: Option<Personal>,
}

/// Personal details of an event, which can be erased while the body stays.
#[derive(Clone, Debug)]
pub struct Personal {
    /// 32 random bytes from which each detail's salt is derived.
    pub salt: [u8; 32],
    /// Object of name → value.
    pub details: Value,
}

/// The commitment to one personal detail, in hexadecimal: HMAC-SHA-256(HMAC-SHA-256(salt, name), value).
///
/// Each detail has a salt of its own, so that one can be shown without opening the others.
pub fn commitment(salt: &[u8; 32], name: &str, value: &str) -> String {
    let detail_salt = mac(salt, name.as_bytes());
    data_encoding::HEXLOWER.encode(&mac(&detail_salt, value.as_bytes()))
}

fn mac(key: &[u8; 32], message: &[u8]) -> [u8; 32] {
    // a MAC key may have any length, so the error cannot occur; an all-zero commitment would be seen by the tests
    Hmac::<Sha256>::new_from_slice(key).map_or([0; 32], |mac| mac.chain_update(message).finalize().into_bytes().into())
}

fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Micros, true)
}

fn actor_body(actor: Actor) -> Value {
    match actor {
        Actor::Worker(name) => json!({ "kind": actor.code(), "name": name }),
        Actor::Staff(id) => json!({ "kind": actor.code(), "id": id }),
        Actor::User | Actor::Operator => json!({ "kind": actor.code() }),
    }
}

fn subject_body(subject: Subject) -> Value {
    let named = [
        ("account", subject.account),
        ("request", subject.request),
        ("link", subject.link),
        ("letter", subject.letter),
        ("case", subject.case),
        ("proposal", subject.proposal),
        ("mail", subject.mail),
        ("staff", subject.staff),
    ];
    Value::Object(named.into_iter().filter_map(|(k, v)| v.map(|v| (k.to_owned(), json!(v)))).collect())
}
