//! Counters that all servers share and that may be lost in a crash: none of them is an action.

use diesel::prelude::*;
use diesel::sql_types as t;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::sql::sql;
use super::tx::{Read, fault};
use crate::base::fault::Fault;

/// Burns a form whose Kode Keamanan was answered wrongly.
pub async fn burn_form(read: &mut Read, form: Uuid) -> Result<(), Fault> {
    sql("insert into captcha_spent (form) values ({}) on conflict do nothing")
        .bind(form)
        .execute(read.look())
        .await
        .map_err(fault)?;
    Ok(())
}

/// What one network did in one ten-minute slot.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
pub struct NetworkHits {
    /// The network.
    #[diesel(sql_type = t::Text)]
    pub network: String,
    /// `kirim`, `picture` or `password`.
    #[diesel(sql_type = t::Text)]
    pub what: String,
    /// Ten-minute slot since the epoch.
    #[diesel(sql_type = t::BigInt)]
    pub slot: i64,
    /// How often.
    #[diesel(sql_type = t::Integer)]
    pub hits: i32,
}

/// Adds what this process counted and returns what all servers counted in the slots from `since`.
pub async fn share_network_hits(read: &mut Read, mine: &[NetworkHits], since: i64) -> Result<Vec<NetworkHits>, Fault> {
    for hit in mine {
        sql("insert into network_limit as n (network, what, slot, hits) values ({}, {}, {}, {})
            on conflict (network, what, slot) do update set hits = n.hits + excluded.hits")
        .bind(hit.network.as_str())
        .bind(hit.what.as_str())
        .bind(hit.slot)
        .bind(hit.hits)
        .execute(read.look())
        .await
        .map_err(fault)?;
    }
    sql("select network, what, slot, hits from network_limit where slot >= {}")
        .bind(since)
        .load::<NetworkHits>(read.look())
        .await
        .map_err(fault)
}

/// Removes counters that count nothing any more.
pub async fn sweep(read: &mut Read, slot: i64) -> Result<(), Fault> {
    for statement in [
        sql("delete from network_limit where slot < {}").bind(slot - 6),
        sql("delete from captcha_spent where at < (select pulih.now()) - interval '1 day'"),
        sql("delete from pair_limit where hits[1] < (select pulih.now()) - interval '1 day'"),
        sql("delete from notice_limit where since < (select pulih.now()) - interval '1 day'"),
        sql("delete from password_limit where hits[1] < (select pulih.now()) - interval '1 day'"),
        // as long as a device is known: who waits a day is not to learn that nobody has the User ID
        sql("delete from stray_guess where hits[1] < (select pulih.now()) - interval '30 days'"),
        sql("delete from known_browser where last_at < (select pulih.now()) - interval '30 days'"),
    ] {
        statement.execute(read.look()).await.map_err(fault)?;
    }
    Ok(())
}
