//! Samples of the auditor's rooms: the history, its records, and samples for review.

use super::desk::desk;
use super::{REFERENCE, Sample, add, at};
use crate::i18n::Lang;
use crate::model::event::kinds;
use crate::model::history::{Flaw, Group};
use crate::model::sample::{Class, Mark};
use crate::model::staff::{Role, Roles};
use crate::views::audit::Line;
use crate::views::audit::history::{self, Ways};
use crate::views::audit::record::{self, About, Detail, Draft, Fact, Marked, Proof, Shown, Value};
use crate::views::audit::review::{self, Drawn, Open, Typed};
use crate::views::staff::{Desk, Room};

const EVENT: &str = "01890a5d-ac96-774b-bcce-b302099a8057";

/// All of them.
pub fn all(lang: Lang, out: &mut Vec<Sample>) {
    let (Some(history), Some(review)) = (auditor(lang, Room::History), auditor(lang, Room::Review)) else { return };
    histories(&history, out);
    records(&history, out);
    reviews(&review, out);
}

/// The desk of an auditor, who is nothing else.
fn auditor(lang: Lang, room: Room) -> Option<Desk> {
    Some(Desk { roles: Roles::of(&[Role::Auditor]).ok()?, name: "Sari Lestari".to_owned(), ..desk(lang, room)? })
}

fn line(kind: &str) -> Line {
    Line {
        id: EVENT.to_owned(),
        at: at(0),
        kind: kind.to_owned(),
        refused: false,
        actor: "user".to_owned(),
        staff: None,
        reference: Some(REFERENCE.to_owned()),
        user_id: Some("AMANAH7".to_owned()),
        leaf: Some(98_201),
        mark: None,
    }
}

fn lines() -> Vec<Line> {
    let staff = || Some("Rina Wijaya".to_owned());
    vec![
        Line { staff: staff(), actor: "staff".to_owned(), leaf: None, ..line("manual.proposed") },
        Line { refused: true, mark: Some(Mark::Finding), ..line("reset.confirmed") },
        Line { reference: None, user_id: None, actor: "worker".to_owned(), ..line("log.heartbeat") },
        Line { actor: "operator".to_owned(), mark: Some(Mark::Question), ..line("accounts.imported") },
        Line { actor: "portal".to_owned(), mark: Some(Mark::Ok), leaf: Some(7), ..line("of-another-time") },
    ]
}

fn histories(desk: &Desk, out: &mut Vec<Sample>) {
    let way = |to: &str| Some(format!("/audit?q=rina&{to}=1.{EVENT}"));
    let data = history::Data {
        search: "petugas:rina".to_owned(),
        group: Some(Group::Resets),
        refused: Some(true),
        from: "2026-11-01".to_owned(),
        to: "2026-11-20".to_owned(),
        bad: None,
        whole: "petugas:rina statusnya:lama".to_owned(),
        lines: lines(),
        ways: Ways { first: Some("/audit".to_owned()), newer: way("newer"), older: way("older") },
        looked_to: None,
        cut: false,
    };
    add(out, "history", history::page(desk, &data));
    let looked = history::Data { lines: vec![], looked_to: Some(at(-9_000)), cut: true, ..data.clone() };
    add(out, "history-looked", history::page(desk, &looked));
    add(out, "history-empty", history::page(desk, &history::Data::default()));
    let all = kinds().take(60).map(line).collect();
    add(out, "history-kinds", history::page(desk, &history::Data { lines: all, ..history::Data::default() }));
    for flaw in Flaw::ALL {
        let bad = history::Data { bad: Some((*flaw, 13..27)), ..data.clone() };
        add(out, &format!("history-bad-{}", flaw.code()), history::page(desk, &bad));
    }
}

fn shown() -> Shown {
    Shown {
        index: 98_201,
        hash: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328".to_owned(),
        path: vec!["XcnaeacGWamtVZy3Ad7Zoqudgjqtl0lgz+Nw7/RgQyg=".to_owned(); 2],
        size: 98_304,
        noted_at: at(2),
        note: "lpse.example/log\n98304\nXcnaeacGWamtVZy3Ad7Zoqudgjqtl0lgz+Nw7/RgQyg=\n\n— lpse.example/log AAAA\n"
            .to_owned(),
    }
}

