//! The password step of the desk: the person behind a user name, and the hash to compare with.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types as t;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::base::fault::Fault;
use crate::store::sql::sql;
use crate::store::tx::{Read, Tx, fault};

/// What is known before a password is compared.
#[derive(Clone, Debug, QueryableByName)]
pub struct Before {
    /// The person behind the user name, whatever became of them.
    #[diesel(sql_type = t::Nullable<t::Uuid>)]
    pub staff: Option<Uuid>,
    /// The password's hash, of somebody active alone.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    pub password_hash: Option<String>,
    /// Wrong passwords for that user name from that network, newest first.
    #[diesel(sql_type = t::Array<t::Timestamptz>)]
    pub wrong: Vec<DateTime<Utc>>,
    /// The database's time.
    #[diesel(sql_type = t::Timestamptz)]
    pub now: DateTime<Utc>,
}

/// Looks up a user name as it is compared, and the wrong passwords counted under `key`.
pub async fn before(read: &mut Read, username_folded: &str, key: &[u8; 32]) -> Result<Before, Fault> {
    sql("select s.id as staff, case when s.status = 'active' then s.password_hash end as password_hash,
            coalesce(l.hits, array[]::timestamptz[]) as wrong, pulih.now() as now
        from (select 1) one
        left join staff s on s.username_folded = {}
        left join password_limit l on l.key = {}")
    .bind(username_folded)
    .bind(key)
    .get_result::<Before>(read.look())
    .await
    .map_err(fault)
}

/// Somebody whose row is locked.
#[derive(Clone, Debug, QueryableByName)]
pub struct Held {
    /// Row id.
    #[diesel(sql_type = t::Uuid)]
    pub id: Uuid,
    /// The password's hash.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    pub password_hash: Option<String>,
    /// Whether they may sign in at all.
    #[diesel(sql_type = t::Bool)]
    pub active: bool,
    /// Whether a TOTP is active.
    #[diesel(sql_type = t::Bool)]
    pub has_factor: bool,
}

/// Somebody, their row locked.
pub async fn hold(tx: &mut Tx, id: Uuid) -> Result<Option<Held>, Fault> {
    sql("select 1 from staff where id = {} for update").bind(id).execute(tx.look()).await.map_err(fault)?;
    sql("select s.id, s.password_hash, s.status = 'active' as active,
            exists (select from staff_factor f where f.staff_id = s.id and f.revoked_at is null and f.proved_at is not null)
                as has_factor
        from staff s where s.id = {}")
    .bind(id)
    .get_result::<Held>(tx.look())
    .await
    .optional()
    .map_err(fault)
}

/// Gives somebody a new password hash.
pub async fn set_password(tx: &mut Tx, id: Uuid, password_hash: &str) -> Result<(), Fault> {
    sql("update staff set password_hash = {} where id = {}")
        .bind(password_hash)
        .bind(id)
        .execute(tx.write())
        .await
        .map_err(fault)?;
    Ok(())
}

/// Turns the keys of the keyboard on or off.
pub async fn set_shortcuts(tx: &mut Tx, id: Uuid, on: bool) -> Result<(), Fault> {
    sql("update staff set shortcuts = {} where id = {}").bind(on).bind(id).execute(tx.write()).await.map_err(fault)?;
    Ok(())
}
