//! What is past its retention is removed.

use crate::app::{App, Outcome};
use crate::model::event::{Actor, Event};
use crate::model::refusal::Stop;
use crate::store::retention::{self, Purged};

/// Rows of one class removed at once.
const BATCH: i64 = 1_000;

/// Removes one batch; false where nothing was left to remove.
pub async fn purge(app: &App) -> Result<bool, Stop> {
    let keep = app.config().retention;
    app.transact(Actor::Worker("sweeper"), async |tx| {
        let purged = retention::purge(tx, &keep, BATCH).await?;
        if purged == Purged::default() {
            return Ok(Outcome::Nothing(false));
        }
        let Purged { requests, links, letters, sessions } = purged;
        Ok(Outcome::Done(true, Event::RetentionPurged { requests, links, letters, sessions }))
    })
    .await
}
