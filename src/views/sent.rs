//! "Berhasil Kirim Reset TOTP": the same for everybody who pressed Kirim.

use chrono::{DateTime, TimeDelta, Utc};
use maud::{Markup, html};

use super::layout::{Frame, shell};
use super::parts::{self, Tone};
use super::permit::{self, Permit};
use super::portal_way::{self, Back};

/// What the page shows: only what was typed and what is the same for everybody.
#[derive(Clone, Debug)]
pub struct Data {
    /// `R-XXXX-XXXX`.
    pub reference: String,
    /// User ID as typed.
    pub user_id: String,
    /// The typed address, masked.
    pub email_masked: String,
    /// Now.
    pub now: DateTime<Utc>,
    /// When Kirim ulang opens.
    pub resend_at: DateTime<Utc>,
    /// How many are left.
    pub resends_left: u8,
    /// The form token of Kirim ulang.
    pub form: String,
    /// Whether Kirim ulang was just pressed.
    pub resent: bool,
    /// What a mail from this person may do.
    pub permit: Permit,
    /// The portal it was asked from.
    pub back: Option<Back>,
}

/// The sent page.
pub fn page(frame: &Frame, data: &Data) -> Markup {
    let body = html! {
        (parts::notice(Tone::Good, &html! {
            p { @if data.resent { (frame.t("sent-resent")) } @else { (frame.t("sent-lead")) } }
        }))
        @if let Permit::Arrived = data.permit { (permit::arrived(frame, &data.reference)) }
        (parts::receipt(frame, &[
            (frame.t("label-reference"), html! { strong.code { (data.reference) } }),
            (frame.t("label-user-id"), html! { (data.user_id) }),
            (frame.t("label-email"), html! { (data.email_masked) }),
        ]))
        h2 { (frame.t("sent-next-title")) }
        ol.steps {
            li { (frame.ta("sent-next-1", &[("subject", &frame.t("mail-link-subject"))])) }
            li { (frame.t("sent-next-2")) }
            li { (frame.t("sent-next-3")) }
        }
        p.small { (frame.t("sent-no-code")) }
        h2 { (frame.t("sent-missing-title")) }
        p { (frame.t("sent-missing-text")) }
        (resend(frame, data))
        (desk(frame, data))
        @if let Permit::Code(code) = &data.permit { (permit::write(frame, &data.reference, &data.user_id, code)) }
        p.links {
            a href={ "/requests/" (data.reference) } { (frame.t("sent-status-link")) } " "
            a href="/help" { (frame.t("sent-help-link")) }
        }
        @if let Some(back) = &data.back { (portal_way::back(frame, back)) }
    };
    shell(frame, &frame.t("sent-title"), &body)
}

fn resend(frame: &Frame, data: &Data) -> Markup {
    // a clock time without seconds is rounded up: nobody is told a minute that is still too early
    let opens = frame.clock(data.resend_at + TimeDelta::seconds(59));
    let wait = (data.resend_at - data.now).num_seconds();
    html! {
        @if data.resends_left == 0 {
            p { (frame.t("sent-no-resend")) }
        } @else {
            (parts::press(
                frame, "/reset-totp/resend", &[("form", &data.form), ("r", &data.reference)], "second", &frame.t("sent-resend"),
            ))
            @if wait > 0 {
                p.small data-wait=(wait) data-words=(frame.ta("sent-resend-in", &[("seconds", "{n}")])) {
                    (frame.ta("sent-resend-at", &[("time", &opens)]))
                }
            }
            p.small { (frame.ta("sent-resends-left", &[("count", &data.resends_left.to_string())])) }
        }
    }
}

fn desk(frame: &Frame, data: &Data) -> Markup {
    let args = [("reference", data.reference.as_str()), ("user_id", &data.user_id)];
    let to = &frame.site.helpdesk.address;
    html! {
        @if !to.is_empty() {
            p {
                (frame.t("sent-desk-text")) " "
                a href=(parts::mailto(to, &frame.ta("sent-desk-subject", &args), &frame.ta("sent-desk-body", &args))) {
                    (frame.t("sent-desk-link"))
                }
            }
        }
    }
}
