//! Proposing something about an account that somebody else has to agree to.

use maud::{Markup, html};

use super::super::parts::{self as shared, Field, Tone, hidden};
use super::shell::{shell, shell_of_form};
use super::{Desk, parts};
use crate::model::account::UserType;
use crate::model::proposal::{Kind, Obstacle, Reason, Verified};
use crate::model::refusal::Refusal;

/// What the page shows.
#[derive(Clone, Debug)]
pub struct Data {
    /// What is proposed.
    pub kind: Kind,
    /// Where the form is sent.
    pub action: String,
    /// User ID, masked: the whole one is typed.
    pub user_id_masked: String,
    /// Name of the account's person.
    pub name: String,
    /// Tipe User.
    pub user_type: UserType,
    /// Addresses on file, masked.
    pub addresses: Vec<String>,
    /// Whether the address or the password changed within the days of heightened care.
    pub careful: bool,
    /// Whether the account is protected.
    pub protected: bool,
    /// The form's token.
    pub form: String,
    /// What was typed.
    pub typed: Typed,
    /// What is wrong with it.
    pub flaws: Vec<Flaw>,
    /// What keeps it from being proposed.
    pub obstacle: Option<Obstacle>,
}

/// What was typed, to be shown again.
#[derive(Clone, Debug, Default)]
pub struct Typed {
    /// Why.
    pub reason: Option<Reason>,
    /// How verified.
    pub verified: Option<Verified>,
    /// Ticket or letter number.
    pub evidence: String,
    /// What else is to say.
    pub note: String,
    /// The number that was called.
    pub number: String,
    /// When.
    pub called_at: String,
    /// Whether the mailbox is said to be lost.
    pub mailbox_lost: bool,
    /// The new address.
    pub address: String,
    /// Whether it is urgent.
    pub urgent: bool,
    /// The User ID.
    pub user_id: String,
}

/// What is wrong with the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// No reason was chosen.
    Reason,
    /// It was not said how the person was verified.
    Verified,
    /// No evidence.
    Evidence,
    /// Nothing was said.
    Note,
    /// No number was called.
    Number,
    /// It was not said when.
    CalledAt,
    /// No address, or one that cannot be.
    Address,
    /// Not the account's User ID.
    UserId,
    /// The form was refused.
    Refused(Refusal),
}

impl Flaw {
    /// The id of its field.
    fn field(self) -> &'static str {
        match self {
            Self::Reason => "reason-device-lost",
            Self::Verified => "verified-call-back",
            Self::Evidence => "evidence",
            Self::Note => "note",
            Self::Number => "called_number",
            Self::CalledAt => "called_at",
            Self::Address => "address",
            Self::UserId => "user_id",
            Self::Refused(_) => "code",
        }
    }

    fn words(self, desk: &Desk) -> String {
        match self {
            Self::Reason => desk.t("propose-flaw-reason"),
            Self::Verified => desk.t("propose-flaw-verified"),
            Self::Evidence => desk.t("propose-flaw-evidence"),
            Self::Note => desk.t("propose-flaw-note"),
            Self::Number => desk.t("propose-flaw-number"),
            Self::CalledAt => desk.t("propose-flaw-called-at"),
            Self::Address => desk.t("propose-flaw-address"),
            Self::UserId => desk.t("propose-flaw-user-id"),
            Self::Refused(refusal) => parts::refusal_words(desk, refusal),
        }
    }
}

