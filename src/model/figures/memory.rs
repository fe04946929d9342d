//! What an earlier event said that a later one is counted by. It is made of sealed events alone, in their order.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

/// What is remembered: a noun of the table `figure_memory`, and whose.
pub type Key = (&'static str, Uuid);

/// A request until it is reset or found to match nothing.
pub const REQUEST: &str = "request";
/// A proposal until it is decided.
pub const PROPOSAL: &str = "proposal";
/// A case until it is closed.
pub const CASE: &str = "case";
/// The working hours, of nobody in particular.
pub const HOURS: Key = ("hours", Uuid::nil());

/// The nouns.
pub const NOUNS: [&str; 4] = [REQUEST, PROPOSAL, CASE, HOURS.0];

/// A request.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Request {
    /// By which way a reset of it comes: `web`, `mail`, `permit` or `manual`.
    pub way: String,
    /// Tipe User, where it was chosen.
    pub user_type: Option<String>,
    /// Since when a letter with its link is on its way.
    pub queued: Option<DateTime<Utc>>,
    /// When the relay took the last one.
    pub accepted: Option<DateTime<Utc>>,
    /// Whether that link was opened.
    pub opened: bool,
}

/// A proposal.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Proposal {
    /// Who proposed: an id, or the word of an actor.
    pub by: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// A case whose first answer is still to come, or came.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Case {
    /// Why it was opened.
    pub reason: String,
    /// When it should be answered.
    pub due: DateTime<Utc>,
    /// Since when its time stands still.
    pub waiting: Option<DateTime<Utc>>,
    /// Whether it was answered.
    pub answered: bool,
}

/// The working hours as they were last set.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Hours {
    /// As `model::hours::Week` stores it; none where it was never set.
    pub week: Option<Value>,
    /// Lines of holidays.
    pub holidays: BTreeSet<String>,
}

/// What is remembered of the things that a batch of events is about.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    known: BTreeMap<Key, Value>,
    changed: BTreeSet<Key>,
}

impl Memory {
    /// Out of rows of the table.
    pub fn new(rows: impl IntoIterator<Item = (Key, Value)>) -> Self {
        Self { known: rows.into_iter().collect(), changed: BTreeSet::new() }
    }

    /// What is known; nothing where it is not, or cannot be read any more.
    pub fn get<T: DeserializeOwned>(&self, key: Key) -> Option<T> {
        self.known.get(&key).and_then(|facts| T::deserialize(facts).ok())
    }

    /// Remembers it.
    pub fn keep<T: Serialize>(&mut self, key: Key, facts: &T) {
        if let Ok(facts) = serde_json::to_value(facts) {
            let facts = clean(facts);
            self.changed.insert(key);
            self.known.insert(key, facts);
        }
    }

    /// Forgets it.
    pub fn forget(&mut self, key: Key) {
        if self.known.remove(&key).is_some() {
            self.changed.insert(key);
        }
    }

    /// What is to be written, and what is to be removed.
    pub fn changes(&self) -> (Vec<(Key, &Value)>, Vec<Key>) {
        let kept = self.changed.iter().filter_map(|key| Some((*key, self.known.get(key)?))).collect();
        (kept, self.changed.iter().filter(|key| !self.known.contains_key(*key)).copied().collect())
    }
}

/// Without characters that the database cannot keep in a text.
fn clean(value: Value) -> Value {
    let text = |text: String| if text.contains('\0') { text.replace('\0', "") } else { text };
    match value {
        Value::String(string) => Value::String(text(string)),
        Value::Array(list) => Value::Array(list.into_iter().map(clean).collect()),
        Value::Object(map) => Value::Object(map.into_iter().map(|(name, one)| (text(name), clean(one))).collect()),
        other => other,
    }
}
