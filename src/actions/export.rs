//! Accounts are about to leave as a file: the event comes first, so that no export goes without one.

use crate::app::staff::{Lead, Proof};
use crate::app::{App, Outcome};
use crate::model::event::{Actor, Event};
use crate::model::refusal::Stop;

/// Notes that an operator exports this many accounts.
pub async fn export(app: &App, rows: i64) -> Result<(), Stop> {
    app.transact(Actor::Operator, async |_| Ok(Outcome::Done((), Event::AccountsExported { rows }))).await
}

/// Notes that somebody of the desk does, with a fresh code.
pub async fn export_as(app: &App, lead: Lead, rows: i64, code: &str) -> Result<(), Stop> {
    app.transact(Actor::Staff(lead.by().staff()), async |tx| {
        let event = Event::AccountsExported { rows };
        Ok(match app.step_up(tx, lead, code).await? {
            Ok(_) => Outcome::Done((), event),
            Err(refusal) => Outcome::Refused(refusal, event),
        })
    })
    .await
}
