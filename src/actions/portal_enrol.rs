//! Enrolment by a portal: its page shows a secret to whom it knows by password, and a first code proves that secret.

use chrono::{DateTime, TimeDelta, Utc};
use data_encoding::BASE32_NOPAD;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::app::once::Answer;
use crate::app::portal::{Enrols, Scoped as _, whose};
use crate::app::{App, Outcome};
use crate::base::fault::Fault;
use crate::base::secret_hash;
use crate::base::totp::Verdict;
use crate::model::activation::{GRANT_HOURS, Grant, Shown, entitled};
use crate::model::event::{Actor, Event};
use crate::model::portal::grant;
use crate::model::refusal::{Refusal, Stop};
use crate::store::answer::Once;
use crate::store::factor::Enrolment;
use crate::store::portal::held::Held;
use crate::store::{Tx, factor};

/// A secret that is to be proved.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Begun {
    /// The account.
    pub account: Uuid,
    /// Its User ID.
    pub user_id: String,
    /// Word of its language.
    pub language: String,
    /// The enrolment.
    pub enrolment: Uuid,
    /// The secret in base 32.
    pub secret: String,
    /// Word of its algorithm.
    pub algorithm: String,
    /// Digits of a code.
    pub digits: i16,
    /// Seconds that a code lasts.
    pub period: i16,
    /// When it ends, if it is not proved before.
    pub expires_at: DateTime<Utc>,
}

impl Answer for Begun {
    fn account(&self) -> Option<Uuid> {
        Some(self.account)
    }

    fn enrolment(&self) -> Option<Uuid> {
        Some(self.enrolment)
    }
}

/// The account's one TOTP.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Confirmed {
    /// The account.
    pub account: Uuid,
    /// Since when it is active.
    pub since: DateTime<Utc>,
    /// Its recovery codes.
    pub recovery_codes: Vec<String>,
}

impl Answer for Confirmed {
    fn account(&self) -> Option<Uuid> {
        Some(self.account)
    }
}

/// Begins an enrolment, or begins anew: a secret that was shown before and not proved is never active.
pub async fn begin(
    app: &App,
    by: Enrols,
    user_id: &str,
    shown: Option<&str>,
    once: Option<&Once>,
) -> Result<Begun, Stop> {
    let portal = by.caller().portal();
    let handed = shown.and_then(grant::read).map(|secret| (portal, secret_hash(&secret)));
    app.transact_once(Actor::Portal(portal), once, async |tx| {
        let held = match app.hold_for_portal(tx, by, user_id, None).await? {
            Ok(held) => held,
            Err(refusal) => return Ok(Outcome::Nothing(Err(refusal))),
        };
        let (account, now) = (held.guard.account_id, held.guard.now);
        let refused =
            |refusal| Ok(Outcome::Refused(refusal, Event::TotpEnrolling { account, enrolment: None, grant: None }));
        if held.guard.credential_id.is_some() {
            return refused(Refusal::AlreadyActive);
        }
        let grants = factor::grants(tx, account).await?;
        let grant = match may_enrol(app, &held, &grants, &Shown { handed, ..Shown::default() }) {
            Ok(grant) => grant,
            Err(refusal) => return refused(refusal),
        };
        let ends = grants.iter().find(|one| Some(one.id) == grant).map(|one| one.expires_at);
        let new = app.new_enrolment(&maker(portal), grant)?;
        factor::enrol(tx, account, &new).await?;
        if let Some(grant) = grant {
            factor::take(tx, grant).await?;
        }
        let (secret, _) = app.enrolling(&new)?;
        let begun = Begun {
            account,
            language: held.language()?.code().to_owned(),
            user_id: held.user_id,
            enrolment: new.id,
            secret: BASE32_NOPAD.encode(&secret),
            algorithm: new.algorithm,
            digits: new.digits,
            period: new.period,
            expires_at: ends.unwrap_or(now + TimeDelta::hours(GRANT_HOURS.into())),
        };
        Ok(Outcome::Done(Ok(begun), Event::TotpEnrolling { account, enrolment: Some(new.id), grant }))
    })
    .await
}

/// The first code: the secret becomes the account's one TOTP.
pub async fn confirm(
    app: &App,
    by: Enrols,
    user_id: &str,
    enrolment: Uuid,
    typed: &str,
    once: Option<&Once>,
) -> Result<Confirmed, Stop> {
    let portal = by.caller().portal();
    app.transact_once(Actor::Portal(portal), once, async |tx| {
        let held = match app.hold_for_portal(tx, by, user_id, None).await? {
            Ok(held) => held,
            Err(refusal) => return Ok(Outcome::Nothing(Err(refusal))),
        };
        let account = held.guard.account_id;
        let refused =
            |refusal| Ok(Outcome::Refused(refusal, Event::TotpActivated { account, enrolment, effect: None }));
        if held.guard.credential_id.is_some() {
            return refused(Refusal::AlreadyActive);
        }
        let shown = match shown(app, tx, &held, portal, enrolment).await? {
            Ok(shown) => shown,
            Err(refusal) => return refused(refusal),
        };
        match app.judge_first(&shown, held.guard.now, typed)? {
            Verdict::Wrong => refused(Refusal::CodeWrong),
            Verdict::Elsewhere { step, seconds } => {
                if seconds > 0 {
                    factor::burn_first(tx, shown.id, step).await?;
                }
                refused(Refusal::CodeElsewhere(seconds))
            }
            Verdict::Right { step } if shown.burned.contains(&step) => refused(Refusal::CodeReplayed),
            Verdict::Right { step } => {
                let activated = app.activate(tx, whose(&held)?, &shown, step, None).await?;
                let confirmed = Confirmed { account, since: held.guard.now, recovery_codes: activated.codes.to_vec() };
                let effect = Some(activated.effect);
                Ok(Outcome::Done(Ok(confirmed), Event::TotpActivated { account, enrolment, effect }))
            }
        }
    })
    .await
}

fn may_enrol(app: &App, held: &Held, grants: &[Grant], shown: &Shown) -> Result<Option<Uuid>, Refusal> {
    entitled(grants, shown, held.had_factor, app.password_enrols_first(), held.guard.now).grant()
}

/// The enrolment of that id, where this portal may prove it now.
async fn shown(
    app: &App,
    tx: &mut Tx,
    held: &Held,
    portal: Uuid,
    enrolment: Uuid,
) -> Result<Result<Enrolment, Refusal>, Fault> {
    let account = held.guard.account_id;
    let there = factor::held_enrolment(tx, account).await?;
    let Some(shown) = there.filter(|e| e.id == enrolment && e.browser_hash == maker(portal)) else {
        return Ok(Err(Refusal::EnrolmentGone));
    };
    // it names the grant that was shown when it began, as a mailed link does; that may be over by now
    let rests_on = Shown { mailed: shown.grant_id, ..Shown::default() };
    Ok(match may_enrol(app, held, &factor::grants(tx, account).await?, &rests_on) {
        Ok(grant) if grant == shown.grant_id => Ok(shown),
        Ok(_) => Err(Refusal::EnrolmentGone),
        Err(refusal) => Err(refusal),
    })
}

/// What stands in an enrolment of a portal where that of a browser has the browser's hash: no other portal, and no browser,
/// can prove it.
fn maker(portal: Uuid) -> [u8; 32] {
    Sha256::new().chain_update(b"portal:").chain_update(portal.as_bytes()).finalize().into()
}
