//! The list of what waits for a second person.

use chrono::{DateTime, Utc};
use maud::{Markup, html};

use super::super::parts::Tone;
use super::shell::shell;
use super::{Desk, parts};
use crate::model::dual::Tie;
use crate::model::proposal::{Kind, State};

/// One proposal.
#[derive(Clone, Debug)]
pub struct Row {
    /// Where it is looked at.
    pub path: String,
    /// What is proposed.
    pub kind: Kind,
    /// Where it stands.
    pub state: State,
    /// User ID, masked, or name of the person it is about.
    pub about: String,
    /// Who proposed it; none for the account's own person.
    pub proposer: Option<String>,
    /// When its life ends, or when it takes effect.
    pub until: DateTime<Utc>,
    /// How many agreed, and how many have to.
    pub approvals: (usize, i16),
    /// Whether it is urgent.
    pub urgent: bool,
    /// Why the viewer cannot decide about it.
    pub tie: Option<Tie>,
}

/// The words of a state, as a chip.
pub(super) fn state(desk: &Desk, state: State) -> Markup {
    let tone = match state {
        State::Proposed | State::Waiting => Tone::Wait,
        State::Done => Tone::Good,
        State::Contested | State::Rejected => Tone::Bad,
        State::Expired | State::Cancelled => Tone::Info,
    };
    parts::chip(tone, &desk.t(&format!("proposal-state-{}", state.code())))
}

/// The page.
pub fn page(desk: &Desk, rows: &[Row]) -> Markup {
    let heads = ["proposal-kind", "proposal-about", "proposal-by", "proposal-state", "proposal-until"];
    let body = html! {
        p.lead { (desk.t("approvals-lead")) }
        @if rows.is_empty() {
            p.panel { (desk.t("approvals-empty")) }
        } @else {
            table.list.cards {
                thead { tr { @for head in heads { th scope="col" { (desk.t(head)) } } } }
                tbody { @for row in rows { (line(desk, row)) } }
            }
        }
    };
    shell(desk, &desk.t("staff-menu-approvals"), &body)
}

fn line(desk: &Desk, row: &Row) -> Markup {
    html! {
        tr {
            th scope="row" {
                a href=(row.path) { (desk.t(&format!("proposal-kind-{}", row.kind.code()))) }
                @if row.urgent { " " (parts::chip(Tone::Bad, &desk.t("proposal-urgent"))) }
            }
            td data-label=(desk.t("proposal-about")) { (row.about) }
            td data-label=(desk.t("proposal-by")) { (row.proposer.clone().unwrap_or_else(|| desk.t("proposal-own-person"))) }
            td data-label=(desk.t("proposal-state")) {
                (state(desk, row.state))
                @if row.approvals.1 > 1 { " " (agreed(desk, row.approvals)) }
                @if let Some(tie) = row.tie { " " span.small { (desk.t(&format!("tie-{}", tie.code()))) } }
            }
            td data-label=(desk.t("proposal-until")) { (parts::short_time(desk, row.until)) }
        }
    }
}

/// How many agreed of how many.
pub(super) fn agreed(desk: &Desk, (so_far, needed): (usize, i16)) -> String {
    desk.ta("proposal-agreed", &[("count", &so_far.to_string()), ("needed", &needed.to_string())])
}
