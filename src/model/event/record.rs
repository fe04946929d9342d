//! The row of the log: canonical bytes that are hashed for ever, and personal details that can be erased.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::Event;
use super::subject::{Parts, Subject, time};
use crate::base::fault::Fault;
use crate::base::json;
use crate::base::mac::hmac_sha256;
use crate::base::tile::ENTRY_MAX;
use crate::model::refusal::Refusal;

/// Version of the canonical form.
const VERSION: u8 = 1;

/// Who acted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    /// Somebody on the public pages.
    User,
    /// One of our workers, by name.
    Worker(&'static str),
    /// Whoever runs commands on the machine.
    Operator,
    /// Somebody of the desk, by id.
    Staff(Uuid),
    /// A portal, by id.
    Portal(Uuid),
}

impl Actor {
    /// The word in the database.
    pub fn code(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Worker(_) => "worker",
            Self::Operator => "operator",
            Self::Staff(_) => "staff",
            Self::Portal(_) => "portal",
        }
    }
}

impl Event {
    /// The row of the log: `id` and `salt` are fresh, `at` is now.
    pub fn record(
        &self,
        actor: Actor,
        refusal: Option<Refusal>,
        id: Uuid,
        at: DateTime<Utc>,
        salt: [u8; 32],
    ) -> Result<Record, Fault> {
        let Parts { kind, subject, facts, personal } = self.parts();
        let outcome = if refusal.is_some() { "refused" } else { "done" };
        let mut body = Map::new();
        body.insert("v".into(), json!(VERSION));
        body.insert("id".into(), json!(id));
        body.insert("at".into(), json!(time(at)));
        body.insert("kind".into(), json!(kind));
        body.insert("outcome".into(), json!(outcome));
        body.insert("actor".into(), actor_body(actor));
        body.insert("subject".into(), subject_body(subject));
        body.insert("facts".into(), Value::Object(facts.into_iter().map(|(k, v)| (k.into(), v)).collect()));
        if let Some(refusal) = refusal {
            body.insert("refusal".into(), json!(refusal.code()));
        }
        let commitments: Map<String, Value> =
            personal.iter().map(|(name, value)| ((*name).to_owned(), json!(commitment(&salt, name, value)))).collect();
        if !commitments.is_empty() {
            body.insert("personal".into(), Value::Object(commitments));
        }
        let details = (!personal.is_empty())
            .then(|| Value::Object(personal.into_iter().map(|(k, v)| (k.to_owned(), Value::String(v))).collect()));
        let body =
            json::canonical(&Value::Object(body)).map_err(|e| Fault::bug("an event has no canonical form", e))?;
        if body.len() > ENTRY_MAX {
            return Err(Fault::broken(format!("{kind} is too long for the log: {} bytes", body.len())));
        }
        Ok(Record {
            id,
            at,
            kind,
            outcome,
            actor: actor.code(),
            staff: if let Actor::Staff(id) = actor { Some(id) } else { None },
            account: subject.account,
            request: subject.request,
            body,
            personal: details.map(|details| Personal { salt, details }),
        })
    }
}

/// A row of the log.
#[derive(Clone, Debug)]
pub struct Record {
    /// Row id.
    pub id: Uuid,
    /// When, to the microsecond.
    pub at: DateTime<Utc>,
    /// The kind's name.
    pub kind: &'static str,
    /// `done` or `refused`.
    pub outcome: &'static str,
    /// Who, in one word.
    pub actor: &'static str,
    /// Who of the desk it was.
    pub staff: Option<Uuid>,
    /// The account it is about.
    pub account: Option<Uuid>,
    /// The request it is about.
    pub request: Option<Uuid>,
    /// RFC 8785 JSON; its UTF-8 bytes are what is hashed.
    pub body: String,
    /// What the body only commits to.
    pub personal: Option<Personal>,
}

/// Personal details of an event, which can be erased while the body stays.
#[derive(Clone, Debug)]
pub struct Personal {
    /// 32 random bytes from which each detail's salt is derived.
    pub salt: [u8; 32],
    /// Object of name → value.
    pub details: Value,
}

/// The commitment to one personal detail, in hexadecimal: HMAC-SHA-256(HMAC-SHA-256(salt, name), value).
///
/// Each detail has a salt of its own, so that one can be shown without opening the others.
pub fn commitment(salt: &[u8; 32], name: &str, value: &str) -> String {
    data_encoding::HEXLOWER.encode(&hmac_sha256(&detail_key(salt, name), value.as_bytes()))
}

/// The key that opens the commitment to one personal detail and to no other: HMAC-SHA-256(salt, name).
pub fn detail_key(salt: &[u8; 32], name: &str) -> [u8; 32] {
    hmac_sha256(salt, name.as_bytes())
}

fn actor_body(actor: Actor) -> Value {
    match actor {
        Actor::Worker(name) => json!({ "kind": actor.code(), "name": name }),
        Actor::Staff(id) | Actor::Portal(id) => json!({ "kind": actor.code(), "id": id }),
        Actor::User | Actor::Operator => json!({ "kind": actor.code() }),
    }
}

fn subject_body(subject: Subject) -> Value {
    let named = [
        ("account", subject.account),
        ("request", subject.request),
        ("link", subject.link),
        ("letter", subject.letter),
        ("case", subject.case),
        ("proposal", subject.proposal),
        ("mail", subject.mail),
        ("staff", subject.staff),
    ];
    Value::Object(named.into_iter().filter_map(|(k, v)| v.map(|v| (k.to_owned(), json!(v)))).collect())
}
