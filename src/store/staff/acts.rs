//! What one person of the desk did, out of the event log.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types as t;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::base::fault::Fault;
use crate::store::sql::sql;
use crate::store::tx::{Read, fault};

/// One event that somebody caused.
#[derive(Clone, Debug, QueryableByName)]
pub struct Act {
    /// Its id.
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
}

/// Up to `most` acts of a person, newest first, from before that one on.
pub async fn of(read: &mut Read, staff: Uuid, before: Option<Uuid>, most: i64) -> Result<Vec<Act>, Fault> {
    sql("select id, at, kind, outcome = 'refused' as refused from event
        where staff_id = {} and (at, id) < (
            coalesce((select at from event where id = {} and staff_id = {}), 'infinity'),
            coalesce({}, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
        order by at desc, id desc limit {}")
    .bind(staff)
    .bind(before)
    .bind(staff)
    .bind(before)
    .bind(most)
    .load::<Act>(read.look())
    .await
    .map_err(fault)
}
