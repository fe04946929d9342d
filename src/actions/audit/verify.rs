//! A verification of the whole log: asked for, done.

use data_encoding::HEXLOWER;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::app::staff::{Auditor, Proof};
use crate::app::{App, Outcome};
use crate::audit::verify::{Finding, Report};
use crate::base::{merkle, random};
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

/// Findings that are kept one by one.
const TOLD: usize = 100;

/// It is done; false where another server has its lease.
pub async fn done(app: &App, id: Uuid, who: Uuid, report: &Report) -> Result<bool, Stop> {
    let number = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    let findings = report.findings.iter().take(TOLD).map(Finding::json).collect();
    let ended = Ended {
        size: number(report.size),
        root: &report.root,
        found: number(report.found),
        findings: &Value::Array(findings),
        first_bad: report.first_bad.map(number),
    };
    end(app, id, who, &ended).await
}

/// It cannot be brought to its end, which is told as loudly as a finding; false where another server has its lease.
pub async fn unfinished(app: &App, id: Uuid, who: Uuid) -> Result<bool, Stop> {
    let words = "the verification could not be finished; the log of the server says why";
    let findings = json!([{ "index": null, "code": "unfinished", "words": words }]);
    let ended = Ended { size: 0, root: &merkle::empty(), found: 1, findings: &findings, first_bad: None };
    end(app, id, who, &ended).await
}

async fn end(app: &App, id: Uuid, who: Uuid, ended: &Ended<'_>) -> Result<bool, Stop> {
    app.transact(Actor::Worker("verifier"), async |tx| {
        let Some(page) = verification::end(tx, id, who, ended).await? else { return Ok(Outcome::Nothing(false)) };
        let event = Event::Audit(Audit::Verified {
            size: ended.size,
            root: HEXLOWER.encode(ended.root),
            asked_by: if page { "page" } else { "clock" },
            findings: ended.found,
            first_bad: ended.first_bad,
        });
        Ok(Outcome::Done(true, event))
    })
    .await
}
