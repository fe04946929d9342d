//! Lists of mail that came in: set apart, unreadable, no requests, all.

use chrono::{DateTime, Utc};
use maud::{Markup, html};
use uuid::Uuid;

use super::super::parts::{self as shared, Tone};
use super::mail_text::line;
use super::parts::chip;
use super::{Desk, mail, mail_proof, shell};
use crate::model::inbound::{Box, Park, Verdict};

/// Counts are told up to here.
const TOLD: i64 = 999;

/// What the page shows.
#[derive(Clone, Debug)]
pub struct Data {
    /// Words of the lists, in order, with how many mails each has.
    pub views: Vec<(&'static str, i64)>,
    /// The one that is shown.
    pub view: &'static str,
    /// Its mails.
    pub rows: Vec<Row>,
    /// Address of the next page.
    pub next: Option<String>,
}

/// A mail.
#[derive(Clone, Debug)]
pub struct Row {
    /// Row id.
    pub id: Uuid,
    /// When it came.
    pub taken_at: DateTime<Utc>,
    /// The address in `From`.
    pub from: String,
    /// What it is about.
    pub subject: String,
    /// What it proves, once judged.
    pub verdict: Option<Verdict>,
    /// Where it stands, once read.
    pub place: Option<Box>,
    /// Why it was set aside.
    pub park: Option<Park>,
    /// The case it stands in: id and reference.
    pub case: Option<(Uuid, String)>,
}

/// The page.
pub fn page(desk: &Desk, data: &Data) -> Markup {
    let body = html! {
        nav aria-label=(desk.t("inmail-views")) {
            ul.views {
                @for (view, count) in &data.views {
                    @let count = if *count > TOLD { format!("{TOLD}+") } else { count.to_string() };
                    li {
                        a href={ "/staff/mail?view=" (view) } aria-current=[(*view == data.view).then_some("page")] {
                            (desk.t(&format!("inmail-view-{view}"))) " " span.count { (count) }
                        }
                    }
                }
            }
        }
        p.small { (desk.t(&format!("inmail-view-{}-hint", data.view))) }
        @if data.rows.is_empty() { p.empty { (desk.t(&format!("inmail-empty-{}", data.view))) } }
        @else { (rows(desk, data)) }
        @if let Some(next) = &data.next { p { a.second href=(next) { (desk.t("desk-next")) } } }
    };
    shell::shell(desk, &desk.t("staff-menu-mail"), &body)
}

fn rows(desk: &Desk, data: &Data) -> Markup {
    html! {
        table.list.cards {
            thead { tr {
                th scope="col" { (desk.t("inmail-subject")) }
                th scope="col" { (desk.t("inmail-from")) }
                th scope="col" { (desk.t("desk-col-state")) }
                th scope="col" { (desk.t("inmail-came")) }
            } }
            tbody {
                @for row in &data.rows {
                    tr {
                        th scope="row" {
                            a href={ "/staff/mail/" (row.id) } {
                                @if row.subject.trim().is_empty() { (desk.t("inmail-no-subject")) } @else { (line(&row.subject)) }
                            }
                        }
                        td data-label=(desk.t("inmail-from")) {
                            @if row.from.is_empty() { "–" } @else { span.mono { (line(&row.from)) } }
                        }
                        td data-label=(desk.t("desk-col-state")) { (state(desk, row)) }
                        td data-label=(desk.t("inmail-came")) { (shared::time(&desk.frame, row.taken_at)) }
                    }
                }
            }
        }
    }
}

fn state(desk: &Desk, row: &Row) -> Markup {
    html! {
        @if let Some(park) = row.park {
            (chip(Tone::Bad, &desk.t("inmail-parked"))) " " span.small { (desk.t(&format!("inmail-park-{}", park.code()))) }
        } @else if let Some(verdict) = row.verdict {
            (mail_proof::verdict(desk, verdict))
        } @else if row.place.is_none() {
            (chip(Tone::Info, &desk.t("inmail-unread-chip")))
        }
        @if let Some(place) = row.place { " " (mail::place(desk, place)) }
        @if let Some((id, reference)) = &row.case { " " a.mono href={ "/staff/requests/" (id) } { (reference) } }
    }
}
