//! Somebody reads everything about one request.

use uuid::Uuid;

use crate::app::staff::{Auditor, Proof};
use crate::app::{App, Outcome};
use crate::model::event::{Actor, Audit, Event};
use crate::model::refusal::{Refusal, Stop};

/// Notes it, before anything is shown: as a `page`, as `html` or `json`.
pub async fn read(app: &App, auditor: Auditor, request: Uuid, format: &'static str) -> Result<(), Stop> {
    app.transact(Actor::Staff(auditor.by().staff()), async |tx| {
        let event = Event::Audit(Audit::CaseRead { request, format });
        Ok(match app.still(tx, auditor).await? {
            Some(_) => Outcome::Done((), event),
            None => Outcome::Refused(Refusal::StaffSignInFirst, event),
        })
    })
    .await
}
