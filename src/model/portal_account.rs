//! An account as a portal states it: what of that can be taken, what it changes, and what stands in its way.

use chrono::{DateTime, SubsecRound as _, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::account::{USER_ID_MAX, UserType, fold_address};
use super::account_csv::{NAME_MAX, address, text};
use super::refusal::Refusal;
use super::words::words;
use crate::i18n::Lang;

/// Minutes that a portal's clock may be ahead of ours.
const AHEAD_MINUTES: i64 = 5;

words! {
    /// What a portal changes of an account.
    Change {
        /// Its name.
        Name = "name",
        /// Its Tipe User.
        UserType = "user_type",
        /// The language of its letters.
        Language = "language",
        /// The registered address.
        Email = "email",
        /// The second address.
        Email2 = "email_2",
        /// The password, which the portal keeps.
        Password = "password",
        /// The portal it belongs to.
        Portal = "portal",
    }
}

/// What a portal says of an account, as it was sent.
#[derive(Clone, Copy, Debug)]
pub struct Said<'a> {
    /// Tipe User.
    pub user_type: &'a str,
    /// Name of the person or firm.
    pub name: &'a str,
    /// The registered address.
    pub email: &'a str,
    /// The second address; nothing is said where there is none.
    pub email_2: Option<&'a str>,
    /// The language of its letters; nothing is said where there is none.
    pub language: Option<&'a str>,
    /// When the password changed last, in RFC 3339.
    pub password_changed_at: Option<&'a str>,
}

/// The same, found right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stated {
    /// Tipe User.
    pub user_type: UserType,
    /// Name of the person or firm.
    pub name: String,
    /// The registered address.
    pub email: String,
    /// The second address, where something is said of it.
    pub email_2: Option<String>,
    /// The language of its letters, where something is said of it.
    pub language: Option<Lang>,
    /// When the password changed last, to the microsecond, where something is said of it.
    pub password_changed_at: Option<DateTime<Utc>>,
}

