//! The form of a sign-in step: it says until when the step lasts, warns before, and can be kept open.

use chrono::{DateTime, Utc};
use maud::{Markup, html};

use super::layout::Frame;
use super::parts;

/// A step of sign-in.
#[derive(Clone, Copy, Debug)]
pub struct Step<'a> {
    /// Where its form goes.
    pub action: &'static str,
    /// Its word when it is kept open: `password`, `totp` or `activate`.
    pub name: &'static str,
    /// Now, by our clock; what is left is counted from here, since the device's own clock may be wrong.
    pub now: DateTime<Utc>,
    /// When it ends.
    pub ends_at: DateTime<Utc>,
    /// What to say once it has ended.
    pub over: &'a str,
}

/// The form with its fields.
pub fn form(frame: &Frame, step: &Step<'_>, fields: &Markup) -> Markup {
    html! {
        form method="post" action=(step.action) novalidate data-step=(step.name) data-keep="/login/keep"
            data-at=(step.now.timestamp_millis()) data-ends=(step.ends_at.timestamp_millis())
            data-warn=(frame.t("step-warn")) data-stay=(frame.t("step-stay")) data-over=(step.over) {
            (parts::csrf(frame))
            (fields)
        }
        p.small {
            span #until role="status" { (frame.ta("step-until", &[("time", &frame.clock(step.ends_at))])) } " "
            a href=(frame.path) { (frame.t("step-reload")) }
        }
        (parts::steps(frame))
    }
}
