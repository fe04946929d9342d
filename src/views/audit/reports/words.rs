//! Words for what figures count.

use chrono::{Datelike as _, NaiveDate};

use super::super::chart::number;
use crate::model::figures::Measure;
use crate::model::figures::report::Report;
use crate::views::staff::Desk;

/// The word of a code: the first word of a measure, or the second.
pub fn of(desk: &Desk, report: &Report, measure: Measure, second: bool, code: &str) -> String {
    let words = match (measure, second) {
        (Measure::Officer | Measure::OffHours, false) | (Measure::Pair | Measure::Quick, _) => {
            return person(desk, report, code);
        }
        (Measure::SignIn | Measure::Refused, false) => desk.t(&format!("kind-{}", code.replace('.', "-"))),
        (Measure::SignIn, true) if code == "done" => desk.t("reports-done"),
        (Measure::SignIn | Measure::Refused, true) => desk.t(&format!("refusal-{code}-title")),
        (_, true) if code.is_empty() => desk.t(&format!("reports-none-{}", measure.code())),
        (Measure::Reset | Measure::Asked, true) => desk.t(&format!("user-type-{code}")),
        (Measure::Reset, _) => desk.t(&format!("reports-way-{code}")),
        (Measure::Asked, _) => desk.t(&format!("reports-channel-{code}")),
        (Measure::Matched, _) => desk.t(&format!("reports-letter-{code}")),
        (Measure::Unmatched, false) => desk.t(&format!("reports-miss-{code}")),
        (Measure::Unmatched, true) => desk.t(&format!("reports-told-{code}")),
        (Measure::Link, _) => desk.t(&format!("reports-link-{code}")),
        (Measure::Letter, false) => desk.t(&format!("reports-fate-{code}")),
        (Measure::Letter, true) => desk.t(&format!("letter-{code}")),
        (Measure::Case, false) => desk.t(&format!("reports-case-{code}")),
        (Measure::Case, true) => case(desk, code),
        (Measure::Sla, false) => desk.t(&format!("reports-sla-{code}")),
        (Measure::Sla, true) => desk.t(&format!("desk-reason-{code}")),
        (Measure::Verdict, false) => desk.t(&format!("mail-verdict-{code}")),
        (Measure::Verdict, true) => desk.t(&format!("inmail-kind-{code}")),
        (Measure::Officer, true) => desk.t(&format!("reports-deed-{code}")),
        (Measure::OffHours, true) | (Measure::Rejected, _) => desk.t(&format!("reports-family-{code}")),
        (Measure::NotMe, _) => desk.t(&format!("reports-not-me-{code}")),
        (Measure::Handoff | Measure::Click, _) => code.to_owned(),
    };
    known(words, code)
}

/// Why a case was opened, or how it ended.
fn case(desk: &Desk, code: &str) -> String {
    let ended = desk.t(&format!("desk-ending-{code}"));
    if is_missing(&ended) { desk.t(&format!("desk-reason-{code}")) } else { ended }
}

/// A word that another version counted has none here: its code stands for it.
fn known(words: String, code: &str) -> String {
    if is_missing(&words) { code.to_owned() } else { words }
}

fn is_missing(words: &str) -> bool {
    words.is_empty() || words.starts_with("Unknown localization")
}

/// Somebody of the desk by their id, or the word of who else proposed.
pub fn person(desk: &Desk, report: &Report, id: &str) -> String {
    match (report.people.get(id), id) {
        (Some(person), _) => person.name.clone(),
        (None, "user") => desk.t("reports-owner"),
        (None, "operator") => desk.t("reports-operator"),
        (None, id) => id.to_owned(),
    }
}

/// So many seconds, short.
pub fn delay(desk: &Desk, seconds: i64) -> String {
    let (n, unit) = match seconds {
        ..90 => (seconds, "seconds"),
        90..5_400 => ((seconds + 30) / 60, "minutes"),
        5_400..129_600 => ((seconds + 1_800) / 3_600, "hours"),
        _ => ((seconds + 43_200) / 86_400, "days"),
    };
    desk.ta(&format!("reports-{unit}"), &[("n", &number(desk.frame.lang, n))])
}

/// A day without its year, for below a column.
pub fn short_day(desk: &Desk, day: NaiveDate) -> String {
    let month = desk.t(&format!("reports-month-{}", day.month()));
    format!("{} {month}", day.day())
}
