//! Personal details of an event against what its bytes commit to: they fit, were erased as recorded, or something is wrong.

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::base::fault::Fault;
use crate::model::event::commitment;
use crate::store::event::Row;
use crate::store::{Read, erasure};

/// How a detail stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Detail {
    /// It fits what the bytes commit to.
    Open(String),
    /// It is not what was committed to.
    Altered(String),
    /// It was erased then, as two people decided.
    Erased(DateTime<Utc>),
    /// It is gone, and no erasure says why.
    Gone,
}

/// What is kept of an event's details.
#[derive(Clone, Copy, Debug)]
pub struct Kept<'a> {
    /// 32 bytes, from which each detail's key is derived.
    pub salt: Option<&'a [u8]>,
    /// Object of name → value.
    pub values: Option<&'a Value>,
}

/// Every detail that the bytes commit to, by name.
pub async fn of(read: &mut Read, event: &Row, kept: Kept<'_>) -> Result<Vec<(String, Detail)>, Fault> {
    let body: Value = serde_json::from_str(&event.body).unwrap_or_default();
    let Some(committed) = body["personal"].as_object().filter(|committed| !committed.is_empty()) else {
        return Ok(Vec::new());
    };
    let missing = match (kept.salt, kept.values) {
        (None, None) => erased(read, event).await?,
        _ => Detail::Gone,
    };
    let salt = kept.salt.and_then(|salt| <&[u8; 32]>::try_from(salt).ok());
    let one = |name: &String, commits: &Value| match kept.values.and_then(|values| values.get(name)) {
        None => missing.clone(),
        Some(Value::String(value)) if salt.is_some_and(|salt| *commits == commitment(salt, name, value)) => {
            Detail::Open(value.clone())
        }
        Some(Value::String(value)) => Detail::Altered(value.clone()),
        Some(other) => Detail::Altered(other.to_string()),
    };
    Ok(committed.iter().map(|(name, commits)| (name.clone(), one(name, commits))).collect())
}

async fn erased(read: &mut Read, event: &Row) -> Result<Detail, Fault> {
    let at = erasure::of_event(read, event.id, event.account_id).await?;
    Ok(at.map_or(Detail::Gone, Detail::Erased))
}
