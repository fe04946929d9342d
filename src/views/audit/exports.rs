//! Exports of the history: asking for one, and those there are.

use std::ops::Range;

use chrono::{DateTime, Utc};
use maud::{Markup, html};

use super::history::help;
use crate::i18n::Lang;
use crate::model::export::Format;
use crate::model::history::Flaw;
use crate::model::pieces::LENGTH_MAX;
use crate::views::parts::{self as shared, Tone};
use crate::views::staff::Desk;
use crate::views::staff::parts::chip;
use crate::views::staff::shell::{shell, shell_of_form};

/// What the page shows.
#[derive(Clone, Debug, Default)]
pub struct Data {
    /// What was typed.
    pub typed: Typed,
    /// What is wrong with the query, and where.
    pub bad: Option<(Flaw, Range<usize>)>,
    /// What was done just now.
    pub note: Option<Note>,
    /// The newest exports.
    pub lines: Vec<Line>,
}

/// The form as it is filled.
#[derive(Clone, Debug)]
pub struct Typed {
    /// The query.
    pub query: String,
    /// Form of the file.
    pub format: Format,
    /// Whether personal details go along.
    pub personal: bool,
}

impl Default for Typed {
    fn default() -> Self {
        Self { query: String::new(), format: Format::Csv, personal: false }
    }
}

/// What was done just now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Note {
    /// An export was asked for.
    Asked,
    /// Nothing: one's own is still being made.
    Busy,
}

impl Note {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Asked, Self::Busy];

    /// Its word in addresses, and the suffix of its message key.
    pub fn code(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Busy => "busy",
        }
    }

    /// Reads that word.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|note| note.code() == code)
    }
}

/// An export.
#[derive(Clone, Debug)]
pub struct Line {
    /// Its id.
    pub id: String,
    /// When it was asked for.
    pub asked_at: DateTime<Utc>,
    /// By whom.
    pub asked_name: String,
    /// What was typed.
    pub query: String,
    /// Form of the file.
    pub format: Format,
    /// Whether personal details go along.
    pub personal: bool,
    /// Where it stands.
    pub state: State,
}

/// Where an export stands.
#[derive(Clone, Debug)]
pub enum State {
    /// It waits.
    Queued,
    /// It is being made.
    Running {
        /// Leaves that were looked at.
        at: i64,
        /// Leaves there are.
        of: i64,
        /// Events so far.
        rows: i64,
    },
    /// It can be fetched.
    Made {
        /// Events in it.
        rows: i64,
        /// Bytes of the file.
        bytes: i64,
        /// SHA-256 of the file, in hexadecimal.
        sha256: String,
        /// Until when.
        until: DateTime<Utc>,
    },
    /// Its file is gone.
    Over {
        /// Events that were in it.
        rows: i64,
    },
    /// It could not be made.
    Failed,
}

/// The page.
pub fn page(desk: &Desk, data: &Data) -> Markup {
    let mistake = data.bad.as_ref().map(|(flaw, span)| {
        let part = data.typed.query.get(span.clone()).unwrap_or_default();
        format!("{} {}", desk.ta("export-bad", &[("part", part)]), desk.t(&format!("events-flaw-{}", flaw.code())))
    });
    let shown: Vec<_> = mistake.iter().map(|words| ("query", words.clone())).collect();
    let body = html! {
        (shared::summary(&desk.frame, &shown))
        @if let Some(note) = data.note {
            @let tone = if note == Note::Asked { Tone::Good } else { Tone::Wait };
            (shared::notice(tone, &html! { p { (desk.t(&format!("export-note-{}", note.code()))) } }))
        }
        p.lead { (desk.t("export-lead")) }
        section.panel { h2 { (desk.t("export-new")) } (form(desk, &data.typed, mistake.as_deref())) }
        (help(desk))
        section {
            h2 { (desk.t("export-list")) }
            (list(desk, &data.lines))
        }
    };
    match mistake {
        Some(_) => shell_of_form(desk, &desk.t("staff-menu-exports"), true, &body),
        None => shell(desk, &desk.t("staff-menu-exports"), &body),
    }
}

