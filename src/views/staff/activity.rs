//! One's own sessions and actions, password and keys.

use chrono::{DateTime, Utc};
use maud::{Markup, html};

use super::super::code::CodeTrouble;
use super::super::parts::{self as shared, Field, Tone};
use super::super::password::ChangeFlaw;
use super::Desk;
use super::parts::{chip, code_words, fresh_code, kind, short_time};
use super::shell::{shell, shell_of_form};

/// A browser in which one is signed in.
#[derive(Clone, Debug)]
pub struct Session {
    /// Its id, which the form carries.
    pub id: String,
    /// Browser and system, as far as known.
    pub browser: Option<String>,
    /// Its network.
    pub network: String,
    /// When it signed in.
    pub began_at: DateTime<Utc>,
    /// When it was last seen.
    pub seen_at: DateTime<Utc>,
    /// Whether it is the one that looks.
    pub this: bool,
}

/// Something one did.
#[derive(Clone, Debug)]
pub struct Act {
    /// When.
    pub at: DateTime<Utc>,
    /// The event's kind: its words are `kind-<kind>`, points as hyphens.
    pub kind: String,
    /// Whether it was refused.
    pub refused: bool,
}

/// What was done just now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Note {
    /// The password was changed.
    PasswordChanged,
    /// Sessions were ended.
    SessionsEnded,
    /// Keys were turned on or off.
    ShortcutsSet,
}

impl Note {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::PasswordChanged, Self::SessionsEnded, Self::ShortcutsSet];

    /// Its word in addresses, and the suffix of its message key `activity-note-<code>`.
    pub fn code(self) -> &'static str {
        match self {
            Self::PasswordChanged => "password-changed",
            Self::SessionsEnded => "sessions-ended",
            Self::ShortcutsSet => "shortcuts-set",
        }
    }

    /// Reads that word.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|n| n.code() == code)
    }
}

/// What the page shows.
#[derive(Clone, Debug)]
pub struct Data {
    /// Who is signed in, this browser first.
    pub sessions: Vec<Session>,
    /// What one did, newest first.
    pub acts: Vec<Act>,
    /// Where older ones are.
    pub older: Option<String>,
    /// What was done just now.
    pub note: Option<Note>,
}

/// The page.
pub fn page(desk: &Desk, data: &Data) -> Markup {
    let (on, words) = if desk.shortcuts { ("0", "activity-keys-off") } else { ("1", "activity-keys-on") };
    let body = html! {
        @if let Some(note) = data.note {
            (shared::notice(Tone::Good, &html! { p { (desk.t(&format!("activity-note-{}", note.code()))) } }))
        }
        div.split {
            section {
                h2 { (desk.t("activity-acts")) }
                (acts(desk, data))
            }
            div {
                section.panel {
                    h2 { (desk.t("account-sessions-title")) }
                    (sessions(desk, &data.sessions))
                }
                section.panel {
                    h2 { (desk.t("activity-settings")) }
                    p { a.second href="/staff/activity/password" { (desk.t("change-title")) } }
                    p { (desk.t("activity-keys")) }
                    (shared::press(&desk.frame, "/staff/activity/shortcuts", &[("on", on)], "second", &desk.t(words)))
                }
            }
        }
    };
    shell(desk, &desk.t("staff-menu-activity"), &body)
}

fn acts(desk: &Desk, data: &Data) -> Markup {
    html! {
        @if data.acts.is_empty() { p { (desk.t("activity-empty")) } } @else {
            table.list.cards {
                thead { tr { th scope="col" { (desk.t("activity-when")) } th scope="col" { (desk.t("activity-what")) } } }
                tbody { @for act in &data.acts { tr {
                    td data-label=(desk.t("activity-when")) { (short_time(desk, act.at)) }
                    td data-label=(desk.t("activity-what")) {
                        (kind(desk, &act.kind))
                        @if act.refused { " " (chip(Tone::Bad, &desk.t("activity-refused"))) }
                    }
                } } }
            }
            @if let Some(older) = &data.older {
                p.links { a href=(older) rel="next" { (desk.t("activity-older")) } }
            }
        }
    }
}

fn sessions(desk: &Desk, sessions: &[Session]) -> Markup {
    html! {
        @for session in sessions {
            p {
                strong { @match &session.browser {
                    Some(browser) => (browser), None => (desk.t("account-browser-unknown"))
                } } " " span.mono { (session.network) }
                @if session.this { " " (chip(Tone::Good, &desk.t("account-session-this"))) }
                br;
                (desk.ta("account-session-began", &[("time", &desk.frame.moment(session.began_at))])) ", "
                (desk.ta("account-session-seen", &[("time", &desk.frame.moment(session.seen_at))]))
            }
            @if !session.this {
                (shared::press(&desk.frame, "/staff/activity/sessions", &[("session", &session.id)], "quiet",
                    &desk.t("account-session-end")))
            }
        }
        @if sessions.len() > 1 {
            (shared::press(&desk.frame, "/staff/activity/sessions", &[("session", "others")], "second",
                &desk.t("account-sessions-others")))
        } @else { p.small { (desk.t("account-sessions-alone")) } }
    }
}

/// The page on which one changes the password.
#[derive(Clone, Debug)]
pub struct Password {
    /// One's user name.
    pub username: String,
    /// What is wrong, at most one for each field.
    pub flaws: Vec<ChangeFlaw>,
    /// Why the code was refused.
    pub code: Option<CodeTrouble>,
}

/// Its page.
pub fn password(desk: &Desk, data: &Password) -> Markup {
    let frame = &desk.frame;
    let wrong = |field: &str| data.flaws.iter().find(|f| f.field() == field).map(|f| f.words(frame));
    let fields = [
        ("password", "change-current", "", "current-password"),
        ("new_password", "change-new", "change-new-hint", "new-password"),
        ("new_password_again", "change-again", "", "new-password"),
    ];
    let mut mistakes: Vec<(&str, String)> = fields.iter().filter_map(|f| Some((f.0, wrong(f.0)?))).collect();
    mistakes.extend(data.code.map(|trouble| ("code", code_words(frame, trouble))));
    let body = html! {
        (shared::summary(frame, &mistakes))
        p.lead { (desk.t("activity-password-lead")) }
        form method="post" action="/staff/activity/password" novalidate {
            (shared::csrf(frame))
            label for="username" hidden { (desk.t("desk-username")) }
            input #username name="username" type="text" value=(data.username) autocomplete="username" readonly hidden;
            @for (name, label, hint, autocomplete) in fields {
                (shared::field(&Field {
                    name, kind: "password", label: &desk.t(label),
                    hint: &(if hint.is_empty() { String::new() } else { desk.t(hint) }),
                    autocomplete, value: "", mistake: wrong(name).as_deref(),
                }))
            }
            (fresh_code(desk, "code", data.code))
            div.bar {
                button.main type="submit" { (desk.t("change-title")) }
                a.quiet href="/staff/activity" { (desk.t("popup-cancel")) }
            }
        }
    };
    shell_of_form(desk, &desk.t("change-title"), !mistakes.is_empty(), &body)
}
