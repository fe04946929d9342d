//! The freeze switch: each way to a reset, whether it is open, and who stopped it and why.

use chrono::{DateTime, Utc};
use maud::{Markup, html};

use super::super::parts::{self as shared, Tone};
use super::Desk;
use super::parts::chip;
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
    pub code_mistake: Option<String>,
}

impl Trouble {
    /// Each mistake with the id of its field.
    fn mistakes(&self) -> Vec<(String, String)> {
        let of = |field, words: &Option<String>| words.clone().map(|w| (format!("{field}-{}", self.scope.code()), w));
        of("reason", &self.reason_mistake).into_iter().chain(of("code", &self.code_mistake)).collect()
    }
}

/// The page.
pub fn freeze(desk: &Desk, data: &Data) -> Markup {
    let mistakes = data.trouble.as_ref().map(Trouble::mistakes).unwrap_or_default();
    let shown: Vec<_> = mistakes.iter().map(|(id, words)| (id.as_str(), words.clone())).collect();
    shell_of_form(
        desk,
        &desk.t("freeze-title"),
        data.trouble.is_some(),
        &html! {
            (shared::summary(&desk.frame, &shown))
            p { (desk.t("freeze-lead")) }
            @for scope in Scope::ALL {
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
    let code_id = format!("code-{}", scope.code());
    let code_mistake = trouble.and_then(|t| t.code_mistake.as_deref());
    html! {
        div.field.wrong[mistake.is_some()] {
            label for=(id) { (desk.t("desk-account-reason")) }
            (shared::mistake(&id, mistake))
            input id=(id) name="reason" type="text" value=(reason) required autocomplete="off"
                aria-invalid=[mistake.map(|_| "true")] aria-describedby=[shared::described(&id, false, mistake.is_some())];
        }
        div.field.wrong[code_mistake.is_some()] {
            label for=(code_id) { (desk.t("staff-code-label")) }
            p.hint #{ (code_id) "-hint" } { (desk.t("staff-code-hint")) }
            (shared::mistake(&code_id, code_mistake))
            input id=(code_id) name="code" type="text" inputmode="numeric" required autocomplete="one-time-code"
                aria-invalid=[code_mistake.map(|_| "true")]
                aria-describedby=[shared::described(&code_id, true, code_mistake.is_some())];
        }
    }
}
