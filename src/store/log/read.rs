//! Reading the sealed log: checkpoints, tiles, leaves and the bytes they stand for.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types as t;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::super::sql::sql;
use super::super::tx::{Read, fault};
use crate::base::fault::Fault;
use crate::base::merkle::{Hash, NodeId, Proof};
use crate::base::tile::{TileId, WIDTH, hashes};

/// A checkpoint as it was signed.
#[derive(Clone, Debug, QueryableByName)]
pub struct Signed {
    /// Leaves it covers.
    #[diesel(sql_type = t::BigInt)]
    pub size: i64,
    /// The signed note.
    #[diesel(sql_type = t::Text)]
    pub note: String,
    /// When, as the database says; nothing signs it.
    #[diesel(sql_type = t::Timestamptz)]
    pub at: DateTime<Utc>,
}

/// The newest checkpoint; none before the first event is sealed.
pub async fn latest(read: &mut Read) -> Result<Option<Signed>, Fault> {
    let found: Vec<Signed> = sql("select size, note, at from checkpoint order by size desc limit 1")
        .load(read.look())
        .await
        .map_err(fault)?;
    Ok(found.into_iter().next())
}

/// The first checkpoint that covers a leaf; none where it is not sealed.
pub async fn covering(read: &mut Read, index: i64) -> Result<Option<Signed>, Fault> {
    let found: Vec<Signed> = sql("select size, note, at from checkpoint where size > {} order by size limit 1")
        .bind(index)
        .load(read.look())
        .await
        .map_err(fault)?;
    Ok(found.into_iter().next())
}

/// A leaf: its place, the event it stands for and its hash.
#[derive(Clone, Debug, Queryable, QueryableByName)]
pub struct Leaf {
    /// Its index, from 0.
    #[diesel(sql_type = t::BigInt)]
    pub index: i64,
    /// The event.
    #[diesel(sql_type = t::Uuid)]
    pub event_id: Uuid,
    /// The event's time, which tells its partition.
    #[diesel(sql_type = t::Timestamptz)]
    pub event_at: DateTime<Utc>,
    /// SHA-256(0x00 ‖ body).
    #[diesel(sql_type = t::Binary)]
    pub hash: Vec<u8>,
}

/// The leaf of an event; none while it is not sealed.
pub async fn leaf_of(read: &mut Read, event: Uuid) -> Result<Option<Leaf>, Fault> {
    let found: Vec<Leaf> = sql("select index, event_id, event_at, hash from leaf where event_id = {}")
        .bind(event)
        .load(read.look())
        .await
        .map_err(fault)?;
    Ok(found.into_iter().next())
}

#[derive(QueryableByName)]
struct Nodes {
    #[diesel(sql_type = t::SmallInt)]
    level: i16,
    #[diesel(sql_type = t::BigInt)]
    index: i64,
    #[diesel(sql_type = t::Nullable<t::Binary>)]
    bytes: Option<Vec<u8>>,
}

/// The nodes of a tile in a log of at least `index · 256 + width` nodes of its level; fewer where rows are missing.
pub async fn tile(read: &mut Read, tile: TileId, width: u64) -> Result<Vec<Hash>, Fault> {
    Ok(tiles(read, &[(tile, width)]).await?.remove(&tile).unwrap_or_default())
}

