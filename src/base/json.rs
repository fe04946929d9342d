//! RFC 8785 canonical JSON, for now.
use serde_json::Value;

/// Canonical text.
pub fn canonical(value: &Value) -> Result<String, serde_json::Error> {
    serde_json::to_string(value)
}
