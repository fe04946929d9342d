//! Keys of programs that read from elsewhere.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types as t;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::sql::{Id, sql};
use super::tx::{Read, Tx, fault};
use crate::base::fault::Fault;
use crate::model::access::State;

/// How a key lives.
#[derive(Clone, Debug, QueryableByName)]
pub struct Life {
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

/// The columns of a [`Life`].
pub(super) const LIFE: &str = "created_at, expires_at, revoked_at, used_at, uses,
    revoked_at is null and coalesce(expires_at > pulih.now(), true) as live";

impl Life {
    /// Whether it opens anything.
    pub fn state(&self) -> State {
        match (self.revoked_at, self.live) {
            (Some(_), _) => State::Revoked,
            (None, false) => State::Expired,
            (None, true) => State::Live,
        }
    }
}

/// A log key, as it is listed.
#[derive(Clone, Debug, QueryableByName)]
pub struct Key {
    /// Its id.
    #[diesel(sql_type = t::Uuid)]
    pub id: Uuid,
    /// How it is called.
    #[diesel(sql_type = t::Text)]
    pub name: String,
    /// How it lives.
    #[diesel(embed)]
    pub life: Life,
}

/// The log key with that hash of its token, where it opens anything now.
pub async fn find(read: &mut Read, token_hash: &[u8; 32]) -> Result<Option<Uuid>, Fault> {
    let found: Vec<Id> = sql("select id from access_key where purpose = 'log' and token_hash = {}
            and revoked_at is null and coalesce(expires_at > pulih.now(), true)")
    .bind(token_hash)
    .load(read.look())
    .await
    .map_err(fault)?;
    Ok(found.into_iter().next().map(|row| row.id))
}

/// Notes that a key was used so often since it was noted last. Bookkeeping, no action.
pub async fn note(read: &mut Read, key: Uuid, uses: i64) -> Result<(), Fault> {
    sql("update access_key set used_at = pulih.now(), uses = uses + {} where id = {}")
        .bind(uses)
        .bind(key)
        .execute(read.look())
        .await
        .map_err(fault)?;
    Ok(())
}

/// Every log key there ever was, oldest first.
pub async fn list(read: &mut Read) -> Result<Vec<Key>, Fault> {
    sql("select id, name, ")
        .add(LIFE)
        .add(" from access_key where purpose = 'log' order by created_at, id")
        .load(read.look())
        .await
        .map_err(fault)
}

/// A key that is made.
#[derive(Clone, Copy, Debug)]
pub struct New<'a> {
    /// Its id.
    pub id: Uuid,
    /// How it is called.
    pub name: &'a str,
    /// SHA-256 of its token.
    pub token_hash: &'a [u8; 32],
    /// Days until it ends by itself; 0 for never.
    pub days: i32,
}

/// Keeps a new log key; false where one of that name is there that was not revoked.
pub async fn make(tx: &mut Tx, new: &New<'_>) -> Result<bool, Fault> {
    let made = sql("insert into access_key (id, purpose, name, token_hash, expires_at)
        values ({}, 'log', {}, {}, pulih.now() + make_interval(days => nullif({}, 0)))
        on conflict (lower(name)) where revoked_at is null and purpose = 'log' do nothing")
    .bind(new.id)
    .bind(new.name)
    .bind(new.token_hash)
    .bind(new.days)
    .execute(tx.write())
    .await
    .map_err(fault)?;
    Ok(made == 1)
}

/// Revokes a log key; false where it is revoked already, or none of ours.
pub async fn revoke(tx: &mut Tx, key: Uuid) -> Result<bool, Fault> {
    let revoked =
        sql("update access_key set revoked_at = pulih.now() where id = {} and purpose = 'log' and revoked_at is null")
            .bind(key)
            .execute(tx.write())
            .await
            .map_err(fault)?;
    Ok(revoked == 1)
}