/// As [`tile`], several at once. What stands in one that is not full is read from what is below it.
async fn tiles(read: &mut Read, wanted: &[(TileId, u64)]) -> Result<HashMap<TileId, Vec<Hash>>, Fault> {
    let number = |n: u64| i64::try_from(n).map_err(|e| Fault::bug("a tile beyond the end of the log", e));
    let (open, full): (Vec<_>, Vec<_>) = wanted.iter().copied().partition(|(_, width)| *width < WIDTH);
    let indexes: Result<Vec<i64>, Fault> = full.iter().map(|(id, _)| number(id.index)).collect();
    // looked up one by one: a growing log has stale statistics, by which the planner would rather read every tile
    let mut ask = sql("select t.level, t.index, t.hashes as bytes from unnest({}, {}) w (level, index)
        join lateral (select * from tile o where o.level = w.level and o.index = w.index limit 1) t on true")
    .bind(full.iter().map(|(id, _)| i16::from(id.level)).collect::<Vec<_>>())
    .bind(indexes?);
    for (id, width) in open {
        let (level, first) = (i16::from(id.level), id.index.saturating_mul(WIDTH));
        ask = ask.add(" union all select {}, {}, ").bind(level).bind(number(id.index)?);
        ask = match level {
            0 => ask.add("string_agg(hash, '' order by index) from leaf where"),
            _ => ask.add("string_agg(root, '' order by index) from tile where level = {} and").bind(level - 1),
        };
        let (from, to) = (number(first)?, number(first.saturating_add(width))?);
        ask = ask.add(" index >= {} and index < {}").bind(from).bind(to);
    }
    let mut found = HashMap::new();
    for nodes in ask.load::<Nodes>(read.look()).await.map_err(fault)? {
        let place = u8::try_from(nodes.level).ok().zip(u64::try_from(nodes.index).ok());
        let (level, index) = place.ok_or_else(|| Fault::broken("a tile below the first"))?;
        let hashes = hashes(&nodes.bytes.unwrap_or_default());
        found.insert(TileId { level, index }, hashes.ok_or_else(|| Fault::broken("a tile of another length"))?);
    }
    Ok(found)
}

/// The hashes of a proof in a log of `size` leaves, all its tiles being read at once; nothing where tiles are missing.
pub async fn prove(read: &mut Read, proof: &Proof, size: u64) -> Result<Option<Vec<Hash>>, Fault> {
    Ok(proofs(read, &[proof], size).await?.pop().flatten())
}

/// As [`prove`], of several and in their order.
pub async fn proofs(read: &mut Read, proofs: &[&Proof], size: u64) -> Result<Vec<Option<Vec<Hash>>>, Fault> {
    let wanted: BTreeSet<TileId> = proofs.iter().flat_map(|proof| proof.nodes()).map(TileId::of).collect();
    let wanted: Vec<(TileId, u64)> = wanted.into_iter().map(|id| (id, id.width(size))).collect();
    let rows = tiles(read, &wanted).await?;
    let node = |node: NodeId| {
        let tile = TileId::of(node);
        tile.node(rows.get(&tile)?, node)
    };
    Ok(proofs.iter().map(|proof| proof.hashes(node)).collect())
}

/// A sealed event's bytes.
#[derive(Clone, Debug, QueryableByName)]
pub struct Entry {
    /// Its leaf's index.
    #[diesel(sql_type = t::BigInt)]
    pub index: i64,
    /// Its canonical bytes; none where the event is gone.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    pub body: Option<String>,
}

/// The bytes of the leaves from `from` to before `to`, in order.
pub async fn entries(read: &mut Read, from: i64, to: i64) -> Result<Vec<Entry>, Fault> {
    sql("select l.index, (select e.body from event e where e.id = l.event_id and e.at = l.event_at) as body
        from leaf l where l.index >= {} and l.index < {} order by l.index")
    .bind(from)
    .bind(to)
    .load(read.look())
    .await
    .map_err(fault)
}

/// Leaves of these events, by event; those that are not sealed are missing.
pub async fn leaves_of(read: &mut Read, events: &[Uuid]) -> Result<BTreeMap<Uuid, Leaf>, Fault> {
    let found: Vec<Leaf> = sql("select index, event_id, event_at, hash from leaf where event_id = any({})")
        .bind(events.to_vec())
        .load(read.look())
        .await
        .map_err(fault)?;
    Ok(found.into_iter().map(|leaf| (leaf.event_id, leaf)).collect())
}
