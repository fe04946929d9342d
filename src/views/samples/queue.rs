//! Samples of the queue, of a case, and of the texts and hours of the desk.

use chrono::TimeDelta;
use uuid::Uuid;

use super::desk::desk;
use super::{REFERENCE, Sample, add, at};
use crate::i18n::Lang;
use crate::model::account::UserType;
use crate::model::desk::{Bulk, CaseState, Ending, Reason, Source, View};
use crate::model::event::kinds;
use crate::model::inbound::Verdict;
use crate::model::search::Flaw;
use crate::views::staff::case::{self, NOTES, RISKS};
use crate::views::staff::case_forms::Draft;
use crate::views::staff::queue::{self, Left};
use crate::views::staff::{Desk, Room, case_late, settings};

fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

/// All of them.
pub fn all(lang: Lang, out: &mut Vec<Sample>) {
    let (Some(desk), Some(settings)) = (desk(lang, Room::Requests), desk(lang, Room::Settings)) else { return };
    queues(&desk, out);
    cases(&desk, out);
    late(&desk, out);
    rooms(&settings, out);
}

fn row(n: u128, state: CaseState, reason: Reason, left: Left) -> queue::Row {
    queue::Row {
        id: id(n),
        version: 1,
        reference: REFERENCE.to_owned(),
        user_id: "AMANAH7".to_owned(),
        name: n.is_multiple_of(2).then(|| "Rina Wijaya".to_owned()),
        reason,
        state,
        ending: (state == CaseState::Closed).then_some(Ending::Answered),
        care: n == 2,
        proposed: n == 3,
        verdict: (n == 6).then_some(Verdict::Check),
        age: TimeDelta::hours(5),
        left,
        taken: (n > 2).then(|| "Budi Santoso".to_owned()),
    }
}

fn queues(desk: &Desk, out: &mut Vec<Sample>) {
    let rows = vec![
        row(1, CaseState::New, Reason::Undeliverable, Left::Over(TimeDelta::hours(2))),
        row(2, CaseState::New, Reason::Disputed, Left::For(TimeDelta::minutes(12))),
        row(3, CaseState::Open, Reason::Late, Left::For(TimeDelta::hours(4))),
        row(4, CaseState::Waiting, Reason::Help, Left::Still),
        row(5, CaseState::Closed, Reason::Manual, Left::Ended(at(0))),
        row(6, CaseState::New, Reason::Mail, Left::For(TimeDelta::days(3))),
    ];
    let data = queue::Data {
        view: Some(View::New),
        counts: vec![4, 1, 0, 2, 1, 1000, 12],
        search: String::new(),
        bad: None,
        rows,
        next: Some("/staff/requests?view=new&after=1.2".to_owned()),
        colleagues: vec![(id(21), "Budi Santoso".to_owned())],
        did: None,
    };
    add(out, "queue", queue::page(desk, &data));
    for what in Bulk::ALL {
        let cases = Some(format!("{}:2:", id(1).simple()));
        let did = queue::Did { what: *what, done: 2, not: 1, cases, undone: false };
        let name = format!("queue-did-{}", what.code());
        add(out, &name, queue::page(desk, &queue::Data { did: Some(did), ..data.clone() }));
    }
    let undone = queue::Did { what: Bulk::Take, done: 2, not: 0, cases: None, undone: true };
    add(out, "queue-undone", queue::page(desk, &queue::Data { did: Some(undone), ..data.clone() }));
    let empty = queue::Data { rows: Vec::new(), next: None, ..data };
    add(out, "queue-empty", queue::page(desk, &empty));
    let search = queue::Data { view: None, search: "rina status:lama".to_owned(), ..empty };
    for flaw in Flaw::ALL {
        let bad = queue::Data { bad: Some((flaw, 5..16)), ..search.clone() };
        add(out, &format!("queue-bad-{}", flaw.code()), queue::page(desk, &bad));
    }
    let none = queue::Data { search: "rina".to_owned(), ..search };
    add(out, "queue-search", queue::page(&Desk { shortcuts: false, ..desk.clone() }, &none));
}

