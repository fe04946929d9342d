//! Samples of the log: the events whose hash with a seed is the least, drawn along an index that holds no bodies.

use chrono::{DateTime, Utc};
use diesel_async::RunQueryDsl;

use super::walk::Key;
use crate::base::fault::Fault;
use crate::model::sample::{Class, Drawn};
use crate::store::sql::{Count, Sql, sql};
use crate::store::tx::{Read, fault};

/// From when to before when, and of which class.
#[derive(Clone, Copy, Debug)]
pub struct Frame {
    /// Its first moment.
    pub from: DateTime<Utc>,
    /// The first moment after it.
    pub to: DateTime<Utc>,
    /// Of what is drawn.
    pub class: Class,
}

/// How many events there are to draw from.
pub async fn population(read: &mut Read, frame: Frame) -> Result<i64, Fault> {
    let count: Count = within(sql("select count(*) as count from event e where "), frame)
        .get_result(read.look())
        .await
        .map_err(fault)?;
    Ok(count.count)
}

/// The sample: the `size` events with the least SHA-256 of `<seed>:<event id>`, the least first.
pub async fn draw(read: &mut Read, frame: Frame, seed: &str, size: i64) -> Result<Vec<Key>, Fault> {
    within(sql("select e.at, e.id from event e where "), frame)
        .add(" order by sha256(convert_to({} || ':' || e.id::text, 'UTF8')), e.id limit {}")
        .bind(seed)
        .bind(size)
        .load(read.look())
        .await
        .map_err(fault)
}

/// Each class in the words of an index.
fn within(statement: Sql<'_>, frame: Frame) -> Sql<'_> {
    let statement = match frame.class.drawn() {
        Drawn::All => statement.add("true"),
        Drawn::Kinds(kinds) => statement.add("e.kind = any({})").bind(kinds),
        Drawn::Refused => statement.add("e.outcome = 'refused'"),
        Drawn::Staff => statement.add("e.actor = 'staff'"),
    };
    statement.add(" and e.at >= {} and e.at < {}").bind(frame.from).bind(frame.to)
}
