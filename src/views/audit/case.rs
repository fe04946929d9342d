//! Everything about one request, in order: what an auditor reads, prints and takes along.

use chrono::{DateTime, Utc};
use maud::{Markup, html};

use super::around::{letters, links, mail_of, people, proposals};
use super::exports::number;
use super::label;
use crate::views::parts::{self as shared, Tone};
use crate::views::staff::Desk;
use crate::views::staff::mail_text::line;
use crate::views::staff::parts::{chip, kind};
use crate::views::staff::shell::shell;

pub use super::Detail;
pub use super::around::{Letter, Link, Mail, Proposal};

/// What the page shows.
#[derive(Clone, Debug)]
pub struct Data {
    /// Its reference.
    pub reference: String,
    /// Word of the way it came.
    pub channel: String,
    /// Word of where it stands.
    pub state: String,
    /// Word of the Tipe User; a mail may not say.
    pub user_type: Option<String>,
    /// User ID as typed.
    pub typed_user_id: String,
    /// Address as typed.
    pub typed_address: String,
    /// The browser in a few words.
    pub browser: Option<String>,
    /// The network it came from.
    pub network: Option<String>,
    /// When.
    pub asked_at: DateTime<Utc>,
    /// When it ended.
    pub ended_at: Option<DateTime<Utc>>,
    /// User ID and name of the account it matched.
    pub account: Option<(String, String)>,
    /// When personal details of it were erased.
    pub erased: Option<DateTime<Utc>>,
    /// Leaves of the checkpoint that proves its events.
    pub size: Option<i64>,
    /// Its events, oldest first.
    pub events: Vec<Told>,
    /// How many more there are.
    pub left_out: usize,
    /// Its proposals.
    pub proposals: Vec<Proposal>,
    /// Its letters.
    pub letters: Vec<Letter>,
    /// Its links.
    pub links: Vec<Link>,
    /// Its mails.
    pub mails: Vec<Mail>,
    /// Who of the desk acted: name, user name, how often.
    pub people: Vec<(String, String, usize)>,
}

/// An event.
#[derive(Clone, Debug)]
pub struct Told {
    /// Where it stands in the log.
    pub seal: Seal,
    /// When.
    pub at: DateTime<Utc>,
    /// Its kind.
    pub kind: String,
    /// Why it was refused.
    pub refused: Option<String>,
    /// Word of who acted: `user`, `worker`, `operator`, `staff`.
    pub actor: String,
    /// Who of the desk.
    pub staff: Option<String>,
    /// Its facts.
    pub facts: Vec<(String, String)>,
    /// Its personal details.
    pub personal: Vec<(String, Detail)>,
}

/// Where an event stands in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seal {
    /// Proved at that leaf.
    Leaf(i64),
    /// Not sealed yet.
    Waits,
    /// The log's rows do not prove it.
    Broken,
}

/// The title of page and file.
pub fn title(desk: &Desk, data: &Data) -> String {
    desk.ta("pack-title", &[("reference", &data.reference)])
}

/// The page.
pub fn page(desk: &Desk, data: &Data) -> Markup {
    let href = |ending: &str| format!("/audit/cases/{}/pack.{ending}", data.reference);
    let body = html! {
        p.lead { (desk.t("pack-lead")) }
        div.bar {
            a.main href=(href("html")) { (desk.t("pack-html")) }
            a.second href=(href("json")) { (desk.t("pack-json")) }
            button.quiet type="button" data-print hidden { (desk.t("receipt-print")) }
        }
        (content(desk, data))
    };
    shell(desk, &title(desk, data), &body)
}

/// Everything, for page and file.
pub fn content(desk: &Desk, data: &Data) -> Markup {
    html! {
        section.panel { h2 { (desk.t("pack-facts")) } (facts(desk, data)) }
        section { h2 { (desk.t("pack-events")) } (events(desk, data)) }
        @if !data.proposals.is_empty() { section { h2 { (desk.t("pack-proposals")) } (proposals(desk, &data.proposals)) } }
        @if !data.letters.is_empty() { section { h2 { (desk.t("pack-letters")) } (letters(desk, &data.letters)) } }
        @if !data.links.is_empty() { section { h2 { (desk.t("pack-links")) } (links(desk, &data.links)) } }
        @for mail in &data.mails { section.panel { h2 { (desk.t("pack-mail")) } (mail_of(desk, mail)) } }
        @if !data.people.is_empty() { section { h2 { (desk.t("pack-people")) } (people(desk, &data.people)) } }
    }
}

