//! One proposal: everything that is decided upon, and the decision.

use chrono::{DateTime, Utc};
use maud::{Markup, html};

use super::super::parts::{self as shared, Tone, hidden};
use super::approvals::{agreed, state};
use super::erase::{Outlook, outlook};
use super::propose::area;
use super::shell::shell_of_form;
use super::{Desk, parts};
use crate::model::dual::Tie;
use crate::model::proposal::{Kind, State, Verdict};
use crate::model::refusal::Refusal;

/// What the page shows.
#[derive(Clone, Debug)]
pub struct Data {
    /// Where the form is sent.
    pub action: String,
    /// What is proposed.
    pub kind: Kind,
    /// Where it stands.
    pub state: State,
    /// What an erasure would erase, or erased.
    pub erases: Option<Outlook>,
    /// User ID.
    pub user_id: String,
    /// Addresses on file, masked.
    pub addresses: Vec<String>,
    /// Whether the account is locked, and protected.
    pub flags: (bool, bool),
    /// The request's reference.
    pub reference: Option<String>,
    /// Who proposed it; none for the account's own person.
    pub proposer: Option<String>,
    /// When.
    pub proposed_at: DateTime<Utc>,
    /// When its life ends.
    pub expires_at: DateTime<Utc>,
    /// When it takes effect.
    pub due_at: Option<DateTime<Utc>>,
    /// Code of the reason.
    pub reason: Option<String>,
    /// Code of how the person was verified.
    pub verified: Option<String>,
    /// Ticket or letter number.
    pub evidence: Option<String>,
    /// The number that was called, and when.
    pub called: Option<(String, Option<DateTime<Utc>>)>,
    /// What else the proposer says.
    pub note: String,
    /// Whether the mailbox is said to be lost.
    pub mailbox_lost: bool,
    /// Whether it is urgent.
    pub urgent: bool,
    /// The address that is to be the registered one.
    pub new_address: Option<String>,
    /// The columns that an import would overwrite.
    pub columns: Option<String>,
    /// How many agreed, and how many have to.
    pub approvals: (usize, i16),
    /// Its files: where each is, its name and its kilobytes.
    pub files: Vec<(String, String, i64)>,
    /// Where the viewer sends another file, if they may.
    pub attach: Option<String>,
    /// What was said so far: name, code of the verdict, reason, time.
    pub said: Vec<(String, String, String, DateTime<Utc>)>,
    /// SHA-256 of what is shown, in hexadecimal.
    pub shown: String,
    /// What the viewer may say.
    pub may: Vec<Verdict>,
    /// Why the viewer cannot decide about it.
    pub tie: Option<Tie>,
    /// The reason that was typed.
    pub typed: String,
    /// Why it was refused.
    pub trouble: Option<Refusal>,
}

/// The page.
pub fn page(desk: &Desk, data: &Data) -> Markup {
    let title = desk.ta(&format!("propose-title-{}", data.kind.code()), &[("user", &data.user_id)]);
    let words = data.trouble.map(|refusal| parts::refusal_words(desk, refusal));
    let field = if data.trouble == Some(Refusal::ReasonMissing) { "reason" } else { "code" };
    let mistakes: Vec<(&str, String)> =
        words.iter().filter(|_| !data.may.is_empty()).map(|words| (field, words.clone())).collect();
    let body = html! {
        (shared::summary(&desk.frame, &mistakes))
        @if let (Some(words), true) = (&words, data.may.is_empty()) {
            (shared::notice(Tone::Bad, &html! { p { (words) } }))
        }
        p { (state(desk, data.state)) @if data.urgent { " " (parts::chip(Tone::Bad, &desk.t("proposal-urgent"))) } }
        div.split {
            div {
                section.panel aria-label=(desk.t("proposal-what")) { (shared::facts(&proposal(desk, data))) }
                @if !data.note.is_empty() { p.note { (data.note) } }
                (files(desk, data))
                @if !data.said.is_empty() { (said(desk, data)) }
            }
            div {
                section.panel aria-label=(desk.t("proposal-account")) { (shared::facts(&account(desk, data))) }
                @if let Some(erases) = &data.erases { (outlook(desk, erases)) }
                (decision(desk, data))
            }
        }
        p.links { a href="/staff/approvals" { (desk.t("proposal-back")) } }
    };
    shell_of_form(desk, &title, !mistakes.is_empty(), &body)
}

