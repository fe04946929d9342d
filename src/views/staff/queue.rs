//! The queue: views with counts, search, and the cases with what can be done with several of them.

use std::ops::Range;

use chrono::{DateTime, TimeDelta, Utc};
use maud::{Markup, html};
use uuid::Uuid;

use super::super::parts::{self as shared, Tone};
use super::parts::chip;
use super::{Desk, mail_proof, shell};
use crate::model::desk::{Bulk, CaseState, Ending, Reason, View};
use crate::model::inbound::Verdict;
use crate::model::search::Flaw;

/// Counts are told up to here.
const TOLD: i64 = 999;
/// Less than this left is told as a warning.
const SOON: TimeDelta = TimeDelta::hours(1);

/// What the page shows.
#[derive(Clone, Debug)]
pub struct Data {
    /// The view; none for a search.
    pub view: Option<View>,
    /// How many cases each view has, in the order of [`View::ALL`].
    pub counts: Vec<i64>,
    /// What was searched.
    pub search: String,
    /// What is wrong with the search.
    pub bad: Option<(Flaw, Range<usize>)>,
    /// The cases.
    pub rows: Vec<Row>,
    /// Address of the next page.
    pub next: Option<String>,
    /// Everybody a case can be given to.
    pub colleagues: Vec<(Uuid, String)>,
    /// What was done with several cases just now.
    pub did: Option<Did>,
}

/// A case.
#[derive(Clone, Debug)]
pub struct Row {
    /// Row id.
    pub id: Uuid,
    /// Its version.
    pub version: i32,
    /// Its reference.
    pub reference: String,
    /// User ID of the account, or as typed.
    pub user_id: String,
    /// The account's name.
    pub name: Option<String>,
    /// Why it came.
    pub reason: Reason,
    /// Where it stands.
    pub state: CaseState,
    /// How it ended.
    pub ending: Option<Ending>,
    /// Whether its account is under care.
    pub care: bool,
    /// Whether a proposal is open.
    pub proposed: bool,
    /// What its newest mail proves.
    pub verdict: Option<Verdict>,
    /// How old it is.
    pub age: TimeDelta,
    /// How much of its time is left.
    pub left: Left,
    /// Who has taken it.
    pub taken: Option<String>,
}

/// How much of a case's working time is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Left {
    /// So much.
    For(TimeDelta),
    /// It is over since.
    Over(TimeDelta),
    /// It stands still.
    Still,
    /// The case ended.
    Ended(DateTime<Utc>),
}

/// What was done with several cases.
#[derive(Clone, Debug)]
pub struct Did {
    /// What.
    pub what: Bulk,
    /// How many.
    pub done: usize,
    /// How many it was not done with.
    pub not: usize,
    /// The cases as the undo form carries them; none where nothing can be undone.
    pub cases: Option<String>,
    /// Whether this is what is left of an undo.
    pub undone: bool,
}

/// The queue.
pub fn page(desk: &Desk, data: &Data) -> Markup {
    let body = html! {
        @if let Some(did) = &data.did { (told(desk, did, data)) }
        (search(desk, data))
        (views(desk, data))
        div #queue data-live="/staff/requests/live" data-changed=(desk.t("desk-changed")) { (list(desk, data)) }
        (help(desk))
    };
    shell::shell(desk, &desk.t("desk-queue-title"), &body)
}

fn search(desk: &Desk, data: &Data) -> Markup {
    let label = desk.t("desk-search");
    html! {
        form.bar method="get" action="/staff/requests" role="search" {
            label for="q" { (label) }
            input.grow #q name="q" type="search" value=(data.search) maxlength="400" autocomplete="off" spellcheck="false"
                aria-describedby="q-hint" aria-invalid=[data.bad.as_ref().map(|_| "true")];
            button.second type="submit" { (desk.t("desk-search-button")) }
            a.quiet href=(desk.frame.path) data-reload { (desk.t("desk-reload")) }
        }
        @if let Some((flaw, span)) = &data.bad {
            (shared::notice(Tone::Bad, &html! {
                p {
                    (data.search.get(..span.start).unwrap_or_default())
                    mark { (data.search.get(span.clone()).unwrap_or_default()) }
                    (data.search.get(span.end..).unwrap_or_default())
                }
                p { (desk.t(&format!("desk-flaw-{}", flaw.code()))) }
            }))
        }
        p.hint #q-hint { (desk.t("desk-search-hint")) }
    }
}

