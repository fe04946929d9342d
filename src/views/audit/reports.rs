//! Reports: the figures of some days, each as a chart and as a table, and what stands out in them.

mod outliers;
mod section;
mod words;

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use maud::{Markup, html};

use super::chart::{Named, columns, number, permille};
use crate::i18n::when;
use crate::model::figures::report::{Report, Step};
use crate::model::figures::spread::Spread;
use crate::model::figures::{Measure, Range, RangeFlaw};
use crate::views::parts::{self as shared, Tone};
use crate::views::staff::Desk;
use crate::views::staff::shell::shell_of_form;
use section::{Numbers, Side, matrix, plain, sheet};

/// What the page shows.
#[derive(Clone, Debug)]
pub struct Data {
    /// The figures.
    pub report: Report,
    /// The days that were typed, where they are no range; the report is then that of this month.
    pub wrong: Option<(String, String, RangeFlaw)>,
}

/// The page.
pub fn page(desk: &Desk, data: &Data) -> Markup {
    let report = &data.report;
    let mistakes: Vec<_> = data.wrong.iter().map(|wrong| ("from", flaw(desk, wrong.2))).collect();
    let body = html! {
        (shared::summary(&desk.frame, &mistakes))
        p.lead { (desk.ta("reports-lead", &[("from", &day(desk, report.range.from)), ("to", &day(desk, report.range.to))])) }
        (choose(desk, data))
        (freshness(desk, report))
        (at_a_glance(desk, report))
        (outliers::section(desk, report))
        (resets(desk, report))
        (requests(desk, report))
        (delays(desk, report))
        (letters(desk, report))
        (cases(desk, report))
        (officers(desk, report))
        (doubts(desk, report))
    };
    shell_of_form(desk, &desk.t("reports-title"), data.wrong.is_some(), &body)
}

fn flaw(desk: &Desk, flaw: RangeFlaw) -> String {
    desk.t(&format!("reports-flaw-{}", flaw.code()))
}

/// A day in words.
fn day(desk: &Desk, day: NaiveDate) -> String {
    let noon = NaiveTime::from_hms_opt(12, 0, 0).map(|noon| day.and_time(noon).and_utc());
    noon.map_or_else(|| day.to_string(), |noon: DateTime<Utc>| when::day(desk.frame.lang, chrono_tz::UTC, noon))
}

/// The month before and after, and two days to choose.
fn choose(desk: &Desk, data: &Data) -> Markup {
    let range = data.report.range;
    let (before, after) = range.beside();
    let month = |month: &str| {
        let first = Range::month(month).map(|month| day(desk, month.from)).unwrap_or_default();
        first.split_once(' ').map(|(_, month)| month.to_owned()).unwrap_or_default()
    };
    let typed = data.wrong.as_ref();
    let value = |typed: Option<&String>, day: NaiveDate| typed.cloned().unwrap_or_else(|| day.to_string());
    let wrong = typed.map(|wrong| flaw(desk, wrong.2));
    let fields = [
        ("from", "reports-from", value(typed.map(|t| &t.0), range.from)),
        ("to", "reports-to", value(typed.map(|t| &t.1), range.to)),
    ];
    html! {
        nav.bar aria-label=(desk.t("reports-months")) {
            @if let Some(before) = before {
                a.quiet href={ "/audit/reports?month=" (before) } rel="prev" { "← " (month(&before)) }
            }
            @if let Some(after) = after {
                a.quiet href={ "/audit/reports?month=" (after) } rel="next" { (month(&after)) " →" }
            }
        }
        form.days method="get" action="/audit/reports" {
            @for (name, label, value) in &fields {
                div.field.wrong[wrong.is_some()] {
                    label for=(name) { (desk.t(label)) }
                    @if *name == "from" { (shared::mistake(name, wrong.as_deref())) }
                    input id=(name) name=(name) type="date" value=(value) required
                        aria-invalid=[wrong.as_ref().map(|_| "true")]
                        aria-describedby=[shared::described(name, false, wrong.is_some() && *name == "from")];
                }
            }
            div.bar {
                button.main type="submit" { (desk.t("reports-show")) }
                button type="button" data-print hidden { (desk.t("receipt-print")) }
                a.second href=(file(range)) download { (desk.t("reports-json")) }
            }
        }
    }
}

/// Where the same numbers are for machines.
fn file(range: Range) -> String {
    format!("/audit/reports?from={}&to={}&format=json", range.from, range.to)
}

