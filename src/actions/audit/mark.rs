//! An auditor says what they found about an event.

use uuid::Uuid;

use crate::app::staff::{Auditor, Proof};
use crate::app::{App, Outcome};
use crate::base::random;
use crate::model::event::{Actor, Audit, Event};
use crate::model::refusal::{Refusal, Stop};
use crate::model::sample::Mark;
use crate::store::audit::mark;

/// Marks an event; an older mark stays, and counts no more.
pub async fn mark(app: &App, auditor: Auditor, event: Uuid, said: Mark, note: &str) -> Result<(), Stop> {
    let staff = auditor.by().staff();
    app.transact(Actor::Staff(staff), async |tx| {
        if app.still(tx, auditor).await?.is_none() {
            return Ok(Outcome::Nothing(Err(Refusal::StaffSignInFirst)));
        }
        if !mark::put(tx, random::id(), event, said.code(), note, staff).await? {
            return Ok(Outcome::Nothing(Err(Refusal::NotFound)));
        }
        let told = Audit::Marked { event, mark: said.code().to_owned(), note: note.to_owned() };
        Ok(Outcome::Done(Ok(()), Event::Audit(told)))
    })
    .await?
    .map_err(Stop::from)
}
