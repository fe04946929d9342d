//! The history: search, records, proofs, samples and marks.

use super::Route;

/// Its rows.
pub const ROWS: &[Route] = &[];
