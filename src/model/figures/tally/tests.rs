//! What sealed events are counted as.

use serde_json::json;

use super::*;

const RINA: Uuid = Uuid::from_u128(0xa1);
const BUDI: Uuid = Uuid::from_u128(0xb2);

/// An event at so many seconds after Saturday, 21 November 2026, 14.00 in Jakarta.
fn told(seconds: i64, kind: &str, actor: Value, subject: Value, facts: Value) -> Told {
    let at = "2026-11-21T07:00:00Z".parse::<DateTime<Utc>>().unwrap() + TimeDelta::seconds(seconds);
    let members = [
        ("v", json!(1)),
        ("at", json!(at)),
        ("kind", json!(kind)),
        ("outcome", json!("done")),
        ("actor", actor),
        ("subject", subject),
        ("facts", facts),
    ];
    let body: Map<String, Value> = members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    Told::read(&Value::Object(body).to_string()).unwrap()
}

fn by(id: Uuid) -> Value {
    json!({ "kind": "staff", "id": id })
}

fn user() -> Value {
    json!({ "kind": "user" })
}

fn worker() -> Value {
    json!({ "kind": "worker", "name": "courier" })
}

fn id(n: u128) -> String {
    Uuid::from_u128(n).to_string()
}

/// What is counted, as lines of `measure a b n`; the memory goes through its rows after every event.
fn counted(events: &[Told]) -> Vec<String> {
    let types = HashMap::from([(Uuid::from_u128(9), "non_penyedia".to_owned())]);
    let mut counts: BTreeMap<(&str, String, String), i64> = BTreeMap::new();
    let mut rows: BTreeMap<Key, Value> = BTreeMap::new();
    for event in events {
        let mut tally = Tally::new(chrono_tz::Asia::Jakarta, &types, Memory::new(rows.clone()));
        tally.count(event);
        let (kept, gone) = tally.memory.changes();
        rows.extend(kept.into_iter().map(|(key, facts)| (key, facts.clone())));
        rows.retain(|key, _| !gone.contains(key));
        for ((_, measure, a, b), n) in tally.counts {
            *counts.entry((measure, a, b)).or_default() += n;
        }
    }
    counts.into_iter().map(|((measure, a, b), n)| format!("{measure} {a} {b} {n}")).collect()
}

fn asked(seconds: i64) -> Told {
    let facts = json!({ "channel": "web", "user_type": "penyedia", "again": null });
    told(seconds, "reset.asked", user(), json!({ "request": id(1) }), facts)
}

fn of_request(seconds: i64, kind: &str, facts: Value) -> Told {
    told(seconds, kind, worker(), json!({ "request": id(1), "account": id(9) }), facts)
}

#[test]
fn a_reset_is_counted_by_how_it_was_asked_and_how_long_its_mail_took() {
    let lines = counted(&[
        asked(0),
        of_request(5, "reset.matched", json!({ "joined": null })),
        of_request(8, "mail.accepted", json!({ "letter_kind": "link", "attempts": 1 })),
        of_request(72, "link.opened", json!({})),
        of_request(80, "link.opened", json!({})),
        of_request(90, "reset.confirmed", json!({ "credential": id(5) })),
        of_request(91, "mail.accepted", json!({ "letter_kind": "done" })),
    ]);
    assert_eq!(
        lines,
        [
            "asked web penyedia 1",
            "click 24  1",
            "handoff 12  1",
            "letter accepted done 1",
            "letter accepted link 1",
            "link mailed  1",
            "link opened  1",
            "matched own  1",
            "reset web penyedia 1",
        ]
    );
    assert_eq!((bucket(8), bucket(64)), (12, 24));
}

#[test]
fn a_link_that_ends_unopened_is_late_and_the_next_mail_is_measured_from_its_own_asking() {
    let lines = counted(&[
        asked(0),
        of_request(4, "mail.accepted", json!({ "letter_kind": "link" })),
        of_request(30_000, "link.expired", json!({})),
        told(40_000, "link.reissued", user(), json!({ "request": id(1) }), json!({ "new_link": id(6) })),
        of_request(40_002, "mail.accepted", json!({ "letter_kind": "link" })),
        of_request(40_004, "link.opened", json!({})),
        of_request(80_000, "link.expired", json!({})),
    ]);
    for line in [
        "link expired  1",
        "link reissued  1",
        "link mailed  2",
        "link expired-opened  1",
        "click 04  1",
        "handoff 04  1",
    ] {
        assert!(lines.contains(&line.to_owned()), "{line} in {lines:?}");
    }
}

#[test]
fn resets_that_nobody_asked_on_the_web_have_a_way_of_their_own_and_the_type_of_their_account() {
    let request = json!({ "request": id(1), "account": id(9), "mail": id(3) });
    let read =
        told(0, "inbound.read", worker(), request.clone(), json!({ "mail_kind": "request", "verdict": "verified" }));
    let done = of_request(90, "reset.confirmed", json!({ "credential": id(5) }));
    let lines = counted(&[read.clone(), done.clone()]);
    assert_eq!(lines, ["reset mail non_penyedia 1", "verdict verified request 1"]);
    let used = told(50, "permission.used", user(), json!({ "request": id(1) }), json!({}));
    // what follows on a request that was asked on the web is none of its own
    let lines = counted(&[asked(0), read, used, done]);
    assert!(lines.contains(&"reset permit penyedia 1".to_owned()), "{lines:?}");
    // of no effect: the account could no longer be reset
    assert_eq!(counted(&[of_request(0, "reset.executed", json!({}))]), Vec::<String>::new());
}