fn views(desk: &Desk, data: &Data) -> Markup {
    html! {
        nav aria-label=(desk.t("desk-views")) {
            ul.views {
                @for (at, view) in View::ALL.iter().enumerate() {
                    @let count = data.counts.get(at).copied().unwrap_or_default();
                    @let count = if count > TOLD { format!("{TOLD}+") } else { count.to_string() };
                    li {
                        a href={ "/staff/requests?view=" (view.code()) } aria-current=[(data.view == Some(*view)).then_some("page")] {
                            (desk.t(&format!("desk-view-{}", view.code()))) " " span.count { (count) }
                        }
                    }
                }
            }
        }
    }
}

fn list(desk: &Desk, data: &Data) -> Markup {
    html! {
        @if data.rows.is_empty() {
            p.empty { (desk.t(data.view.map_or("desk-empty-search", |_| "desk-empty"))) }
        } @else {
            form #bulk method="post" action="/staff/requests/bulk" {
                (shared::csrf(&desk.frame))
                (shared::hidden("back", &desk.frame.path))
                table.list.cards {
                    thead { tr {
                        @for key in ["desk-col-reference", "desk-col-user", "desk-col-name", "desk-col-state", "desk-col-time", "desk-col-taken"] {
                            th scope="col" { (desk.t(key)) }
                        }
                    } }
                    tbody { @for row in &data.rows { (line(desk, row)) } }
                }
                (bulk(desk, data))
            }
            @if let Some(next) = &data.next { p { a.second href=(next) { (desk.t("desk-next")) } } }
        }
    }
}

fn line(desk: &Desk, row: &Row) -> Markup {
    let id = row.id.simple();
    html! {
        tr data-case=(row.id) {
            th scope="row" {
                label.pick for={ "c-" (id) } {
                    input id={ "c-" (id) } type="checkbox" name="case" value={ (row.id) ":" (row.version) } aria-label={ (desk.t("desk-pick")) " " (row.reference) };
                    " "
                    a.mono href={ "/staff/requests/" (row.id) } { (row.reference) }
                }
            }
            td data-label=(desk.t("desk-col-user")) { @if row.user_id.is_empty() { "–" } @else { (row.user_id) } }
            td data-label=(desk.t("desk-col-name")) { (row.name.as_deref().unwrap_or("–")) }
            td data-label=(desk.t("desk-col-state")) { (chips(desk, row)) }
            td data-label=(desk.t("desk-col-time")) {
                (left(desk, row.left)) " "
                span.small { (desk.ta("desk-age", &[("span", &span_words(desk, row.age))])) }
            }
            td data-label=(desk.t("desk-col-taken")) { (row.taken.as_deref().unwrap_or("–")) }
        }
    }
}

fn chips(desk: &Desk, row: &Row) -> Markup {
    html! {
        (reason(desk, row.reason)) " " (state(desk, row.state, row.ending))
        @if let Some(verdict) = row.verdict { " " (mail_proof::verdict(desk, verdict)) }
        @if row.care { " " (chip(Tone::Bad, &desk.t("desk-care"))) }
        @if row.proposed { " " (chip(Tone::Wait, &desk.t("desk-proposed"))) }
    }
}

/// Why a case came.
pub fn reason(desk: &Desk, reason: Reason) -> Markup {
    let tone = if reason == Reason::Disputed { Tone::Bad } else { Tone::Info };
    chip(tone, &desk.t(&format!("desk-reason-{}", reason.code())))
}

/// Where a case stands, or how it ended.
pub fn state(desk: &Desk, state: CaseState, ending: Option<Ending>) -> Markup {
    match (state, ending) {
        (_, Some(ending)) => chip(Tone::Good, &desk.t(&format!("desk-ending-{}", ending.code()))),
        (CaseState::Waiting, _) => chip(Tone::Wait, &desk.t("desk-state-waiting")),
        (state, _) => chip(Tone::Info, &desk.t(&format!("desk-state-{}", state.code()))),
    }
}

