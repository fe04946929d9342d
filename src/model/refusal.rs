//! What people are told when something cannot be done: a flat list, each with a stable code and a status.

use chrono::{DateTime, Utc};

use crate::base::fault::Fault;

/// An answer that is no, told to the person who asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The request could not be read as HTTP or as a form.
    FormUnreadable,
    /// A field is missing or cannot be right; the page names it.
    FormInvalid,
    /// No, or somebody else's, anti-forgery token; or the request came from another site.
    Forged,
    /// Kode Keamanan missing, wrong, used or too old.
    CaptchaWrong,
    /// A limit; it opens again at the time named.
    TooMany(DateTime<Utc>),
    /// Nothing here, or nothing for you.
    NotFound,
    /// This address does not take that method.
    MethodNotAllowed,
    /// More bytes than we read.
    TooLarge,
    /// The sender took too long.
    TooSlow,
    /// No link of ours, or one long gone.
    LinkUnknown,
    /// A genuine link whose time is over.
    LinkExpired,
    /// A genuine link that was spent.
    LinkUsed,
    /// A genuine link that ended because its family was cancelled or superseded.
    LinkEnded,
    /// The page belongs to another link than the one last opened in this browser.
    LinkMismatch,
    /// The confirm step was not opened, or its ten minutes are over.
    StepClosed,
    /// The password asked before OK is not the account's.
    PasswordWrong,
    /// No more new mails for this request.
    NoMoreMail,
    /// The account cannot be reset by this way now.
    NotPossibleNow,
}

impl Refusal {
    /// Stable code: the suffix of its message keys (`refusal-<code>-title`, `refusal-<code>-text`) and its name in events and metrics.
    pub fn code(self) -> &'static str {
        match self {
            Self::FormUnreadable => "form-unreadable",
            Self::FormInvalid => "form-invalid",
            Self::Forged => "forged",
            Self::CaptchaWrong => "captcha-wrong",
            Self::TooMany(_) => "too-many",
            Self::NotFound => "not-found",
            Self::MethodNotAllowed => "method-not-allowed",
            Self::TooLarge => "too-large",
            Self::TooSlow => "too-slow",
            Self::LinkUnknown => "link-unknown",
            Self::LinkExpired => "link-expired",
            Self::LinkUsed => "link-used",
            Self::LinkEnded => "link-ended",
            Self::LinkMismatch => "link-mismatch",
            Self::StepClosed => "step-closed",
            Self::PasswordWrong => "password-wrong",
            Self::NoMoreMail => "no-more-mail",
            Self::NotPossibleNow => "not-possible-now",
        }
    }

    /// HTTP status.
    pub fn status(self) -> u16 {
        match self {
            Self::FormUnreadable => 400,
            Self::FormInvalid | Self::CaptchaWrong | Self::PasswordWrong => 422,
            Self::Forged => 403,
            Self::TooMany(_) => 429,
            Self::NotFound => 404,
            Self::MethodNotAllowed => 405,
            Self::TooLarge => 413,
            Self::TooSlow => 408,
            Self::LinkUnknown | Self::LinkExpired | Self::LinkUsed | Self::LinkEnded => 410,
            Self::LinkMismatch | Self::StepClosed | Self::NoMoreMail | Self::NotPossibleNow => 409,
        }
    }
}

/// Why an action gave no value: a refusal that people are told, or a fault that we are told.
#[derive(Debug, thiserror::Error)]
pub enum Stop {
    /// Told to the person who asked.
    #[error("refused: {}", .0.code())]
    Refused(Refusal),
    /// Told to us.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}
