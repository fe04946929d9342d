//! One event: what it says in words, its bytes, its proof, and what auditors said about it.

use chrono::{DateTime, Utc};
use maud::{Markup, html};

use super::super::parts::{self as shared, Tone};
use super::super::staff::Desk;
use super::super::staff::parts::chip;
use super::super::staff::shell::shell_of_form;
use crate::model::sample::{Mark, NOTE_MAX};

pub use super::Detail;

/// What the page shows.
#[derive(Clone, Debug)]
pub struct Data {
    /// The event's id.
    pub id: String,
    /// When.
    pub at: DateTime<Utc>,
    /// Its kind.
    pub kind: String,
    /// Whether it was refused, and by which code as far as it says so.
    pub refused: Option<String>,
    /// Who, in one word.
    pub actor: String,
    /// The name of who of the desk, or of the worker.
    pub name: Option<String>,
    /// What it is about: message keys `subject-<name>`.
    pub subject: Vec<(String, About)>,
    /// What it says: message keys `fact-<name>`.
    pub facts: Vec<Fact>,
    /// Personal details, which its bytes only commit to: message keys `detail-<name>`.
    pub details: Vec<(String, Detail)>,
    /// Its canonical bytes.
    pub body: String,
    /// What the log proves.
    pub proof: Proof,
    /// Marks, newest first.
    pub marks: Vec<Marked>,
    /// What was typed of a mark that could not be taken.
    pub draft: Option<Draft>,
}

/// Something an event is about.
#[derive(Clone, Debug)]
pub struct About {
    /// What people call it, or its id.
    pub name: String,
    /// Where more of it is.
    pub to: String,
}

/// A fact of an event.
#[derive(Clone, Debug)]
pub enum Fact {
    /// One value.
    Is(String, Value),
    /// What was, and what is since.
    Changed(Value, Value),
}

/// A value as it can be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// None.
    Nothing,
    /// Yes or no.
    Truth(bool),
    /// A time.
    Time(DateTime<Utc>),
    /// A word, number or id.
    Text(String),
    /// Several.
    List(Vec<String>),
    /// Another event.
    Event(String),
}

/// What the log proves of an event.
#[derive(Clone, Debug)]
pub enum Proof {
    /// It is in the log as it was recorded: this page has checked it.
    Holds(Shown),
    /// It waits for its number.
    Waits,
    /// It, or the log, was changed.
    Fails,
}

/// A proof, to look at.
#[derive(Clone, Debug)]
pub struct Shown {
    /// Number of the leaf.
    pub index: i64,
    /// Hash of the leaf out of the bytes above, in hexadecimal.
    pub hash: String,
    /// The inclusion path, each in base64.
    pub path: Vec<String>,
    /// Leaves of the checkpoint.
    pub size: i64,
    /// When it was signed, by the database's word: the note says no time.
    pub noted_at: DateTime<Utc>,
    /// The signed note.
    pub note: String,
}

/// A mark with who set it.
#[derive(Clone, Debug)]
pub struct Marked {
    /// What was said.
    pub mark: Mark,
    /// In words.
    pub note: String,
    /// By whom.
    pub staff: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// A mark as it was typed.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    /// The word chosen.
    pub mark: Option<Mark>,
    /// The note typed.
    pub note: String,
    /// Message keys of what is wrong with either.
    pub mark_flaw: Option<&'static str>,
    /// The same of the note.
    pub note_flaw: Option<&'static str>,
}

/// The page.
pub fn page(desk: &Desk, data: &Data) -> Markup {
    let draft = data.draft.clone().unwrap_or_default();
    let mistakes: Vec<(&str, String)> = [("mark-ok", draft.mark_flaw), ("note", draft.note_flaw)]
        .into_iter()
        .filter_map(|(field, flaw)| Some((field, desk.t(flaw?))))
        .collect();
    let body = html! {
        (shared::summary(&desk.frame, &mistakes))
        (verdict(desk, &data.proof))
        div.split {
            div {
                section.panel { h2 { (desk.t("record-what")) } (said(desk, data)) }
                @if !data.details.is_empty() {
                    section.panel { h2 { (desk.t("record-details")) } (details(desk, &data.details)) }
                }
            }
            section.panel { h2 { (desk.t("record-marks")) } (marks(desk, data, &draft)) }
        }
        section.panel { h2 { (desk.t("record-bytes")) } p.said.mono.wide { (data.body) } }
        (proof(desk, data))
    };
    shell_of_form(desk, &super::kind(desk, &data.kind), !mistakes.is_empty(), &body)
}

fn verdict(desk: &Desk, proof: &Proof) -> Markup {
    let (tone, words, text) = match proof {
        Proof::Holds(_) => (Tone::Good, "record-holds", "record-holds-text"),
        Proof::Waits => (Tone::Wait, "record-waits", "record-waits-text"),
        Proof::Fails => (Tone::Bad, "record-fails", "record-fails-text"),
    };
    shared::notice(tone, &html! { h2.verdict { (desk.t(words)) } p { (desk.t(text)) } })
}

