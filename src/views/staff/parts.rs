//! Parts that pages of the desk share: chips, tables, the field of a fresh code.

use chrono::{DateTime, Utc};
use maud::{Markup, html};

use super::super::parts::{self as shared, Field, Tone};
use super::Desk;

/// A word with colour and shape.
pub fn chip(tone: Tone, words: &str) -> Markup {
    let class = match tone {
        Tone::Info => "info",
        Tone::Good => "good",
        Tone::Wait => "wait",
        Tone::Bad => "bad",
    };
    html! { span.chip.{ "chip-" (class) } { (words) } }
}

/// A fresh code of one's own TOTP: asked for each decision.
pub fn code_field(desk: &Desk, mistake: Option<&str>) -> Markup {
    shared::field(&Field {
        name: "code",
        kind: "text",
        label: &desk.t("staff-code-label"),
        hint: &desk.t("staff-code-hint"),
        autocomplete: "one-time-code",
        value: "",
        mistake,
    })
}

/// A time, short: the hour today, the day otherwise; its whole words on pointing at it and for readers of the machine.
pub fn short_time(desk: &Desk, at: DateTime<Utc>) -> Markup {
    html! { time datetime=(at.format("%Y-%m-%dT%H:%M:%SZ")) title=(desk.frame.moment(at)) { (desk.frame.moment(at)) } }
}

/// A kind of event in words: `kind-<kind>`, its points as hyphens.
pub fn kind(desk: &Desk, kind: &str) -> String {
    desk.t(&format!("kind-{}", kind.replace('.', "-")))
}

/// The id of an event: its end, which differs, with the whole on pointing at it.
pub fn event_id(id: &str) -> Markup {
    let end = id.get(id.len().saturating_sub(8)..).unwrap_or(id);
    html! { abbr.mono title=(id) { "…" (end) } }
}
