//! "TOTP Berhasil di Reset": the receipt, and what comes next.

use chrono::{DateTime, Utc};
use maud::{Markup, html};

use super::layout::{Frame, shell};
use super::parts::{self, Tone};
use super::portal_way::{self, Back, Way};

/// What the page shows.
#[derive(Clone, Debug)]
pub struct Data {
    /// `R-XXXX-XXXX`.
    pub reference: String,
    /// User ID, masked.
    pub user_id_masked: String,
    /// How it ended.
    pub outcome: Outcome,
}

/// How OK ended.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// The factor is gone.
    Reset {
        /// When.
        at: DateTime<Utc>,
        /// Until when this browser may activate, where it may.
        grant_until: Option<DateTime<Utc>>,
        /// The mailed activation link, for whoever activates on another device, where it may be sent.
        mail: Option<MailLink>,
        /// The portal where TOTP is activated; none where that is here.
        way: Option<Way>,
    },
    /// The reset is held and takes effect by itself.
    Held {
        /// When OK was pressed.
        at: DateTime<Utc>,
        /// When it takes effect.
        effect_at: DateTime<Utc>,
        /// Whether a mail permitted it: then it waits for its notice.
        by_mail: bool,
        /// The portal they came from.
        back: Option<Back>,
    },
}

/// The mailed activation link.
#[derive(Clone, Debug)]
pub struct MailLink {
    /// The reset link's id, which the form carries.
    pub link: String,
    /// Whether it is on its way already.
    pub sent: bool,
}

/// The page after OK.
pub fn page(frame: &Frame, data: &Data) -> Markup {
    match &data.outcome {
        Outcome::Reset { at, grant_until, mail, way } => {
            let body = html! {
                (parts::notice(Tone::Good, &html! { p { (frame.t("done-lead")) } }))
                @if let Some(way) = way { (portal_way::next(frame, way)) } @else { (here(frame, *grant_until)) }
                @if let Some(mail) = mail { (mail_link(frame, mail)) }
                (receipt(frame, data, &[(frame.t("done-at"), parts::time(frame, *at))]))
                p.small { (frame.t("done-notified")) }
            };
            shell(frame, &frame.t("done-title"), &body)
        }
        Outcome::Held { at, effect_at, by_mail, back } => {
            let body = html! {
                (parts::notice(Tone::Wait, &html! {
                    p { (frame.ta("done-held-lead", &[("time", &frame.moment(*effect_at))])) }
                }))
                @if *by_mail { p { (frame.t("permit-done-wait")) } }
                p { (frame.t("done-held-text")) }
                (receipt(frame, data, &[
                    (frame.t("done-held-at"), parts::time(frame, *at)),
                    (frame.t("done-effect-at"), parts::time(frame, *effect_at)),
                ]))
                p.small { (frame.t("done-notified")) }
                @if let Some(back) = back { (portal_way::back(frame, back)) }
            };
            shell(frame, &frame.t("done-held-title"), &body)
        }
    }
}

/// What comes next for who activates here.
fn here(frame: &Frame, grant_until: Option<DateTime<Utc>>) -> Markup {
    html! {
        h2 { (frame.t("done-next-title")) }
        p { (frame.t("done-next-text")) }
        ol.steps {
            li { (frame.t("done-next-1")) }
            li { (frame.t("done-next-2")) }
            li { (frame.t("done-next-3")) }
        }
        p { a.main href="/activate" { (frame.t("done-activate")) } }
        @if let Some(until) = grant_until {
            p { (frame.ta("done-grant", &[("time", &frame.moment(until))])) }
        }
    }
}

fn mail_link(frame: &Frame, mail: &MailLink) -> Markup {
    html! {
        @if mail.sent { (parts::notice(Tone::Good, &html! { p { (frame.t("done-mail-sent")) } })) }
        @else {
            p { (frame.t("done-mail-text")) }
            (parts::press(frame, "/reset-totp/activation-link", &[("link", &mail.link)], "second", &frame.t("done-mail-button")))
        }
    }
}

fn receipt(frame: &Frame, data: &Data, times: &[(String, Markup)]) -> Markup {
    let mut rows = vec![
        (frame.t("label-reference"), html! { strong.code { (data.reference) } }),
        (frame.t("label-user-id"), html! { (data.user_id_masked) }),
    ];
    rows.extend_from_slice(times);
    parts::receipt(frame, &rows)
}
