//! The sealed log for whoever follows it from elsewhere (C2SP tlog-tiles).

use super::Route;

/// Its rows.
pub const ROWS: &[Route] = &[];
