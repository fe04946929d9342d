//! The form "Reset TOTP": User ID, Email, Tipe User, Kode Keamanan, Kirim.

use maud::{Markup, html};

use super::layout::{Frame, shell, shell_with_errors};
use super::parts::{self, Field, Tone};
use crate::model::account::UserType;

/// What the form shows.
#[derive(Clone, Debug)]
pub struct Data {
    /// What was typed so far.
    pub typed: Typed,
    /// What is wrong with it, at most one for each field.
    pub flaws: Vec<Flaw>,
    /// The form token.
    pub form: String,
    /// How Kode Keamanan is asked.
    pub captcha: Captcha,
    /// The portal it was opened for, as addresses name it.
    pub portal: Option<String>,
}

/// What was typed so far.
#[derive(Clone, Debug, Default)]
pub struct Typed {
    /// User ID.
    pub user_id: String,
    /// Email.
    pub email: String,
    /// Tipe User.
    pub user_type: Option<UserType>,
}

/// How Kode Keamanan is asked.
#[derive(Clone, Debug)]
pub enum Captcha {
    /// Proof of work; the picture where scripts are off or on request.
    Work(Work),
    /// The picture, drawn at `url`.
    Picture {
        /// `/kode-keamanan/{form}`.
        url: String,
    },
    /// Nothing is asked.
    Off,
}

/// A proof of work in ALTCHA's form (version 1): find the number with hash(salt ‖ number) = challenge.
#[derive(Clone, Debug)]
pub struct Work {
    /// `SHA-256`.
    pub algorithm: String,
    /// Hash in hex.
    pub challenge: String,
    /// What the number is appended to.
    pub salt: String,
    /// Our signature of the challenge.
    pub signature: String,
    /// The greatest number to try.
    pub max: u64,
    /// Where the picture is drawn for those without scripts.
    pub picture: String,
}

/// What is wrong with a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// No User ID.
    UserIdMissing,
    /// A User ID longer than any.
    UserIdTooLong,
    /// A User ID with characters that none has, or given twice.
    UserIdUnreadable,
    /// No address.
    EmailMissing,
    /// An address longer than any.
    EmailTooLong,
    /// Not an address, or several.
    EmailUnreadable,
    /// No Tipe User, or one we do not know.
    UserTypeMissing,
    /// The picture's answer is empty.
    KodeMissing,
    /// The picture's answer is wrong, used or too old.
    KodeWrong,
    /// The proof of work is missing, wrong, used or too old.
    ProofWrong,
    /// The form was open for too long, or is not this browser's.
    FormStale,
}

impl Flaw {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::UserIdMissing,
        Self::UserIdTooLong,
        Self::UserIdUnreadable,
        Self::EmailMissing,
        Self::EmailTooLong,
        Self::EmailUnreadable,
        Self::UserTypeMissing,
        Self::KodeMissing,
        Self::KodeWrong,
        Self::ProofWrong,
        Self::FormStale,
    ];

    /// The suffix of its message key, `flaw-<code>`.
    pub fn code(self) -> &'static str {
        match self {
            Self::UserIdMissing => "user-id-missing",
            Self::UserIdTooLong => "user-id-too-long",
            Self::UserIdUnreadable => "user-id-unreadable",
            Self::EmailMissing => "email-missing",
            Self::EmailTooLong => "email-too-long",
            Self::EmailUnreadable => "email-unreadable",
            Self::UserTypeMissing => "user-type-missing",
            Self::KodeMissing => "kode-missing",
            Self::KodeWrong => "kode-wrong",
            Self::ProofWrong => "proof-wrong",
            Self::FormStale => "form-stale",
        }
    }

    /// The name of its field.
    pub fn field(self) -> &'static str {
        match self {
            Self::UserIdMissing | Self::UserIdTooLong | Self::UserIdUnreadable => "user_id",
            Self::EmailMissing | Self::EmailTooLong | Self::EmailUnreadable => "email",
            Self::UserTypeMissing => "user_type",
            Self::KodeMissing | Self::KodeWrong | Self::ProofWrong => "kode_keamanan",
            Self::FormStale => "form",
        }
    }
}

