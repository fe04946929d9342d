//! Removes what is past its retention, and keeps the log's partitions ahead of time.

use diesel::prelude::*;
use diesel::sql_types as t;
use diesel_async::RunQueryDsl;

use super::sql::sql;
use super::tx::{Read, Tx, fault};
use crate::base::fault::Fault;
use crate::config::Retention;

/// What was removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, QueryableByName)]
pub struct Purged {
    /// Requests.
    #[diesel(sql_type = t::BigInt)]
    pub requests: i64,
    /// Links.
    #[diesel(sql_type = t::BigInt)]
    pub links: i64,
    /// Letters.
    #[diesel(sql_type = t::BigInt)]
    pub letters: i64,
    /// Sessions.
    #[diesel(sql_type = t::BigInt)]
    pub sessions: i64,
}

/// Removes up to `most` requests that matched nothing and are in no case of the desk (with their links and letters), ended links and old notices with
/// their letters, and ended sessions.
pub async fn purge(tx: &mut Tx, keep: &Retention, most: i64) -> Result<Purged, Fault> {
    let days = |n: u32| i32::try_from(n).unwrap_or(i32::MAX);
    // a notice disputes a reset for seven days
    let links = days(keep.links_days.max(7));
    sql("with gone as (
            select id from request where state = 'unmatched' and case_id is null
                and not exists (select from desk_case c where c.request_id = request.id)
                and asked_at < (select pulih.now()) - make_interval(days => {}) order by asked_at limit {}),
        old as (
            (select id from link where issued_at < (select pulih.now()) - make_interval(days => {})
                and (kind <> 'reset' or ended_at < (select pulih.now()) - make_interval(days => {}))
                order by issued_at limit {} * 4)
            -- whatever the limit: a request goes with all its links, or cannot go
            union select l.id from link l join gone on l.request_id = gone.id),
        le as (delete from letter where link_id in (select id from old) returning 1),
        li as (delete from link where id in (select id from old) returning 1),
        re as (delete from request where id in (select id from gone) returning 1),
        se as (delete from session where ended_at < (select pulih.now()) - make_interval(days => {}) returning 1),
        -- the last sign-in of everybody is still shown to them
        ss as (delete from staff_session s where ended_at < (select pulih.now()) - make_interval(days => {})
            and exists (select from staff_session o where o.staff_id = s.staff_id and o.level = 'full'
                and o.created_at > s.created_at) returning 1)
        select (select count(*) from re) as requests, (select count(*) from li) as links,
            (select count(*) from le) as letters, (select count(*) from se) + (select count(*) from ss) as sessions")
    .bind(days(keep.unmatched_days))
    .bind(most)
    .bind(links)
    .bind(links)
    .bind(most)
    .bind(days(keep.sessions_days))
    .bind(days(keep.sessions_days))
    .get_result::<Purged>(tx.write())
    .await
    .map_err(fault)
}

/// Makes the log's partitions for the months ahead.
pub async fn make_partitions(read: &mut Read, months: i32) -> Result<(), Fault> {
    sql("select pulih.make_partitions({})").bind(months).execute(read.look()).await.map_err(fault)?;
    Ok(())
}
