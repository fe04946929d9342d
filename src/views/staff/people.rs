//! The list of people of the desk, and one of them with what waits for a second person.

use chrono::{DateTime, Utc};
use maud::{Markup, html};

use super::super::code::CodeTrouble;
use super::super::parts::{self as shared, Tone};
use super::parts::{chip, code_words, fresh_code, short_time};
use super::shell::{shell, shell_of_form};
use super::{Desk, deed::Deed};
use crate::model::dual::Tie;
use crate::model::staff::{Change, Role, Roles, Status};

/// Somebody of the desk.
#[derive(Clone, Debug)]
pub struct Member {
    /// Their id.
    pub id: String,
    /// User name.
    pub username: String,
    /// Employee number.
    pub employee_number: String,
    /// Name.
    pub name: String,
    /// Address.
    pub address: String,
    /// Roles.
    pub roles: Roles,
    /// Status.
    pub status: Status,
    /// Whether a TOTP is active.
    pub has_factor: bool,
    /// When they signed in last.
    pub last_at: Option<DateTime<Utc>>,
    /// Whether something about them waits for a second person.
    pub pending: bool,
}

/// What was done just now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Note {
    /// Something was proposed.
    Proposed,
    /// It was confirmed.
    Confirmed,
    /// It was rejected.
    Rejected,
    /// It was withdrawn.
    Withdrawn,
    /// They are disabled.
    Disabled,
    /// They are invited again.
    Invited,
}

impl Note {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Proposed, Self::Confirmed, Self::Rejected, Self::Withdrawn, Self::Disabled, Self::Invited];

    /// Its word in addresses, and the suffix of its message key `people-note-<code>`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Proposed => "proposed",
            Self::Confirmed => "confirmed",
            Self::Rejected => "rejected",
            Self::Withdrawn => "withdrawn",
            Self::Disabled => "disabled",
            Self::Invited => "invited",
        }
    }

    /// Reads that word.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|n| n.code() == code)
    }
}

/// What somebody may be: its words.
pub fn roles(desk: &Desk, roles: &Roles) -> String {
    roles.iter().map(|role| desk.t(&format!("role-{}", role.code()))).collect::<Vec<_>>().join(", ")
}

fn status(desk: &Desk, status: Status) -> Markup {
    let tone = match status {
        Status::Active => Tone::Good,
        Status::Proposed | Status::Invited => Tone::Wait,
        Status::Disabled => Tone::Info,
    };
    chip(tone, &desk.t(&format!("people-status-{}", status.code())))
}

fn factor(desk: &Desk, has: bool) -> Markup {
    if has { chip(Tone::Good, &desk.t("people-mfa-on")) } else { chip(Tone::Wait, &desk.t("people-mfa-off")) }
}

fn last(desk: &Desk, at: Option<DateTime<Utc>>) -> Markup {
    html! { @match at { Some(at) => (short_time(desk, at)), None => (desk.t("people-never")) } }
}

/// The list.
pub fn list(desk: &Desk, members: &[Member]) -> Markup {
    let heads = ["account-name", "people-roles", "people-status", "people-mfa", "people-last"];
    let body = html! {
        p.lead { (desk.t("people-lead")) }
        @if desk.roles.has(Role::Admin) {
            div.bar { a.main href="/staff/people/new" { (desk.t("people-new-title")) } }
        }
        table.list.cards {
            thead { tr { @for head in heads { th scope="col" { (desk.t(head)) } } } }
            tbody { @for member in members { tr {
                th scope="row" {
                    a href={ "/staff/people/" (member.id) } { (member.name) } " " span.small { (member.username) }
                    @if member.pending { " " (chip(Tone::Wait, &desk.t("people-pending"))) }
                }
                td data-label=(desk.t(heads[1])) { (roles(desk, &member.roles)) }
                td data-label=(desk.t(heads[2])) { (status(desk, member.status)) }
                td data-label=(desk.t(heads[3])) { (factor(desk, member.has_factor)) }
                td data-label=(desk.t(heads[4])) { (last(desk, member.last_at)) }
            } } }
        }
    };
    shell(desk, &desk.t("staff-menu-people"), &body)
}

