//! What `doctor` asks the database about itself.

use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{Array, Bool, Integer, Text, Timestamptz};
use diesel_async::RunQueryDsl;

use super::sql::sql;
use super::tx::{Read, fault};
use crate::base::fault::Fault;

/// The database's own account of itself, as seen by the role that asks.
#[derive(Clone, Debug, QueryableByName)]
#[allow(clippy::struct_excessive_bools, reason = "each is an answer of its own")]
pub struct Health {
    /// Server version, as 150004 for 15.4.
    #[diesel(sql_type = Integer)]
    pub version: i32,
    /// The server's clock.
    #[diesel(sql_type = Timestamptz)]
    pub now: DateTime<Utc>,
    /// Role that asks.
    #[diesel(sql_type = Text)]
    pub role: String,
    /// Whether it is superuser.
    #[diesel(sql_type = Bool)]
    pub superuser: bool,
    /// Whether it owns one of our tables, or may act as their owner.
    #[diesel(sql_type = Bool)]
    pub owner: bool,
    /// Whether it may change or remove events by privilege.
    #[diesel(sql_type = Bool)]
    pub rewrites: bool,
    /// Whether it may do what serving needs.
    #[diesel(sql_type = Bool)]
    pub serves: bool,
    /// Whether our tables are there.
    #[diesel(sql_type = Bool)]
    pub migrated: bool,
    /// Triggers of the event log that are missing or disabled.
    #[diesel(sql_type = Array<Text>)]
    pub missing_triggers: Vec<String>,
    /// Partitions of the event log that this month and the two after it need and lack.
    #[diesel(sql_type = Array<Text>)]
    pub missing_partitions: Vec<String>,
    /// Connections that ordinary roles may open together.
    #[diesel(sql_type = Integer)]
    pub connections: i32,
}

/// Asks for all of it in one statement, which also works on an empty database.
pub async fn look(read: &mut Read) -> Result<Health, Fault> {
    sql("select
        current_setting('server_version_num')::int as version,
        clock_timestamp() as now,
        current_user::text as role,
        (select rolsuper from pg_roles where rolname = current_user) as superuser,
        exists (select from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
            and pg_has_role(current_user, c.relowner, 'usage')) as owner,
        coalesce(has_table_privilege(to_regclass('public.event'), 'update, delete, truncate'), false) as rewrites,
        coalesce(has_table_privilege(to_regclass('public.event'), 'insert'), false)
            and coalesce(has_table_privilege(to_regclass('public.request'), 'insert'), false) as serves,
        to_regclass('public.event') is not null as migrated,
        array(select expected.on_table || '.' || expected.name
            from (values ('event', 'event_queued'), ('event', 'event_append_only'), ('event', 'event_not_truncated'),
                ('event_personal', 'event_personal_not_updated'), ('event_personal', 'event_personal_not_truncated')) as expected (on_table, name)
            where not exists (select from pg_trigger t where t.tgname = expected.name and t.tgenabled in ('O', 'A')
                and t.tgrelid = to_regclass('public.' || expected.on_table))) as missing_triggers,
        array(select parent || to_char(date_trunc('month', clock_timestamp() at time zone 'UTC')
                + make_interval(months => ahead), '_YYYY_MM') as child
            from unnest(array['event', 'event_personal']) as parent, generate_series(0, 2) as ahead
            where to_regclass('public.' || parent || to_char(date_trunc('month', clock_timestamp() at time zone 'UTC')
                + make_interval(months => ahead), '_YYYY_MM')) is null) as missing_partitions,
        current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int as connections")
    .get_result(read.look())
    .await
    .map_err(fault)
}

#[derive(QueryableByName)]
struct Applied {
    #[diesel(sql_type = Text)]
    version: String,
}

/// Which of these migrations (`01_ground`) the database lacks.
pub async fn missing(read: &mut Read, names: &[String]) -> Result<Vec<String>, Fault> {
    let applied: Vec<Applied> = sql("select version::text as version from __diesel_schema_migrations")
        .load(read.look())
        .await
        .map_err(fault)?;
    let lacks = |name: &&String| !applied.iter().any(|a| name.split('_').next() == Some(a.version.as_str()));
    Ok(names.iter().filter(lacks).cloned().collect())
}
