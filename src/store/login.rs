//! The password step of a sign-in: the account behind a User ID, its password, and wrong ones.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types as t;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::sql::sql;
use super::tx::{Read, Tx, fault};
use crate::base::fault::Fault;

/// What is known before a password is compared.
#[derive(Clone, Debug, QueryableByName)]
pub struct Before {
    /// The account behind the User ID.
    #[diesel(sql_type = t::Nullable<t::Uuid>)]
    pub account: Option<Uuid>,
    /// Word of its Tipe User.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    pub kind: Option<String>,
    /// The password's hash, where an account stands behind the User ID and has one.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    pub password_hash: Option<String>,
    /// Whether the account knows the browser.
    #[diesel(sql_type = t::Bool)]
    pub known_browser: bool,
    /// Wrong passwords of this browser's share, newest first.
    #[diesel(sql_type = t::Array<t::Timestamptz>)]
    pub wrong: Vec<DateTime<Utc>>,
    /// The database's time.
    #[diesel(sql_type = t::Timestamptz)]
    pub now: DateTime<Utc>,
}

/// Where wrong passwords for one User ID are counted.
pub struct Shares {
    /// SHA-256 of the browser's id.
    pub browser_hash: [u8; 32],
    /// Key of a browser that the account knows.
    pub known: [u8; 32],
    /// Key of all others of the same network.
    pub network: [u8; 32],
}

/// Looks up a User ID as it is compared, and the wrong passwords of the share that this browser has.
pub async fn before(read: &mut Read, user_id_folded: &str, shares: &Shares) -> Result<Before, Fault> {
    sql("select a.id as account, a.kind, a.password_hash, k.account_id is not null as known_browser,
            coalesce(l.hits, array[]::timestamptz[]) as wrong, pulih.now() as now
        from (select 1) one
        left join account a on a.user_id_folded = {}
        left join known_browser k on k.account_id = a.id and k.browser_hash = {}
        left join password_limit l on l.key = case when k.account_id is null then {} else {} end")
    .bind(user_id_folded)
    .bind(&shares.browser_hash)
    .bind(&shares.network)
    .bind(&shares.known)
    .get_result::<Before>(read.look())
    .await
    .map_err(fault)
}

/// An account whose row is locked.
#[derive(Clone, Debug, QueryableByName)]
#[allow(clippy::struct_excessive_bools, reason = "a row of facts, each looked at once")]
pub struct Account {
    /// Row id.
    #[diesel(sql_type = t::Uuid)]
    pub id: Uuid,
    /// Its password's hash.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    pub password_hash: Option<String>,
    /// Whether it is locked.
    #[diesel(sql_type = t::Bool)]
    pub locked: bool,
    /// Whether it has an active TOTP.
    #[diesel(sql_type = t::Bool)]
    pub has_factor: bool,
    /// Whether it ever had one.
    #[diesel(sql_type = t::Bool)]
    pub had_factor: bool,
    /// The database's time.
    #[diesel(sql_type = t::Timestamptz)]
    pub now: DateTime<Utc>,
}

/// An account, its row locked.
pub async fn hold(tx: &mut Tx, id: Uuid) -> Result<Option<Account>, Fault> {
    sql("select 1 from account where id = {} for update").bind(id).execute(tx.look()).await.map_err(fault)?;
    sql("select a.id, a.password_hash, a.status = 'locked' as locked,
            exists (select from credential c where c.account_id = a.id and c.revoked_at is null) as has_factor,
            exists (select from credential c where c.account_id = a.id) as had_factor, pulih.now() as now
        from account a where a.id = {}")
    .bind(id)
    .get_result::<Account>(tx.look())
    .await
    .optional()
    .map_err(fault)
}

/// Counts a try before it is known to be wrong, and locks its key: guesses made at once are guesses in a row. Returns the
/// wrong ones before it, newest first. A counter, so the action may still be refused.
pub async fn count(tx: &mut Tx, key: &[u8; 32], keep: i32) -> Result<Vec<DateTime<Utc>>, Fault> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = t::Array<t::Timestamptz>)]
        before: Vec<DateTime<Utc>>,
    }
    let row = sql("insert into password_limit as l (key, hits) values ({}, array[pulih.now()])
        on conflict (key) do update set hits = (excluded.hits || l.hits)[1:{} + 1] returning hits[2:] as before")
    .bind(key)
    .bind(keep)
    .get_result::<Row>(tx.look())
    .await
    .map_err(fault)?;
    Ok(row.before)
}

/// A right password: the wrong ones before it are forgiven.
pub async fn forgive(tx: &mut Tx, key: &[u8; 32]) -> Result<(), Fault> {
    sql("delete from password_limit where key = {}").bind(key).execute(tx.write()).await.map_err(fault)?;
    Ok(())
}

/// Replaces a password's hash by a better one of the same password; an import still knows it by the older one.
pub async fn rehash(tx: &mut Tx, id: Uuid, password_hash: &str) -> Result<(), Fault> {
    sql("update account set password_hash = {}, imported_hash_sha256 = sha256(convert_to(password_hash, 'UTF8'))
        where id = {}")
    .bind(password_hash)
    .bind(id)
    .execute(tx.write())
    .await
    .map_err(fault)?;
    Ok(())
}

/// Gives an account a new password.
pub async fn change_password(tx: &mut Tx, id: Uuid, password_hash: &str) -> Result<(), Fault> {
    sql("update account set password_hash = {}, imported_hash_sha256 = null, password_changed_at = pulih.now() where id = {}")
        .bind(password_hash)
        .bind(id)
        .execute(tx.write())
        .await
        .map_err(fault)?;
    Ok(())
}