/// The form.
pub fn page(frame: &Frame, data: &Data) -> Markup {
    let mistakes: Vec<(&str, String)> = ["form", "user_id", "email", "kode_keamanan", "user_type"]
        .iter()
        .filter_map(|field| data.flaws.iter().find(|f| f.field() == *field))
        .map(|f| (anchor(*f, &data.captcha), frame.t(&format!("flaw-{}", f.code()))))
        .collect();
    let body = html! {
        (parts::summary(frame, &mistakes))
        (parts::notice(Tone::Info, &html! {
            p { (frame.t("reset-not-for-codes")) " " a href="/help" { (frame.t("reset-not-for-codes-link")) } }
        }))
        form method="post" action="/reset-totp" novalidate {
            (parts::csrf(frame))
            (parts::hidden("form", &data.form))
            @if let Some(portal) = &data.portal { (parts::hidden("portal", portal)) }
            (parts::field(&Field {
                name: "user_id", kind: "text", label: &frame.t("label-user-id"), hint: &frame.t("reset-user-id-hint"),
                autocomplete: "username", value: &data.typed.user_id, mistake: words(frame, data, "user_id").as_deref(),
            }))
            (parts::field(&Field {
                name: "email", kind: "email", label: &frame.t("label-email"), hint: &frame.t("reset-email-hint"),
                autocomplete: "email", value: &data.typed.email, mistake: words(frame, data, "email").as_deref(),
            }))
            (captcha(frame, data, words(frame, data, "kode_keamanan").as_deref()))
            (parts::user_type(frame, data.typed.user_type, words(frame, data, "user_type").as_deref()))
            button.main #kirim type="submit" { (frame.t("label-kirim")) }
            @if let Captcha::Work(_) = data.captcha {
                p.after {
                    (frame.t("reset-picture-text")) " "
                    button.text type="submit" name="captcha" value="image" formnovalidate { (frame.t("reset-picture-button")) }
                }
            }
        }
        p.small { (frame.t("reset-next")) }
    };
    let title = frame.t("reset-title");
    if data.flaws.is_empty() { shell(frame, &title, &body) } else { shell_with_errors(frame, &title, &body) }
}

/// Where the summary's link leads: the first control of the field.
fn anchor(flaw: Flaw, captcha: &Captcha) -> &'static str {
    match (flaw.field(), captcha) {
        ("user_type", _) => "penyedia",
        ("kode_keamanan", Captcha::Work(_)) => "proof",
        ("form", _) | ("kode_keamanan", Captcha::Off) => "kirim",
        (field, _) => field,
    }
}

fn words(frame: &Frame, data: &Data, field: &str) -> Option<String> {
    data.flaws.iter().find(|f| f.field() == field).map(|f| frame.t(&format!("flaw-{}", f.code())))
}

fn captcha(frame: &Frame, data: &Data, mistake: Option<&str>) -> Markup {
    html! {
        @match &data.captcha {
            Captcha::Work(work) => {
                div.field.wrong[mistake.is_some()] #proof tabindex="-1" {
                    p.label { (frame.t("label-kode")) }
                    (parts::mistake("kode_keamanan", mistake))
                    input type="hidden" name="altcha" value="" data-src=(frame.site.assets.pow)
                        data-algorithm=(work.algorithm) data-challenge=(work.challenge) data-salt=(work.salt)
                        data-signature=(work.signature) data-max=(work.max) data-busy=(frame.t("proof-wait"))
                        data-ready=(frame.t("proof-ready")) data-failed=(frame.t("proof-failed"));
                    p.proof role="status" hidden { (frame.t("proof-wait")) }
                    noscript { (picture(frame, &work.picture, None)) }
                }
            }
            Captcha::Picture { url } => div.field.wrong[mistake.is_some()] { (picture(frame, url, mistake)) },
            Captcha::Off => {},
        }
    }
}

fn picture(frame: &Frame, url: &str, mistake: Option<&str>) -> Markup {
    html! {
        label for="kode_keamanan" { (frame.t("label-kode")) }
        p.hint #kode_keamanan-hint { (frame.t("reset-kode-hint")) }
        (parts::mistake("kode_keamanan", mistake))
        img.kode src=(url) alt=(frame.t("reset-kode-alt")) width="240" height="80";
        input #kode_keamanan name="kode_keamanan" type="text" required autocomplete="off" autocapitalize="characters"
            spellcheck="false" aria-invalid=[mistake.map(|_| "true")]
            aria-describedby=[parts::described("kode_keamanan", true, mistake.is_some())];
        @if !frame.site.helpdesk.address.is_empty() {
            p.small {
                (frame.t("reset-kode-mail")) " "
                a href={ "mailto:" (frame.site.helpdesk.address) } { (frame.site.helpdesk.address) }
            }
        }
    }
}
