//! The outbox: what became of each letter, in plain words, and how long mail takes.

use chrono::{DateTime, Utc};
use maud::{Markup, html};

use super::super::code::CodeTrouble;
use super::super::parts::{self as shared, Tone};
use super::Desk;
use super::parts::{chip, code_words, fresh_code};
use super::shell::shell_of_form;
use crate::model::staff::Role;

/// What the page shows.
#[derive(Clone, Debug)]
pub struct Data {
    /// Words of the views, in order.
    pub views: [&'static str; 3],
    /// The one that is shown.
    pub view: &'static str,
    /// Letters, newest first.
    pub letters: Vec<Line>,
    /// Where older ones are.
    pub older: Option<String>,
    /// How long mail takes to each domain.
    pub delays: Vec<Delay>,
    /// How many would get a new link.
    pub late: i64,
    /// Days that are looked back for them.
    pub days: i32,
    /// What is wrong with the code that this asks for.
    pub trouble: Option<CodeTrouble>,
    /// How many were asked to be renewed just now.
    pub renewed: Option<String>,
}

/// A letter.
#[derive(Clone, Debug)]
pub struct Line {
    /// Its id.
    pub id: String,
    /// Word of its kind.
    pub kind: String,
    /// Where it goes, masked.
    pub to: String,
    /// The account's id and User ID.
    pub account: Option<(String, String)>,
    /// Word of its state.
    pub state: String,
    /// When it was posted.
    pub queued_at: DateTime<Utc>,
    /// When it is tried again, or when it ended.
    pub at: DateTime<Utc>,
    /// Attempts so far.
    pub attempts: i16,
    /// Why it stands so: the suffix of `outbox-why-<code>`.
    pub why: Option<&'static str>,
    /// What the relay said, its addresses masked.
    pub said: Option<String>,
    /// Whether it can be tried again at once.
    pub may_retry: bool,
    /// Whether it can be kept from going.
    pub may_cancel: bool,
}

/// How long mail takes to a domain.
#[derive(Clone, Debug)]
pub struct Delay {
    /// The domain.
    pub domain: String,
    /// Half, and 95 of 100, of its letters were taken by the relay within so many seconds.
    pub handed: Option<(i32, i32)>,
    /// Half, and 95 of 100, of its links were clicked within so many seconds after that.
    pub clicked: Option<(i32, i32)>,
    /// Minutes a link lives there.
    pub life_minutes: i64,
    /// Links measured.
    pub samples: i32,
    /// Letters that wait.
    pub waiting: i64,
}

/// The page.
pub fn outbox(desk: &Desk, data: &Data) -> Markup {
    let mistakes: Vec<_> = data.trouble.iter().map(|t| ("code", code_words(&desk.frame, *t))).collect();
    shell_of_form(
        desk,
        &desk.t("outbox-title"),
        data.trouble.is_some(),
        &html! {
            (shared::summary(&desk.frame, &mistakes))
            @if let Some(count) = &data.renewed {
                (shared::notice(Tone::Good, &html! { p { (desk.ta("outbox-renewed", &[("count", count)])) } }))
            }
            ul.views {
                @for view in data.views {
                    li { a href={ "/staff/outbox?view=" (view) } aria-current=[(view == data.view).then_some("page")] {
                        (desk.t(&format!("outbox-view-{view}"))) } }
                }
            }
            (letters(desk, data))
            div.split {
                (delays(desk, &data.delays))
                @if desk.roles.has(Role::Supervisor) { (renew(desk, data)) }
            }
        },
    )
}

fn letters(desk: &Desk, data: &Data) -> Markup {
    let leads = desk.roles.any(&[Role::Supervisor, Role::Admin]);
    let works = desk.roles.any(&[Role::Helpdesk, Role::Supervisor]);
    html! {
        @if data.letters.is_empty() {
            p.empty { (desk.t(&format!("outbox-empty-{}", data.view))) }
        } @else {
            table.list.cards {
                caption.small { (desk.t("outbox-caption")) }
                thead { tr {
                    th scope="col" { (desk.t("outbox-letter")) }
                    th scope="col" { (desk.t("outbox-to")) }
                    th scope="col" { (desk.t("outbox-state")) }
                    th scope="col" { (desk.t("outbox-answer")) }
                    @if leads { th scope="col" { (desk.t("outbox-do")) } }
                } }
                tbody {
                    @for line in &data.letters {
                        tr {
                            th scope="row" {
                                (desk.t(&format!("letter-{}", line.kind)))
                                span.small { (shared::time(&desk.frame, line.queued_at)) }
                            }
                            td data-label=(desk.t("outbox-to")) {
                                (line.to)
                                @if let Some((id, user_id)) = &line.account {
                                    span.small {
                                        @if works { a href={ "/staff/accounts/" (id) } { (user_id) } } @else { (user_id) }
                                    }
                                }
                            }
                            td { (state(desk, line)) }
                            td data-label=(desk.t("outbox-answer")) {
                                @if let Some(why) = line.why { (desk.t(&format!("outbox-why-{why}"))) }
                                @if let Some(said) = &line.said { span.small.mono { (said) } }
                            }
                            @if leads { td { (buttons(desk, line)) } }
                        }
                    }
                }
            }
            @if let Some(older) = &data.older { p { a.quiet href=(older) { (desk.t("outbox-older")) } } }
        }
    }
}

fn state(desk: &Desk, line: &Line) -> Markup {
    let tone = match line.state.as_str() {
        "sent" => Tone::Good,
        "failed" | "parked" | "bounced" => Tone::Bad,
        "queued" | "leased" => Tone::Wait,
        _ => Tone::Info,
    };
    let attempts = line.attempts.to_string();
    html! {
        (chip(tone, &desk.t(&format!("letter-state-{}", line.state))))
        span.small {
            (desk.ta("outbox-attempts", &[("count", &attempts)])) " · "
            @if matches!(line.state.as_str(), "queued" | "leased") { (desk.t("outbox-next")) " " }
            (shared::time(&desk.frame, line.at))
        }
    }
}

fn buttons(desk: &Desk, line: &Line) -> Markup {
    let press = |action: &str, words: &str| {
        shared::press(&desk.frame, action, &[("letter", &line.id)], "quiet", &desk.t(words))
    };
    html! {
        @if !line.may_retry && !line.may_cancel { "–" }
        div.bar {
            @if line.may_retry { (press("/staff/outbox/retry", "outbox-retry")) }
            @if line.may_cancel { (press("/staff/outbox/cancel", "outbox-cancel")) }
        }
    }
}

fn delays(desk: &Desk, delays: &[Delay]) -> Markup {
    html! {
        section.panel {
            h2 { (desk.t("outbox-delays")) }
            p.small { (desk.t("outbox-delays-hint")) }
            @if delays.is_empty() {
                p.empty { (desk.t("outbox-delays-none")) }
            } @else {
                div.scroll tabindex="0" role="region" aria-label=(desk.t("outbox-delays")) {
                    table.list {
                        thead { tr {
                            th scope="col" { (desk.t("outbox-domain")) }
                            th.num scope="col" { (desk.t("outbox-handed")) }
                            th.num scope="col" { (desk.t("outbox-clicked")) }
                            th.num scope="col" { (desk.t("outbox-samples")) }
                            th.num scope="col" { (desk.t("outbox-life")) }
                            th.num scope="col" { (desk.t("outbox-waiting")) }
                        } }
                        tbody {
                            @for delay in delays {
                                tr {
                                    th scope="row" { (delay.domain) }
                                    td.num { (minutes(desk, delay.handed)) }
                                    td.num { (minutes(desk, delay.clicked)) }
                                    td.num { (delay.samples) }
                                    td.num { (desk.ta("outbox-minutes", &[("count", &delay.life_minutes.to_string())])) }
                                    td.num { (delay.waiting) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn minutes(desk: &Desk, measured: Option<(i32, i32)>) -> String {
    measured.map_or_else(
        || "–".to_owned(),
        |(half, most)| {
            let rounded = |seconds: i32| ((seconds + 30) / 60).to_string();
            desk.ta("outbox-minutes-both", &[("half", &rounded(half)), ("most", &rounded(most))])
        },
    )
}

fn renew(desk: &Desk, data: &Data) -> Markup {
    let (count, days) = (data.late.to_string(), data.days.to_string());
    html! {
        section.panel {
            h2 { (desk.t("outbox-late-title")) }
            @if data.late == 0 {
                p { (desk.ta("outbox-late-none", &[("days", &days)])) }
            } @else {
                p { (desk.ta("outbox-late", &[("count", &count), ("days", &days)])) }
                form method="post" action="/staff/outbox/renew" {
                    (shared::csrf(&desk.frame))
                    (fresh_code(desk, "code", data.trouble))
                    button type="submit" { (desk.ta("outbox-renew", &[("count", &count)])) }
                }
            }
        }
    }
}
