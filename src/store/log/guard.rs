//! What protects the log inside the database: triggers, functions, rules, owners and privileges, compared with what was set up.

use diesel::prelude::*;
use diesel::sql_types as t;
use diesel_async::RunQueryDsl;
use serde_json::{Value, json};

use super::super::sql::sql;
use super::super::tx::{Read, fault};
use crate::base::fault::Fault;

/// The migrations that make those functions, the latest first.
const MIGRATIONS: [&str; 6] = [
    include_str!("../../../migrations/23_seal_walk/up.sql"),
    include_str!("../../../migrations/19_erased_exactly/up.sql"),
    include_str!("../../../migrations/18_portal/up.sql"),
    include_str!("../../../migrations/17_erasure/up.sql"),
    include_str!("../../../migrations/11_log/up.sql"),
    include_str!("../../../migrations/04_events/up.sql"),
];

/// Functions that have to be what the migrations made of them.
const FUNCTIONS: [&str; 15] = [
    "pulih.refuse_change",
    "pulih.queue_for_seal",
    "pulih.make_partitions",
    "pulih.seal",
    "pulih.checkpoint_fits",
    "pulih.tile_fits",
    "pulih.erasure_of",
    "pulih.erasable",
    "pulih.erasure_hindered",
    "pulih.query_names",
    "pulih.erase_personal",
    "pulih.erase_late",
    "pulih.erasure_told",
    "pulih.stay_erased",
    "pulih.forget_answers",
];

/// What comes before the body of a function, and that body, as its migration has them.
fn made(function: &str) -> Option<(&'static str, &'static str)> {
    MIGRATIONS.iter().find_map(|migration| {
        let made = ["create function ", "create or replace function "].map(|make| format!("{make}{function}("));
        let (_, rest) = made.iter().find_map(|made| migration.split_once(made.as_str()))?;
        let (head, body) = rest.split_once("as $$")?;
        body.split_once("$$").map(|(body, _)| (head, body))
    })
}

/// A function as it has to be: its body, whether it runs as its owner, and what is set while it runs.
fn wanted(function: &str) -> Value {
    let (head, body) = made(function).unwrap_or_default();
    let settings = head.split_once(" set ").map_or("", |(_, settings)| settings);
    let settings = settings.split(" set ").map(str::trim);
    let patience = (function == "pulih.make_partitions").then_some("lock_timeout = 2s");
    let all = settings.chain(patience).filter(|setting| !setting.is_empty());
    let settings: Vec<String> = all.map(|setting| setting.replacen(" = ", "=", 1)).collect();
    json!({"body": body, "definer": head.contains("security definer"), "settings": settings})
}

#[derive(QueryableByName)]
struct Words {
    #[diesel(sql_type = t::Text)]
    words: String,
}

