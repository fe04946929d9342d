//! Samples of the desk's sign-in, its people, and one's own activity.

use super::desk::desk;
use super::login::troubles;
use super::{Frame, SECRET, Sample, add, at};
use crate::i18n::Lang;
use crate::model::dual::Tie;
use crate::model::staff::{Change, Role, Roles, Status};
use crate::views::code::CodeTrouble;
use crate::views::password::ChangeFlaw;
use crate::views::staff::deed::{self, Deed, Flaw, Trouble};
use crate::views::staff::people::{self, Member, Note, Person, Waiting};
use crate::views::staff::{Desk, Room, activity, enrol, invite, sign_in};

/// Pages before sign-in.
pub(super) fn outside(f: &Frame, out: &mut Vec<Sample>) {
    let f = Frame { path: "/staff/login".to_owned(), ..f.clone() };
    let page = |username: &str, trouble, note| {
        sign_in::sign_in(&f, &sign_in::SignIn { username: username.to_owned(), trouble, note })
    };
    add(out, "desk-login", page("", None, None));
    for note in sign_in::Note::ALL {
        add(out, &format!("desk-login-{}", note.code()), page("", None, Some(note)));
    }
    add(out, "desk-login-trouble-wrong", page("rina", Some(sign_in::Trouble::Wrong), None));
    add(out, "desk-login-trouble-held", page("rina", Some(sign_in::Trouble::Held(at(15))), None));
    let code = |trouble| sign_in::code(&f, &sign_in::Code { username: "rina".to_owned(), ends_at: at(20), trouble });
    add(out, "desk-code", code(None));
    for trouble in troubles() {
        add(out, &format!("desk-code-trouble-{}", trouble.code()), code(Some(trouble)));
    }
    let data = |trouble, renewed| enrol::Enrol {
        factor: "factor-sample".to_owned(),
        qr_svg: "<svg viewBox=\"0 0 1 1\"></svg>".to_owned(),
        secret_groups: SECRET.iter().map(|&group| group.to_owned()).collect(),
        uri: format!("otpauth://totp/LPSE%20Kota%20Contoh:rina?secret={}", SECRET.concat()),
        username: "rina".to_owned(),
        ends_at: at(20),
        trouble,
        renewed,
    };
    add(out, "desk-enrol", enrol::enrol(&f, Some(&data(None, false))));
    add(out, "desk-enrol-renewed", enrol::enrol(&f, Some(&data(None, true))));
    add(out, "desk-enrol-elsewhere", enrol::enrol(&f, None));
    add(out, "desk-enrol-trouble-wrong", enrol::enrol(&f, Some(&data(Some(CodeTrouble::Wrong), false))));
    let page = |flaws| {
        let (username, name) = ("rina".to_owned(), "Rina Wijaya".to_owned());
        invite::invite(&f, &invite::Invite { username, name, flaws })
    };
    add(out, "desk-invite", page(vec![]));
    add(out, "desk-invite-trouble-short", page(vec![ChangeFlaw::Short]));
    add(out, "desk-invite-gone", invite::gone(&f));
}

/// Pages of who is signed in.
pub(super) fn inside(lang: Lang, out: &mut Vec<Sample>) {
    if let (Some(desk), Some(own)) = (desk(lang, Room::People), desk(lang, Room::Activity)) {
        persons(&desk, out);
        deeds(&desk, out);
        activities(&own, out);
    }
}

fn member(username: &str, roles: &[Role], status: Status) -> Option<Member> {
    Some(Member {
        id: format!("id-{username}"),
        username: username.to_owned(),
        employee_number: "19870312 201001 1 001".to_owned(),
        name: "Budi Santoso".to_owned(),
        address: "budi@lpse.example".to_owned(),
        roles: Roles::of(roles).ok()?,
        status,
        has_factor: status == Status::Active,
        last_at: (status == Status::Active).then(|| at(-90)),
        pending: status == Status::Proposed,
    })
}

