//! What people are told when something cannot be done: a flat list, each with a stable code and a status.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::dual::Tie;
use crate::base::fault::Fault;

/// An answer that is no, told to the person who asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
    /// Nobody is signed in here, or the session is over.
    SignInFirst,
    /// Nobody of the desk is signed in here, or the session is over.
    StaffSignInFirst,
    /// No log key, or none that opens anything.
    KeyRequired,
    /// The key may not do this.
    ScopeMissing,
    /// The key may not come from this network.
    NetworkRefused,
    /// Something else was asked under the same `Idempotency-Key`.
    KeyReused,
    /// Another portal's account has that User ID.
    UserIdTaken,
    /// Two people of the desk change the addresses of a protected account; no portal does.
    AccountProtected,
    /// A reset or a proposal of the account waits, or its owner holds resets: its addresses stay as they are.
    ChangeHeld,
    /// Somebody else changed it since the page was drawn.
    ChangedMeanwhile,
    /// User ID, Tipe User and password do not belong together.
    LoginWrong,
    /// The account is locked.
    Locked,
    /// No code of this TOTP, nor a recovery code.
    CodeWrong,
    /// A code that was used, or shown before its time.
    CodeReplayed,
    /// The code of another time: the device's clock is so many seconds ahead (negative: behind).
    CodeElsewhere(i64),
    /// Too many wrong codes; the next may be tried at the time named.
    CodesHeld(DateTime<Utc>),
    /// So many wrong codes in a row that only a reset by mail opens this way again.
    CodesClosed,
    /// Activation needs a grant that this browser does not hold.
    GrantRequired,
    /// The secret shown is not the one that is being enrolled any more.
    EnrolmentGone,
    /// TOTP is active already.
    AlreadyActive,
    /// No TOTP is active.
    NotActive,
    /// User name, password or code of the desk do not belong together.
    StaffLoginWrong,
    /// It would leave the desk without an admin.
    LastAdmin,
    /// Two people are not two persons here.
    Tied(Tie),
    /// The proposal was decided, withdrawn or changed meanwhile, or its time is over.
    ProposalGone,
    /// One like it waits for a decision already.
    ProposalThere,
    /// User name or employee number is somebody's already.
    PersonThere,
    /// It is not said why.
    ReasonMissing,
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
            Self::SignInFirst => "sign-in-first",
            Self::StaffSignInFirst => "staff-sign-in-first",
            Self::KeyRequired => "key-required",
            Self::ScopeMissing => "scope-missing",
            Self::NetworkRefused => "network-refused",
            Self::KeyReused => "key-reused",
            Self::UserIdTaken => "user-id-taken",
            Self::AccountProtected => "account-protected",
            Self::ChangeHeld => "change-held",
            Self::ChangedMeanwhile => "changed-meanwhile",
            Self::LoginWrong => "login-wrong",
            Self::Locked => "locked",
            Self::CodeWrong => "code-wrong",
            Self::CodeReplayed => "code-replayed",
            Self::CodeElsewhere(_) => "code-elsewhere",
            Self::CodesHeld(_) => "codes-held",
            Self::CodesClosed => "codes-closed",
            Self::GrantRequired => "grant-required",
            Self::EnrolmentGone => "enrolment-gone",
            Self::AlreadyActive => "already-active",
            Self::NotActive => "not-active",
            Self::StaffLoginWrong => "staff-login-wrong",
            Self::LastAdmin => "last-admin",
            Self::Tied(Tie::Oneself) => "tied-oneself",
            Self::Tied(Tie::Made) => "tied-made",
            Self::Tied(Tie::MadeByOne) => "tied-made-by-one",
            Self::Tied(Tie::LastEditor) => "tied-last-editor",
            Self::ProposalGone => "proposal-gone",
            Self::ProposalThere => "proposal-there",
            Self::PersonThere => "person-there",
            Self::ReasonMissing => "reason-missing",
        }
    }

    /// HTTP status.
    pub fn status(self) -> u16 {
        match self {
            Self::FormUnreadable => 400,
            Self::FormInvalid
            | Self::ReasonMissing
            | Self::CaptchaWrong
            | Self::PasswordWrong
            | Self::LoginWrong
            | Self::StaffLoginWrong
            | Self::CodeWrong
            | Self::CodeReplayed
            | Self::CodeElsewhere(_) => 422,
            Self::SignInFirst | Self::StaffSignInFirst | Self::KeyRequired => 401,
            Self::Forged | Self::Locked | Self::CodesClosed | Self::ScopeMissing | Self::NetworkRefused => 403,
            Self::TooMany(_) | Self::CodesHeld(_) => 429,
            Self::NotFound => 404,
            Self::MethodNotAllowed => 405,
            Self::TooLarge => 413,
            Self::TooSlow => 408,
            Self::LinkUnknown | Self::LinkExpired | Self::LinkUsed | Self::LinkEnded => 410,
            Self::LinkMismatch
            | Self::StepClosed
            | Self::NoMoreMail
            | Self::NotPossibleNow
            | Self::GrantRequired
            | Self::EnrolmentGone
            | Self::AlreadyActive
            | Self::NotActive
            | Self::ChangedMeanwhile
            | Self::KeyReused
            | Self::UserIdTaken
            | Self::AccountProtected
            | Self::ChangeHeld
            | Self::LastAdmin
            | Self::Tied(_)
            | Self::ProposalGone
            | Self::ProposalThere
            | Self::PersonThere => 409,
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