/// How far the log was counted.
fn freshness(desk: &Desk, report: &Report) -> Markup {
    let (lang, counted) = (desk.frame.lang, report.counted);
    let leaves = number(lang, counted.leaves);
    html! {
        @match counted.at {
            Some(at) => p.small {
                (desk.ta("reports-counted", &[("leaves", &leaves), ("time", &desk.frame.moment(at))])) " "
                (desk.ta("reports-zone", &[("zone", report.zone.name())]))
            },
            None => (shared::notice(Tone::Wait, &html! { p { (desk.t("reports-not-counted")) } })),
        }
        @if counted.behind > 0 {
            (shared::notice(Tone::Wait, &html! {
                p { (desk.ta("reports-behind", &[("leaves", &number(lang, counted.behind))])) }
            }))
        }
    }
}

/// What somebody asks first.
fn at_a_glance(desk: &Desk, report: &Report) -> Markup {
    let lang = desk.frame.lang;
    let share = |n: Option<i64>| n.map_or_else(|| "–".to_owned(), |n| permille(lang, n));
    let lines = [
        ("reset", number(lang, report.total(Measure::Reset))),
        ("asked", number(lang, report.total(Measure::Asked))),
        ("late", share(report.late_permille())),
        ("sla", share(report.sla_permille())),
        ("manual", number(lang, report.sum(Measure::Reset, "manual"))),
        ("not-me", number(lang, report.total(Measure::NotMe))),
    ];
    html! {
        section {
            h2 #glance { (desk.t("reports-glance")) }
            dl.glance {
                @for (code, value) in &lines { div { dt { (desk.t(&format!("reports-glance-{code}"))) } dd { (value) } } }
            }
        }
    }
}

fn resets(desk: &Desk, report: &Report) -> Markup {
    let step = report.step;
    let label = |first: &NaiveDate| match step {
        Step::Month => first.format("%Y-%m").to_string(),
        _ => words::short_day(desk, *first),
    };
    let points: Vec<(String, i64)> = report.resets.iter().map(|(first, n)| (label(first), *n)).collect();
    let title = desk.t("reports-resets-chart");
    let (total, count) = (number(desk.frame.lang, report.total(Measure::Reset)), points.len().to_string());
    let text = desk.ta("reports-resets-chart-text", &[("total", &total), ("count", &count)]);
    let named = Named { id: "c-resets", title: &title, text: &text };
    let by = desk.t(&format!("reports-step-{}", step.code()));
    let rows = points.iter().map(|(label, n)| (label.clone(), vec![*n])).collect();
    let daily = Numbers { head: by, columns: vec![desk.t("reports-n")], rows, sums: true };
    html! {
        section.panel {
            h2 { (desk.t("reports-resets")) }
            p { (desk.t("reports-resets-text")) }
            @if report.total(Measure::Reset) == 0 { p.empty { (desk.t("reports-empty")) } } @else {
                div.drawn {
                    (columns(desk.frame.lang, named, &points, 5))
                    (plain(desk, "reports-resets-chart", &daily))
                }
                (sheet(desk, "reports-by-way", &matrix(desk, report, Measure::Reset, Side::A)))
            }
        }
    }
}

fn requests(desk: &Desk, report: &Report) -> Markup {
    html! {
        section.panel {
            h2 { (desk.t("reports-requests")) }
            p { (desk.t("reports-requests-text")) }
            (sheet(desk, "reports-asked", &matrix(desk, report, Measure::Asked, Side::A)))
            (sheet(desk, "reports-matched", &matrix(desk, report, Measure::Matched, Side::A)))
            (sheet(desk, "reports-unmatched", &matrix(desk, report, Measure::Unmatched, Side::A)))
        }
    }
}