/// What protects the log and is not in place, in plain words: triggers that are missing, off or do something else, on each
/// partition too; others that were added; functions that were changed; rules; settings that let triggers sleep; keys that
/// let nothing stand twice; and privileges of the app's role, and of the role that asks.
pub async fn unprotected(read: &mut Read) -> Result<Vec<String>, Fault> {
    let functions = Value::Object(FUNCTIONS.iter().map(|name| ((*name).to_owned(), wanted(name))).collect());
    // tgtype: 1 each row, 2 before, 4 insert, 8 delete, 16 update, 32 truncate
    let found: Vec<Words> = sql("
        with tables as (
            select c.oid, c.relname::text as name, c.relname::text as of, c.relowner as owner from pg_class c
            where c.oid = any (array['event', 'event_personal', 'leaf', 'tile', 'checkpoint', 'seal_queue', 'erasure',
                'erased_event', 'account']::regclass[])
            union all
            select c.oid, c.relname::text, p.relname::text, c.relowner from pg_inherits i
            join pg_class c on c.oid = i.inhrelid join pg_class p on p.oid = i.inhparent
            where i.inhparent = any (array['event', 'event_personal']::regclass[])
        ), expected (of, trigger, type, function, sometimes) as (values
            ('event', 'event_queued', 5, 'queue_for_seal', false), ('event', 'event_append_only', 27, 'refuse_change', false),
            ('event', 'event_not_truncated', 34, 'refuse_change', false),
            ('event_personal', 'event_personal_not_updated', 19, 'refuse_change', false),
            ('event_personal', 'event_personal_not_truncated', 34, 'refuse_change', false),
            ('leaf', 'leaf_append_only', 27, 'refuse_change', false), ('leaf', 'leaf_not_truncated', 34, 'refuse_change', false),
            ('tile', 'tile_append_only', 27, 'refuse_change', false), ('tile', 'tile_not_truncated', 34, 'refuse_change', false),
            ('tile', 'tile_fits', 7, 'tile_fits', false), ('checkpoint', 'checkpoint_fits', 7, 'checkpoint_fits', false),
            ('checkpoint', 'checkpoint_append_only', 27, 'refuse_change', false),
            ('checkpoint', 'checkpoint_not_truncated', 34, 'refuse_change', false),
            ('erasure', 'erasure_told', 5, 'erasure_told', false), ('erasure', 'erasure_append_only', 27, 'refuse_change', false),
            ('erasure', 'erasure_forgets_answers', 5, 'forget_answers', false),
            ('erased_event', 'erased_event_append_only', 27, 'refuse_change', false),
            ('account', 'account_stays_erased', 19, 'stay_erased', true)
        ), roles as (
            select r.rolname::text as name, r.oid, r.rolsuper from pg_roles r where r.rolname in ('pulih_app', current_user)
        ), mighty as (
            select format('role %s is a superuser', r.name) as words, r.oid from roles r where r.rolsuper
            union all
            select format('role %s owns %s', r.name, t.name), r.oid from roles r join tables t on t.name = t.of
            where not r.rolsuper and pg_has_role(r.oid, t.owner, 'usage')
        ), keys (of, columns) as (values
            ('event', array['at', 'id']), ('event_personal', array['at', 'event_id']), ('leaf', array['index']),
            ('leaf', array['event_id']), ('tile', array['index', 'level']), ('checkpoint', array['size']),
            ('seal_queue', array['event_id']), ('erasure', array['id']), ('erasure', array['account_id']),
            ('erasure', array['proposal_id']), ('erased_event', array['event_id'])
        )
        select format('trigger %s on %s is missing, off or another', e.trigger, t.name) as words
        from tables t join expected e on e.of = t.of
        where not exists (select from pg_trigger g where g.tgrelid = t.oid and g.tgname = e.trigger and g.tgenabled in ('O', 'A')
            and g.tgtype = e.type and g.tgfoid = to_regproc('pulih.' || e.function) and g.tgattr::text = ''
            and (g.tgqual is not null) = e.sometimes
            and (not e.sometimes or strpos(pg_get_triggerdef(g.oid), ' WHEN ((old.locked_reason = ''erased''::text)) EXECUTE ') > 0))
        union all
        select format('trigger %s on %s was added', g.tgname, t.name)
        from tables t join pg_trigger g on g.tgrelid = t.oid and not g.tgisinternal
        where t.of <> 'account' and not exists (select from expected e where e.of = t.of and e.trigger = g.tgname)
        union all
        select format('rule %s on %s was added', w.rulename, t.name) from tables t join pg_rewrite w on w.ev_class = t.oid
        union all
        select format('%s may hold any body', t.name) from tables t
        where t.of = 'event' and not exists (select from pg_constraint c where c.conrelid = t.oid
            and c.conname = 'event_body_fits' and c.convalidated)
        union all
        select format('%s may hold one %s twice', t.name, array_to_string(k.columns, ', '))
        from tables t join keys k on k.of = t.of
        where not exists (select from pg_index i where i.indrelid = t.oid and i.indisunique and i.indisvalid and i.indisready
            and i.indislive and i.indimmediate and i.indpred is null and i.indexprs is null and i.indnatts = i.indnkeyatts
            and not exists (select from unnest(i.indclass::oid[]) as c (oid) join pg_opclass o on o.oid = c.oid
                where not o.opcdefault or o.opcnamespace <> 'pg_catalog'::regnamespace)
            and k.columns = (select array_agg(a.attname::text order by a.attname::text) from pg_attribute a
                where a.attrelid = t.oid and a.attnum = any (i.indkey)))
        union all
        select format('function %s is another', f.name) from jsonb_each({}) as f (name, want)
        where not exists (select from pg_proc p where p.oid = to_regproc(f.name) and p.prosrc = f.want ->> 'body'
            and p.prosecdef = (f.want ->> 'definer')::boolean
            and to_jsonb(coalesce(p.proconfig, array[]::text[])) = f.want -> 'settings')
        union all
        select format('role %s owns function pulih.%s', r.name, p.proname) from roles r
        join pg_proc p on p.pronamespace = to_regnamespace('pulih') and pg_has_role(r.oid, p.proowner, 'usage')
        where not r.rolsuper
        union all
        select case when s.setrole = 0 then 'a setting of the database lets triggers sleep'
            else format('a setting of role %s lets triggers sleep', s.setrole::regrole) end
        from pg_db_role_setting s cross join unnest(s.setconfig) as c (setting)
        where s.setdatabase in (0, (select d.oid from pg_database d where d.datname = current_database()))
            and lower(c.setting) = 'session_replication_role=replica'
        union all
        select 'the settings of this connection let triggers sleep' where current_setting('session_replication_role') = 'replica'
        union all
        select m.words from mighty m
        union all
        select format('%s may %s %s', r.name, p.privilege, t.name)
        from roles r cross join tables t cross join unnest(array['insert', 'update', 'delete', 'truncate']) as p (privilege)
        where r.oid not in (select m.oid from mighty m) and t.of <> 'account'
            and (p.privilege <> 'insert' or t.of in ('leaf', 'seal_queue', 'erasure', 'erased_event'))
            and (has_table_privilege(r.oid, t.oid, p.privilege)
                or (p.privilege = 'update' and has_any_column_privilege(r.oid, t.oid, 'update')))
        order by 1")
    .bind(Some(&functions))
    .load(read.look())
    .await
    .map_err(fault)?;
    Ok(found.into_iter().map(|found| found.words).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_function_is_found_in_its_migration() {
        for name in FUNCTIONS {
            let body = made(name).map(|(_, body)| body);
            assert!(body.is_some_and(|body| body.contains("begin") || body.contains("select")), "{name}");
        }
        // the later one counts
        assert!(made("pulih.erasure_of").unwrap().1.contains("code.verified"));
        assert!(made("pulih.queue_for_seal").unwrap().1.contains("sha256"));
        assert!(made("pulih.seal").unwrap().0.contains("enable_hashjoin"));
        assert_eq!(made("pulih.nothing"), None);
    }

    #[test]
    fn what_is_set_while_a_function_runs_is_told_as_the_database_tells_it() {
        let settings = |name: &str| wanted(name)["settings"].clone();
        let path = "search_path=pg_catalog, pg_temp";
        assert_eq!(settings("pulih.refuse_change"), json!([]));
        assert_eq!(settings("pulih.queue_for_seal"), json!([path]));
        assert_eq!(settings("pulih.make_partitions"), json!([path, "lock_timeout=2s"]));
        let off = ["enable_seqscan", "enable_bitmapscan", "enable_hashjoin", "enable_mergejoin", "enable_sort", "jit"];
        let off = off.map(|name| format!("{name}=off"));
        assert_eq!(settings("pulih.seal"), json!([&[path.to_owned()], &off[..]].concat()));
    }
}
