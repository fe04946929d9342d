//! A verification of the whole log: asked for, done.

use data_encoding::HEXLOWER;
use uuid::Uuid;

use crate::app::staff::{Auditor, Proof};
use crate::app::{App, Outcome};
use crate::audit::check::Summary;
use crate::base::random;
use crate::model::event::{Actor, Audit, Event};
use crate::model::refusal::{Refusal, Stop};
use crate::store::audit::verification::{self, Ended};

/// Asks for one; false where one waits or runs.
pub async fn ask(app: &App, auditor: Auditor) -> Result<bool, Stop> {
    let (id, staff) = (random::id(), auditor.by().staff());
    app.transact(Actor::Staff(staff), async |tx| {
        let event = Event::Audit(Audit::VerificationAsked { verification: id });
        if app.still(tx, auditor).await?.is_none() {
            return Ok(Outcome::Refused(Refusal::StaffSignInFirst, event));
        }
        let asked = verification::ask(tx, id, staff).await?;
        Ok(if asked { Outcome::Done(true, event) } else { Outcome::Nothing(false) })
    })
    .await
}

/// It is done; false where another server has its lease.
pub async fn done(app: &App, id: Uuid, who: Uuid, summary: &Summary) -> Result<bool, Stop> {
    app.transact(Actor::Worker("verifier"), async |tx| {
        let ended = Ended {
            size: summary.size,
            root: &summary.root,
            found: summary.found,
            findings: &summary.findings,
            first_bad: summary.first_bad,
        };
        let Some(page) = verification::end(tx, id, who, &ended).await? else { return Ok(Outcome::Nothing(false)) };
        let event = Event::Audit(Audit::Verified {
            size: summary.size,
            root: HEXLOWER.encode(&summary.root),
            asked_by: if page { "page" } else { "clock" },
            findings: summary.found,
            first_bad: summary.first_bad,
        });
        Ok(Outcome::Done(true, event))
    })
    .await
}
