//! Samples for review, and what is still open of those that were reviewed.

use chrono::{DateTime, Utc};
use maud::{Markup, html};

use super::super::parts::{self as shared};
use super::super::staff::Desk;
use super::super::staff::shell::shell_of_form;
use super::Line;
use crate::model::sample::{Class, Mark, SEED_MAX, SIZE_MAX};

/// What the page shows.
#[derive(Clone, Debug, Default)]
pub struct Data {
    /// The form as it was typed.
    pub typed: Typed,
    /// What is wrong with it: a field and the message key of its words.
    pub flaws: Vec<(&'static str, &'static str)>,
    /// The sample that was drawn.
    pub drawn: Option<Drawn>,
    /// Questions and findings that still are.
    pub open: Vec<Open>,
}

/// The form of a sample.
#[derive(Clone, Debug, Default)]
pub struct Typed {
    /// A month, or days.
    pub period: String,
    /// Of what.
    pub class: Option<Class>,
    /// How many.
    pub size: String,
    /// The seed; empty for one that is made.
    pub seed: String,
}

/// A sample.
#[derive(Clone, Debug)]
pub struct Drawn {
    /// How many events there were to draw from.
    pub population: i64,
    /// Whether the period is over, so that no event is added to it any more.
    pub over: bool,
    /// Its events in the order they were drawn.
    pub lines: Vec<Line>,
}

/// A question or finding.
#[derive(Clone, Debug)]
pub struct Open {
    /// The event.
    pub event: String,
    /// Its kind.
    pub kind: String,
    /// The mark.
    pub mark: Mark,
    /// What was said.
    pub note: String,
    /// By whom.
    pub staff: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// The page.
pub fn page(desk: &Desk, data: &Data) -> Markup {
    let mistakes: Vec<(&str, String)> = data.flaws.iter().map(|(field, key)| (*field, desk.t(key))).collect();
    let body = html! {
        (shared::summary(&desk.frame, &mistakes))
        (form(desk, data))
        @if let Some(drawn) = &data.drawn { (sample(desk, data, drawn)) }
        (open(desk, &data.open))
    };
    shell_of_form(desk, &desk.t("staff-menu-review"), !mistakes.is_empty(), &body)
}

fn form(desk: &Desk, data: &Data) -> Markup {
    let flaw = |name: &str| data.flaws.iter().find(|(field, _)| *field == name).map(|(_, key)| desk.t(key));
    let text = |name: &'static str, value: &str, kind: &str, most: usize| {
        let wrong = flaw(name);
        html! {
            div.field.wrong[wrong.is_some()] {
                label for=(name) { (desk.t(&format!("review-{name}"))) }
                p.hint #{ (name) "-hint" } { (desk.t(&format!("review-{name}-hint"))) }
                (shared::mistake(name, wrong.as_deref()))
                input id=(name) name=(name) type=(kind) value=(value) maxlength=(most) autocomplete="off"
                    autocapitalize="none" spellcheck="false" aria-invalid=[wrong.as_ref().map(|_| "true")]
                    inputmode=[(name == "size").then_some("numeric")]
                    aria-describedby=[shared::described(name, true, wrong.is_some())];
            }
        }
    };
    html! {
        form.panel.screen method="get" action="/audit/review" novalidate {
            h2 { (desk.t("review-draw-title")) }
            (text("period", &data.typed.period, "text", 22))
            div.field {
                label for="class" { (desk.t("review-class")) }
                select #class name="class" { @for class in Class::ALL {
                    option value=(class.code()) selected[data.typed.class == Some(*class)] {
                        (desk.t(&format!("review-class-{}", class.code())))
                    }
                } }
            }
            (text("size", &data.typed.size, "text", SIZE_MAX.to_string().len()))
            (text("seed", &data.typed.seed, "text", SEED_MAX))
            button.main type="submit" name="draw" value="1" { (desk.t("review-draw")) }
            details { summary { (desk.t("review-rule-title")) } p { (desk.t("review-rule")) } p { (desk.t("review-rule-growth")) } }
        }
    }
}

fn sample(desk: &Desk, data: &Data, drawn: &Drawn) -> Markup {
    let class = data.typed.class.unwrap_or(Class::All);
    let told = desk.ta(
        "review-told",
        &[
            ("drawn", &drawn.lines.len().to_string()),
            ("population", &super::number(desk, drawn.population)),
            ("class", &desk.t(&format!("review-class-{}", class.code()))),
            ("period", &data.typed.period),
            ("seed", &data.typed.seed),
        ],
    );
    html! {
        section {
            h2 { (desk.t("review-sample-title")) }
            p { (told) }
            @if !drawn.over { p.small { (desk.t("review-running")) } }
            @if drawn.lines.is_empty() { p.empty { (desk.t("review-none")) } }
            @else { (super::lines(desk, &desk.t("review-caption"), &drawn.lines)) }
        }
    }
}

fn open(desk: &Desk, open: &[Open]) -> Markup {
    html! {
        section {
            h2 { (desk.t("review-open-title")) }
            @if open.is_empty() { p.empty { (desk.t("review-open-none")) } } @else {
                table.list.cards {
                    thead { tr {
                        @for key in ["review-open-mark", "events-col-kind", "review-open-note", "review-open-by"] {
                            th scope="col" { (desk.t(key)) }
                        }
                    } }
                    tbody { @for one in open { tr {
                        td data-label=(desk.t("review-open-mark")) { (super::mark(desk, one.mark)) }
                        th scope="row" { a href={ "/audit/events/" (one.event) } { (super::kind(desk, &one.kind)) } }
                        td data-label=(desk.t("review-open-note")) { @if one.note.is_empty() { "–" } @else { (one.note) } }
                        td data-label=(desk.t("review-open-by")) { (one.staff) ", " (shared::time(&desk.frame, one.at)) }
                    } } }
                }
            }
        }
    }
}
