//! Activation of TOTP: a secret is shown to who may enrol, and a first code proves it.

use crate::app::activation::Whose;
use crate::app::{App, Outcome};
use crate::base::fault::Fault;
use crate::base::totp::Verdict;
use crate::model::activation::{Entitled, Shown, entitled};
use crate::model::event::{ActivationEffect, Actor, Event};
use crate::model::refusal::{Refusal, Stop};
use crate::model::session::Level;
use crate::store::factor::Enrolment;
use crate::store::session::{self, NewSession, Session};
use crate::store::{Tx, factor};

use uuid::Uuid;

/// Who activates: the holder of a session.
pub struct Holder {
    /// SHA-256 of the session's token.
    pub token_hash: [u8; 32],
    /// SHA-256 of the browser's id.
    pub browser_hash: [u8; 32],
    /// The browser in a few words.
    pub browser_name: Option<String>,
    /// The client network.
    pub network: String,
    /// What the browser can show besides.
    pub shown: Shown,
}

/// Begins an enrolment, or begins anew: a secret that was shown before and not proved is never active.
pub async fn begin(app: &App, holder: &Holder) -> Result<(), Stop> {
    app.transact(Actor::User, async |tx| {
        let Some(held) = hold(app, tx, holder).await? else { return Ok(Outcome::Nothing(Err(Refusal::SignInFirst))) };
        let account = held.account_id;
        let refused =
            |refusal| Ok(Outcome::Refused(refusal, Event::TotpEnrolling { account, enrolment: None, grant: None }));
        if held.guard.credential_id.is_some() {
            return refused(Refusal::AlreadyActive);
        }
        let grant = match may_enrol(app, tx, &held, &holder.shown).await?.grant() {
            Ok(grant) => grant,
            Err(refusal) => return refused(refusal),
        };
        let new = app.new_enrolment(&holder.browser_hash, grant)?;
        factor::enrol(tx, account, &new).await?;
        Ok(Outcome::Done(Ok(()), Event::TotpEnrolling { account, enrolment: Some(new.id), grant }))
    })
    .await??;
    Ok(())
}

/// The first code: the secret becomes the account's TOTP, the session rises. Returns its new token.
pub async fn confirm(app: &App, holder: &Holder, enrolment: Uuid, typed: &str) -> Result<[u8; 32], Stop> {
    let risen = app
        .transact(Actor::User, async |tx| {
            let Some(held) = hold(app, tx, holder).await? else {
                return Ok(Outcome::Nothing(Err(Refusal::SignInFirst)));
            };
            let account = held.account_id;
            let refused =
                |refusal| Ok(Outcome::Refused(refusal, Event::TotpActivated { account, enrolment, effect: None }));
            if held.guard.credential_id.is_some() {
                return refused(Refusal::AlreadyActive);
            }
            let there = factor::held_enrolment(tx, account).await?;
            let shown = there.filter(|e| e.id == enrolment && e.browser_hash == holder.browser_hash);
            let Some(shown) = shown else { return refused(Refusal::EnrolmentGone) };
            // the grant it rests on may be over by now
            let grant = match may_enrol(app, tx, &held, &holder.shown).await?.grant() {
                Ok(grant) => grant,
                Err(refusal) => return refused(refusal),
            };
            if grant != shown.grant_id {
                return refused(Refusal::EnrolmentGone);
            }
            match app.judge_first(&shown, held.now, typed)? {
                Verdict::Wrong => refused(Refusal::CodeWrong),
                Verdict::Elsewhere { step, seconds } => {
                    if seconds > 0 {
                        factor::burn_first(tx, shown.id, step).await?;
                    }
                    refused(Refusal::CodeElsewhere(seconds))
                }
                Verdict::Right { step } if shown.burned.contains(&step) => refused(Refusal::CodeReplayed),
                Verdict::Right { step } => {
                    let (token, effect) = activate(app, tx, &held, holder, &shown, step).await?;
                    Ok(Outcome::Done(Ok(token), Event::TotpActivated { account, enrolment, effect: Some(effect) }))
                }
            }
        })
        .await?;
    Ok(risen?)
}

async fn hold(app: &App, tx: &mut Tx, holder: &Holder) -> Result<Option<Session>, Fault> {
    session::hold(tx, &holder.token_hash, &holder.browser_hash, app.lives()).await
}

async fn may_enrol(app: &App, tx: &mut Tx, held: &Session, shown: &Shown) -> Result<Entitled, Fault> {
    let grants = factor::grants(tx, held.account_id).await?;
    Ok(entitled(&grants, shown, held.had_factor, app.password_enrols_first(), held.now))
}

/// The one TOTP, and a session that goes on; returns its token.
async fn activate(
    app: &App,
    tx: &mut Tx,
    held: &Session,
    holder: &Holder,
    enrolment: &Enrolment,
    step: i64,
) -> Result<([u8; 32], ActivationEffect), Fault> {
    let account = held.account_id;
    let place = holder.browser_name.as_deref();
    let whose = Whose { account, language: held.language()?, addresses: held.addresses, place };
    let new = NewSession {
        account,
        browser_hash: &holder.browser_hash,
        browser_name: place,
        network: &holder.network,
        level: Level::Full,
        activated: Some(enrolment.id),
    };
    let activated = app.activate(tx, whose, enrolment, step, Some(&new)).await?;
    let token = activated.token.ok_or_else(|| Fault::broken("no session goes on"))?;
    Ok((token, activated.effect))
}

/// The recovery codes were kept: they are not shown again.
pub async fn keep_codes(app: &App, holder: &Holder) -> Result<(), Stop> {
    app.transact(Actor::User, async |tx| {
        let Some(held) = hold(app, tx, holder).await? else { return Ok(Outcome::Nothing(Err(Refusal::SignInFirst))) };
        let Some(credential) = held.activated else { return Ok(Outcome::Nothing(Ok(()))) };
        session::codes_kept(tx, held.account_id).await?;
        Ok(Outcome::Done(Ok(()), Event::RecoveryCodesKept { account: held.account_id, credential }))
    })
    .await??;
    Ok(())
}
