//! The mails of a case: what they say in its timeline, and what the newest one asks of the desk.

use maud::{Markup, html};
use uuid::Uuid;

use super::mail::Candidate;
use super::mail_forms::{self, Draft, Link};
use super::mail_text::line;
use super::{Desk, mail, mail_proof};
use crate::model::inbound::{Box, Verdict};

/// A mail in the timeline.
#[derive(Clone, Debug)]
pub struct Said {
    /// Its row id.
    pub mail: Uuid,
    /// The address in `From`.
    pub from: String,
    /// What it is about.
    pub subject: String,
    /// What it proves.
    pub verdict: Option<Verdict>,
    /// Where it stands.
    pub place: Option<Box>,
    /// Its first lines, hidden characters as marks.
    pub beginning: String,
}

/// A mail whose request waits for the desk.
#[derive(Clone, Debug)]
pub struct Asks {
    /// Its row id.
    pub mail: Uuid,
    /// What it proves.
    pub verdict: Verdict,
    /// Whether that is too little for a link without a note.
    pub weak: bool,
    /// Accounts it may be about.
    pub candidates: Vec<Candidate>,
}

/// The mail, below the line that says when it came.
pub fn said(desk: &Desk, said: &Said) -> Markup {
    html! {
        p {
            @if let Some(verdict) = said.verdict { (mail_proof::verdict(desk, verdict)) " " }
            @if let Some(place) = said.place.filter(|place| *place != Box::Queue) { (mail::place(desk, place)) " " }
            a href={ "/staff/mail/" (said.mail) } {
                @if said.subject.trim().is_empty() { (desk.t("inmail-no-subject")) } @else { (line(&said.subject)) }
            }
            @if !said.from.is_empty() { " " span.small.mono { (line(&said.from)) } }
        }
        @if !said.beginning.is_empty() {
            details {
                summary { (desk.t("inmail-beginning")) }
                div.said { (said.beginning) }
            }
        }
    }
}

/// What the newest unanswered mail asks: whose account it is, then the link.
pub fn asks(desk: &Desk, asks: &Asks, version: i32, placed: bool) -> Markup {
    let mail = asks.mail.to_string();
    html! {
        section.panel aria-labelledby="asks-title" {
            @if placed {
                h2 #asks-title { (desk.t("inmail-link-title")) }
                p { (mail_proof::verdict(desk, asks.verdict)) }
                (mail_forms::link(desk, &Link { mail: mail.clone(), version, weak: asks.weak, draft: &Draft::default() }))
            } @else {
                h2 #asks-title { (desk.t("inmail-candidates")) }
                p { (mail_proof::verdict(desk, asks.verdict)) }
                p.small { (desk.t("inmail-candidates-hint")) }
                (mail_forms::candidates(desk, &mail, version, &asks.candidates))
            }
            p { a href={ "/staff/mail/" (mail) } { (desk.t("inmail-open")) } }
        }
    }
}
