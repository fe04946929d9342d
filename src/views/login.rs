//! Sign-in in the guides' steps: Penyedia or Non Penyedia with User ID, Password, code.

use chrono::{DateTime, Utc};
use maud::{Markup, html};

pub use super::code::{Code, CodeTrouble, Method, code};
use super::layout::{Frame, shell, shell_of_form};
use super::parts::{self, Field, Tone};
use super::step;
use crate::model::account::UserType;

/// The first step.
#[derive(Clone, Debug)]
pub struct Start {
    /// What was typed as User ID.
    pub user_id: String,
    /// The Tipe User chosen.
    pub user_type: Option<UserType>,
    /// What is wrong, at most one for each field.
    pub flaws: Vec<StartFlaw>,
    /// Why somebody stands at the beginning again.
    pub note: Option<Note>,
}

/// What is wrong with a field of the first step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StartFlaw {
    /// No Tipe User, or one we do not know.
    UserTypeMissing,
    /// No User ID.
    UserIdMissing,
    /// A User ID longer than any.
    UserIdTooLong,
    /// A User ID with characters that none has, or given twice.
    UserIdUnreadable,
}

impl StartFlaw {
    /// All of them.
    pub const ALL: [Self; 4] =
        [Self::UserTypeMissing, Self::UserIdMissing, Self::UserIdTooLong, Self::UserIdUnreadable];

    /// The suffix of its message key, `flaw-<code>`.
    pub fn code(self) -> &'static str {
        match self {
            Self::UserTypeMissing => "user-type-missing",
            Self::UserIdMissing => "user-id-missing",
            Self::UserIdTooLong => "user-id-too-long",
            Self::UserIdUnreadable => "user-id-unreadable",
        }
    }
}

/// Why somebody stands at the beginning again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Note {
    /// They signed out.
    SignedOut,
    /// The session is over: it was idle, or a reset or a lock ended it.
    Ended,
    /// TOTP was disabled; the next login enrols anew.
    Disabled,
    /// They want to activate, and the password comes first.
    Activate,
    /// They came by the mailed activation link, which needs a sign-in first.
    Link,
    /// The step is not found any more.
    StepOver,
}

impl Note {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::SignedOut, Self::Ended, Self::Disabled, Self::Activate, Self::Link, Self::StepOver];

    /// Its word in addresses, and the suffix of its message key `login-note-<code>`.
    pub fn code(self) -> &'static str {
        match self {
            Self::SignedOut => "signed-out",
            Self::Ended => "ended",
            Self::Disabled => "disabled",
            Self::Activate => "activate",
            Self::Link => "link",
            Self::StepOver => "step-over",
        }
    }

    /// Reads that word.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|n| n.code() == code)
    }

    fn tone(self) -> Tone {
        match self {
            Self::SignedOut => Tone::Good,
            Self::Disabled | Self::Activate | Self::Link => Tone::Info,
            Self::Ended | Self::StepOver => Tone::Wait,
        }
    }
}

/// The first step's page.
pub fn start(frame: &Frame, data: &Start) -> Markup {
    let words = |wanted: bool| {
        let flaw = data.flaws.iter().find(|f| (**f == StartFlaw::UserTypeMissing) == wanted);
        flaw.map(|f| frame.t(&format!("flaw-{}", f.code())))
    };
    let (user_type, user_id) = (words(true), words(false));
    let mistakes: Vec<(&str, String)> = [("penyedia", &user_type), ("user_id", &user_id)]
        .into_iter()
        .filter_map(|(id, w)| Some((id, w.clone()?)))
        .collect();
    let body = html! {
        (parts::summary(frame, &mistakes))
        @if let Some(note) = data.note {
            (parts::notice(note.tone(), &html! { p { (frame.t(&format!("login-note-{}", note.code()))) } }))
        }
        p.step { (frame.t("login-step-1")) }
        p.lead { (frame.t("login-lead")) }
        form method="post" action="/login" novalidate {
            (parts::csrf(frame))
            (parts::user_type(frame, data.user_type, user_type.as_deref()))
            (parts::field(&Field {
                name: "user_id", kind: "text", label: &frame.t("label-user-id"), hint: "",
                autocomplete: "username", value: &data.user_id, mistake: user_id.as_deref(),
            }))
            button.main type="submit" name="to" value="login" { (frame.t("login-title")) }
            p.beside {
                (frame.t("login-reset-text")) " "
                button.text type="submit" name="to" value="reset" { (frame.t("home-reset")) }
            }
        }
    };
    shell_of_form(frame, &frame.t("login-title"), !mistakes.is_empty(), &body)
}

