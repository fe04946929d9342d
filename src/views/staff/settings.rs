//! Texts for replies, working hours and holidays.

use maud::{Markup, html};
use uuid::Uuid;

use super::super::parts::{self as shared, Tone};
use super::{Desk, shell};
use crate::model::canned::{NAME_MAX, TEXT_MAX};
use crate::model::staff::Role;

/// Where the room leads: path, words, and who may go.
const ROOM: [(&str, &str, &[Role]); 3] = [
    ("/staff/freeze", "freeze-title", &[Role::Supervisor, Role::Admin]),
    ("/staff/settings/canned", "desk-canned-title", &[Role::Admin]),
    ("/staff/settings/hours", "desk-hours-title", &[Role::Admin]),
];

/// The index of the room.
pub fn index(desk: &Desk) -> Markup {
    let shown: Vec<_> = ROOM.iter().filter(|(_, _, roles)| desk.roles.any(roles)).collect();
    let body = html! {
        @if shown.is_empty() { p.empty { (desk.t("desk-settings-empty")) } }
        @else { ul.lines { @for (path, words, _) in shown { li { a href=(path) { (desk.t(words)) } } } } }
    };
    shell::shell(desk, &desk.t("staff-menu-settings"), &body)
}

/// A text as the list shows it.
#[derive(Clone, Debug)]
pub struct Canned {
    /// Row id of its version.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: i32,
    /// In Indonesian.
    pub text_id: String,
    /// Who wrote it.
    pub by: Option<String>,
}

/// All texts.
pub fn canned_list(desk: &Desk, texts: &[Canned], saved: bool) -> Markup {
    let body = html! {
        @if saved { (shared::notice(Tone::Good, &html! { p { (desk.t("desk-saved")) } })) }
        p { (desk.t("desk-canned-intro")) }
        p { a.main href="/staff/settings/canned/new" { (desk.t("desk-canned-new")) } }
        @if texts.is_empty() { p.empty { (desk.t("desk-canned-empty")) } }
        @else {
            ul.lines {
                @for text in texts {
                    li {
                        a href={ "/staff/settings/canned/" (text.id) } { (text.name) }
                        p { (text.text_id) }
                        span.small {
                            (desk.ta("desk-canned-version", &[("n", &text.version.to_string())]))
                            @if let Some(by) = &text.by { " · " (by) }
                        }
                    }
                }
            }
        }
    };
    shell::shell(desk, &desk.t("desk-canned-title"), &body)
}

/// A text that is written.
#[derive(Clone, Debug, Default)]
pub struct Edit {
    /// The version that was seen; none for a new one.
    pub id: Option<Uuid>,
    /// Its name.
    pub name: String,
    /// In Indonesian.
    pub text_id: String,
    /// In English.
    pub text_en: String,
    /// Both with made-up values, once they were looked at.
    pub preview: Option<(String, String)>,
    /// What is wrong: id of the field, key of the words.
    pub flaws: Vec<(&'static str, &'static str)>,
    /// The name in braces that is none of ours.
    pub unknown: String,
}

/// The form of a text.
pub fn canned_edit(desk: &Desk, edit: &Edit) -> Markup {
    let words = |id: &str| {
        let found = edit.flaws.iter().find(|(field, _)| *field == id);
        found.map(|(_, key)| desk.ta(key, &[("name", &edit.unknown)]))
    };
    let flaws: Vec<(&str, String)> =
        edit.flaws.iter().map(|(id, key)| (*id, desk.ta(key, &[("name", &edit.unknown)]))).collect();
    let action = edit.id.map_or("/staff/settings/canned/new".to_owned(), |id| format!("/staff/settings/canned/{id}"));
    let body = html! {
        (shared::summary(&desk.frame, &flaws))
        @if let Some((text_id, text_en)) = &edit.preview {
            div.reply lang="id" { (text_id) } div.reply lang="en" { (text_en) }
        }
        form method="post" action=(action) {
            (shared::csrf(&desk.frame))
            @if edit.id.is_some() {
                (shared::hidden("name", &edit.name))
                p { strong { (edit.name) } }
            } @else {
                (shared::field(&shared::Field {
                    name: "name",
                    kind: "text",
                    label: &desk.t("desk-canned-name"),
                    hint: "",
                    autocomplete: "off",
                    value: edit.name.get(..NAME_MAX).unwrap_or(&edit.name),
                    mistake: words("name").as_deref(),
                }))
            }
            @for (id, label, text) in [("text_id", "desk-canned-id", &edit.text_id), ("text_en", "desk-canned-en", &edit.text_en)] {
                @let flaw = words(id);
                div.field.wrong[flaw.is_some()] {
                    label for=(id) { (desk.t(label)) }
                    p.hint #{ (id) "-hint" } { (desk.t("desk-reply-hint")) }
                    (shared::mistake(id, flaw.as_deref()))
                    textarea id=(id) name=(id) maxlength=(TEXT_MAX) required aria-invalid=[flaw.as_ref().map(|_| "true")]
                        aria-describedby=[shared::described(id, true, flaw.is_some())] { (text) }
                }
            }
            div.bar {
                button.second type="submit" name="step" value="preview" { (desk.t("desk-reply-preview")) }
                button.main type="submit" name="step" value="save" { (desk.t("desk-save")) }
            }
        }
        @if let Some(id) = edit.id {
            (shared::press(&desk.frame, &format!("/staff/settings/canned/{id}/retire"), &[], "quiet", &desk.t("desk-canned-retire")))
        }
    };
    shell::shell_of_form(desk, &desk.t("desk-canned-title"), !flaws.is_empty(), &body)
}

