//! Places outside that get copies of checkpoints, or the stream of events: how far each has come, and who is at it.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types as t;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::super::sql::sql;
use super::super::tx::{Read, Tx, fault};
use crate::base::fault::Fault;

/// A place outside.
#[derive(Clone, Debug, QueryableByName)]
pub struct Place {
    /// Where it is, in words: `file pulih-1:/mnt/elsewhere/checkpoints`.
    #[diesel(sql_type = t::Text)]
    pub place: String,
    /// `file`, `syslog`, `http` or `mail`; `stream-file` or `stream-syslog` where events go there.
    #[diesel(sql_type = t::Text)]
    pub kind: String,
    /// Leaves its newest checkpoint covers, or events that went there.
    #[diesel(sql_type = t::BigInt)]
    pub size: i64,
    /// When it got its last.
    #[diesel(sql_type = t::Nullable<t::Timestamptz>)]
    pub at: Option<DateTime<Utc>>,
    /// When that was tried last.
    #[diesel(sql_type = t::Nullable<t::Timestamptz>)]
    pub tried_at: Option<DateTime<Utc>>,
    /// Why the last try failed, in plain words.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    pub error: Option<String>,
    /// Failures in a row.
    #[diesel(sql_type = t::Integer)]
    pub failures: i32,
    /// Why this log cannot have grown from what lies there; nothing is sealed meanwhile.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    pub contradiction: Option<String>,
    /// Whether it is time to try again.
    #[diesel(sql_type = t::Bool)]
    pub due: bool,
}

/// The places that were tried within a week, by name.
pub async fn places(read: &mut Read) -> Result<Vec<Place>, Fault> {
    sql("select place, kind, size, at, tried_at, error, failures, contradiction, next_at <= pulih.now() as due
        from log_copy where tried_at > pulih.now() - interval '7 days' order by kind, place")
    .load(read.look())
    .await
    .map_err(fault)
}

/// One place; none before its first try.
pub async fn place(read: &mut Read, place: &str) -> Result<Option<Place>, Fault> {
    let found: Vec<Place> = sql("select place, kind, size, at, tried_at, error, failures, contradiction,
            next_at <= pulih.now() as due from log_copy where place = {}")
    .bind(place)
    .load(read.look())
    .await
    .map_err(fault)?;
    Ok(found.into_iter().next())
}

/// Who goes to a place, and for how long at most.
#[derive(Clone, Copy, Debug)]
pub struct Lease<'a> {
    /// The place.
    pub place: &'a str,
    /// Its kind.
    pub kind: &'static str,
    /// Who.
    pub by: Uuid,
    /// Seconds until somebody else may.
    pub seconds: i32,
}

/// Takes a place that has so many leaves, so that nobody else goes there meanwhile; false where somebody is at it, or has
/// been there in between. Bookkeeping, no action.
pub async fn lease(read: &mut Read, lease: Lease<'_>, had: i64) -> Result<bool, Fault> {
    let taken = sql("insert into log_copy as c (place, kind, tried_at, leased_by, leased_until)
        values ({}, {}, pulih.now(), {}, pulih.now() + make_interval(secs => {}))
        on conflict (place) do update set tried_at = excluded.tried_at, leased_by = excluded.leased_by,
            leased_until = excluded.leased_until
        where c.size = {}
            and (c.leased_by is null or c.leased_by = excluded.leased_by or c.leased_until <= pulih.now())")
    .bind(lease.place)
    .bind(lease.kind)
    .bind(lease.by)
    .bind(lease.seconds)
    .bind(had)
    .execute(read.look())
    .await
    .map_err(fault)?;
    Ok(taken == 1)
}

/// The place has so many leaves now; the next visit is due in so many seconds. Says whether it was still ours.
/// Bookkeeping, no action.
pub async fn came(read: &mut Read, lease: Lease<'_>, size: i64, next_seconds: i32) -> Result<bool, Fault> {
    let kept = sql("update log_copy set size = {}, at = pulih.now(), error = null, contradiction = null, failures = 0,
            leased_by = null, next_at = pulih.now() + make_interval(secs => {})
        where place = {} and leased_by = {}")
    .bind(size)
    .bind(next_seconds)
    .bind(lease.place)
    .bind(lease.by)
    .execute(read.look())
    .await
    .map_err(fault)?;
    Ok(kept == 1)
}

/// Why a visit failed.
#[derive(Clone, Copy, Debug)]
pub struct Failed<'a> {
    /// In plain words.
    pub error: &'a str,
    /// Whether it is that the log cannot have grown from what lies there.
    pub contradicts: bool,
    /// Seconds until it is tried again.
    pub next_seconds: i32,
}

/// The visit failed. Bookkeeping, no action.
pub async fn failed(read: &mut Read, lease: Lease<'_>, why: Failed<'_>) -> Result<(), Fault> {
    sql("update log_copy set error = {}, contradiction = {}, failures = least(failures, 30000) + 1, leased_by = null,
            next_at = pulih.now() + make_interval(secs => {})
        where place = {} and leased_by = {}")
    .bind(why.error)
    .bind(why.contradicts.then_some(why.error))
    .bind(why.next_seconds)
    .bind(lease.place)
    .bind(lease.by)
    .execute(read.look())
    .await
    .map_err(fault)?;
    Ok(())
}

#[derive(QueryableByName)]
struct Words {
    #[diesel(sql_type = t::Text)]
    words: String,
}

/// Why nothing may be sealed: a place whose server still tries it holds what this log cannot have grown from.
pub async fn contradicted(read: &mut Read) -> Result<Option<String>, Fault> {
    let found: Vec<Words> = sql("select place || ': ' || contradiction as words from log_copy
        where contradiction is not null and tried_at > pulih.now() - interval '1 h' limit 1")
    .load(read.look())
    .await
    .map_err(fault)?;
    Ok(found.into_iter().next().map(|row| row.words))
}

/// Notes that a checkpoint goes out by mail now; false where one went out since then.
pub async fn mail(tx: &mut Tx, size: i64, since: DateTime<Utc>) -> Result<bool, Fault> {
    let noted = sql("insert into log_copy as c (place, kind, size, at, tried_at) values ('mail', 'mail', {}, pulih.now(), pulih.now())
        on conflict (place) do update set size = excluded.size, at = excluded.at, tried_at = excluded.tried_at where c.at < {}")
    .bind(size)
    .bind(since)
    .execute(tx.write())
    .await
    .map_err(fault)?;
    Ok(noted == 1)
}
