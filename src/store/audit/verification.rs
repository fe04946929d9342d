//! Verifications of the whole log: one at a time, with a lease so that a killed one is taken up again.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types as t;
use diesel_async::RunQueryDsl;
use serde_json::Value;
use uuid::Uuid;

use crate::base::fault::Fault;
use crate::store::sql::{Id, sql};
use crate::store::tx::{Read, Tx, fault};

/// Seconds after which somebody who was not heard of is taken over.
const LEASE: i32 = 60;

/// A verification as its page shows it.
#[derive(Clone, Debug, QueryableByName)]
pub struct Verification {
    /// Row id.
    #[diesel(sql_type = t::Uuid)]
    pub id: Uuid,
    /// Name of who asked; none where the clock did.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    pub asked_name: Option<String>,
    /// When it was asked for.
    #[diesel(sql_type = t::Timestamptz)]
    pub asked_at: DateTime<Utc>,
    /// Leaves that were looked at.
    #[diesel(sql_type = t::BigInt)]
    pub done: i64,
    /// Leaves to look at.
    #[diesel(sql_type = t::BigInt)]
    pub total: i64,
    /// Leaves it found.
    #[diesel(sql_type = t::Nullable<t::BigInt>)]
    pub size: Option<i64>,
    /// How many findings there are.
    #[diesel(sql_type = t::BigInt)]
    pub found: i64,
    /// The first of them, each `{"index","code","words"}`.
    #[diesel(sql_type = t::Jsonb)]
    pub findings: Value,
    /// The first leaf that is wrong.
    #[diesel(sql_type = t::Nullable<t::BigInt>)]
    pub first_bad: Option<i64>,
    /// When it ended.
    #[diesel(sql_type = t::Nullable<t::Timestamptz>)]
    pub ended_at: Option<DateTime<Utc>>,
}

const COLUMNS: &str = "select v.id, s.name as asked_name, v.asked_at, v.done, v.total, v.size, v.found, v.findings,
        v.first_bad, v.ended_at
    from verification v left join staff s on s.id = v.asked_by";

/// The one that waits or runs.
pub async fn open(read: &mut Read) -> Result<Option<Verification>, Fault> {
    let found = sql(COLUMNS).add(" where v.ended_at is null").load(read.look()).await.map_err(fault)?;
    Ok(found.into_iter().next())
}

/// The last that ended.
pub async fn last(read: &mut Read) -> Result<Option<Verification>, Fault> {
    let last = sql(COLUMNS).add(" where v.ended_at is not null order by v.ended_at desc limit 1");
    Ok(last.load(read.look()).await.map_err(fault)?.into_iter().next())
}

