//! Samples of the pages behind mailed links.

use super::{Frame, REFERENCE, Sample, add, at};
use crate::views::portal_way::{self, Back, Take, Way};
use crate::views::{confirm, done, link_problem, not_me};

pub(super) fn links(f: &Frame, out: &mut Vec<Sample>) {
    let data = confirm::Data {
        link: "0198f0aa".to_owned(),
        user_id_masked: "A•••7".to_owned(),
        asked_at: at(-9),
        asked_from: Some("Chrome, Android".to_owned()),
        ends_at: at(351),
        needs_approval: false,
        by_mail: false,
        effect_at: None,
        back: None,
        step: None,
    };
    let step = |password| Some(confirm::Step { ends_at: at(10), password });
    add(out, "confirm", confirm::page(f, &data));
    add(
        out,
        "confirm-held",
        confirm::page(
            f,
            &confirm::Data { needs_approval: true, effect_at: Some(at(1440)), asked_from: None, ..data.clone() },
        ),
    );
    let from_portal = confirm::Data { back: Some(portal()), ..data.clone() };
    add(out, "confirm-portal", confirm::page(f, &from_portal));
    let permitted = confirm::Data { by_mail: true, effect_at: Some(at(60)), ..data.clone() };
    add(out, "confirm-permit", confirm::page(f, &permitted));
    let asked = confirm::Data { step: step(confirm::Password::Asked), ..permitted };
    add(out, "confirm-permit-open", confirm::page(f, &asked));
    for (name, password) in [
        ("confirm-open", confirm::Password::No),
        ("confirm-password", confirm::Password::Asked),
        ("confirm-password-wrong", confirm::Password::Wrong),
    ] {
        add(out, name, confirm::page(f, &confirm::Data { step: step(password), ..data.clone() }));
    }
    let done =
        |outcome| done::Data { reference: REFERENCE.to_owned(), user_id_masked: "A•••7".to_owned(), outcome };
    let mail = |sent| Some(done::MailLink { link: "0198f0aa".to_owned(), sent });
    for (name, grant_until, mail) in [
        ("done", None, None),
        ("done-activate", Some(at(4320)), mail(false)),
        ("done-activate-sent", Some(at(4320)), mail(true)),
    ] {
        add(out, name, done::page(f, &done(done::Outcome::Reset { at: at(0), grant_until, mail, way: None })));
    }
    for (name, take, here) in ways() {
        let (back, mail) = (portal(), mail(false));
        if name != "nothing" {
            let page = portal_way::page(f, "A•••7", &Way { back: back.clone(), take: take.clone(), here });
            add(out, &format!("activate-portal-{name}"), page);
        }
        let way = Some(Way { back, take, here });
        let reset = done::Outcome::Reset { at: at(0), grant_until: None, mail, way };
        add(out, &format!("done-portal-{name}"), done::page(f, &done(reset)));
    }
    for (name, by_mail, back) in
        [("done-held", false, None), ("done-permit", true, None), ("done-held-portal", false, Some(portal()))]
    {
        add(out, name, done::page(f, &done(done::Outcome::Held { at: at(0), effect_at: at(1440), by_mail, back })));
    }
    let late = link_problem::Late {
        link: "0198f0aa".to_owned(),
        asked_at: at(-500),
        handed_at: Some(at(-490)),
        opened_at: at(0),
        ended_at: at(-130),
        reissue: true,
        case: None,
    };
    let again = link_problem::Late { case: Some(REFERENCE.to_owned()), ..late.clone() };
    let last = link_problem::Late { reissue: false, handed_at: None, ..again.clone() };
    for (name, data) in [
        ("link-expired", link_problem::Data::Expired(late)),
        ("link-expired-again", link_problem::Data::Expired(again)),
        ("link-expired-last", link_problem::Data::Expired(last)),
        ("link-used", link_problem::Data::Used { at: Some(at(-3)) }),
        ("link-used-sometime", link_problem::Data::Used { at: None }),
        ("link-ended", link_problem::Data::Ended),
        ("link-unknown", link_problem::Data::Unknown),
        ("link-reissued", link_problem::Data::Reissued { email_masked: "r•••@g•••.com".to_owned() }),
    ] {
        add(out, name, link_problem::page(f, &data));
    }
}

/// A portal that people came from.
pub(super) fn portal() -> Back {
    Back { name: "SPSE Kota Contoh".to_owned(), url: "https://spse.example.go.id/pulih/kembali".to_owned() }
}

/// What a browser can take there, and whether the account has a password here.
fn ways() -> [(&'static str, Take, bool); 4] {
    let grant = || Take::Grant { action: "/reset-totp/hand-over", link: "0198f0aa".to_owned(), until: at(4320) };
    [
        ("grant", grant(), false),
        ("here", grant(), true),
        ("taken", Take::Taken, false),
        ("nothing", Take::Nothing, false),
    ]
}

pub(super) fn not_mes(f: &Frame, out: &mut Vec<Sample>) {
    let mut cases = vec![
        ("before", not_me::Case::Before),
        ("after", not_me::Case::After { reset_at: at(-3) }),
        ("secondary", not_me::Case::Secondary),
    ];
    cases.extend(not_me::CHANGES.map(|what| (what, not_me::Case::Account { at: at(-3), what })));
    for (name, case) in cases {
        let held_until = matches!(case, not_me::Case::Before).then(|| at(10_080));
        let link = || "0198f0aa".to_owned();
        for (step, stage) in [
            ("first", not_me::Stage::First { link: link() }),
            ("second", not_me::Stage::Second { link: link() }),
            ("done", not_me::Stage::Done { reference: REFERENCE.to_owned(), held_until }),
        ] {
            let data = not_me::Data { user_id_masked: "A•••7".to_owned(), asked_at: at(-9), case, stage };
            add(out, &format!("not-me-{name}-{step}"), not_me::page(f, &data));
        }
    }
}