fn form(desk: &Desk, typed: &Typed, mistake: Option<&str>) -> Markup {
    html! {
        form method="post" action="/audit/exports" novalidate {
            (shared::csrf(&desk.frame))
            div.field.wrong[mistake.is_some()] {
                label for="query" { (desk.t("export-query")) }
                p.hint #query-hint { (desk.t("export-query-hint")) }
                (shared::mistake("query", mistake))
                input #query name="query" type="text" value=(typed.query) maxlength=(LENGTH_MAX) autocapitalize="none"
                    spellcheck="false" autocomplete="off" aria-invalid=[mistake.map(|_| "true")]
                    aria-describedby=[shared::described("query", true, mistake.is_some())];
            }
            fieldset.field {
                legend { (desk.t("export-format")) }
                div.radios {
                    @for format in Format::ALL {
                        @let id = format!("format-{}", format.code());
                        label.radio for=(id) {
                            input type="radio" name="format" id=(id) value=(format.code()) checked[typed.format == format];
                            span { (desk.t(&format!("export-format-{}", format.code()))) }
                        }
                    }
                }
            }
            div.field {
                label.radio for="personal" {
                    input #personal type="checkbox" name="personal" value="1" checked[typed.personal]
                        aria-describedby="personal-hint";
                    span { (desk.t("export-personal")) }
                }
                p.hint #personal-hint { (desk.t("export-personal-hint")) }
            }
            div.bar { button.main type="submit" { (desk.t("export-send")) } }
        }
    }
}

fn list(desk: &Desk, lines: &[Line]) -> Markup {
    if lines.is_empty() {
        return html! { p { (desk.t("export-none")) } };
    }
    let busy = lines.iter().any(|line| matches!(line.state, State::Queued | State::Running { .. }));
    html! {
        @if busy { p.links { a href="/audit/exports" { (desk.t("export-reload")) } } }
        table.list.cards {
            thead { tr {
                th scope="col" { (desk.t("export-when")) }
                th scope="col" { (desk.t("export-what")) }
                th scope="col" { (desk.t("export-state")) }
            } }
            tbody { @for line in lines { tr {
                td data-label=(desk.t("export-when")) {
                    (shared::time(&desk.frame, line.asked_at)) br; span.small { (line.asked_name) }
                }
                td data-label=(desk.t("export-what")) {
                    @if line.query.is_empty() { (desk.t("export-all")) } @else { span.mono { (line.query) } }
                    br; span.small { (desk.t(&format!("export-format-{}", line.format.code()))) }
                    @if line.personal { " " (chip(Tone::Wait, &desk.t("export-with-personal"))) }
                }
                td data-label=(desk.t("export-state")) { (state(desk, line)) }
            } } }
        }
    }
}

fn state(desk: &Desk, line: &Line) -> Markup {
    let lang = desk.frame.lang;
    let rows = |rows: i64| desk.ta("export-rows", &[("count", &number(lang, rows))]);
    match &line.state {
        State::Queued => html! { (chip(Tone::Wait, &desk.t("export-queued"))) },
        State::Running { at, of, rows: so_far } => html! {
            (chip(Tone::Wait, &desk.t("export-running"))) br;
            (meter(&desk.t("export-running"), *at, *of)) br;
            span.small { (rows(*so_far)) }
        },
        State::Made { rows: all, bytes, sha256, until } => html! {
            (chip(Tone::Good, &desk.t("export-made"))) " " (rows(*all)) ", " (size(lang, *bytes))
            p.links {
                a href={ "/audit/exports/" (line.id) "/file" } { (desk.t("export-file")) } " "
                a href={ "/audit/exports/" (line.id) "/manifest" } { (desk.t("export-manifest")) }
            }
            p.small { (desk.ta("export-until", &[("time", &desk.frame.moment(*until))])) }
            p.small.mono { "SHA-256 " (sha256) }
        },
        State::Over { rows: all } => html! { (chip(Tone::Info, &desk.t("export-over"))) " " (rows(*all)) },
        State::Failed => html! {
            (chip(Tone::Bad, &desk.t("export-failed")))
            p.small { (desk.t("export-failed-text")) " " a href="/audit/integrity" { (desk.t("staff-menu-integrity")) } }
        },
    }
}

/// How far something is.
pub(super) fn meter(label: &str, at: i64, of: i64) -> Markup {
    html! { progress aria-label=(label) value=(at.min(of)) max=(of.max(1)) { (at) " / " (of) } }
}

/// A whole number with its thousands apart.
pub(super) fn number(lang: Lang, n: i64) -> String {
    let point = match lang {
        Lang::Id => '.',
        Lang::En => ',',
    };
    let digits = n.unsigned_abs().to_string();
    let mut out = if n < 0 { "-".to_owned() } else { String::new() };
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(point);
        }
        out.push(digit);
    }
    out
}

fn size(lang: Lang, bytes: i64) -> String {
    let kib = (bytes + 1023) / 1024;
    if kib < 10_240 { format!("{} KiB", number(lang, kib)) } else { format!("{} MiB", number(lang, kib / 1024)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_stand_apart() {
        for (n, id, en) in
            [(0, "0", "0"), (999, "999", "999"), (98_201, "98.201", "98,201"), (-1_000, "-1.000", "-1,000")]
        {
            assert_eq!((number(Lang::Id, n), number(Lang::En, n)), (id.to_owned(), en.to_owned()));
        }
    }
}
