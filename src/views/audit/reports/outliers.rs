//! What stands out: who, against whom, by which numbers, and where its events are.

use maud::{Markup, html};

use super::super::chart::number;
use super::words;
use crate::model::figures::Measure;
use crate::model::figures::report::{DEEDS, Report};
use crate::model::outlier::{PEERS_MIN, Pair, Peers, Standing};
use crate::views::parts::{Tone, percent};
use crate::views::staff::Desk;
use crate::views::staff::parts::chip;

/// The section.
pub fn section(desk: &Desk, report: &Report) -> Markup {
    let found = all(desk, report);
    let few = DEEDS.iter().map(|deed| (*deed, report.peers(deed))).filter(|(_, peers)| peers.few);
    let few: Vec<(&str, Peers)> = few.filter(|(_, peers)| !peers.standings.is_empty()).collect();
    html! {
        section.panel {
            h2 { (desk.t("reports-outliers")) }
            p { (desk.t("reports-outliers-text")) }
            @if found.is_empty() { p { (desk.t("reports-outliers-none")) } } @else {
                ul.lines.outliers { @for (label, said, query) in &found { li {
                    (chip(Tone::Wait, &desk.t(label))) " " (said) " "
                    @if let Some(query) = query {
                        a href={ "/audit?q=" (percent(query)) } { (desk.t("reports-events")) }
                    }
                } } }
            }
            @if !few.is_empty() {
                h3 { (desk.t("reports-few")) }
                p { (desk.ta("reports-few-text", &[("count", &PEERS_MIN.to_string())])) }
                ul { @for (deed, peers) in &few { li {
                    (desk.t(&format!("reports-deed-{deed}"))) ": "
                    @for (at, standing) in peers.standings.iter().enumerate() {
                        @if at > 0 { ", " }
                        (words::person(desk, report, &standing.who)) " " (number(desk.frame.lang, standing.n))
                        " (" (standing.percent) " %)"
                    }
                } } }
            }
        }
    }
}

/// What stands out: its label, what is said of it, and the search that finds its events.
type Found = (&'static str, String, Option<String>);

fn all(desk: &Desk, report: &Report) -> Vec<Found> {
    let mut found: Vec<Found> = Vec::new();
    for deed in DEEDS {
        let peers = report.peers(deed);
        let out = peers.standings.iter().filter(|standing| standing.stands_out);
        found.extend(out.map(|standing| one(desk, report, deed, &peers, standing)));
    }
    found.extend(report.pairs().iter().map(|pair| paired(desk, report, pair)));
    let lang = desk.frame.lang;
    let name = |id: &str| words::person(desk, report, id);
    found.extend(report.of(Measure::Quick).iter().map(|cell| {
        let said = [("who", name(&cell.a)), ("whom", name(&cell.b)), ("n", number(lang, cell.n))];
        ("reports-out-quick", say(desk, "reports-out-quick-text", &said), query(report, &cell.a, APPROVALS))
    }));
    found.extend(report.of(Measure::OffHours).iter().map(|cell| {
        let about = words::of(desk, report, Measure::OffHours, true, &cell.b);
        let said = [("who", name(&cell.a)), ("about", about), ("n", number(lang, cell.n))];
        ("reports-out-hours", say(desk, "reports-out-hours-text", &said), query(report, &cell.a, &cell.b))
    }));
    found
}

fn one(desk: &Desk, report: &Report, deed: &str, peers: &Peers, standing: &Standing) -> Found {
    let lang = desk.frame.lang;
    let kind = match deed {
        "searched" => "account.searched",
        "revealed" => "address.revealed",
        _ => "manual.proposed",
    };
    let said = [
        ("who", words::person(desk, report, &standing.who)),
        ("deed", desk.t(&format!("reports-deed-{deed}"))),
        ("n", number(lang, standing.n)),
        ("share", standing.percent.to_string()),
        ("median", real(peers.median)),
        ("score", real(standing.score.unwrap_or_default())),
    ];
    ("reports-out-count", say(desk, "reports-out-count-text", &said), query(report, &standing.who, kind))
}

fn paired(desk: &Desk, report: &Report, pair: &Pair) -> Found {
    let lang = desk.frame.lang;
    let said = [
        ("who", words::person(desk, report, &pair.proposer)),
        ("whom", words::person(desk, report, &pair.approver)),
        ("n", number(lang, pair.n)),
        ("of", number(lang, pair.of)),
        ("share", pair.percent.to_string()),
        ("expected", pair.expected_percent.to_string()),
        ("back", number(lang, pair.back)),
    ];
    ("reports-out-pair", say(desk, "reports-out-pair-text", &said), query(report, &pair.approver, APPROVALS))
}

fn say(desk: &Desk, key: &str, said: &[(&'static str, String)]) -> String {
    let said: Vec<(&'static str, &str)> = said.iter().map(|(name, value)| (*name, value.as_str())).collect();
    desk.ta(key, &said)
}

/// A number with one decimal where it has one.
fn real(n: f64) -> String {
    format!("{n:.1}").trim_end_matches(".0").to_owned()
}

/// Kinds of agreeing.
const APPROVALS: &str =
    "manual.approved,address.approved,protect.approved,unlock.approved,overwrite.approved,staff.confirmed";

/// The search of the history for what somebody did in these days.
fn query(report: &Report, id: &str, kinds: &str) -> Option<String> {
    let person = report.people.get(id)?;
    Some(format!("staff:{} kind:{kinds} at:{}..{}", person.username, report.range.from, report.range.to))
}
