//! The auditor's reports.

use super::Route;

/// Its rows.
pub const ROWS: &[Route] = &[];