/// A proposal that waits.
#[derive(Clone, Debug)]
pub struct Waiting {
    /// Its id.
    pub id: String,
    /// What it changes.
    pub change: Change,
    /// The roles it gives.
    pub roles: Option<Roles>,
    /// Who proposed it.
    pub proposer: String,
    /// When.
    pub proposed_at: DateTime<Utc>,
    /// Until when it may be decided.
    pub expires_at: DateTime<Utc>,
    /// Hash of what is shown, which the form carries.
    pub shown: String,
    /// Why the viewer does not decide about it.
    pub tied: Option<Tie>,
    /// Whether the viewer proposed it, and may take it back.
    pub own: bool,
    /// Why the code was refused that was given for it.
    pub trouble: Option<CodeTrouble>,
}

/// One of them.
#[derive(Clone, Debug)]
pub struct Person {
    /// Who.
    pub member: Member,
    /// What waits about them.
    pub waiting: Vec<Waiting>,
    /// What the viewer may do.
    pub deeds: Vec<Deed>,
    /// What was done just now.
    pub note: Option<Note>,
}

/// Their page.
pub fn person(desk: &Desk, data: &Person) -> Markup {
    let member = &data.member;
    let mistakes: Vec<(String, String)> = data
        .waiting
        .iter()
        .filter_map(|w| Some((format!("code-{}", w.change.code()), code_words(&desk.frame, w.trouble?))))
        .collect();
    let mistakes: Vec<(&str, String)> = mistakes.iter().map(|(id, words)| (id.as_str(), words.clone())).collect();
    let body = html! {
        (shared::summary(&desk.frame, &mistakes))
        @if let Some(note) = data.note {
            (shared::notice(Tone::Good, &html! { p { (desk.t(&format!("people-note-{}", note.code()))) } }))
        }
        @for waiting in &data.waiting { (proposal(desk, member, waiting)) }
        section.panel {
            (shared::facts(&[
                (desk.t("desk-username"), html! { (member.username) }),
                (desk.t("people-number"), html! { (member.employee_number) }),
                (desk.t("label-email"), html! { (member.address) }),
                (desk.t("people-roles"), html! { (roles(desk, &member.roles)) }),
                (desk.t("people-status"), status(desk, member.status)),
                (desk.t("people-mfa"), factor(desk, member.has_factor)),
                (desk.t("people-last"), last(desk, member.last_at)),
            ]))
        }
        @if !data.deeds.is_empty() {
            div.bar {
                @for deed in &data.deeds {
                    a.second href={ "/staff/people/" (member.id) "/" (deed.code()) } { (desk.t(&format!("people-{}-title", deed.code()))) }
                }
            }
        }
        p.links { a href="/staff/people" { (desk.t("people-back")) } }
    };
    shell_of_form(desk, &member.name, !mistakes.is_empty(), &body)
}

fn proposal(desk: &Desk, member: &Member, waiting: &Waiting) -> Markup {
    let id = format!("code-{}", waiting.change.code());
    let mut facts = vec![
        (desk.t("people-proposed-by"), html! { (waiting.proposer) ", " (short_time(desk, waiting.proposed_at)) }),
        (desk.t("people-decide-until"), short_time(desk, waiting.expires_at)),
    ];
    if let Some(new) = &waiting.roles {
        facts.push((desk.t("people-roles-new"), html! { strong { (roles(desk, new)) } }));
    }
    html! {
        section.panel {
            h2 { (desk.t(&format!("people-{}", waiting.change.code()))) " " (chip(Tone::Wait, &desk.t("people-pending"))) }
            (shared::facts(&facts))
            @match waiting.tied {
                Some(tie) => p { (desk.t(&format!("refusal-tied-{}-text", tie.code()))) },
                None => {
                    form method="post" action={ "/staff/people/" (member.id) "/decide" } novalidate {
                        (shared::csrf(&desk.frame))
                        (shared::hidden("proposal", &waiting.id))
                        (shared::hidden("shown", &waiting.shown))
                        (fresh_code(desk, &id, waiting.trouble))
                        div.bar {
                            button.main type="submit" name="verdict" value="confirm" { (desk.t("people-confirm")) }
                            button.second type="submit" name="verdict" value="reject" { (desk.t("people-reject")) }
                        }
                    }
                },
            }
            @if waiting.own {
                (shared::press(&desk.frame, &format!("/staff/people/{}/withdraw", member.id), &[("proposal", &waiting.id)],
                    "quiet", &desk.t("people-withdraw")))
            }
        }
    }
}
