//! Events as a list shows them: a line each.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types as t;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::walk::Key;
use crate::base::fault::Fault;
use crate::store::sql::sql;
use crate::store::tx::{Read, fault};

/// A line.
#[derive(Clone, Debug, QueryableByName)]
pub struct Line {
    /// The event.
    #[diesel(sql_type = t::Uuid)]
    pub id: Uuid,
    /// When.
    #[diesel(sql_type = t::Timestamptz)]
    pub at: DateTime<Utc>,
    /// Its kind.
    #[diesel(sql_type = t::Text)]
    pub kind: String,
    /// Whether it was refused.
    #[diesel(sql_type = t::Bool)]
    pub refused: bool,
    /// Who, in one word.
    #[diesel(sql_type = t::Text)]
    pub actor: String,
    /// Who of the desk it was.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    pub staff: Option<String>,
    /// Reference of the request it is about.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    pub reference: Option<String>,
    /// User ID of the account it is about, or as it was typed.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    pub user_id: Option<String>,
    /// Number of its leaf; none while it is not sealed.
    #[diesel(sql_type = t::Nullable<t::BigInt>)]
    pub leaf: Option<i64>,
    /// Its newest mark.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    pub mark: Option<String>,
}

/// The lines of these events, in their order.
pub async fn of(read: &mut Read, keys: &[Key]) -> Result<Vec<Line>, Fault> {
    let (Some(first), Some(last)) = (keys.iter().min(), keys.iter().max()) else { return Ok(Vec::new()) };
    // looked up one by one: joined, the planner would rather read all requests for a page of fifty
    let rows: Vec<Line> = sql("select e.id, e.at, e.kind, e.outcome = 'refused' as refused, e.actor, s.name as staff,
            r.reference, coalesce(a.user_id, r.typed_user_id) as user_id,
            (select l.index from leaf l where l.event_id = e.id) as leaf,
            (select m.mark from review_mark m where m.event_id = e.id order by m.at desc, m.id desc limit 1) as mark
        from event e
        left join staff s on s.id = e.staff_id
        left join lateral (select q.reference, q.typed_user_id, q.account_id from request q where q.id = e.request_id limit 1) r
            on true
        left join lateral (select o.user_id from account o where o.id = coalesce(e.account_id, r.account_id) limit 1) a on true
        where e.id = any({}) and e.at >= {} and e.at <= {}")
    .bind(keys.iter().map(|key| key.id).collect::<Vec<_>>())
    .bind(first.at)
    .bind(last.at)
    .load(read.look())
    .await
    .map_err(fault)?;
    let mut rows: HashMap<Uuid, Line> = rows.into_iter().map(|line| (line.id, line)).collect();
    Ok(keys.iter().filter_map(|key| rows.remove(&key.id)).collect())
}
