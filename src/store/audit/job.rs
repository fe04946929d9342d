//! Exports while they are made: a lease for each step, so that whoever is killed is taken over. Bookkeeping.

use diesel::prelude::*;
use diesel::sql_types as t;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::base::fault::Fault;
use crate::store::sql::{Id, sql};
use crate::store::tx::{Read, fault};

/// Seconds after which somebody who was not heard of is taken over.
pub const LEASE: i32 = 60;

/// Takes the oldest export that is to be made or goes on with one's own. Its checkpoint is the newest of the moment it begins;
/// while nothing is sealed, nothing begins.
pub async fn claim(read: &mut Read, who: Uuid) -> Result<Option<Uuid>, Fault> {
    let taken: Vec<Id> = sql("update export set state = 'running', leased_by = {},
            leased_until = pulih.now() + make_interval(secs => {}),
            size = coalesce(size, (select max(c.size) from checkpoint c))
        where id = (select id from export
                where ended_at is null and (leased_by = {} or leased_until is null or leased_until <= pulih.now())
                    and exists (select from checkpoint)
                order by leased_by = {} desc nulls last, asked_at limit 1 for update skip locked)
        returning id")
    .bind(who)
    .bind(LEASE)
    .bind(who)
    .bind(who)
    .load(read.look())
    .await
    .map_err(fault)?;
    Ok(taken.into_iter().next().map(|row| row.id))
}

/// A part that is to be kept.
#[derive(Clone, Copy, Debug)]
pub struct Part<'a> {
    /// Its place; parts are kept in order.
    pub number: i32,
    /// Its bytes, made smaller.
    pub body: &'a [u8],
    /// How many there are before that.
    pub bytes: i64,
    /// Events in it.
    pub rows: i64,
    /// The next leaf to look at after it.
    pub next_leaf: i64,
}

/// Keeps a part and goes on, in one statement; false where somebody else has the lease.
pub async fn keep(read: &mut Read, id: Uuid, who: Uuid, part: Part<'_>) -> Result<bool, Fault> {
    #[derive(QueryableByName)]
    struct Done {
        #[diesel(sql_type = t::Bool)]
        done: bool,
    }
    let kept: Done =
        sql("with x as (update export set parts = parts + 1, next_leaf = {}, rows = rows + {}, bytes = bytes + {},
                leased_until = pulih.now() + make_interval(secs => {})
            where id = {} and leased_by = {} and parts = {} and ended_at is null returning id),
        p as (insert into export_part (export_id, number, body) select x.id, {}, {} from x returning 1)
        select exists (select from p) as done")
        .bind(part.next_leaf)
        .bind(part.rows)
        .bind(part.bytes)
        .bind(LEASE)
        .bind(id)
        .bind(who)
        .bind(part.number)
        .bind(part.number)
        .bind(part.body)
        .get_result(read.look())
        .await
        .map_err(fault)?;
    Ok(kept.done)
}

/// Goes on without a part; false where somebody else has the lease.
pub async fn renew(read: &mut Read, id: Uuid, who: Uuid) -> Result<bool, Fault> {
    let renewed = sql("update export set leased_until = pulih.now() + make_interval(secs => {})
        where id = {} and leased_by = {} and ended_at is null")
    .bind(LEASE)
    .bind(id)
    .bind(who)
    .execute(read.look())
    .await
    .map_err(fault)?;
    Ok(renewed > 0)
}
