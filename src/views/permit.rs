//! The permission by mail, on the pages of the browser that asked: how to give it, and how to go on with it.

use maud::{Markup, html};

use super::layout::Frame;
use super::parts::{self, Tone};
use crate::model::permission::subject;

/// What this browser may do.
#[derive(Clone, Debug)]
pub enum Permit {
    /// Nothing: no mail comes in here.
    Off,
    /// Write a mail with this code.
    Code(String),
    /// Go on: a mail permits it.
    Arrived,
}

/// Where a mail permits it: the button that goes on.
pub fn arrived(frame: &Frame, reference: &str) -> Markup {
    html! {
        section {
            h2 { (frame.t("permit-arrived-title")) }
            (parts::notice(Tone::Good, &html! { p { (frame.t("permit-arrived-text")) } }))
            (parts::press(frame, &format!("/requests/{reference}/permit"), &[], "main", &frame.t("permit-arrived-button")))
            p.small { (frame.t("permit-arrived-wait")) }
        }
    }
}

/// How to write the mail, where there is an address to write to.
pub fn write(frame: &Frame, reference: &str, user_id: &str, code: &str) -> Markup {
    let (to, subject) = (&frame.site.helpdesk.address, subject(frame.lang, code, user_id));
    let body = frame.ta("permit-body", &[("user_id", user_id)]);
    if to.is_empty() {
        return html! {};
    }
    html! {
        section.other {
            h2 { (frame.t("permit-title")) }
            p { (frame.t("permit-text")) }
            p { a.second href=(parts::mailto(to, &subject, &body)) { (frame.t("permit-link")) } }
            p.small { (frame.t("permit-by-hand")) }
            (parts::facts(&[
                (frame.t("permit-to"), html! { (to) }),
                (frame.t("permit-subject"), html! { (subject) }),
            ]))
            p.small { (frame.t("permit-rules")) }
            p { a href={ "/reset-totp/sent?r=" (reference) } { (frame.t("permit-look")) } }
        }
    }
}