fn data(lang: Lang) -> case::Data {
    case::Data {
        id: id(1),
        version: 3,
        reference: REFERENCE.to_owned(),
        reason: Reason::Undeliverable,
        state: CaseState::Open,
        ending: None,
        opened_at: at(0),
        left: Left::For(TimeDelta::hours(6)),
        taken: Some(("Rina Wijaya".to_owned(), true)),
        typed_user_id: "AMANAH7".to_owned(),
        typed_address: "r•••@a•••.example".to_owned(),
        user_type: Some(UserType::Penyedia),
        account: Some(case::Account {
            id: id(2),
            user_id: "AMANAH7".to_owned(),
            name: "Rina Wijaya".to_owned(),
            address: "r•••@a•••.example".to_owned(),
            has_factor: true,
            resets: 1,
            last_reset_at: Some(at(-9000)),
        }),
        risks: Vec::new(),
        proposals: Vec::new(),
        source: None,
        lines: lines(),
        colleagues: vec![(id(21), "Budi Santoso".to_owned())],
        canned: vec![(id(31), "Tautan dikirim".to_owned())],
        revealed: None,
        note: None,
        impossible: false,
        mail: None,
        erased: None,
        draft: Draft { language: lang, ..Draft::default() },
    }
}

fn lines() -> Vec<case::Line> {
    let line = |kind: &str, source| case::Line {
        event: Some(id(41)),
        at: at(3),
        kind: kind.to_owned(),
        refused: false,
        source,
        staff: None,
        text: None,
        reply: false,
        answer: None,
        mail: None,
    };
    let staff = || Some("Rina Wijaya".to_owned());
    let text = || Some("Sudah ditelepon.\nAkan dicoba lagi besok.".to_owned());
    vec![
        case::Line { staff: staff(), text: text(), reply: true, ..line("case-replied", Source::Staff) },
        case::Line { staff: staff(), text: text(), ..line("case-noted", Source::Staff) },
        case::Line { refused: true, staff: staff(), ..line("manual-proposed", Source::Staff) },
        case::Line {
            answer: Some(("nobody", "550 5.1.1 no such user".to_owned())),
            ..line("mail-failed", Source::Mail)
        },
        case::Line { event: None, ..line("mail-queued", Source::Mail) },
        line("reset-matched", Source::System),
        line("reset-asked", Source::Web),
    ]
}

fn cases(desk: &Desk, out: &mut Vec<Sample>) {
    let lang = desk.frame.lang;
    let mut show = |name: &str, data: case::Data| add(out, name, case::page(desk, &data));
    show("case", data(lang));
    let plain = || case::Data { lines: Vec::new(), ..data(lang) };
    let all = kinds().filter_map(|kind| Some(case::Line { kind: kind.to_owned(), ..lines().pop()? })).collect();
    show("case-kinds", case::Data { lines: all, ..data(lang) });
    let answers = ["taken", "nobody", "full", "blocked", "later", "refused", "silent"];
    let told = answers.iter().filter_map(|word| {
        let line = lines().pop()?;
        Some(case::Line { kind: "mail-failed".to_owned(), answer: Some((*word, String::new())), ..line })
    });
    show("case-answers", case::Data { lines: told.collect(), ..data(lang) });
    show("case-risks", case::Data { risks: RISKS.to_vec(), proposals: vec![(id(5), "reset".to_owned())], ..plain() });
    let revealed = Some("rina@amanah.example".to_owned());
    show("case-revealed", case::Data { revealed, source: Some(Source::Mail), ..plain() });
    show("case-impossible", case::Data { impossible: true, state: CaseState::Waiting, taken: None, ..plain() });
    show("case-stranger", case::Data { account: None, taken: Some(("Budi".to_owned(), false)), ..plain() });
    let (state, ending) = (CaseState::Closed, Some(Ending::Reset));
    show("case-closed", case::Data { state, ending, left: Left::Ended(at(9)), ..plain() });
    super::mail::cases(desk, &data(lang), &lines(), out);
    let mut show = |name: &str, data: case::Data| add(out, name, case::page(desk, &data));
    for note in NOTES {
        show(&format!("case-note-{note}"), case::Data { note: Some(note), ..plain() });
    }
    for (n, (field, words)) in [
        ("reply", "desk-text-unknown"),
        ("note", "desk-text-missing"),
        ("reject", "desk-reason-missing"),
        ("why", "desk-reason-missing"),
        ("reply", "desk-text-long"),
    ]
    .into_iter()
    .enumerate()
    {
        let unknown = "alamat".to_owned();
        let draft =
            Draft { flaws: vec![(field, words)], reply: "Halo {alamat}".to_owned(), unknown, ..Draft::default() };
        show(&format!("case-trouble-{n}"), case::Data { draft, ..plain() });
    }
}

