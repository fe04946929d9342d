//! A mail that came in: what it proves first, then what it says, then what can be done.

use chrono::{DateTime, Utc};
use maud::{Markup, html};
use uuid::Uuid;

use super::super::parts::{self as shared, Tone};
use super::erase::erased_on;
use super::mail_forms::{self, Draft};
use super::parts::chip;
use super::{Desk, mail_proof, mail_text, shell};
use crate::model::answer::NoAnswer;
use crate::model::inbound::{Box, Judgement, Kind, Message, Park, Source, Verdict};

/// What the page shows.
#[derive(Clone, Debug)]
pub struct Data {
    /// Row id.
    pub id: Uuid,
    /// The version of its case; 0 where it has none.
    pub version: i32,
    /// When it came.
    pub taken_at: DateTime<Utc>,
    /// By which way.
    pub source: Source,
    /// The client that handed it over, and what that called itself.
    pub handed: (Option<String>, Option<String>),
    /// How long it is.
    pub bytes: i32,
    /// SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
    /// Whether its bytes are still kept.
    pub raw_kept: bool,
    /// Why it was set aside.
    pub park: Option<Park>,
    /// What it is, once read.
    pub kind: Option<Kind>,
    /// Where it stands, once read.
    pub place: Option<Box>,
    /// What it proves, once judged.
    pub verdict: Option<Verdict>,
    /// Whether that is too little for a link without a note.
    pub weak: bool,
    /// Why.
    pub judgement: Option<Judgement>,
    /// What it says.
    pub message: Option<Message>,
    /// Its addresses beside the registered ones.
    pub compared: Vec<Compared>,
    /// The case it stands in: id, reference, and whether that is open.
    pub case: Option<(Uuid, String, bool)>,
    /// A case that its subject alone names.
    pub maybe: Option<(Uuid, String)>,
    /// The account it is about.
    pub account: Option<Account>,
    /// Accounts it may be about.
    pub candidates: Vec<Candidate>,
    /// Who moved it, and when.
    pub moved: Option<(String, DateTime<Utc>)>,
    /// Why its writer cannot be answered by hand; the address they would be answered at otherwise.
    pub answer: Result<String, NoAnswer>,
    /// What was done just now: suffix of its message key.
    pub note: Option<&'static str>,
    /// Why what was asked was not done: suffix of its message key.
    pub undone: Option<&'static str>,
    /// When it was erased.
    pub erased: Option<DateTime<Utc>>,
    /// What was typed and is not done yet.
    pub draft: Draft,
}

/// An address of a mail, and how it fits.
#[derive(Clone, Debug)]
pub struct Compared {
    /// The header: `from`, `sender`, `reply-to`, `return-path`, `envelope`.
    pub header: &'static str,
    /// Name and address as written.
    pub name: String,
    /// The address as written; an empty one is the null sender.
    pub address: String,
    /// How it fits.
    pub fit: Fit,
}

/// How an address fits the registered ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fit {
    /// It is the registered address of the account.
    Same,
    /// It is registered for one of the accounts that it may be about.
    Known,
    /// It is another.
    Differs,
    /// Nothing is registered to compare it with.
    Unregistered,
}

impl Fit {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Same, Self::Known, Self::Differs, Self::Unregistered];
}

/// The account that a mail is about.
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
}

/// An account that a mail may be about.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// The account.
    pub account: Account,
    /// What matched: `address`, `user-id`, `name`.
    pub how: Vec<String>,
}

/// What is told after something was done: suffix of the message key `inmail-note-<code>`.
pub const NOTES: [&str; 6] = ["placed", "joined", "link", "answered", "queued", "spam"];
/// Why something was not done: suffix of the message key `inmail-undone-<code>`.
pub const UNDONE: [&str; 2] = ["stale", "impossible"];

/// The page.
pub fn page(desk: &Desk, data: &Data) -> Markup {
    let flaws: Vec<(&str, String)> =
        data.draft.flaws.iter().map(|(id, key)| (*id, desk.ta(key, &[("name", &data.draft.unknown)]))).collect();
    let body = html! {
        p { a href="/staff/mail" { (desk.t("inmail-back")) } }
        (shared::summary(&desk.frame, &flaws))
        @if let Some(note) = data.note {
            (shared::notice(Tone::Good, &html! { p { (desk.t(&format!("inmail-note-{note}"))) } }))
        }
        @if let Some(why) = data.undone {
            (shared::notice(Tone::Bad, &html! { p { (desk.t(&format!("inmail-undone-{why}"))) } }))
        }
        @match data.erased { Some(at) => (erased_on(desk, at)), None => (outcome(desk, data)) }
        div.split {
            div {
                (mail_proof::addresses(desk, data))
                @if let Some(message) = &data.message { (mail_text::text(desk, data.id, message)) }
                (mail_text::attachments(desk, data))
                (raw(desk, data))
            }
            div {
                (facts(desk, data))
                @if data.erased.is_none() { (mail_forms::decide(desk, data)) }
            }
        }
        @if let Some(judgement) = &data.judgement { (mail_proof::why(desk, judgement)) }
    };
    let subject = data.message.as_ref().map(|message| mail_text::line(&message.subject)).filter(|s| !s.is_empty());
    let title = subject.unwrap_or_else(|| desk.t("inmail-no-subject"));
    shell::shell_of_form(desk, &desk.ta("inmail-title", &[("subject", &title)]), !flaws.is_empty(), &body)
}

