//! Parts that pages share: fields, buttons, notices, lists of facts, icons.

use std::fmt::Write as _;

use chrono::{DateTime, TimeDelta, Utc};
use maud::{Markup, PreEscaped, html};

use super::layout::Frame;
use crate::model::account::UserType;

/// How a notice is meant; each has colour, shape and words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Something to know.
    Info,
    /// It worked.
    Good,
    /// It waits, or needs care.
    Wait,
    /// It destroys, or failed.
    Bad,
}

/// The mistakes of a form, above it: each with the id of its field and its words. The script moves the focus here.
pub fn summary(frame: &Frame, mistakes: &[(&str, String)]) -> Markup {
    html! {
        @if !mistakes.is_empty() {
            div.summary role="alert" tabindex="-1" aria-labelledby="summary-title" data-focus {
                h2 #summary-title { (frame.t("summary-title")) }
                ul { @for (id, words) in mistakes { li { a href={ "#" (id) } { (words) } } } }
            }
        }
    }
}

/// A text field of a form.
#[derive(Clone, Copy, Debug)]
pub struct Field<'a> {
    /// Its name and id.
    pub name: &'static str,
    /// `text`, `email` or `password`.
    pub kind: &'static str,
    /// Its label.
    pub label: &'a str,
    /// What helps to fill it, or nothing.
    pub hint: &'a str,
    /// The value of `autocomplete`.
    pub autocomplete: &'static str,
    /// What was typed.
    pub value: &'a str,
    /// What is wrong with it, or nothing.
    pub mistake: Option<&'a str>,
}

