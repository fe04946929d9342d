//! What makes a TOTP the account's one, gives it recovery codes, or takes it away: the same by our pages and by a portal's.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::App;
use crate::base::fault::Fault;
use crate::base::keyring::Key;
use crate::base::{random, recovery};
use crate::i18n::Lang;
use crate::model::activation::{GRANT_HOURS, RECOVERY_CODES};
use crate::model::event::{ActivationEffect, DisableEffect};
use crate::model::letter::LetterKind;
use crate::store::factor::{Enrolment, Holder};
use crate::store::letter::{self, Post, everywhere};
use crate::store::session::{self, NewSession};
use crate::store::{Tx, account, factor};

/// An account whose TOTP changes; its row is held.
#[derive(Clone, Copy, Debug)]
pub struct Whose<'a> {
    /// The account.
    pub account: Uuid,
    /// The language of its letters.
    pub language: Lang,
    /// Addresses on file: 1 or 2.
    pub addresses: i64,
    /// Where it happens, for its letters: the browser in a few words, or the portal's name.
    pub place: Option<&'a str>,
}

/// An activation.
pub struct Activated {
    /// The recovery codes.
    pub codes: [String; RECOVERY_CODES],
    /// The token of the session that goes on, where there is one.
    pub token: Option<[u8; 32]>,
    /// What it did.
    pub effect: ActivationEffect,
}

/// What *Disable TOTP* did, and when the grant that it leaves ends.
#[derive(Clone, Copy, Debug)]
pub struct Disabled {
    /// What it did.
    pub effect: DisableEffect,
    /// When the grant ends.
    pub grant_expires_at: DateTime<Utc>,
}

impl App {
    /// Makes a proved enrolment the account's one TOTP with its recovery codes, ends all sessions and tells every address
    /// on file. `goes_on` begins a session in place of those that ended.
    pub async fn activate(
        &self,
        tx: &mut Tx,
        whose: Whose<'_>,
        enrolment: &Enrolment,
        step: i64,
        goes_on: Option<&NewSession<'_>>,
    ) -> Result<Activated, Fault> {
        let account = whose.account;
        let codes = self.recovery_codes(enrolment.id, &enrolment.sealed_secret)?;
        factor::activate(tx, account, enrolment, step, &hashes(account, &codes)).await?;
        let sessions = session::end_others(tx, account, None).await?;
        let begun = match goes_on {
            Some(new) => Some(session::begin(tx, new, self.lives()).await?),
            None => None,
        };
        let letters = self.tell_of_factor(tx, whose, LetterKind::Activated).await?;
        let effect = ActivationEffect {
            grant: enrolment.grant_id,
            recovery_codes: codes.len(),
            session: begun.map(|(id, _)| id),
            sessions,
            letters,
        };
        Ok(Activated { codes, token: begun.map(|(_, token)| token), effect })
    }

    /// Ten new recovery codes in place of those that were; tells every address on file, by as many letters as are returned.
    /// The codes are random and only their hashes are kept, so that this is the only time they are shown.
    pub async fn renew_recovery_codes(
        &self,
        tx: &mut Tx,
        whose: Whose<'_>,
        credential: Uuid,
    ) -> Result<([String; RECOVERY_CODES], usize), Fault> {
        let account = whose.account;
        // of a key that nobody keeps
        let codes = recovery::derive(&Key::new(random::bytes::<32>()?), credential);
        factor::renew_recovery_codes(tx, account, credential, &hashes(account, &codes)).await?;
        // the session that activated would show the ones that were
        session::codes_kept(tx, account).await?;
        let letters = self.tell_of_factor(tx, whose, LetterKind::CodesRenewed).await?;
        Ok((codes, letters))
    }

    /// Revokes the TOTP with its recovery codes, ends all sessions, leaves a grant to enrol anew and tells every address on
    /// file.
    pub async fn disable(&self, tx: &mut Tx, whose: Whose<'_>, holder: Holder<'_>) -> Result<Disabled, Fault> {
        let account = whose.account;
        let revoked = account::revoke_factor(tx, account, None).await?;
        let grant = random::id();
        let grant_expires_at = factor::grant(tx, grant, account, "disable", holder, GRANT_HOURS).await?;
        let letters = self.tell_of_factor(tx, whose, LetterKind::Disabled).await?;
        let effect = DisableEffect {
            credential: revoked.credential.ok_or_else(|| Fault::broken("what was disabled was not active"))?,
            recovery_codes: revoked.recovery_codes,
            sessions: revoked.sessions,
            grant,
            letters,
        };
        Ok(Disabled { effect, grant_expires_at })
    }

    async fn tell_of_factor(&self, tx: &mut Tx, whose: Whose<'_>, kind: LetterKind) -> Result<usize, Fault> {
        let positions = everywhere(whose.addresses);
        let letter = self.letter(whose.account, kind, whose.language);
        letter::post(tx, &Post { place: whose.place, positions, ..letter }).await?;
        Ok(positions.len())
    }
}

/// A grant for a letter to the registered address, where no other can be mailed.
pub async fn renew_grant(tx: &mut Tx, account: Uuid) -> Result<Uuid, Fault> {
    let id = random::id();
    factor::grant(tx, id, account, "renewed", Holder::Mail, GRANT_HOURS).await?;
    Ok(id)
}

fn hashes(account: Uuid, codes: &[String]) -> Vec<[u8; 32]> {
    codes.iter().map(|code| recovery::hash(account, code)).collect()
}
