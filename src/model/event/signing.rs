//! What the events of sign-in and activation say.

use serde_json::{Value, json};
use uuid::Uuid;

use super::{Parts, Subject, of_account, parts};
use crate::model::account::UserType;

/// The password step of a sign-in.
#[derive(Clone, Debug)]
pub struct LoginPassword {
    /// The account; none where no account stands behind the User ID.
    pub account: Option<Uuid>,
    /// The Tipe User chosen.
    pub user_type: UserType,
    /// The User ID as typed.
    pub user_id: String,
    /// The network it came from.
    pub network: String,
    /// What it opened; none where it was refused.
    pub opened: Option<Opened>,
}

/// What a right password opened.
#[derive(Clone, Copy, Debug)]
pub struct Opened {
    /// The session.
    pub session: Uuid,
    /// What comes next: `code`, `activate` or `account`.
    pub next: &'static str,
    /// Whether the password was hashed anew.
    pub rehashed: bool,
    /// The enrolment that began.
    pub enrolment: Option<Uuid>,
}

impl LoginPassword {
    pub(super) fn parts(&self) -> Parts {
        let mut facts = vec![("user_type", json!(self.user_type.code()))];
        if let Some(opened) = self.opened {
            facts.push(("session", json!(opened.session)));
            facts.push(("next", json!(opened.next)));
            facts.push(("rehashed", json!(opened.rehashed)));
            facts.push(("enrolment", json!(opened.enrolment)));
        }
        let subject = self.account.map_or_else(Subject::default, of_account);
        let personal = vec![("user_id", self.user_id.clone()), ("network", self.network.clone())];
        Parts { personal, ..parts("login.password", subject, facts) }
    }
}

/// The code step of a sign-in.
#[derive(Clone, Debug)]
pub struct LoginCode {
    /// The account.
    pub account: Uuid,
    /// The session that had shown the password.
    pub session: Uuid,
    /// `totp` or `recovery`.
    pub method: &'static str,
    /// How many seconds ahead the device's clock is, where a code of another time shows it.
    pub clock_seconds: Option<i64>,
    /// Whether the account knows the browser.
    pub known_browser: bool,
    /// Wrong codes in a row, this one included.
    pub in_row: i32,
    /// The session it rose to; none where it was refused.
    pub rose_to: Option<Uuid>,
    /// The network it came from.
    pub network: String,
}

impl LoginCode {
    pub(super) fn parts(&self) -> Parts {
        let facts = vec![
            ("session", json!(self.session)),
            ("method", json!(self.method)),
            ("clock_seconds", json!(self.clock_seconds)),
            ("known_browser", json!(self.known_browser)),
            ("in_row", json!(self.in_row)),
            ("rose_to", json!(self.rose_to)),
        ];
        let personal = vec![("network", self.network.clone())];
        Parts { personal, ..parts("login.code", of_account(self.account), facts) }
    }
}

/// What an activation did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ActivationEffect {
    /// The grant that was used.
    pub grant: Option<Uuid>,
    /// Recovery codes made.
    pub recovery_codes: usize,
    /// The session that goes on; none where a portal activated.
    pub session: Option<Uuid>,
    /// Sessions ended.
    pub sessions: i64,
    /// Letters queued.
    pub letters: usize,
}

impl ActivationEffect {
    pub(super) fn facts(enrolment: Uuid, effect: Option<&Self>) -> Vec<(&'static str, Value)> {
        let mut facts = vec![("enrolment", json!(enrolment))];
        if let Some(e) = effect {
            facts.extend([
                ("grant", json!(e.grant)),
                ("recovery_codes", json!(e.recovery_codes)),
                ("session", json!(e.session)),
                ("sessions", json!(e.sessions)),
                ("letters", json!(e.letters)),
            ]);
        }
        facts
    }
}

/// What *Disable TOTP* did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DisableEffect {
    /// The credential that was revoked.
    pub credential: Uuid,
    /// Recovery codes revoked.
    pub recovery_codes: i64,
    /// Sessions ended.
    pub sessions: i64,
    /// The grant that was issued.
    pub grant: Uuid,
    /// Letters queued.
    pub letters: usize,
}

impl DisableEffect {
    pub(super) fn facts(effect: Option<&Self>) -> Vec<(&'static str, Value)> {
        effect.map_or_else(Vec::new, |e| {
            vec![
                ("credential", json!(e.credential)),
                ("recovery_codes", json!(e.recovery_codes)),
                ("sessions", json!(e.sessions)),
                ("grant", json!(e.grant)),
                ("letters", json!(e.letters)),
            ]
        })
    }
}