fn facts(desk: &Desk, data: &Data) -> Markup {
    let time = |at| shared::time(&desk.frame, at);
    let mut rows = vec![
        (desk.t("pack-state"), html! { (desk.t(&format!("happened-{}", data.state))) }),
        (desk.t("pack-asked"), time(data.asked_at)),
        (desk.t("pack-channel"), html! { (desk.t(&format!("pack-channel-{}", data.channel))) }),
        (desk.t("label-user-id"), html! { span.mono { (line(&data.typed_user_id)) } }),
        (desk.t("pack-address"), html! { span.mono { (line(&data.typed_address)) } }),
    ];
    if let Some(kind) = &data.user_type {
        rows.push((desk.t("label-user-type"), html! { (desk.t(&format!("user-type-{kind}"))) }));
    }
    if let Some(network) = &data.network {
        let browser = data.browser.clone().unwrap_or_else(|| desk.t("account-browser-unknown"));
        rows.push((desk.t("pack-from"), html! { (browser) " " span.mono { (network) } }));
    }
    let account = html! {
        @if let Some((user_id, name)) = &data.account { span.mono { (line(user_id)) } " " (line(name)) }
        @else { (desk.t("pack-no-account")) }
    };
    rows.push((desk.t("pack-account"), account));
    if let Some(at) = data.ended_at {
        rows.push((desk.t("pack-ended"), time(at)));
    }
    let proved = match data.size {
        Some(size) => desk.ta("pack-checkpoint-size", &[("number", &number(desk.frame.lang, size))]),
        None => desk.t("integrity-no-checkpoint"),
    };
    rows.push((desk.t("integrity-checkpoint"), html! { (proved) }));
    html! {
        (shared::facts(&rows))
        @if let Some(at) = data.erased {
            (shared::notice(Tone::Wait, &html! { p { (desk.ta("pack-erased-on", &[("time", &desk.frame.moment(at))])) } }))
        }
    }
}

fn events(desk: &Desk, data: &Data) -> Markup {
    let broken = data.events.iter().filter(|told| told.seal == Seal::Broken).count();
    html! {
        @if broken > 0 {
            (shared::notice(Tone::Bad, &html! { p { (desk.ta("pack-broken-text", &[("count", &broken.to_string())])) } }))
        }
        @if data.left_out > 0 {
            @let (shown, all) = (data.events.len(), data.events.len() + data.left_out);
            (shared::notice(Tone::Wait, &html! {
                p { (desk.ta("pack-left-out", &[("shown", &shown.to_string()), ("all", &all.to_string())])) }
            }))
        }
        table.list.cards {
            thead { tr {
                th scope="col" { (desk.t("integrity-leaf")) }
                th scope="col" { (desk.t("activity-when")) }
                th scope="col" { (desk.t("activity-what")) }
                th scope="col" { (desk.t("pack-who")) }
                th scope="col" { (desk.t("pack-details")) }
            } }
            tbody { @for told in &data.events { (event(desk, told)) } }
        }
    }
}

fn event(desk: &Desk, told: &Told) -> Markup {
    html! {
        tr {
            td data-label=(desk.t("integrity-leaf")) {
                @match told.seal {
                    Seal::Leaf(leaf) => (number(desk.frame.lang, leaf)),
                    Seal::Waits => (chip(Tone::Wait, &desk.t("pack-waits"))),
                    Seal::Broken => (chip(Tone::Bad, &desk.t("pack-broken"))),
                }
            }
            td data-label=(desk.t("activity-when")) { (shared::time(&desk.frame, told.at)) }
            td data-label=(desk.t("activity-what")) {
                (kind(desk, &told.kind))
                @if let Some(refused) = &told.refused {
                    " " (chip(Tone::Bad, &desk.t("activity-refused"))) " " span.small.mono { (refused) }
                }
            }
            td data-label=(desk.t("pack-who")) {
                @match &told.staff {
                    Some(name) => (name),
                    None => (desk.t(&format!("pack-actor-{}", told.actor))),
                }
            }
            td data-label=(desk.t("pack-details")) {
                @if told.facts.is_empty() && told.personal.is_empty() { "–" }
                @for (name, value) in &told.facts { div.small { (label(desk, &format!("fact-{name}"), name)) ": " span.mono { (line(value)) } } }
                @for (name, value) in &told.personal {
                    div.small { (label(desk, &format!("detail-{name}"), name)) ": " (super::detail(desk, value, |text| html! { span.mono { (line(text)) } })) }
                }
            }
        }
    }
}
