//! Samples of accounts, the outbox and the freeze switch.

use super::desk::desk;
use super::login::troubles;
use super::{Sample, add, at};
use crate::i18n::Lang;
use crate::model::account::UserType;
use crate::model::freeze::Scope;
use crate::model::letter::LetterKind;
use crate::views::account::HISTORY;
use crate::views::code::CodeTrouble;
use crate::views::staff::account::{self, DESK_HISTORY, Trouble};
use crate::views::staff::accounts::{self, Marks, TermFlaw};
use crate::views::staff::import::{self, Data, Dry, FileFlaw};
use crate::views::staff::{Room, freeze, outbox};

const KINDS: [&str; 7] = ["reset", "self-reset", "address", "protect", "unprotect", "unlock", "overwrite"];

pub(super) fn all(lang: Lang, out: &mut Vec<Sample>) {
    searches(lang, out);
    one(lang, out);
    outboxes(lang, out);
    freezes(lang, out);
    imports(lang, out);
}

fn imports(lang: Lang, out: &mut Vec<Sample>) {
    let Some(desk) = desk(lang, Room::Accounts) else { return };
    let mut put = |name: &str, data| add(out, &format!("staff-import-{name}"), import::import(&desk, &data));
    put("choose", Data::Choose(None));
    for flaw in FileFlaw::ALL {
        put(&format!("trouble-{}", flaw.code()), Data::Choose(Some(flaw)));
    }
    put("bad", Data::Bad { lines: vec![(7, "user_type is neither penyedia nor non_penyedia".to_owned())], count: 60 });
    let dry = Dry {
        import: "0190a1b2-0000-7000-8000-000000000007".to_owned(),
        file_sha256: "ab".repeat(32),
        fresh: 120,
        unchanged: 3,
        overwrites: vec![(9, "email, password_hash".to_owned())],
        overwriting: 1,
        trouble: None,
    };
    put("dry", Data::Dry(dry.clone()));
    put("nothing", Data::Dry(Dry { fresh: 0, overwriting: 0, overwrites: Vec::new(), ..dry.clone() }));
    put("trouble-code", Data::Dry(Dry { trouble: Some(CodeTrouble::Wrong), ..dry }));
    put("done", Data::Done { created: 120, proposed: 1 });
}

fn searches(lang: Lang, out: &mut Vec<Sample>) {
    let Some(desk) = desk(lang, Room::Accounts) else { return };
    let line = |n: u8, marks| accounts::Line {
        id: format!("0190a1b2-0000-7000-8000-0000000000{n:02}"),
        user_id: format!("AMANAH{n}"),
        name: "Rina Amanah".to_owned(),
        user_type: UserType::Penyedia,
        address: "r•••@g•••.com".to_owned(),
        marks,
    };
    let empty = accounts::Data::default();
    let worst = Marks { locked: true, protected: true, has_factor: false };
    let found = accounts::Data {
        term: "AMA".to_owned(),
        found: Some(vec![line(7, Marks { has_factor: true, ..Marks::default() }), line(8, worst)]),
        more: true,
        ..empty.clone()
    };
    add(out, "staff-accounts", accounts::accounts(&desk, &empty));
    add(out, "staff-accounts-found", accounts::accounts(&desk, &found));
    let none = accounts::Data { found: Some(Vec::new()), ..empty.clone() };
    add(out, "staff-accounts-none", accounts::accounts(&desk, &none));
    for (name, flaw) in [("short", TermFlaw::Short), ("unreadable", TermFlaw::Unreadable)] {
        let data = accounts::Data { term: "A".to_owned(), flaw: Some(flaw), ..empty.clone() };
        add(out, &format!("staff-accounts-trouble-{name}"), accounts::accounts(&desk, &data));
    }
    let wrong = accounts::Data { export_trouble: Some(CodeTrouble::Wrong), ..empty };
    add(out, "staff-accounts-trouble-export", accounts::accounts(&desk, &wrong));
}

