//! What the events of the log itself say: its sealing, its copies, and who read it.

use serde_json::{Value, json};
use uuid::Uuid;

use super::{Parts, Subject, of_request, parts};

/// Its kinds, in the order of `docs/events.md`.
pub(super) const KINDS: &[&str] = &[
    "log.heartbeat",
    "log.mailed",
    "log.verified",
    "log.copied",
    "log.key-made",
    "log.key-revoked",
    "audit.searched",
    "audit.read",
    "audit.proof-taken",
    "audit.verification-asked",
    "audit.report-read",
    "audit.sampled",
    "audit.marked",
    "audit.open-read",
    "audit.case-read",
    "audit.export-asked",
    "audit.export-made",
    "audit.export-fetched",
];

/// What happened.
#[derive(Clone, Debug)]
pub enum Audit {
    /// Nothing else happened for a while, and all is well.
    Heartbeat {
        /// Leaves the log had.
        size: i64,
    },
    /// The auditors were sent the newest checkpoint.
    Mailed {
        /// Leaves it covers.
        size: i64,
        /// Letters queued.
        letters: i64,
    },
    /// The whole log was verified.
    Verified {
        /// Leaves that were looked at.
        size: i64,
        /// The root over them, in hexadecimal.
        root: String,
        /// `clock`, `page` or `command`.
        asked_by: &'static str,
        /// Findings; none where all is well.
        findings: i64,
        /// The first leaf that is wrong.
        first_bad: Option<i64>,
    },
    /// The log was copied by a command of the operator.
    Copied {
        /// Leaves of the copy.
        size: i64,
        /// Whether personal details went along.
        personal: bool,
    },
    /// A key was made that reads the log from elsewhere.
    KeyMade {
        /// The key.
        key: Uuid,
        /// How it is called.
        name: String,
    },
    /// It was revoked.
    KeyRevoked {
        /// The key.
        key: Uuid,
        /// How it is called.
        name: String,
    },
    /// The history was searched.
    Searched {
        /// What was typed.
        query: String,
        /// Lines on the page that was shown.
        found: i64,
        /// Whether it was a later page.
        further: bool,
    },
    /// An event was read with its details.
    Read {
        /// Which.
        event: Uuid,
    },
    /// A proof was taken away.
    ProofTaken {
        /// Of which event.
        event: Uuid,
        /// Its leaf.
        index: i64,
        /// Leaves of the checkpoint it leads to.
        size: i64,
    },
    /// A verification of the whole log was asked for.
    VerificationAsked {
        /// Its id.
        verification: Uuid,
    },
    /// A report was read.
    ReportRead {
        /// Its first day, as `2026-11-01`.
        from: String,
        /// Its last day.
        to: String,
        /// `page`, `print` or `json`.
        format: &'static str,
    },
    /// A sample was drawn.
    Sampled {
        /// The seed, which draws the same again.
        seed: String,
        /// Its first day.
        from: String,
        /// Its last day.
        to: String,
        /// The class of events.
        class: String,
        /// Events to draw from.
        population: i64,
        /// Events drawn.
        drawn: i64,
    },
    /// An event was marked in a review.
    Marked {
        /// Which.
        event: Uuid,
        /// The mark.
        mark: String,
        /// What the auditor says about it.
        note: String,
    },
    /// Open questions and findings were read with their notes.
    OpenRead {
        /// How many.
        found: i64,
    },
    /// Everything about one request was read.
    CaseRead {
        /// The request.
        request: Uuid,
        /// `page`, `html` or `json`.
        format: &'static str,
    },
    /// An export was asked for.
    ExportAsked {
        /// The export.
        export: Uuid,
        /// `csv` or `jsonl`.
        format: &'static str,
        /// Whether personal details go along.
        personal: bool,
        /// What was typed.
        query: String,
    },
    /// It was made.
    ExportMade {
        /// The export.
        export: Uuid,
        /// Events in it.
        rows: i64,
        /// SHA-256 of the file, in hexadecimal; none where it could not be made.
        sha256: Option<String>,
        /// Leaves of the checkpoint its manifest names.
        size: i64,
    },
    /// It was fetched.
    ExportFetched {
        /// The export.
        export: Uuid,
        /// `file` or `manifest`.
        what: &'static str,
    },
}

impl Audit {
    pub(super) fn parts(&self) -> Parts {
        match self {
            Self::Heartbeat { size } => plain("log.heartbeat", vec![("size", json!(size))]),
            Self::Mailed { size, letters } => {
                plain("log.mailed", vec![("size", json!(size)), ("letters", json!(letters))])
            }
            Self::Verified { size, root, asked_by, findings, first_bad } => plain(
                "log.verified",
                vec![
                    ("size", json!(size)),
                    ("root", json!(root)),
                    ("asked_by", json!(asked_by)),
                    ("findings", json!(findings)),
                    ("first_bad", json!(first_bad)),
                ],
            ),
            Self::Copied { size, personal } => {
                plain("log.copied", vec![("size", json!(size)), ("personal_too", json!(personal))])
            }
            Self::KeyMade { key, name } => plain("log.key-made", vec![("key", json!(key)), ("name", json!(name))]),
            Self::KeyRevoked { key, name } => {
                plain("log.key-revoked", vec![("key", json!(key)), ("name", json!(name))])
            }
            Self::Searched { query, found, further } => Parts {
                personal: vec![("query", query.clone())],
                ..plain("audit.searched", vec![("found", json!(found)), ("further", json!(further))])
            },
            Self::Read { event } => plain("audit.read", vec![("event", json!(event))]),
            Self::ProofTaken { event, index, size } => plain(
                "audit.proof-taken",
                vec![("event", json!(event)), ("index", json!(index)), ("size", json!(size))],
            ),
            Self::VerificationAsked { verification } => {
                plain("audit.verification-asked", vec![("verification", json!(verification))])
            }
            Self::ReportRead { from, to, format } => {
                plain("audit.report-read", vec![("from", json!(from)), ("to", json!(to)), ("format", json!(format))])
            }
            Self::Sampled { seed, from, to, class, population, drawn } => plain(
                "audit.sampled",
                vec![
                    ("seed", json!(seed)),
                    ("from", json!(from)),
                    ("to", json!(to)),
                    ("class", json!(class)),
                    ("population", json!(population)),
                    ("drawn", json!(drawn)),
                ],
            ),
            Self::Marked { event, mark, note } => Parts {
                personal: vec![("note", note.clone())],
                ..plain("audit.marked", vec![("event", json!(event)), ("mark", json!(mark))])
            },
            Self::OpenRead { found } => plain("audit.open-read", vec![("found", json!(found))]),
            Self::CaseRead { request, format } => {
                parts("audit.case-read", of_request(*request, None), vec![("format", json!(format))])
            }
            Self::ExportAsked { export, format, personal, query } => Parts {
                personal: vec![("query", query.clone())],
                ..plain(
                    "audit.export-asked",
                    vec![("export", json!(export)), ("format", json!(format)), ("personal_too", json!(personal))],
                )
            },
            Self::ExportMade { export, rows, sha256, size } => plain(
                "audit.export-made",
                vec![
                    ("export", json!(export)),
                    ("rows", json!(rows)),
                    ("sha256", json!(sha256)),
                    ("size", json!(size)),
                ],
            ),
            Self::ExportFetched { export, what } => {
                plain("audit.export-fetched", vec![("export", json!(export)), ("what", json!(what))])
            }
        }
    }
}

fn plain(kind: &'static str, facts: Vec<(&'static str, Value)>) -> Parts {
    parts(kind, Subject::default(), facts)
}