/// The second step.
#[derive(Clone, Debug)]
pub struct Password {
    /// User ID as typed.
    pub user_id: String,
    /// The Tipe User chosen.
    pub user_type: UserType,
    /// The form token.
    pub form: String,
    /// Now, by our clock.
    pub now: DateTime<Utc>,
    /// When the step ends.
    pub ends_at: DateTime<Utc>,
    /// How the last try went.
    pub trouble: Option<PasswordTrouble>,
}

/// Why the password is asked again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasswordTrouble {
    /// None was typed.
    Missing,
    /// The three do not belong together; which one is wrong is not said.
    Wrong,
    /// The step was over; the User ID is kept.
    Late,
    /// Too many were wrong; it is asked again then.
    Held(DateTime<Utc>),
}

impl PasswordTrouble {
    /// The suffix of its message key, `password-trouble-<code>`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Wrong => "wrong",
            Self::Late => "late",
            Self::Held(_) => "held",
        }
    }

    fn words(self, frame: &Frame) -> String {
        match self {
            Self::Held(until) => frame.ta("password-trouble-held", &[("time", &parts::opens(frame, until))]),
            other => frame.t(&format!("password-trouble-{}", other.code())),
        }
    }
}

/// The second step's page.
pub fn password(frame: &Frame, data: &Password) -> Markup {
    let mistake = data.trouble.map(|t| t.words(frame));
    let over = frame.t("login-password-over");
    let step =
        step::Step { action: "/login/password", name: "password", now: data.now, ends_at: data.ends_at, over: &over };
    let fields = html! {
        (parts::hidden("form", &data.form))
        (parts::hidden("user_type", data.user_type.code()))
        (parts::user_id(frame, &data.user_id))
        (parts::field(&Field {
            name: "password", kind: "password", label: &frame.t("label-password"), hint: "",
            autocomplete: "current-password", value: "", mistake: mistake.as_deref(),
        }))
        button.main type="submit" { (frame.t("login-title")) }
    };
    let kind = frame.t(&format!("user-type-{}", data.user_type.code()));
    let body = html! {
        (parts::summary(frame, &mistake.iter().map(|words| ("password", words.clone())).collect::<Vec<_>>()))
        p.step { (frame.t("login-step-2")) }
        (parts::facts(&[
            (frame.t("label-user-id"), html! { (data.user_id) }),
            (frame.t("label-user-type"), html! { (kind) }),
        ]))
        (step::form(frame, &step, &fields))
        p.links {
            a href="/login" { (frame.t("login-change")) } " "
            a href=(parts::reset_link(&data.user_id)) { (frame.t("home-reset")) }
        }
    };
    shell_of_form(frame, &frame.t("login-password-title"), mistake.is_some(), &body)
}

/// The password was right, but the account is locked.
pub fn locked(frame: &Frame) -> Markup {
    let body = html! {
        (parts::notice(Tone::Bad, &html! { p { (frame.t("locked-lead")) } }))
        p { (frame.t("locked-why")) }
        ul.ticks {
            li { (frame.t("locked-1")) }
            li { (frame.t("locked-2")) }
            li { (frame.t("locked-3")) }
        }
        p { (frame.t("help-never")) }
        p.links { a href="/" { (frame.t("error-home")) } " " a href="/help" { (frame.t("nav-help")) } }
    };
    shell(frame, &frame.t("locked-title"), &body)
}
