//! The events that go into an export: leaf after leaf, as they stand and as they were sealed.

use diesel::prelude::*;
use diesel::sql_types as t;
use diesel_async::RunQueryDsl;
use serde_json::Value;

use super::search::Query;
use super::walk;
use crate::base::fault::Fault;
use crate::store::event;
use crate::store::sql::sql;
use crate::store::tx::{Read, fault};

/// A leaf with its event.
#[derive(Clone, Debug, QueryableByName)]
pub struct Row {
    /// Its number.
    #[diesel(sql_type = t::BigInt)]
    pub index: i64,
    /// What was sealed: SHA-256(0x00 ‖ body).
    #[diesel(sql_type = t::Binary)]
    pub hash: Vec<u8>,
    /// Whether the search finds it.
    #[diesel(sql_type = t::Bool)]
    pub fits: bool,
    /// The event; none where it is gone.
    #[diesel(embed)]
    pub event: Option<event::Row>,
    /// User name of who of the desk acted.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    pub staff: Option<String>,
    /// Reference of its request.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    pub reference: Option<String>,
    /// What opens its personal details, where they are not erased.
    #[diesel(sql_type = t::Nullable<t::Binary>)]
    pub salt: Option<Vec<u8>>,
    /// Those details.
    #[diesel(sql_type = t::Nullable<t::Jsonb>)]
    pub personal: Option<Value>,
}

/// Where in the log to go on, and up to where.
#[derive(Clone, Copy, Debug)]
pub struct Cursor {
    /// The next leaf to look at.
    pub next: i64,
    /// Leaves of the checkpoint.
    pub size: i64,
}

/// Leaves of the search's days and numbers from there on, in the order of the log, each with whether the search finds it, and the
/// next leaf to look at: that of the end where none is left. At most `most` leaves are looked up; it costs the same however deep.
pub async fn page(read: &mut Read, query: &Query, cursor: Cursor, most: i64) -> Result<(Vec<Row>, i64), Fault> {
    let (first, last) = query.leaves.unwrap_or((0, i64::MAX));
    let statement = sql("with part as materialized (
            select index, event_id, event_at, hash from leaf
            where index >= {} and index < {} and index <= {} and event_at >= {} and event_at < {}
            order by index limit {})
        select p.index, p.hash, w.id, w.at, w.kind, w.outcome, w.actor, w.staff_id, w.account_id, w.request_id, w.body,
            s.username as staff, r.reference, d.salt, d.details as personal, (true")
    .bind(cursor.next.max(first))
    .bind(cursor.size)
    .bind(last)
    .bind(query.between.0)
    .bind(query.between.1)
    .bind(most);
    let found: Vec<Row> = walk::asked(statement, &query.narrow)
        .add(
            ") as fits
        from part p
        left join event w on w.id = p.event_id and w.at = p.event_at
        left join event_personal d on d.event_id = p.event_id and d.at = p.event_at
        left join staff s on s.id = w.staff_id
        left join request r on r.id = w.request_id
        order by p.index",
        )
        .load(read.look())
        .await
        .map_err(fault)?;
    let full = i64::try_from(found.len()).is_ok_and(|n| n == most);
    let next = found.last().filter(|_| full).map_or(cursor.size, |last| last.index + 1);
    Ok((found, next))
}