/// The page.
pub fn page(desk: &Desk, data: &Data) -> Markup {
    let user: [(&'static str, &str); 1] = [("user", &data.user_id_masked)];
    let title = desk.ta(&format!("propose-title-{}", data.kind.code()), &user);
    if let Some(obstacle) = data.obstacle {
        let words = desk.t(&format!("propose-obstacle-{}", obstacle.code()));
        let body = html! {
            (facts(desk, data))
            (shared::notice(Tone::Wait, &html! { p { (words) } }))
            p.links { a href="/staff/approvals" { (desk.t("staff-menu-approvals")) } }
        };
        return shell(desk, &title, &body);
    }
    let mistakes: Vec<(&str, String)> = data.flaws.iter().map(|flaw| (flaw.field(), flaw.words(desk))).collect();
    let body = html! {
        (shared::summary(&desk.frame, &mistakes))
        p.lead { (desk.t(&format!("propose-lead-{}", data.kind.code()))) }
        div.split {
            form method="post" action=(data.action) novalidate {
                (shared::csrf(&desk.frame))
                (hidden("form", &data.form))
                (fields(desk, data))
                (shared::field(&Field {
                    name: "user_id", kind: "text", label: &desk.t("propose-user-id"), hint: &desk.t("propose-user-id-hint"),
                    autocomplete: "off", value: &data.typed.user_id, mistake: wrong(desk, data, Flaw::UserId).as_deref(),
                }))
                (parts::code_of(desk, refused(data)))
                div.buttons { button.main type="submit" { (desk.t("propose-button")) } }
            }
            (facts(desk, data))
        }
    };
    shell_of_form(desk, &title, !mistakes.is_empty(), &body)
}

fn wrong(desk: &Desk, data: &Data, flaw: Flaw) -> Option<String> {
    data.flaws.contains(&flaw).then(|| flaw.words(desk))
}

fn refused(data: &Data) -> Option<Refusal> {
    data.flaws.iter().find_map(|flaw| if let Flaw::Refused(refusal) = flaw { Some(*refusal) } else { None })
}

fn facts(desk: &Desk, data: &Data) -> Markup {
    let frame = &desk.frame;
    html! {
        section.panel aria-label=(desk.t("proposal-account")) {
            (shared::facts(&[
                (frame.t("label-user-id"), html! { (data.user_id_masked) }),
                (desk.t("proposal-name"), html! { (data.name) }),
                (frame.t("label-user-type"), html! { (frame.t(&format!("user-type-{}", data.user_type.code()))) }),
                (desk.t("proposal-addresses"), html! { @for address in &data.addresses { div { (address) } } }),
            ]))
            @if data.protected { p { (parts::chip(Tone::Wait, &desk.t("proposal-protected"))) } }
            @if data.careful { p { (parts::chip(Tone::Wait, &desk.t("proposal-careful"))) } }
        }
    }
}

/// The fields of that kind.
fn fields(desk: &Desk, data: &Data) -> Markup {
    let typed = &data.typed;
    let verifies = matches!(data.kind, Kind::Reset | Kind::Address | Kind::Unlock);
    html! {
        @if data.kind == Kind::Reset {
            (choices("reason", &desk.t("propose-reason"), "", wrong(desk, data, Flaw::Reason).as_deref(),
                &Reason::ALL.iter()
                .map(|&r| (r.code(), desk.t(&format!("proposal-reason-{}", r.code())), typed.reason == Some(r)))
                .collect::<Vec<_>>()))
        }
        @if verifies {
            (choices("verified", &desk.t("propose-verified"), &desk.t("propose-verified-hint"),
                wrong(desk, data, Flaw::Verified).as_deref(),
                &Verified::ALL.iter()
                .map(|&v| (v.code(), desk.t(&format!("proposal-verified-{}", v.code())), typed.verified == Some(v)))
                .collect::<Vec<_>>()))
            (input("called_number", "tel", &desk.t("propose-number"), &desk.t("propose-number-hint"), &typed.number,
                wrong(desk, data, Flaw::Number).as_deref()))
            (input("called_at", "datetime-local", &desk.t("propose-called-at"), "", &typed.called_at,
                wrong(desk, data, Flaw::CalledAt).as_deref()))
            (input("evidence", "text", &desk.t("propose-evidence"), &desk.t("propose-evidence-hint"), &typed.evidence,
                wrong(desk, data, Flaw::Evidence).as_deref()))
        }
        @if data.kind == Kind::Reset {
            (tick("mailbox_lost", &desk.t("propose-mailbox-lost"), typed.mailbox_lost))
        }
        @if matches!(data.kind, Kind::Reset | Kind::Address) {
            @let hint = if data.kind == Kind::Reset { desk.t("propose-address-hint") } else { String::new() };
            (input("address", "email", &desk.t("propose-address"), &hint, &typed.address,
                wrong(desk, data, Flaw::Address).as_deref()))
        }
        @if data.kind == Kind::Reset { (tick("urgent", &desk.t("propose-urgent"), typed.urgent)) }
        (area("note", &desk.t("propose-note"), &typed.note, wrong(desk, data, Flaw::Note).as_deref()))
    }
}

/// A choice out of a few.
pub(super) fn choices(
    name: &str,
    legend: &str,
    hint: &str,
    wrong: Option<&str>,
    all: &[(&'static str, String, bool)],
) -> Markup {
    html! {
        fieldset.field.wrong[wrong.is_some()] aria-describedby=[shared::described(name, !hint.is_empty(), wrong.is_some())] {
            legend { (legend) }
            @if !hint.is_empty() { p.hint #{ (name) "-hint" } { (hint) } }
            (shared::mistake(name, wrong))
            div.radios {
                @for (code, words, chosen) in all {
                    @let id = format!("{name}-{code}");
                    label.radio for=(id) {
                        input type="radio" name=(name) id=(id) value=(code) required checked[*chosen];
                        span { (words) }
                    }
                }
            }
        }
    }
}

fn input(name: &str, kind: &str, label: &str, hint: &str, value: &str, wrong: Option<&str>) -> Markup {
    html! {
        div.field.wrong[wrong.is_some()] {
            label for=(name) { (label) }
            @if !hint.is_empty() { p.hint #{ (name) "-hint" } { (hint) } }
            (shared::mistake(name, wrong))
            input id=(name) name=(name) type=(kind) value=(value) autocomplete="off"
                aria-invalid=[wrong.map(|_| "true")]
                aria-describedby=[shared::described(name, !hint.is_empty(), wrong.is_some())];
        }
    }
}

fn tick(name: &str, words: &str, ticked: bool) -> Markup {
    html! {
        label.check for=(name) {
            input id=(name) type="checkbox" name=(name) value="yes" checked[ticked];
            span { (words) }
        }
    }
}

/// A field of several lines.
pub(super) fn area(name: &str, label: &str, value: &str, wrong: Option<&str>) -> Markup {
    html! {
        div.field.wrong[wrong.is_some()] {
            label for=(name) { (label) }
            (shared::mistake(name, wrong))
            textarea id=(name) name=(name) rows="4" maxlength="2000" aria-invalid=[wrong.map(|_| "true")]
                aria-describedby=[shared::described(name, false, wrong.is_some())] { (value) }
        }
    }
}
