//! What the one reset operation did.

use serde_json::{Value, json};
use uuid::Uuid;

/// What the one reset operation did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResetEffect {
    /// The credential that was revoked.
    pub credential: Uuid,
    /// Recovery codes revoked.
    pub recovery_codes: i64,
    /// Sessions ended.
    pub sessions: i64,
    /// Other open requests that were cancelled.
    pub requests: i64,
    /// Letters queued.
    pub letters: i64,
    /// The grant that was issued.
    pub grant: Uuid,
}

impl ResetEffect {
    pub(super) fn facts(effect: Option<&Self>) -> Vec<(&'static str, Value)> {
        effect.map_or_else(Vec::new, |e| {
            vec![
                ("credential", json!(e.credential)),
                ("recovery_codes", json!(e.recovery_codes)),
                ("sessions", json!(e.sessions)),
                ("superseded_requests", json!(e.requests)),
                ("letters", json!(e.letters)),
                ("grant", json!(e.grant)),
            ]
        })
    }
}
