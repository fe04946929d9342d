//! The plans Postgres makes for what the house asks, on a database of some years: no scan of a whole table, no sort of
//! many rows on any path that people or letters wait for.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use data_encoding::HEXLOWER;
use serde_json::Value;
use uuid::Uuid;

use pulih::base::keyring::Purpose;

use crate::child::{HouseProcess, Plan};
use crate::ground::Ground;
use crate::load::Line;
use crate::people::{self, Row};
use crate::relay;
use crate::report::Report;
use crate::scale::Scale;
use crate::visitor::{Typed, Visitor};

const TABLES: [&str; 11] = [
    "account",
    "address",
    "credential",
    "recovery_code",
    "session",
    "request",
    "link",
    "letter",
    "activation_grant",
    "pair_limit",
    "event",
];
/// What is asked seldom, by the clock, and may look at much.
const RARE: [&str; 3] = ["percentile_cont", "delete from", "with gone as"];

/// Looks at them.
pub fn measure(scale: Scale, report: &mut Report) {
    let accounts = scale.of(5_000, 100_000, 500_000);
    let ground = Ground::start(false);
    eprintln!("  making {accounts} accounts and {} requests", accounts * 2);
    years(&ground, accounts);
    ground.listen(&[
        ("session_preload_libraries", "auto_explain"),
        ("auto_explain.log_min_duration", "0"),
        ("auto_explain.log_analyze", "on"),
        ("auto_explain.log_buffers", "on"),
        ("auto_explain.log_nested_statements", "on"),
    ]);
    let (port, _) = relay::start();
    let house = HouseProcess::start(&ground, &Plan { workers: true, relay: port, ..Plan::on(&ground, 8) });
    for n in 1..=scale.of(2, 8, 8) {
        journey(&ground, &house, n);
    }
    // the sweeper's tick
    std::thread::sleep(Duration::from_secs(scale.of(1, 17, 17)));
    drop(house);
    let plans: BTreeMap<String, String> = ground.log(0).0.iter().filter_map(read).collect();
    let file = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("plans.txt");
    let mut text = String::new();
    let mut flaws = 0;
    for (query, plan) in &plans {
        let found = flaws_of(plan);
        let rare = RARE.iter().any(|word| query.contains(word));
        for flaw in &found {
            eprintln!("  {}{flaw}\n    in: {query:.120}", if rare { "(rare) " } else { "" });
        }
        flaws += if rare { 0 } else { found.len() };
        let _ = writeln!(text, "{query}\n{plan}\n{}\n", found.join("\n"));
    }
    std::fs::write(&file, text).expect("a file");
    report.row(
        &format!("Plans of {} statements, {accounts} accounts, {} requests", plans.len(), accounts * 2),
        "no whole table, no large sort",
        &format!("{flaws} found (all plans: {})", file.display()),
        Some(flaws == 0),
    );
}

/// One entry of `auto_explain`: the statement and its plan.
fn read(entry: &Value) -> Option<(String, String)> {
    let (_, told) = entry["message"].as_str()?.split_once("plan:\nQuery Text: ")?;
    // the plan begins at the first line that names its cost
    let at = told.lines().position(|line| line.contains("(cost="))?;
    let lines: Vec<&str> = told.lines().collect();
    let query = lines[..at].join(" ").split_whitespace().collect::<Vec<_>>().join(" ");
    Some((query, lines[at..].join("\n")))
}

/// Scans of whole tables, and sorts and scans of many rows.
fn flaws_of(plan: &str) -> Vec<String> {
    let many = |line: &str| rows(line).is_some_and(|rows| rows > 1_000);
    let lines = plan.lines().map(str::trim);
    let bad = lines.filter(|line| {
        let scan = TABLES.iter().any(|t| line.contains(&format!("Seq Scan on {t} ")));
        let large = (line.contains("Sort ") || line.contains("Scan ")) && many(line);
        let removed =
            line.strip_prefix("Rows Removed by Filter: ").is_some_and(|n| n.parse::<u64>().is_ok_and(|n| n > 100));
        scan || large || removed
    });
    bad.map(str::to_owned).collect()
}

/// Rows that a node really gave: the second `rows=` of its line.
fn rows(line: &str) -> Option<u64> {
    line.split("rows=").nth(2)?.split(' ').next()?.parse().ok()
}