fn persons(desk: &Desk, out: &mut Vec<Sample>) {
    let all = [
        member("budi", &[Role::Helpdesk, Role::Supervisor], Status::Active),
        member("sari", &[Role::Auditor], Status::Proposed),
        member("agus", &[Role::Admin], Status::Invited),
        member("dewi", &[Role::Helpdesk], Status::Disabled),
    ];
    add(out, "desk-people", people::list(desk, &all.iter().flatten().cloned().collect::<Vec<_>>()));
    let waiting = |change: Change, tied, trouble| Waiting {
        id: "proposal-sample".to_owned(),
        change,
        roles: if change == Change::Mfa { None } else { Roles::of(&[Role::Supervisor]).ok() },
        proposer: "Agus Pratama".to_owned(),
        proposed_at: at(-60),
        expires_at: at(2_820),
        shown: "ab".repeat(32),
        tied,
        own: tied == Some(Tie::Oneself),
        trouble,
    };
    let [Some(budi), ..] = all else { return };
    let page = |waiting, note| {
        people::person(desk, &Person { member: budi.clone(), waiting, deeds: Deed::ALL.to_vec(), note })
    };
    add(out, "desk-person", page(vec![], None));
    for note in Note::ALL {
        add(out, &format!("desk-person-{}", note.code()), page(vec![], Some(note)));
    }
    for &change in Change::ALL {
        add(out, &format!("desk-person-{}", change.code()), page(vec![waiting(change, None, None)], None));
    }
    for tie in Tie::ALL {
        let both = vec![waiting(Change::Roles, Some(tie), None), waiting(Change::Mfa, None, None)];
        add(out, &format!("desk-person-tied-{}", tie.code()), page(both, None));
    }
    for trouble in troubles() {
        let page = page(vec![waiting(Change::Roles, None, Some(trouble))], None);
        add(out, &format!("desk-person-trouble-{}", trouble.code()), page);
    }
}

fn deeds(desk: &Desk, out: &mut Vec<Sample>) {
    let Some(budi) = member("budi", &[Role::Helpdesk], Status::Active) else { return };
    for deed in Deed::ALL {
        let page = |troubles| {
            let roles = vec![Role::Helpdesk];
            deed::page(desk, &deed::Data { deed, member: budi.clone(), roles, troubles })
        };
        add(out, &format!("desk-deed-{}", deed.code()), page(vec![]));
        let wrong = vec![Trouble::Code(CodeTrouble::Wrong)];
        add(out, &format!("desk-deed-{}-trouble-wrong", deed.code()), page(wrong));
    }
    add(out, "desk-person-new", deed::new(desk, &deed::New::default()));
    for flaw in Flaw::ALL {
        let troubles = vec![Trouble::Flaw(flaw)];
        let new = deed::New { name: "Budi".to_owned(), roles: vec![Role::Auditor], troubles, ..deed::New::default() };
        add(out, &format!("desk-person-new-trouble-{}", flaw.code()), deed::new(desk, &new));
    }
}

fn activities(desk: &Desk, out: &mut Vec<Sample>) {
    let session = |this: bool| activity::Session {
        id: format!("session-{this}"),
        browser: this.then(|| "Firefox, Windows".to_owned()),
        network: "192.0.2.0/24".to_owned(),
        began_at: at(-60),
        seen_at: at(0),
        this,
    };
    let act = |kind: &str, refused| activity::Act { at: at(-5), kind: kind.to_owned(), refused };
    let data = |note| activity::Data {
        sessions: vec![session(true), session(false)],
        acts: vec![act("staff.code", false), act("staff.proposed", true), act("manual.approved", false)],
        older: Some("/staff/activity?before=sample".to_owned()),
        note,
    };
    add(out, "desk-activity", activity::page(desk, &data(None)));
    let empty = activity::Data { sessions: vec![session(true)], acts: vec![], older: None, note: None };
    let quiet = Desk { shortcuts: false, last: None, ..desk.clone() };
    add(out, "desk-activity-empty", activity::page(&quiet, &empty));
    for note in activity::Note::ALL {
        add(out, &format!("desk-activity-{}", note.code()), activity::page(desk, &data(Some(note))));
    }
    let page = |flaws, code| activity::password(desk, &activity::Password { username: "rina".to_owned(), flaws, code });
    add(out, "desk-password", page(vec![], None));
    add(out, "desk-password-trouble-current-wrong", page(vec![ChangeFlaw::CurrentWrong], None));
    add(out, "desk-password-trouble-code", page(vec![], Some(CodeTrouble::Wrong)));
}
