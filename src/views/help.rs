//! Bantuan: first what may spare a reset, then what people ask.

use maud::{Markup, html};

use super::layout::{Frame, shell};

/// What people say, and where their answer leads.
const TRIAGE: [(&str, &str); 6] = [
    ("clock", "/help/clock"),
    ("new-phone", "/reset-totp"),
    ("app-gone", "/reset-totp"),
    ("no-qr", "#q-no-qr"),
    ("disable", "#q-disable"),
    ("no-mail", "#q-no-mail"),
];

/// The questions, in the order of the page.
const QUESTIONS: [&str; 15] = [
    "code",
    "no-mail",
    "late",
    "clock",
    "two-devices",
    "other-device",
    "app-gone",
    "recovery",
    "disable",
    "no-qr",
    "already-active",
    "secret",
    "mailbox-lost",
    "password-slow",
    "not-me",
];

/// Bantuan.
pub fn page(frame: &Frame) -> Markup {
    let body = html! {
        p.lead { (frame.t("help-lead")) }
        h2 { (frame.t("help-triage-title")) }
        div.choices {
            @for (code, to) in TRIAGE {
                a.choice href=(to) {
                    strong { (frame.t(&format!("triage-{code}"))) }
                    span { (frame.t(&format!("triage-{code}-text"))) }
                }
            }
        }
        h2 { (frame.t("help-faq-title")) }
        div.faq {
            @for code in QUESTIONS {
                details #{ "q-" (code) } {
                    summary { (frame.t(&format!("faq-{code}"))) }
                    p { (frame.t(&format!("faq-{code}-text"))) }
                }
            }
        }
        h2 { (frame.t("help-activate-title")) }
        ol.steps {
            li { (frame.t("done-next-1")) }
            li { (frame.t("done-next-2")) }
            li { (frame.t("done-next-3")) }
        }
        p { (frame.t("help-never")) }
    };
    shell(frame, &frame.t("help-title"), &body)
}
