//! One account as the desk sees it: how it stands, what happened, and what can be decided.

use chrono::{DateTime, Utc};
use maud::{Markup, html};

use super::super::account::{HISTORY, REFUSED};
use super::super::code::CodeTrouble;
use super::super::parts::{self as shared, Field, Tone};
use super::Desk;
use super::accounts::{Marks, marks};
use super::parts::{chip, code_words, fresh_code};
use super::shell::shell_of_form;
use crate::model::account::UserType;
use crate::model::staff::Role;

/// What the page shows.
#[derive(Clone, Debug)]
pub struct Data {
    /// Its id.
    pub id: String,
    /// User ID.
    pub user_id: String,
    /// Name.
    pub name: String,
    /// Tipe User.
    pub user_type: UserType,
    /// Addresses on file, masked; the registered one first.
    pub addresses: Vec<String>,
    /// Whether nothing can be delivered to the registered one.
    pub suspect: bool,
    /// How it stands.
    pub marks: Marks,
    /// Whether a dispute locked it, so that two people unlock it.
    pub disputed: bool,
    /// Since when its TOTP is active.
    pub factor_since: Option<DateTime<Utc>>,
    /// When it was reset last.
    pub last_reset_at: Option<DateTime<Utc>>,
    /// When address or password changed lately: heightened care until then.
    pub careful_until: Option<DateTime<Utc>>,
    /// Until when resets are held.
    pub held_until: Option<DateTime<Utc>>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Browsers signed in.
    pub sessions: i64,
    /// Requests of the last 90 days.
    pub requests: i64,
    /// Its open case: id and reference.
    pub case: Option<(String, String)>,
    /// Open proposals: id and word of the kind.
    pub proposals: Vec<(String, String)>,
    /// What happened, newest first.
    pub history: Vec<Line>,
    /// What came back of the form that locks or unlocks.
    pub trouble: Trouble,
}

/// A line of the history.
#[derive(Clone, Copy, Debug)]
pub struct Line {
    /// When.
    pub at: DateTime<Utc>,
    /// One of [`HISTORY`], or of [`DESK_HISTORY`].
    pub code: &'static str,
    /// Whether it was refused.
    pub refused: bool,
}

/// What the history tells of besides [`HISTORY`]: what the desk did.
pub const DESK_HISTORY: &[&str] = &["account-locked", "account-unlocked"];

/// What came back of a form.
#[derive(Clone, Debug, Default)]
pub struct Trouble {
    /// The reason as typed.
    pub reason: String,
    /// What is wrong with it.
    pub reason_mistake: Option<String>,
    /// What is wrong with the code.
    pub code: Option<CodeTrouble>,
}

impl Trouble {
    fn mistakes(&self, desk: &Desk) -> Vec<(&str, String)> {
        let reason = self.reason_mistake.clone().map(|words| ("reason", words));
        let code = self.code.map(|trouble| ("code", code_words(&desk.frame, trouble)));
        reason.into_iter().chain(code).collect()
    }
}

/// The page.
pub fn account(desk: &Desk, data: &Data) -> Markup {
    let title = desk.ta("desk-account-of", &[("user", &data.user_id)]);
    let mistakes = data.trouble.mistakes(desk);
    shell_of_form(
        desk,
        &title,
        !mistakes.is_empty(),
        &html! {
            (shared::summary(&desk.frame, &mistakes))
            @if let Some((id, reference)) = &data.case {
                p { (desk.t("desk-account-case")) " " a href={ "/staff/requests/" (id) } { (reference) } }
            }
            @for (id, kind) in &data.proposals {
                (shared::notice(Tone::Wait, &html! {
                    p { (desk.t(&format!("desk-account-proposal-{kind}"))) " "
                        @if desk.sees(kind) {
                            a href={ "/staff/approvals/" (id) } { (desk.t("desk-account-proposal-link")) }
                        }
                    }
                }))
            }
            div.split {
                section aria-labelledby="happened" {
                    div.panel {
                        h2 #happened { (desk.t("desk-account-happened")) }
                        (history(desk, &data.history))
                    }
                }
                aside {
                    div.panel { (facts(desk, data)) }
                    (decisions(desk, data))
                }
            }
        },
    )
}

