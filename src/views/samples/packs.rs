//! Samples of exports, of the integrity page and of the pack of a request.

use chrono::TimeDelta;

use super::desk::desk;
use super::{REFERENCE, STATES, Sample, add, at};
use crate::i18n::Lang;
use crate::model::event::kinds;
use crate::model::export::Format;
use crate::model::history::Flaw;
use crate::model::inbound::{Judgement, Verdict};
use crate::views::audit::case::{self, Seal};
use crate::views::audit::exports::{self, State, Typed};
use crate::views::audit::integrity::{self, FINDINGS};
use crate::views::staff::{Desk, Room};

/// All of them.
pub fn all(lang: Lang, out: &mut Vec<Sample>) {
    let (Some(files), Some(whole), Some(history)) =
        (desk(lang, Room::Exports), desk(lang, Room::Integrity), desk(lang, Room::History))
    else {
        return;
    };
    exports(&files, out);
    integrities(&whole, out);
    packs(&history, out);
}

fn line(n: u8, state: State) -> exports::Line {
    exports::Line {
        id: format!("0190a1b2-0000-7000-8000-0000000000{n:02}"),
        asked_at: at(-i64::from(n)),
        asked_name: "Citra Lestari".to_owned(),
        query: if n == 1 { String::new() } else { "kind:reset.confirmed at:2026-11-01..2026-11-30".to_owned() },
        format: if n == 2 { Format::Jsonl } else { Format::Csv },
        personal: n == 3,
        state,
    }
}

fn exports(desk: &Desk, out: &mut Vec<Sample>) {
    let mut put = |name: &str, data| add(out, &format!("audit-exports-{name}"), exports::page(desk, &data));
    let empty = exports::Data::default();
    put("none", empty.clone());
    for note in exports::Note::ALL {
        put(note.code(), exports::Data { note: Some(note), ..empty.clone() });
    }
    let made = State::Made { rows: 1_024, bytes: 812_345, sha256: "ab".repeat(32), until: at(1_440) };
    let states = [
        State::Queued,
        State::Running { at: 4_000, of: 98_201, rows: 812 },
        made,
        State::Over { rows: 12 },
        State::Failed,
    ];
    put(
        "list",
        exports::Data { lines: states.into_iter().zip(1..).map(|(s, n)| line(n, s)).collect(), ..empty.clone() },
    );
    let typed = Typed { query: "rina who:me".to_owned(), ..Typed::default() };
    put("trouble-query", exports::Data { typed, bad: Some((Flaw::Operator, 5..11)), ..empty });
}

fn integrities(desk: &Desk, out: &mut Vec<Sample>) {
    let mut put = |name: &str, data| add(out, &format!("audit-integrity-{name}"), integrity::page(desk, &data));
    let empty = integrity::Data {
        note: None,
        checkpoint: None,
        keys: vec!["pulih.example/log+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW".to_owned()],
        waiting: 0,
        oldest: TimeDelta::zero(),
        heartbeat: None,
        places: Vec::new(),
        running: None,
        last: None,
    };
    put("empty", empty.clone());
    let root = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=";
    let checkpoint = integrity::Checkpoint {
        size: 98_202,
        root: root.to_owned(),
        at: at(-3),
        age: TimeDelta::minutes(3),
        note: format!("pulih.example/log\n98202\n{root}\n\n\u{2014} pulih.example/log {root}{root}\n"),
        signed: true,
        follows: vec![(98_177, true), (12, true)],
    };
    let last = integrity::Verified {
        at: at(-60),
        asked_name: None,
        size: 98_202,
        found: 0,
        first_bad: None,
        findings: Vec::new(),
    };
    let place = |name: &str, size, trouble: Option<&str>| integrity::Place {
        name: name.to_owned(),
        size,
        at: size.map(|_| at(-3)),
        trouble: trouble.map(str::to_owned),
    };
    let good = integrity::Data {
        checkpoint: Some(checkpoint.clone()),
        waiting: 3,
        oldest: TimeDelta::seconds(4),
        heartbeat: Some(at(-30)),
        places: vec![place("file", Some(98_202), None), place("syslog", None, Some("connection refused"))],
        last: Some(last.clone()),
        ..empty
    };
    put("good", good.clone());
    for note in integrity::Note::ALL {
        put(note.code(), integrity::Data { note: Some(note), ..good.clone() });
    }
    for (name, total) in [("waits", 0), ("running", 98_202)] {
        let running = integrity::Running { asked_name: Some("Citra Lestari".to_owned()), done: total / 3, total };
        put(name, integrity::Data { running: Some(running), ..good.clone() });
    }
    let finding = |(code, n): (&&str, i64)| integrity::Finding {
        index: (n < 9).then_some(n),
        code: (*code).to_owned(),
        words: "the event's bytes were changed after it was sealed".to_owned(),
    };
    let bad = integrity::Verified {
        found: 32,
        first_bad: Some(4_711),
        findings: FINDINGS.iter().zip(0..).map(finding).collect(),
        ..last
    };
    put("bad", integrity::Data { last: Some(bad), ..good.clone() });
    let rewound = integrity::Checkpoint { signed: false, follows: vec![(98_177, false)], ..checkpoint };
    put("bad-end", integrity::Data { checkpoint: Some(rewound), ..good });
}

