//! What two people decide: proposals and approvals, and the links that cancel them.

use super::Route;

/// Its rows.
pub const ROWS: &[Route] = &[];
