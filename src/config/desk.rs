//! Settings of the desk.

use serde::{Deserialize, Serialize};

/// The desk.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Desk {
    /// Working hours within which a request should be answered.
    pub answer_hours: u32,
}

impl Default for Desk {
    fn default() -> Self {
        Self { answer_hours: 8 }
    }
}
