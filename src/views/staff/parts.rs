//! Parts that pages of the desk share: chips, tables, the field of a fresh code.

use chrono::{DateTime, Utc};
use maud::{Markup, html};

use super::super::code::{self, CodeTrouble, Method};
use super::super::layout::Frame;
use super::super::parts::{self as shared, Tone};
use super::Desk;
use crate::model::refusal::Refusal;

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

/// A refused code in words.
pub fn code_words(frame: &Frame, trouble: CodeTrouble) -> String {
    match trouble {
        CodeTrouble::Held(until) => frame.ta("desk-code-held", &[("time", &shared::opens(frame, until))]),
        trouble => code::words(frame, Method::Totp, trouble),
    }
}

/// The field of a code, with its own id so that a page may hold several.
pub fn code_field(frame: &Frame, id: &str, hint: &str, trouble: Option<CodeTrouble>) -> Markup {
    field(frame, id, hint, trouble, trouble.map(|trouble| code_words(frame, trouble)).as_deref())
}

fn field(frame: &Frame, id: &str, hint: &str, trouble: Option<CodeTrouble>, mistake: Option<&str>) -> Markup {
    html! {
        div.field.wrong[mistake.is_some()] {
            label for=(id) { (frame.t("staff-code-label")) }
            p.hint #{ (id) "-hint" } { (hint) }
            (shared::mistake(id, mistake))
            @if let Some(CodeTrouble::Clock { seconds }) = trouble {
                p { a href={ "/help/clock?off=" (seconds) } { (frame.t("code-clock-link")) } }
            }
            input.digits id=(id) name="code" type="text" required maxlength="64" spellcheck="false" inputmode="numeric"
                autocomplete="one-time-code" autocapitalize="none" aria-invalid=[mistake.map(|_| "true")]
                aria-describedby=[shared::described(id, true, mistake.is_some())];
        }
    }
}

/// A fresh code of one's own TOTP: asked for each decision.
pub fn fresh_code(desk: &Desk, id: &str, trouble: Option<CodeTrouble>) -> Markup {
    code_field(&desk.frame, id, &desk.t("staff-code-hint"), trouble)
}

/// What a decision was refused for, in words: of its code, or of what it was about.
pub fn refusal_words(desk: &Desk, refusal: Refusal) -> String {
    match CodeTrouble::of(refusal) {
        Some(trouble) => code_words(&desk.frame, trouble),
        None => desk.t(&format!("refusal-{}-text", refusal.code())),
    }
}

/// The same field where whatever the decision was refused for is told beside it.
pub fn code_of(desk: &Desk, refusal: Option<Refusal>) -> Markup {
    let words = refusal.map(|refusal| refusal_words(desk, refusal));
    field(&desk.frame, "code", &desk.t("staff-code-hint"), refusal.and_then(CodeTrouble::of), words.as_deref())
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