/// What years leave behind: requests done with their notices, requests of nobody, and some under way.
fn years(ground: &Ground, accounts: usize) {
    people::accounts(ground, 1, accounts, "penyedia", false);
    let key_id = ground.keys().of(Purpose::Link).current().0;
    let [request, link, notice, letter, account] = [
        Row::Request.sql("n"),
        Row::Link.sql("n"),
        Row::Link.sql("n + 100000000"),
        Row::Letter.sql("n"),
        Row::Account.sql(&format!("1 + n % {accounts}")),
    ];
    let total = accounts * 2;
    let series = format!("generate_series(1, {total}) n");
    // of a hundred: 70 done in the course of two years, 28 of nobody, one expired and one mailed within the last month;
    // links and letters older than that are gone, but for a few that are due
    let asked = format!(
        "now() - interval '1 h' - (case when state = 'done' then interval '700 days' else interval '29 days' end) * n / {total}"
    );
    ground.sql(&format!(
        "insert into request (id, reference, channel, state, form, typed_user_id, typed_address, typed_type, language,
                browser_hash, browser_name, network, account_id, asked_at, ended_at, unmatched_reason)
            select {request}, 'R-Y' || substr(r, 2, 3) || '-' || right(r, 4), 'web', state, gen_random_uuid(),
                'BENCH' || lpad(n::text, 9, '0'), 'orang.' || n || '@perusahaan.example', 'penyedia', 'id',
                sha256(int8send(n::bigint / 3)), 'Chrome, Android', '127.0.0.1',
                case when state <> 'unmatched' then {account} end, {asked},
                case when state in ('done', 'unmatched') then {asked} end, case when state = 'unmatched' then 'unknown' end
            from (select n, lpad(upper(to_hex(n)), 8, '0') as r,
                case when n % 100 < 70 then 'done' when n % 100 < 98 then 'unmatched' when n % 100 = 98 then 'expired'
                    else 'mailed' end as state from {series}) s;
        insert into link (id, kind, request_id, account_id, position, key_id, random, issued_at, handed_over_at, expires_at,
                ended_at, end_reason)
            select {link}, 'reset', id, account_id, 1, '{key_id}', sha256(int8send(n)), asked_at, asked_at,
                case when state = 'mailed' then now() + interval '6 h' else asked_at + interval '6 h' end,
                case when state <> 'mailed' then asked_at end,
                case state when 'done' then 'spent' when 'unmatched' then 'unmatched' when 'expired' then 'expired' end
            from request, lateral (select ('x' || right(id::text, 12))::bit(48)::bigint as n) n
            where asked_at > now() - interval '32 days';
        insert into link (id, kind, request_id, account_id, position, key_id, random, issued_at, handed_over_at, expires_at)
            select {notice}, 'notice', id, account_id, 1, '{key_id}', sha256(int8send(n)), asked_at, asked_at,
                asked_at + interval '6 h'
            from request, lateral (select ('x' || right(id::text, 12))::bit(48)::bigint as n) n
            where state = 'done' and asked_at > now() - interval '32 days';
        insert into letter (id, kind, request_id, account_id, link_id, position, language, state, queued_at, ended_at,
                domain, attempts)
            select {letter}, case when state = 'unmatched' then 'none' else 'link' end, id, account_id, {link}, 1, 'id',
                case when state = 'unmatched' then 'dropped' else 'sent' end, asked_at, asked_at, 'perusahaan.example', 1
            from request, lateral (select ('x' || right(id::text, 12))::bit(48)::bigint as n) n
            where asked_at > now() - interval '32 days';
        insert into activation_grant (id, account_id, request_id, source, created_at, expires_at, used_at)
            select id, account_id, id, 'reset', asked_at, asked_at, asked_at from request where state = 'done';
        insert into session (id, account_id, token_hash, created_at, ended_at)
            select id, id, sha256(id::text::bytea), now(), case when random() < 0.9 then now() end from account;
        insert into recovery_code (id, account_id, credential_id, hash, used_at)
            select gen_random_uuid(), account_id, id, sha256(id::text::bytea), now()
            from credential, generate_series(1, 2);
        insert into pair_limit (key, hits) select sha256(int8send(n::bigint)), array[now()] from {series}"
    ));
    ground.sql("vacuum analyze");
}

/// One person from Kirim to the receipt, and one whom nobody knows.
fn journey(ground: &Ground, house: &HouseProcess, n: usize) {
    let mut line = Line::open(house.public);
    let visitor = Visitor::new(ground.keys());
    let (user_id, email) = (people::user_id("penyedia", n), people::address(n));
    let known = visitor.kirim(&Typed { user_id: &user_id, email: &email, user_type: "penyedia" }, 0);
    let answer = line.exchange(&known);
    assert_eq!(answer.status, 303);
    let sent = answer.header("location").expect("the page that follows").to_owned();
    let stranger = visitor.kirim(&Typed { user_id: "NOBODY", email: &email, user_type: "penyedia" }, 0);
    line.exchange(&stranger);
    assert_eq!(line.exchange(&visitor.get(&sent)).status, 200);
    let account = Row::Account.id(n);
    let query = format!(
        "select k.id, encode(k.random, 'hex') from link k join letter l on l.link_id = k.id
        where k.account_id = '{account}' and k.kind = 'reset' and l.state = 'sent' and k.id > '00000001-0000-0000-0000-000000000000'"
    );
    let mut row = Vec::new();
    for _ in 0..100 {
        row = ground.sql(&query).into_iter().next().unwrap_or_default();
        if !row.is_empty() {
            break;
        }
        std::thread::sleep(Duration::from_millis(200));
    }
    let [Some(id), Some(random)] = row.as_slice() else { panic!("no letter for {user_id}") };
    let (link, random) = (Uuid::parse_str(id).expect("an id"), HEXLOWER.decode(random.as_bytes()).expect("bytes"));
    let random: [u8; 32] = random.try_into().expect("32 bytes");
    let page = "/reset-totp/confirm";
    assert_eq!(line.exchange(&visitor.get_with_link(page, link, &random)).status, 200);
    assert_eq!(line.exchange(&visitor.open(link, &random)).status, 303);
    assert_eq!(line.exchange(&visitor.confirm(link, &random)).status, 303);
    assert_eq!(line.exchange(&visitor.get_with_link("/reset-totp/done", link, &random)).status, 200);
}