fn one(lang: Lang, out: &mut Vec<Sample>) {
    let Some(desk) = desk(lang, Room::Accounts) else { return };
    let codes = || HISTORY.iter().chain(DESK_HISTORY);
    let history = |refused| (0..).zip(codes()).map(|(n, code)| account::Line { at: at(-n), code, refused }).collect();
    let plain = account::Data {
        id: "0190a1b2-0000-7000-8000-000000000007".to_owned(),
        user_id: "AMANAH7".to_owned(),
        name: "Rina Amanah".to_owned(),
        user_type: UserType::NonPenyedia,
        addresses: vec!["r•••@g•••.com".to_owned(), "k•••@a•••.id".to_owned()],
        suspect: false,
        marks: Marks { has_factor: true, ..Marks::default() },
        disputed: false,
        factor_since: Some(at(-5000)),
        last_reset_at: Some(at(-9000)),
        careful_until: None,
        held_until: None,
        created_at: at(-90_000),
        sessions: 1,
        requests: 2,
        case: Some(("0190a1b2-0000-7000-8000-000000000099".to_owned(), super::REFERENCE.to_owned())),
        proposals: KINDS.iter().map(|kind| ("0190a1b2".to_owned(), (*kind).to_owned())).collect(),
        history: history(false),
        trouble: Trouble::default(),
    };
    add(out, "staff-account", account::account(&desk, &plain));
    let locked = account::Data {
        suspect: true,
        marks: Marks { locked: true, protected: true, has_factor: false },
        careful_until: Some(at(9000)),
        held_until: Some(at(5000)),
        case: None,
        proposals: Vec::new(),
        history: history(true),
        trouble: Trouble { reason_mistake: Some(desk.t("desk-account-reason-missing")), ..Trouble::default() },
        ..plain.clone()
    };
    add(out, "staff-account-trouble-locked", account::account(&desk, &locked));
    let disputed = account::Data { disputed: true, history: Vec::new(), trouble: Trouble::default(), ..locked };
    add(out, "staff-account-disputed", account::account(&desk, &disputed));
    for code in troubles() {
        let trouble = Trouble { reason: "Telepon hilang".to_owned(), code: Some(code), ..Trouble::default() };
        add(
            out,
            &format!("staff-account-trouble-{}", code.code()),
            account::account(&desk, &account::Data { trouble, ..plain.clone() }),
        );
    }
}

fn outboxes(lang: Lang, out: &mut Vec<Sample>) {
    let Some(desk) = desk(lang, Room::Outbox) else { return };
    let whys = ["sent", "parked", "dropped", "first", "away", "tls", "full", "unknown", "busy", "refused"];
    let states = ["sent", "parked", "dropped", "queued", "leased", "failed"];
    let line = |n: usize, kind: &str| outbox::Line {
        id: format!("0190a1b2-0000-7000-8000-0000000000{n:02}"),
        kind: kind.to_owned(),
        to: "r•••@g•••.com".to_owned(),
        account: (!n.is_multiple_of(4)).then(|| ("0190a1b2".to_owned(), "AMANAH7".to_owned())),
        state: states[n % states.len()].to_owned(),
        queued_at: at(-5),
        at: at(2),
        attempts: 3,
        why: Some(whys[n % whys.len()]),
        said: n.is_multiple_of(2).then(|| "550 5.1.1 <r•••@g•••.com>: no such user".to_owned()),
        may_retry: n.is_multiple_of(3),
        may_cancel: n.is_multiple_of(3),
    };
    let letters: Vec<_> = LetterKind::ALL.iter().enumerate().map(|(n, kind)| line(n, kind.code())).collect();
    let delay = |domain: &str, samples| outbox::Delay {
        domain: domain.to_owned(),
        handed: Some((2, 70)),
        clicked: (samples > 0).then_some((130, 900)),
        life_minutes: 360,
        samples,
        waiting: 2,
    };
    let full = outbox::Data {
        views: ["waiting", "failed", "all"],
        view: "waiting",
        letters,
        older: Some("/staff/outbox?view=waiting&before=x".to_owned()),
        delays: vec![delay("gmail.com", 840), delay("amanah.example", 0)],
        late: 12,
        days: 3,
        trouble: Some(CodeTrouble::Wrong),
        renewed: Some("12".to_owned()),
    };
    add(out, "staff-outbox-trouble-code", outbox::outbox(&desk, &full));
    for view in ["waiting", "failed", "all"] {
        let data = outbox::Data {
            view,
            letters: Vec::new(),
            delays: Vec::new(),
            late: 0,
            trouble: None,
            renewed: None,
            older: None,
            ..full.clone()
        };
        add(out, &format!("staff-outbox-empty-{view}"), outbox::outbox(&desk, &data));
    }
}

fn freezes(lang: Lang, out: &mut Vec<Sample>) {
    let Some(desk) = desk(lang, Room::Settings) else { return };
    add(out, "staff-freeze", freeze::freeze(&desk, &freeze::Data::default()));
    let frozen = vec![freeze::Line {
        scope: Scope::Web,
        reason: "Relay surat sedang diperbaiki".to_owned(),
        since: at(-30),
        by: Some("Rina Wijaya".to_owned()),
    }];
    let trouble = freeze::Trouble {
        scope: Scope::Manual,
        reason: "x".to_owned(),
        reason_mistake: Some(desk.t("desk-account-reason-missing")),
        code: Some(CodeTrouble::Wrong),
    };
    add(out, "staff-freeze-trouble-on", freeze::freeze(&desk, &freeze::Data { frozen, trouble: Some(trouble) }));
}