fn detail(n: usize) -> case::Detail {
    match n % 4 {
        0 => case::Detail::Open("AMANAH7".to_owned()),
        1 => case::Detail::Erased(at(900)),
        2 => case::Detail::Altered("BAHTERA8".to_owned()),
        _ => case::Detail::Gone,
    }
}

fn told(n: usize, kind: &str) -> case::Told {
    let minutes = i64::try_from(n).unwrap_or_default();
    case::Told {
        seal: [Seal::Leaf(minutes), Seal::Waits, Seal::Broken][n % 3],
        at: at(minutes),
        kind: kind.to_owned(),
        refused: (n % 5 == 4).then(|| "link-used".to_owned()),
        actor: ["user", "worker", "operator"][n % 3].to_owned(),
        staff: (n % 4 == 3).then(|| "Budi Santoso".to_owned()),
        facts: if n.is_multiple_of(2) { vec![("reference".to_owned(), REFERENCE.to_owned())] } else { Vec::new() },
        personal: vec![("user_id".to_owned(), detail(n))],
    }
}

fn packs(desk: &Desk, out: &mut Vec<Sample>) {
    let data = case::Data {
        reference: REFERENCE.to_owned(),
        channel: "web".to_owned(),
        state: "done".to_owned(),
        user_type: Some("penyedia".to_owned()),
        typed_user_id: "AMANAH7".to_owned(),
        typed_address: "rina@gmail.example".to_owned(),
        browser: Some("Firefox, Windows".to_owned()),
        network: Some("192.0.2.0/24".to_owned()),
        asked_at: at(0),
        ended_at: Some(at(9)),
        account: Some(("AMANAH7".to_owned(), "Rina Wijaya".to_owned())),
        erased: None,
        size: Some(98_202),
        events: kinds().take(9).enumerate().map(|(n, kind)| told(n, kind)).collect(),
        left_out: 0,
        proposals: Vec::new(),
        letters: Vec::new(),
        links: Vec::new(),
        mails: Vec::new(),
        people: vec![("Budi Santoso".to_owned(), "budi".to_owned(), 2)],
    };
    let mut put = |name: &str, data| add(out, &format!("audit-pack-{name}"), case::page(desk, &data));
    for state in STATES {
        put(state, case::Data { state: state.to_owned(), ..data.clone() });
    }
    put(
        "erased",
        case::Data { erased: Some(at(900)), size: None, account: None, channel: "mail".to_owned(), ..data.clone() },
    );
    put("full", full(data));
}

/// With everything that can stand around a request.
fn full(data: case::Data) -> case::Data {
    let verdicts = ["approve", "reject", "withdraw", "uphold", "dismiss"];
    let judgement = Judgement {
        verdict: Verdict::Unknown,
        reasons: Vec::new(),
        domain: None,
        signatures: Vec::new(),
        spf: None,
        dmarc: None,
        server: None,
        untrusted: Vec::new(),
        answers: Vec::new(),
        at: at(1),
    };
    let link = |kind: &str, why: Option<&str>| case::Link {
        kind: kind.to_owned(),
        at: at(1),
        handed_over_at: Some(at(2)),
        opened_at: None,
        ended: why.map(|why| (at(3), why.to_owned())),
    };
    let ends = ["spent", "superseded", "cancelled", "expired", "undeliverable", "unmatched"];
    let kinds = ["reset", "notice", "activate", "cancel", "invite", "permit"];
    case::Data {
        channel: "staff".to_owned(),
        left_out: 12,
        proposals: vec![case::Proposal {
            kind: "reset".to_owned(),
            state: "done".to_owned(),
            proposer: Some("Budi Santoso".to_owned()),
            at: at(1),
            decisions: verdicts.iter().map(|verdict| ("Rina Wijaya".to_owned(), (*verdict).to_owned())).collect(),
        }],
        letters: vec![case::Letter {
            kind: "link".to_owned(),
            state: "sent".to_owned(),
            at: at(1),
            ended_at: Some(at(2)),
            attempts: 1,
            answer: "gmail.example: 250 2.0.0 OK".to_owned(),
        }],
        links: kinds.iter().zip(ends).map(|(kind, why)| link(kind, Some(why))).collect(),
        mails: vec![case::Mail {
            at: at(1),
            from: "rina@gmail.example".to_owned(),
            subject: String::new(),
            sha256: "ab".repeat(32),
            judgement: Some(judgement),
        }],
        ..data
    }
}
