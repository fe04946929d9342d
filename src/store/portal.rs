//! Portals and their keys.

pub mod held;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types as t;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::sql::{Count, sql};
use super::tx::{Read, Tx, fault, word};
use crate::base::fault::Fault;
use crate::model::portal::Scope;

/// A portal.
#[derive(Clone, Debug, QueryableByName)]
pub struct Portal {
    /// Its id.
    #[diesel(sql_type = t::Uuid)]
    pub id: Uuid,
    /// How commands and addresses name it.
    #[diesel(sql_type = t::Text)]
    pub slug: String,
    /// How people see it.
    #[diesel(sql_type = t::Text)]
    pub name: String,
    /// Where browsers go back to, with a grant, after a reset.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    pub return_url: Option<String>,
}

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
    /// When it was made.
    #[diesel(sql_type = t::Timestamptz)]
    pub created_at: DateTime<Utc>,
    /// When it ends by itself.
    #[diesel(sql_type = t::Nullable<t::Timestamptz>)]
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was revoked.
    #[diesel(sql_type = t::Nullable<t::Timestamptz>)]
    pub revoked_at: Option<DateTime<Utc>>,
    /// When it was used last, to the minute.
    #[diesel(sql_type = t::Nullable<t::Timestamptz>)]
    pub used_at: Option<DateTime<Utc>>,
    /// How often it was used.
    #[diesel(sql_type = t::BigInt)]
    pub uses: i64,
    /// Whether it opens anything now.
    #[diesel(sql_type = t::Bool)]
    pub live: bool,
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

const PORTAL: &str = "select id, slug, name, return_url from portal";

/// The portal of that name in addresses.
pub async fn by_slug(read: &mut Read, slug: &str) -> Result<Option<Portal>, Fault> {
    sql(PORTAL).add(" where slug = {}").bind(slug).get_result(read.look()).await.optional().map_err(fault)
}

/// The portal of that id.
pub async fn by_id(read: &mut Read, id: Uuid) -> Result<Option<Portal>, Fault> {
    sql(PORTAL).add(" where id = {}").bind(id).get_result(read.look()).await.optional().map_err(fault)
}

/// Every portal, by its name in addresses.
pub async fn list(read: &mut Read) -> Result<Vec<Portal>, Fault> {
    sql(PORTAL).add(" order by slug").load(read.look()).await.map_err(fault)
}

/// The portal of that name, held: what is done to its keys stands in one line.
pub async fn hold(tx: &mut Tx, slug: &str) -> Result<Option<Portal>, Fault> {
    sql(PORTAL)
        .add(" where slug = {} for no key update")
        .bind(slug)
        .get_result(tx.look())
        .await
        .optional()
        .map_err(fault)
}

/// The portal of that id, held likewise.
pub async fn hold_by_id(tx: &mut Tx, id: Uuid) -> Result<Option<Portal>, Fault> {
    sql(PORTAL).add(" where id = {} for no key update").bind(id).get_result(tx.look()).await.optional().map_err(fault)
}

/// Makes a portal known; false where one of that name or id is.
pub async fn make(tx: &mut Tx, portal: &Portal) -> Result<bool, Fault> {
    let made = sql("insert into portal (id, slug, name, return_url) values ({}, {}, {}, {}) on conflict do nothing")
        .bind(portal.id)
        .bind(portal.slug.as_str())
        .bind(portal.name.as_str())
        .bind(portal.return_url.as_deref())
        .execute(tx.write())
        .await
        .map_err(fault)?;
    Ok(made == 1)
}

/// Changes a portal's name and return URL.
pub async fn change(tx: &mut Tx, portal: &Portal) -> Result<(), Fault> {
    sql("update portal set name = {}, return_url = {} where id = {}")
        .bind(portal.name.as_str())
        .bind(portal.return_url.as_deref())
        .bind(portal.id)
        .execute(tx.write())
        .await
        .map_err(fault)?;
    Ok(())
}

/// The portal key with that hash of its token, where it opens anything now.
pub async fn key(read: &mut Read, token_hash: &[u8; 32]) -> Result<Option<LiveKey>, Fault> {
    sql("select id, portal_id, scopes, networks from access_key where purpose = 'portal' and token_hash = {}
            and revoked_at is null and coalesce(expires_at > pulih.now(), true)")
    .bind(token_hash)
    .get_result(read.look())
    .await
    .optional()
    .map_err(fault)
}

/// Every portal key there ever was, oldest first.
pub async fn keys(read: &mut Read) -> Result<Vec<Key>, Fault> {
    sql("select id, portal_id, scopes, networks, created_at, expires_at, revoked_at, used_at, uses,
            revoked_at is null and coalesce(expires_at > pulih.now(), true) as live
        from access_key where purpose = 'portal' order by created_at, id")
    .load(read.look())
    .await
    .map_err(fault)
}

/// How many keys of a portal that is held open anything now.
pub async fn live_keys(tx: &mut Tx, portal: Uuid) -> Result<i64, Fault> {
    let row: Count = sql("select count(*) as count from access_key
        where portal_id = {} and revoked_at is null and coalesce(expires_at > pulih.now(), true)")
    .bind(portal)
    .get_result(tx.look())
    .await
    .map_err(fault)?;
    Ok(row.count)
}

/// Whether a portal key of that id is there.
pub async fn has_key(tx: &mut Tx, key: Uuid) -> Result<bool, Fault> {
    let row: Count = sql("select count(*) as count from access_key where id = {} and purpose = 'portal'")
        .bind(key)
        .get_result(tx.look())
        .await
        .map_err(fault)?;
    Ok(row.count > 0)
}

/// A key that is made.
#[derive(Clone, Copy, Debug)]
pub struct NewKey<'a> {
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
pub async fn make_key(tx: &mut Tx, new: &NewKey<'_>) -> Result<bool, Fault> {
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
pub async fn revoke_key(tx: &mut Tx, key: Uuid) -> Result<Option<Uuid>, Fault> {
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