fn delays(desk: &Desk, report: &Report) -> Markup {
    let live = |pair: Option<(i32, i32)>| {
        pair.map_or_else(
            || "–".to_owned(),
            |(p50, p95)| format!("{} / {}", words::delay(desk, p50.into()), words::delay(desk, p95.into())),
        )
    };
    html! {
        section.panel {
            h2 { (desk.t("reports-delays")) }
            p { (desk.t("reports-delays-text")) }
            (spread(desk, "handoff", &report.spread(Measure::Handoff)))
            (spread(desk, "click", &report.spread(Measure::Click)))
            (sheet(desk, "reports-links", &matrix(desk, report, Measure::Link, Side::A)))
            @if let Some(late) = report.late_permille() {
                p { (desk.ta("reports-late", &[("share", &permille(desk.frame.lang, late))])) }
            }
            h3 { (desk.t("reports-domains")) }
            p.small { (desk.t("reports-domains-text")) }
            @if report.domains.is_empty() { p.small { (desk.t("reports-empty")) } } @else {
                div.scroll tabindex="0" role="region" aria-label=(desk.t("reports-domains")) { table.list {
                    caption.small { (desk.t("reports-domains-caption")) }
                    thead { tr {
                        th scope="col" { (desk.t("reports-domain")) } th.num scope="col" { (desk.t("reports-handoff")) }
                        th.num scope="col" { (desk.t("reports-click")) } th.num scope="col" { (desk.t("reports-samples")) }
                    } }
                    tbody { @for domain in &report.domains { tr {
                        th scope="row" { (domain.domain) } td.num { (live(domain.handed)) } td.num { (live(domain.clicked)) }
                        td.num { (number(desk.frame.lang, domain.samples.into())) }
                    } } }
                } }
            }
        }
    }
}

/// A histogram with its percentiles.
fn spread(desk: &Desk, which: &str, spread: &Spread) -> Markup {
    let title = desk.t(&format!("reports-{which}"));
    let delay = |seconds: Option<i64>| seconds.map_or_else(|| "–".to_owned(), |s| words::delay(desk, s));
    let (half, most) = (delay(spread.p50_seconds), delay(spread.p95_seconds));
    let count = number(desk.frame.lang, spread.count);
    let text = desk.ta("reports-spread-text", &[("half", &half), ("most", &most), ("count", &count)]);
    let points: Vec<(String, i64)> =
        spread.bars.iter().map(|bar| (format!("< {}", words::delay(desk, bar.below_seconds)), bar.n)).collect();
    let rows = points.iter().map(|(label, n)| (label.clone(), vec![*n])).collect();
    let table = Numbers { head: desk.t("reports-took"), columns: vec![desk.t("reports-n")], rows, sums: true };
    let id = format!("c-{which}");
    html! {
        h3 { (title) }
        @if spread.count == 0 { p.small { (desk.t("reports-empty")) } } @else {
            p { strong { (text) } }
            div.drawn {
                (columns(desk.frame.lang, Named { id: &id, title: &title, text: &text }, &points, 4))
                (plain(desk, &format!("reports-{which}"), &table))
            }
        }
    }
}

fn letters(desk: &Desk, report: &Report) -> Markup {
    html! {
        section.panel {
            h2 { (desk.t("reports-letters")) }
            p { (desk.t("reports-letters-text")) }
            (sheet(desk, "reports-letter-fates", &matrix(desk, report, Measure::Letter, Side::B)))
            (sheet(desk, "reports-verdicts", &matrix(desk, report, Measure::Verdict, Side::A)))
        }
    }
}

fn cases(desk: &Desk, report: &Report) -> Markup {
    html! {
        section.panel {
            h2 { (desk.t("reports-cases")) }
            p { (desk.t("reports-cases-text")) }
            (sheet(desk, "reports-sla", &matrix(desk, report, Measure::Sla, Side::B)))
            (sheet(desk, "reports-opened", &matrix(desk, report, Measure::Case, Side::B)))
        }
    }
}

fn officers(desk: &Desk, report: &Report) -> Markup {
    html! {
        section.panel {
            h2 { (desk.t("reports-officers")) }
            p { (desk.t("reports-officers-text")) }
            (sheet(desk, "reports-deeds", &matrix(desk, report, Measure::Officer, Side::A)))
            (sheet(desk, "reports-pairs", &section::pairs(desk, report, Measure::Pair)))
        }
    }
}

fn doubts(desk: &Desk, report: &Report) -> Markup {
    html! {
        section.panel {
            h2 { (desk.t("reports-doubts")) }
            p { (desk.t("reports-doubts-text")) }
            (sheet(desk, "reports-not-me", &matrix(desk, report, Measure::NotMe, Side::A)))
            (sheet(desk, "reports-rejected", &matrix(desk, report, Measure::Rejected, Side::A)))
            (sheet(desk, "reports-sign-in", &matrix(desk, report, Measure::SignIn, Side::B)))
            (sheet(desk, "reports-refused", &matrix(desk, report, Measure::Refused, Side::A)))
        }
    }
}
