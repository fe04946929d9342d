//! One case: its timeline, its facts, and what can be done.

use chrono::{DateTime, Utc};
use maud::{Markup, html};
use uuid::Uuid;

use super::super::parts::{self as shared, Tone};
use super::case_forms::{self, Draft};
use super::erase::erased_on;
use super::queue::{self, Left};
use super::{Desk, case_mail, shell};
use crate::model::account::UserType;
use crate::model::desk::{CaseState, Ending, Reason, Source};

/// What the page shows.
#[derive(Clone, Debug)]
pub struct Data {
    /// Row id.
    pub id: Uuid,
    /// Its version.
    pub version: i32,
    /// Its reference.
    pub reference: String,
    /// Why it came.
    pub reason: Reason,
    /// Where it stands.
    pub state: CaseState,
    /// How it ended.
    pub ending: Option<Ending>,
    /// When it came.
    pub opened_at: DateTime<Utc>,
    /// How much of its time is left.
    pub left: Left,
    /// Who has taken it, and whether that is who looks.
    pub taken: Option<(String, bool)>,
    /// User ID as typed.
    pub typed_user_id: String,
    /// Address as typed, masked.
    pub typed_address: String,
    /// Tipe User.
    pub user_type: Option<UserType>,
    /// Its account.
    pub account: Option<Account>,
    /// What calls for care.
    pub risks: Vec<&'static str>,
    /// Open proposals: id, and word of the kind.
    pub proposals: Vec<(Uuid, String)>,
    /// Which lines are shown.
    pub source: Option<Source>,
    /// What happened, newest first.
    pub lines: Vec<Line>,
    /// Everybody it can be given to.
    pub colleagues: Vec<(Uuid, String)>,
    /// Texts for replies: id and name.
    pub canned: Vec<(Uuid, String)>,
    /// The address, where it is shown this once.
    pub revealed: Option<String>,
    /// What was done just now: suffix of its message key.
    pub note: Option<&'static str>,
    /// Whether what was asked cannot be.
    pub impossible: bool,
    /// The newest mail that waits for the desk.
    pub mail: Option<case_mail::Asks>,
    /// When its person was erased.
    pub erased: Option<DateTime<Utc>>,
    /// What was typed and is not done yet.
    pub draft: Draft,
}

/// The account of a case.
#[derive(Clone, Debug)]
pub struct Account {
    /// Row id.
    pub id: Uuid,
    /// User ID.
    pub user_id: String,
    /// Name.
    pub name: String,
    /// The registered address, masked.
    pub address: String,
    /// Whether TOTP is active.
    pub has_factor: bool,
    /// Resets so far.
    pub resets: i64,
    /// The last one.
    pub last_reset_at: Option<DateTime<Utc>>,
}

/// Notes about risk: suffix of the message key `desk-risk-<code>`.
pub const RISKS: [&str; 8] = ["address", "many", "reset", "protected", "disputed", "locked", "held", "suspect"];

/// What is told after something was done: suffix of the message key `desk-note-<code>`.
pub const NOTES: [&str; 10] =
    ["take", "release", "assign", "wait", "resume", "note", "reply", "link", "reject", "close"];

