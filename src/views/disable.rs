//! Disable TOTP, with the advice against it.

use maud::{Markup, html};

use super::code::{self, CodeTrouble, Method};
use super::layout::{Frame, shell_of_form};
use super::parts::{self, Field};

/// Disable TOTP.
#[derive(Clone, Debug)]
pub struct Disable {
    /// User ID.
    pub user_id: String,
    /// How the last try went.
    pub trouble: Option<DisableTrouble>,
    /// Whether a recovery code is asked instead of the app's.
    pub recovery: bool,
}

/// Why TOTP was not disabled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DisableTrouble {
    /// The password is missing or not the account's.
    PasswordWrong,
    /// The code was refused.
    Code(CodeTrouble),
}

/// The page of Disable TOTP.
pub fn disable(frame: &Frame, data: &Disable) -> Markup {
    let method = if data.recovery { Method::Recovery } else { Method::Totp };
    let (password, refused) = match data.trouble {
        Some(DisableTrouble::PasswordWrong) => (Some(frame.t("disable-password-wrong")), None),
        Some(DisableTrouble::Code(trouble)) => (None, Some(trouble)),
        None => (None, None),
    };
    let mistakes: Vec<(&str, String)> =
        [("password", password.clone()), ("code", refused.map(|trouble| code::words(frame, method, trouble)))]
            .into_iter()
            .filter_map(|(id, words)| Some((id, words?)))
            .collect();
    let body = html! {
        (parts::summary(frame, &mistakes))
        p.lead { (frame.t("disable-lead")) }
        ul.ticks {
            li { (frame.t("disable-1")) }
            li { (frame.t("disable-2")) " " a href="/help/clock" { (frame.t("home-clock")) } }
            li { (frame.t("disable-3")) }
        }
        (parts::retreat("/account", &[]))
        form method="post" action="/account/disable" novalidate {
            (parts::csrf(frame))
            (parts::hidden("method", method.code()))
            (parts::user_id(frame, &data.user_id))
            (parts::field(&Field {
                name: "password", kind: "password", label: &frame.t("label-password"), hint: "",
                autocomplete: "current-password", value: "", mistake: password.as_deref(),
            }))
            (code::field(frame, method, refused))
            div.buttons {
                (parts::back(&frame.t("popup-cancel")))
                button.danger type="submit" { (frame.t("disable-title")) }
            }
        }
        p.links {
            @if data.recovery { a href="/account/disable" { (frame.t("login-totp")) } }
            @else { a href="/account/disable?method=recovery" { (frame.t("login-recovery")) } }
        }
    };
    shell_of_form(frame, &frame.t("disable-title"), !mistakes.is_empty(), &body)
}
