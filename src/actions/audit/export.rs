//! Exports of the history: asked for, made, fetched.

use data_encoding::HEXLOWER;
use uuid::Uuid;

use crate::app::staff::{Auditor, Proof};
use crate::app::{App, Outcome};
use crate::base::random;
use crate::model::event::{Actor, Audit, Event};
use crate::model::export::Format;
use crate::model::refusal::{Refusal, Stop};
use crate::store::audit::exports::{self, Export, New};

/// Asks for an export; false where one that this auditor asked for is still being made.
pub async fn ask(app: &App, auditor: Auditor, format: Format, personal: bool, query: &str) -> Result<bool, Stop> {
    let (id, staff) = (random::id(), auditor.by().staff());
    app.transact(Actor::Staff(staff), async |tx| {
        let event =
            Event::Audit(Audit::ExportAsked { export: id, format: format.code(), personal, query: query.to_owned() });
        if app.still(tx, auditor).await?.is_none() {
            return Ok(Outcome::Refused(Refusal::StaffSignInFirst, event));
        }
        let asked = exports::ask(tx, New { id, staff, format, personal, query }).await?;
        Ok(if asked { Outcome::Done(true, event) } else { Outcome::Nothing(false) })
    })
    .await
}

/// An export was made, or cannot be; false where another server has its lease.
pub async fn made(app: &App, export: &Export, who: Uuid, made: Option<(&[u8; 32], &str)>) -> Result<bool, Stop> {
    app.transact(Actor::Worker("exporter"), async |tx| {
        if !exports::end(tx, export.id, who, made).await? {
            return Ok(Outcome::Nothing(false));
        }
        let event = Event::Audit(Audit::ExportMade {
            export: export.id,
            rows: export.rows,
            sha256: made.map(|(sha256, _)| HEXLOWER.encode(sha256)),
            size: export.size.unwrap_or_default(),
        });
        Ok(Outcome::Done(true, event))
    })
    .await
}

/// An export is fetched: `file` or `manifest`.
pub async fn fetched(app: &App, auditor: Auditor, export: Uuid, what: &'static str) -> Result<(), Stop> {
    app.transact(Actor::Staff(auditor.by().staff()), async |tx| {
        let event = Event::Audit(Audit::ExportFetched { export, what });
        Ok(match app.still(tx, auditor).await? {
            Some(_) => Outcome::Done((), event),
            None => Outcome::Refused(Refusal::StaffSignInFirst, event),
        })
    })
    .await
}
