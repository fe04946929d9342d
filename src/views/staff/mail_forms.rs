//! What can be done with a mail: tie it to an account, send the link, answer, put it elsewhere.

use maud::{Markup, html};

use super::super::parts::{self as shared, Tone};
use super::Desk;
use super::mail::{Candidate, Data};
use crate::i18n::Lang;
use crate::model::canned;
use crate::model::inbound::Box;

/// What was typed and is not done yet.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    /// Why the link is sent.
    pub note: String,
    /// The answer.
    pub answer: String,
    /// Its language.
    pub language: Lang,
    /// The User ID of the account it is about.
    pub user_id: String,
    /// Texts for answers: id and name.
    pub canned: Vec<(uuid::Uuid, String)>,
    /// The one that was chosen.
    pub chosen: String,
    /// What will be sent, where it is looked at before.
    pub preview: Option<String>,
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

/// Everything that can be done with it.
pub fn decide(desk: &Desk, data: &Data) -> Markup {
    let Some(place) = data.place else { return html! {} };
    let open = data.case.as_ref().is_some_and(|(_, _, open)| *open);
    let queued = place == Box::Queue;
    html! {
        @if queued && data.account.is_none() { (tie(desk, data)) }
        @if queued && open && data.account.is_some() {
            section.panel aria-labelledby="link-title" {
                h2 #link-title { (desk.t("inmail-link-title")) }
                (link(desk, &Link {
                    mail: data.id.to_string(),
                    version: data.version,
                    weak: data.weak,
                    draft: &data.draft,
                }))
            }
        }
        @if queued && open && data.account.is_none() { (answer(desk, data)) }
        (elsewhere(desk, data, place))
    }
}

/// The link to the registered address, from the page of a mail or of its case.
#[derive(Clone, Debug)]
pub struct Link<'a> {
    /// The mail.
    pub mail: String,
    /// The version of its case.
    pub version: i32,
    /// Whether the mail proves too little for a link without a note.
    pub weak: bool,
    /// What was typed.
    pub draft: &'a Draft,
}

/// One click where the proof is good; with a note otherwise.
pub fn link(desk: &Desk, link: &Link<'_>) -> Markup {
    let flaw = link.draft.flaw(desk, "note-link");
    let hint = desk.t("inmail-link-note-hint");
    html! {
        form method="post" action={ "/staff/mail/" (link.mail) "/link" } {
            (shared::csrf(&desk.frame))
            (shared::hidden("version", &link.version.to_string()))
            @if link.weak {
                div.field.wrong[flaw.is_some()] {
                    label for="note-link" { (desk.t("inmail-link-note")) }
                    p.hint #note-link-hint { (hint) }
                    (shared::mistake("note-link", flaw.as_deref()))
                    textarea #note-link name="note" maxlength="500" rows="3" aria-invalid=[flaw.as_ref().map(|_| "true")]
                        aria-describedby=[shared::described("note-link", true, flaw.is_some())] { (link.draft.note) }
                }
            }
            button.main type="submit" { (desk.t("desk-link-button")) }
        }
        p.small { (desk.t("desk-link-hint")) }
    }
}

/// The accounts that a mail may be about, each with a button that says so.
pub fn candidates(desk: &Desk, mail: &str, version: i32, found: &[Candidate]) -> Markup {
    html! {
        @if found.is_empty() { p { (desk.t("inmail-candidates-none")) } }
        @else {
            ul.lines {
                @for candidate in found {
                    @let account = &candidate.account;
                    li {
                        strong { (account.user_id) } " " (account.name)
                        span.small {
                            span.mono { (account.address) }
                            @for how in &candidate.how { " · " (desk.t(&format!("inmail-how-{how}"))) }
                        }
                        (shared::press(&desk.frame, &format!("/staff/mail/{mail}/place"),
                            &[("version", &version.to_string()), ("account", &account.id.to_string())], "second",
                            &desk.t("inmail-place-button")))
                    }
                }
            }
        }
    }
}

