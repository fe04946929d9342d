//! What a write of a case may lead to besides being done: somebody else was first, or it is looked at before it goes out.

use chrono::{DateTime, Utc};
use maud::{Markup, html};
use uuid::Uuid;

use super::super::parts::{self as shared, Tone};
use super::{Desk, shell};

/// What was typed when somebody else changed the case first: kept, and sent again if that is wanted.
#[derive(Clone, Debug)]
pub struct Stale {
    /// The case.
    pub id: Uuid,
    /// Its reference.
    pub reference: String,
    /// Its version now.
    pub version: i32,
    /// Who changed it; none for a worker.
    pub by: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
    /// Where the form goes.
    pub action: String,
    /// The longest thing typed: its field and text.
    pub text: Option<(String, String)>,
    /// Everything else.
    pub fields: Vec<(String, String)>,
}

/// The page of a write that came too late.
pub fn stale(desk: &Desk, data: &Stale) -> Markup {
    let by = data.by.clone().unwrap_or_else(|| desk.t("desk-stale-system"));
    let said = desk.ta("desk-stale", &[("name", &by), ("reference", &data.reference)]);
    let body = html! {
        (shared::notice(Tone::Wait, &html! { p { (said) } p.small { (shared::time(&desk.frame, data.at)) } }))
        form method="post" action=(data.action) {
            (shared::csrf(&desk.frame))
            (shared::hidden("version", &data.version.to_string()))
            @for (name, value) in &data.fields { (shared::hidden(name, value)) }
            @if let Some((name, text)) = &data.text {
                div.field {
                    label for="kept" { (desk.t("desk-stale-draft")) }
                    textarea #kept name=(name) rows="8" { (text) }
                }
            }
            div.bar {
                a.second href={ "/staff/requests/" (data.id) } { (desk.t("desk-reload")) }
                button.main type="submit" { (desk.t("desk-stale-anyway")) }
            }
        }
    };
    shell::shell(desk, &desk.t("desk-stale-title"), &body)
}

/// A reply before it is sent.
#[derive(Clone, Debug)]
pub struct Preview {
    /// The case.
    pub id: Uuid,
    /// Its version.
    pub version: i32,
    /// The address, masked.
    pub address: String,
    /// What will be sent.
    pub filled: String,
    /// What was typed, as fields.
    pub fields: Vec<(String, String)>,
}

/// The page that shows it.
pub fn preview(desk: &Desk, data: &Preview) -> Markup {
    let action = format!("/staff/requests/{}/reply", data.id);
    let form = |step: &str, class: &str, words: &str| {
        html! {
            form.press method="post" action=(action) {
                (shared::csrf(&desk.frame))
                (shared::hidden("version", &data.version.to_string()))
                @for (name, value) in &data.fields { (shared::hidden(name, value)) }
                button.(class) type="submit" name="step" value=(step) { (words) }
            }
        }
    };
    let body = html! {
        p { (desk.ta("desk-preview-to", &[("address", &data.address)])) }
        div.reply { (data.filled) }
        div.bar {
            (form("edit", "second", &desk.t("desk-preview-edit")))
            (form("send", "main", &desk.t("desk-preview-send")))
        }
    };
    shell::shell(desk, &desk.t("desk-preview-title"), &body)
}
