//! The way back to a portal that keeps its own login page: with a grant, to activate TOTP there.

use chrono::{DateTime, Utc};
use maud::{Markup, html};

use super::layout::{Frame, shell};
use super::parts::{self, Tone};

/// A portal that people came from.
#[derive(Clone, Debug)]
pub struct Back {
    /// How people see it.
    pub name: String,
    /// Where browsers go back to.
    pub url: String,
}

/// A portal where TOTP is activated.
#[derive(Clone, Debug)]
pub struct Way {
    /// The portal.
    pub back: Back,
    /// What this browser can take there.
    pub take: Take,
    /// Whether the account has a password here, so that TOTP may be activated here too.
    pub here: bool,
}

/// What a browser can take to the portal.
#[derive(Clone, Debug)]
pub enum Take {
    /// Its grant.
    Grant {
        /// Where the button that takes it there is sent.
        action: &'static str,
        /// The mailed link's id, which the form carries.
        link: String,
        /// When the grant ends.
        until: DateTime<Utc>,
    },
    /// Nothing more: the portal has shown the grant already.
    Taken,
    /// Nothing: it holds no grant.
    Nothing,
}

/// The plain way back, beside whatever else a page is for.
pub fn back(frame: &Frame, back: &Back) -> Markup {
    html! { p.links { (link(frame, back, "")) } }
}

fn link(frame: &Frame, back: &Back, class: &str) -> Markup {
    let class = (!class.is_empty()).then_some(class);
    html! { a class=[class] href=(back.url) rel="noreferrer" { (frame.ta("way-back", &[("name", &back.name)])) } }
}

/// What comes next after a reset, where TOTP is activated at a portal.
pub fn next(frame: &Frame, way: &Way) -> Markup {
    let name = [("name", way.back.name.as_str())];
    html! {
        h2 { (frame.ta("way-next-title", &name)) }
        p { (frame.ta("way-next-text", &name)) }
        ol.steps {
            li { (frame.t("done-next-1")) }
            li { (frame.ta("way-next-2", &name)) }
            li { (frame.t("done-next-3")) }
        }
        @match &way.take {
            Take::Grant { action, link, until } => {
                (parts::press(frame, action, &[("link", link)], "main", &frame.ta("way-on", &name)))
                p { (frame.ta("way-until", &[("time", &frame.moment(*until))])) }
            }
            Take::Taken => {
                (parts::notice(Tone::Info, &html! { p { (frame.ta("way-taken", &name)) } }))
                p { (link(frame, &way.back, "main")) }
            }
            Take::Nothing => {
                (parts::notice(Tone::Wait, &html! { p { (frame.ta("way-nothing", &name)) } }))
                p { (link(frame, &way.back, "second")) }
            }
        }
        @if way.here { p { (frame.t("way-here-text")) " " a href="/activate" { (frame.t("way-here")) } } }
    }
}

/// The page behind a mailed activation link, where TOTP is activated at a portal.
pub fn page(frame: &Frame, user_id_masked: &str, way: &Way) -> Markup {
    let body = html! {
        (parts::facts(&[(frame.t("label-user-id"), html! { (user_id_masked) })]))
        (next(frame, way))
    };
    shell(frame, &frame.t("done-next-title"), &body)
}
