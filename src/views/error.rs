//! What went wrong, and what to do.

use chrono::TimeDelta;
use maud::{Markup, html};

use super::layout::{Frame, shell};
use super::parts::{self, Tone};
use crate::model::refusal::Refusal;

/// What went wrong.
#[derive(Clone, Debug)]
pub enum Data {
    /// The answer is no.
    Refused(Refusal),
    /// Something we depend on is away.
    Away {
        /// The reference under which we find it.
        incident: String,
    },
    /// Our own mistake.
    Broken {
        /// The reference under which we find it.
        incident: String,
    },
}

/// The error page.
pub fn page(frame: &Frame, data: &Data) -> Markup {
    match data {
        Data::Refused(refusal) => {
            let code = refusal.code();
            // a clock time without seconds is rounded up: nobody is told a minute that is still too early
            let until = match refusal {
                Refusal::TooMany(until) | Refusal::CodesHeld(until) => Some(*until + TimeDelta::seconds(59)),
                _ => None,
            };
            let body = html! {
                p.lead { (frame.t(&format!("refusal-{code}-text"))) }
                @if let Some(until) = until {
                    (parts::notice(Tone::Wait, &html! { p { (frame.ta("error-until", &[("time", &frame.clock(until))])) } }))
                }
                (ways(frame))
            };
            shell(frame, &frame.t(&format!("refusal-{code}-title")), &body)
        }
        Data::Away { incident } => shell(
            frame,
            &frame.t("error-away-title"),
            &html! {
                p.lead { (frame.t("error-away-text")) }
                (reference(frame, incident))
                (ways(frame))
            },
        ),
        Data::Broken { incident } => shell(
            frame,
            &frame.t("error-broken-title"),
            &html! {
                p.lead { (frame.t("error-broken-text")) }
                (reference(frame, incident))
                (ways(frame))
            },
        ),
    }
}

fn reference(frame: &Frame, incident: &str) -> Markup {
    html! {
        (parts::facts(&[(frame.t("error-incident"), html! { strong.code { (incident) } })]))
        p.small { (frame.t("error-incident-text")) }
    }
}

fn ways(frame: &Frame) -> Markup {
    html! { p.links { a href="/" { (frame.t("error-home")) } " " a href="/help" { (frame.t("nav-help")) } } }
}
