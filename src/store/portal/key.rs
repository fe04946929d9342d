//! Keys of portals.

use diesel::prelude::*;
use diesel::sql_types as t;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::Portal;
use crate::base::fault::Fault;
use crate::model::portal::Scope;
use crate::store::access::{LIFE, Life};
use crate::store::sql::{Count, Sql, sql};
use crate::store::tx::{Read, Tx, fault, word};

/// A key that opens something now, with its portal.
#[derive(Clone, Debug, QueryableByName)]
pub struct LiveKey {
    /// Its id.
    #[diesel(sql_type = t::Uuid)]
    pub id: Uuid,
    /// Its portal.
    #[diesel(sql_type = t::Uuid)]
    pub portal_id: Uuid,
    /// Words of what it may do.
    #[diesel(sql_type = t::Array<t::Text>)]
    pub scopes: Vec<String>,
    /// Where it may come from; empty for anywhere.
    #[diesel(sql_type = t::Array<t::Text>)]
    pub networks: Vec<String>,
}

/// A key, as it is listed.
#[derive(Clone, Debug, QueryableByName)]
pub struct Key {
    /// Its id.
    #[diesel(sql_type = t::Uuid)]
    pub id: Uuid,
    /// Its portal.
    #[diesel(sql_type = t::Uuid)]
    pub portal_id: Uuid,
    /// Words of what it may do.
    #[diesel(sql_type = t::Array<t::Text>)]
    pub scopes: Vec<String>,
    /// Where it may come from; empty for anywhere.
    #[diesel(sql_type = t::Array<t::Text>)]
    pub networks: Vec<String>,
    /// How it lives.
    #[diesel(embed)]
    pub life: Life,
}

/// The words of scopes, read.
pub fn scopes(words: &[String], key: Uuid) -> Result<Vec<Scope>, Fault> {
    words.iter().map(|code| word(Scope::from_code(code), "scopes", key)).collect()
}

impl Key {
    /// What it may do.
    pub fn may(&self) -> Result<Vec<Scope>, Fault> {
        scopes(&self.scopes, self.id)
    }
}

/// The portal key with that hash of its token, where it opens anything now.
pub async fn find(read: &mut Read, token_hash: &[u8; 32]) -> Result<Option<LiveKey>, Fault> {
    sql("select id, portal_id, scopes, networks from access_key where purpose = 'portal' and token_hash = {}
            and revoked_at is null and coalesce(expires_at > pulih.now(), true)")
    .bind(token_hash)
    .get_result(read.look())
    .await
    .optional()
    .map_err(fault)
}

/// The hashes of all tokens of portal keys that open anything now.
pub async fn opening(read: &mut Read) -> Result<Vec<[u8; 32]>, Fault> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = t::Binary)]
        token_hash: Vec<u8>,
    }
    let rows: Vec<Row> = sql("select token_hash from access_key where purpose = 'portal' and revoked_at is null
            and coalesce(expires_at > pulih.now(), true)")
    .load(read.look())
    .await
    .map_err(fault)?;
    Ok(rows.into_iter().filter_map(|row| row.token_hash.try_into().ok()).collect())
}

/// Every portal key there ever was, oldest first.
pub async fn list(read: &mut Read) -> Result<Vec<Key>, Fault> {
    listed().add(" order by created_at, id").load(read.look()).await.map_err(fault)
}

/// The key of that id, where it is that portal's.
pub async fn of(read: &mut Read, portal: Uuid, key: Uuid) -> Result<Option<Key>, Fault> {
    listed()
        .add(" and portal_id = {} and id = {}")
        .bind(portal)
        .bind(key)
        .get_result(read.look())
        .await
        .optional()
        .map_err(fault)
}

fn listed() -> Sql<'static> {
    sql("select id, portal_id, scopes, networks, ").add(LIFE).add(" from access_key where purpose = 'portal'")
}

/// How many keys of a portal that is held open anything now.
pub async fn live(tx: &mut Tx, portal: Uuid) -> Result<i64, Fault> {
    let row: Count = sql("select count(*) as count from access_key
        where portal_id = {} and revoked_at is null and coalesce(expires_at > pulih.now(), true)")
    .bind(portal)
    .get_result(tx.look())
    .await
    .map_err(fault)?;
    Ok(row.count)
}

/// Whether a portal key of that id is there.
pub async fn exists(tx: &mut Tx, key: Uuid) -> Result<bool, Fault> {
    let row: Count = sql("select count(*) as count from access_key where id = {} and purpose = 'portal'")
        .bind(key)
        .get_result(tx.look())
        .await
        .map_err(fault)?;
    Ok(row.count > 0)
}

/// A key that is made.
#[derive(Clone, Copy, Debug)]
pub struct New<'a> {
    /// Its id.
    pub id: Uuid,
    /// Its portal.
    pub portal: &'a Portal,
    /// SHA-256 of its token.
    pub token_hash: &'a [u8; 32],
    /// What it may do.
    pub scopes: &'a [Scope],
    /// Where it may come from; empty for anywhere.
    pub networks: &'a [String],
    /// Days until it ends by itself; 0 for never.
    pub days: i32,
}

/// Keeps a new portal key; false where one of that id is there.
pub async fn make(tx: &mut Tx, new: &New<'_>) -> Result<bool, Fault> {
    let made = sql("insert into access_key (id, purpose, name, portal_id, token_hash, scopes, networks, expires_at)
        values ({}, 'portal', {}, {}, {}, {}, {}, pulih.now() + make_interval(days => nullif({}, 0)))
        on conflict (id) do nothing")
    .bind(new.id)
    .bind(new.portal.slug.as_str())
    .bind(new.portal.id)
    .bind(new.token_hash)
    .bind(new.scopes.iter().map(|scope| scope.code()).collect::<Vec<_>>())
    .bind(new.networks.iter().map(String::as_str).collect::<Vec<_>>())
    .bind(new.days)
    .execute(tx.write())
    .await
    .map_err(fault)?;
    Ok(made == 1)
}

/// Revokes a portal key; its portal, or nothing where it is revoked already or none of ours.
pub async fn revoke(tx: &mut Tx, key: Uuid) -> Result<Option<Uuid>, Fault> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = t::Uuid)]
        portal_id: Uuid,
    }
    let row: Option<Row> = sql("update access_key set revoked_at = pulih.now()
        where id = {} and purpose = 'portal' and revoked_at is null returning portal_id")
    .bind(key)
    .get_result(tx.write())
    .await
    .optional()
    .map_err(fault)?;
    Ok(row.map(|row| row.portal_id))
}
