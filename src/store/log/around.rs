//! What stands around the leaves of the log: events against leaves, those that wait, and tiles beyond the end.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types as t;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::super::sql::sql;
use super::super::tx::{Read, fault};
use crate::base::fault::Fault;

/// Events against leaves and waiting ones.
#[derive(Clone, Copy, Debug, QueryableByName)]
pub struct Balance {
    /// How many more events there are; fewer is below zero.
    #[diesel(sql_type = t::BigInt)]
    pub surplus: i64,
    /// Whether each event has exactly one leaf or one place in the queue, at its time, and each of these its event.
    #[diesel(sql_type = t::Bool)]
    pub even: bool,
}

/// How events stand against leaves and waiting ones, by one look. Numbers alone hide one that is missing behind one that stands
/// twice, so hashes of ids and times are summed; nobody who does not know the seed can make two sums alike.
pub async fn balance(read: &mut Read, seed: i64) -> Result<Balance, Fault> {
    sql("select e.n - l.n - q.n as surplus, e.n = l.n + q.n and e.weight = l.weight + q.weight as even from
            (select count(*) as n, coalesce(sum(uuid_hash_extended(id,
                timestamp_hash_extended(at at time zone 'UTC', {}))), 0) as weight from event) e,
            (select count(*) as n, coalesce(sum(uuid_hash_extended(event_id,
                timestamp_hash_extended(event_at at time zone 'UTC', {}))), 0) as weight from leaf) l,
            (select count(*) as n, coalesce(sum(uuid_hash_extended(event_id,
                timestamp_hash_extended(event_at at time zone 'UTC', {}))), 0) as weight from seal_queue) q")
    .bind(seed)
    .bind(seed)
    .bind(seed)
    .get_result(read.look())
    .await
    .map_err(fault)
}

/// Events with neither a leaf nor a place in the queue, at most a thousand. Walks the whole log.
pub async fn without_leaf(read: &mut Read) -> Result<Vec<Uuid>, Fault> {
    #[derive(QueryableByName)]
    struct Found {
        #[diesel(sql_type = t::Uuid)]
        id: Uuid,
    }
    let found: Vec<Found> = sql("select e.id from event e
        where not exists (select from leaf l where l.event_id = e.id and l.event_at = e.at)
            and not exists (select from seal_queue q where q.event_id = e.id and q.event_at = e.at)
        order by e.id limit 1000")
    .load(read.look())
    .await
    .map_err(fault)?;
    Ok(found.into_iter().map(|found| found.id).collect())
}

/// The last leaf of each event that has several, at most a thousand. Walks all leaves.
pub async fn doubled(read: &mut Read) -> Result<Vec<i64>, Fault> {
    #[derive(QueryableByName)]
    struct Last {
        #[diesel(sql_type = t::BigInt)]
        index: i64,
    }
    let found: Vec<Last> = sql("select max(index) as index from leaf group by event_id having count(*) > 1
        order by max(index) limit 1000")
    .load(read.look())
    .await
    .map_err(fault)?;
    Ok(found.into_iter().map(|last| last.index).collect())
}

/// An event that waits for its leaf.
#[derive(Clone, Debug, QueryableByName)]
pub struct Waiting {
    /// The event.
    #[diesel(sql_type = t::Uuid)]
    pub event_id: Uuid,
    /// The leaf's hash, made as the event was written.
    #[diesel(sql_type = t::Binary)]
    pub hash: Vec<u8>,
    /// The event's bytes; none where it is gone.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    pub body: Option<String>,
    /// When it happened.
    #[diesel(sql_type = t::Timestamptz)]
    pub event_at: DateTime<Utc>,
    /// Whether its transaction is over for everybody, so that it could have been sealed.
    #[diesel(sql_type = t::Bool)]
    pub free: bool,
    /// Whether it says a transaction that is still to come.
    #[diesel(sql_type = t::Bool)]
    pub ahead: bool,
}

/// Events that wait, a few thousand after that one, in the order of their ids.
pub async fn waiting(read: &mut Read, after: Uuid) -> Result<Vec<Waiting>, Fault> {
    sql("select q.event_id, q.hash, (select e.body from event e where e.id = q.event_id and e.at = q.event_at) as body, q.event_at,
            q.system_identifier <> c.system_identifier or q.txid < pg_snapshot_xmin(pg_current_snapshot()) as free,
            q.system_identifier = c.system_identifier and q.txid >= pg_snapshot_xmax(pg_current_snapshot()) as ahead
        from seal_queue q cross join pg_control_system() c where q.event_id > {} order by q.event_id limit 4096")
    .bind(after)
    .load(read.look())
    .await
    .map_err(fault)
}

/// The name of a tile.
#[derive(Clone, Copy, Debug, QueryableByName)]
pub struct Name {
    /// Level.
    #[diesel(sql_type = t::SmallInt)]
    pub level: i16,
    /// Place.
    #[diesel(sql_type = t::BigInt)]
    pub index: i64,
}

/// Tiles that stand beyond the last leaf, at most a hundred.
pub async fn tiles_beyond(read: &mut Read) -> Result<Vec<Name>, Fault> {
    sql("select level, index from tile
        where (index + 1)::numeric * 256::numeric ^ (level + 1) > (select coalesce(max(index) + 1, 0) from leaf)
        order by level, index limit 100")
    .load(read.look())
    .await
    .map_err(fault)
}
