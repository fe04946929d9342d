//! What an admin does about people of the desk: one form each, with a fresh code.

use maud::{Markup, html};

use super::super::code::CodeTrouble;
use super::super::parts::{self as shared, Field, Tone};
use super::Desk;
use super::parts::{code_words, fresh_code};
use super::people::Member;
use super::shell::shell_of_form;
use crate::i18n::Lang;
use crate::model::staff::Role;

/// What is done about somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// Other roles are proposed; for somebody disabled, that they come back.
    Roles,
    /// Their TOTP is proposed to be reset.
    Mfa,
    /// They are invited again.
    Invite,
    /// They are disabled.
    Disable,
}

impl Deed {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Roles, Self::Mfa, Self::Invite, Self::Disable];

    /// Its word in addresses and message keys (`people-<code>-title`, `-lead`, `-button`).
    pub fn code(self) -> &'static str {
        match self {
            Self::Roles => "roles",
            Self::Mfa => "mfa",
            Self::Invite => "invite",
            Self::Disable => "disable",
        }
    }

    /// Reads that word.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|d| d.code() == code)
    }
}

/// Why a form was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The code.
    Code(CodeTrouble),
    /// A field: suffix of its message key `people-flaw-<code>`.
    Flaw(Flaw),
}

/// What is wrong with a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// No user name, or none that can be one.
    Username,
    /// No employee number, or too long.
    Number,
    /// No name, or too long.
    Name,
    /// No plain address.
    Address,
    /// No role.
    NoRole,
    /// An auditor is nothing else.
    AuditorAlone,
    /// User name or employee number is somebody's already.
    Taken,
}

impl Flaw {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::Username, Self::Number, Self::Name, Self::Address, Self::NoRole, Self::AuditorAlone, Self::Taken];

    /// Its name.
    pub fn code(self) -> &'static str {
        match self {
            Self::Username => "username",
            Self::Number => "number",
            Self::Name => "name",
            Self::Address => "address",
            Self::NoRole => "no-role",
            Self::AuditorAlone => "auditor-alone",
            Self::Taken => "taken",
        }
    }

    /// The id of its field.
    fn field(self) -> &'static str {
        match self {
            Self::Username | Self::Taken => "username",
            Self::Number => "employee_number",
            Self::Name => "name",
            Self::Address => "address",
            Self::NoRole | Self::AuditorAlone => "role_helpdesk",
        }
    }
}

fn mistakes(desk: &Desk, troubles: &[Trouble]) -> Vec<(&'static str, String)> {
    let told = |trouble: &Trouble| match trouble {
        Trouble::Code(code) => ("code", code_words(&desk.frame, *code)),
        Trouble::Flaw(flaw) => (flaw.field(), desk.t(&format!("people-flaw-{}", flaw.code()))),
    };
    troubles.iter().map(told).collect()
}

fn of_code(troubles: &[Trouble]) -> Option<CodeTrouble> {
    troubles.iter().find_map(|t| if let Trouble::Code(code) = t { Some(*code) } else { None })
}

/// A form about somebody.
#[derive(Clone, Debug)]
pub struct Data {
    /// What is done.
    pub deed: Deed,
    /// About whom.
    pub member: Member,
    /// The roles ticked.
    pub roles: Vec<Role>,
    /// What is wrong.
    pub troubles: Vec<Trouble>,
}

/// Its page.
pub fn page(desk: &Desk, data: &Data) -> Markup {
    let (mistakes, code) = (mistakes(desk, &data.troubles), data.deed.code());
    let path = format!("/staff/people/{}", data.member.id);
    let body = html! {
        (shared::summary(&desk.frame, &mistakes))
        (shared::facts(&[(desk.t("account-name"), html! { (data.member.name) " (" (data.member.username) ")" })]))
        p.lead { (desk.t(&format!("people-{code}-lead"))) }
        form method="post" action={ (path) "/" (code) } novalidate {
            (shared::csrf(&desk.frame))
            @if data.deed == Deed::Roles { (role_boxes(desk, &data.roles, &mistakes)) }
            (fresh_code(desk, "code", of_code(&data.troubles)))
            div.bar {
                button.main type="submit" { (desk.t(&format!("people-{code}-button"))) }
                a.quiet href=(path) { (desk.t("popup-cancel")) }
            }
        }
    };
    shell_of_form(desk, &desk.t(&format!("people-{code}-title")), !mistakes.is_empty(), &body)
}

/// Somebody new, as typed.
#[derive(Clone, Debug, Default)]
pub struct New {
    /// User name.
    pub username: String,
    /// Employee number.
    pub employee_number: String,
    /// Name.
    pub name: String,
    /// Address.
    pub address: String,
    /// Language of letters.
    pub language: Lang,
    /// The roles ticked.
    pub roles: Vec<Role>,
    /// What is wrong.
    pub troubles: Vec<Trouble>,
}

/// The page for somebody new.
pub fn new(desk: &Desk, data: &New) -> Markup {
    let mistakes = mistakes(desk, &data.troubles);
    let wrong = |field: &str| mistakes.iter().find(|(id, _)| *id == field).map(|(_, words)| words.as_str());
    let fields = [
        ("name", "text", "account-name", "", &data.name),
        ("username", "text", "desk-username", "people-username-hint", &data.username),
        ("employee_number", "text", "people-number", "people-number-hint", &data.employee_number),
        ("address", "email", "label-email", "", &data.address),
    ];
    let body = html! {
        (shared::summary(&desk.frame, &mistakes))
        p.lead { (desk.t("people-new-lead")) }
        form method="post" action="/staff/people/new" novalidate {
            (shared::csrf(&desk.frame))
            @for (name, kind, label, hint, value) in fields {
                (shared::field(&Field {
                    name, kind, label: &desk.t(label), hint: &(if hint.is_empty() { String::new() } else { desk.t(hint) }),
                    autocomplete: "off", value, mistake: wrong(name),
                }))
            }
            div.field {
                label for="language" { (desk.t("people-language")) }
                select #language name="language" {
                    @for lang in Lang::ALL {
                        option value=(lang.code()) selected[lang == data.language] { (lang.t("language-name")) }
                    }
                }
            }
            (role_boxes(desk, &data.roles, &mistakes))
            (fresh_code(desk, "code", of_code(&data.troubles)))
            div.bar {
                button.main type="submit" { (desk.t("people-new-button")) }
                a.quiet href="/staff/people" { (desk.t("popup-cancel")) }
            }
        }
        (shared::notice(Tone::Info, &html! { p { (desk.t("people-new-next")) } }))
    };
    shell_of_form(desk, &desk.t("people-new-title"), !mistakes.is_empty(), &body)
}

fn role_boxes(desk: &Desk, ticked: &[Role], mistakes: &[(&'static str, String)]) -> Markup {
    let wrong = mistakes.iter().find(|(id, _)| *id == "role_helpdesk").map(|(_, words)| words.as_str());
    html! {
        fieldset.field.wrong[wrong.is_some()] aria-describedby=[shared::described("roles", false, wrong.is_some())] {
            legend { (desk.t("people-roles")) }
            (shared::mistake("roles", wrong))
            @for &role in Role::ALL {
                @let id = format!("role_{}", role.code());
                label.radio for=(id) {
                    input type="checkbox" id=(id) name=(id) value="1" checked[ticked.contains(&role)];
                    span { (desk.t(&format!("role-{}", role.code()))) }
                }
            }
        }
    }
}
