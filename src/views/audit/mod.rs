//! The auditor's rooms.

mod around;
pub mod case;
pub mod chart;
pub mod exports;
pub mod history;
pub mod integrity;
pub mod pack;
pub mod record;
pub mod reports;
pub mod review;
mod whole;

use chrono::{DateTime, Utc};
use maud::{Markup, html};

use super::parts::Tone;
use super::staff::Desk;
use super::staff::parts::chip;
use crate::i18n::when;
use crate::model::sample::Mark;

/// An event in a list.
#[derive(Clone, Debug)]
pub struct Line {
    /// Its id.
    pub id: String,
    /// When.
    pub at: DateTime<Utc>,
    /// Its kind.
    pub kind: String,
    /// Whether it was refused.
    pub refused: bool,
    /// Who, in one word: message keys `events-actor-<code>`.
    pub actor: String,
    /// Who of the desk it was.
    pub staff: Option<String>,
    /// Reference of the request it is about.
    pub reference: Option<String>,
    /// User ID of the account it is about, or as it was typed.
    pub user_id: Option<String>,
    /// Number of its leaf; none while it is not sealed.
    pub leaf: Option<i64>,
    /// Its newest mark.
    pub mark: Option<Mark>,
}

/// A personal detail, which an event's bytes only commit to.
#[derive(Clone, Debug)]
pub enum Detail {
    /// It fits what they commit to.
    Open(String),
    /// It is not what was committed to.
    Altered(String),
    /// It was erased then.
    Erased(DateTime<Utc>),
    /// It is gone, and no erasure says why.
    Gone,
}

/// A personal detail in words; `open` draws what it says.
fn detail(desk: &Desk, detail: &Detail, open: impl Fn(&str) -> Markup) -> Markup {
    html! {
        @match detail {
            Detail::Open(text) if text.is_empty() => "–",
            Detail::Open(text) => (open(text)),
            Detail::Altered(text) => { (chip(Tone::Bad, &desk.t("record-detail-altered"))) " " (open(text)) }
            Detail::Erased(at) => (desk.ta("record-erased-at", &[("time", &desk.frame.moment(*at))])),
            Detail::Gone => (chip(Tone::Bad, &desk.t("record-detail-gone"))),
        }
    }
}

/// A kind of event in words; one that we do not know as it stands.
pub fn kind(desk: &Desk, kind: &str) -> String {
    desk.frame.lang.known(&format!("kind-{}", kind.replace('.', "-"))).unwrap_or_else(|| kind.to_owned())
}

/// The words of a name by its key, or the name itself where it has none.
pub fn label(desk: &Desk, key: &str, name: &str) -> String {
    desk.frame.lang.known(&key.replace('_', "-")).unwrap_or_else(|| name.to_owned())
}

/// Who acted, in words.
pub fn actor(desk: &Desk, code: &str) -> String {
    desk.frame.lang.known(&format!("events-actor-{code}")).unwrap_or_else(|| code.to_owned())
}

/// A number of a leaf, in groups of three as the language writes them.
pub fn number(desk: &Desk, number: i64) -> String {
    let point = desk.t("events-thousands");
    let digits = number.to_string();
    let mut out = String::new();
    for (n, digit) in digits.chars().enumerate() {
        if n > 0 && (digits.len() - n).is_multiple_of(3) {
            out.push_str(&point);
        }
        out.push(digit);
    }
    out
}

/// A time to the second, which the order of events needs, with its machine form.
pub fn time(desk: &Desk, at: DateTime<Utc>) -> Markup {
    let (lang, zone) = (desk.frame.lang, desk.frame.zone);
    let words =
        format!("{} {} {}", when::day(lang, zone, at), when::seconds(lang, zone, at), when::zone_name(zone, at));
    html! { time datetime=(at.format("%Y-%m-%dT%H:%M:%S%.6fZ")) { (words) } }
}

/// A mark as a chip.
pub fn mark(desk: &Desk, mark: Mark) -> Markup {
    let tone = match mark {
        Mark::Ok => Tone::Good,
        Mark::Question => Tone::Wait,
        Mark::Finding => Tone::Bad,
    };
    chip(tone, &desk.t(&format!("review-mark-{}", mark.code())))
}

/// Events as a table, each leading to its record.
pub fn lines(desk: &Desk, caption: &str, lines: &[Line]) -> Markup {
    html! {
        table.list.cards {
            caption.small { (caption) }
            thead { tr {
                @for key in ["events-col-at", "events-col-kind", "events-col-who", "events-col-about", "events-col-leaf"] {
                    th scope="col" { (desk.t(key)) }
                }
            } }
            tbody { @for line in lines { (row(desk, line)) } }
        }
    }
}

fn row(desk: &Desk, line: &Line) -> Markup {
    html! {
        tr {
            td data-label=(desk.t("events-col-at")) { (time(desk, line.at)) }
            th scope="row" {
                a href={ "/audit/events/" (line.id) } { (kind(desk, &line.kind)) }
                @if line.refused { " " (chip(Tone::Bad, &desk.t("events-refused"))) }
                @if let Some(said) = line.mark { " " (mark(desk, said)) }
            }
            td data-label=(desk.t("events-col-who")) {
                @match &line.staff { Some(name) => (name), None => (actor(desk, &line.actor)) }
            }
            td data-label=(desk.t("events-col-about")) {
                @if let Some(reference) = &line.reference { span.mono { (reference) } " " }
                @if let Some(user_id) = &line.user_id { (user_id) }
                @if line.reference.is_none() && line.user_id.is_none() { "–" }
            }
            td.num data-label=(desk.t("events-col-leaf")) {
                @match line.leaf { Some(leaf) => { "#" (number(desk, leaf)) }, None => (desk.t("events-unsealed")) }
            }
        }
    }
}
