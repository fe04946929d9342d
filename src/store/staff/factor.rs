//! The TOTP of somebody of the desk.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types as t;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::base::fault::Fault;
use crate::store::factor::Enrolment;
use crate::store::sql::{Id, sql};
use crate::store::tx::{Read, Tx, fault};

/// A sealed secret with what its codes are like, held until the transaction ends.
#[derive(Clone, Debug, QueryableByName)]
pub struct Factor {
    /// Row id, to which the seal is bound.
    #[diesel(sql_type = t::Uuid)]
    pub id: Uuid,
    /// The sealed secret.
    #[diesel(sql_type = t::Binary)]
    pub sealed_secret: Vec<u8>,
    /// Its algorithm.
    #[diesel(sql_type = t::Text)]
    pub algorithm: String,
    /// Its digits.
    #[diesel(sql_type = t::SmallInt)]
    pub digits: i16,
    /// Its period in seconds.
    #[diesel(sql_type = t::SmallInt)]
    pub period: i16,
    /// The last time step that was accepted.
    #[diesel(sql_type = t::Nullable<t::BigInt>)]
    pub last_step: Option<i64>,
    /// Later steps that were presented too early.
    #[diesel(sql_type = t::Array<t::BigInt>)]
    pub burned: Vec<i64>,
    /// When it was proved by a first code; none while it is only shown.
    #[diesel(sql_type = t::Nullable<t::Timestamptz>)]
    pub proved_at: Option<DateTime<Utc>>,
    /// SHA-256 of the id of the one browser that was shown it.
    #[diesel(sql_type = t::Nullable<t::Binary>)]
    pub browser_hash: Option<Vec<u8>>,
    /// The database's time.
    #[diesel(sql_type = t::Timestamptz)]
    pub now: DateTime<Utc>,
}

/// The factor of a person, proved or only shown; its row is held, so that equal codes stand in one line.
pub async fn hold(tx: &mut Tx, staff: Uuid) -> Result<Option<Factor>, Fault> {
    sql("select id, sealed_secret, algorithm, digits, period, last_step, burned, proved_at, browser_hash, pulih.now() as now
        from staff_factor where staff_id = {} and revoked_at is null for update")
    .bind(staff)
    .get_result::<Factor>(tx.look())
    .await
    .optional()
    .map_err(fault)
}

/// Uses a step up: no code of it or of an earlier one is right again. A counter: it stays used whatever is decided after.
pub async fn use_up(tx: &mut Tx, id: Uuid, step: i64) -> Result<(), Fault> {
    sql("update staff_factor set last_step = {},
            burned = array(select b from unnest(burned) b where b > {})
        where id = {}")
    .bind(step)
    .bind(step)
    .bind(id)
    .execute(tx.look())
    .await
    .map_err(fault)?;
    Ok(())
}

/// Notes a step of the future that was presented too early: it is refused when its time comes. A counter.
pub async fn burn(tx: &mut Tx, id: Uuid, step: i64) -> Result<(), Fault> {
    sql("update staff_factor set burned = ({}::bigint || burned)[1:100] where id = {} and not burned @> array[{}::bigint]")
        .bind(step)
        .bind(id)
        .bind(step)
        .execute(tx.look())
        .await
        .map_err(fault)?;
    Ok(())
}

/// The secret that a person is shown and has not proved yet, as an enrolment of that browser; nothing for another one.
pub async fn shown(read: &mut Read, staff: Uuid, browser_hash: &[u8; 32]) -> Result<Option<Enrolment>, Fault> {
    sql("select id, browser_hash, null::uuid as grant_id, sealed_secret, algorithm, digits, period, burned
        from staff_factor where staff_id = {} and revoked_at is null and proved_at is null and browser_hash = {}")
    .bind(staff)
    .bind(browser_hash)
    .get_result::<Enrolment>(read.look())
    .await
    .optional()
    .map_err(fault)
}

/// Begins an enrolment in place of any other of the person.
pub async fn enrol(tx: &mut Tx, staff: Uuid, new: &Enrolment) -> Result<(), Fault> {
    revoke(tx, staff).await?;
    sql("insert into staff_factor (id, staff_id, sealed_secret, browser_hash, algorithm, digits, period)
        values ({}, {}, {}, {}, {}, {}, {})")
    .bind(new.id)
    .bind(staff)
    .bind(new.sealed_secret.as_slice())
    .bind(new.browser_hash.as_slice())
    .bind(new.algorithm.as_str())
    .bind(new.digits)
    .bind(new.period)
    .execute(tx.write())
    .await
    .map_err(fault)?;
    Ok(())
}

/// The first code was given: the secret is the person's TOTP from now on, and that step is used up.
pub async fn prove(tx: &mut Tx, id: Uuid, step: i64) -> Result<(), Fault> {
    sql("update staff_factor set proved_at = pulih.now(), browser_hash = null, last_step = {} where id = {}")
        .bind(step)
        .bind(id)
        .execute(tx.write())
        .await
        .map_err(fault)?;
    Ok(())
}

/// Revokes what a person has, proved or only shown; its id, if there was one.
pub async fn revoke(tx: &mut Tx, staff: Uuid) -> Result<Option<Uuid>, Fault> {
    let row = sql("update staff_factor set revoked_at = pulih.now(), sealed_secret = null, browser_hash = null
        where staff_id = {} and revoked_at is null returning id")
    .bind(staff)
    .get_result::<Id>(tx.write())
    .await
    .optional()
    .map_err(fault)?;
    Ok(row.map(|row| row.id))
}
