//! What stands around the events of a request: proposals, letters, links, mails and people.

use chrono::{DateTime, Utc};
use maud::{Markup, html};

use crate::model::inbound::Judgement;
use crate::views::parts as shared;
use crate::views::staff::Desk;
use crate::views::staff::mail_proof;
use crate::views::staff::mail_text::line;

/// A proposal.
#[derive(Clone, Debug)]
pub struct Proposal {
    /// Word of its kind.
    pub kind: String,
    /// Word of where it stands.
    pub state: String,
    /// Who proposed; the account's own person where nobody.
    pub proposer: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
    /// Who decided, and the word of what.
    pub decisions: Vec<(String, String)>,
}

/// A letter.
#[derive(Clone, Debug)]
pub struct Letter {
    /// Word of its kind.
    pub kind: String,
    /// Word of where it stands.
    pub state: String,
    /// When it was written.
    pub at: DateTime<Utc>,
    /// When it was handed over, or given up.
    pub ended_at: Option<DateTime<Utc>>,
    /// How often it was tried.
    pub attempts: i16,
    /// Domain and answer of the server.
    pub answer: String,
}

/// A link.
#[derive(Clone, Debug)]
pub struct Link {
    /// Word of its kind.
    pub kind: String,
    /// When it was made.
    pub at: DateTime<Utc>,
    /// When its letter was handed over.
    pub handed_over_at: Option<DateTime<Utc>>,
    /// When it was opened.
    pub opened_at: Option<DateTime<Utc>>,
    /// When and why it ended.
    pub ended: Option<(DateTime<Utc>, String)>,
}

/// A mail, without what it says.
#[derive(Clone, Debug)]
pub struct Mail {
    /// When it came.
    pub at: DateTime<Utc>,
    /// The address in `From`.
    pub from: String,
    /// What it is about.
    pub subject: String,
    /// SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
    /// What was found about who sent it.
    pub judgement: Option<Judgement>,
}

/// What was proposed and decided.
pub(super) fn proposals(desk: &Desk, proposals: &[Proposal]) -> Markup {
    html! {
        @for proposal in proposals {
            (shared::facts(&[
                (desk.t("proposal-kind"), html! { (desk.t(&format!("proposal-kind-{}", proposal.kind))) }),
                (desk.t("pack-state"), html! { (desk.t(&format!("proposal-state-{}", proposal.state))) }),
                (desk.t("pack-proposed"), html! {
                    @match &proposal.proposer { Some(name) => (name), None => (desk.t("pack-actor-user")) }
                    " · " (shared::time(&desk.frame, proposal.at))
                }),
                (desk.t("pack-decided"), html! {
                    @if proposal.decisions.is_empty() { "–" }
                    @for (name, verdict) in &proposal.decisions { div { (name) ": " (desk.t(&format!("pack-decided-{verdict}"))) } }
                }),
            ]))
        }
    }
}

/// The letters.
pub(super) fn letters(desk: &Desk, letters: &[Letter]) -> Markup {
    html! {
        table.list.cards {
            thead { tr {
                th scope="col" { (desk.t("pack-letter")) }
                th scope="col" { (desk.t("pack-state")) }
                th scope="col" { (desk.t("pack-written")) }
                th scope="col" { (desk.t("pack-answer")) }
            } }
            tbody { @for letter in letters { tr {
                td data-label=(desk.t("pack-letter")) { (desk.t(&format!("letter-{}", letter.kind))) }
                td data-label=(desk.t("pack-state")) {
                    (desk.t(&format!("letter-state-{}", letter.state)))
                    @if let Some(at) = letter.ended_at { " · " (shared::time(&desk.frame, at)) }
                }
                td data-label=(desk.t("pack-written")) {
                    (shared::time(&desk.frame, letter.at)) br;
                    span.small { (desk.ta("pack-attempts", &[("count", &letter.attempts.to_string())])) }
                }
                td.mono data-label=(desk.t("pack-answer")) {
                    @if letter.answer.trim().is_empty() { "–" } @else { (line(&letter.answer)) }
                }
            } } }
        }
    }
}

/// The links.
pub(super) fn links(desk: &Desk, links: &[Link]) -> Markup {
    let time = |at: Option<DateTime<Utc>>| at.map_or_else(|| html! { "–" }, |at| shared::time(&desk.frame, at));
    html! {
        table.list.cards {
            thead { tr {
                th scope="col" { (desk.t("pack-link")) }
                th scope="col" { (desk.t("pack-written")) }
                th scope="col" { (desk.t("pack-handed-over")) }
                th scope="col" { (desk.t("pack-opened")) }
                th scope="col" { (desk.t("pack-link-ended")) }
            } }
            tbody { @for link in links { tr {
                td data-label=(desk.t("pack-link")) { (desk.t(&format!("pack-link-{}", link.kind))) }
                td data-label=(desk.t("pack-written")) { (time(Some(link.at))) }
                td data-label=(desk.t("pack-handed-over")) { (time(link.handed_over_at)) }
                td data-label=(desk.t("pack-opened")) { (time(link.opened_at)) }
                td data-label=(desk.t("pack-link-ended")) {
                    @match &link.ended {
                        Some((at, why)) => { (time(Some(*at))) " · " (desk.t(&format!("pack-end-{why}"))) }
                        None => "–",
                    }
                }
            } } }
        }
    }
}

/// A mail with what was found about who sent it.
pub(super) fn mail_of(desk: &Desk, mail: &Mail) -> Markup {
    let subject = if mail.subject.trim().is_empty() { desk.t("inmail-no-subject") } else { line(&mail.subject) };
    let from = if mail.from.is_empty() { "–".to_owned() } else { line(&mail.from) };
    html! {
        (shared::facts(&[
            (desk.t("activity-when"), shared::time(&desk.frame, mail.at)),
            (desk.t("pack-mail-from"), html! { span.mono { (from) } }),
            (desk.t("pack-mail-subject"), html! { (subject) }),
            ("SHA-256".to_owned(), html! { span.mono { (mail.sha256) } }),
        ]))
        @if let Some(judgement) = &mail.judgement {
            (mail_proof::outcome(desk, judgement.verdict, judgement, None))
            (mail_proof::why(desk, judgement))
        }
    }
}

/// Who of the desk acted.
pub(super) fn people(desk: &Desk, people: &[(String, String, usize)]) -> Markup {
    html! {
        ul {
            @for (name, username, count) in people {
                li { (name) " (" span.mono { (username) } ") · " (desk.ta("pack-acts", &[("count", &count.to_string())])) }
            }
        }
    }
}
