//! What the authenticator apps of people in the demo hold.

use diesel::prelude::*;
use diesel::sql_types as t;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::factor::Enrolment;
use super::sql::sql;
use super::tx::{Read, fault};
use crate::base::fault::Fault;

/// Somebody's secret.
#[derive(Clone, Debug, QueryableByName)]
pub struct Device {
    /// The User ID as it is compared, or the user name at the desk.
    #[diesel(sql_type = t::Text)]
    pub whose: String,
    /// Whether its activation is under way.
    #[diesel(sql_type = t::Bool)]
    pub pending: bool,
    #[diesel(sql_type = t::Uuid)]
    id: Uuid,
    #[diesel(sql_type = t::Binary)]
    sealed_secret: Vec<u8>,
    #[diesel(sql_type = t::Text)]
    algorithm: String,
    #[diesel(sql_type = t::SmallInt)]
    digits: i16,
    #[diesel(sql_type = t::SmallInt)]
    period: i16,
}

impl Device {
    /// Its secret as an enrolment.
    pub fn as_enrolment(&self) -> Enrolment {
        Enrolment {
            id: self.id,
            browser_hash: Vec::new(),
            grant_id: None,
            sealed_secret: self.sealed_secret.clone(),
            algorithm: self.algorithm.clone(),
            digits: self.digits,
            period: self.period,
            burned: Vec::new(),
        }
    }
}

/// The secrets of those accounts, being enrolled or active.
pub async fn of_accounts(read: &mut Read, user_ids_folded: &[&str]) -> Result<Vec<Device>, Fault> {
    sql("select a.user_id_folded as whose, e.id is not null as pending, coalesce(e.id, c.id) as id,
            coalesce(e.sealed_secret, c.sealed_secret) as sealed_secret, coalesce(e.algorithm, c.algorithm) as algorithm,
            coalesce(e.digits, c.digits) as digits, coalesce(e.period, c.period) as period
        from account a
        left join enrolment e on e.account_id = a.id
        left join credential c on c.account_id = a.id and c.revoked_at is null
        where a.user_id_folded = any({}) and (e.id is not null or c.id is not null)")
    .bind(user_ids_folded.to_vec())
    .load::<Device>(read.look())
    .await
    .map_err(fault)
}

/// The secrets of those people of the desk, proved or only shown.
pub async fn of_staff(read: &mut Read, usernames: &[&str]) -> Result<Vec<Device>, Fault> {
    sql("select s.username as whose, f.proved_at is null as pending, f.id, f.sealed_secret, f.algorithm, f.digits, f.period
        from staff s join staff_factor f on f.staff_id = s.id and f.revoked_at is null where s.username = any({})")
    .bind(usernames.to_vec())
    .load::<Device>(read.look())
    .await
    .map_err(fault)
}
