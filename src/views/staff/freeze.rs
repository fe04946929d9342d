//! The freeze switch: each way to a reset, whether it is open, and who stopped it and why.

use chrono::{DateTime, Utc};
use maud::{Markup, html};

use super::super::code::CodeTrouble;
use super::super::parts::{self as shared, Tone};
use super::Desk;
use super::parts::{chip, code_words, fresh_code};
use super::shell::shell_of_form;
use crate::model::freeze::Scope;

/// What the page shows.
#[derive(Clone, Debug, Default)]
pub struct Data {
    /// What is frozen.
    pub frozen: Vec<Line>,
    /// What came back of a form: of which way, the reason as typed, and what is wrong.
    pub trouble: Option<Trouble>,
}

/// A way that is frozen.
#[derive(Clone, Debug)]
pub struct Line {
    /// Which.
    pub scope: Scope,
    /// Why.
    pub reason: String,
    /// Since when.
    pub since: DateTime<Utc>,
    /// Who did it.
    pub by: Option<String>,
}

/// What came back of a form.
#[derive(Clone, Debug)]
pub struct Trouble {
    /// Of which way.
    pub scope: Scope,
    /// The reason as typed.
    pub reason: String,
    /// What is wrong with it.
    pub reason_mistake: Option<String>,
    /// What is wrong with the code.
    pub code: Option<CodeTrouble>,
}

impl Trouble {
    /// Each mistake with the id of its field.
    fn mistakes(&self, desk: &Desk) -> Vec<(String, String)> {
        let id = |field| format!("{field}-{}", self.scope.code());
        let reason = self.reason_mistake.clone().map(|words| (id("reason"), words));
        let code = self.code.map(|trouble| (id("code"), code_words(&desk.frame, trouble)));
        reason.into_iter().chain(code).collect()
    }
}

/// The page.
pub fn freeze(desk: &Desk, data: &Data) -> Markup {
    let mistakes = data.trouble.as_ref().map(|trouble| trouble.mistakes(desk)).unwrap_or_default();
    let shown: Vec<_> = mistakes.iter().map(|(id, words)| (id.as_str(), words.clone())).collect();
    shell_of_form(
        desk,
        &desk.t("freeze-title"),
        data.trouble.is_some(),
        &html! {
            (shared::summary(&desk.frame, &shown))
            p { (desk.t("freeze-lead")) }
            @for &scope in Scope::ALL {
                (way(desk, scope, data))
            }
        },
    )
}

fn way(desk: &Desk, scope: Scope, data: &Data) -> Markup {
    let frozen = data.frozen.iter().find(|line| line.scope == scope);
    let trouble = data.trouble.as_ref().filter(|trouble| trouble.scope == scope);
    let (act, words, class) = match frozen {
        Some(_) => ("lift", "freeze-lift", "second"),
        None => ("set", "freeze-set", "danger"),
    };
    html! {
        section.panel {
            h2 { (desk.t(&format!("freeze-{}", scope.code()))) " "
                @match frozen {
                    Some(_) => (chip(Tone::Bad, &desk.t("freeze-is"))),
                    None => (chip(Tone::Good, &desk.t("freeze-open"))),
                }
            }
            @if let Some(line) = frozen {
                (shared::facts(&[
                    (desk.t("freeze-since"), shared::time(&desk.frame, line.since)),
                    (desk.t("freeze-by"), html! { (line.by.as_deref().unwrap_or("–")) }),
                    (desk.t("freeze-why"), html! { (line.reason) }),
                ]))
            }
            details open[trouble.is_some()] {
                summary { (desk.t(words)) }
                form method="post" action="/staff/freeze" {
                    (shared::csrf(&desk.frame))
                    (shared::hidden("scope", scope.code()))
                    (fields(desk, scope, trouble))
                    button.(class) type="submit" name="act" value=(act) { (desk.t(words)) }
                }
            }
        }
    }
}

/// Its fields; one page holds four such forms, so their ids carry the way.
fn fields(desk: &Desk, scope: Scope, trouble: Option<&Trouble>) -> Markup {
    let reason = trouble.map(|t| t.reason.as_str()).unwrap_or_default();
    let mistake = trouble.and_then(|t| t.reason_mistake.as_deref());
    let id = format!("reason-{}", scope.code());
    html! {
        div.field.wrong[mistake.is_some()] {
            label for=(id) { (desk.t("desk-account-reason")) }
            (shared::mistake(&id, mistake))
            input id=(id) name="reason" type="text" value=(reason) required autocomplete="off"
                aria-invalid=[mistake.map(|_| "true")] aria-describedby=[shared::described(&id, false, mistake.is_some())];
        }
        (fresh_code(desk, &format!("code-{}", scope.code()), trouble.and_then(|t| t.code)))
    }
}