fn said(desk: &Desk, data: &Data) -> Markup {
    html! {
        dl.facts {
            div { dt { (desk.t("events-col-at")) } dd { (super::time(desk, data.at)) } }
            div {
                dt { (desk.t("events-outcome")) }
                dd { @match &data.refused {
                    None => (chip(Tone::Good, &desk.t("events-done"))),
                    Some(code) => {
                        (chip(Tone::Bad, &desk.t("events-refused"))) " "
                        (desk.frame.lang.known(&format!("refusal-{code}-title")).unwrap_or_default())
                        " " span.mono { (code) }
                    }
                } }
            }
            div {
                dt { (desk.t("events-col-who")) }
                dd { (super::actor(desk, &data.actor)) @if let Some(name) = &data.name { ": " (name) } }
            }
            @for (name, about) in &data.subject {
                div { dt { (super::label(desk, &format!("subject-{name}"), name)) } dd { a.mono href=(about.to) { (about.name) } } }
            }
            div { dt { (desk.t("record-kind")) } dd.mono { (data.kind) } }
            div { dt { (desk.t("record-id")) } dd.mono { (data.id) } }
        }
        @if !data.facts.is_empty() { (facts(desk, &data.facts)) }
    }
}

fn facts(desk: &Desk, facts: &[Fact]) -> Markup {
    html! {
        table.list.cards {
            caption.small { (desk.t("record-facts")) }
            thead { tr { th scope="col" { (desk.t("record-fact")) } th scope="col" { (desk.t("record-value")) } } }
            tbody { @for fact in facts { tr { @match fact {
                Fact::Is(name, is) => {
                    th scope="row" { (super::label(desk, &format!("fact-{name}"), name)) }
                    td { (value(desk, is)) }
                }
                Fact::Changed(before, after) => {
                    th scope="row" { (desk.t("record-changed")) }
                    td { (value(desk, before)) " → " strong { (value(desk, after)) } }
                }
            } } } }
        }
    }
}

fn value(desk: &Desk, value: &Value) -> Markup {
    html! {
        @match value {
            Value::Nothing => "–",
            Value::Truth(true) => (desk.t("record-yes")),
            Value::Truth(false) => (desk.t("record-no")),
            Value::Time(at) => (super::time(desk, *at)),
            Value::Text(text) => span.mono { (text) },
            Value::List(many) if many.is_empty() => "–",
            Value::List(many) => span.mono { (many.join(", ")) },
            Value::Event(id) => a.mono href={ "/audit/events/" (id) } { (id) },
        }
    }
}

fn details(desk: &Desk, details: &[(String, Detail)]) -> Markup {
    html! {
        dl.facts { @for (name, detail) in details { div {
            dt { (super::label(desk, &format!("detail-{name}"), name)) }
            dd { (super::detail(desk, detail, |text| html! { span.said { (text) } })) }
        } } }
    }
}

fn proof(desk: &Desk, data: &Data) -> Markup {
    let Proof::Holds(shown) = &data.proof else { return html! {} };
    html! {
        section.panel {
            h2 { (desk.t("record-proof")) }
            dl.facts {
                div { dt { (desk.t("events-col-leaf")) } dd.mono { "#" (super::number(desk, shown.index)) } }
                div { dt { (desk.t("record-hash")) } dd.mono { (shown.hash) } }
                div {
                    dt { (desk.t("record-path")) }
                    dd.mono { @for hash in &shown.path { div { (hash) } } @if shown.path.is_empty() { "–" } }
                }
                div {
                    dt { (desk.t("record-checkpoint")) }
                    dd {
                        (desk.ta("record-signed", &[
                            ("size", &super::number(desk, shown.size)), ("time", &desk.frame.moment(shown.noted_at)),
                        ]))
                        div.said.mono { (shown.note) }
                    }
                }
            }
            p.bar { a.second href={ "/audit/events/" (data.id) "/proof" } download { (desk.t("record-download")) } }
            p.small.screen { (desk.t("record-download-hint")) }
        }
    }
}

fn marks(desk: &Desk, data: &Data, draft: &Draft) -> Markup {
    html! {
        @if data.marks.is_empty() { p { (desk.t("record-no-marks")) } }
        @for marked in &data.marks {
            p { (super::mark(desk, marked.mark)) " " (marked.staff) ", " (shared::time(&desk.frame, marked.at)) }
            @if !marked.note.is_empty() { div.note { (marked.note) } }
        }
        form.screen method="post" action={ "/audit/events/" (data.id) "/mark" } novalidate {
            (shared::csrf(&desk.frame))
            fieldset.field.wrong[draft.mark_flaw.is_some()] aria-describedby=[draft.mark_flaw.map(|_| "mark-error")] {
                legend { (desk.t("record-mark")) }
                (shared::mistake("mark", draft.mark_flaw.map(|flaw| desk.t(flaw)).as_deref()))
                div.radios { @for mark in Mark::ALL {
                    label.radio for={ "mark-" (mark.code()) } {
                        input id={ "mark-" (mark.code()) } type="radio" name="mark" value=(mark.code()) required
                            checked[draft.mark == Some(*mark)];
                        span { (desk.t(&format!("review-mark-{}", mark.code()))) }
                    }
                } }
            }
            div.field.wrong[draft.note_flaw.is_some()] {
                label for="note" { (desk.t("record-note")) }
                p.hint #note-hint { (desk.t("record-note-hint")) }
                (shared::mistake("note", draft.note_flaw.map(|flaw| desk.t(flaw)).as_deref()))
                textarea #note name="note" rows="3" maxlength=(NOTE_MAX)
                    aria-describedby=[shared::described("note", true, draft.note_flaw.is_some())]
                    aria-invalid=[draft.note_flaw.map(|_| "true")] { (draft.note) }
            }
            button.main type="submit" { (desk.t("record-mark-button")) }
        }
    }
}
