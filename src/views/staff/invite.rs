//! The page of an invitation, on which somebody of the desk sets their first password.

use maud::{Markup, html};

use super::super::layout::Frame;
use super::super::parts::{self, Field};
use super::super::password::ChangeFlaw;
use super::shell::outside;

/// What the page shows.
#[derive(Clone, Debug)]
pub struct Invite {
    /// Their user name.
    pub username: String,
    /// Their name.
    pub name: String,
    /// What is wrong, at most one for each field.
    pub flaws: Vec<ChangeFlaw>,
}

/// The page.
pub fn invite(frame: &Frame, data: &Invite) -> Markup {
    let words = |field: &str| data.flaws.iter().find(|f| f.field() == field).map(|f| f.words(frame));
    let fields = [("new_password", "change-new", "change-new-hint"), ("new_password_again", "change-again", "")];
    let mistakes: Vec<(&str, String)> = fields.iter().filter_map(|f| Some((f.0, words(f.0)?))).collect();
    let body = html! {
        (parts::summary(frame, &mistakes))
        p.lead { (frame.t("desk-invite-lead")) }
        (parts::facts(&[
            (frame.t("account-name"), html! { (data.name) }),
            (frame.t("desk-username"), html! { (data.username) }),
        ]))
        form method="post" action="/staff/invite" novalidate {
            (parts::csrf(frame))
            label for="username" hidden { (frame.t("desk-username")) }
            input #username name="username" type="text" value=(data.username) autocomplete="username" readonly hidden;
            @for (name, label, hint) in fields {
                (parts::field(&Field {
                    name, kind: "password", label: &frame.t(label),
                    hint: &(if hint.is_empty() { String::new() } else { frame.t(hint) }),
                    autocomplete: "new-password", value: "", mistake: words(name).as_deref(),
                }))
            }
            button.main type="submit" { (frame.t("desk-invite-button")) }
        }
        p.small { (frame.t("desk-invite-next")) }
    };
    outside(frame, &frame.t("desk-invite-title"), !mistakes.is_empty(), &body)
}

/// The invitation is over, was used, or never was one.
pub fn gone(frame: &Frame) -> Markup {
    let body = html! {
        p.lead { (frame.t("desk-invite-gone")) }
        p { (frame.t("desk-invite-gone-text")) }
        p.links { a href="/staff/login" { (frame.t("desk-login-title")) } }
    };
    outside(frame, &frame.t("desk-invite-gone-title"), false, &body)
}
