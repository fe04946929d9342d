//! Accounts: looked for by User ID or address, imported and exported.

use maud::{Markup, html};

use super::super::code::CodeTrouble;
use super::super::parts::{self as shared, Field, Tone};
use super::Desk;
use super::parts::{chip, code_words, fresh_code};
use super::shell::shell_of_form;
use crate::model::account::UserType;
use crate::model::staff::Role;

/// What the page shows.
#[derive(Clone, Debug, Default)]
pub struct Data {
    /// What was looked for.
    pub term: String,
    /// What is wrong with it.
    pub flaw: Option<TermFlaw>,
    /// What was found; none before a search.
    pub found: Option<Vec<Line>>,
    /// Whether there are more than are shown.
    pub more: bool,
    /// What is wrong with the code that an export asks for.
    pub export_trouble: Option<CodeTrouble>,
}

/// Why nothing is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TermFlaw {
    /// Fewer than three characters.
    Short,
    /// No line of text, or too long.
    Unreadable,
}

/// An account that was found.
#[derive(Clone, Debug)]
pub struct Line {
    /// Its id.
    pub id: String,
    /// User ID.
    pub user_id: String,
    /// Name.
    pub name: String,
    /// Tipe User.
    pub user_type: UserType,
    /// The registered address, masked.
    pub address: String,
    /// How it stands.
    pub marks: Marks,
}

/// How an account stands, in a few words.
#[derive(Clone, Copy, Debug, Default)]
pub struct Marks {
    /// Locked.
    pub locked: bool,
    /// Protected.
    pub protected: bool,
    /// Has an active TOTP.
    pub has_factor: bool,
}

/// The page of the search.
pub fn accounts(desk: &Desk, data: &Data) -> Markup {
    let works = desk.roles.any(&[Role::Helpdesk, Role::Supervisor]);
    let leads = desk.roles.any(&[Role::Supervisor, Role::Admin]);
    let term = term_mistake(desk, data.flaw).map(|words| ("term", words));
    let code = data.export_trouble.map(|trouble| ("code", code_words(&desk.frame, trouble)));
    let mistakes: Vec<_> = term.into_iter().chain(code).collect();
    shell_of_form(
        desk,
        &desk.t("accounts-title"),
        !mistakes.is_empty(),
        &html! {
            (shared::summary(&desk.frame, &mistakes))
            @if works { (search(desk, data)) }
            @if let Some(found) = &data.found { (results(desk, found, data.more)) }
            @else if works { p.empty { (desk.t("accounts-before")) } }
            @if desk.roles.has(Role::Admin) { p { a href="/staff/accounts/erase" { (desk.t("erase-link")) } } }
            @if leads {
                section.panel {
                    h2 { (desk.t("accounts-file-title")) }
                    p { a href="/staff/accounts/import" { (desk.t("accounts-import-link")) } }
                    form method="post" action="/staff/accounts/export" {
                        (shared::csrf(&desk.frame))
                        p.small { (desk.t("accounts-export-hint")) }
                        (fresh_code(desk, "code", data.export_trouble))
                        button type="submit" { (desk.t("accounts-export")) }
                    }
                }
            }
        },
    )
}

fn term_mistake(desk: &Desk, flaw: Option<TermFlaw>) -> Option<String> {
    Some(match flaw? {
        TermFlaw::Short => desk.t("accounts-short"),
        TermFlaw::Unreadable => desk.t("accounts-unreadable"),
    })
}

fn search(desk: &Desk, data: &Data) -> Markup {
    let mistake = term_mistake(desk, data.flaw);
    html! {
        form.panel method="post" action="/staff/accounts" role="search" {
            (shared::csrf(&desk.frame))
            (shared::field(&Field {
                name: "term",
                kind: "search",
                label: &desk.t("accounts-term"),
                hint: &desk.t("accounts-term-hint"),
                autocomplete: "off",
                value: &data.term,
                mistake: mistake.as_deref(),
            }))
            button.main type="submit" { (desk.t("accounts-search")) }
        }
    }
}

fn results(desk: &Desk, found: &[Line], more: bool) -> Markup {
    html! {
        @if found.is_empty() {
            p.empty { (desk.t("accounts-none")) }
        } @else {
            @if more { p.small { (desk.t("accounts-more")) } }
            table.list.cards {
                caption.small { (desk.t("accounts-found")) }
                thead { tr {
                    th scope="col" { (desk.t("label-user-id")) }
                    th scope="col" { (desk.t("accounts-name")) }
                    th scope="col" { (desk.t("label-user-type")) }
                    th scope="col" { (desk.t("accounts-address")) }
                    th scope="col" { (desk.t("accounts-stands")) }
                } }
                tbody {
                    @for line in found {
                        tr {
                            th scope="row" { a href={ "/staff/accounts/" (line.id) } { (line.user_id) } }
                            td data-label=(desk.t("accounts-name")) { (line.name) }
                            td data-label=(desk.t("label-user-type")) { (desk.t(&format!("user-type-{}", line.user_type.code()))) }
                            td data-label=(desk.t("accounts-address")) { (line.address) }
                            td { (marks(desk, line.marks)) }
                        }
                    }
                }
            }
        }
    }
}

/// The chips of an account.
pub fn marks(desk: &Desk, marks: Marks) -> Markup {
    html! {
        @if marks.has_factor { (chip(Tone::Good, &desk.t("mark-factor"))) }
        @else { (chip(Tone::Info, &desk.t("mark-no-factor"))) }
        @if marks.locked { " " (chip(Tone::Bad, &desk.t("mark-locked"))) }
        @if marks.protected { " " (chip(Tone::Wait, &desk.t("mark-protected"))) }
    }
}
