//! Samples of portals and their keys.

use super::desk::desk;
use super::{Frame, Sample, add, at};
use crate::i18n::Lang;
use crate::model::portal::Scope;
use crate::model::refusal::Refusal;
use crate::views::staff::portal_forms::{self as forms, Edit, Flaw, NewKey};
use crate::views::staff::portals::{self as views, Key, Made, Note, Portal, Revoke, State};
use crate::views::staff::{Desk, Room};

const KEY: &str = "0199f3a2-7c31-7d4e-9b1a-5d1f0c2e8a77";

fn key(state: State, scopes: &[Scope], networks: &[&str]) -> Key {
    Key {
        id: KEY.to_owned(),
        scopes: scopes.to_vec(),
        networks: networks.iter().map(|&network| network.to_owned()).collect(),
        made_at: at(-60 * 24 * 300),
        ends_at: (state != State::Live).then(|| at(60 * 24 * 9)),
        used_at: (state != State::Expired).then(|| at(-3)),
        uses: 1_204_331,
        state,
    }
}

fn portal(keys: Vec<Key>) -> Portal {
    Portal {
        id: KEY.to_owned(),
        slug: "spse".to_owned(),
        name: "SPSE Kota Contoh".to_owned(),
        return_url: Some("https://spse.contoh.go.id/pulih/kembali".to_owned()),
        keys,
    }
}

pub(super) fn pages(lang: Lang, out: &mut Vec<Sample>) {
    let Some(desk) = desk(lang, Room::Portals) else { return };
    let desk = &Desk { frame: Frame { path: "/staff/portals".to_owned(), ..desk.frame.clone() }, ..desk };
    let networks = ["10.20.0.0/16", "2001:db8:40::/48"];
    let full = portal(vec![
        key(State::Revoked, &[Scope::Verify], &[]),
        key(State::Expired, Scope::ALL, &networks),
        key(State::Ending, Scope::ALL, &networks),
        key(State::Live, &[Scope::Verify, Scope::Events], &[]),
    ]);
    let other = Portal { return_url: None, slug: "e-katalog".to_owned(), keys: Vec::new(), ..full.clone() };
    add(out, "portals", views::list(desk, &[full, other], None));
    add(out, "portals-empty", views::list(desk, &[], None));
    for note in Note::ALL {
        add(out, &format!("portals-{}", note.code()), views::list(desk, &[portal(Vec::new())], Some(note)));
    }
    edits(desk, out);
    keys(desk, out);
    let shown = portal(Vec::new());
    let token = format!("pulih_portal_{}", "aBcDeFgH1-".repeat(4));
    add(out, "portals-made", views::made(desk, &shown, &Made::Now { key: KEY.to_owned(), token }));
    add(out, "portals-made-before", views::made(desk, &shown, &Made::Before { key: KEY.to_owned() }));
    for (name, state, flaw) in [
        ("portals-revoke", State::Live, None),
        ("portals-revoke-trouble-code", State::Expired, Some(Flaw::Refused(Refusal::CodeWrong))),
    ] {
        let data = Revoke { portal: shown.clone(), key: key(state, Scope::ALL, &[]), flaw };
        add(out, name, views::revoke(desk, &data));
    }
}

fn edits(desk: &Desk, out: &mut Vec<Sample>) {
    let new = Edit { form: "form-sample".to_owned(), place: "new".to_owned(), ..Edit::default() };
    add(out, "portal-new", forms::edit(desk, &new));
    let flaws = vec![Flaw::Slug, Flaw::Name, Flaw::ReturnUrl, Flaw::Refused(Refusal::CodeWrong)];
    let wrong = Edit { slug: "SPSE 1".to_owned(), return_url: "http://spse".to_owned(), flaws, ..new.clone() };
    add(out, "portal-new-trouble-all", forms::edit(desk, &wrong));
    let taken = Edit { slug: "spse".to_owned(), flaws: vec![Flaw::SlugTaken], ..new.clone() };
    add(out, "portal-new-trouble-taken", forms::edit(desk, &taken));
    let name = "SPSE Kota Contoh".to_owned();
    add(out, "portal-change", forms::edit(desk, &Edit { place: KEY.to_owned(), slug: "spse".to_owned(), name, ..new }));
}

fn keys(desk: &Desk, out: &mut Vec<Sample>) {
    let new = NewKey {
        form: "form-sample".to_owned(),
        portal: KEY.to_owned(),
        name: "SPSE Kota Contoh".to_owned(),
        days: "365".to_owned(),
        ..NewKey::default()
    };
    add(out, "portal-key", forms::new_key(desk, &new));
    let flaws =
        vec![Flaw::Scopes, Flaw::Network("10.0.0.0/99".to_owned()), Flaw::Days, Flaw::Refused(Refusal::CodeReplayed)];
    let wrong = NewKey { networks: "10.0.0.0/99".to_owned(), days: "0".to_owned(), flaws, ..new.clone() };
    add(out, "portal-key-trouble-all", forms::new_key(desk, &wrong));
    let flaws = vec![Flaw::Networks, Flaw::Full];
    add(out, "portal-key-trouble-full", forms::new_key(desk, &NewKey { scopes: Scope::ALL.to_vec(), flaws, ..new }));
}