fn late(desk: &Desk, out: &mut Vec<Sample>) {
    let stale = case_late::Stale {
        id: id(1),
        reference: REFERENCE.to_owned(),
        version: 4,
        by: Some("Budi Santoso".to_owned()),
        at: at(0),
        action: format!("/staff/requests/{}/note", id(1)),
        text: Some(("text".to_owned(), "Sudah ditelepon.".to_owned())),
        fields: vec![("language".to_owned(), "id".to_owned())],
    };
    add(out, "case-stale", case_late::stale(desk, &stale));
    add(out, "case-stale-system", case_late::stale(desk, &case_late::Stale { by: None, text: None, ..stale }));
    let preview = case_late::Preview {
        id: id(1),
        version: 3,
        address: "r•••@a•••.example".to_owned(),
        filled: "Halo Rina Wijaya.\n\nCoba kode baru.".to_owned(),
        fields: vec![("text".to_owned(), "Halo {nama}.".to_owned())],
    };
    add(out, "case-preview", case_late::preview(desk, &preview));
}

fn rooms(desk: &Desk, out: &mut Vec<Sample>) {
    add(out, "settings", settings::index(desk));
    let text = settings::Canned {
        id: id(1),
        name: "Jam HP".to_owned(),
        version: 2,
        text_id: "Aktifkan tanggal dan waktu otomatis.".to_owned(),
        by: Some("Rina Wijaya".to_owned()),
    };
    add(out, "canned", settings::canned_list(desk, &[text], true));
    add(out, "canned-empty", settings::canned_list(desk, &[], false));
    add(out, "canned-new", settings::canned_edit(desk, &settings::Edit::default()));
    let edit = settings::Edit {
        id: Some(id(1)),
        name: "Jam HP".to_owned(),
        text_id: "Halo {nama}".to_owned(),
        text_en: "Hello {nama}".to_owned(),
        preview: Some(("Halo Rina".to_owned(), "Hello Rina".to_owned())),
        ..settings::Edit::default()
    };
    add(out, "canned-edit", settings::canned_edit(desk, &edit));
    let flaws = vec![("text_id", "desk-text-missing"), ("text_en", "desk-text-unknown")];
    add(out, "canned-trouble-text", settings::canned_edit(desk, &settings::Edit { flaws, ..edit }));
    let flaws = vec![("name", "desk-name-missing"), ("text_id", "desk-text-long")];
    let taken = settings::Edit { flaws, ..settings::Edit::default() };
    add(out, "canned-trouble-name", settings::canned_edit(desk, &taken));
    let flaws = vec![("name", "desk-name-taken")];
    add(out, "canned-trouble-taken", settings::canned_edit(desk, &settings::Edit { flaws, ..taken }));
    let hours = settings::Hours {
        days: std::array::from_fn(|day| if day < 5 { "08:00-16:00".to_owned() } else { String::new() }),
        week_version: 0,
        holidays: "2026-12-25 Hari Natal\n".to_owned(),
        holidays_version: 1,
        wrong_days: Vec::new(),
        wrong_line: None,
        saved: true,
        stale: false,
    };
    add(out, "hours", settings::hours(desk, &hours));
    let stale = settings::Hours { stale: true, saved: false, ..hours.clone() };
    add(out, "hours-stale", settings::hours(desk, &stale));
    let wrong = settings::Hours { wrong_days: vec![0, 6], wrong_line: Some(1), saved: false, ..hours };
    add(out, "hours-trouble-all", settings::hours(desk, &wrong));
}
