//! The forms of a case: hold it, write into it, decide about it.

use maud::{Markup, html};

use super::super::parts as shared;
use super::Desk;
use super::case::Data;
use crate::i18n::Lang;
use crate::model::canned;
use crate::model::desk::CaseState;

/// What was typed and is not done yet.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    /// The note.
    pub note: String,
    /// The reply.
    pub reply: String,
    /// Its language.
    pub language: Lang,
    /// Whether the case is to wait for its person after it.
    pub wait: bool,
    /// The text it was made of.
    pub canned: String,
    /// Why the requests are refused.
    pub reject: String,
    /// Why the address is to be shown.
    pub reveal: String,
    /// What is wrong: id of the field, key of the words.
    pub flaws: Vec<(&'static str, &'static str)>,
    /// The name in braces that is none of ours.
    pub unknown: String,
}

impl Draft {
    fn flaw(&self, desk: &Desk, id: &str) -> Option<String> {
        let found = self.flaws.iter().find(|(field, _)| *field == id);
        found.map(|(_, key)| desk.ta(key, &[("name", &self.unknown)]))
    }
}

/// A button that does something with the case as it was seen.
fn press(desk: &Desk, data: &Data, verb: &str, class: &str, words: &str) -> Markup {
    let action = format!("/staff/requests/{}/{verb}", data.id);
    shared::press(&desk.frame, &action, &[("version", &data.version.to_string())], class, words)
}

/// The head of a form that goes with the case as it was seen.
fn seen(desk: &Desk, data: &Data) -> Markup {
    html! { (shared::csrf(&desk.frame)) (shared::hidden("version", &data.version.to_string())) }
}

/// Who has it, and what that can become.
pub fn hold(desk: &Desk, data: &Data) -> Markup {
    let open = data.state != CaseState::Closed;
    html! {
        div.bar {
            @match &data.taken {
                Some((_, true)) => { span { (desk.t("desk-taken-me")) } },
                Some((name, false)) => { span { (desk.ta("desk-taken-by", &[("name", name)])) } },
                None => { span { (desk.t("desk-taken-none")) } },
            }
            @if open {
                @if data.taken.as_ref().is_none_or(|(_, me)| !me) {
                    span data-take { (press(desk, data, "take", "main", &desk.t("desk-take"))) }
                }
                @if data.taken.is_some() { (press(desk, data, "release", "quiet", &desk.t("desk-release"))) }
                @if !data.colleagues.is_empty() {
                    form.bar method="post" action={ "/staff/requests/" (data.id) "/assign" } {
                        (seen(desk, data))
                        label for="to" { (desk.t("desk-assign-to")) }
                        select #to name="to" { @for (id, name) in &data.colleagues { option value=(id) { (name) } } }
                        button.quiet type="submit" { (desk.t("desk-assign")) }
                    }
                }
            }
            a.quiet href=(desk.frame.path) { (desk.t("desk-reload")) }
        }
    }
}

