//! Marks that auditors put on events: the newest of an event counts, all stay.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types as t;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::base::fault::Fault;
use crate::store::sql::sql;
use crate::store::tx::{Read, Tx, fault};

/// A mark.
#[derive(Clone, Debug, QueryableByName)]
pub struct Mark {
    /// Its word.
    #[diesel(sql_type = t::Text)]
    pub mark: String,
    /// What was said about it.
    #[diesel(sql_type = t::Text)]
    pub note: String,
    /// Who.
    #[diesel(sql_type = t::Text)]
    pub staff: String,
    /// When.
    #[diesel(sql_type = t::Timestamptz)]
    pub at: DateTime<Utc>,
}

/// All marks of an event, newest first.
pub async fn of(read: &mut Read, event: Uuid) -> Result<Vec<Mark>, Fault> {
    sql("select m.mark, m.note, s.name as staff, m.at from review_mark m join staff s on s.id = m.staff_id
        where m.event_id = {} order by m.at desc, m.id desc")
    .bind(event)
    .load(read.look())
    .await
    .map_err(fault)
}

/// Marks an event; nothing where there is none of that id.
pub async fn put(tx: &mut Tx, id: Uuid, event: Uuid, mark: &str, note: &str, staff: Uuid) -> Result<bool, Fault> {
    let rows = sql("insert into review_mark (id, event_id, event_at, mark, note, staff_id)
        select {}, e.id, e.at, {}, {}, {} from event e where e.id = {}")
    .bind(id)
    .bind(mark)
    .bind(note)
    .bind(staff)
    .bind(event)
    .execute(tx.write())
    .await
    .map_err(fault)?;
    Ok(rows == 1)
}

/// A question or finding that still is one.
#[derive(Clone, Debug, QueryableByName)]
pub struct Open {
    /// Which event.
    #[diesel(sql_type = t::Uuid)]
    pub event: Uuid,
    /// Its kind.
    #[diesel(sql_type = t::Text)]
    pub kind: String,
    /// When it happened.
    #[diesel(sql_type = t::Timestamptz)]
    pub event_at: DateTime<Utc>,
    /// The mark's word.
    #[diesel(sql_type = t::Text)]
    pub mark: String,
    /// What was said about it.
    #[diesel(sql_type = t::Text)]
    pub note: String,
    /// Who.
    #[diesel(sql_type = t::Text)]
    pub staff: String,
    /// When.
    #[diesel(sql_type = t::Timestamptz)]
    pub at: DateTime<Utc>,
}

/// Questions and findings whose event got no newer mark, newest first.
pub async fn open(read: &mut Read, most: i64) -> Result<Vec<Open>, Fault> {
    sql("select m.event_id as event, e.kind, m.event_at, m.mark, m.note, s.name as staff, m.at
        from review_mark m
        join event e on e.id = m.event_id and e.at = m.event_at
        join staff s on s.id = m.staff_id
        where m.mark <> 'ok'
            and not exists (select from review_mark n where n.event_id = m.event_id and (n.at, n.id) > (m.at, m.id))
        order by m.at desc, m.id desc limit {}")
    .bind(most)
    .load(read.look())
    .await
    .map_err(fault)
}
