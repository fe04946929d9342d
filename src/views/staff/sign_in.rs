//! Sign-in of the desk: user name and password, then the code.

use chrono::{DateTime, Utc};
use maud::{Markup, html};

use super::super::code::CodeTrouble;
use super::super::layout::Frame;
use super::super::parts::{self, Field, Tone};
use super::parts::{code_field, code_words};
use super::shell::outside;

/// Why somebody comes to sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Note {
    /// They signed out.
    SignedOut,
    /// Their session is over.
    Ended,
    /// They have set their first password.
    Joined,
}

impl Note {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::SignedOut, Self::Ended, Self::Joined];

    /// Its word in addresses, and the suffix of its message key `desk-note-<code>`.
    pub fn code(self) -> &'static str {
        match self {
            Self::SignedOut => "signed-out",
            Self::Ended => "ended",
            Self::Joined => "joined",
        }
    }

    /// Reads that word.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|n| n.code() == code)
    }
}

/// Why user name and password were not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// They do not belong together, whatever of them is wrong.
    Wrong,
    /// Too many were wrong; the next may be tried then.
    Held(DateTime<Utc>),
}

/// The first page.
#[derive(Clone, Debug, Default)]
pub struct SignIn {
    /// The user name as typed.
    pub username: String,
    /// Why it was not taken.
    pub trouble: Option<Trouble>,
    /// Why they come.
    pub note: Option<Note>,
}

/// The first page.
pub fn sign_in(frame: &Frame, data: &SignIn) -> Markup {
    let mistake = data.trouble.map(|trouble| match trouble {
        Trouble::Wrong => frame.t("desk-login-wrong"),
        Trouble::Held(until) => frame.ta("desk-login-held", &[("time", &parts::opens(frame, until))]),
    });
    let body = html! {
        (parts::summary(frame, &mistake.iter().map(|words| ("username", words.clone())).collect::<Vec<_>>()))
        @if let Some(note) = data.note {
            (parts::notice(Tone::Info, &html! { p { (frame.t(&format!("desk-note-{}", note.code()))) } }))
        }
        form method="post" action="/staff/login" novalidate {
            (parts::csrf(frame))
            (parts::field(&Field {
                name: "username", kind: "text", label: &frame.t("desk-username"), hint: "", autocomplete: "username",
                value: &data.username, mistake: mistake.as_deref(),
            }))
            (parts::field(&Field {
                name: "password", kind: "password", label: &frame.t("label-password"), hint: "",
                autocomplete: "current-password", value: "", mistake: None,
            }))
            button.main type="submit" { (frame.t("desk-login-button")) }
        }
        p.links { a href="/" { (frame.t("error-home")) } }
    };
    outside(frame, &frame.t("desk-login-title"), mistake.is_some(), &body)
}

/// The second page.
#[derive(Clone, Debug)]
pub struct Code {
    /// Who signs in.
    pub username: String,
    /// Until when the code may be given.
    pub ends_at: DateTime<Utc>,
    /// Why the last one was refused.
    pub trouble: Option<CodeTrouble>,
}

/// The second page.
pub fn code(frame: &Frame, data: &Code) -> Markup {
    let mistakes: Vec<_> = data.trouble.iter().map(|t| ("code", code_words(frame, *t))).collect();
    let body = html! {
        (parts::summary(frame, &mistakes))
        (parts::facts(&[
            (frame.t("desk-username"), html! { (data.username) }),
            (frame.t("desk-step-ends"), parts::time(frame, data.ends_at)),
        ]))
        form method="post" action="/staff/login/totp" novalidate {
            (parts::csrf(frame))
            (code_field(frame, "code", &frame.t("code-hint-totp"), data.trouble))
            button.main type="submit" { (frame.t("desk-login-button")) }
        }
        p.small { (frame.t("desk-lost-phone")) }
        (parts::press(frame, "/staff/logout", &[], "quiet", &frame.t("desk-other-person")))
    };
    outside(frame, &frame.t("login-code-title-totp"), !mistakes.is_empty(), &body)
}
