//! The reset: confirmed by a link's holder, or executed when its time has come. Both end in the one operation below.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::app::{App, Outcome};
use crate::base::fault::Fault;
use crate::base::{random, secret_hash};
use crate::model::activation::GRANT_HOURS;
use crate::model::event::{Actor, Event, LinkRef, ResetEffect};
use crate::model::letter::LetterKind;
use crate::model::link::TRIES;
use crate::model::refusal::{Refusal, Stop};
use crate::model::request::Step;
use crate::store::account::{self, NewGrant};
use crate::store::letter::{self, Post, everywhere};
use crate::store::link::{self, Link};
use crate::store::{Tx, request};

/// OK, pressed by a link's holder.
pub struct Confirm {
    /// The link whose token was proved.
    pub link: Uuid,
    /// SHA-256 of the browser's id.
    pub browser_hash: [u8; 32],
    /// The secret this browser will hold as its activation grant.
    pub grant_secret: [u8; 32],
    /// Whether the password typed fits the hash given; none where no password is asked.
    pub password: Option<PasswordProof>,
}

/// A password was compared with this hash, before the transaction.
pub struct PasswordProof {
    /// The hash it was compared with; compared again inside the transaction.
    pub hash: Option<String>,
    /// Whether it fitted.
    pub fits: bool,
}

/// What OK did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confirmed {
    /// The factor is reset.
    Now,
    /// It will be, then.
    At(DateTime<Utc>),
}

/// Spends a link: the factor is reset, at once or after the delay that applies.
pub async fn confirm(app: &App, confirm: Confirm) -> Result<Confirmed, Stop> {
    let settings = app.config().reset;
    app.transact(Actor::User, async |tx| {
        let Some(held) = link::hold(tx, confirm.link).await? else {
            let event = Event::ResetConfirmed { link: LinkRef::gone(confirm.link), effect: None };
            return Ok(Outcome::Refused(Refusal::LinkUnknown, event));
        };
        let subject = held.subject();
        let refused = |refusal| Ok(Outcome::Refused(refusal, Event::ResetConfirmed { link: subject, effect: None }));
        if let Err(refusal) = may_confirm(&held)? {
            return refused(refusal);
        }
        if settings.require_password
            && !confirm.password.as_ref().is_some_and(|p| p.fits && p.hash == held.password_hash)
        {
            link::count_try(tx, held.id, TRIES).await?;
            let last = held.tries + 1 >= TRIES;
            return refused(if last { Refusal::NotPossibleNow } else { Refusal::PasswordWrong });
        }
        let from = held.state()?;
        let delay = app.delays().of_reset(held.changed_at, held.now);
        let step = if delay.is_zero() { Step::Confirm } else { Step::Schedule };
        let to = match from.step(step) {
            Ok(to) => to,
            Err(refusal) => return refused(refusal),
        };
        if delay.is_zero() {
            let effect = reset(app, tx, &held, Some(&confirm)).await?;
            request::advance(tx, held.request_id, from, to, None).await?;
            Ok(Outcome::Done(Confirmed::Now, Event::ResetConfirmed { link: subject, effect: Some(effect) }))
        } else {
            let due = held.now + delay;
            link::spend(tx, &held, Some(&confirm.browser_hash)).await?;
            request::advance(tx, held.request_id, from, to, Some(due)).await?;
            post_to_all(app, tx, &held, LetterKind::Scheduled, None).await?;
            Ok(Outcome::Done(Confirmed::At(due), Event::ResetScheduled { link: subject, due }))
        }
    })
    .await
}

/// Executes a scheduled reset whose time has come; false where somebody else did, or it was cancelled.
pub async fn execute(app: &App, request_id: Uuid) -> Result<bool, Stop> {
    app.transact(Actor::Worker("executor"), async |tx| {
        let Some(held) = link::hold_request(tx, request_id).await? else { return Ok(Outcome::Nothing(false)) };
        let from = held.state()?;
        let due = held.due_at.is_some_and(|due| due <= held.now);
        let Ok(to) = from.step(Step::Execute) else { return Ok(Outcome::Nothing(false)) };
        if !due {
            return Ok(Outcome::Nothing(false));
        }
        let (request, account) = (held.request_id, held.account_id);
        if held.locked || !held.has_factor {
            let cancelled = from.step(Step::Cancel).unwrap_or(from);
            request::advance(tx, request, from, cancelled, None).await?;
            return Ok(Outcome::Done(false, Event::ResetExecuted { request, account, effect: None }));
        }
        let effect = reset(app, tx, &held, None).await?;
        request::advance(tx, request, from, to, None).await?;
        Ok(Outcome::Done(true, Event::ResetExecuted { request, account, effect: Some(effect) }))
    })
    .await
}

fn may_confirm(held: &Link) -> Result<Result<(), Refusal>, Fault> {
    if let Err(refusal) = held.times()?.may_confirm(held.now) {
        return Ok(Err(refusal));
    }
    let possible = held.has_factor && !held.locked && !held.protected && held.held_until.is_none_or(|u| u <= held.now);
    Ok(if possible { Ok(()) } else { Err(Refusal::NotPossibleNow) })
}

/// The one operation in which every way to a reset ends: credential and recovery codes revoked, sessions ended, all
/// links of the account ended, a grant issued, the notices queued to every address on file.
async fn reset(app: &App, tx: &mut Tx, held: &Link, by: Option<&Confirm>) -> Result<ResetEffect, Fault> {
    let requests = link::spend(tx, held, by.map(|c| &c.browser_hash)).await?;
    let revoked = account::revoke_factor(tx, held.account_id, None).await?;
    let grant = random::id();
    let secret_hash = by.map(|c| secret_hash(&c.grant_secret));
    account::mark_reset(
        tx,
        &NewGrant {
            id: grant,
            account: held.account_id,
            request: held.request_id,
            secret_hash: secret_hash.as_ref(),
            hours: GRANT_HOURS,
        },
    )
    .await?;
    // who pressed OK holds the grant in that browser; after a delay it goes by mail
    let letters = post_to_all(app, tx, held, LetterKind::Done, by.is_none().then_some(grant)).await?;
    Ok(ResetEffect {
        credential: revoked.credential.ok_or_else(|| Fault::broken("a reset found no credential"))?,
        recovery_codes: revoked.recovery_codes,
        sessions: revoked.sessions,
        requests,
        letters,
        grant,
    })
}

async fn post_to_all(app: &App, tx: &mut Tx, held: &Link, kind: LetterKind, grant: Option<Uuid>) -> Result<i64, Fault> {
    let language = held.language()?;
    let letter = |positions, grant| Post {
        request: Some(held.request_id),
        positions,
        grant,
        ..app.letter(held.account_id, kind, language)
    };
    if grant.is_some() && held.addresses > 1 {
        // the way to activation goes to the registered address alone
        letter::post(tx, &letter(&[1], grant)).await?;
        letter::post(tx, &letter(&[2], None)).await?;
    } else {
        letter::post(tx, &letter(everywhere(held.addresses), grant)).await?;
    }
    Ok(held.addresses)
}
