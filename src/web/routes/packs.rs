//! What auditors take along: exports and files of a request; and whether the log is whole.

use super::{Enter, Limit, Route, read_as, write_as};
use crate::app::staff::{Auditor, Proof};
use crate::web::pages::audit::{case, exports, integrity};

const AUDITOR: Enter = Enter::Staff(Auditor::ROLES);

/// Its rows.
pub const ROWS: &[Route] = &[
    read_as(AUDITOR, "/audit/exports", Limit::Wall, |r| r.to(exports::show)),
    write_as(AUDITOR, "/audit/exports", Limit::Wall, &["audit.export-asked"], |r| r.to(exports::ask)),
    read_as(AUDITOR, "/audit/exports/{id}/file", Limit::Wall, |r| r.to(exports::fetch)),
    read_as(AUDITOR, "/audit/exports/{id}/manifest", Limit::Wall, |r| r.to(exports::manifest)),
    read_as(AUDITOR, "/audit/integrity", Limit::Wall, |r| r.to(integrity::show)),
    write_as(AUDITOR, "/audit/integrity/verify", Limit::Wall, &["audit.verification-asked"], |r| r.to(integrity::ask)),
    read_as(AUDITOR, "/audit/cases/{reference}", Limit::Wall, |r| r.to(case::show)),
    read_as(AUDITOR, "/audit/cases/{reference}/pack.html", Limit::Wall, |r| r.to(case::html)),
    read_as(AUDITOR, "/audit/cases/{reference}/pack.json", Limit::Wall, |r| r.to(case::json)),
];
