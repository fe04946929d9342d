//! The desk locks an account, or unlocks one that no dispute locked.

use uuid::Uuid;

use crate::app::staff::{Helpdesk, Proof};
use crate::app::{App, Outcome};
use crate::model::event::{Actor, Event, Upkeep};
use crate::model::refusal::{Refusal, Stop};
use crate::store::{account, lookup, session};

/// Why an account is locked that the desk locked. A dispute has a word of its own, which two people unlock.
pub const DESK: &str = "desk";

/// A decision about an account, with its reason in the desk's words and a fresh code.
pub struct Decision<'a> {
    /// The account.
    pub account: Uuid,
    /// Why.
    pub reason: &'a str,
    /// The code as typed.
    pub code: &'a str,
}

/// Locks sign-in and resets, and ends all sessions.
pub async fn lock(app: &App, desk: Helpdesk, decision: &Decision<'_>) -> Result<(), Stop> {
    app.transact(Actor::Staff(desk.by().staff()), async |tx| {
        let (account, reason) = (decision.account, decision.reason.to_owned());
        let event = |sessions| Event::Upkeep(Upkeep::Locked { account, reason: reason.clone(), sessions });
        if let Err(refusal) = app.step_up(tx, desk, decision.code).await? {
            return Ok(Outcome::Refused(refusal, event(None)));
        }
        match lookup::hold_lock(tx, account).await? {
            None => return Ok(Outcome::Refused(Refusal::NotFound, event(None))),
            Some(Some(_)) => return Ok(Outcome::Refused(Refusal::Locked, event(None))),
            Some(None) => {}
        }
        account::lock(tx, account, DESK).await?;
        let sessions = session::end_others(tx, account, None).await?;
        Ok(Outcome::Done((), event(Some(sessions))))
    })
    .await
}

/// Unlocks it, where no dispute stands in the way.
pub async fn unlock(app: &App, desk: Helpdesk, decision: &Decision<'_>) -> Result<(), Stop> {
    app.transact(Actor::Staff(desk.by().staff()), async |tx| {
        let event = || {
            let reason = decision.reason.to_owned();
            Event::Upkeep(Upkeep::Unlocked { account: decision.account, reason })
        };
        if let Err(refusal) = app.step_up(tx, desk, decision.code).await? {
            return Ok(Outcome::Refused(refusal, event()));
        }
        match lookup::hold_lock(tx, decision.account).await? {
            None => return Ok(Outcome::Refused(Refusal::NotFound, event())),
            Some(Some(why)) if why == DESK => {}
            Some(_) => return Ok(Outcome::Refused(Refusal::NotPossibleNow, event())),
        }
        account::unlock(tx, decision.account).await?;
        Ok(Outcome::Done((), event()))
    })
    .await
}
