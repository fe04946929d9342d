//! Aktivasi TOTP in the guides' three steps, and the recovery codes that come with it.

use chrono::{DateTime, Utc};
use maud::{Markup, PreEscaped, html};

use super::code::{self, CodeTrouble, Method};
use super::layout::{Frame, shell, shell_of_form};
use super::parts::{self, Tone};
use super::step;

/// How far the person is.
#[derive(Clone, Debug)]
pub enum Data {
    /// It is under way: scan, then prove it.
    Enrol(Enrol),
    /// It may begin.
    Start,
    /// It needs the link of a letter first.
    NeedsLink(NeedsLink),
    /// TOTP is active.
    Active {
        /// Since when.
        since: DateTime<Utc>,
    },
}

/// An activation under way.
#[derive(Clone, Debug)]
pub struct Enrol {
    /// Its id, which the form carries.
    pub enrolment: String,
    /// The QR code as SVG, its quiet zone included.
    pub qr_svg: String,
    /// The Secret Key in groups of four.
    pub secret_groups: Vec<String>,
    /// The `otpauth:` link.
    pub uri: String,
    /// Whether the page is seen on a phone, where the link is the shorter way.
    pub phone: bool,
    /// User ID.
    pub user_id: String,
    /// Until when it can be finished.
    pub ends_at: DateTime<Utc>,
    /// Now, by our clock.
    pub now: DateTime<Utc>,
    /// Why the code was refused.
    pub trouble: Option<CodeTrouble>,
    /// The form that was sent belonged to an older QR code: this one is to be scanned.
    pub renewed: bool,
}

/// What is needed before activation may begin.
#[derive(Clone, Debug)]
pub struct NeedsLink {
    /// The registered address, masked.
    pub email_masked: String,
    /// How it stands with the link.
    pub state: LinkState,
}

/// How it stands with the mailed activation link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkState {
    /// One tap mails it.
    Possible,
    /// It is on its way.
    Sent,
    /// Too many were asked; the next may be asked then.
    TooMany(DateTime<Utc>),
    /// Not by mail: the helpdesk has to help.
    NotPossible,
}

/// The page.
pub fn page(frame: &Frame, data: &Data) -> Markup {
    let title = frame.t("done-next-title");
    match data {
        Data::Enrol(enrol) => {
            let wrong = enrol.trouble.is_some() && !enrol.renewed;
            shell_of_form(frame, &title, wrong, &enrolment(frame, enrol))
        }
        Data::Start => {
            let body = html! {
                p.lead { (frame.t("activate-lead")) }
                ol.steps {
                    li { (frame.t("done-next-1")) }
                    li { (frame.t("activate-scan")) }
                    li { (frame.t("done-next-3")) }
                }
                (parts::notice(Tone::Info, &html! { p { (frame.t("activate-one-device")) } }))
                (parts::press(frame, "/activate/start", &[], "main", &frame.t("activate-start")))
            };
            shell(frame, &title, &body)
        }
        Data::NeedsLink(needs) => shell(frame, &title, &needs_link(frame, needs)),
        Data::Active { since } => {
            let body = html! {
                (parts::notice(Tone::Good, &html! { p { (frame.ta("activate-active", &[("time", &frame.moment(*since))])) } }))
                p { (frame.t("activate-active-text")) }
                p { a.main href="/account" { (frame.t("account-title")) } }
                p.links { a href="/help#q-no-qr" { (frame.t("faq-no-qr")) } }
            };
            shell(frame, &title, &body)
        }
    }
}

