//! Sealing: events that wait get their leaves, full tiles and a checkpoint, in one transaction. Bookkeeping: it adds to
//! what is known of events and changes nothing that people did.

use diesel::prelude::*;
use diesel::sql_types as t;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use super::super::sql::{Count, sql};
use super::super::tx::{Read, fault, keep};
use crate::base::fault::Fault;
use crate::base::merkle::{self, Edge, Hash, NodeId};
use crate::base::tile::{TileId, WIDTH, hashes};

/// Levels of tiles a log can have; `2^63` leaves fill them.
const LEVELS: usize = 8;

/// What is sealed at a time.
#[derive(Clone, Copy, Debug)]
pub struct Batch {
    /// Events at most.
    pub most: i32,
    /// Those that a logical restore brought from another cluster, instead of our own.
    pub restored: bool,
}

/// A log that has grown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// Leaves that were added.
    pub added: u64,
    /// Leaves there are now.
    pub size: u64,
    /// The root over them.
    pub root: Hash,
}

#[derive(QueryableByName)]
struct Taken {
    #[diesel(sql_type = t::BigInt)]
    first: i64,
    #[diesel(sql_type = t::Binary)]
    hashes: Vec<u8>,
}

#[derive(QueryableByName)]
struct Part {
    #[diesel(sql_type = t::SmallInt)]
    level: i16,
    #[diesel(sql_type = t::Binary)]
    hash: Vec<u8>,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = t::BigInt)]
    size: i64,
    #[diesel(sql_type = t::Binary)]
    root: Vec<u8>,
    #[diesel(sql_type = t::Text)]
    note: String,
}

/// The end of the log before a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Before {
    /// Leaves there were.
    pub size: u64,
    /// The root over them.
    pub root: Hash,
    /// The note that said so.
    pub note: String,
}

/// A tile that is full.
struct Full {
    id: TileId,
    hashes: Vec<u8>,
    root: Hash,
}

/// Seals one batch: nothing where there is none, or another server is at it. `sign` makes the note of a size and a root;
/// it is given the checkpoint before it and may refuse.
pub async fn seal(
    read: Read,
    batch: Batch,
    sign: impl FnOnce(Option<&Before>, u64, &Hash) -> Result<String, Fault>,
) -> Result<Option<Sealed>, Fault> {
    keep(read, async |connection| within(connection, batch, sign).await).await
}

async fn within(
    connection: &mut AsyncPgConnection,
    batch: Batch,
    sign: impl FnOnce(Option<&Before>, u64, &Hash) -> Result<String, Fault>,
) -> Result<Option<Sealed>, Fault> {
    let taken: Vec<Taken> = sql("select * from pulih.seal({}, {})")
        .bind(batch.most)
        .bind(batch.restored)
        .load(connection)
        .await
        .map_err(fault)?;
    let Some(taken) = taken.into_iter().next() else { return Ok(None) };
    let first = u64::try_from(taken.first).map_err(|e| Fault::bug("a leaf below the first", e))?;
    let leaves = hashes(&taken.hashes).ok_or_else(|| broken("leaves of another length"))?;
    let before = last(connection).await?;
    let (start, root) = before.as_ref().map_or((0, merkle::empty()), |before| (before.size, before.root));
    let mut growth = Growth::at(start, parts(connection, start).await?)?;
    if start > first || root != growth.edge.root() {
        return Err(broken("leaves and tiles do not lead to the last checkpoint"));
    }
    // leaves that somebody had numbered without signing for them are taken along
    for leaf in between(connection, start, first).await?.iter().chain(&leaves) {
        growth.push(*leaf);
    }
    if growth.edge.size() != first + leaves.len() as u64 {
        return Err(broken("leaves are missing at the end of the log"));
    }
    let (size, root) = (growth.edge.size(), growth.edge.root());
    let note = sign(before.as_ref(), size, &root)?;
    keep_tiles(connection, &growth.full).await?;
    keep_checkpoint(connection, size, &root, &note).await?;
    Ok(Some(Sealed { added: leaves.len() as u64, size, root }))
}

/// The right edge of the log while it grows: what stands in the tiles that are not full, and those that became so.
struct Growth {
    edge: Edge,
    rows: [Vec<Hash>; LEVELS],
    full: Vec<Full>,
}

impl Growth {
    fn at(size: u64, rows: [Vec<Hash>; LEVELS]) -> Result<Self, Fault> {
        let known = |id: NodeId| {
            let tile = TileId::of(id);
            tile.node(rows.get(usize::from(tile.level))?, id)
        };
        let nodes: Option<Vec<Hash>> = merkle::cover(0, size).into_iter().map(known).collect();
        let edge = nodes.and_then(|nodes| Edge::of(size, nodes));
        let edge = edge.ok_or_else(|| broken("tiles are missing at the end of the log"))?;
        Ok(Self { edge, rows, full: Vec::new() })
    }

    fn push(&mut self, leaf: Hash) {
        let (rows, full) = (&mut self.rows, &mut self.full);
        self.edge.push(leaf, |id, hash| {
            if id.level % 8 != 0 {
                return;
            }
            let level = id.level / 8;
            if let Some(below) = level.checked_sub(1) {
                let hashes = rows.get_mut(usize::from(below)).map(std::mem::take).unwrap_or_default().concat();
                full.push(Full { id: TileId { level: below, index: id.index }, hashes, root: *hash });
            }
            if let Some(row) = rows.get_mut(usize::from(level)) {
                row.push(*hash);
            }
        });
    }
}

