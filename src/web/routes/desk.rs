//! The queue, its cases, and the texts and hours of the desk.

use super::Route;

/// Its rows.
pub const ROWS: &[Route] = &[];
