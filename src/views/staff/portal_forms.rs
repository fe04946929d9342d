//! The forms of a portal and of a new key of it.

use maud::{Markup, html};

use super::super::parts as shared;
use super::Desk;
use super::parts::{code_of, refusal_words};
use super::portals::signs;
use super::shell::shell_of_form;
use crate::model::portal::Scope;
use crate::model::refusal::Refusal;

/// What is wrong with a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// No short name, or none that can be one.
    Slug,
    /// Another portal has that short name.
    SlugTaken,
    /// No name, or too long.
    Name,
    /// No address that browsers may be sent back to.
    ReturnUrl,
    /// The key may do nothing.
    Scopes,
    /// This is no network.
    Network(String),
    /// Too many networks.
    Networks,
    /// No number of days that a key may live.
    Days,
    /// Two keys live.
    Full,
    /// The code, or what it was given for, was refused.
    Refused(Refusal),
}

impl Flaw {
    /// The id of its field.
    fn field(&self) -> &'static str {
        match self {
            Self::Slug | Self::SlugTaken => "slug",
            Self::Name => "name",
            Self::ReturnUrl => "return_url",
            Self::Scopes => "scope-accounts-read",
            Self::Network(_) | Self::Networks => "networks",
            Self::Days => "days",
            Self::Full | Self::Refused(_) => "code",
        }
    }

    fn words(&self, desk: &Desk) -> String {
        match self {
            Self::Slug => desk.t("portals-flaw-slug"),
            Self::SlugTaken => desk.t("portals-flaw-slug-taken"),
            Self::Name => desk.t("portals-flaw-name"),
            Self::ReturnUrl => desk.t("portals-flaw-return"),
            Self::Scopes => desk.t("portals-flaw-scopes"),
            Self::Network(text) => desk.ta("portals-flaw-network", &[("text", text)]),
            Self::Networks => desk.t("portals-flaw-networks"),
            Self::Days => desk.t("portals-flaw-days"),
            Self::Full => desk.t("portals-full"),
            Self::Refused(refusal) => refusal_words(desk, *refusal),
        }
    }
}

/// A portal as typed.
#[derive(Clone, Debug, Default)]
pub struct Edit {
    /// The form's token.
    pub form: String,
    /// Where the form is sent: `new`, or the portal's id.
    pub place: String,
    /// Its short name; fixed once it is known.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// Where browsers go back to.
    pub return_url: String,
    /// What is wrong.
    pub flaws: Vec<Flaw>,
}

/// A field of one line.
struct Line<'a> {
    name: &'static str,
    kind: &'static str,
    label: &'static str,
    hint: &'static str,
    value: &'a str,
    required: bool,
}

fn line(desk: &Desk, f: &Line<'_>, wrong: Option<&str>) -> Markup {
    html! {
        div.field.wrong[wrong.is_some()] {
            label for=(f.name) { (desk.t(f.label)) }
            p.hint #{ (f.name) "-hint" } { (desk.t(f.hint)) }
            (shared::mistake(f.name, wrong))
            input id=(f.name) name=(f.name) type=(f.kind) value=(f.value) required[f.required] autocomplete="off"
                autocapitalize="none" spellcheck="false" inputmode=[(f.name == "days").then_some("numeric")]
                aria-invalid=[wrong.map(|_| "true")] aria-describedby=[shared::described(f.name, true, wrong.is_some())];
        }
    }
}

fn mistakes(desk: &Desk, flaws: &[Flaw]) -> Vec<(&'static str, String)> {
    flaws.iter().map(|flaw| (flaw.field(), flaw.words(desk))).collect()
}

fn refused(flaws: &[Flaw]) -> Option<Refusal> {
    flaws.iter().find_map(|flaw| if let Flaw::Refused(refusal) = flaw { Some(*refusal) } else { None })
}