/// How much of its time is left, in words.
pub fn left(desk: &Desk, left: Left) -> Markup {
    let told = |tone, key: &str, span| chip(tone, &desk.ta(key, &[("span", &span_words(desk, span))]));
    match left {
        Left::For(span) if span < SOON => told(Tone::Wait, "desk-left-soon", span),
        Left::For(span) => told(Tone::Info, "desk-left", span),
        Left::Over(span) => told(Tone::Bad, "desk-left-over", span),
        Left::Still => chip(Tone::Wait, &desk.t("desk-left-still")),
        Left::Ended(at) => shared::time(&desk.frame, at),
    }
}

/// A span in its largest unit: `12 m`, `2 j`, `3 hari`.
pub fn span_words(desk: &Desk, span: TimeDelta) -> String {
    let minutes = span.num_minutes().max(0);
    let told = |key: &str, n: i64| desk.ta(key, &[("n", &n.to_string())]);
    match minutes {
        0..60 => told("desk-span-minutes", minutes),
        60..2880 => told("desk-span-hours", minutes / 60),
        _ => told("desk-span-days", minutes / 1440),
    }
}

fn bulk(desk: &Desk, data: &Data) -> Markup {
    html! {
        div.bar role="group" aria-label=(desk.t("desk-bulk")) {
            button.second type="submit" name="do" value=(Bulk::Take.code()) data-take { (desk.t("desk-take")) }
            @if !data.colleagues.is_empty() {
                label for="to" { (desk.t("desk-assign-to")) }
                select #to name="to" { @for (id, name) in &data.colleagues { option value=(id) { (name) } } }
                button.second type="submit" name="do" value=(Bulk::Assign.code()) { (desk.t("desk-assign")) }
            }
            button.quiet type="submit" name="do" value=(Bulk::Spam.code()) { (desk.t("desk-spam")) }
        }
    }
}

fn told(desk: &Desk, did: &Did, data: &Data) -> Markup {
    let key = if did.undone { "desk-did-undo".to_owned() } else { format!("desk-did-{}", did.what.code()) };
    let back = data.view.map_or("/staff/requests".to_owned(), |v| format!("/staff/requests?view={}", v.code()));
    let body = html! {
        p { (desk.ta(&key, &[("n", &did.done.to_string())])) }
        @if did.not > 0 { p { (desk.ta("desk-did-not", &[("n", &did.not.to_string())])) } }
        @if let Some(cases) = &did.cases {
            (shared::press(&desk.frame, "/staff/requests/undo",
                &[("do", did.what.code()), ("cases", cases), ("back", &back)], "second", &desk.t("desk-undo")))
            p.small { (desk.t("desk-undo-hint")) }
        }
    };
    shared::notice(if did.not > 0 { Tone::Wait } else { Tone::Good }, &body)
}

/// What the keys of the keyboard do; scripts open it.
pub fn help(desk: &Desk) -> Markup {
    html! {
        @if desk.shortcuts {
            dialog #keys aria-labelledby="keys-title" hidden {
                h2 #keys-title tabindex="-1" { (desk.t("desk-keys-title")) }
                dl.facts {
                    @for (key, words) in [("?", "desk-key-help"), ("/", "desk-key-search"), ("j k", "desk-key-move"),
                        ("Enter", "desk-key-open"), ("x", "desk-key-pick"), ("a", "desk-key-take"), ("r", "desk-key-reply"),
                        ("c", "desk-key-note"), ("g q", "desk-key-queue")] {
                        div { dt { kbd { (key) } } dd { (desk.t(words)) } }
                    }
                }
                p.small { (desk.t("desk-keys-off")) }
                button.second type="button" data-close { (desk.t("desk-keys-close")) }
            }
            p { button.quiet type="button" data-keys-help hidden { (desk.t("desk-keys-title")) } }
        }
    }
}
