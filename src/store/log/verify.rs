//! Reading the whole log to verify it: rows as they stand, in ranges, with nothing left out or mended.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types as t;
use diesel_async::RunQueryDsl;
use serde_json::Value;
use uuid::Uuid;

use super::super::event::{Columns, Row};
use super::super::sql::sql;
use super::super::tx::{Read, fault};
use super::read::Leaf;
use crate::base::fault::Fault;

/// Where the log ends, by one look.
#[derive(Clone, Copy, Debug, QueryableByName)]
pub struct Ends {
    /// One more than the last leaf's index.
    #[diesel(sql_type = t::BigInt)]
    pub leaves: i64,
    /// Leaves of the newest checkpoint.
    #[diesel(sql_type = t::BigInt)]
    pub covered: i64,
    /// Events that wait.
    #[diesel(sql_type = t::BigInt)]
    pub waiting: i64,
}

/// Where the log ends.
pub async fn ends(read: &mut Read) -> Result<Ends, Fault> {
    sql("select (select coalesce(max(index) + 1, 0) from leaf) as leaves,
            (select coalesce(max(size), 0) from checkpoint) as covered,
            (select count(*) from seal_queue) as waiting")
    .get_result(read.look())
    .await
    .map_err(fault)
}

/// The leaves from `from` to before `to`, in order; those that are gone are missing.
pub async fn leaves(read: &mut Read, from: i64, to: i64) -> Result<Vec<Leaf>, Fault> {
    sql("select index, event_id, event_at, hash from leaf where index >= {} and index < {} order by index")
        .bind(from)
        .bind(to)
        .of::<(t::BigInt, t::Uuid, t::Timestamptz, t::Binary)>()
        .load(read.look())
        .await
        .map_err(fault)
}

/// From the first to the last of something, both included.
pub type Span<T> = std::ops::RangeInclusive<T>;

/// The events of a time, in no order, at most so many: a walk along the index, which costs a quarter of looking each up.
pub async fn events_of(read: &mut Read, times: &Span<DateTime<Utc>>, most: i64) -> Result<Vec<Row>, Fault> {
    sql("select id, at, kind, outcome, actor, staff_id, account_id, request_id, body from event
        where at >= {} and at <= {} limit {}")
    .bind(*times.start())
    .bind(*times.end())
    .bind(most)
    .of::<Columns>()
    .load(read.look())
    .await
    .map_err(fault)
}

/// These events, in no order, within those times: a range keeps the other partitions out of it.
pub async fn events(read: &mut Read, ids: &[Uuid], times: &Span<DateTime<Utc>>) -> Result<Vec<Row>, Fault> {
    sql("select id, at, kind, outcome, actor, staff_id, account_id, request_id, body from event
        where id = any({}) and at >= {} and at <= {}")
    .bind(ids.to_vec())
    .bind(*times.start())
    .bind(*times.end())
    .of::<Columns>()
    .load(read.look())
    .await
    .map_err(fault)
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = t::Uuid)]
    id: Uuid,
}

/// Which of these events stand at any time.
pub async fn anywhere(read: &mut Read, ids: Vec<Uuid>) -> Result<Vec<Uuid>, Fault> {
    let found: Vec<Found> =
        sql("select distinct id from event where id = any({})").bind(ids).load(read.look()).await.map_err(fault)?;
    Ok(found.into_iter().map(|found| found.id).collect())
}

/// Personal details of an event.
#[derive(Clone, Debug, QueryableByName)]
pub struct Details {
    /// The event.
    #[diesel(sql_type = t::Uuid)]
    pub event_id: Uuid,
    /// The event's time; at another one nobody finds them.
    #[diesel(sql_type = t::Timestamptz)]
    pub at: DateTime<Utc>,
    /// 32 bytes.
    #[diesel(sql_type = t::Binary)]
    pub salt: Vec<u8>,
    /// Object of name → value.
    #[diesel(sql_type = t::Jsonb)]
    pub details: Value,
}

/// Personal details of the events of a span of ids and a time, in no order, at most so many: a walk along the index.
pub async fn details_of(
    read: &mut Read,
    ids: &Span<Uuid>,
    times: &Span<DateTime<Utc>>,
    most: i64,
) -> Result<Vec<Details>, Fault> {
    sql("select event_id, at, salt, details from event_personal
        where event_id >= {} and event_id <= {} and at >= {} and at <= {} limit {}")
    .bind(*ids.start())
    .bind(*ids.end())
    .bind(*times.start())
    .bind(*times.end())
    .bind(most)
    .load(read.look())
    .await
    .map_err(fault)
}

/// Personal details of these events within those times, in no order.
pub async fn details(read: &mut Read, ids: &[Uuid], times: &Span<DateTime<Utc>>) -> Result<Vec<Details>, Fault> {
    sql("select event_id, at, salt, details from event_personal where event_id = any({}) and at >= {} and at <= {}")
        .bind(ids.to_vec())
        .bind(*times.start())
        .bind(*times.end())
        .load(read.look())
        .await
        .map_err(fault)
}

/// Which of these events have personal details at any time.
pub async fn details_anywhere(read: &mut Read, ids: Vec<Uuid>) -> Result<Vec<Uuid>, Fault> {
    let found: Vec<Found> = sql("select distinct event_id as id from event_personal where event_id = any({})")
        .bind(ids)
        .load(read.look())
        .await
        .map_err(fault)?;
    Ok(found.into_iter().map(|found| found.id).collect())
}

/// A full tile's row.
#[derive(Clone, Debug, QueryableByName)]
pub struct Tile {
    /// Its place.
    #[diesel(sql_type = t::BigInt)]
    pub index: i64,
    /// 256 nodes of 32 bytes.
    #[diesel(sql_type = t::Binary)]
    pub hashes: Vec<u8>,
    /// The node over it.
    #[diesel(sql_type = t::Binary)]
    pub root: Vec<u8>,
}

/// The tiles of a level from `from` to before `to`, in order; those that are gone are missing.
pub async fn tiles(read: &mut Read, level: i16, from: i64, to: i64) -> Result<Vec<Tile>, Fault> {
    sql("select index, hashes, root from tile where level = {} and index >= {} and index < {} order by index")
        .bind(level)
        .bind(from)
        .bind(to)
        .load(read.look())
        .await
        .map_err(fault)
}

/// A checkpoint's row.
#[derive(Clone, Debug, QueryableByName)]
pub struct Kept {
    /// Leaves it covers.
    #[diesel(sql_type = t::BigInt)]
    pub size: i64,
    /// The root over them.
    #[diesel(sql_type = t::Binary)]
    pub root: Vec<u8>,
    /// The signed note.
    #[diesel(sql_type = t::Text)]
    pub note: String,
    /// When.
    #[diesel(sql_type = t::Timestamptz)]
    pub at: DateTime<Utc>,
}

/// The checkpoints of more than `after` and at most `upto` leaves, and the one that follows them; the smallest first.
pub async fn checkpoints(read: &mut Read, after: i64, upto: i64) -> Result<Vec<Kept>, Fault> {
    sql("select size, root, note, at from checkpoint where size > {}
            and size <= coalesce((select min(size) from checkpoint where size > {}), {})
        order by size")
    .bind(after)
    .bind(upto)
    .bind(upto)
    .load(read.look())
    .await
    .map_err(fault)
}

/// The leaf at an index; none where the log is shorter.
pub async fn leaf_at(read: &mut Read, index: i64) -> Result<Option<Leaf>, Fault> {
    Ok(leaves(read, index, index.saturating_add(1)).await?.into_iter().next())
}
