//! The people of the desk themselves.

use pulih::model::dual::Tie;
use pulih::model::event::people::{Decided, Effect, Proposed};
use pulih::model::event::{Actor, Event, People};
use pulih::model::refusal::Refusal;
use pulih::model::staff::{Change, Role, Roles};

use super::id;

pub fn samples() -> Vec<(Actor, Option<Refusal>, Event)> {
    let (staff, me) = (id(20), Actor::Staff(id(21)));
    let roles = Roles::of(&[Role::Helpdesk, Role::Admin]).unwrap();
    let password = |staff, opened| People::Password {
        staff,
        username: "Rina".to_owned(),
        network: "2001:db8::/64".to_owned(),
        opened,
    };
    let code = |clock_seconds, rose_to| {
        let network = "2001:db8::/64".to_owned();
        People::Code { staff, session: id(22), clock_seconds, rose_to, network }
    };
    let proposed = |staff, proposal| {
        People::Proposed(Proposed { change: Change::New, staff, proposal, roles: Some(roles.clone()) })
    };
    let decided = |change, effect| Decided {
        change,
        staff,
        proposal: id(23),
        roles: (change != Change::Mfa).then(|| roles.clone()),
        shown: "ab".repeat(32),
        effect,
    };
    let effect = |link, factor| Some(Effect { sessions: 2, link, factor, letters: 3 });
    let events = vec![
        (Actor::User, None, password(Some(staff), Some((id(22), Some(id(24)))))),
        (Actor::User, Some(Refusal::StaffLoginWrong), password(None, None)),
        (me, None, code(None, Some(id(25)))),
        (me, Some(Refusal::CodeElsewhere(-240)), code(Some(-240), None)),
        (me, None, People::Enrolling { staff, factor: Some(id(24)) }),
        (me, None, People::Enrolled { staff, factor: id(24), rose_to: Some((id(25), 1)) }),
        (me, Some(Refusal::EnrolmentGone), People::Enrolled { staff, factor: id(24), rose_to: None }),
        (me, None, People::SessionEnded { staff, sessions: 1, own: true }),
        (me, None, People::PasswordChanged { staff, sessions: 2 }),
        (me, None, People::ShortcutsSet { staff, on: false }),
        (me, None, proposed(Some(staff), Some(id(23)))),
        (me, Some(Refusal::PersonThere), proposed(None, None)),
        (me, None, People::Confirmed(decided(Change::New, effect(Some(id(1)), None)))),
        (me, None, People::Confirmed(decided(Change::Mfa, effect(None, Some(id(24)))))),
        (me, Some(Refusal::Tied(Tie::MadeByOne)), People::Confirmed(decided(Change::Roles, None))),
        (me, None, People::Rejected(decided(Change::Roles, None))),
        (me, None, People::Withdrawn(decided(Change::Roles, None))),
        (me, None, People::Disabled { staff, sessions: 2, proposals: 1 }),
        (Actor::Operator, Some(Refusal::LastAdmin), People::Disabled { staff, sessions: 0, proposals: 0 }),
        (Actor::Operator, None, People::Added { staff: Some(staff), roles: roles.clone(), link: Some(id(1)) }),
        (me, None, People::Invited { staff, link: Some(id(1)) }),
        (me, None, People::Joined { staff, link: id(1) }),
        (Actor::Operator, None, People::MfaReset { staff, factor: Some(id(24)), sessions: 1, letters: 3 }),
    ];
    events.into_iter().map(|(actor, refusal, event)| (actor, refusal, Event::People(event))).collect()
}
