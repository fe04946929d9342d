//! What commands did with the log itself is told in the log: verified, copied, a proof taken.

use crate::app::{App, Outcome};
use crate::audit::verify::Report;
use crate::model::event::{Actor, Audit, Event};
use crate::model::refusal::Stop;

/// Tells that the whole log was verified: `asked_by` is `clock`, `page` or `command`.
pub async fn verified(app: &App, actor: Actor, report: &Report, asked_by: &'static str) -> Result<(), Stop> {
    let number = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    let told = Audit::Verified {
        size: number(report.size),
        root: data_encoding::HEXLOWER.encode(&report.root),
        asked_by,
        findings: number(report.found),
        first_bad: report.first_bad.map(number),
    };
    tell(app, actor, told).await
}

/// Tells that the operator copied the log into a folder.
pub async fn copied(app: &App, size: u64, personal: bool) -> Result<(), Stop> {
    tell(app, Actor::Operator, Audit::Copied { size: i64::try_from(size).unwrap_or(i64::MAX), personal }).await
}

/// Tells that the operator took a proof.
pub async fn proof_taken(app: &App, event: uuid::Uuid, index: i64, size: i64) -> Result<(), Stop> {
    tell(app, Actor::Operator, Audit::ProofTaken { event, index, size }).await
}

async fn tell(app: &App, actor: Actor, told: Audit) -> Result<(), Stop> {
    app.transact(actor, async |_| Ok(Outcome::Done((), Event::Audit(told.clone())))).await
}
