//! "Ini bukan saya": two steps that undo what somebody else began.

use chrono::{DateTime, Utc};
use maud::{Markup, html};

use super::layout::{Frame, shell};
use super::parts::{self, Tone};

/// What the page shows.
#[derive(Clone, Debug)]
pub struct Data {
    /// User ID, masked.
    pub user_id_masked: String,
    /// When the reset was asked.
    pub asked_at: DateTime<Utc>,
    /// What saying so would do.
    pub case: Case,
    /// How far the person is.
    pub stage: Stage,
}

/// What saying "not me" would do.
#[derive(Clone, Copy, Debug)]
pub enum Case {
    /// Nothing was reset yet: all that is open is cancelled.
    Before,
    /// The TOTP was reset: what was enrolled since is revoked, sign-in is locked, two people unlock.
    After {
        /// When.
        reset_at: DateTime<Utc>,
    },
    /// A letter told of a change to the account: what was enrolled since is revoked, sign-in is locked, two people
    /// unlock.
    Account {
        /// When it was.
        at: DateTime<Utc>,
        /// What it was, one of [`CHANGES`].
        what: &'static str,
    },
    /// A secondary address: a case is opened and nothing more.
    Secondary,
}

/// The changes that letters tell of, each the suffix of its message key `not-me-at-<change>`.
pub const CHANGES: [&str; 8] = [
    "activated",
    "activate",
    "disabled",
    "codes-renewed",
    "portal-claimed",
    "password-changed",
    "codes-failing",
    "address-changed",
];

/// How far the person is.
#[derive(Clone, Debug)]
pub enum Stage {
    /// Step 1: what happened.
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
    Done {
        /// The helpdesk's case.
        reference: String,
        /// Until when resets are held.
        held_until: Option<DateTime<Utc>>,
    },
}

/// The page.
pub fn page(frame: &Frame, data: &Data) -> Markup {
    match &data.stage {
        Stage::First { link } => shell(frame, &frame.t("not-me-title"), &first(frame, data, link)),
        Stage::Second { link } => shell(frame, &frame.t("not-me-second-title"), &second(frame, data, link)),
        Stage::Done { reference, held_until } => {
            shell(frame, &frame.t("not-me-done-title"), &done(frame, data, reference, *held_until))
        }
    }
}

fn first(frame: &Frame, data: &Data, link: &str) -> Markup {
    let mut rows = vec![(frame.t("label-user-id"), html! { (data.user_id_masked) })];
    if let Case::Account { at, what } = data.case {
        rows.push((frame.t(&format!("not-me-at-{what}")), parts::time(frame, at)));
    } else {
        rows.push((frame.t("not-me-asked-at"), parts::time(frame, data.asked_at)));
    }
    if let Case::After { reset_at } = data.case {
        rows.push((frame.t("not-me-reset-at"), parts::time(frame, reset_at)));
    }
    let account = matches!(data.case, Case::Account { .. });
    html! {
        p.step { (frame.t("not-me-step-1")) }
        p.lead { (frame.t(if account { "not-me-account-lead" } else { "not-me-lead" })) }
        (parts::facts(&rows))
        p { (frame.t(if account { "not-me-account-check" } else { "not-me-check" })) }
        (parts::press(frame, "/not-me", &[("link", link)], "main", &frame.t("not-me-continue")))
        p.links { a href="/" { (frame.t("not-me-leave")) } }
    }
}

fn second(frame: &Frame, data: &Data, link: &str) -> Markup {
    html! {
        p.step { (frame.t("not-me-step-2")) }
        @match data.case {
            Case::Before => ul.ticks {
                li { (frame.t("not-me-before-1")) }
                li { (frame.t("not-me-before-2")) }
                li { (frame.t("not-me-before-3")) }
            },
            Case::After { .. } | Case::Account { .. } => {
                ul.ticks {
                    li { (frame.t(if let Case::After { .. } = data.case { "not-me-after-1" } else { "not-me-account-1" })) }
                    li { (frame.t("not-me-after-2")) }
                    li { (frame.t("not-me-after-3")) }
                }
                (parts::notice(Tone::Wait, &html! { p { (frame.t("not-me-after-note")) } }))
            },
            Case::Secondary => p.lead { (frame.t("not-me-secondary")) },
        }
        (parts::retreat("/not-me", &[("link", link)]))
        form method="post" action="/not-me/confirm" {
            (parts::csrf(frame))
            (parts::hidden("link", link))
            @if let Case::Before = data.case {
                label.check for="hold" {
                    input #hold type="checkbox" name="hold" value="yes";
                    span { (frame.t("not-me-hold")) }
                }
            }
            div.buttons {
                (parts::back(&frame.t("not-me-back")))
                button.danger type="submit" {
                    @match data.case {
                        Case::Before => (frame.t("not-me-cancel-button")),
                        Case::After { .. } | Case::Account { .. } => (frame.t("not-me-lock-button")),
                        Case::Secondary => (frame.t("not-me-case-button")),
                    }
                }
            }
        }
    }
}

fn done(frame: &Frame, data: &Data, reference: &str, held_until: Option<DateTime<Utc>>) -> Markup {
    html! {
        (parts::notice(Tone::Good, &html! { p { (frame.t("not-me-done-lead")) } }))
        p {
            @match data.case {
                Case::Before => (frame.t("not-me-done-before")),
                Case::After { .. } | Case::Account { .. } => (frame.t("not-me-done-after")),
                Case::Secondary => (frame.t("not-me-done-secondary")),
            }
        }
        @if let Some(until) = held_until { p { (frame.ta("not-me-done-held", &[("time", &frame.moment(until))])) } }
        (parts::receipt(frame, &[(frame.t("label-reference"), html! { strong.code { (reference) } })]))
        p { (frame.t("not-me-done-password")) }
    }
}
