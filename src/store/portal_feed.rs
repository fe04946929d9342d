//! The feed of a portal: what happened to its accounts, in the order of leaves, which nothing can come before later.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types as t;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::sql::{Count, sql};
use super::tx::{Read, fault};
use crate::base::fault::Fault;
use crate::model::portal_feed::{KINDS, OF_NOBODY};

/// Leaves that a page walks at most.
pub const WALK: i64 = 4_000;

/// What a page reads of the log, for the test that looks at its plan: a walk along leaves, each event by its key. Each is
/// looked up by itself: joined, the planner takes months without events for dear, and reads all events instead.
pub const OF_A_PAGE: &str = "select n.index, e.at, e.kind, e.body, a.user_id,
        (select r.reference from request r where r.id = e.request_id) as reference
    from (select l.index, l.event_id, l.event_at from leaf l where l.index >= {} and l.index < {} order by l.index
        limit 4000) n
    cross join lateral (select e.at, e.kind, e.outcome, e.account_id, e.request_id, e.body from event e
        where e.id = n.event_id and e.at = n.event_at offset 0) e
    left join lateral (select a.user_id from account a where a.id = e.account_id
        and a.locked_reason is distinct from 'erased' and coalesce(a.portal_id = {}, true) offset 0) a on true
    where e.outcome = 'done' and (e.kind = any({}) and a.user_id is not null or e.kind = any({}))
    order by n.index limit {}";

/// An event that may be told.
#[derive(Clone, Debug, QueryableByName)]
pub struct Line {
    /// The number of its leaf.
    #[diesel(sql_type = t::BigInt)]
    pub index: i64,
    /// When it happened.
    #[diesel(sql_type = t::Timestamptz)]
    pub at: DateTime<Utc>,
    /// Its kind.
    #[diesel(sql_type = t::Text)]
    pub kind: String,
    /// Its canonical bytes.
    #[diesel(sql_type = t::Text)]
    pub body: String,
    /// The User ID of its account.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    pub user_id: Option<String>,
    /// The reference of its request.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    pub reference: Option<String>,
}

/// A page.
#[derive(Clone, Debug)]
pub struct Page {
    /// What may be told, oldest first.
    pub lines: Vec<Line>,
    /// The first leaf that was not looked at.
    pub next: i64,
    /// Whether there are leaves from there on.
    pub more: bool,
}

/// How many leaves there are.
pub async fn size(read: &mut Read) -> Result<i64, Fault> {
    let size: Count =
        sql("select coalesce(max(index) + 1, 0) as count from leaf").get_result(read.look()).await.map_err(fault)?;
    Ok(size.count)
}

/// The page from leaf `from` on, of `size` leaves, with so many lines at most.
pub async fn page(read: &mut Read, portal: Uuid, from: i64, size: i64, most: i64) -> Result<Page, Fault> {
    let to = from.saturating_add(WALK).min(size);
    let lines: Vec<Line> = sql(OF_A_PAGE)
        .bind(from)
        .bind(to)
        .bind(portal)
        .bind(KINDS.to_vec())
        .bind(OF_NOBODY.to_vec())
        .bind(most)
        .load(read.look())
        .await
        .map_err(fault)?;
    let full = i64::try_from(lines.len()).unwrap_or(i64::MAX) >= most;
    let next = lines.last().filter(|_| full).map_or(to, |line| line.index.saturating_add(1));
    Ok(Page { lines, next, more: next < size })
}
