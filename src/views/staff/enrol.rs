//! The first TOTP of somebody of the desk, before anything else opens.

use chrono::{DateTime, Utc};
use maud::{Markup, PreEscaped, html};

use super::super::code::CodeTrouble;
use super::super::layout::Frame;
use super::super::parts::{self, Tone};
use super::parts::{code_field, code_words};
use super::shell::outside;

/// A secret under way.
#[derive(Clone, Debug)]
pub struct Enrol {
    /// Its id, which the form carries.
    pub factor: String,
    /// The QR code as SVG, its quiet zone included.
    pub qr_svg: String,
    /// The Secret Key in groups of four.
    pub secret_groups: Vec<String>,
    /// The `otpauth:` link.
    pub uri: String,
    /// Who enrols.
    pub username: String,
    /// Until when it can be finished.
    pub ends_at: DateTime<Utc>,
    /// Why the code was refused.
    pub trouble: Option<CodeTrouble>,
    /// The form that was sent belonged to an older QR code: this one is to be scanned.
    pub renewed: bool,
}

/// The page; without a secret for this browser it may begin.
pub fn enrol(frame: &Frame, data: Option<&Enrol>) -> Markup {
    let trouble = data.and_then(|data| data.trouble);
    let body = html! {
        (parts::summary(frame, &trouble.iter().map(|t| ("code", code_words(frame, *t))).collect::<Vec<_>>()))
        p.lead { (frame.t("desk-enrol-lead")) }
        @match data {
            Some(data) => (shown(frame, data)),
            None => {
                p { (frame.t("desk-enrol-elsewhere")) }
                (parts::press(frame, "/staff/enrol/start", &[], "main", &frame.t("desk-enrol-start")))
            },
        }
        (parts::press(frame, "/staff/logout", &[], "quiet", &frame.t("desk-other-person")))
    };
    outside(frame, &frame.t("desk-enrol-title"), trouble.is_some(), &body)
}

fn shown(frame: &Frame, data: &Enrol) -> Markup {
    html! {
        @if data.renewed { (parts::notice(Tone::Wait, &html! { p { (frame.t("activate-renewed")) } })) }
        (parts::facts(&[
            (frame.t("desk-username"), html! { (data.username) }),
            (frame.t("activate-ends-at"), parts::time(frame, data.ends_at)),
        ]))
        h2 { (frame.t("activate-step-1")) }
        p { (frame.t("desk-enrol-app")) }
        h2 { (frame.t("activate-step-2")) }
        p { (frame.t("activate-scan")) }
        p.paper { (frame.t("activate-paper")) }
        div.scan role="img" aria-label=(frame.t("activate-qr")) { (PreEscaped(&data.qr_svg)) }
        section.secret {
            p { (frame.t("activate-secret")) }
            p.key #secret { @for group in &data.secret_groups { span { (group) } " " } }
            (parts::copy(frame, "secret", &frame.t("activate-copy")))
            p.small { (frame.t("activate-secret-how")) }
        }
        p { a.quiet.app href=(data.uri) { (frame.t("activate-open-app")) } }
        (parts::notice(Tone::Wait, &html! { p { (frame.t("desk-enrol-warning")) } }))
        h2 { (frame.t("activate-step-3")) }
        form method="post" action="/staff/enrol" novalidate {
            (parts::csrf(frame))
            (parts::hidden("factor", &data.factor))
            (code_field(frame, "code", &frame.t("code-hint-totp"), data.trouble))
            button.main type="submit" { (frame.t("desk-enrol-finish")) }
        }
        (parts::press(frame, "/staff/enrol/start", &[], "second", &frame.t("activate-again")))
        (parts::steps(frame))
    }
}
