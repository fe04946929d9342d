//! The page behind a mailed link: "Reset TOTP", and its pop-up "Konfirmasi Reset TOTP".

use chrono::{DateTime, Utc};
use maud::{Markup, html};

use super::layout::{Frame, shell, shell_with_errors};
use super::parts::{self, Field, Tone};
use super::portal_way::{self, Back};

/// What the page shows.
#[derive(Clone, Debug)]
pub struct Data {
    /// Whether somebody of the desk has to agree first.
    pub needs_approval: bool,
    /// Whether a mail of theirs led here, not a link in one of ours.
    pub by_mail: bool,
    /// The link's id, which both forms carry so that two links in one browser are never mixed up.
    pub link: String,
    /// User ID, masked.
    pub user_id_masked: String,
    /// When it was asked.
    pub asked_at: DateTime<Utc>,
    /// Where it was asked, as far as known ("Chrome, Android · 203.0.113.x").
    pub asked_from: Option<String>,
    /// When the link ends.
    pub ends_at: DateTime<Utc>,
    /// When the reset takes effect, where it is held.
    pub effect_at: Option<DateTime<Utc>>,
    /// The portal they came from.
    pub back: Option<Back>,
    /// The confirm pop-up, where the step was opened and the address is not [`CANCEL`].
    pub step: Option<Step>,
}

/// The opened step.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    /// When it closes.
    pub ends_at: DateTime<Utc>,
    /// Whether the password is asked, and how the last try went.
    pub password: Password,
}

/// Whether the password is asked before OK.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Password {
    /// It is not.
    No,
    /// It is.
    Asked,
    /// It was, and was wrong.
    Wrong,
}

/// Where Batal leads: the same page without the pop-up, though its step is still open.
pub const CANCEL: &str = "/reset-totp/closed";

/// The page.
pub fn page(frame: &Frame, data: &Data) -> Markup {
    let wrong = data.step.is_some_and(|s| s.password == Password::Wrong);
    let body = html! {
        @if let Some(step) = data.step { (popup(frame, data, step)) }
        p.lead { @if data.by_mail { (frame.t("permit-confirm-lead")) } @else { (frame.t("confirm-lead")) } }
        (parts::facts(&facts(frame, data)))
        h2 { (frame.t("confirm-what-title")) }
        ul.ticks {
            li { (frame.t("confirm-what-1")) }
            li { (frame.t("confirm-what-2")) }
            li { (frame.t("confirm-what-3")) }
        }
        @if let Some(at) = data.effect_at {
            (parts::notice(Tone::Wait, &html! {
                @let time = frame.moment(at);
                @if data.by_mail { p { (frame.ta("permit-confirm-wait", &[("time", &time)])) } }
                @else { p { (frame.ta("confirm-held", &[("time", &time)])) } }
                @if data.needs_approval { p { (frame.t("confirm-approval")) } }
            }))
        }
        div #opener {
            (parts::press(frame, "/reset-totp/open", &[("link", &data.link)], "main", &frame.t("confirm-button")))
        }
        @if !data.by_mail {
            section.other {
                h2 { (frame.t("confirm-not-me-title")) }
                p { (frame.t("confirm-not-me-text")) }
                p { a.quiet href={ "/not-me?link=" (data.link) } { (frame.t("confirm-not-me-link")) } }
            }
        }
        @if let Some(back) = &data.back { (portal_way::back(frame, back)) }
    };
    let title = frame.t("confirm-title");
    if wrong { shell_with_errors(frame, &title, &body) } else { shell(frame, &title, &body) }
}

fn facts(frame: &Frame, data: &Data) -> Vec<(String, Markup)> {
    let mut rows = vec![
        (frame.t("label-user-id"), html! { (data.user_id_masked) }),
        (frame.t("confirm-asked-at"), parts::time(frame, data.asked_at)),
    ];
    if let Some(place) = &data.asked_from {
        rows.push((frame.t("confirm-asked-from"), html! { (place) }));
    }
    let ends = if data.by_mail { frame.t("permit-confirm-ends") } else { frame.t("confirm-ends-at") };
    rows.push((ends, parts::time(frame, data.ends_at)));
    rows
}

fn popup(frame: &Frame, data: &Data, step: Step) -> Markup {
    let wrong = frame.t("confirm-password-wrong");
    html! {
        dialog open aria-labelledby="popup-title" data-popup=(CANCEL) {
            h2 #popup-title tabindex="-1" autofocus { (frame.t("popup-title")) }
            p { (frame.ta("popup-text", &[("user_id", &data.user_id_masked)])) }
            (parts::retreat(CANCEL, &[]))
            form method="post" action="/reset-totp/confirm" novalidate {
                (parts::csrf(frame))
                (parts::hidden("link", &data.link))
                @if step.password != Password::No {
                    (parts::field(&Field {
                        name: "password", kind: "password", label: &frame.t("label-password"), hint: "",
                        autocomplete: "current-password", value: "",
                        mistake: (step.password == Password::Wrong).then_some(wrong.as_str()),
                    }))
                }
                div.buttons {
                    (parts::back(&frame.t("popup-cancel")))
                    button.danger type="submit" { (frame.t("popup-ok")) }
                }
            }
            p.small { (frame.ta("popup-until", &[("time", &frame.clock(step.ends_at))])) }
        }
    }
}
