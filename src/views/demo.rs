//! Pages of the demo alone: what to try as whom, and the mailbox that catches every letter.

use chrono::{DateTime, Utc};
use maud::{Markup, html};

use super::layout::{Frame, shell};
use super::parts;
use crate::model::account::UserType;
use crate::model::staff::Role;

/// A person of the demo.
#[derive(Clone, Debug)]
pub struct Person {
    /// User ID.
    pub user_id: String,
    /// Registered address.
    pub email: String,
    /// Tipe User.
    pub user_type: UserType,
    /// Name.
    pub name: String,
    /// Password, the same for all.
    pub password: String,
}

/// Somebody of the desk.
#[derive(Clone, Debug)]
pub struct Officer {
    /// User name.
    pub username: String,
    /// Name.
    pub name: String,
    /// Their one role.
    pub role: Role,
    /// Password, the same for all.
    pub password: String,
}

/// What to try, as whom.
#[derive(Clone, Debug)]
pub struct Index {
    /// Whom to try it as.
    pub people: Vec<Person>,
    /// Whom of the desk.
    pub staff: Vec<Officer>,
}

/// A letter in the mailbox's list.
#[derive(Clone, Debug)]
pub struct Item {
    /// Its id.
    pub id: String,
    /// Its recipient.
    pub to: String,
    /// Its subject.
    pub subject: String,
    /// When it came.
    pub received_at: DateTime<Utc>,
}

/// The mailbox.
#[derive(Clone, Debug)]
pub struct Mailbox {
    /// Newest first.
    pub items: Vec<Item>,
}

/// A letter.
#[derive(Clone, Debug)]
pub struct Message {
    /// Its place in the list.
    pub item: Item,
    /// Its sender.
    pub from: String,
    /// Its text part.
    pub text: String,
    /// Where its HTML part is served alone, with a policy of its own and `<base target="_top">`.
    pub html_url: Option<String>,
    /// Where its bytes are served as text.
    pub raw_url: String,
}

/// What to try, as whom.
pub fn index(frame: &Frame, data: &Index) -> Markup {
    let body = html! {
        p.lead { (frame.t("demo-lead")) }
        ol.steps {
            li { (frame.t("demo-try-1")) " " a href="/reset-totp" { (frame.t("reset-title")) } }
            li { (frame.t("demo-try-2")) " " a href="/demo/mailbox" { (frame.t("demo-mailbox-title")) } }
            li { (frame.t("demo-try-3")) }
            li { (frame.t("demo-try-5")) " " a href="/demo/authenticator" { (frame.t("authenticator-title")) } }
            li { (frame.t("demo-try-4")) }
            li { (frame.t("demo-try-6")) " " a href="/demo/compose" { (frame.t("compose-title")) } }
        }
        h2 { (frame.t("demo-people-title")) }
        @if let Some(first) = data.people.first() { p { (frame.t("demo-password")) " " strong.code { (first.password) } } }
        div.scroll tabindex="0" role="region" aria-label=(frame.t("demo-people-title")) {
            table {
                thead { tr {
                    th scope="col" { (frame.t("label-user-id")) " · " (frame.t("label-user-type")) }
                    th scope="col" { (frame.t("label-email")) " · " (frame.t("demo-name")) }
                } }
                tbody {
                    @for p in &data.people {
                        tr {
                            th scope="row" { code { (p.user_id) } span.small { (frame.t(&format!("user-type-{}", p.user_type.code()))) } }
                            td { code { (p.email) } span.small { (p.name) } }
                        }
                    }
                }
            }
        }
        (desk(frame, &data.staff))
    };
    shell(frame, &frame.t("demo-title"), &body)
}

/// The desk's people, and what to try as them.
fn desk(frame: &Frame, staff: &[Officer]) -> Markup {
    html! {
        @if let Some(first) = staff.first() {
            h2 { (frame.t("demo-desk-title")) }
            p { (frame.t("demo-desk-lead")) " " a href="/staff/login" { (frame.t("desk-login-title")) } }
            p { (frame.t("label-password")) ": " code { (first.password) } }
            div.scroll tabindex="0" role="region" aria-label=(frame.t("demo-desk-title")) {
                table {
                    thead { tr {
                        th scope="col" { (frame.t("desk-username")) }
                        th scope="col" { (frame.t("demo-desk-try")) }
                    } }
                    tbody { @for officer in staff { tr {
                        th scope="row" {
                            code { (officer.username) }
                            span.small { (officer.name) ", " (frame.t(&format!("role-{}", officer.role.code()))) }
                        }
                        td { (frame.t(&format!("demo-desk-{}", officer.role.code()))) }
                    } } }
                }
            }
            p.links { a href="/demo/authenticator" { (frame.t("authenticator-title")) } }
        }
    }
}

/// The mailbox.
pub fn mailbox(frame: &Frame, data: &Mailbox) -> Markup {
    let body = html! {
        p.lead { (frame.t("demo-mailbox-lead")) }
        p { a.second href="/demo/mailbox" { (frame.t("demo-reload")) } }
        @if data.items.is_empty() { p.empty { (frame.t("demo-mailbox-empty")) } }
        @else {
            ol.mails {
                @for item in &data.items {
                    li {
                        a href={ "/demo/mailbox/" (item.id) } {
                            strong { @if item.subject.is_empty() { (frame.t("demo-no-subject")) } @else { (item.subject) } }
                            span { (item.to) }
                            span.small { (parts::time(frame, item.received_at)) }
                        }
                    }
                }
            }
        }
        p.links { a href="/demo" { (frame.t("demo-back")) } }
    };
    shell(frame, &frame.t("demo-mailbox-title"), &body)
}

/// A letter.
pub fn message(frame: &Frame, data: &Message) -> Markup {
    let title = if data.item.subject.is_empty() { frame.t("demo-no-subject") } else { data.item.subject.clone() };
    let body = html! {
        (parts::facts(&[
            (frame.t("demo-from"), html! { (data.from) }),
            (frame.t("demo-to"), html! { (data.item.to) }),
            (frame.t("demo-at"), parts::time(frame, data.item.received_at)),
        ]))
        @if let Some(url) = &data.html_url {
            h2 { (frame.t("demo-html")) }
            iframe.mail src=(url) title=(frame.t("demo-html")) sandbox="allow-top-navigation-by-user-activation allow-popups allow-popups-to-escape-sandbox" {}
        }
        h2 { (frame.t("demo-text")) }
        pre.mail tabindex="0" aria-label=(frame.t("demo-text")) role="region" { (linked(&data.text)) }
        p.links {
            a href=(data.raw_url) { (frame.t("demo-raw")) } " "
            a href="/demo/mailbox" { (frame.t("demo-mailbox-back")) }
        }
    };
    shell(frame, &title, &body)
}

/// Text whose `http` addresses can be followed.
fn linked(text: &str) -> Markup {
    html! {
        @for piece in text.split_inclusive(char::is_whitespace) {
            @let word = piece.trim_end();
            @if word.starts_with("http://") || word.starts_with("https://") {
                a href=(word) { (word) } (&piece[word.len()..])
            } @else { (piece) }
        }
    }
}
