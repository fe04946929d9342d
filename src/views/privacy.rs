//! The privacy notice: what is kept, what for, and how long.

use maud::{Markup, html};

use super::layout::{Frame, shell};

/// How long things are kept.
#[derive(Clone, Copy, Debug)]
pub struct Data {
    /// Days of requests that matched nothing.
    pub unmatched_days: u32,
    /// Days of ended links.
    pub links_days: u32,
    /// Days of this browser's memory and of sessions.
    pub sessions_days: u32,
    /// Days of files that prove.
    pub evidence_days: u32,
    /// Days mail that came in is kept whole.
    pub raw_mail_days: u32,
    /// Years of events.
    pub events_years: u32,
}

/// The notice.
pub fn page(frame: &Frame, data: &Data) -> Markup {
    let rows = [
        ("unmatched", frame.ta("privacy-days", &[("count", &data.unmatched_days.to_string())])),
        ("links", frame.ta("privacy-days", &[("count", &data.links_days.to_string())])),
        ("sessions", frame.ta("privacy-days", &[("count", &data.sessions_days.to_string())])),
        ("evidence", frame.ta("privacy-days", &[("count", &data.evidence_days.to_string())])),
        ("mail", frame.ta("privacy-days", &[("count", &data.raw_mail_days.to_string())])),
        ("events", frame.ta("privacy-years", &[("count", &data.events_years.to_string())])),
    ];
    let body = html! {
        p.lead { (frame.t("privacy-lead")) }
        div.scroll tabindex="0" role="region" aria-label=(frame.t("privacy-kept-title")) {
            table {
                caption { (frame.t("privacy-kept-title")) }
                thead { tr { th scope="col" { (frame.t("privacy-what")) } th scope="col" { (frame.t("privacy-how-long")) } } }
                tbody {
                    @for (code, span) in &rows {
                        tr { th scope="row" { (frame.t(&format!("privacy-kept-{code}"))) } td { (span) } }
                    }
                }
            }
        }
        h2 { (frame.t("privacy-never-title")) }
        ul { li { (frame.t("privacy-never-1")) } li { (frame.t("privacy-never-2")) } li { (frame.t("privacy-never-3")) } }
        h2 { (frame.t("privacy-cookies-title")) }
        p { (frame.t("privacy-cookies-text")) }
        h2 { (frame.t("privacy-rights-title")) }
        p { (frame.t("privacy-rights-text")) }
    };
    shell(frame, &frame.t("privacy-title"), &body)
}