/// A part that cannot be taken: where it stands (a JSON Pointer), and why.
pub type Flaw = (&'static str, String);

/// The User ID of an address, trimmed, where it can be one by the rules of the import.
pub fn user_id(typed: &str) -> Option<&str> {
    let typed = typed.trim();
    text("user_id", typed, USER_ID_MAX).is_ok().then_some(typed)
}

/// What is said, found right by the rules of the import; `now` is the time of its coming.
pub fn stated(said: &Said<'_>, now: DateTime<Utc>) -> Result<Stated, Vec<Flaw>> {
    let mut flaws = Vec::new();
    let mut look = |at: &'static str, found: Result<(), String>| flaws.extend(found.err().map(|why| (at, why)));
    let (name, email, email_2) = (said.name.trim(), said.email.trim(), said.email_2.map(str::trim));
    let user_type = UserType::from_code(said.user_type);
    look("/user_type", user_type.map(drop).ok_or_else(|| "must be penyedia or non_penyedia".to_owned()));
    look("/name", text("name", name, NAME_MAX));
    look("/email", address("email", email));
    if let Some(second) = email_2 {
        let same = fold_address(second) == fold_address(email);
        let other = || if same { Err("is the same as email".to_owned()) } else { Ok(()) };
        look("/email_2", address("email_2", second).and_then(|()| other()));
    }
    let language = said.language.map(Lang::from_code);
    look("/language", language.is_none_or(|l| l.is_some()).then_some(()).ok_or_else(|| "must be id or en".to_owned()));
    let changed = said.password_changed_at.map(|words| moment(words, now)).transpose();
    look("/password_changed_at", changed.as_ref().map(drop).map_err(Clone::clone));
    match (user_type, changed) {
        (Some(user_type), Ok(password_changed_at)) if flaws.is_empty() => Ok(Stated {
            user_type,
            name: name.to_owned(),
            email: email.to_owned(),
            email_2: email_2.map(str::to_owned),
            language: language.flatten(),
            password_changed_at,
        }),
        _ => Err(flaws),
    }
}

fn moment(words: &str, now: DateTime<Utc>) -> Result<DateTime<Utc>, String> {
    let at = DateTime::parse_from_rfc3339(words).map_err(|_| "is no time of RFC 3339".to_owned())?;
    let at = at.with_timezone(&Utc).trunc_subsecs(6);
    if at > now + TimeDelta::minutes(AHEAD_MINUTES) {
        return Err("is yet to come".to_owned());
    }
    Ok(at)
}

/// An account that is there, as far as it matters to what a portal states.
#[derive(Clone, Debug)]
pub struct There {
    /// Row id.
    pub id: Uuid,
    /// Its portal.
    pub portal: Option<Uuid>,
    /// Tipe User.
    pub user_type: UserType,
    /// Name.
    pub name: String,
    /// Language.
    pub language: Lang,
    /// The registered address.
    pub email: String,
    /// The second address.
    pub email_2: Option<String>,
    /// When its password changed last; when it was made, where nobody said.
    pub password_since: DateTime<Utc>,
    /// Whether it is locked.
    pub locked: bool,
    /// Whether it is protected.
    pub protected: bool,
    /// Whether a reset or a proposal waits, a grant to enrol anew is out, or its owner holds resets after *Ini bukan saya*.
    pub held: bool,
}

impl There {
    /// What differs from what is stated by that portal; an address by how it is compared.
    pub fn changes(&self, stated: &Stated, portal: Uuid) -> Vec<Change> {
        let second = self.email_2.as_deref().map(fold_address);
        let differs = |change: &Change| match change {
            Change::Name => self.name != stated.name,
            Change::UserType => self.user_type != stated.user_type,
            Change::Language => stated.language.is_some_and(|language| language != self.language),
            Change::Email => fold_address(&self.email) != fold_address(&stated.email),
            Change::Email2 => stated.email_2.as_deref().is_some_and(|said| Some(fold_address(said)) != second),
            Change::Password => stated.password_changed_at.is_some_and(|at| at > self.password_since),
            Change::Portal => self.portal != Some(portal),
        };
        Change::ALL.iter().copied().filter(differs).collect()
    }

    /// What stands in the way of these changes.
    ///
    /// Whoever holds a stolen key must not get at a protected account or its mail, at a reset that is on its way to somebody
    /// else, or past a person who said *Ini bukan saya*. A changed password of its own account is always taken: it only adds care.
    pub fn hindrance(&self, stated: &Stated, changes: &[Change]) -> Option<Refusal> {
        let addresses = changes.iter().any(|change| matches!(change, Change::Email | Change::Email2));
        let guarded = addresses || changes.contains(&Change::Portal);
        let second = stated.email_2.as_deref().or(self.email_2.as_deref()).map(fold_address);
        if self.locked && !changes.iter().all(|change| matches!(change, Change::Password | Change::Language)) {
            Some(Refusal::Locked)
        } else if guarded && self.protected {
            Some(Refusal::AccountProtected)
        } else if guarded && self.held {
            Some(Refusal::ChangeHeld)
        } else if addresses && second == Some(fold_address(&stated.email)) {
            // the second address would be the registered one twice
            Some(Refusal::FormInvalid)
        } else {
            None
        }
    }

    /// The addresses that are told of these changes, as they are compared: one for each letter.
    pub fn told(&self, stated: &Stated, changes: &[Change]) -> Vec<String> {
        let second = stated.email_2.as_deref().or(self.email_2.as_deref());
        let on_file: Vec<String> =
            [Some(stated.email.as_str()), second].into_iter().flatten().map(fold_address).collect();
        let mut told = Vec::new();
        for (change, former) in
            [(Change::Email, Some(&self.email)), (Change::Email2, self.email_2.as_ref()), (Change::Password, None)]
        {
            if changes.contains(&change) {
                told.extend(on_file.iter().cloned());
                told.extend(former.map(|former| fold_address(former)).filter(|former| !on_file.contains(former)));
            }
        }
        told
    }
}

/// How an account stands, as its portal may see it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[allow(clippy::struct_excessive_bools, reason = "a row of facts, each looked at once")]
pub struct Standing {
    /// User ID.
    pub user_id: String,
    /// Word of its Tipe User.
    pub user_type: String,
    /// Name.
    pub name: String,
    /// Word of its language.
    pub language: String,
    /// The registered address, masked.
    pub email: String,
    /// The second address, masked.
    pub email_2: Option<String>,
    /// Whether it is locked.
    pub locked: bool,
    /// Since when its TOTP is active.
    pub active_since: Option<DateTime<Utc>>,
    /// Whether an enrolment was begun and is not confirmed.
    pub enrolling: bool,
    /// Whether it ever had TOTP.
    pub had_factor: bool,
    /// Recovery codes that are neither used nor revoked.
    pub recovery_codes: i64,
    /// Whether a reset is under way.
    pub reset_open: bool,
    /// When the reset that waits takes effect.
    pub reset_due: Option<DateTime<Utc>>,
    /// When it was reset last.
    pub last_reset_at: Option<DateTime<Utc>>,
}

#[cfg(test)]
mod tests;
