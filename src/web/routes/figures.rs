//! The auditor's reports.

use super::{Enter, Limit, Route, read_as};
use crate::app::staff::{Auditor, Proof};
use crate::web::pages::audit::reports;

/// Its rows.
pub const ROWS: &[Route] =
    &[read_as(Enter::Staff(Auditor::ROLES), "/audit/reports", Limit::Wall, |r| r.to(reports::show))];
