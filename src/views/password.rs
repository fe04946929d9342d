//! The page on which one changes the password.

use chrono::{DateTime, Utc};
use maud::{Markup, html};

use super::layout::{Frame, shell_of_form};
use super::parts::{self, Field};

/// What the page shows.
#[derive(Clone, Debug)]
pub struct ChangePassword {
    /// User ID.
    pub user_id: String,
    /// What is wrong, at most one for each field.
    pub flaws: Vec<ChangeFlaw>,
}

/// What is wrong with a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeFlaw {
    /// The current password is missing or not the account's.
    CurrentWrong,
    /// Too many were wrong; it is asked again then.
    Held(DateTime<Utc>),
    /// The new one is too short.
    Short,
    /// The new one is too long.
    Long,
    /// The new one is known to many, or is made of the User ID.
    Guessable,
    /// The new one is the old one.
    Same,
    /// The second typing differs from the first.
    Repeat,
}

impl ChangeFlaw {
    /// The suffix of its message key, `change-<code>`.
    pub fn code(self) -> &'static str {
        match self {
            Self::CurrentWrong => "current-wrong",
            Self::Held(_) => "held",
            Self::Short => "short",
            Self::Long => "long",
            Self::Guessable => "guessable",
            Self::Same => "same",
            Self::Repeat => "repeat",
        }
    }

    /// The name of its field.
    pub fn field(self) -> &'static str {
        match self {
            Self::CurrentWrong | Self::Held(_) => "password",
            Self::Short | Self::Long | Self::Guessable | Self::Same => "new_password",
            Self::Repeat => "new_password_again",
        }
    }

    /// Its words.
    pub fn words(self, frame: &Frame) -> String {
        match self {
            Self::Held(until) => frame.ta("change-held", &[("time", &parts::opens(frame, until))]),
            other => frame.t(&format!("change-{}", other.code())),
        }
    }
}

/// The page.
pub fn change_password(frame: &Frame, data: &ChangePassword) -> Markup {
    let words = |field: &str| data.flaws.iter().find(|f| f.field() == field).map(|f| f.words(frame));
    let fields = [
        ("password", "change-current", "", "current-password"),
        ("new_password", "change-new", "change-new-hint", "new-password"),
        ("new_password_again", "change-again", "", "new-password"),
    ];
    let mistakes: Vec<(&str, String)> = fields.iter().filter_map(|f| Some((f.0, words(f.0)?))).collect();
    let body = html! {
        (parts::summary(frame, &mistakes))
        p.lead { (frame.t("change-lead")) }
        (parts::retreat("/account", &[]))
        form method="post" action="/account/password" novalidate {
            (parts::csrf(frame))
            (parts::user_id(frame, &data.user_id))
            @for (name, label, hint, autocomplete) in fields {
                (parts::field(&Field {
                    name, kind: "password", label: &frame.t(label),
                    hint: &(if hint.is_empty() { String::new() } else { frame.t(hint) }),
                    autocomplete, value: "", mistake: words(name).as_deref(),
                }))
            }
            div.buttons {
                (parts::back(&frame.t("popup-cancel")))
                button.main type="submit" { (frame.t("change-title")) }
            }
        }
        p.small { (frame.t("change-after")) }
    };
    shell_of_form(frame, &frame.t("change-title"), !mistakes.is_empty(), &body)
}
