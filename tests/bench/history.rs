//! The auditor's search, records and samples over a log of a year: what a page of each filter costs, wherever it begins.
//!
//! `PULIH_ROUNDS=full cargo bench --bench figures -- history` takes 10 million events (some 15 GB and a quarter of an hour to
//! make them), the normal scale one million. All plans are left in `history-plans.txt`.

use chrono::{DateTime, TimeDelta};
use pulih::app::App;
use pulih::base::clock::{Clock, instant};
use pulih::base::keyring::Keyring;
use pulih::config::Config;
use pulih::model::history::{forever, parse};
use pulih::model::sample::Class;
use pulih::store::audit::sample::{self, Frame};
use pulih::store::audit::search::{self, Key, Turn};
use pulih::store::audit::{line, record};
use secrecy::SecretString;
use tokio::runtime::Runtime;
use uuid::Uuid;

use crate::ground::{Ground, runtime};
use crate::people::{self, Row};
use crate::report::Report;
use crate::scale::Scale;
use crate::stats::quantile;

/// Lines of a page, as on `/audit`.
const PAGE: usize = 50;
/// Accounts that it all happens to.
const ACCOUNTS: usize = 20_000;
/// Requests that have a row.
const REQUESTS: usize = 50_000;

/// Each filter alone, and some that narrow each other; `{…}` is filled in.
const FILTERS: [&str; 26] = [
    "",
    "kind:reset.confirmed",
    "kind:mail.accepted",
    "kind:staff.mfa-reset",
    "kind:resets",
    "kind:decisions",
    "kind:people",
    "kind:readings",
    "-kind:mail",
    "actor:user",
    "actor:staff",
    "actor:operator",
    "staff:petugas1",
    "user:{user}",
    "request:{reference}",
    "{request}",
    "outcome:done",
    "outcome:refused",
    "refusal:code-wrong",
    "refusal:step-closed",
    "at:{day}..{later}",
    "leaf:{leaf}..",
    "kind:case at:{day}..{later}",
    "staff:petugas1 kind:manual",
    "outcome:refused actor:staff",
    "actor:worker outcome:refused -kind:reset",
];

/// Takes the measurement.
pub fn measure(scale: Scale, report: &mut Report) {
    let events = scale.of(20_000, 1_000_000, 10_000_000);
    let rounds = scale.of(3, 20, 60);
    let ground = Ground::start(false);
    eprintln!("  making {events} events over twelve months");
    a_year(&ground, events);
    // the pool lives on the runtime that made it
    let runtime = runtime();
    let app = runtime.block_on(house(&ground));
    let mut worst = 0.0_f64;
    for filter in FILTERS {
        let mut times = runtime.block_on(pages(&app, filter, events, rounds));
        let (p50, p99) = (quantile(&mut times, 0.5), quantile(&mut times, 0.99));
        eprintln!("  {filter:<44} p50 {p50:6.2} ms  p99 {p99:6.2} ms");
        worst = worst.max(p99);
    }
    report.row(
        &format!("P5 any page of {} filters over {events} events", FILTERS.len()),
        "p99 < 50 ms",
        &format!("slowest filter's p99 {worst:.1} ms"),
        Some(worst < 50.0),
    );
    let (first, last) = runtime.block_on(depth(&app, rounds));
    report.row(
        "P5 the newest page and one a year back",
        "the same",
        &format!("p50 {first:.2} ms and {last:.2} ms"),
        Some(last < first * 2.0 + 1.0),
    );
    let samples = runtime.block_on(draws(&app));
    report.row("A sample of 100 drawn from a month, and from the year", "–", &samples, None);
    let flaws = plans(&runtime, &ground);
    report.row("Plans of the filters", "no scan of a partition", &format!("{flaws} found"), Some(flaws == 0));
}

#[allow(clippy::unused_async, reason = "a pool wants to be made on a runtime")]
async fn house(ground: &Ground) -> App {
    let mut config = Config::default();
    config.database.url = SecretString::from(ground.url());
    config.database.pool = 2;
    App::new(config, Keyring::ephemeral().expect("keys"), Clock::system()).expect("a house")
}

/// Milliseconds of pages that begin anywhere in the year, both ways, with their lines.
async fn pages(app: &App, filter: &str, events: usize, rounds: i64) -> Vec<f64> {
    let mut times = Vec::new();
    let now = Clock::system().now();
    for round in 0..rounds {
        // 7919 is prime: the days do not repeat
        let back = TimeDelta::minutes(round * 7_919 % (365 * 24 * 60));
        let place = Key { at: now - back, id: Uuid::max() };
        let day = (now - back).date_naive();
        let account = usize::try_from(round).unwrap_or_default() * 131 % ACCOUNTS + 1;
        let request = usize::try_from(round).unwrap_or_default() * 17 % REQUESTS + 1;
        let text = filter
            .replace("{user}", &people::user_id("penyedia", account))
            .replace("{reference}", &reference(request))
            .replace("{request}", &Row::Request.id(request).to_string())
            .replace("{day}", &(day - TimeDelta::days(20)).to_string())
            .replace("{later}", &day.to_string())
            .replace("{leaf}", &(events / 2).to_string());
        let terms = parse(&text).expect("a search");
        let starts = if filter.contains('{') { [None, None] } else { [None, Some(place)] };
        for (turn, past) in starts.into_iter().map(|past| (Turn::Older, past)).chain([(Turn::Newer, Some(place))]) {
            let begun = instant();
            let mut read = app.read().await.expect("a connection");
            let query = search::query(&mut read, &terms, chrono_tz::Asia::Jakarta).await.expect("a query");
            let found = search::page(&mut read, &query, turn, past, PAGE).await.expect("a page");
            line::of(&mut read, &found.keys).await.expect("its lines");
            times.push(begun.elapsed().as_secs_f64() * 1e3);
        }
    }
    times
}

