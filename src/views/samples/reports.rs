//! Samples of the auditor's reports.

use super::desk::desk;
use super::{Sample, add, at};
use crate::i18n::Lang;
use crate::model::figures::report::{Counted, Domain, Person, Report};
use crate::model::figures::{Cell, Measure, Range, RangeFlaw};
use crate::views::audit::reports::{Data, page};
use crate::views::staff::Room;

const PEOPLE: [(&str, &str); 6] = [
    ("rina", "Rina Wijaya"),
    ("joko", "Joko Susilo"),
    ("wati", "Wati <Lestari>"),
    ("budi", "Budi Santoso"),
    ("dewi", "Dewi Anggraini"),
    ("agus", "Agus Pratama"),
];

pub(super) fn all(lang: Lang, out: &mut Vec<Sample>) {
    let Some(desk) = desk(lang, Room::Reports) else { return };
    let today = at(0).date_naive();
    let month = Range::month_of(today);
    let empty = report(month, Vec::new());
    let wrong = |from: &str, flaw| Some((from.to_owned(), "2026-11-30".to_owned(), flaw));
    for flaw in RangeFlaw::ALL {
        let data = Data { report: empty.clone(), wrong: wrong("2026-12-01", flaw) };
        add(out, &format!("reports-trouble-{}", flaw.code()), page(&desk, &data));
    }
    let mut unread = empty.clone();
    unread.counted = Counted { leaves: 0, behind: 12, at: None };
    add(out, "reports-empty", page(&desk, &Data { report: empty, wrong: None }));
    add(out, "reports-unread", page(&desk, &Data { report: unread, wrong: None }));
    add(out, "reports-month", page(&desk, &Data { report: full(month), wrong: None }));
    for (name, from, to) in [("weeks", "2026-09-15", "2026-11-30"), ("year", "2025-12-01", "2026-11-30")] {
        if let Ok(range) = Range::days(from, to) {
            add(out, &format!("reports-{name}"), page(&desk, &Data { report: full(range), wrong: None }));
        }
    }
}

fn report(range: Range, counts: Vec<(String, Cell)>) -> Report {
    let zone = chrono_tz::Asia::Jakarta;
    let days = range.from.iter_days().take_while(|day| *day <= range.to).zip([3, 7, 2, 0, 11, 5].into_iter().cycle());
    let days: Vec<_> = if counts.is_empty() { Vec::new() } else { days.collect() };
    let counted = Counted { leaves: 98_201, behind: 0, at: Some(at(0)) };
    let mut report = Report::new((range, zone, counted), counts, &days);
    let named = |(username, name): (&str, &str)| {
        (username.to_owned(), Person { name: name.to_owned(), username: username.to_owned() })
    };
    report.people = PEOPLE.into_iter().map(named).collect();
    report
}

fn full(range: Range) -> Report {
    let mut counts: Vec<(String, Cell)> = Vec::new();
    let mut put = |measure: Measure, a: &str, b: &str, n| {
        counts.push((measure.code().to_owned(), Cell { a: a.to_owned(), b: b.to_owned(), n }));
    };
    for (way, n) in [("web", 1_204), ("mail", 31), ("permit", 12), ("manual", 9), ("unknown", 1)] {
        put(Measure::Reset, way, "penyedia", n);
        put(Measure::Reset, way, "non_penyedia", n / 3);
    }
    for (measure, words) in WORDS {
        for (at, &(a, b)) in words.iter().enumerate() {
            put(measure, a, b, 120 / (i64::try_from(at).unwrap_or_default() + 1));
        }
    }
    for (bucket, n) in [("04", 3), ("08", 60), ("12", 210), ("16", 90), ("24", 31), ("40", 12), ("56", 2)] {
        put(Measure::Handoff, bucket, "", n);
        put(Measure::Click, bucket, "", n / 2);
    }
    for (who, proposed, searched) in
        [("rina", 41, 12), ("joko", 4, 11), ("wati", 5, 9), ("budi", 6, 140), ("dewi", 5, 13), ("agus", 3, 10)]
    {
        put(Measure::Officer, who, "proposed", proposed);
        put(Measure::Officer, who, "searched", searched);
        put(Measure::Officer, who, "revealed", 1);
    }
    for (proposer, approver, n) in [
        ("rina", "budi", 39),
        ("rina", "dewi", 2),
        ("joko", "budi", 12),
        ("joko", "dewi", 14),
        ("user", "dewi", 2),
        ("operator", "dewi", 1),
    ] {
        put(Measure::Pair, proposer, approver, n);
    }
    put(Measure::Quick, "budi", "rina", 7);
    put(Measure::OffHours, "dewi", "manual", 3);
    let mut report = report(range, counts);
    let domain = |name: &str, clicked| Domain { domain: name.to_owned(), handed: Some((4, 31)), clicked, samples: 44 };
    report.domains = vec![domain("amanah.example", Some((95, 7_400))), domain("bahtera.example", None)];
    report
}

/// Every word there is, so that none is without its words.
const WORDS: [(Measure, &[(&str, &str)]); 11] = [
    (Measure::Asked, &[("web", "penyedia"), ("web", "non_penyedia"), ("portal", "penyedia")]),
    (Measure::Matched, &[("own", ""), ("joined", "")]),
    (
        Measure::Unmatched,
        &[
            ("no-account", ""),
            ("wrong-address", ""),
            ("superseded", ""),
            ("letters", ""),
            ("wrong-type", "hinted"),
            ("locked", "hinted"),
            ("no-factor", "hinted"),
            ("held", ""),
            ("protected", ""),
            ("frozen", ""),
            ("delayed", ""),
        ],
    ),
    (
        Measure::Link,
        &[("mailed", ""), ("opened", ""), ("expired", ""), ("expired-opened", ""), ("reissued", ""), ("renewed", "")],
    ),
    (
        Measure::Letter,
        &[("accepted", "link"), ("failed", "link"), ("dropped", "done"), ("parked", "hint"), ("bounced", "reply")],
    ),
    (Measure::Sla, &[("within", "help"), ("over", "mail"), ("within", "undeliverable"), ("within", "late")]),
    (
        Measure::Case,
        &[
            ("opened", "disputed"),
            ("opened", "manual"),
            ("closed", "reset"),
            ("closed", "spam"),
            ("closed", "rejected"),
        ],
    ),
    (
        Measure::Verdict,
        &[("verified", "request"), ("check", "reply"), ("failed", "automatic"), ("unknown", "permission")],
    ),
    (
        Measure::Rejected,
        &[
            ("request", ""),
            ("manual", ""),
            ("address", ""),
            ("protect", ""),
            ("unlock", ""),
            ("overwrite", ""),
            ("staff", ""),
            ("a word of another version", ""),
        ],
    ),
    (Measure::NotMe, &[("cancelled", ""), ("disputed", ""), ("account", ""), ("manual", "")]),
    (
        Measure::SignIn,
        &[
            ("login.password", "done"),
            ("login.password", "login-wrong"),
            ("login.code", "done"),
            ("login.code", "code-wrong"),
            ("staff.password", "staff-login-wrong"),
            ("staff.code", "code-replayed"),
        ],
    ),
];