/// What it proves, or why nobody knows.
fn outcome(desk: &Desk, data: &Data) -> Markup {
    if let Some(park) = data.park {
        return shared::notice(
            Tone::Bad,
            &html! {
                h2 { (desk.t("inmail-parked")) }
                p { (desk.t(&format!("inmail-park-{}", park.code()))) }
            },
        );
    }
    match (data.verdict, &data.judgement) {
        (Some(verdict), Some(judgement)) => mail_proof::outcome(desk, verdict, judgement, data.message.as_ref()),
        _ => shared::notice(Tone::Info, &html! { p { (desk.t("inmail-unread")) } }),
    }
}

fn facts(desk: &Desk, data: &Data) -> Markup {
    let mut rows = vec![(desk.t("inmail-came"), shared::time(&desk.frame, data.taken_at))];
    if let Some(date) = data.message.as_ref().and_then(|message| message.date) {
        rows.push((desk.t("inmail-written"), shared::time(&desk.frame, date)));
    }
    rows.push((desk.t("inmail-way"), html! { (desk.t(&format!("inmail-source-{}", data.source.code()))) }));
    if let (Some(client), helo) = &data.handed {
        let helo = helo.as_deref().map(mail_text::line).unwrap_or_default();
        rows.push((desk.t("inmail-client"), html! { span.mono { (mail_text::line(client)) " " (helo) } }));
    }
    if let Some(kind) = data.kind {
        rows.push((desk.t("inmail-kind"), html! { (desk.t(&format!("inmail-kind-{}", kind.code()))) }));
    }
    if let Some(place) = data.place {
        rows.push((desk.t("inmail-place"), self::place(desk, place)));
    }
    if let Some((name, at)) = &data.moved {
        rows.push((desk.t("inmail-moved"), html! { (name) " · " (shared::time(&desk.frame, *at)) }));
    }
    if let Some((id, reference, _)) = &data.case {
        rows.push((desk.t("inmail-case"), html! { a.mono href={ "/staff/requests/" (id) } { (reference) } }));
    }
    if let Some((id, reference)) = &data.maybe {
        rows.push((desk.t("inmail-maybe"), html! { a.mono href={ "/staff/requests/" (id) } { (reference) } }));
    }
    if let Some(account) = &data.account {
        rows.push((
            desk.t("inmail-account"),
            html! {
                a href={ "/staff/accounts/" (account.id) } { (account.user_id) } " · " (account.name)
            },
        ));
        rows.push((desk.t("desk-address"), html! { span.mono { (account.address) } }));
    }
    html! {
        section.panel aria-labelledby="facts-title" {
            h2 #facts-title { (desk.t("desk-facts")) }
            (shared::facts(&rows))
        }
    }
}

/// Where a mail stands.
pub fn place(desk: &Desk, place: Box) -> Markup {
    let tone = match place {
        Box::Queue => Tone::Info,
        Box::Quarantine => Tone::Wait,
        Box::Spam => Tone::Bad,
        Box::Done => Tone::Good,
    };
    chip(tone, &desk.t(&format!("inmail-place-{}", place.code())))
}

fn raw(desk: &Desk, data: &Data) -> Markup {
    html! {
        section.panel aria-labelledby="raw-title" {
            h2 #raw-title { (desk.t("inmail-raw-title")) }
            p.small { (desk.ta("inmail-bytes", &[("n", &data.bytes.to_string())])) " · SHA-256 " span.mono { (data.sha256) } }
            @if data.raw_kept {
                p.small { (desk.t("inmail-raw-hint")) }
                (shared::press(&desk.frame, &format!("/staff/mail/{}/raw", data.id), &[], "second", &desk.t("inmail-raw")))
            } @else {
                p { (desk.t("inmail-raw-gone")) }
            }
        }
    }
}