/// Medians of the newest page and of one at the other end of the year.
async fn depth(app: &App, rounds: i64) -> (f64, f64) {
    let (mut first, mut last) = (Vec::new(), Vec::new());
    let far = Key { at: Clock::system().now() - TimeDelta::days(360), id: Uuid::max() };
    let mut read = app.read().await.expect("a connection");
    let query = search::query(&mut read, &[], chrono_tz::Asia::Jakarta).await.expect("a query");
    for _ in 0..rounds {
        for (past, times) in [(None, &mut first), (Some(far), &mut last)] {
            let begun = instant();
            let found = search::page(&mut read, &query, Turn::Older, past, PAGE).await.expect("a page");
            assert_eq!(found.keys.len(), PAGE);
            record::find(&mut read, found.keys[0].id).await.expect("a record").expect("the event");
            times.push(begun.elapsed().as_secs_f64() * 1e3);
        }
    }
    (quantile(&mut first, 0.5), quantile(&mut last, 0.5))
}

/// What samples cost, in words.
async fn draws(app: &App) -> String {
    let mut told = Vec::new();
    let now = Clock::system().now();
    let mut read = app.read().await.expect("a connection");
    let spans =
        [("month", now - TimeDelta::days(61), now - TimeDelta::days(31)), ("year", DateTime::UNIX_EPOCH, forever())];
    for (span, from, to) in spans {
        for class in [Class::All, Class::Decisions, Class::Refused] {
            let frame = Frame { from, to, class };
            let begun = instant();
            let population = sample::population(&mut read, frame).await.expect("a count");
            let keys = sample::draw(&mut read, frame, "figures", 100).await.expect("a sample");
            let took = begun.elapsed().as_secs_f64();
            told.push(format!("{span}, {}: {took:.2} s of {population}, {} drawn", class.code(), keys.len()));
        }
    }
    told.join("; ")
}

/// Looks at the plans of each filter; how many of them scan what should be walked.
fn plans(runtime: &Runtime, ground: &Ground) -> usize {
    ground.listen(&[
        ("session_preload_libraries", "auto_explain"),
        ("auto_explain.log_min_duration", "0"),
        ("auto_explain.log_analyze", "on"),
        ("auto_explain.log_timing", "off"),
    ]);
    let (_, before) = ground.log(0);
    let app = runtime.block_on(house(ground));
    for filter in FILTERS {
        runtime.block_on(pages(&app, filter, 1_000, 1));
    }
    let entries = ground.log(before).0;
    ground.stop_listening();
    let file = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("history-plans.txt");
    let plans: Vec<&str> =
        entries.iter().filter_map(|e| e["message"].as_str()).filter(|m| m.contains("plan:")).collect();
    assert!(plans.len() >= FILTERS.len(), "auto_explain told of {} statements only", plans.len());
    std::fs::write(&file, plans.join("\n\n")).expect("a file");
    eprintln!("  plans: {}", file.display());
    let scans = plans.iter().flat_map(|plan| plan.lines()).filter(|line| {
        let whole = ["Seq Scan on event_", "Seq Scan on leaf", "Seq Scan on request"].iter().any(|s| line.contains(s));
        // a partition of the future is empty, and scanned at once
        whole && !line.contains("rows=0 loops") && !line.contains("never executed")
    });
    scans.inspect(|line| eprintln!("  {}", line.trim())).count()
}

/// The reference of a request, in digits that Crockford knows.
fn reference(number: usize) -> String {
    format!("R-{:04}-{:04}", number / 10_000, number % 10_000)
}

