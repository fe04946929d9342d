//! Mail past its retention is forgotten; that it came, its hash and its verdict stay.

use crate::app::{App, Outcome};
use crate::model::event::{Actor, Event, Inbound};
use crate::model::refusal::Stop;
use crate::store::inbound::read;

/// Mails forgotten at once.
const BATCH: i64 = 200;

/// Forgets one batch; false where there was none.
pub async fn forget(app: &App) -> Result<bool, Stop> {
    let days = i32::try_from(app.config().retention.raw_mail_days).unwrap_or(i32::MAX);
    app.transact(Actor::Worker("sweeper"), async |tx| {
        let mails = read::forget(tx, days, BATCH).await?;
        if mails == 0 {
            return Ok(Outcome::Nothing(false));
        }
        Ok(Outcome::Done(true, Event::Inbound(Inbound::Purged { mails })))
    })
    .await
}
