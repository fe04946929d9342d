//! Erasing a person's details: the proposal of an admin, what an auditor sees would go, and what pages say afterwards.

use chrono::{DateTime, Utc};
use maud::{Markup, html};

use super::super::parts::{self as shared, Field, Tone, hidden};
use super::propose::{area, choices};
use super::shell::{shell, shell_of_form};
use super::{Desk, parts};
use crate::model::erasure::{Counts, Ground, Hindrance};
use crate::model::proposal::Obstacle;
use crate::model::refusal::Refusal;
use crate::model::staff::Role;

/// What the form shows.
#[derive(Clone, Debug, Default)]
pub struct Data {
    /// The form's token.
    pub form: String,
    /// The User ID as typed.
    pub user_id: String,
    /// Why.
    pub ground: Option<Ground>,
    /// The number of the legal document as typed.
    pub evidence: String,
    /// What else is to say.
    pub note: String,
    /// What is wrong with it.
    pub flaws: Vec<Flaw>,
    /// What has to end first, where something does.
    pub hindrance: Hindrance,
}

/// What is wrong with the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// No account has that User ID.
    UserId,
    /// No reason was chosen.
    Ground,
    /// No number of a legal document, or one that names the person.
    Evidence,
    /// Too long, or unreadable.
    Note,
    /// It cannot be proposed for that account now.
    Obstacle(Obstacle),
    /// The form was refused.
    Refused(Refusal),
}

impl Flaw {
    fn field(self) -> &'static str {
        match self {
            Self::UserId | Self::Obstacle(_) => "user_id",
            Self::Ground => "ground-asked",
            Self::Evidence => "evidence",
            Self::Note => "note",
            Self::Refused(_) => "code",
        }
    }

    fn words(self, desk: &Desk) -> String {
        match self {
            Self::UserId => desk.t("erase-flaw-user-id"),
            Self::Ground => desk.t("propose-flaw-reason"),
            Self::Evidence => desk.t("erase-flaw-evidence"),
            Self::Note => desk.t("propose-flaw-note"),
            Self::Obstacle(Obstacle::Open) => desk.t("erase-held-open"),
            Self::Obstacle(Obstacle::Already) => desk.t("erase-held-already"),
            Self::Obstacle(_) => desk.t("erase-held-under-way"),
            Self::Refused(refusal) => parts::refusal_words(desk, refusal),
        }
    }
}

/// The form.
pub fn page(desk: &Desk, data: &Data) -> Markup {
    let mistakes: Vec<(&str, String)> = data.flaws.iter().map(|flaw| (flaw.field(), flaw.words(desk))).collect();
    let wrong = |field: &str| mistakes.iter().find(|(of, _)| *of == field).map(|(_, words)| words.as_str());
    let refused = data.flaws.iter().find_map(|f| if let Flaw::Refused(refusal) = f { Some(*refusal) } else { None });
    let grounds: Vec<_> = Ground::ALL
        .iter()
        .map(|&g| (g.code(), desk.t(&format!("erase-ground-{}", g.code())), data.ground == Some(g)))
        .collect();
    let text = |name, label: &str, hint: &str, value: &str| {
        shared::field(&Field {
            name,
            kind: "text",
            label: &desk.t(label),
            hint: &desk.t(hint),
            autocomplete: "off",
            value,
            mistake: wrong(name),
        })
    };
    let body = html! {
        (shared::summary(&desk.frame, &mistakes))
        p.lead { (desk.t("erase-lead")) }
        (under_way(desk, data.hindrance))
        form.panel method="post" action="/staff/accounts/erase" novalidate {
            (shared::csrf(&desk.frame))
            (hidden("form", &data.form))
            (text("user_id", "label-user-id", "erase-user-id-hint", &data.user_id))
            (choices("ground", &desk.t("propose-reason"), "", wrong("ground-asked"), &grounds))
            (text("evidence", "erase-evidence", "erase-evidence-hint", &data.evidence))
            (area("note", &desk.t("erase-note"), &data.note, wrong("note")))
            (parts::code_of(desk, refused))
            div.buttons { button.danger type="submit" { (desk.t("erase-button")) } }
        }
        (shared::notice(Tone::Info, &html! { p { (desk.t("erase-goes")) } p { (desk.t("erase-stays")) } }))
    };
    shell_of_form(desk, &desk.t("erase-title"), !mistakes.is_empty(), &body)
}

/// What has to end first.
fn under_way(desk: &Desk, hindrance: Hindrance) -> Markup {
    let Hindrance { requests, cases, proposals, letters, marks, marked } = hindrance;
    // whoever may read the history is led to what is open there
    let marked = marked.filter(|_| desk.roles.has(Role::Auditor));
    let all = [("requests", requests), ("cases", cases), ("proposals", proposals), ("letters", letters)];
    html! {
        @if hindrance.any() {
            (shared::notice(Tone::Wait, &html! {
                p { (desk.t("erase-held-under-way")) }
                ul {
                    @for (word, count) in all.iter().filter(|(_, count)| *count > 0) {
                        li { (desk.t(&format!("erase-open-{word}"))) ": " (count) }
                    }
                    @if marks > 0 {
                        li {
                            @if let Some(event) = marked {
                                a href={ "/audit/events/" (event) } { (desk.t("erase-open-marks")) }
                            } @else {
                                (desk.t("erase-open-marks"))
                            }
                            ": " (marks)
                        }
                    }
                }
            }))
        }
    }
}

/// What would go, or went, by an erasure, as far as its proposal's page shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outlook {
    /// How much.
    pub counts: Counts,
    /// What has to end first.
    pub hindrance: Hindrance,
    /// Whether it went already.
    pub done: bool,
}

/// What would go, and what has to end first.
pub(super) fn outlook(desk: &Desk, outlook: &Outlook) -> Markup {
    let title = if outlook.done { "erase-gone" } else { "erase-would-go" };
    html! {
        (under_way(desk, outlook.hindrance))
        section.panel aria-labelledby="erases" {
            h2 #erases { (desk.t(title)) }
            (shared::facts(&outlook.counts.list().map(|(word, count)|
                (desk.t(&format!("erase-count-{word}")), html! { (count) }))))
            p.small { (desk.t("erase-goes")) }
            p.small { (desk.t("erase-stays")) }
        }
    }
}

/// *Erased on …*.
pub(super) fn erased_on(desk: &Desk, at: DateTime<Utc>) -> Markup {
    shared::notice(Tone::Info, &html! { p { (desk.ta("erased-on", &[("time", &desk.frame.moment(at))])) } })
}

/// The page of an account whose person was erased.
pub fn erased(desk: &Desk, at: DateTime<Utc>) -> Markup {
    let body = html! {
        (erased_on(desk, at))
        p { (desk.t("erased-account")) }
        p.links { a href="/staff/accounts" { (desk.t("accounts-title")) } }
    };
    shell(desk, &desk.t("erased-account-title"), &body)
}
