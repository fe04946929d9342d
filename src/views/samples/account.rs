//! Samples of one's own account.

use super::login::troubles;
use super::{Frame, Sample, add, at};
use crate::model::account::UserType;
use crate::views::account::{self, ChangeFlaw, DisableTrouble, Factor, HISTORY, Line, Note};

pub(super) fn homes(f: &Frame, out: &mut Vec<Sample>) {
    let f = Frame { path: "/account".to_owned(), ..f.clone() };
    let session = |id: &str, from: Option<&str>, minutes, this| account::Session {
        id: id.to_owned(),
        from: from.map(str::to_owned),
        network: from.map(|_| "203.0.113.x".to_owned()),
        began_at: at(minutes),
        seen_at: at(minutes / 2),
        this,
    };
    let line = |(nth, code): (i64, &&'static str), refused| Line { at: at(-nth), code, refused };
    let plain = account::Data {
        user_id: "AMANAH7".to_owned(),
        name: "Rina Amanah".to_owned(),
        user_type: UserType::Penyedia,
        email_masked: "r•••@g•••.com".to_owned(),
        factor: Factor::Active { since: at(-5000), codes_left: 10 },
        last_sign_in: Some((at(-1500), Some("Chrome, Android".to_owned()))),
        sessions: vec![session("s1", Some("Chrome, Android"), -2, true), session("s2", None, -300, false)],
        history: (0..).zip(HISTORY).map(|each| line(each, false)).collect(),
        waiting: None,
        careful_until: None,
        note: None,
    };
    add(out, "account", account::page(&f, &plain));
    let refused = (0..).zip(HISTORY).map(|each| line(each, true)).collect();
    let spent = Factor::Active { since: at(-5000), codes_left: 0 };
    add(out, "account-refused", account::page(&f, &account::Data { history: refused, factor: spent, ..plain.clone() }));
    let quiet = account::Data {
        factor: Factor::None,
        last_sign_in: None,
        sessions: vec![session("s1", Some("Firefox, Windows"), -2, true)],
        history: Vec::new(),
        ..plain.clone()
    };
    add(out, "account-none", account::page(&f, &quiet));
    let held = account::Data { waiting: Some(at(1440)), careful_until: Some(at(10_080)), ..quiet.clone() };
    add(out, "account-held", account::page(&f, &held));
    for note in Note::ALL {
        let noted = account::Data { note: Some(note), ..quiet.clone() };
        add(out, &format!("account-{}", note.code()), account::page(&f, &noted));
    }
}

pub(super) fn forms(f: &Frame, out: &mut Vec<Sample>) {
    let f = Frame { path: "/account/disable".to_owned(), ..f.clone() };
    let user_id = || "AMANAH7".to_owned();
    let page = |trouble, recovery| account::disable(&f, &account::Disable { user_id: user_id(), trouble, recovery });
    add(out, "disable", page(None, false));
    add(out, "disable-recovery", page(None, true));
    add(out, "disable-trouble-password", page(Some(DisableTrouble::PasswordWrong), false));
    for (nth, trouble) in troubles().into_iter().enumerate() {
        let name = format!("disable-trouble-{}-{nth}", trouble.code());
        add(out, &name, page(Some(DisableTrouble::Code(trouble)), nth % 2 == 1));
    }
    let f = Frame { path: "/account/password".to_owned(), ..f.clone() };
    let page = |flaws: &[ChangeFlaw]| {
        account::change_password(&f, &account::ChangePassword { user_id: user_id(), flaws: flaws.to_vec() })
    };
    add(out, "change", page(&[]));
    add(out, "change-trouble-several", page(&[ChangeFlaw::CurrentWrong, ChangeFlaw::Short, ChangeFlaw::Repeat]));
    for flaw in [
        ChangeFlaw::CurrentWrong,
        ChangeFlaw::Held(at(15)),
        ChangeFlaw::Short,
        ChangeFlaw::Long,
        ChangeFlaw::Guessable,
        ChangeFlaw::Same,
        ChangeFlaw::Repeat,
    ] {
        add(out, &format!("change-trouble-{}", flaw.code()), page(&[flaw]));
    }
}
