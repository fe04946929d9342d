//! Accounts are about to leave as a file: the event comes first, so that no export goes without one.

use crate::app::{App, Outcome};
use crate::model::event::{Actor, Event};
use crate::model::refusal::Stop;

/// Notes that this many accounts are exported.
pub async fn export(app: &App, rows: i64) -> Result<(), Stop> {
    app.transact(Actor::Operator, async |_| Ok(Outcome::Done((), Event::AccountsExported { rows }))).await
}
