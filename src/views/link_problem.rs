//! A mailed link that leads no further: why, and the one step that helps.

use chrono::{DateTime, Utc};
use maud::{Markup, html};

use super::layout::{Frame, shell};
use super::parts::{self, Tone};

/// Why the link leads no further.
#[derive(Clone, Debug)]
pub enum Data {
    /// Genuine, but its time is over.
    Expired(Late),
    /// Genuine, and spent.
    Used {
        /// When.
        at: Option<DateTime<Utc>>,
    },
    /// Genuine, but cancelled or superseded.
    Ended,
    /// No link of ours, or one long gone.
    Unknown,
    /// A new mail is on its way.
    Reissued {
        /// The registered address, masked.
        email_masked: String,
    },
}

/// A link that came too late.
#[derive(Clone, Debug)]
pub struct Late {
    /// The link's id, which the form carries.
    pub link: String,
    /// When it was asked.
    pub asked_at: DateTime<Utc>,
    /// When the relay took the mail.
    pub handed_at: Option<DateTime<Utc>>,
    /// When it was opened: now.
    pub opened_at: DateTime<Utc>,
    /// When it ended.
    pub ended_at: DateTime<Utc>,
    /// Whether a new mail may still be asked.
    pub reissue: bool,
    /// The reference of the helpdesk's case, where a second late arrival opened one.
    pub case: Option<String>,
}

/// The page.
pub fn page(frame: &Frame, data: &Data) -> Markup {
    match data {
        Data::Expired(late) => shell(frame, &frame.t("link-expired-title"), &expired(frame, late)),
        Data::Used { at } => {
            let body = html! {
                p.lead { (frame.t("link-used-text")) }
                @if let Some(at) = at { (parts::facts(&[(frame.t("link-used-at"), parts::time(frame, *at))])) }
                p { (frame.t("link-used-next")) }
                p { (frame.t("link-used-not-me")) }
            };
            shell(frame, &frame.t("link-used-title"), &body)
        }
        Data::Ended => {
            let body = html! { p.lead { (frame.t("link-ended-text")) } (again(frame)) };
            shell(frame, &frame.t("link-ended-title"), &body)
        }
        Data::Unknown => {
            let body = html! {
                p.lead { (frame.t("link-unknown-text")) }
                ul { li { (frame.t("link-unknown-1")) } li { (frame.t("link-unknown-2")) } }
                (again(frame))
            };
            shell(frame, &frame.t("link-unknown-title"), &body)
        }
        Data::Reissued { email_masked } => {
            let body = html! {
                (parts::notice(Tone::Good, &html! {
                    p { (frame.ta("link-reissued-text", &[("email", email_masked)])) }
                }))
                p { (frame.t("link-reissued-next")) }
            };
            shell(frame, &frame.t("link-reissued-title"), &body)
        }
    }
}

fn expired(frame: &Frame, late: &Late) -> Markup {
    let mut rows = vec![(frame.t("link-asked-at"), parts::time(frame, late.asked_at))];
    if let Some(at) = late.handed_at {
        rows.push((frame.t("link-handed-at"), parts::time(frame, at)));
    }
    rows.push((frame.t("link-ended-at"), parts::time(frame, late.ended_at)));
    rows.push((frame.t("link-opened-at"), parts::time(frame, late.opened_at)));
    html! {
        p.lead { (frame.t("link-expired-text")) }
        @if late.reissue {
            (parts::press(
                frame, "/reset-totp/reissue", &[("link", &late.link)], "main", &frame.t("link-reissue"),
            ))
            p.small { (frame.t("link-reissue-text")) }
        } @else {
            (again(frame))
        }
        @if let Some(reference) = &late.case {
            (parts::notice(Tone::Info, &html! { p { (frame.ta("link-case", &[("reference", reference)])) } }))
        }
        h2 { (frame.t("link-when-title")) }
        (parts::facts(&rows))
    }
}

fn again(frame: &Frame) -> Markup {
    html! {
        p { a.main href="/reset-totp" { (frame.t("link-again")) } }
        p.links { a href="/help" { (frame.t("link-help")) } }
    }
}
