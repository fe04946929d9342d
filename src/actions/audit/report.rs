//! An auditor reads a report.

use crate::app::staff::{Auditor, Proof};
use crate::app::{App, Outcome};
use crate::model::event::{Actor, Audit, Event};
use crate::model::figures::Range;
use crate::model::refusal::{Refusal, Stop};

/// Says in the log that a report of those days was read as `page` or `json`.
pub async fn read(app: &App, auditor: Auditor, range: Range, format: &'static str) -> Result<(), Stop> {
    app.transact(Actor::Staff(auditor.by().staff()), async |tx| {
        let (from, to) = (range.from.to_string(), range.to.to_string());
        let event = Event::Audit(Audit::ReportRead { from, to, format });
        Ok(match app.still(tx, auditor).await? {
            Some(_) => Outcome::Done((), event),
            None => Outcome::Refused(Refusal::StaffSignInFirst, event),
        })
    })
    .await
}