/// Draws a text field with label, hint and mistake.
pub fn field(f: &Field<'_>) -> Markup {
    html! {
        div.field.wrong[f.mistake.is_some()] {
            label for=(f.name) { (f.label) }
            @if !f.hint.is_empty() { p.hint #{ (f.name) "-hint" } { (f.hint) } }
            (mistake(f.name, f.mistake))
            input id=(f.name) name=(f.name) type=(f.kind) value=(f.value) required
                autocomplete=(f.autocomplete) autocapitalize="none" spellcheck="false"
                aria-invalid=[f.mistake.map(|_| "true")]
                aria-describedby=[described(f.name, !f.hint.is_empty(), f.mistake.is_some())];
        }
    }
}

/// Tipe User, as radios; the first has the id `penyedia`.
pub fn user_type(frame: &Frame, chosen: Option<UserType>, wrong: Option<&str>) -> Markup {
    html! {
        fieldset.field.wrong[wrong.is_some()] aria-describedby=[described("user_type", false, wrong.is_some())] {
            legend { (frame.t("label-user-type")) }
            (mistake("user_type", wrong))
            div.radios {
                @for &kind in UserType::ALL {
                    label.radio for=(kind.code()) {
                        input type="radio" name="user_type" id=(kind.code()) value=(kind.code()) required
                            checked[chosen == Some(kind)];
                        span { (frame.t(&format!("user-type-{}", kind.code()))) }
                    }
                }
            }
        }
    }
}

/// The User ID where a password is asked: nobody sees it, but password managers look for it.
pub fn user_id(frame: &Frame, user_id: &str) -> Markup {
    html! {
        label for="user_id" hidden { (frame.t("label-user-id")) }
        input #user_id name="user_id" type="text" value=(user_id) autocomplete="username" readonly hidden;
    }
}

/// The words beside a field that is wrong.
pub fn mistake(name: &str, words: Option<&str>) -> Markup {
    html! { @if let Some(words) = words { p.mistake #{ (name) "-error" } { (icon_stop()) span { (words) } } } }
}

/// The ids that describe a field.
pub fn described(name: &str, hint: bool, mistake: bool) -> Option<String> {
    match (hint, mistake) {
        (true, true) => Some(format!("{name}-hint {name}-error")),
        (true, false) => Some(format!("{name}-hint")),
        (false, true) => Some(format!("{name}-error")),
        (false, false) => None,
    }
}

/// A hidden field.
pub fn hidden(name: &str, value: &str) -> Markup {
    html! { input type="hidden" name=(name) value=(value); }
}

/// The anti-forgery field of a form.
pub fn csrf(frame: &Frame) -> Markup {
    html! { @if let Some(token) = &frame.csrf { (hidden("csrf", token)) } }
}

/// A form that is one button: POSTs `fields` to `action`.
pub fn press(frame: &Frame, action: &str, fields: &[(&str, &str)], class: &str, words: &str) -> Markup {
    html! {
        form.press method="post" action=(action) {
            (csrf(frame))
            @for (name, value) in fields { (hidden(name, value)) }
            button.(class) type="submit" { (words) }
        }
    }
}

/// The form of the way back, before a form that decides: mail scanners submit the first form of a page, or press its
/// first button, which is [`back`].
pub fn retreat(action: &str, fields: &[(&str, &str)]) -> Markup {
    html! { form #retreat method="get" action=(action) { @for (name, value) in fields { (hidden(name, value)) } } }
}

/// The button of [`retreat`], to stand before the one that decides.
pub fn back(words: &str) -> Markup {
    html! { button.second type="submit" form="retreat" formnovalidate data-cancel { (words) } }
}

/// A list of names and values.
pub fn facts(rows: &[(String, Markup)]) -> Markup {
    html! { dl.facts { @for (name, value) in rows { div { dt { (name) } dd { (value) } } } } }
}

/// A list of names and values to keep, with a button that prints it where scripts run.
pub fn receipt(frame: &Frame, rows: &[(String, Markup)]) -> Markup {
    html! {
        section.receipt aria-label=(frame.t("receipt-label")) {
            (facts(rows))
            button.quiet type="button" data-print hidden { (frame.t("receipt-print")) }
        }
    }
}

/// A framed remark.
pub fn notice(tone: Tone, body: &Markup) -> Markup {
    let (class, icon) = match tone {
        Tone::Info => ("info", icon_info()),
        Tone::Good => ("good", icon_good()),
        Tone::Wait => ("wait", icon_wait()),
        Tone::Bad => ("bad", icon_stop()),
    };
    html! { div.notice.(class) { (icon) div { (body) } } }
}

/// A time in words, with its machine form.
pub fn time(frame: &Frame, at: DateTime<Utc>) -> Markup {
    html! { time datetime=(at.format("%Y-%m-%dT%H:%M:%SZ")) { (frame.moment(at)) } }
}

/// When a limit opens again, in words: rounded up, since nobody should be told a minute that is still too early.
pub fn opens(frame: &Frame, at: DateTime<Utc>) -> String {
    frame.moment(at + TimeDelta::seconds(59))
}

/// Where Reset TOTP? leads: the form, with the User ID filled in.
pub fn reset_link(user_id: &str) -> String {
    format!("/reset-totp?user_id={}", percent(user_id))
}

/// The script of sign-in, activation and account pages: it copies, and warns before a step ends.
pub fn steps(frame: &Frame) -> Markup {
    html! { script src=(frame.site.assets.steps) defer {} }
}

/// A button, seen where scripts run, that copies the text of the parts of the element with that id.
pub fn copy(frame: &Frame, id: &str, words: &str) -> Markup {
    html! {
        p.copy {
            button.quiet type="button" data-copy=(id) data-done=(frame.t("copy-done")) data-failed=(frame.t("copy-failed"))
                hidden { (words) }
            span.small role="status" {}
        }
    }
}

/// A `mailto:` address with subject and body (RFC 6068).
pub fn mailto(address: &str, subject: &str, body: &str) -> String {
    format!("mailto:{address}?subject={}&body={}", percent(subject), percent(&body.replace('\n', "\r\n")))
}

/// Percent-encodes all but unreserved characters (RFC 3986 §2.3).
pub fn percent(words: &str) -> String {
    words.bytes().fold(String::new(), |mut out, b| {
        if b.is_ascii_alphanumeric() || b"-._~".contains(&b) {
            out.push(char::from(b));
        } else {
            let _ = write!(out, "%{b:02X}");
        }
        out
    })
}

/// Our mark: a key whose bow turns back.
pub fn mark() -> Markup {
    PreEscaped(MARK.to_owned())
}

const MARK: &str = r#"<svg class="mark" viewBox="0 0 32 32" width="32" height="32" aria-hidden="true" focusable="false"><path d="M5.6 10.3A8 8 0 1 1 4 16"/><path d="M5 4.6v6.2h6.2"/><path d="M20 16h9v5M24.5 16v4"/></svg>"#;

macro_rules! icon {
    ($(#[$doc:meta])* $name:ident, $path:literal) => {
        $(#[$doc])*
        pub fn $name() -> Markup {
            PreEscaped(concat!(
                r#"<svg class="icon" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true" focusable="false"><path d=""#,
                $path,
                r#""/></svg>"#
            ).to_owned())
        }
    };
}

icon!(
    /// A tick in a ring: it worked.
    icon_good, "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M8 12.5l2.8 2.8L16 9.5");
icon!(
    /// A clock: it waits.
    icon_wait, "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M12 7.5V12l3 2.5");
icon!(
    /// An octagon with a stroke: it failed, or destroys.
    icon_stop, "M8.3 3h7.4L21 8.3v7.4L15.7 21H8.3L3 15.7V8.3zM12 7.5v5.5M12 16.2v.3");
icon!(
    /// A ring with an i: to know.
    icon_info, "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M12 11v5.5M12 7.6v.3");
