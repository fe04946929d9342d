//! Beranda User: one's own account, its sessions and its history.

use chrono::{DateTime, Utc};
use maud::{Markup, html};

pub use super::disable::{Disable, DisableTrouble, disable};
use super::layout::{Frame, shell};
use super::parts::{self, Tone};
pub use super::password::{ChangeFlaw, ChangePassword, change_password};
use crate::model::account::UserType;

/// What the page shows.
#[derive(Clone, Debug)]
pub struct Data {
    /// User ID.
    pub user_id: String,
    /// The person's name.
    pub name: String,
    /// Tipe User.
    pub user_type: UserType,
    /// The registered address, masked.
    pub email_masked: String,
    /// How it stands with TOTP.
    pub factor: Factor,
    /// The sign-in before this one: when, and from where as far as known.
    pub last_sign_in: Option<(DateTime<Utc>, Option<String>)>,
    /// Who is signed in, this browser included.
    pub sessions: Vec<Session>,
    /// What happened, newest first.
    pub history: Vec<Line>,
    /// When a reset takes effect that is held.
    pub waiting: Option<DateTime<Utc>>,
    /// Until when resets are held because password or address changed.
    pub careful_until: Option<DateTime<Utc>>,
    /// What was done just now.
    pub note: Option<Note>,
}

/// How it stands with TOTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Factor {
    /// It is active.
    Active {
        /// Since when.
        since: DateTime<Utc>,
        /// Recovery codes that were not used.
        codes_left: u8,
    },
    /// It is not.
    None,
}

/// A browser that is signed in.
#[derive(Clone, Debug)]
pub struct Session {
    /// Its id, which the form carries.
    pub id: String,
    /// Browser and system, as far as known.
    pub from: Option<String>,
    /// Its network, as far as it is shown.
    pub network: Option<String>,
    /// When it signed in.
    pub began_at: DateTime<Utc>,
    /// When it was last seen.
    pub seen_at: DateTime<Utc>,
    /// Whether it is the one that looks.
    pub this: bool,
}

/// A line of the history.
#[derive(Clone, Copy, Debug)]
pub struct Line {
    /// When.
    pub at: DateTime<Utc>,
    /// What: one of [`HISTORY`]; other codes are not shown.
    pub code: &'static str,
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
    /// The recovery codes were kept.
    CodesKept,
}

impl Note {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::PasswordChanged, Self::SessionsEnded, Self::CodesKept];

    /// Its word in addresses, and the suffix of its message key `account-note-<code>`.
    pub fn code(self) -> &'static str {
        match self {
            Self::PasswordChanged => "password-changed",
            Self::SessionsEnded => "sessions-ended",
            Self::CodesKept => "codes-kept",
        }
    }

    /// Reads that word.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|n| n.code() == code)
    }
}

/// What the history tells of: kinds of events, their points as hyphens, suffix of the message key `history-<code>`.
pub const HISTORY: &[&str] = &[
    "reset-matched",
    "link-opened",
    "link-expired",
    "link-reissued",
    "reset-confirmed",
    "reset-scheduled",
    "reset-executed",
    "reset-cancelled",
    "reset-disputed",
    "mail-accepted",
    "mail-failed",
    "login-password",
    "login-code",
    "session-ended",
    "totp-enrolling",
    "totp-activated",
    "totp-link-asked",
    "totp-disabled",
    "recovery-codes-kept",
    "recovery-codes-renewed",
    "password-changed",
    "account-disputed",
];

/// Those of [`HISTORY`] with words of their own for a refusal, `history-<code>-refused`; others share some.
pub const REFUSED: &[&str] = &[
    "reset-confirmed",
    "login-password",
    "login-code",
    "totp-enrolling",
    "totp-activated",
    "totp-link-asked",
    "totp-disabled",
    "recovery-codes-renewed",
    "password-changed",
];

/// Beranda User.
pub fn page(frame: &Frame, data: &Data) -> Markup {
    let body = html! {
        (notices(frame, data))
        (parts::facts(&facts(frame, data)))
        (parts::press(frame, "/logout", &[], "second", &frame.t("account-logout")))
        (factor(frame, data.factor))
        h2 { (frame.t("label-password")) }
        p { a.second href="/account/password" { (frame.t("change-title")) } }
        h2 { (frame.t("account-sessions-title")) }
        (sessions(frame, &data.sessions))
        h2 { (frame.t("account-history-title")) }
        (history(frame, &data.history))
    };
    shell(frame, &frame.t("account-title"), &body)
}