fn tie(desk: &Desk, data: &Data) -> Markup {
    let flaw = data.draft.flaw(desk, "user_id");
    let mail = data.id.to_string();
    html! {
        section.panel aria-labelledby="tie-title" {
            h2 #tie-title { (desk.t("inmail-candidates")) }
            p.small { (desk.t("inmail-candidates-hint")) }
            (candidates(desk, &mail, data.version, &data.candidates))
            details open[flaw.is_some()] {
                summary { (desk.t("inmail-place-other")) }
                form method="post" action={ "/staff/mail/" (mail) "/place" } {
                    (shared::csrf(&desk.frame))
                    (shared::hidden("version", &data.version.to_string()))
                    (shared::field(&shared::Field {
                        name: "user_id",
                        kind: "text",
                        label: &desk.frame.t("label-user-id"),
                        hint: &desk.t("inmail-place-hint"),
                        autocomplete: "off",
                        value: &data.draft.user_id,
                        mistake: flaw.as_deref(),
                    }))
                    button.second type="submit" { (desk.t("inmail-place-button")) }
                }
            }
        }
    }
}

fn answer(desk: &Desk, data: &Data) -> Markup {
    let draft = &data.draft;
    let address = match &data.answer {
        Ok(address) => address,
        Err(why) => {
            return html! { p.small { (desk.t(&format!("inmail-no-answer-{}", why.code()))) } };
        }
    };
    let flaw = draft.flaw(desk, "answer");
    html! {
        details.panel open[flaw.is_some() || !draft.answer.is_empty()] {
            summary { (desk.t("inmail-answer-title")) }
            (shared::notice(Tone::Wait, &html! {
                p { (desk.t("inmail-answer-hint")) " " strong.mono { (super::mail_text::line(address)) } }
            }))
            @if let Some(text) = &draft.preview {
                p { (desk.t("inmail-answer-check")) }
                div.reply { (text) }
            }
            form method="post" action={ "/staff/mail/" (data.id) "/answer" } {
                (shared::csrf(&desk.frame))
                (shared::hidden("version", &data.version.to_string()))
                @if !draft.canned.is_empty() {
                    div.field {
                        label for="canned" { (desk.t("desk-canned-label")) }
                        select #canned name="canned" {
                            option value="" { (desk.t("desk-canned-none")) }
                            @for (id, name) in &draft.canned {
                                option value=(id) selected[id.to_string() == draft.chosen] { (name) }
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
                @if !draft.canned.is_empty() {
                    p { button.quiet type="submit" name="step" value="fill" { (desk.t("desk-canned-use")) } }
                }
                div.field.wrong[flaw.is_some()] {
                    label for="answer" { (desk.t("desk-reply-label")) }
                    p.hint #answer-hint { (desk.t("inmail-answer-values")) }
                    (shared::mistake("answer", flaw.as_deref()))
                    textarea #answer name="text" maxlength=(canned::TEXT_MAX) aria-invalid=[flaw.as_ref().map(|_| "true")]
                        aria-describedby=[shared::described("answer", true, flaw.is_some())] { (draft.answer) }
                }
                div.bar {
                    button.second type="submit" name="step" value="preview" { (desk.t("desk-reply-preview")) }
                    @if draft.preview.is_some() {
                        button.main type="submit" name="step" value="send" { (desk.t("inmail-answer-send")) }
                    }
                }
            }
        }
    }
}

fn elsewhere(desk: &Desk, data: &Data, place: Box) -> Markup {
    let press = |to: Box, class: &str| {
        let fields = [("version", &*data.version.to_string()), ("from", place.code()), ("to", to.code())];
        let action = format!("/staff/mail/{}/move", data.id);
        shared::press(&desk.frame, &action, &fields, class, &desk.t(&format!("inmail-move-{}", to.code())))
    };
    html! {
        section.panel aria-labelledby="move-title" {
            h2 #move-title { (desk.t("inmail-move-title")) }
            p.small { (desk.t(&format!("inmail-move-{}-hint", if place == Box::Queue { "spam" } else { "queue" }))) }
            div.bar {
                @if place != Box::Queue { (press(Box::Queue, "second")) }
                @if matches!(place, Box::Queue | Box::Quarantine) { (press(Box::Spam, "quiet")) }
            }
        }
    }
}