fn data() -> record::Data {
    let about = |name: &str, to: &str| About { name: name.to_owned(), to: to.to_owned() };
    record::Data {
        id: EVENT.to_owned(),
        at: at(0),
        kind: "hours.changed".to_owned(),
        refused: None,
        actor: "staff".to_owned(),
        name: Some("Rina Wijaya".to_owned()),
        subject: vec![
            ("account".to_owned(), about("AMANAH7", "/audit?q=user%3AAMANAH7")),
            ("of-another-time".to_owned(), about(EVENT, "/audit")),
        ],
        facts: vec![
            Fact::Changed(Value::List(vec!["08:00-16:00".to_owned()]), Value::List(vec![])),
            Fact::Is("version".to_owned(), Value::Text("3".to_owned())),
            Fact::Is("own".to_owned(), Value::Truth(true)),
            Fact::Is("locked".to_owned(), Value::Truth(false)),
            Fact::Is("due".to_owned(), Value::Time(at(60))),
            Fact::Is("again".to_owned(), Value::Nothing),
            Fact::Is("event".to_owned(), Value::Event(EVENT.to_owned())),
            Fact::Is("of_another_time".to_owned(), Value::Nothing),
        ],
        details: vec![
            ("address".to_owned(), Detail::Open("rina@amanah.example".to_owned())),
            ("note".to_owned(), Detail::Open(String::new())),
            ("reason".to_owned(), Detail::Altered("<b>Lain</b>".to_owned())),
            ("term".to_owned(), Detail::Gone),
            ("query".to_owned(), Detail::Erased(at(9_000))),
        ],
        body: format!("{{\"at\":\"2026-11-21T07:05:00.123456Z\",\"id\":\"{EVENT}\"}}"),
        proof: Proof::Holds(shown()),
        marks: vec![Marked { mark: Mark::Finding, note: "Mengapa?".to_owned(), staff: "Sari".to_owned(), at: at(3) }],
        draft: None,
    }
}

fn records(desk: &Desk, out: &mut Vec<Sample>) {
    let mut show = |name: &str, data: record::Data| add(out, name, record::page(desk, &data));
    show("record", data());
    let plain = || record::Data { facts: vec![], details: vec![], subject: vec![], marks: vec![], ..data() };
    show("record-waits", record::Data { proof: Proof::Waits, refused: Some("code-wrong".to_owned()), ..plain() });
    show("record-fails", record::Data { proof: Proof::Fails, name: None, ..plain() });
    let nothing = record::Data { proof: Proof::Fails, kind: String::new(), actor: String::new(), ..plain() };
    show("record-spoilt", record::Data { kind: "?".to_owned(), ..nothing });
    let missing = Draft { mark_flaw: Some("record-mark-missing"), ..Draft::default() };
    show("record-trouble-mark", record::Data { draft: Some(missing), ..plain() });
    for flaw in ["record-note-missing", "record-note-odd"] {
        let draft = Draft { mark: Some(Mark::Finding), note: "x".to_owned(), note_flaw: Some(flaw), mark_flaw: None };
        show(&format!("record-trouble-{flaw}"), record::Data { draft: Some(draft), ..plain() });
    }
}

fn reviews(desk: &Desk, out: &mut Vec<Sample>) {
    add(out, "review", review::page(desk, &review::Data::default()));
    let typed = Typed {
        period: "2026-11".to_owned(),
        class: Some(Class::Refused),
        size: "25".to_owned(),
        seed: "8f2c".to_owned(),
    };
    let open = |mark| Open {
        event: EVENT.to_owned(),
        kind: "reset.confirmed".to_owned(),
        mark,
        note: if mark == Mark::Finding { "Tanpa telepon.".to_owned() } else { String::new() },
        staff: "Sari Lestari".to_owned(),
        at: at(5),
    };
    let data = review::Data {
        typed,
        flaws: vec![],
        drawn: Some(Drawn { population: 1_234_567, over: true, lines: lines() }),
        open: vec![open(Mark::Finding), open(Mark::Question)],
    };
    let none = review::Data { drawn: Some(Drawn { population: 0, over: false, lines: vec![] }), ..data.clone() };
    add(out, "review-drawn", review::page(desk, &data));
    add(out, "review-none", review::page(desk, &none));
    let flaws = vec![("period", "review-period-flaw"), ("size", "review-size-flaw"), ("seed", "review-seed-flaw")];
    let long = review::Data { flaws: vec![("period", "review-period-long")], drawn: None, ..data.clone() };
    add(out, "review-trouble-long", review::page(desk, &long));
    add(out, "review-trouble-all", review::page(desk, &review::Data { flaws, drawn: None, ..data }));
}
