//! The log itself, and who read it.

use pulih::model::event::{Actor, Audit, Event};
use pulih::model::refusal::Refusal;

use super::id;

pub fn samples() -> Vec<(Actor, Option<Refusal>, Event)> {
    let (auditor, operator, worker) = (Actor::Staff(id(14)), Actor::Operator, Actor::Worker("sealer"));
    let (event, sha256, day) = (id(21), "ab".repeat(32), |d: &str| format!("2026-11-{d}"));
    let all = vec![
        (worker, Audit::Heartbeat { size: 7 }),
        (worker, Audit::Mailed { size: 7, letters: 2 }),
        (worker, Audit::Verified { size: 7, root: sha256.clone(), asked_by: "clock", findings: 0, first_bad: None }),
        (
            operator,
            Audit::Verified { size: 7, root: sha256.clone(), asked_by: "command", findings: 2, first_bad: Some(3) },
        ),
        (operator, Audit::Copied { size: 7, personal: false }),
        (operator, Audit::KeyMade { key: id(22), name: "Inspektorat".to_owned() }),
        (operator, Audit::KeyRevoked { key: id(22), name: "Inspektorat".to_owned() }),
        (auditor, Audit::Searched { query: "kind:reset.executed".to_owned(), found: 50, further: true }),
        (auditor, Audit::Read { event }),
        (auditor, Audit::ProofTaken { event, index: 3, size: 7 }),
        (auditor, Audit::VerificationAsked { verification: id(23) }),
        (auditor, Audit::ReportRead { from: day("01"), to: day("30"), format: "page" }),
        (
            auditor,
            Audit::Sampled {
                seed: "benih-1".to_owned(),
                from: day("01"),
                to: day("30"),
                class: "decisions".to_owned(),
                population: 120,
                drawn: 25,
            },
        ),
        (auditor, Audit::Marked { event, mark: "question".to_owned(), note: "Surat belum ada".to_owned() }),
        (auditor, Audit::OpenRead { found: 3 }),
        (auditor, Audit::CaseRead { request: id(2), format: "json" }),
        (
            auditor,
            Audit::ExportAsked { export: id(24), format: "csv", personal: true, query: "user:AMANAH7".to_owned() },
        ),
        (worker, Audit::ExportMade { export: id(24), rows: 12, sha256: Some(sha256), size: 7 }),
        (worker, Audit::ExportMade { export: id(24), rows: 0, sha256: None, size: 7 }),
        (auditor, Audit::ExportFetched { export: id(24), what: "manifest" }),
    ];
    for (_, event) in &all {
        match event {
            Audit::Heartbeat { .. }
            | Audit::Mailed { .. }
            | Audit::Verified { .. }
            | Audit::Copied { .. }
            | Audit::KeyMade { .. }
            | Audit::KeyRevoked { .. }
            | Audit::Searched { .. }
            | Audit::Read { .. }
            | Audit::ProofTaken { .. }
            | Audit::VerificationAsked { .. }
            | Audit::ReportRead { .. }
            | Audit::Sampled { .. }
            | Audit::Marked { .. }
            | Audit::OpenRead { .. }
            | Audit::CaseRead { .. }
            | Audit::ExportAsked { .. }
            | Audit::ExportMade { .. }
            | Audit::ExportFetched { .. } => {}
        }
    }
    all.into_iter().map(|(actor, event)| (actor, None, Event::Audit(event))).collect()
}