/// What stands in the tile of each level that is not full.
async fn parts(connection: &mut AsyncPgConnection, size: u64) -> Result<[Vec<Hash>; LEVELS], Fault> {
    let mut rows: [Vec<Hash>; LEVELS] = Default::default();
    let number = |n: u64| i64::try_from(n).map_err(|e| Fault::bug("a log beyond its end", e));
    let mut ask = sql("select 0::smallint as level, index, hash from leaf where index >= {} and index < {}")
        .bind(number(size / WIDTH * WIDTH)?)
        .bind(number(size)?);
    let mut nodes = size / WIDTH;
    for level in 1_i16.. {
        if nodes == 0 {
            break;
        }
        ask = ask
            .add(" union all select {}, index, root from tile where level = {} and index >= {} and index < {}")
            .bind(level)
            .bind(level - 1)
            .bind(number(nodes / WIDTH * WIDTH)?)
            .bind(number(nodes)?);
        nodes /= WIDTH;
    }
    for part in ask.add(" order by level, index").load::<Part>(connection).await.map_err(fault)? {
        let row = usize::try_from(part.level).ok().and_then(|level| rows.get_mut(level));
        let hash = part.hash.try_into().map_err(|_| broken("a node of another length"))?;
        row.ok_or_else(|| broken("a tile above the highest"))?.push(hash);
    }
    Ok(rows)
}

/// Leaves from `from` to before `to`.
async fn between(connection: &mut AsyncPgConnection, from: u64, to: u64) -> Result<Vec<Hash>, Fault> {
    if from == to {
        return Ok(Vec::new());
    }
    let number = |n: u64| i64::try_from(n).map_err(|e| Fault::bug("a log beyond its end", e));
    let rows: Vec<Part> =
        sql("select 0::smallint as level, hash from leaf where index >= {} and index < {} order by index")
            .bind(number(from)?)
            .bind(number(to)?)
            .load(connection)
            .await
            .map_err(fault)?;
    rows.into_iter().map(|row| row.hash.try_into().map_err(|_| broken("a leaf of another length"))).collect()
}

/// Whether rows wait that a logical restore brought from another cluster.
pub async fn restored(read: &mut Read) -> Result<bool, Fault> {
    let waiting: Count = sql("select count(*) from (select from seal_queue q
        where q.system_identifier <> (select system_identifier from pg_control_system())
            and not exists (select from leaf l where l.event_id = q.event_id) limit 1) q")
    .get_result(read.look())
    .await
    .map_err(fault)?;
    Ok(waiting.count > 0)
}

async fn last(connection: &mut AsyncPgConnection) -> Result<Option<Before>, Fault> {
    let last: Vec<Row> = sql("select size, root, note from checkpoint order by size desc limit 1")
        .load(connection)
        .await
        .map_err(fault)?;
    let Some(last) = last.into_iter().next() else { return Ok(None) };
    let size = u64::try_from(last.size).map_err(|e| Fault::bug("a checkpoint below the first", e))?;
    let root = last.root.try_into().map_err(|_| broken("a root of another length"))?;
    Ok(Some(Before { size, root, note: last.note }))
}

async fn keep_tiles(connection: &mut AsyncPgConnection, full: &[Full]) -> Result<(), Fault> {
    if full.is_empty() {
        return Ok(());
    }
    let levels: Vec<i16> = full.iter().map(|tile| i16::from(tile.id.level)).collect();
    let indexes: Result<Vec<i64>, _> = full.iter().map(|tile| i64::try_from(tile.id.index)).collect();
    // the lower ones first: each is compared with what is below it
    sql("insert into tile (level, index, hashes, root)
        select * from unnest({}, {}, {}, {}) t (level, index, hashes, root) order by level, index")
    .bind(levels)
    .bind(indexes.map_err(|e| Fault::bug("a tile beyond the end", e))?)
    .bind(full.iter().map(|tile| tile.hashes.as_slice()).collect::<Vec<_>>())
    .bind(full.iter().map(|tile| tile.root.as_slice()).collect::<Vec<_>>())
    .execute(connection)
    .await
    .map_err(fault)?;
    Ok(())
}

async fn keep_checkpoint(connection: &mut AsyncPgConnection, size: u64, root: &Hash, note: &str) -> Result<(), Fault> {
    sql("insert into checkpoint (size, root, note) values ({}, {}, {})")
        .bind(i64::try_from(size).map_err(|e| Fault::bug("a log beyond its end", e))?)
        .bind(root)
        .bind(note)
        .execute(connection)
        .await
        .map_err(fault)?;
    Ok(())
}

/// How long the oldest event that waits has done so, in seconds, and how many wait; what is sealed at once counts too.
pub async fn waiting(read: &mut Read) -> Result<Waiting, Fault> {
    sql("select count(*) as events, coalesce(extract(epoch from pulih.now() - min(event_at)), 0)::bigint as seconds
        from (select event_at from seal_queue order by txid, event_id limit 100000) q")
    .get_result(read.look())
    .await
    .map_err(fault)
}

/// Events that wait for their leaf.
#[derive(Clone, Copy, Debug, QueryableByName)]
pub struct Waiting {
    /// How many, at most 100,000.
    #[diesel(sql_type = t::BigInt)]
    pub events: i64,
    /// Seconds the oldest has waited.
    #[diesel(sql_type = t::BigInt)]
    pub seconds: i64,
}

fn broken(what: &str) -> Fault {
    Fault::broken(format!("the log was altered: {what}"))
}