/// Notes that somebody asks for one; false where one waits or runs.
pub async fn ask(tx: &mut Tx, id: Uuid, staff: Uuid) -> Result<bool, Fault> {
    let made: Vec<Id> = sql("insert into verification (id, asked_by) values ({}, {})
            on conflict ((true)) where ended_at is null do nothing returning id")
    .bind(id)
    .bind(staff)
    .load(tx.write())
    .await
    .map_err(fault)?;
    Ok(!made.is_empty())
}

/// Asks for one by the clock, where none was asked for within so many hours and something is sealed. Bookkeeping.
pub async fn due(read: &mut Read, id: Uuid, hours: i32) -> Result<(), Fault> {
    sql("insert into verification (id)
        select {} where exists (select from checkpoint)
            and not exists (select from verification where ended_at is null)
            and not exists (select from verification where ended_at > pulih.now() - make_interval(hours => {}))
        on conflict ((true)) where ended_at is null do nothing")
    .bind(id)
    .bind(hours)
    .execute(read.look())
    .await
    .map_err(fault)?;
    Ok(())
}

/// A verification that somebody took.
#[derive(Clone, Copy, Debug, QueryableByName)]
pub struct Taken {
    /// Row id.
    #[diesel(sql_type = t::Uuid)]
    pub id: Uuid,
    /// How often it was begun and came to no end, this time included; one that was given back does not count.
    #[diesel(sql_type = t::Integer)]
    pub tries: i32,
}

/// Takes the one that is to be done, anew from its beginning. Bookkeeping.
pub async fn claim(read: &mut Read, who: Uuid) -> Result<Option<Taken>, Fault> {
    let taken: Vec<Taken> =
        sql("update verification set state = 'running', leased_by = {}, done = 0, tries = tries + 1,
            leased_until = pulih.now() + make_interval(secs => {}), started_at = coalesce(started_at, pulih.now())
        where ended_at is null and (leased_until is null or leased_until <= pulih.now()) returning id, tries")
        .bind(who)
        .bind(LEASE)
        .load(read.look())
        .await
        .map_err(fault)?;
    Ok(taken.into_iter().next())
}

/// Notes how far it is and keeps the lease; false where somebody else has it. Bookkeeping.
pub async fn progress(read: &mut Read, id: Uuid, who: Uuid, done: i64, total: i64) -> Result<bool, Fault> {
    let noted =
        sql("update verification set done = {}, total = {}, leased_until = pulih.now() + make_interval(secs => {})
        where id = {} and leased_by = {} and ended_at is null")
        .bind(done)
        .bind(total)
        .bind(LEASE)
        .bind(id)
        .bind(who)
        .execute(read.look())
        .await
        .map_err(fault)?;
    Ok(noted > 0)
}

/// Gives it back, to be taken at once; as a try that failed or as none. Bookkeeping.
pub async fn release(read: &mut Read, id: Uuid, who: Uuid, failed: bool) -> Result<(), Fault> {
    sql("update verification set leased_until = null, leased_by = null,
            tries = tries - case when {} then 0 else 1 end
        where id = {} and leased_by = {} and ended_at is null")
    .bind(failed)
    .bind(id)
    .bind(who)
    .execute(read.look())
    .await
    .map_err(fault)?;
    Ok(())
}

/// How a verification ended.
#[derive(Clone, Debug)]
pub struct Ended<'a> {
    /// Leaves that were looked at.
    pub size: i64,
    /// The root over them.
    pub root: &'a [u8; 32],
    /// How many findings there are.
    pub found: i64,
    /// The first of them.
    pub findings: &'a Value,
    /// The first leaf that is wrong.
    pub first_bad: Option<i64>,
}

/// Ends it; says whether somebody had asked for it by the page, or nothing where somebody else has the lease.
pub async fn end(tx: &mut Tx, id: Uuid, who: Uuid, ended: &Ended<'_>) -> Result<Option<bool>, Fault> {
    #[derive(QueryableByName)]
    struct By {
        #[diesel(sql_type = t::Bool)]
        page: bool,
    }
    let done: Vec<By> = sql("update verification set state = 'done', result = case when {} = 0 then 'whole' else 'findings' end,
            done = {}, total = {}, size = {}, root = {}, found = {}, findings = {}, first_bad = nullif({}, -1), ended_at = pulih.now(),
            leased_by = null, leased_until = null
        where id = {} and leased_by = {} and ended_at is null returning asked_by is not null as page")
    .bind(ended.found)
    .bind(ended.size)
    .bind(ended.size)
    .bind(ended.size)
    .bind(ended.root)
    .bind(ended.found)
    .bind(Some(ended.findings))
    .bind(ended.first_bad.unwrap_or(-1))
    .bind(id)
    .bind(who)
    .load(tx.write())
    .await
    .map_err(fault)?;
    Ok(done.into_iter().next().map(|by| by.page))
}

/// The newest two checkpoints, and the oldest that is kept; the newest first.
pub async fn checkpoints(read: &mut Read) -> Result<Vec<super::super::log::read::Signed>, Fault> {
    sql("(select size, note, at from checkpoint order by size desc limit 2)
        union (select size, note, at from checkpoint order by size limit 1) order by size desc")
    .load(read.look())
    .await
    .map_err(fault)
}

/// When the log last said that all is well, though nothing else happened.
pub async fn heartbeat(read: &mut Read) -> Result<Option<DateTime<Utc>>, Fault> {
    #[derive(QueryableByName)]
    struct At {
        #[diesel(sql_type = t::Timestamptz)]
        at: DateTime<Utc>,
    }
    // a heartbeat comes within minutes where nothing else does; a busy log needs none
    let found: Vec<At> = sql("select at from (select at, kind from event order by id desc limit 10000) e
        where kind = 'log.heartbeat' limit 1")
    .load(read.look())
    .await
    .map_err(fault)?;
    Ok(found.into_iter().next().map(|row| row.at))
}
