//! Sign-in of the desk, its people, and one's own sessions.

use super::Route;

/// Its rows.
pub const ROWS: &[Route] = &[];
