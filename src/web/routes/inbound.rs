//! Mail that comes in: what the desk does with it.

use super::Route;

/// Its rows.
pub const ROWS: &[Route] = &[];
