//! The history: search, records, proofs, samples and marks.
//!
//! Whatever is read here is told in the log by the action that reads it.

use super::{Enter, Limit, Route, read_as, write_as};
use crate::app::staff::{Auditor, Proof};
use crate::web::pages::audit::{history, record, review};

const AUDITOR: Enter = Enter::Staff(Auditor::ROLES);

/// Its rows.
pub const ROWS: &[Route] = &[
    read_as(AUDITOR, "/audit", Limit::Wall, |r| r.to(history::show)),
    read_as(AUDITOR, "/audit/events/{id}", Limit::Wall, |r| r.to(record::show)),
    read_as(AUDITOR, "/audit/events/{id}/proof", Limit::Wall, |r| r.to(record::proof)),
    // what cannot be taken is shown again, which is a reading
    write_as(AUDITOR, "/audit/events/{id}/mark", Limit::Wall, &["audit.marked", "audit.read"], |r| r.to(record::mark)),
    read_as(AUDITOR, "/audit/review", Limit::Wall, |r| r.to(review::show)),
];
