//! The shell around every page of the desk: menu, who is signed in, and the page.

use maud::{DOCTYPE, Markup, html};

use super::super::layout::Frame;
use super::super::parts as shared;
use super::{Desk, Room};
use crate::i18n::Lang;
use crate::model::staff::Role;

use Role::{Admin, Auditor, Helpdesk, Supervisor};

/// The menu: room, address, words, and whom it is shown to.
const MENU: [(Room, &str, &str, &[Role]); 14] = [
    (Room::Requests, "/staff/requests", "staff-menu-requests", &[Helpdesk, Supervisor]),
    (Room::Mail, "/staff/mail", "staff-menu-mail", &[Helpdesk, Supervisor]),
    (Room::Approvals, "/staff/approvals", "staff-menu-approvals", &[Helpdesk, Supervisor, Admin, Auditor]),
    (Room::Accounts, "/staff/accounts", "staff-menu-accounts", &[Helpdesk, Supervisor, Admin]),
    (Room::Outbox, "/staff/outbox", "staff-menu-outbox", &[Helpdesk, Supervisor, Admin]),
    (Room::History, "/audit", "staff-menu-history", &[Auditor]),
    (Room::Integrity, "/audit/integrity", "staff-menu-integrity", &[Auditor]),
    (Room::Reports, "/audit/reports", "staff-menu-reports", &[Auditor]),
    (Room::Review, "/audit/review", "staff-menu-review", &[Auditor]),
    (Room::Exports, "/audit/exports", "staff-menu-exports", &[Auditor]),
    (Room::People, "/staff/people", "staff-menu-people", &[Supervisor, Admin]),
    (Room::Portals, "/staff/portals", "staff-menu-portals", &[Admin]),
    (Room::Settings, "/staff/settings", "staff-menu-settings", &[Supervisor, Admin]),
    (Room::Activity, "/staff/activity", "staff-menu-activity", &[Helpdesk, Supervisor, Admin, Auditor]),
];

/// A whole page of somebody who is signed in: `title` is both its `<h1>` and the head of the browser's title.
pub fn shell(desk: &Desk, title: &str, body: &Markup) -> Markup {
    page(desk, title, title, body)
}

/// A whole page of a form, which may have come back with mistakes: the browser's title says so first.
pub fn shell_of_form(desk: &Desk, title: &str, wrong: bool, body: &Markup) -> Markup {
    let head = if wrong { desk.ta("error-prefix", &[("title", title)]) } else { title.to_owned() };
    page(desk, &head, title, body)
}

fn page(desk: &Desk, head: &str, title: &str, body: &Markup) -> Markup {
    let keys = if desk.shortcuts { "on" } else { "off" };
    document(
        &desk.frame,
        head,
        Some(keys),
        audit_sheet(desk),
        &html! {
            (top(&desk.frame, Some(desk)))
            div.room {
                (menu(desk))
                main #main tabindex="-1" {
                    div #live role="status" {}
                    h1 { (title) }
                    (body)
                    (last(desk))
                }
            }
        },
    )
}

/// The sheet of the auditor's rooms, in those.
fn audit_sheet(desk: &Desk) -> Option<&str> {
    let audits = matches!(desk.room, Room::History | Room::Integrity | Room::Reports | Room::Review | Room::Exports);
    audits.then_some(desk.frame.site.assets.audit_css.as_str())
}

/// When and from where the sign-in before this one was.
fn last(desk: &Desk) -> Markup {
    html! {
        @if let Some(last) = &desk.last {
            @let (time, browser) = (desk.frame.moment(last.at), last.browser.clone());
            @let browser = browser.unwrap_or_else(|| desk.t("account-browser-unknown"));
            p.small {
                (desk.ta("desk-last", &[("time", &time), ("browser", &browser), ("network", &last.network)])) " "
                a href="/staff/activity" { (desk.t("desk-last-link")) }
            }
        }
    }
}

/// A page before sign-in: no menu.
pub fn outside(frame: &Frame, title: &str, wrong: bool, body: &Markup) -> Markup {
    let head = if wrong { frame.ta("error-prefix", &[("title", title)]) } else { title.to_owned() };
    document(
        frame,
        &head,
        None,
        None,
        &html! {
            (top(frame, None))
            div.room.outside {
                main #main tabindex="-1" {
                    div #live role="status" {}
                    h1 { (title) }
                    (body)
                }
            }
        },
    )
}

fn document(frame: &Frame, head: &str, keys: Option<&str>, sheet: Option<&str>, body: &Markup) -> Markup {
    let site = &frame.site;
    html! {
        (DOCTYPE)
        html lang=(frame.lang.code()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (head) " – " (frame.t("staff-app")) " · " (site.agency) }
                link rel="stylesheet" href=(site.assets.css);
                link rel="stylesheet" href=(site.assets.staff_css);
                @if let Some(sheet) = sheet { link rel="stylesheet" href=(sheet); }
                link rel="icon" type="image/svg+xml" href=(site.assets.mark);
                script src=(site.assets.js) defer {}
                script src=(site.assets.staff_js) defer {}
            }
            body.desk data-offline=(frame.t("offline")) data-busy=(frame.t("busy")) data-keys=[keys] {
                a.skip href="#main" { (frame.t("skip")) }
                @if site.demo { p.ribbon { (frame.t("ribbon")) " " a href="/demo" { (frame.t("ribbon-link")) } } }
                (body)
            }
        }
    }
}

fn top(frame: &Frame, desk: Option<&Desk>) -> Markup {
    html! {
        header.top {
            a.brand href="/staff" {
                (shared::mark())
                span { strong { (frame.t("staff-app")) } " " span.agency { (frame.site.agency) } }
            }
            nav aria-label=(frame.t("staff-self-label")) {
                @for lang in Lang::ALL {
                    @let name = lang.t("language-name");
                    a.lang href=(frame.in_lang(lang)) lang=(lang.code()) hreflang=(lang.code()) title=(name)
                        aria-current=[(lang == frame.lang).then_some("true")] { (lang.t("language-short")) }
                }
                @if let Some(desk) = desk {
                    span.who { (desk.name) }
                    (shared::press(frame, "/staff/logout", &[], "text", &frame.t("staff-logout")))
                }
            }
        }
    }
}

fn menu(desk: &Desk) -> Markup {
    html! {
        nav.menu aria-label=(desk.t("nav-label")) {
            ul {
                @for (room, path, words, roles) in MENU {
                    @if desk.roles.any(roles) {
                        li { a href=(path) aria-current=[(room == desk.room).then_some("page")] { (desk.t(words)) } }
                    }
                }
            }
        }
    }
}