fn proposal(seconds: i64, kind: &str, who: Uuid, facts: Value) -> Told {
    told(seconds, kind, by(who), json!({ "proposal": id(2), "request": id(1), "account": id(9) }), facts)
}

#[test]
fn who_agreed_to_whose_proposal_is_counted_with_haste_and_hour() {
    let reset = json!({ "kind": "reset" });
    let executed = of_request(900, "reset.executed", json!({ "credential": id(5) }));
    let lines = counted(&[
        proposal(0, "manual.proposed", RINA, reset),
        proposal(59, "manual.approved", BUDI, json!({ "kind": "reset", "done": false, "due": "2026-11-28T07:00:00Z" })),
        executed,
    ]);
    let (rina, budi) = (RINA.to_string(), BUDI.to_string());
    assert_eq!(
        lines,
        [
            // a Saturday
            format!("off-hours {budi} manual 1"),
            format!("officer {rina} proposed 1"),
            format!("officer {budi} approved 1"),
            format!("pair {rina} {budi} 1"),
            format!("quick {budi} {rina} 1"),
            "reset manual non_penyedia 1".to_owned(),
        ]
    );
    let monday = 2 * 86_400;
    let lines = counted(&[
        proposal(monday, "address.proposed", RINA, json!({ "kind": "address" })),
        proposal(monday + 60, "address.rejected", BUDI, json!({ "kind": "address", "done": false })),
        proposal(monday + 90, "address.approved", BUDI, json!({ "kind": "address", "done": true })),
    ]);
    assert_eq!(lines, ["rejected address  1"], "decided once");
}

#[test]
fn working_hours_are_those_that_held_then() {
    let monday = 2 * 86_400;
    let decided = |seconds| {
        let people = json!({ "staff": RINA, "proposal": id(2) });
        told(seconds, "staff.rejected", by(BUDI), people, json!({ "change": "staff-new" }))
    };
    let off = |events: &[Told]| counted(events).into_iter().filter(|line| line.starts_with("off-hours")).count();
    assert_eq!(off(&[decided(monday)]), 0);
    let holiday = |name: &str| json!({ "version": 1, "removed": [], name: ["2026-11-23 Cuti"] });
    let settings = |kind, facts| told(0, kind, by(BUDI), json!({}), facts);
    assert_eq!(off(&[settings("holidays.changed", holiday("added")), decided(monday)]), 1);
    let removed = settings("holidays.changed", json!({ "removed": ["2026-11-23 Cuti"], "added": [] }));
    assert_eq!(off(&[settings("holidays.changed", holiday("added")), removed, decided(monday)]), 0);
    let nights = json!({ "after": ["20:00-22:00", "", "", "", "", "", ""] });
    assert_eq!(off(&[settings("hours.changed", nights.clone()), decided(monday)]), 1);
    assert_eq!(off(&[settings("hours.changed", nights), decided(monday + 7 * 3600)]), 0);
}

#[test]
fn a_case_is_answered_once_within_its_time_which_stands_still_while_it_waits() {
    let case =
        |seconds, kind: &str, facts| told(seconds, kind, by(RINA), json!({ "case": id(4), "request": id(1) }), facts);
    let opened = || case(0, "case.opened", json!({ "reason": "help", "due": "2026-11-21T08:00:00Z" }));
    let lines = counted(&[
        opened(),
        case(60, "case.replied", json!({ "entry": id(7) })),
        case(9000, "request.closed", json!({ "outcome": "answered" })),
        case(9001, "case.replied", json!({ "entry": id(8) })),
    ]);
    assert_eq!(lines, ["case closed answered 1", "case opened help 1", "sla within help 1"]);
    let over = counted(&[opened(), case(3601, "request.rejected", json!({ "requests": 1 }))]);
    assert_eq!(over, ["case closed rejected 1", "case opened help 1", "rejected request  1", "sla over help 1"]);
    let waits = counted(&[
        opened(),
        case(60, "case.waiting", json!({})),
        case(9000, "case.closed", json!({ "outcome": "reset" })),
    ]);
    assert!(waits.contains(&"sla within help 1".to_owned()), "{waits:?}");
    let resumed = json!({ "due": "2026-11-21T12:00:00Z" });
    let goes_on = counted(&[
        opened(),
        case(60, "case.waiting", json!({})),
        case(90, "case.resumed", resumed),
        case(9000, "case.replied", json!({})),
    ]);
    assert!(goes_on.contains(&"sla within help 1".to_owned()), "{goes_on:?}");
}

#[test]
fn what_is_refused_is_counted_as_that_alone_and_days_are_those_of_the_zone() {
    let mut refused = told(0, "login.code", user(), json!({ "account": id(9) }), json!({}));
    (refused.outcome, refused.refusal) = ("refused".to_owned(), Some("code-wrong".to_owned()));
    assert_eq!(counted(&[refused]), ["refused login.code code-wrong 1", "sign-in login.code code-wrong 1"]);
    let types = HashMap::new();
    let mut tally = Tally::new(chrono_tz::Asia::Jayapura, &types, Memory::default());
    // 14.00 in Jakarta, and ten hours later
    for seconds in [0, 36_000] {
        tally.count(&told(seconds, "reset.cancelled", user(), json!({ "request": id(1) }), json!({})));
    }
    let days: Vec<String> = tally.counts.keys().map(|(day, ..)| day.to_string()).collect();
    assert_eq!(days, ["2026-11-21", "2026-11-22"]);
    assert!(Told::read("{\"n\":1}").is_none());
}
