//! Portals, their keys, and what they do.

use pulih::model::account::UserType;
use pulih::model::event::{Actor, CodeVerified, Event, Known, Portal};
use pulih::model::portal::Scope;
use pulih::model::refusal::Refusal;

use super::id;

pub fn samples() -> Vec<(Actor, Option<Refusal>, Event)> {
    let (operator, staff, portal) = (Actor::Operator, Actor::Staff(id(11)), Actor::Portal(id(21)));
    let known =
        |return_url| Known { portal: id(21), slug: "spse".to_owned(), name: "SPSE \"Kota\"".to_owned(), return_url };
    let code = CodeVerified {
        account: Some(id(3)),
        key: id(22),
        method: "totp",
        clock_seconds: None,
        known_device: true,
        in_row: 0,
        user_id: None,
    };
    let all = vec![
        (operator, None, Portal::Made(known(Some("https://spse.example.go.id/back".to_owned())))),
        (staff, None, Portal::Changed(known(None))),
        (
            staff,
            None,
            Portal::KeyMade {
                portal: id(21),
                key: id(22),
                scopes: vec![Scope::Verify, Scope::AccountsRead],
                networks: vec!["10.0.0.0/8".to_owned()],
                days: 90,
            },
        ),
        (operator, None, Portal::KeyRevoked { portal: id(21), key: id(22) }),
        (portal, None, Portal::AccountRegistered { account: id(3), user_type: UserType::Penyedia, addresses: 2 }),
        (
            portal,
            None,
            Portal::AccountChanged {
                account: id(3),
                changed: vec!["name", "email"],
                letters: 3,
                former: Some("rina@amanah.example".to_owned()),
                address: Some("rina@baru.example".to_owned()),
            },
        ),
        (portal, None, Portal::CodeVerified(code.clone())),
        (
            portal,
            Some(Refusal::CodeElsewhere(90)),
            Portal::CodeVerified(CodeVerified { clock_seconds: Some(90), in_row: 1, ..code.clone() }),
        ),
        (
            portal,
            Some(Refusal::CodeWrong),
            Portal::CodeVerified(CodeVerified {
                account: None,
                known_device: false,
                in_row: 2,
                user_id: Some("TIADA9".to_owned()),
                ..code
            }),
        ),
        (portal, None, Portal::RecoveryCodesRenewed { account: id(3), credential: id(5), renewed: Some((10, 2)) }),
        (Actor::User, None, Portal::GrantHanded { account: id(3), portal: id(21), grant: id(6) }),
    ];
    for (_, _, event) in &all {
        match event {
            Portal::Made(_)
            | Portal::Changed(_)
            | Portal::KeyMade { .. }
            | Portal::KeyRevoked { .. }
            | Portal::AccountRegistered { .. }
            | Portal::AccountChanged { .. }
            | Portal::CodeVerified(_)
            | Portal::RecoveryCodesRenewed { .. }
            | Portal::GrantHanded { .. } => {}
        }
    }
    all.into_iter().map(|(actor, refusal, event)| (actor, refusal, Event::Portal(event))).collect()
}
