//! Portals and their keys: the list, and the forms that change it.

use chrono::{DateTime, Utc};
use maud::{Markup, html};

use super::super::parts::{self as shared, Tone, hidden};
use super::parts::{chip, code_of, event_id, refusal_words, short_time};
use super::shell::{shell, shell_of_form};
use super::{Desk, portal_forms::Flaw};
use crate::model::portal::{LIVE_KEYS, Scope};

/// A portal as the list shows it.
#[derive(Clone, Debug)]
pub struct Portal {
    /// Row id.
    pub id: String,
    /// How commands and addresses name it.
    pub slug: String,
    /// How people see it.
    pub name: String,
    /// Where browsers go back to.
    pub return_url: Option<String>,
    /// Its keys, oldest first.
    pub keys: Vec<Key>,
}

/// Whether a key opens anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It does.
    Live,
    /// It does, for a few days more.
    Ending,
    /// Its time is over.
    Expired,
    /// It was revoked.
    Revoked,
}

impl State {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Live, Self::Ending, Self::Expired, Self::Revoked];

    /// Suffix of its message key `portals-state-<code>`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Ending => "ending",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
        }
    }

    /// Whether it opens something.
    pub fn opens(self) -> bool {
        matches!(self, Self::Live | Self::Ending)
    }
}

/// A key as the list shows it; never its token.
#[derive(Clone, Debug)]
pub struct Key {
    /// Row id.
    pub id: String,
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// Where it may come from; empty for anywhere.
    pub networks: Vec<String>,
    /// When it was made.
    pub made_at: DateTime<Utc>,
    /// When it ends by itself.
    pub ends_at: Option<DateTime<Utc>>,
    /// When it was used last.
    pub used_at: Option<DateTime<Utc>>,
    /// How often it was used.
    pub uses: i64,
    /// Whether it opens anything.
    pub state: State,
}

/// What was done just now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Note {
    /// A portal was made known, or changed.
    Saved,
    /// A key was revoked.
    Revoked,
}

impl Note {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Saved, Self::Revoked];

    /// Its word in addresses, and the suffix of its message key `portals-note-<code>`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Saved => "saved",
            Self::Revoked => "revoked",
        }
    }

    /// Reads that word.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|note| note.code() == code)
    }
}

/// The list.
pub fn list(desk: &Desk, portals: &[Portal], note: Option<Note>) -> Markup {
    let body = html! {
        @if let Some(note) = note {
            (shared::notice(Tone::Good, &html! { p { (desk.t(&format!("portals-note-{}", note.code()))) } }))
        }
        p.lead { (desk.t("portals-lead")) }
        div.bar { a.main href="/staff/portals/new" { (desk.t("portals-new-title")) } }
        @if portals.is_empty() { p.empty { (desk.t("portals-empty")) } }
        @for portal in portals { (panel(desk, portal)) }
    };
    shell(desk, &desk.t("staff-menu-portals"), &body)
}

fn panel(desk: &Desk, portal: &Portal) -> Markup {
    let (open, over): (Vec<&Key>, Vec<&Key>) = portal.keys.iter().partition(|key| key.state.opens());
    let place = format!("/staff/portals/{}", portal.id);
    let full = i64::try_from(open.len()).is_ok_and(|live| live >= LIVE_KEYS);
    let back = portal.return_url.clone().unwrap_or_else(|| desk.t("portals-no-return"));
    html! {
        section.panel {
            h2 { (portal.name) " " span.small.mono { (portal.slug) } }
            (shared::facts(&[(desk.t("portals-return"), html! { span.mono { (back) } })]))
            @if open.is_empty() { p { (desk.t("portals-no-keys")) } } @else { (keys(desk, &place, &open)) }
            div.bar {
                @if full { p.small { (desk.t("portals-full")) } }
                @else { a.second href={ (place) "/key" } { (desk.t("portals-key-title")) } }
                a.quiet href=(place) { (desk.t("portals-change-title")) }
            }
            @if !over.is_empty() {
                details {
                    summary { (desk.ta("portals-over", &[("n", &over.len().to_string())])) }
                    (keys(desk, &place, &over))
                }
            }
        }
    }
}

fn keys(desk: &Desk, place: &str, keys: &[&Key]) -> Markup {
    let heads = ["portals-key", "portals-may", "portals-from", "portals-time", "portals-uses"];
    html! {
        table.list.cards {
            thead { tr { @for head in heads { th scope="col" { (desk.t(head)) } } } }
            tbody { @for key in keys { tr {
                th scope="row" {
                    (event_id(&key.id)) " " (state(desk, key.state))
                    @if key.state.opens() {
                        " " a href={ (place) "/keys/" (key.id) } { (desk.t("portals-revoke")) }
                    }
                }
                td data-label=(desk.t(heads[1])) { (may(desk, &key.scopes)) }
                td data-label=(desk.t(heads[2])) { (from(desk, &key.networks)) }
                td data-label=(desk.t(heads[3])) { (short_time(desk, key.made_at)) " – "
                    @match key.ends_at { Some(at) => (short_time(desk, at)), None => (desk.t("portals-endless")) }
                }
                td data-label=(desk.t(heads[4])) { (key.uses)
                    @if let Some(at) = key.used_at { ", " (desk.t("portals-last")) " " (short_time(desk, at)) }
                }
            } } }
        }
    }
}

