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

/// Somebody who does one thing unusually often.
#[derive(Clone, Debug, QueryableByName)]
pub struct Hurried {
    /// Who.
    #[diesel(sql_type = t::Uuid)]
    pub staff_id: Uuid,
    /// Their user name.
    #[diesel(sql_type = t::Text)]
    pub username: String,
    /// Kind of the events.
    #[diesel(sql_type = t::Text)]
    pub kind: String,
    /// How many in ten minutes.
    #[diesel(sql_type = t::BigInt)]
    pub times: i64,
}

/// What gives somebody of the desk power over accounts, or knowledge of them.
const POWERFUL: [&str; 9] = [
    "account.searched",
    "account.locked",
    "account.unlocked",
    "address.revealed",
    "case.link-sent",
    "manual.proposed",
    "manual.approved",
    "address.proposed",
    "address.approved",
];

/// Who did something powerful at least `most` times in the last ten minutes, and of whom nobody was told in this hour.
pub async fn hurried(read: &mut Read, most: i64) -> Result<Vec<Hurried>, Fault> {
    sql("select distinct on (e.staff_id) e.staff_id, s.username, e.kind, e.times
        from (select staff_id, kind, count(*) as times from event
            where staff_id is not null and kind = any({}) and at > (select pulih.now()) - interval '10 min'
            group by staff_id, kind having count(*) >= {}) e
        join staff s on s.id = e.staff_id
        where not exists (select from staff_limit l where l.staff_id = e.staff_id and l.what = 'alert'
            and l.hits[1] > (select pulih.now()) - interval '1 hour')
        order by e.staff_id, e.times desc")
    .bind(POWERFUL.to_vec())
    .bind(most)
    .load::<Hurried>(read.look())
    .await
    .map_err(fault)
}
