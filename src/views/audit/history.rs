//! The search of the history.

use std::ops::Range;

use chrono::{DateTime, Utc};
use maud::{Markup, html};

use super::super::parts::{self as shared, Tone};
use super::super::staff::Desk;
use super::super::staff::shell::shell;
use super::Line;
use crate::model::history::{Flaw, Group};

/// What the page shows.
#[derive(Clone, Debug, Default)]
pub struct Data {
    /// What was typed.
    pub search: String,
    /// The kinds that were chosen beside it.
    pub group: Option<Group>,
    /// Whether what was done, or what was refused, was chosen.
    pub refused: Option<bool>,
    /// The first day as typed.
    pub from: String,
    /// The last day as typed.
    pub to: String,
    /// What is wrong with all of that as one search, which `whole` is.
    pub bad: Option<(Flaw, Range<usize>)>,
    /// The whole search, with what was chosen.
    pub whole: String,
    /// The events.
    pub lines: Vec<Line>,
    /// Addresses of the newest, the next newer and the next older page.
    pub ways: Ways,
    /// How far was looked, where more may be found further back.
    pub looked_to: Option<DateTime<Utc>>,
    /// Whether older requests of a name were not looked for.
    pub cut: bool,
}

/// Where other pages of the same search are.
#[derive(Clone, Debug, Default)]
pub struct Ways {
    /// The newest.
    pub first: Option<String>,
    /// The next newer one.
    pub newer: Option<String>,
    /// The next older one.
    pub older: Option<String>,
}

/// The page.
pub fn page(desk: &Desk, data: &Data) -> Markup {
    let body = html! {
        (search(desk, data))
        @if data.bad.is_none() {
            @if data.lines.is_empty() { p.empty { (desk.t("events-empty")) } }
            @else { (super::lines(desk, &desk.t("events-caption"), &data.lines)) }
            @if let Some(at) = data.looked_to {
                (shared::notice(Tone::Info, &html! {
                    p { (desk.ta("events-looked", &[("time", &desk.frame.moment(at))])) }
                }))
            }
            @if data.cut { (shared::notice(Tone::Wait, &html! { p { (desk.t("events-cut")) } })) }
            (ways(desk, &data.ways))
            p.links { a href={ "/audit/exports?q=" (shared::percent(&data.whole)) } { (desk.t("events-export")) } }
        }
        (help(desk))
    };
    shell(desk, &desk.t("staff-menu-history"), &body)
}

fn ways(desk: &Desk, ways: &Ways) -> Markup {
    let all = [
        (&ways.first, "events-first", None),
        (&ways.newer, "events-newer", Some("prev")),
        (&ways.older, "events-older", Some("next")),
    ];
    html! {
        @if all.iter().any(|(to, ..)| to.is_some()) {
            nav aria-label=(desk.t("events-ways")) {
                p.bar { @for (to, words, rel) in all {
                    @if let Some(to) = to { a.second href=(to) rel=[rel] { (desk.t(words)) } }
                } }
            }
        }
    }
}

fn search(desk: &Desk, data: &Data) -> Markup {
    html! {
        form.panel.screen method="get" action="/audit" role="search" {
            div.field {
                label for="q" { (desk.t("events-search")) }
                p.hint #q-hint { (desk.t("events-search-hint")) }
                @if let Some((flaw, span)) = &data.bad { (bad(desk, &data.whole, *flaw, span)) }
                input #q name="q" type="search" value=(data.search) maxlength="300" autocomplete="off" autocapitalize="none"
                    spellcheck="false" aria-describedby="q-hint" aria-invalid=[data.bad.as_ref().map(|_| "true")];
            }
            div.bar {
                div.bar {
                    label for="group" { (desk.t("events-group")) }
                    select #group name="group" {
                        option value="" { (desk.t("events-any")) }
                        @for group in Group::ALL {
                            option value=(group.code()) selected[data.group == Some(*group)] {
                                (desk.t(&format!("events-group-{}", group.code())))
                            }
                        }
                    }
                }
                div.bar {
                    label for="outcome" { (desk.t("events-outcome")) }
                    select #outcome name="outcome" {
                        option value="" { (desk.t("events-any")) }
                        option value="done" selected[data.refused == Some(false)] { (desk.t("events-done")) }
                        option value="refused" selected[data.refused == Some(true)] { (desk.t("events-refused")) }
                    }
                }
                div.bar {
                    label for="from" { (desk.t("events-from")) }
                    input #from name="from" type="date" value=(data.from);
                }
                div.bar {
                    label for="to" { (desk.t("events-to")) }
                    input #to name="to" type="date" value=(data.to);
                }
            }
            div.bar {
                button.main type="submit" { (desk.t("events-search-button")) }
                a.quiet href="/audit" { (desk.t("events-clear")) }
            }
        }
    }
}

fn bad(desk: &Desk, whole: &str, flaw: Flaw, span: &Range<usize>) -> Markup {
    shared::notice(
        Tone::Bad,
        &html! {
            p {
                (whole.get(..span.start).unwrap_or_default())
                mark { (whole.get(span.clone()).unwrap_or_default()) }
                (whole.get(span.end..).unwrap_or_default())
            }
            p { (desk.t(&format!("events-flaw-{}", flaw.code()))) }
        },
    )
}

pub(super) fn help(desk: &Desk) -> Markup {
    let operators =
        ["kind", "actor", "staff", "user", "request", "case", "outcome", "refusal", "at", "leaf", "bare", "not"];
    html! {
        details.panel.screen {
            summary { (desk.t("events-help")) }
            dl.facts {
                @for name in operators {
                    div {
                        dt.mono { (desk.t(&format!("events-help-{name}-as"))) }
                        dd { (desk.t(&format!("events-help-{name}-is"))) }
                    }
                }
            }
        }
    }
}