fn facts(desk: &Desk, data: &Data) -> Markup {
    let t = |key: &str| desk.t(key);
    let time =
        |at: Option<DateTime<Utc>>| html! { @match at { Some(at) => (shared::time(&desk.frame, at)), None => "–" } };
    let mut rows = vec![
        (t("label-user-id"), html! { span.code { (data.user_id) } }),
        (t("accounts-name"), html! { (data.name) }),
        (t("label-user-type"), html! { (desk.t(&format!("user-type-{}", data.user_type.code()))) }),
        (t("accounts-stands"), marks(desk, data.marks)),
        (
            t("accounts-address"),
            html! {
                @for (i, address) in data.addresses.iter().enumerate() {
                    @if i > 0 { br; }
                    (address)
                }
                @if data.suspect { br; (chip(Tone::Bad, &desk.t("desk-account-suspect"))) }
            },
        ),
        (t("desk-account-factor-since"), time(data.factor_since)),
        (t("desk-account-last-reset"), time(data.last_reset_at)),
        (t("desk-account-sessions"), html! { (data.sessions) }),
        (t("desk-account-requests"), html! { (data.requests) }),
        (t("desk-account-created"), time(Some(data.created_at))),
    ];
    if data.careful_until.is_some() {
        rows.push((t("desk-account-careful"), time(data.careful_until)));
    }
    if data.held_until.is_some() {
        rows.push((t("desk-account-held"), time(data.held_until)));
    }
    shared::facts(&rows)
}

fn decisions(desk: &Desk, data: &Data) -> Markup {
    let to = |path: &str| format!("/staff/accounts/{}/{path}", data.id);
    let protect = if data.marks.protected { "desk-account-unprotect" } else { "desk-account-protect" };
    html! {
        div.panel {
            h2 { (desk.t("desk-account-decide")) }
            ul.ticks {
                @if data.marks.has_factor { li { a href=(to("reset")) { (desk.t("desk-account-reset")) } } }
                li { a href=(to("address")) { (desk.t("desk-account-address")) } }
                li { a href=(to("protect")) { (desk.t(protect)) } }
                @if desk.roles.has(Role::Admin) { li { a href="/staff/accounts/erase" { (desk.t("erase-link")) } } }
                @if data.disputed { li { a href=(to("unlock")) { (desk.t("desk-account-unlock-two")) } } }
            }
        }
        @if data.disputed {
            (shared::notice(Tone::Bad, &html! { p { (desk.t("desk-account-disputed")) } }))
        } @else {
            (lock(desk, data))
        }
    }
}

fn lock(desk: &Desk, data: &Data) -> Markup {
    let (title, hint, act, words, class) = if data.marks.locked {
        ("desk-account-unlock-title", "desk-account-unlock-hint", "unlock", "desk-account-unlock", "second")
    } else {
        ("desk-account-lock-title", "desk-account-lock-hint", "lock", "desk-account-lock", "danger")
    };
    html! {
        form.panel method="post" action={ "/staff/accounts/" (data.id) "/status" } {
            h2 { (desk.t(title)) }
            p.small { (desk.t(hint)) }
            (shared::csrf(&desk.frame))
            (shared::field(&Field {
                name: "reason",
                kind: "text",
                label: &desk.t("desk-account-reason"),
                hint: "",
                autocomplete: "off",
                value: &data.trouble.reason,
                mistake: data.trouble.reason_mistake.as_deref(),
            }))
            (fresh_code(desk, "code", data.trouble.code))
            button.(class) type="submit" name="act" value=(act) { (desk.t(words)) }
        }
    }
}

fn history(desk: &Desk, lines: &[Line]) -> Markup {
    html! {
        @if lines.is_empty() {
            p.empty { (desk.t("desk-account-history-none")) }
        } @else {
            ol.timeline {
                @for line in lines {
                    li { span.small { (shared::time(&desk.frame, line.at)) } (desk.t(&words(line))) }
                }
            }
        }
    }
}

/// Its message key: the same words that the account's owner reads.
fn words(line: &Line) -> String {
    let known = HISTORY.contains(&line.code) || DESK_HISTORY.contains(&line.code);
    match (known, line.refused) {
        (true, true) if REFUSED.contains(&line.code) => format!("history-{}-refused", line.code),
        (true, false) => format!("history-{}", line.code),
        _ => "history-refused".to_owned(),
    }
}
