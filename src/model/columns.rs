//! The columns of an event's row, by which it is found and listed, against its canonical bytes, which are proved.

use chrono::{DateTime, Utc};
use serde_json::Value;
use uuid::Uuid;

/// What the columns of an event's row say, by which it is found and listed.
#[derive(Clone, Copy, Debug)]
pub struct Columns<'a> {
    /// Its id.
    pub id: Uuid,
    /// When.
    pub at: DateTime<Utc>,
    /// Its kind.
    pub kind: &'a str,
    /// `done` or `refused`.
    pub outcome: &'a str,
    /// Who, in one word.
    pub actor: &'a str,
    /// Who of the desk.
    pub staff: Option<Uuid>,
    /// The account it is about.
    pub account: Option<Uuid>,
    /// The request it is about.
    pub request: Option<Uuid>,
}

impl Columns<'_> {
    /// Whether the canonical bytes say the same.
    pub fn agree(&self, body: &str) -> bool {
        let Ok(body) = serde_json::from_str::<Value>(body) else { return false };
        let id = |value: &Value| value.as_str().and_then(|id| Uuid::try_parse(id).ok());
        let at = body["at"].as_str().and_then(|at| DateTime::parse_from_rfc3339(at).ok());
        id(&body["id"]) == Some(self.id)
            && at.is_some_and(|at| at == self.at)
            && body["kind"] == self.kind
            && body["outcome"] == self.outcome
            && body["actor"]["kind"] == self.actor
            && (self.actor != "staff" || id(&body["actor"]["id"]) == self.staff)
            && id(&body["subject"]["account"]) == self.account
            && id(&body["subject"]["request"]) == self.request
    }
}
