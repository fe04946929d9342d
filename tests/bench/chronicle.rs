//! Years of history out of nothing: events with the bytes, times and shares of kinds that an installation has.

use crate::ground::Ground;

/// Events that are made in one statement.
const AT_ONCE: usize = 500_000;
/// Months the history spans.
const MONTHS: i32 = 12;

/// One kind: its name, share of a thousand, actor, and whether it names an account and somebody of the desk.
const KINDS: [(&str, u32, &str, bool, bool); 16] = [
    ("reset.asked", 200, "user", false, false),
    ("reset.matched", 140, "worker", true, false),
    ("reset.unmatched", 50, "worker", false, false),
    ("mail.accepted", 180, "worker", true, false),
    ("link.opened", 110, "user", true, false),
    ("reset.confirmed", 95, "user", true, false),
    ("login.password", 80, "user", true, false),
    ("login.code", 60, "user", true, false),
    ("totp.activated", 40, "user", true, false),
    ("case.opened", 12, "worker", true, false),
    ("case.taken", 10, "staff", true, true),
    ("case.replied", 8, "staff", true, true),
    ("account.searched", 8, "staff", false, true),
    ("manual.proposed", 4, "staff", true, true),
    ("manual.approved", 2, "staff", true, true),
    ("audit.read", 1, "staff", false, true),
];

/// Writes `count` events that wait for their seal, spread over a year that ends now, in the order of their times.
pub fn write(ground: &Ground, count: usize) {
    past_partitions(ground);
    ground.sql("alter table event disable trigger event_queued");
    for first in (0..count).step_by(AT_ONCE) {
        let last = (first + AT_ONCE).min(count) - 1;
        ground.sql(&statement(first, last, count));
        if (first / AT_ONCE) % 4 == 3 {
            eprintln!("  {} of {count} events written", last + 1);
        }
    }
    ground.sql("alter table event enable trigger event_queued");
    ground.sql("vacuum analyze event");
    ground.sql("vacuum analyze seal_queue");
}

/// Partitions of the months that have passed, as `pulih.make_partitions` would have made them in their time.
fn past_partitions(ground: &Ground) {
    ground.sql(&format!(
        "do $$
        declare
            month date;
            child text;
        begin
            for i in 1 .. {MONTHS} loop
                month := (date_trunc('month', now() at time zone 'UTC') - make_interval(months => i))::date;
                child := 'event' || to_char(month, '_YYYY_MM');
                if to_regclass('public.' || child) is null then
                    execute format('create table public.%I partition of public.event for values from (%L) to (%L)', child,
                        month::timestamp at time zone 'UTC', (month + interval '1 month') at time zone 'UTC');
                    execute format('create trigger event_not_truncated before truncate on public.%I
                        for each statement execute function pulih.refuse_change()', child);
                end if;
            end loop;
        end $$"
    ));
}

fn statement(first: usize, last: usize, count: usize) -> String {
    // the share of each kind as a stretch of 0..1000
    let mut end = 0;
    let stretches = KINDS.map(|(kind, share, actor, account, staff)| {
        let from = end;
        end += share;
        format!("({from}, {end}, '{kind}', '{actor}', {account}, {staff})")
    });
    assert_eq!(end, 1_000, "the shares of kinds");
    format!(
        "with n as (
            select n, (hashint8(n)::bigint & 2147483647) % 1000 as lot, (hashint8(n + 7)::bigint & 2147483647) as dice,
                date_trunc('milliseconds', now()) - interval '1 microsecond' * ({count} - n)
                    * (31536000000000 / {count}) as at
            from generate_series({first}::bigint, {last}) n
        ), told as (
            select n.n, n.at, k.kind, k.actor, case when n.dice % 50 = 0 then 'refused' else 'done' end as outcome,
                -- version 7 out of the time and the number (RFC 9562)
                encode(substring(int8send((extract(epoch from n.at) * 1000)::bigint) from 3) || '\\x7000'::bytea || '\\x80'::bytea
                    || substring(int8send(n.n) from 2), 'hex')::uuid as id,
                case when k.account then md5('account' || n.dice % 500000)::uuid end as account,
                case when k.staff then md5('staff' || n.dice % 60)::uuid end as staff,
                md5('request' || n.n / 6)::uuid as request
            from n join (values {}) k (lo, hi, kind, actor, account, staff) on n.lot >= k.lo and n.lot < k.hi
        ), written as (
            insert into event (id, at, kind, outcome, actor, staff_id, account_id, request_id, body)
            select id, at, kind, outcome, actor, staff, account, request, format(
                '{{\"actor\":{{%s\"kind\":\"%s\"%s}},\"at\":\"%s\",\"facts\":{{\"reference\":\"R-%s\"}},\"id\":\"%s\",\"kind\":\"%s\",\"outcome\":\"%s\"%s,\"subject\":{{%s\"request\":\"%s\"}},\"v\":1}}',
                case when actor = 'staff' then format('\"id\":\"%s\",', staff) else '' end, actor,
                case when actor = 'worker' then ',\"name\":\"courier\"' else '' end,
                to_char(at at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"'), upper(substr(md5(n::text), 1, 8)), id, kind, outcome,
                case when outcome = 'refused' then ',\"refusal\":\"link-used\"' else '' end,
                case when account is null then '' else format('\"account\":\"%s\",', account) end, request)
            from told returning id, at, body
        )
        insert into seal_queue (event_id, event_at, txid, system_identifier, hash)
        select id, at, '3', (select system_identifier from pg_control_system()), sha256('\\x00'::bytea || convert_to(body, 'UTF8'))
        from written",
        stretches.join(", ")
    )
}