fn state(desk: &Desk, state: State) -> Markup {
    let tone = match state {
        State::Live => Tone::Good,
        State::Ending => Tone::Wait,
        State::Expired | State::Revoked => Tone::Info,
    };
    chip(tone, &desk.t(&format!("portals-state-{}", state.code())))
}

/// What a key may do, in words.
fn may(desk: &Desk, scopes: &[Scope]) -> String {
    scopes.iter().map(|scope| desk.t(&format!("portals-scope-{}", scope.code()))).collect::<Vec<_>>().join(", ")
}

/// Where a key may come from, in words.
fn from(desk: &Desk, networks: &[String]) -> Markup {
    html! {
        @if networks.is_empty() { (chip(Tone::Wait, &desk.t("portals-anywhere"))) }
        @else { span.mono { (networks.join(", ")) } }
    }
}

/// Whether a key is really to be revoked.
#[derive(Clone, Debug)]
pub struct Revoke {
    /// Its portal.
    pub portal: Portal,
    /// The key.
    pub key: Key,
    /// Why the form was refused.
    pub flaw: Option<Flaw>,
}

/// The page that asks it.
pub fn revoke(desk: &Desk, data: &Revoke) -> Markup {
    let Revoke { portal, key, flaw } = data;
    let refused = if let Some(Flaw::Refused(refusal)) = flaw { Some(*refusal) } else { None };
    let mistakes: Vec<(&str, String)> = refused.map(|r| ("code", refusal_words(desk, r))).into_iter().collect();
    let used = key.used_at.map_or_else(|| html! { (desk.t("portals-unused")) }, |at| short_time(desk, at));
    let body = html! {
        (shared::summary(&desk.frame, &mistakes))
        (shared::facts(&[
            (desk.t("portals-portal"), html! { (portal.name) " " span.small.mono { (portal.slug) } }),
            (desk.t("portals-key"), html! { span.mono { (key.id) } }),
            (desk.t("portals-may"), html! { (may(desk, &key.scopes)) }),
            (desk.t("portals-last-use"), used),
        ]))
        p.lead { (desk.t("portals-revoke-lead")) }
        form method="post" action={ "/staff/portals/" (portal.id) "/keys/" (key.id) } novalidate {
            (shared::csrf(&desk.frame))
            (code_of(desk, refused))
            div.bar {
                button.danger type="submit" { (desk.t("portals-revoke")) }
                a.quiet href="/staff/portals" { (desk.t("popup-cancel")) }
            }
        }
    };
    shell_of_form(desk, &desk.t("portals-revoke-title"), !mistakes.is_empty(), &body)
}

/// What a sent form of a key is answered with.
#[derive(Clone, Debug)]
pub enum Made {
    /// The key, with its token: here and never again.
    Now {
        /// The key.
        key: String,
        /// Its token.
        token: String,
    },
    /// The same form made it before.
    Before {
        /// The key.
        key: String,
    },
}

/// The page after a key was made.
pub fn made(desk: &Desk, portal: &Portal, made: &Made) -> Markup {
    let (Made::Now { key, .. } | Made::Before { key }) = made;
    let body = html! {
        @match made {
            Made::Now { token, .. } => {
                (shared::notice(Tone::Good, &html! { p { (desk.t("portals-made")) } }))
                section.panel {
                    h2 { (desk.t("portals-token")) }
                    p #token { span.mono { (token) } }
                    (shared::copy(&desk.frame, "token", &desk.t("portals-copy")))
                }
                (shared::notice(Tone::Wait, &html! { p { (desk.t("portals-token-once")) } }))
            }
            Made::Before { .. } => {
                (shared::notice(Tone::Wait, &html! { p { (desk.t("portals-made-before")) } }))
            }
        }
        (shared::facts(&[
            (desk.t("portals-portal"), html! { (portal.name) " " span.small.mono { (portal.slug) } }),
            (desk.t("portals-key"), html! { span.mono { (key) } }),
        ]))
        @if matches!(made, Made::Before { .. }) {
            p { a.second href={ "/staff/portals/" (portal.id) "/keys/" (key) } { (desk.t("portals-revoke-title")) } }
        }
        p.links { a href="/staff/portals" { (desk.t("portals-back")) } }
        (shared::steps(&desk.frame))
    };
    shell(desk, &desk.t("portals-key-title"), &body)
}

/// The fields that name the form and prove who sends it.
pub(super) fn signs(desk: &Desk, form: &str) -> Markup {
    html! { (shared::csrf(&desk.frame)) (hidden("form", form)) }
}