fn enrolment(frame: &Frame, data: &Enrol) -> Markup {
    // a code for another QR code says nothing about this one
    let trouble = data.trouble.filter(|_| !data.renewed);
    let mistakes: Vec<_> = trouble.iter().map(|t| ("code", code::words(frame, Method::Totp, *t))).collect();
    let over = frame.t("login-code-over");
    let step = step::Step { action: "/activate", name: "activate", now: data.now, ends_at: data.ends_at, over: &over };
    html! {
        (parts::summary(frame, &mistakes))
        @if data.renewed { (parts::notice(Tone::Wait, &html! { p { (frame.t("activate-renewed")) } })) }
        (parts::facts(&[
            (frame.t("label-user-id"), html! { (data.user_id) }),
            (frame.t("activate-ends-at"), parts::time(frame, data.ends_at)),
        ]))
        h2 { (frame.t("activate-step-1")) }
        p { (frame.t("done-next-1")) }
        h2 { (frame.t("activate-step-2")) }
        @if data.phone { (app_link(frame, data, "main")) p { (frame.t("activate-other-phone")) } }
        @else { p { (frame.t("activate-scan")) } }
        p.paper { (frame.t("activate-paper")) }
        div.scan role="img" aria-label=(frame.t("activate-qr")) { (PreEscaped(&data.qr_svg)) }
        section.secret {
            p { (frame.t("activate-secret")) }
            p.key #secret { @for group in &data.secret_groups { span { (group) } " " } }
            (parts::copy(frame, "secret", &frame.t("activate-copy")))
            p.small { (frame.t("activate-secret-how")) }
        }
        @if !data.phone { (app_link(frame, data, "quiet")) }
        (parts::notice(Tone::Wait, &html! { p { (frame.t("activate-warning")) } }))
        h2 { (frame.t("activate-step-3")) }
        p { (frame.t("done-next-3")) " " (frame.t("activate-one-device")) }
        (step::form(frame, &step, &html! {
            (parts::hidden("enrolment", &data.enrolment))
            (code::field(frame, Method::Totp, trouble))
            button.main type="submit" { (frame.t("activate-finish")) }
        }))
        section.other {
            h2 { (frame.t("activate-again-title")) }
            p { (frame.t("activate-again-text")) }
            (parts::press(frame, "/activate/start", &[], "second", &frame.t("activate-again")))
            p.links { a href="/help#q-no-qr" { (frame.t("faq-no-qr")) } }
        }
    }
}

fn app_link(frame: &Frame, data: &Enrol, class: &str) -> Markup {
    html! {
        p { a.(class).app href=(data.uri) { (frame.t("activate-open-app")) } }
        p.small { (frame.t("activate-open-app-text")) }
    }
}

fn needs_link(frame: &Frame, data: &NeedsLink) -> Markup {
    html! {
        p.lead { (frame.t("activate-link-lead")) }
        @match data.state {
            LinkState::Possible => {
                p { (frame.ta("activate-link-text", &[("email", &data.email_masked)])) }
                (parts::press(frame, "/activate/link", &[], "main", &frame.t("activate-link-button")))
            },
            LinkState::Sent => {
                (parts::notice(Tone::Good, &html! { p { (frame.ta("activate-link-sent", &[("email", &data.email_masked)])) } }))
                p { (frame.t("activate-link-next")) }
            },
            LinkState::TooMany(until) => {
                (parts::notice(Tone::Wait, &html! {
                    p { (frame.ta("activate-link-too-many", &[("time", &parts::opens(frame, until))])) }
                }))
            },
            LinkState::NotPossible => {
                (parts::notice(Tone::Wait, &html! { p { (frame.t("activate-link-not-possible")) } }))
                p { (frame.t("activate-link-desk")) }
            },
        }
        p { (frame.t("activate-link-why")) }
        p.links { a href="/" { (frame.t("error-home")) } " " a href="/help" { (frame.t("nav-help")) } }
    }
}

/// Recovery codes, shown once.
#[derive(Clone, Debug)]
pub struct Codes {
    /// User ID.
    pub user_id: String,
    /// When they were made.
    pub at: DateTime<Utc>,
    /// They.
    pub codes: Vec<String>,
}

/// The page of the recovery codes.
pub fn codes(frame: &Frame, data: &Codes) -> Markup {
    let body = html! {
        (parts::notice(Tone::Good, &html! { p { (frame.t("codes-active")) } }))
        p.lead { (frame.t("codes-lead")) }
        ol.codes #codes { @for code in &data.codes { li.code { (code) } } }
        (parts::copy(frame, "codes", &frame.t("codes-copy")))
        (parts::receipt(frame, &[
            (frame.t("label-user-id"), html! { (data.user_id) }),
            (frame.t("codes-at"), parts::time(frame, data.at)),
        ]))
        ul.ticks {
            li { (frame.t("codes-1")) }
            li { (frame.t("codes-2")) }
            li { (frame.t("codes-3")) }
        }
        (parts::press(frame, "/activate/codes", &[], "main", &frame.t("codes-kept")))
        (parts::steps(frame))
    };
    shell(frame, &frame.t("codes-title"), &body)
}