/// Working hours and holidays as they are typed.
#[derive(Clone, Debug)]
pub struct Hours {
    /// The days, Monday first.
    pub days: [String; 7],
    /// The version of the week that was seen.
    pub week_version: i32,
    /// The holidays, a line each.
    pub holidays: String,
    /// The version of the holidays that was seen.
    pub holidays_version: i32,
    /// Days that cannot be read.
    pub wrong_days: Vec<usize>,
    /// The line of the holidays that cannot be read.
    pub wrong_line: Option<usize>,
    /// Whether they were saved just now.
    pub saved: bool,
    /// Whether somebody else changed them first.
    pub stale: bool,
}

/// Names and words of the days, Monday first.
pub const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// The forms of hours and holidays.
pub fn hours(desk: &Desk, data: &Hours) -> Markup {
    let mut flaws: Vec<(&str, String)> =
        data.wrong_days.iter().filter_map(|day| Some((*DAYS.get(*day)?, desk.t("desk-hours-wrong")))).collect();
    let line = data.wrong_line.map(|line| desk.ta("desk-holidays-wrong", &[("n", &line.to_string())]));
    flaws.extend(line.clone().map(|words| ("holidays", words)));
    let body = html! {
        (shared::summary(&desk.frame, &flaws))
        @if data.saved { (shared::notice(Tone::Good, &html! { p { (desk.t("desk-saved")) } })) }
        @if data.stale { (shared::notice(Tone::Wait, &html! { p { (desk.t("desk-hours-stale")) } })) }
        p { (desk.t("desk-hours-intro")) }
        form.panel method="post" action="/staff/settings/hours" {
            (shared::csrf(&desk.frame))
            (shared::hidden("version", &data.week_version.to_string()))
            @for (day, typed) in DAYS.iter().zip(&data.days) { (day_field(desk, day, typed, &flaws)) }
            button.main type="submit" { (desk.t("desk-save")) }
        }
        form.panel method="post" action="/staff/settings/holidays" {
            (shared::csrf(&desk.frame))
            (shared::hidden("version", &data.holidays_version.to_string()))
            div.field.wrong[line.is_some()] {
                label for="holidays" { (desk.t("desk-holidays")) }
                p.hint #holidays-hint { (desk.t("desk-holidays-hint")) }
                (shared::mistake("holidays", line.as_deref()))
                textarea #holidays name="holidays" rows="8" aria-describedby=[shared::described("holidays", true, line.is_some())] { (data.holidays) }
            }
            button.main type="submit" { (desk.t("desk-save")) }
        }
    };
    shell::shell_of_form(desk, &desk.t("desk-hours-title"), !flaws.is_empty(), &body)
}

fn day_field(desk: &Desk, day: &str, typed: &str, flaws: &[(&str, String)]) -> Markup {
    let flaw = flaws.iter().find(|(id, _)| *id == day).map(|(_, words)| words.as_str());
    html! {
        div.field.wrong[flaw.is_some()] {
            label for=(day) { (desk.t(&format!("desk-day-{day}"))) }
            (shared::mistake(day, flaw))
            input id=(day) name=(day) type="text" value=(typed) autocomplete="off" spellcheck="false"
                aria-invalid=[flaw.map(|_| "true")] aria-describedby=[shared::described(day, false, flaw.is_some())];
        }
    }
}