/// Text fields of many lines.
fn area(desk: &Desk, draft: &Draft, (id, name): (&'static str, &str), label: &str, hint: &str, value: &str) -> Markup {
    let flaw = draft.flaw(desk, id);
    html! {
        div.field.wrong[flaw.is_some()] {
            label for=(id) { (label) }
            @if !hint.is_empty() { p.hint #{ (id) "-hint" } { (hint) } }
            (shared::mistake(id, flaw.as_deref()))
            textarea id=(id) name=(name) maxlength=(canned::TEXT_MAX) aria-invalid=[flaw.as_ref().map(|_| "true")]
                aria-describedby=[shared::described(id, !hint.is_empty(), flaw.is_some())] { (value) }
        }
    }
}

/// Note and reply.
pub fn write(desk: &Desk, data: &Data) -> Markup {
    let draft = &data.draft;
    html! {
        @if data.account.is_some() && data.state != CaseState::Closed { (reply(desk, data)) }
        details.panel open[!draft.note.is_empty() || draft.flaws.iter().any(|(id, _)| *id == "note")] {
            summary { (desk.t("desk-note-title")) }
            form method="post" action={ "/staff/requests/" (data.id) "/note" } {
                (seen(desk, data))
                (area(desk, draft, ("note", "text"), &desk.t("desk-note-label"), &desk.t("desk-note-hint"), &draft.note))
                button.second type="submit" { (desk.t("desk-note-button")) }
            }
        }
    }
}

fn reply(desk: &Desk, data: &Data) -> Markup {
    let draft = &data.draft;
    let open = !draft.reply.is_empty() || draft.flaws.iter().any(|(id, _)| *id == "reply");
    html! {
        details.panel open[open] {
            summary { (desk.t("desk-reply-title")) }
            form method="post" action={ "/staff/requests/" (data.id) "/reply" } {
                (seen(desk, data))
                @if !data.canned.is_empty() {
                    div.field {
                        label for="canned" { (desk.t("desk-canned-label")) }
                        select #canned name="canned" {
                            option value="" { (desk.t("desk-canned-none")) }
                            @for (id, name) in &data.canned {
                                option value=(id) selected[id.to_string() == draft.canned] { (name) }
                            }
                        }
                    }
                }
                fieldset.field {
                    legend { (desk.t("desk-reply-language")) }
                    div.radios {
                        @for lang in Lang::ALL {
                            @let id = format!("language-{}", lang.code());
                            label.radio for=(id) {
                                input id=(id) type="radio" name="language" value=(lang.code()) checked[lang == draft.language];
                                span { (lang.t("language-name")) }
                            }
                        }
                    }
                }
                @if !data.canned.is_empty() {
                    p { button.quiet type="submit" name="step" value="fill" { (desk.t("desk-canned-use")) } }
                }
                (area(desk, draft, ("reply", "text"), &desk.t("desk-reply-label"), &desk.t("desk-reply-hint"), &draft.reply))
                div.field {
                    label.pick for="wait" {
                        input #wait type="checkbox" name="wait" value="1" checked[draft.wait];
                        " " (desk.t("desk-reply-wait"))
                    }
                }
                button.main type="submit" name="step" value="preview" { (desk.t("desk-reply-preview")) }
            }
        }
    }
}

/// The registered address, with a reason.
pub fn reveal(desk: &Desk, data: &Data) -> Markup {
    let flaw = data.draft.flaw(desk, "why");
    html! {
        details open[flaw.is_some()] {
            summary { (desk.t("desk-reveal-title")) }
            form method="post" action={ "/staff/requests/" (data.id) "/reveal" } {
                (seen(desk, data))
                (shared::field(&shared::Field {
                    name: "why",
                    kind: "text",
                    label: &desk.t("desk-reason-label"),
                    hint: &desk.t("desk-reveal-hint"),
                    autocomplete: "off",
                    value: &data.draft.reveal,
                    mistake: flaw.as_deref(),
                }))
                button.second type="submit" { (desk.t("desk-reveal-button")) }
            }
        }
    }
}

/// What moves or ends it.
pub fn decide(desk: &Desk, data: &Data) -> Markup {
    let open = data.state != CaseState::Closed;
    html! {
        @if open {
            section.panel aria-labelledby="do-title" {
                h2 #do-title { (desk.t("desk-do")) }
                div.bar {
                    @if data.account.is_some() && data.mail.is_none() {
                        (press(desk, data, "link", "second", &desk.t("desk-link-button")))
                    }
                    @if data.state == CaseState::Waiting {
                        (press(desk, data, "resume", "quiet", &desk.t("desk-resume")))
                    } @else {
                        (press(desk, data, "wait", "quiet", &desk.t("desk-wait")))
                    }
                    @if let Some(account) = &data.account {
                        a.quiet href={ "/staff/accounts/" (account.id) "/reset?case=" (data.id) } { (desk.t("desk-propose")) }
                    }
                }
                @if data.mail.is_none() { p.small { (desk.t("desk-link-hint")) } }
                (close(desk, data))
                (reject(desk, data))
            }
        }
    }
}

fn close(desk: &Desk, data: &Data) -> Markup {
    html! {
        details {
            summary { (desk.t("desk-close-title")) }
            form method="post" action={ "/staff/requests/" (data.id) "/close" } {
                (seen(desk, data))
                div.field {
                    label for="ending" { (desk.t("desk-close-label")) }
                    select #ending name="ending" {
                        @for code in ["answered", "closed", "spam"] {
                            option value=(code) { (desk.t(&format!("desk-ending-{code}"))) }
                        }
                    }
                }
                button.second type="submit" { (desk.t("desk-close-button")) }
            }
        }
    }
}

fn reject(desk: &Desk, data: &Data) -> Markup {
    let draft = &data.draft;
    html! {
        details open[!draft.reject.is_empty() || draft.flaws.iter().any(|(id, _)| *id == "reject")] {
            summary { (desk.t("desk-reject-title")) }
            form method="post" action={ "/staff/requests/" (data.id) "/reject" } {
                (seen(desk, data))
                (area(desk, draft, ("reject", "text"), &desk.t("desk-reason-label"), &desk.t("desk-reject-hint"), &draft.reject))
                button.danger type="submit" { (desk.t("desk-reject-button")) }
            }
        }
    }
}
