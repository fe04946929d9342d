//! The demo's authenticator: current codes of its people, for who has no phone at hand.

use chrono::{DateTime, Utc};
use maud::{Markup, html};

use super::layout::{Frame, shell};
use crate::i18n::when;

/// What the page shows.
#[derive(Clone, Debug)]
pub struct Authenticator {
    /// The people.
    pub people: Vec<Device>,
    /// Now, by our clock.
    pub now: DateTime<Utc>,
    /// When the next codes come.
    pub next_at: DateTime<Utc>,
}

/// Somebody's authenticator app.
#[derive(Clone, Debug)]
pub struct Device {
    /// User ID.
    pub user_id: String,
    /// Name.
    pub name: String,
    /// The code of this moment, where the app holds the account.
    pub code: Option<String>,
    /// Whether the code belongs to an activation that is under way.
    pub pending: bool,
}

/// The page.
pub fn page(frame: &Frame, data: &Authenticator) -> Markup {
    let next = when::seconds(frame.lang, frame.zone, data.next_at);
    let left = (data.next_at - data.now).num_seconds().max(0).to_string();
    let body = html! {
        p.lead { (frame.t("authenticator-lead")) }
        p { (frame.ta("authenticator-next", &[("time", &next), ("seconds", &left)])) }
        p { a.second href="/demo/authenticator" { (frame.t("demo-reload")) } }
        div.scroll tabindex="0" role="region" aria-label=(frame.t("authenticator-title")) {
            table {
                thead { tr {
                    th scope="col" { (frame.t("label-user-id")) " · " (frame.t("demo-name")) }
                    th scope="col" { (frame.t("authenticator-code")) }
                } }
                tbody { @for device in &data.people { tr {
                    th scope="row" { code { (device.user_id) } span.small { (device.name) } }
                    td { (held(frame, device)) }
                } } }
            }
        }
        h2 { (frame.t("authenticator-way-title")) }
        ol.steps {
            li { (frame.t("authenticator-way-1")) " " a href="/login" { (frame.t("login-title")) } }
            li { (frame.t("authenticator-way-2")) " " a href="/reset-totp" { (frame.t("reset-title")) } }
            li { (frame.t("authenticator-way-3")) " " a href="/demo/mailbox" { (frame.t("demo-mailbox-title")) } }
            li { (frame.t("authenticator-way-4")) " " a href="/activate" { (frame.t("done-next-title")) } }
            li { (frame.t("authenticator-way-5")) }
        }
        p.links { a href="/demo" { (frame.t("demo-back")) } }
    };
    shell(frame, &frame.t("authenticator-title"), &body)
}

fn held(frame: &Frame, device: &Device) -> Markup {
    html! {
        @match &device.code {
            Some(code) => {
                strong.code { (code) }
                @if device.pending { span.small { (frame.t("authenticator-pending")) } }
            },
            None => span.small { (frame.t("authenticator-none")) },
        }
    }
}
