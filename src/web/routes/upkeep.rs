//! Accounts, the outbox, freezing, import and export.

use super::Route;

/// Its rows.
pub const ROWS: &[Route] = &[];
