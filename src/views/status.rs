//! One's own request: by this browser what Kirim showed, by a mailed link its state.

use chrono::{DateTime, Utc};
use maud::{Markup, html};

use super::layout::{Frame, shell};
use super::parts::{self, Tone};
use super::permit;

/// What the page shows.
#[derive(Clone, Debug)]
pub enum Data {
    /// To the browser that asked: what Kirim showed, nothing else.
    Own(Own),
    /// To the holder of a mailed link: the state.
    ByLink(ByLink),
    /// To everybody else, the same for a number that is none.
    Hidden,
}

/// What Kirim showed.
#[derive(Clone, Debug)]
pub struct Own {
    /// `R-XXXX-XXXX`.
    pub reference: String,
    /// User ID as typed.
    pub user_id: String,
    /// The typed address, masked.
    pub email_masked: String,
    /// When it was asked.
    pub asked_at: DateTime<Utc>,
    /// Whether a mail permits this browser to go on.
    pub permitted: bool,
    /// Whether help may be asked.
    pub help: Help,
}

/// A request's state.
#[derive(Clone, Debug)]
pub struct ByLink {
    /// `R-XXXX-XXXX`.
    pub reference: String,
    /// User ID, masked.
    pub user_id_masked: String,
    /// The state's code, suffix of its message key `state-<code>`.
    pub state: &'static str,
    /// What happened, oldest first.
    pub timeline: Vec<Line>,
    /// Whether help may be asked.
    pub help: Help,
}

/// A line of the timeline.
#[derive(Clone, Copy, Debug)]
pub struct Line {
    /// When.
    pub at: DateTime<Utc>,
    /// What: the state it led to, suffix of the message key `happened-<code>`.
    pub code: &'static str,
}

/// Whether help may be asked for a request.
#[derive(Clone, Copy, Debug)]
pub enum Help {
    /// It may.
    Possible,
    /// It was.
    Asked(DateTime<Utc>),
    /// The request is over.
    Over,
}

/// The page.
pub fn page(frame: &Frame, data: &Data) -> Markup {
    match data {
        Data::Own(own) => {
            let body = html! {
                p.lead { (frame.t("status-own-text")) }
                @if own.permitted { (permit::arrived(frame, &own.reference)) }
                (parts::facts(&[
                    (frame.t("label-reference"), html! { strong.code { (own.reference) } }),
                    (frame.t("label-user-id"), html! { (own.user_id) }),
                    (frame.t("label-email"), html! { (own.email_masked) }),
                    (frame.t("status-asked-at"), parts::time(frame, own.asked_at)),
                ]))
                p.small { (frame.t("status-own-note")) }
                p.links { a href={ "/reset-totp/sent?r=" (own.reference) } { (frame.t("status-own-sent")) } }
                (help(frame, &own.reference, own.help))
            };
            shell(frame, &frame.t("status-title"), &body)
        }
        Data::ByLink(request) => shell(frame, &frame.t("status-title"), &by_link(frame, request)),
        Data::Hidden => {
            let body = html! {
                p.lead { (frame.t("status-hidden-text")) }
                p { (frame.t("status-hidden-next")) }
                p { a.main href="/reset-totp" { (frame.t("link-again")) } }
            };
            shell(frame, &frame.t("status-hidden-title"), &body)
        }
    }
}

fn by_link(frame: &Frame, request: &ByLink) -> Markup {
    html! {
        (parts::notice(Tone::Info, &html! { p { (frame.t(&format!("state-{}", request.state))) } }))
        (parts::facts(&[
            (frame.t("label-reference"), html! { strong.code { (request.reference) } }),
            (frame.t("label-user-id"), html! { (request.user_id_masked) }),
        ]))
        h2 { (frame.t("status-timeline-title")) }
        ol.timeline {
            @for line in &request.timeline {
                li { (frame.t(&format!("happened-{}", line.code))) " " span.small { (parts::time(frame, line.at)) } }
            }
        }
        (help(frame, &request.reference, request.help))
    }
}

fn help(frame: &Frame, reference: &str, help: Help) -> Markup {
    html! {
        @match help {
            Help::Possible => section.other {
                h2 { (frame.t("status-help-title")) }
                p { (frame.t("status-help-text")) }
                (parts::press(frame, &format!("/requests/{reference}/help"), &[], "second", &frame.t("status-help-button")))
            },
            Help::Asked(at) => {
                (parts::notice(Tone::Good, &html! { p { (frame.ta("status-help-asked", &[("time", &frame.moment(at))])) } }))
            },
            Help::Over => {},
        }
    }
}