fn notices(frame: &Frame, data: &Data) -> Markup {
    html! {
        @if let Some(note) = data.note {
            (parts::notice(Tone::Good, &html! { p { (frame.t(&format!("account-note-{}", note.code()))) } }))
        }
        @if let Some(at) = data.waiting {
            (parts::notice(Tone::Wait, &html! { p { (frame.ta("account-waiting", &[("time", &frame.moment(at))])) } }))
        }
        @if let Some(until) = data.careful_until {
            (parts::notice(Tone::Info, &html! { p { (frame.ta("account-careful", &[("time", &frame.moment(until))])) } }))
        }
    }
}

fn facts(frame: &Frame, data: &Data) -> Vec<(String, Markup)> {
    let last = html! {
        @if let Some((at, from)) = &data.last_sign_in {
            (parts::time(frame, *at)) @if let Some(from) = from { " · " (from) }
        } @else { (frame.t("account-first-time")) }
    };
    vec![
        (frame.t("account-name"), html! { (data.name) }),
        (frame.t("label-user-id"), html! { (data.user_id) }),
        (frame.t("label-user-type"), html! { (frame.t(&format!("user-type-{}", data.user_type.code()))) }),
        (frame.t("label-email"), html! { (data.email_masked) }),
        (frame.t("account-last-sign-in"), last),
    ]
}

fn factor(frame: &Frame, factor: Factor) -> Markup {
    html! {
        h2 { (frame.t("account-totp-title")) }
        @match factor {
            Factor::Active { since, codes_left } => {
                (parts::facts(&[
                    (frame.t("account-totp-active"), parts::time(frame, since)),
                    (frame.t("account-codes-left"), html! { (codes_left) }),
                ]))
                @if codes_left == 0 { p { (frame.t("account-codes-gone")) } }
                p { a.quiet href="/account/disable" { (frame.t("disable-title")) } }
            },
            Factor::None => {
                (parts::notice(Tone::Wait, &html! { p { (frame.t("account-totp-none")) } }))
                (parts::press(frame, "/account/enable", &[], "main", &frame.t("account-enable")))
            },
        }
    }
}

fn sessions(frame: &Frame, sessions: &[Session]) -> Markup {
    html! {
        ul.lines {
            @for s in sessions {
                @let from = s.from.clone().unwrap_or_else(|| frame.t("account-browser-unknown"));
                li {
                    strong { (from) }
                    @if s.this { " " span.chip { (frame.t("account-session-this")) } }
                    span.small {
                        @if let Some(network) = &s.network { (network) " · " }
                        (frame.ta("account-session-began", &[("time", &frame.moment(s.began_at))])) " · "
                        (frame.ta("account-session-seen", &[("time", &frame.moment(s.seen_at))]))
                    }
                    @if !s.this {
                        form method="post" action="/account/sessions/end" {
                            (parts::csrf(frame))
                            (parts::hidden("session", &s.id))
                            button.quiet type="submit" aria-label={ (frame.t("account-session-end")) ": " (from) } {
                                (frame.t("account-session-end"))
                            }
                        }
                    }
                }
            }
        }
        @if sessions.iter().any(|s| !s.this) {
            (parts::press(frame, "/account/sessions/end", &[("session", "others")], "second", &frame.t("account-sessions-others")))
        } @else { p.small { (frame.t("account-sessions-alone")) } }
    }
}

fn history(frame: &Frame, lines: &[Line]) -> Markup {
    let lines: Vec<&Line> = lines.iter().filter(|l| HISTORY.contains(&l.code)).collect();
    html! {
        @if lines.is_empty() { p.empty { (frame.t("account-history-empty")) } }
        @else {
            ul.lines {
                @for line in lines {
                    li {
                        @match (line.refused, REFUSED.contains(&line.code)) {
                            (false, _) => (frame.t(&format!("history-{}", line.code))),
                            (true, true) => (frame.t(&format!("history-{}-refused", line.code))),
                            (true, false) => (frame.t("history-refused")),
                        }
                        span.small { (parts::time(frame, line.at)) }
                    }
                }
            }
        }
        p.small { (frame.t("account-history-note")) }
    }
}