fn proposal(desk: &Desk, data: &Data) -> Vec<(String, Markup)> {
    let erases = data.kind == Kind::Erase;
    let code = |family: &str, code: &str| match family {
        "reason" if erases => desk.t(&format!("erase-ground-{code}")),
        "reason" => desk.t(&format!("proposal-reason-{code}")),
        _ => desk.t(&format!("proposal-verified-{code}")),
    };
    let mut rows = vec![
        (desk.t("proposal-by"), html! { (data.proposer.clone().unwrap_or_else(|| desk.t("proposal-own-person"))) }),
        (desk.t("proposal-at"), shared::time(&desk.frame, data.proposed_at)),
        (desk.t("proposal-expires"), shared::time(&desk.frame, data.expires_at)),
        (desk.t("proposal-agree"), html! { (agreed(desk, data.approvals)) }),
    ];
    if let Some(due) = data.due_at {
        rows.push((desk.t("proposal-due"), shared::time(&desk.frame, due)));
    }
    if let Some(reason) = &data.reason {
        rows.push((desk.t("propose-reason"), html! { (code("reason", reason)) }));
    }
    if let Some(verified) = &data.verified {
        rows.push((desk.t("propose-verified"), html! { (code("verified", verified)) }));
    }
    if let Some((number, at)) = &data.called {
        let words = html! { (number) @if let Some(at) = at { " · " (shared::time(&desk.frame, *at)) } };
        rows.push((desk.t("propose-number"), words));
    }
    if let Some(evidence) = &data.evidence {
        let label = if erases { "erase-evidence" } else { "propose-evidence" };
        rows.push((desk.t(label), html! { (evidence) }));
    }
    if data.mailbox_lost {
        rows.push((desk.t("proposal-mailbox"), parts::chip(Tone::Bad, &desk.t("proposal-mailbox-lost"))));
    }
    if let Some(columns) = &data.columns {
        rows.push((desk.t("proposal-columns"), html! { span.mono { (columns) } }));
    }
    if let Some(address) = &data.new_address {
        rows.push((desk.t("propose-address"), html! { span.mono { (address) } }));
    }
    rows
}

fn account(desk: &Desk, data: &Data) -> Vec<(String, Markup)> {
    let mut rows = vec![
        (desk.frame.t("label-user-id"), html! { (data.user_id) }),
        (desk.t("proposal-addresses"), html! { @for address in &data.addresses { div { (address) } } }),
    ];
    if let Some(reference) = &data.reference {
        rows.push((desk.frame.t("label-reference"), html! { span.mono { (reference) } }));
    }
    for (set, words) in [(data.flags.0, "proposal-locked"), (data.flags.1, "proposal-protected")] {
        if set {
            rows.push((desk.t("proposal-flag"), parts::chip(Tone::Wait, &desk.t(words))));
        }
    }
    rows
}

fn files(desk: &Desk, data: &Data) -> Markup {
    html! {
        @if !data.files.is_empty() {
            h2 { (desk.t("proposal-files")) }
            ul { @for (path, name, size) in &data.files { li { a href=(path) { (name) } " · " (size) " KiB" } } }
        }
        @if let Some(action) = &data.attach {
            form.panel method="post" action=(action) enctype="multipart/form-data" {
                (shared::csrf(&desk.frame))
                div.field {
                    label for="file" { (desk.t("proposal-file")) }
                    p.hint #file-hint { (desk.t("proposal-file-hint")) }
                    input #file type="file" name="file" accept=".pdf,.png,.jpg,.jpeg" required aria-describedby="file-hint";
                }
                div.buttons { button.second type="submit" { (desk.t("proposal-attach")) } }
            }
        }
    }
}

fn said(desk: &Desk, data: &Data) -> Markup {
    html! {
        h2 { (desk.t("proposal-said")) }
        ul.ticks {
            @for (name, verdict, reason, at) in &data.said {
                li {
                    strong { (name) } " · " (desk.t(&format!("proposal-said-{verdict}"))) " · " (shared::time(&desk.frame, *at))
                    @if !reason.is_empty() { br; (reason) }
                }
            }
        }
    }
}

/// The message key of what can be said.
fn verdict_words(kind: Kind, verdict: Verdict) -> String {
    match (kind, verdict) {
        (Kind::Erase, Verdict::Approve) => "erase-verdict-approve".to_owned(),
        _ => format!("proposal-verdict-{}", verdict.code()),
    }
}

fn decision(desk: &Desk, data: &Data) -> Markup {
    let unsaid = data.trouble.filter(|trouble| *trouble == Refusal::ReasonMissing);
    let unsaid = unsaid.map(|trouble| parts::refusal_words(desk, trouble));
    let why = if data.kind == Kind::Erase { "erase-why" } else { "proposal-why" };
    html! {
        @if let Some(tie) = data.tie {
            (shared::notice(Tone::Info, &html! { p { (desk.t(&format!("tie-{}", tie.code()))) } }))
        }
        @if !data.may.is_empty() {
            form.panel method="post" action=(data.action) novalidate {
                (shared::csrf(&desk.frame))
                (hidden("shown", &data.shown))
                fieldset.field {
                    legend { (desk.t("proposal-decision")) }
                    div.radios {
                        @for verdict in &data.may {
                            @let id = format!("verdict-{}", verdict.code());
                            label.radio for=(id) {
                                input type="radio" name="verdict" id=(id) value=(verdict.code()) required;
                                span { (desk.t(&verdict_words(data.kind, *verdict))) }
                            }
                        }
                    }
                }
                (area("reason", &desk.t(why), &data.typed, unsaid.as_deref()))
                (parts::code_of(desk, data.trouble.filter(|trouble| *trouble != Refusal::ReasonMissing)))
                div.buttons { button.main type="submit" { (desk.t("proposal-decide")) } }
            }
        }
    }
}