/// A line of the timeline.
#[derive(Clone, Debug)]
pub struct Line {
    /// The event's id.
    pub event: Option<Uuid>,
    /// When.
    pub at: DateTime<Utc>,
    /// Kind of the event, its points as hyphens.
    pub kind: String,
    /// Whether it was refused.
    pub refused: bool,
    /// Where it comes from.
    pub source: Source,
    /// Who of the desk it was.
    pub staff: Option<String>,
    /// What was written.
    pub text: Option<String>,
    /// Whether that was a reply.
    pub reply: bool,
    /// The relay's answer: its meaning in a word, and its own words.
    pub answer: Option<(&'static str, String)>,
    /// The mail that came in.
    pub mail: Option<case_mail::Said>,
}

/// The page.
pub fn page(desk: &Desk, data: &Data) -> Markup {
    let typed = if data.typed_user_id.is_empty() { &data.typed_address } else { &data.typed_user_id };
    let who = data.account.as_ref().map_or(typed, |account| &account.user_id);
    let title = desk.ta("desk-case-title", &[("reference", &data.reference), ("user", who)]);
    let body = html! {
        p { a href="/staff/requests" { (desk.t("desk-back")) } }
        (notices(desk, data))
        (case_forms::hold(desk, data))
        div.split data-opened=(data.id) data-live="/staff/requests/live" data-changed=(desk.t("desk-case-changed")) {
            div {
                @if data.erased.is_none() { (case_forms::write(desk, data)) }
                (timeline(desk, data))
            }
            div {
                (facts(desk, data))
                @if let Some(asks) = data.mail.as_ref().filter(|_| data.state != CaseState::Closed) {
                    (case_mail::asks(desk, asks, data.version, data.account.is_some()))
                }
                @if data.erased.is_none() { (case_forms::decide(desk, data)) }
            }
        }
        (queue::help(desk))
    };
    shell::shell_of_form(desk, &title, !data.draft.flaws.is_empty(), &body)
}

fn notices(desk: &Desk, data: &Data) -> Markup {
    let flaws: Vec<(&str, String)> =
        data.draft.flaws.iter().map(|(id, key)| (*id, desk.ta(key, &[("name", &data.draft.unknown)]))).collect();
    html! {
        (shared::summary(&desk.frame, &flaws))
        @if let Some(at) = data.erased { (erased_on(desk, at)) }
        @if let Some(note) = data.note {
            (shared::notice(Tone::Good, &html! { p { (desk.t(&format!("desk-note-{note}"))) } }))
        }
        @if data.impossible { (shared::notice(Tone::Bad, &html! { p { (desk.t("desk-impossible")) } })) }
        @if let Some(address) = &data.revealed {
            (shared::notice(Tone::Info, &html! { p { (desk.t("desk-revealed")) " " strong.mono { (address) } } }))
        }
        @for (id, kind) in &data.proposals {
            (shared::notice(Tone::Wait, &html! {
                p { (desk.t("desk-proposal")) " " span.mono { (kind) } " "
                    @if desk.sees(kind) { a href={ "/staff/approvals/" (id) } { (desk.t("desk-proposal-open")) } } }
            }))
        }
    }
}

fn facts(desk: &Desk, data: &Data) -> Markup {
    let frame = &desk.frame;
    let mut rows = vec![
        (
            desk.t("desk-col-state"),
            html! { (queue::reason(desk, data.reason)) " " (queue::state(desk, data.state, data.ending)) },
        ),
        (desk.t("desk-col-time"), queue::left(desk, data.left)),
        (desk.t("desk-opened"), shared::time(frame, data.opened_at)),
    ];
    let user_type = data.user_type.map(|kind| frame.t(&format!("user-type-{}", kind.code())));
    if let Some(account) = &data.account {
        let link = html! { a href={ "/staff/accounts/" (account.id) } { (account.user_id) } };
        let last = html! {
            (account.resets)
            @if let Some(at) = account.last_reset_at { " · " (shared::time(frame, at)) }
        };
        let factor = if account.has_factor { "desk-factor-active" } else { "desk-factor-none" };
        rows.push((frame.t("label-user-id"), link));
        rows.push((desk.t("desk-col-name"), html! { (account.name) }));
        rows.extend(user_type.map(|word| (frame.t("label-user-type"), html! { (word) })));
        rows.push((desk.t("desk-address"), html! { span.mono { (account.address) } }));
        rows.push((desk.t("desk-factor"), html! { (desk.t(factor)) }));
        rows.push((desk.t("desk-resets"), last));
    } else {
        rows.extend(user_type.map(|word| (frame.t("label-user-type"), html! { (word) })));
    }
    rows.push((
        desk.t("desk-typed"),
        html! {
        @if !data.typed_user_id.is_empty() { (data.typed_user_id) " · " }
        span.mono { (data.typed_address) } },
    ));
    html! {
        section.panel aria-labelledby="facts-title" {
            h2 #facts-title { (desk.t("desk-facts")) }
            @if data.account.is_none() {
                p { (desk.t(if data.mail.is_some() { "inmail-no-account" } else { "desk-no-account" })) }
            }
            (shared::facts(&rows))
            @if !data.risks.is_empty() {
                (shared::notice(Tone::Wait, &html! {
                    p { strong { (desk.t("desk-risks")) } }
                    ul { @for risk in &data.risks { li { (desk.t(&format!("desk-risk-{risk}"))) } } }
                }))
            }
            @if data.account.is_some() && data.erased.is_none() { (case_forms::reveal(desk, data)) }
        }
    }
}

fn timeline(desk: &Desk, data: &Data) -> Markup {
    let base = format!("/staff/requests/{}", data.id);
    let shown: Vec<&Line> =
        data.lines.iter().filter(|line| data.source.is_none_or(|source| line.source == source)).collect();
    html! {
        section.panel aria-labelledby="timeline-title" {
            h2 #timeline-title { (desk.t("desk-timeline")) }
            nav aria-label=(desk.t("desk-sources")) {
                ul.views {
                    li { a href=(base) aria-current=[data.source.is_none().then_some("page")] { (desk.t("desk-source-all")) } }
                    @for source in Source::ALL {
                        li {
                            a href={ (base) "?show=" (source.code()) } aria-current=[(data.source == Some(*source)).then_some("page")] {
                                (desk.t(&format!("desk-source-{}", source.code())))
                            }
                        }
                    }
                }
            }
            @if shown.is_empty() { p.empty { (desk.t("desk-timeline-empty")) } }
            @else { ul.lines { @for line in shown { (entry(desk, line)) } } }
        }
    }
}

fn entry(desk: &Desk, line: &Line) -> Markup {
    html! {
        li {
            strong {
                (super::parts::kind(desk, &line.kind))
            }
            @if line.refused { " " (super::parts::chip(Tone::Bad, &desk.t("desk-refused"))) }
            @if let Some(text) = &line.text {
                p class=(if line.reply { "reply" } else { "note" }) { (text) }
            }
            @if let Some(mail) = &line.mail { (case_mail::said(desk, mail)) }
            @if let Some((word, answer)) = &line.answer {
                p {
                    (desk.t(&format!("desk-answer-{word}")))
                    @if !answer.is_empty() { " " span.small.mono { (answer) } }
                }
            }
            span.small {
                (shared::time(&desk.frame, line.at)) " · " (desk.t(&format!("desk-source-{}", line.source.code())))
                @if let Some(staff) = &line.staff { " · " (staff) }
                @if let Some(event) = line.event { " · " (super::parts::event_id(&event.to_string())) }
            }
        }
    }
}