/// A year of events, sealed: six in ten belong to resets, two to sign-ins, one to mail that comes in and the log itself, and
/// the rest to the desk; each twenty-fifth is refused, and some kinds are as rare as they are.
fn a_year(ground: &Ground, events: usize) {
    people::accounts(ground, 1, ACCOUNTS, "penyedia", false);
    let (account, request) = (Row::Account.sql(&format!("1 + n / 6 % {ACCOUNTS}")), Row::Request.sql("1 + n / 6"));
    let (id, own) = (Row::Request.sql("n"), Row::Account.sql(&format!("1 + n % {ACCOUNTS}")));
    ground.sql(&format!(
        "insert into staff (id, username, username_folded, employee_number, employee_number_folded, name, address, roles, status,
                created_at)
            select ('00000000-0000-7000-8fff-' || lpad(n::text, 12, '0'))::uuid, 'petugas' || n, 'petugas' || n, 'NIP-' || n,
                'nip' || n, 'Petugas ' || n, 'petugas' || n || '@lpse.example', array['helpdesk'], 'invited', now()
            from generate_series(0, 19) n;
        insert into request (id, reference, channel, state, form, typed_user_id, typed_address, typed_type, language,
                account_id, asked_at, ended_at, unmatched_reason)
            select {id}, 'R-' || lpad((n / 10000)::text, 4, '0') || '-' || lpad((n % 10000)::text, 4, '0'), 'web',
                case when n % 10 = 0 then 'unmatched' else 'done' end, gen_random_uuid(), 'BENCH' || lpad((1 + n % {ACCOUNTS})::text, 9, '0'),
                'orang@perusahaan.example', 'penyedia', 'id', case when n % 10 > 0 then {own} end, now(), now(),
                case when n % 10 = 0 then 'no-account' end
            from generate_series(1, {REQUESTS}) n;
        do $$ declare month date := date_trunc('month', now() - interval '13 months');
        begin
            while month < date_trunc('month', now()) loop
                if to_regclass('event_' || to_char(month, 'YYYY_MM')) is null then
                    execute format('create table %I partition of event for values from (%L) to (%L)',
                        'event_' || to_char(month, 'YYYY_MM'), month::timestamp at time zone 'UTC',
                        (month + interval '1 month') at time zone 'UTC');
                end if;
                month := month + interval '1 month';
            end loop;
        end $$"
    ));
    let chunk = 500_000;
    for first in (0..events).step_by(chunk) {
        let last = (first + chunk).min(events) - 1;
        ground.sql(&format!(
            "set session_replication_role = replica;
            insert into event (id, at, kind, outcome, actor, staff_id, account_id, request_id, body)
            select id, at, kind, outcome, actor, staff, account, request,
                '{{\"actor\":{{\"kind\":\"' || actor || '\"}},\"at\":\"' || to_char(at at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')
                || '\",\"facts\":{{\"attempts\":1,\"code\":250,\"letter_kind\":\"link\"}},\"id\":\"' || id || '\",\"kind\":\"' || kind
                || '\",\"outcome\":\"' || outcome || '\"' || case outcome when 'refused' then ',\"refusal\":\"code-wrong\"' else '' end
                || ',\"subject\":{{\"account\":\"' || coalesce(account::text, '') || '\",\"request\":\"' || coalesce(request::text, '') || '\"}},\"v\":1}}'
            from (
                select n, at, (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '7' || substr(md5(n::text), 1, 3) || '8'
                        || substr(md5(n::text), 4, 15))::uuid as id, kind,
                    case when n % 25 = 7 then 'refused' else 'done' end as outcome,
                    case when split_part(kind, '.', 1) in ('case', 'manual', 'staff', 'account', 'audit') then 'staff'
                        when kind = 'accounts.imported' then 'operator' when split_part(kind, '.', 1) in ('mail', 'inbound', 'log')
                        or kind = 'reset.matched' then 'worker' else 'user' end as actor,
                    case when split_part(kind, '.', 1) in ('case', 'manual', 'staff', 'account', 'audit')
                        then ('00000000-0000-7000-8fff-' || lpad((n % 20)::text, 12, '0'))::uuid end as staff,
                    case when split_part(kind, '.', 1) in ('reset', 'mail', 'link', 'login', 'case', 'manual') and n % 10 > 0
                        then {account} end as account,
                    case when split_part(kind, '.', 1) in ('reset', 'mail', 'link', 'case') then {request} end as request
                from (
                    select n, now() - interval '365 days' + n * (interval '365 days' / {events}) as at, case
                        when n % 100000 = 5 then 'staff.mfa-reset' when n % 20000 = 3 then 'accounts.imported'
                        when n % 1000 = 11 then 'manual.proposed' when n % 1000 = 12 then 'manual.approved'
                        when n % 2000 = 13 then 'staff.confirmed'
                        when n % 10 < 6 then (array['reset.asked', 'reset.matched', 'mail.accepted', 'link.opened', 'reset.confirmed',
                            'mail.accepted'])[1 + n % 6]
                        when n % 10 < 8 then (array['login.password', 'login.code'])[1 + n % 2]
                        when n % 10 = 8 then (array['inbound.taken', 'inbound.read', 'log.heartbeat'])[1 + n / 10 % 3]
                        else (array['case.taken', 'case.noted', 'account.searched', 'audit.searched'])[1 + n / 10 % 4] end as kind
                    from generate_series({first}, {last}) n
                ) k
            ) e"
        ));
        eprint!("\r  {} of {events}", last + 1);
    }
    eprintln!();
    ground.sql(
        "set session_replication_role = replica;
        insert into leaf (index, event_id, event_at, hash)
            select row_number() over (order by at, id) - 1, id, at, sha256('\\x00'::bytea || convert_to(body, 'UTF8')) from event;",
    );
    ground.sql("vacuum analyze");
}
