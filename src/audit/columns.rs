//! The columns of an event's row, by which it is found and listed, against its canonical bytes, which are proved.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::base::json;
use crate::store::event::Row;

/// Whether the body is canonical and every column says the same.
pub fn agree(row: &Row) -> bool {
    Says::of(&row.body).is_some_and(|says| wrong(row, &says).next().is_none())
}

/// What a body says of that which stands in columns too. Texts alone count.
#[derive(Debug, Default)]
pub struct Says<'a> {
    id: Option<Cow<'a, str>>,
    at: Option<Cow<'a, str>>,
    kind: Option<Cow<'a, str>>,
    outcome: Option<Cow<'a, str>>,
    actor: Option<Cow<'a, str>>,
    actor_id: Option<Cow<'a, str>>,
    account: Option<Cow<'a, str>>,
    request: Option<Cow<'a, str>>,
    /// The commitments, as they are spelled.
    pub personal: Option<&'a str>,
}

impl<'a> Says<'a> {
    /// Reads it; nothing where the body is not canonical.
    pub fn of(body: &'a str) -> Option<Self> {
        let mut says = Self::default();
        let canonical = json::walk(body, |outer, inner, value| {
            let place = match (outer, inner) {
                ("id", None) => &mut says.id,
                ("at", None) => &mut says.at,
                ("kind", None) => &mut says.kind,
                ("outcome", None) => &mut says.outcome,
                ("actor", Some("kind")) => &mut says.actor,
                ("actor", Some("id")) => &mut says.actor_id,
                ("subject", Some("account")) => &mut says.account,
                ("subject", Some("request")) => &mut says.request,
                ("personal", None) => {
                    says.personal = Some(value);
                    return;
                }
                _ => return,
            };
            *place = json::string(value);
        });
        canonical.then_some(says)
    }
}

impl Says<'_> {
    /// Whether it commits to personal details.
    pub fn commits(&self) -> bool {
        self.personal.is_some_and(|names| names.starts_with('{') && names != "{}")
    }

    /// When the event happened; nothing where the body does not say it.
    pub fn time(&self) -> Option<DateTime<Utc>> {
        DateTime::parse_from_rfc3339(self.at.as_deref()?).ok().map(|at| at.to_utc())
    }
}

/// Columns of a row that say something else than its body.
pub fn wrong(row: &Row, says: &Says<'_>) -> impl Iterator<Item = &'static str> {
    let staff = says.actor_id.as_deref().filter(|_| says.actor.as_deref() == Some("staff"));
    [
        ("id", names(says.id.as_deref(), Some(row.id))),
        ("at", says.time() == Some(row.at)),
        ("kind", says.kind.as_deref() == Some(&row.kind)),
        ("outcome", says.outcome.as_deref() == Some(&row.outcome)),
        ("actor", says.actor.as_deref() == Some(&row.actor)),
        ("staff_id", names(staff, row.staff_id)),
        ("account_id", names(says.account.as_deref(), row.account_id)),
        ("request_id", names(says.request.as_deref(), row.request_id)),
    ]
    .into_iter()
    .filter_map(|(column, agrees)| (!agrees).then_some(column))
}

/// Whether a text is an id as we write it, or both are missing.
fn names(text: Option<&str>, id: Option<Uuid>) -> bool {
    match (text, id) {
        (Some(text), Some(id)) => text == id.hyphenated().encode_lower(&mut Uuid::encode_buffer()),
        (text, id) => text.is_none() && id.is_none(),
    }
}