/// The form of a portal.
pub fn edit(desk: &Desk, data: &Edit) -> Markup {
    let mistakes = mistakes(desk, &data.flaws);
    let wrong = |field: &str| mistakes.iter().find(|(of, _)| *of == field).map(|(_, words)| words.as_str());
    let new = data.place == "new";
    let title = desk.t(if new { "portals-new-title" } else { "portals-change-title" });
    let slug = Line {
        name: "slug",
        kind: "text",
        label: "portals-slug",
        hint: "portals-slug-hint",
        value: &data.slug,
        required: true,
    };
    let name = Line {
        name: "name",
        kind: "text",
        label: "portals-name",
        hint: "portals-name-hint",
        value: &data.name,
        required: true,
    };
    let back = Line {
        name: "return_url",
        kind: "url",
        label: "portals-return",
        hint: "portals-return-hint",
        value: &data.return_url,
        required: false,
    };
    let body = html! {
        (shared::summary(&desk.frame, &mistakes))
        form.panel method="post" action={ "/staff/portals/" (data.place) } novalidate {
            (signs(desk, &data.form))
            @if new { (line(desk, &slug, wrong("slug"))) }
            @else { (shared::facts(&[(desk.t("portals-slug"), html! { span.mono { (data.slug) } })])) }
            (line(desk, &name, wrong("name")))
            (line(desk, &back, wrong("return_url")))
            (code_of(desk, refused(&data.flaws)))
            div.bar {
                button.main type="submit" { (desk.t("desk-save")) }
                a.quiet href="/staff/portals" { (desk.t("popup-cancel")) }
            }
        }
    };
    shell_of_form(desk, &title, !mistakes.is_empty(), &body)
}

/// A new key as typed.
#[derive(Clone, Debug, Default)]
pub struct NewKey {
    /// The form's token.
    pub form: String,
    /// The portal's id.
    pub portal: String,
    /// The portal's name.
    pub name: String,
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// Where it may come from.
    pub networks: String,
    /// Days it lives.
    pub days: String,
    /// What is wrong.
    pub flaws: Vec<Flaw>,
}

/// The form of a new key.
pub fn new_key(desk: &Desk, data: &NewKey) -> Markup {
    let mistakes = mistakes(desk, &data.flaws);
    let wrong = |field: &str| mistakes.iter().find(|(of, _)| *of == field).map(|(_, words)| words.as_str());
    let days = Line {
        name: "days",
        kind: "text",
        label: "portals-days",
        hint: "portals-days-hint",
        value: &data.days,
        required: false,
    };
    let networks = wrong("networks");
    let body = html! {
        (shared::summary(&desk.frame, &mistakes))
        p.lead { (desk.t("portals-key-lead")) }
        (shared::facts(&[(desk.t("portals-portal"), html! { (data.name) })]))
        form.panel method="post" action={ "/staff/portals/" (data.portal) "/key" } novalidate {
            (signs(desk, &data.form))
            (scopes(desk, &data.scopes, wrong("scope-accounts-read")))
            div.field.wrong[networks.is_some()] {
                label for="networks" { (desk.t("portals-from")) }
                p.hint #networks-hint { (desk.t("portals-networks-hint")) }
                (shared::mistake("networks", networks))
                textarea #networks name="networks" rows="3" maxlength="2000" spellcheck="false"
                    aria-invalid=[networks.map(|_| "true")]
                    aria-describedby=[shared::described("networks", true, networks.is_some())] { (data.networks) }
            }
            (line(desk, &days, wrong("days")))
            (code_of(desk, refused(&data.flaws)))
            div.bar {
                button.main type="submit" { (desk.t("portals-key-button")) }
                a.quiet href="/staff/portals" { (desk.t("popup-cancel")) }
            }
        }
    };
    shell_of_form(desk, &desk.t("portals-key-title"), !mistakes.is_empty(), &body)
}

fn scopes(desk: &Desk, chosen: &[Scope], wrong: Option<&str>) -> Markup {
    html! {
        fieldset.field.wrong[wrong.is_some()] aria-describedby=[shared::described("scopes", true, wrong.is_some())] {
            legend { (desk.t("portals-may")) }
            p.hint #scopes-hint { (desk.t("portals-scopes-hint")) }
            (shared::mistake("scopes", wrong))
            @for &scope in Scope::ALL {
                @let id = format!("scope-{}", scope.code());
                label.radio for=(id) {
                    input type="checkbox" id=(id) name=(id) value="1" checked[chosen.contains(&scope)];
                    span { (desk.t(&format!("portals-scope-{}", scope.code()))) }
                }
            }
        }
    }
}
