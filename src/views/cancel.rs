//! Cancelling what the desk agreed to, in two steps, by a mailed link.

use chrono::{DateTime, Utc};
use maud::{Markup, html};

use super::layout::{Frame, shell};
use super::parts::{self, Tone};

/// What the page shows.
#[derive(Clone, Debug)]
pub struct Data {
    /// User ID, masked.
    pub user_id_masked: String,
    /// The request's reference.
    pub reference: String,
    /// When it would take effect.
    pub due_at: Option<DateTime<Utc>>,
    /// Whether saying so only contests: the mailbox is said to be lost.
    pub contests: bool,
    /// How far the person is.
    pub stage: Stage,
}

/// How far the person is.
#[derive(Clone, Debug)]
pub enum Stage {
    /// Step 1: what waits.
    First {
        /// The link's id, which the form carries.
        link: String,
    },
    /// Step 2: what will be done.
    Second {
        /// The link's id, which the form carries.
        link: String,
    },
    /// It was done.
    Done,
}

/// The page.
pub fn page(frame: &Frame, data: &Data) -> Markup {
    match &data.stage {
        Stage::First { link } => shell(frame, &frame.t("stop-title"), &first(frame, data, link)),
        Stage::Second { link } => shell(frame, &frame.t("stop-second-title"), &second(frame, data, link)),
        Stage::Done => shell(frame, &frame.t("stop-done-title"), &done(frame, data)),
    }
}

fn first(frame: &Frame, data: &Data, link: &str) -> Markup {
    let mut rows = vec![(frame.t("label-user-id"), html! { (data.user_id_masked) })];
    if let Some(due) = data.due_at {
        rows.push((frame.t("stop-due"), parts::time(frame, due)));
    }
    rows.push((frame.t("label-reference"), html! { span.code { (data.reference) } }));
    html! {
        p.step { (frame.t("not-me-step-1")) }
        p.lead { (frame.t("stop-lead")) }
        (parts::facts(&rows))
        (parts::press(frame, "/cancel", &[("link", link)], "main", &frame.t("stop-continue")))
        p.links { a href="/" { (frame.t("stop-leave")) } }
    }
}

fn second(frame: &Frame, data: &Data, link: &str) -> Markup {
    html! {
        p.step { (frame.t("not-me-step-2")) }
        p.lead { (frame.t(if data.contests { "stop-second-contest" } else { "stop-second-cancel" })) }
        (parts::retreat("/cancel", &[("link", link)]))
        form method="post" action="/cancel/confirm" {
            (parts::csrf(frame))
            (parts::hidden("link", link))
            div.buttons {
                (parts::back(&frame.t("not-me-back")))
                button.danger type="submit" { (frame.t(if data.contests { "stop-contest" } else { "stop-button" })) }
            }
        }
    }
}

fn done(frame: &Frame, data: &Data) -> Markup {
    html! {
        (parts::notice(Tone::Good, &html! {
            p { (frame.t(if data.contests { "stop-done-contested" } else { "stop-done-cancelled" })) }
        }))
        (parts::receipt(frame, &[(frame.t("label-reference"), html! { strong.code { (data.reference) } })]))
    }
}
