//! The third step of sign-in, the field for a code wherever one is asked, and why a code was refused.

use chrono::{DateTime, Utc};
use maud::{Markup, html};

use super::layout::{Frame, shell_of_form};
use super::parts::{self, Tone};
use super::step;
use crate::model::refusal::Refusal;
pub use crate::model::session::Method;

/// Why a code was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeTrouble {
    /// None was typed.
    Missing,
    /// It is not right, or its time is over.
    Wrong,
    /// It was used already: only the next one will do.
    Replayed,
    /// It is right for another time: the device's clock is ahead (positive) or behind.
    Clock {
        /// By how much.
        seconds: i64,
    },
    /// Too many were wrong; the field opens again then.
    Held(DateTime<Utc>),
    /// A hundred in a row were wrong: a Reset TOTP by mail alone opens the field again.
    Closed,
}

impl CodeTrouble {
    /// What a refused code is called on its page; nothing for other refusals.
    pub fn of(refusal: Refusal) -> Option<Self> {
        Some(match refusal {
            Refusal::CodeWrong => Self::Wrong,
            Refusal::CodeReplayed => Self::Replayed,
            Refusal::CodeElsewhere(seconds) => Self::Clock { seconds },
            Refusal::CodesHeld(until) => Self::Held(until),
            Refusal::CodesClosed => Self::Closed,
            _ => return None,
        })
    }

    /// When codes are looked at again, where that is the trouble.
    pub fn held(self) -> Option<DateTime<Utc>> {
        if let Self::Held(until) = self { Some(until) } else { None }
    }

    /// Its name, suffix of its message key `code-trouble-<code>`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Wrong => "wrong",
            Self::Replayed => "replayed",
            Self::Clock { .. } => "clock",
            Self::Held(_) => "held",
            Self::Closed => "closed",
        }
    }
}

/// How far a clock is off, in words: whole minutes, and never less than one.
pub fn span(frame: &Frame, seconds: i64) -> String {
    match seconds.unsigned_abs().saturating_add(30) / 60 {
        0 | 1 => frame.t("span-minute"),
        minutes => frame.ta("span-minutes", &[("count", &minutes.to_string())]),
    }
}

/// A refused code in words.
pub fn words(frame: &Frame, method: Method, trouble: CodeTrouble) -> String {
    match (method, trouble) {
        (_, CodeTrouble::Clock { seconds }) => {
            let key = if seconds > 0 { "code-trouble-clock-fast" } else { "code-trouble-clock-slow" };
            frame.ta(key, &[("span", &span(frame, seconds))])
        }
        (_, CodeTrouble::Held(until)) => frame.ta("code-trouble-held", &[("time", &parts::opens(frame, until))]),
        (Method::Recovery, CodeTrouble::Wrong | CodeTrouble::Replayed) => frame.t("code-trouble-recovery"),
        (_, trouble) => frame.t(&format!("code-trouble-{}", trouble.code())),
    }
}

/// The field: one for all digits, into which a code can be pasted as it was copied.
pub fn field(frame: &Frame, method: Method, trouble: Option<CodeTrouble>) -> Markup {
    let numeric = method == Method::Totp;
    let mistake = trouble.map(|trouble| words(frame, method, trouble));
    html! {
        div.field.wrong[mistake.is_some()] {
            label for="code" { (frame.t(&format!("code-label-{}", method.code()))) }
            p.hint #code-hint { (frame.t(&format!("code-hint-{}", method.code()))) }
            (parts::mistake("code", mistake.as_deref()))
            @if let Some(CodeTrouble::Clock { seconds }) = trouble {
                p { a href={ "/help/clock?off=" (seconds) } { (frame.t("code-clock-link")) } }
            }
            input.digits #code name="code" type="text" required maxlength="64" spellcheck="false"
                inputmode=[numeric.then_some("numeric")] autocomplete=(if numeric { "one-time-code" } else { "off" })
                autocapitalize=(if numeric { "none" } else { "characters" }) aria-invalid=[mistake.as_ref().map(|_| "true")]
                aria-describedby=[parts::described("code", true, mistake.is_some())];
        }
    }
}

/// The third step.
#[derive(Clone, Debug)]
pub struct Code {
    /// User ID.
    pub user_id: String,
    /// Which code is asked.
    pub method: Method,
    /// Now, by our clock.
    pub now: DateTime<Utc>,
    /// When the step ends.
    pub ends_at: DateTime<Utc>,
    /// How the last try went.
    pub trouble: Option<CodeTrouble>,
}

/// The third step's page.
pub fn code(frame: &Frame, data: &Code) -> Markup {
    let method = data.method.code();
    let closed = data.trouble == Some(CodeTrouble::Closed);
    let wrong = data.trouble.filter(|_| !closed);
    let over = frame.t("login-code-over");
    let step = step::Step { action: "/login/totp", name: "totp", now: data.now, ends_at: data.ends_at, over: &over };
    let fields = html! {
        (parts::hidden("method", method))
        (field(frame, data.method, wrong))
        button.main type="submit" { (frame.t("login-title")) }
    };
    let mistakes: Vec<_> = wrong.iter().map(|t| ("code", words(frame, data.method, *t))).collect();
    let body = html! {
        (parts::summary(frame, &mistakes))
        p.step { (frame.t("login-step-3")) }
        (parts::facts(&[(frame.t("label-user-id"), html! { (data.user_id) })]))
        @if closed {
            (parts::notice(Tone::Bad, &html! { p { (words(frame, data.method, CodeTrouble::Closed)) } }))
            p { a.main href=(parts::reset_link(&data.user_id)) { (frame.t("home-reset")) } }
        } @else {
            (step::form(frame, &step, &fields))
            (ways(frame, data))
        }
        p.links { a href="/login" { (frame.t("login-change")) } " " a href="/help" { (frame.t("nav-help")) } }
    };
    shell_of_form(frame, &frame.t(&format!("login-code-title-{method}")), wrong.is_some(), &body)
}

/// What to do without the code that is asked.
fn ways(frame: &Frame, data: &Code) -> Markup {
    html! {
        section.other {
            h2 { (frame.t("login-ways-title")) }
            div.choices {
                @if data.method == Method::Totp {
                    a.choice href="/help/clock" { strong { (frame.t("home-clock")) } span { (frame.t("login-clock-text")) } }
                    a.choice href="/login/totp?method=recovery" {
                        strong { (frame.t("login-recovery")) } span { (frame.t("login-recovery-text")) }
                    }
                } @else {
                    a.choice href="/login/totp" { strong { (frame.t("login-totp")) } span { (frame.t("login-totp-text")) } }
                }
                a.choice href=(parts::reset_link(&data.user_id)) {
                    strong { (frame.t("home-reset")) } span { (frame.t("login-lost-text")) }
                }
            }
        }
    }
}
