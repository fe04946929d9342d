//! Keeps a quiet log fresh: without an event nobody outside could tell silence from a log that was stopped.

use crate::app::{App, Outcome};
use crate::model::event::{Actor, Audit, Event};
use crate::model::refusal::Stop;
use crate::store::log::heartbeat;

/// Says that all is well where nothing else was said for so long; one server at a time. Says whether it did.
pub async fn heartbeat(app: &App) -> Result<bool, Stop> {
    let quiet = i32::try_from(app.config().audit.heartbeat_minutes).unwrap_or(i32::MAX);
    app.transact(Actor::Worker("sealer"), async |tx| {
        if !heartbeat::due(tx, quiet).await? {
            return Ok(Outcome::Nothing(false));
        }
        let size = heartbeat::size(tx).await?;
        Ok(Outcome::Done(true, Event::Audit(Audit::Heartbeat { size })))
    })
    .await
}
