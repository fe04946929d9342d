//! The freeze switch: a way to a reset stops, and goes on.

use crate::app::staff::{Lead, Proof};
use crate::app::{App, Outcome};
use crate::model::event::{Actor, Event, Upkeep};
use crate::model::freeze::Scope;
use crate::model::refusal::{Refusal, Stop};
use crate::store::freeze;

/// Freezes a way, or lifts it, with a reason in the desk's words and a fresh code.
pub async fn switch(app: &App, lead: Lead, scope: Scope, on: bool, reason: &str, code: &str) -> Result<(), Stop> {
    let staff = lead.by().staff();
    app.transact(Actor::Staff(staff), async |tx| {
        let told = reason.to_owned();
        let event = Event::Upkeep(if on {
            Upkeep::Frozen { scope, reason: told }
        } else {
            Upkeep::Thawed { scope, reason: told }
        });
        if let Err(refusal) = app.step_up(tx, lead, code).await? {
            return Ok(Outcome::Refused(refusal, event));
        }
        let frozen = freeze::hold(tx, scope).await?;
        if frozen == on {
            // somebody else was quicker
            return Ok(Outcome::Refused(Refusal::ChangedMeanwhile, event));
        }
        if on {
            freeze::set(tx, scope, reason, staff).await?;
        } else {
            freeze::lift(tx, scope).await?;
        }
        Ok(Outcome::Done((), event))
    })
    .await
}
