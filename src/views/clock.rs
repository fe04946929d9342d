//! Cek jam: whether the device's clock is why codes are refused.

use chrono::{DateTime, Utc};
use maud::{Markup, html};

use super::code;
use super::layout::{Frame, shell};
use super::parts::{self, Tone};
use crate::i18n::when;

/// What the page shows.
#[derive(Clone, Copy, Debug)]
pub struct Data {
    /// Now, by our clock.
    pub now: DateTime<Utc>,
    /// How many seconds the device was ahead (negative: behind), measured from a code.
    pub off: Option<i64>,
}

/// Cek jam.
pub fn page(frame: &Frame, data: &Data) -> Markup {
    let body = html! {
        @if let Some(off) = data.off.filter(|off| *off != 0) {
            @let key = if off > 0 { "clock-off-fast" } else { "clock-off-slow" };
            (parts::notice(Tone::Wait, &html! { p { (frame.ta(key, &[("span", &code::span(frame, off))])) } }))
        }
        p.lead { (frame.t("clock-lead")) }
        div.clock {
            p { (frame.t("clock-server")) }
            p.big { time datetime=(data.now.format("%Y-%m-%dT%H:%M:%SZ")) { (when::seconds(frame.lang, frame.zone, data.now)) }
                " " (when::zone_name(frame.zone, data.now)) }
            p { (when::day(frame.lang, frame.zone, data.now)) }
        }
        p #offset role="status" data-now=(data.now.timestamp_millis()) data-good=(frame.t("clock-good"))
            data-fast=(frame.ta("clock-fast", &[("span", "{n}")])) data-slow=(frame.ta("clock-slow", &[("span", "{n}")]))
            data-span=(frame.ta("clock-span", &[("minutes", "{m}"), ("seconds", "{s}")]))
            data-long=(frame.ta("clock-span-long", &[("hours", "{h}"), ("minutes", "{m}")])) { (frame.t("clock-compare")) }
        p { a.second href="/help/clock" { (frame.t("clock-again")) } }
        h2 { (frame.t("clock-mend-title")) }
        ol.steps {
            li { (frame.t("clock-mend-1")) }
            li { (frame.t("clock-mend-2")) }
            li { (frame.t("clock-mend-3")) }
        }
        (parts::notice(Tone::Info, &html! { p { (frame.t("clock-at-once")) } }))
        p { (frame.t("clock-still")) " " a href="/reset-totp" { (frame.t("link-again")) } }
    };
    shell(frame, &frame.t("clock-title"), &body)
}
