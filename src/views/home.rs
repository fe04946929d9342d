//! Beranda: where to begin.

use maud::{Markup, html};

use super::layout::{Frame, shell};

/// Beranda.
pub fn page(frame: &Frame) -> Markup {
    let body = html! {
        p.lead { (frame.t("home-lead")) }
        div.choices {
            a.choice.first href="/login" { strong { (frame.t("home-login")) } span { (frame.t("home-login-text")) } }
            a.choice href="/reset-totp" { strong { (frame.t("home-reset")) } span { (frame.t("home-reset-text")) } }
            a.choice href="/help" { strong { (frame.t("home-help")) } span { (frame.t("home-help-text")) } }
            a.choice href="/help/clock" { strong { (frame.t("home-clock")) } span { (frame.t("home-clock-text")) } }
        }
        h2 { (frame.t("home-steps-title")) }
        ol.steps {
            li { (frame.t("home-step-1")) }
            li { (frame.ta("home-step-2", &[("subject", &frame.t("mail-link-subject"))])) }
            li { (frame.t("home-step-3")) }
        }
    };
    shell(frame, &frame.t("home-title"), &body)
}
