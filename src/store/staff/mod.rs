//! People of the desk: who they are, what opens their sessions, what they did lately.

pub mod acts;
pub mod factor;
pub mod invite;
pub mod limit;
pub mod login;
pub mod people;
pub mod proposal;
pub mod session;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types as t;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::sql::{Sql, sql};
use super::tx::{Read, Tx, fault, word};
use crate::base::fault::Fault;
use crate::i18n::Lang;
use crate::model::dual::Person;
use crate::model::staff::Roles;

/// Somebody who may act now: active, held against changes until the transaction ends.
#[derive(Clone, Debug, QueryableByName)]
pub struct Present {
    /// Row id.
    #[diesel(sql_type = t::Uuid)]
    pub id: Uuid,
    /// The session by which they act.
    #[diesel(sql_type = t::Uuid)]
    pub session_id: Uuid,
    /// Their name.
    #[diesel(sql_type = t::Text)]
    pub name: String,
    /// Words of their roles.
    #[diesel(sql_type = t::Array<t::Text>)]
    roles: Vec<String>,
    /// Word of their language.
    #[diesel(sql_type = t::Text)]
    language: String,
}

impl Present {
    /// Their roles.
    pub fn roles(&self) -> Result<Roles, Fault> {
        word(Roles::from_codes(&self.roles), "roles", self.id)
    }

    /// Their language.
    pub fn language(&self) -> Result<Lang, Fault> {
        word(Lang::from_code(&self.language), "language", self.id)
    }
}

/// Reads somebody again and holds them: nobody disables them, or takes a role, before this transaction ends. Nothing where
/// they are not active any more or the session is over.
pub async fn hold(tx: &mut Tx, staff: Uuid, session: Uuid) -> Result<Option<Present>, Fault> {
    sql("select s.id, o.id as session_id, s.name, s.roles, s.language
        from staff s join staff_session o on o.staff_id = s.id
        where s.id = {} and o.id = {} and s.status = 'active' and o.level = 'full' and o.ended_at is null
            and o.expires_at > pulih.now()
        for share of s")
    .bind(staff)
    .bind(session)
    .get_result::<Present>(tx.look())
    .await
    .optional()
    .map_err(fault)
}

#[derive(QueryableByName)]
struct PersonRow {
    #[diesel(sql_type = t::Uuid)]
    id: Uuid,
    #[diesel(sql_type = t::Text)]
    employee_number: String,
    #[diesel(sql_type = t::Array<t::Uuid>)]
    by: Vec<Uuid>,
    #[diesel(sql_type = t::Array<t::Timestamptz>)]
    at: Vec<DateTime<Utc>>,
}

impl From<PersonRow> for Person {
    fn from(row: PersonRow) -> Self {
        let changes = row.by.into_iter().zip(row.at).collect();
        Self { id: row.id, employee_number: row.employee_number, changes }
    }
}

/// People as far as it matters who may decide beside whom.
pub async fn persons(tx: &mut Tx, ids: &[Uuid]) -> Result<Vec<Person>, Fault> {
    let rows = tied(ids).load::<PersonRow>(tx.look()).await.map_err(fault)?;
    Ok(rows.into_iter().map(Person::from).collect())
}

/// The same for a page, which decides nothing.
pub async fn persons_shown(read: &mut Read, ids: &[Uuid]) -> Result<Vec<Person>, Fault> {
    let rows = tied(ids).load::<PersonRow>(read.look()).await.map_err(fault)?;
    Ok(rows.into_iter().map(Person::from).collect())
}

fn tied<'a>(ids: &[Uuid]) -> Sql<'a> {
    sql("select s.id, s.employee_number_folded as employee_number,
            coalesce(array_agg(c.by order by c.id) filter (where c.by is not null), array[]::uuid[]) as by,
            coalesce(array_agg(c.at order by c.id) filter (where c.by is not null), array[]::timestamptz[]) as at
        from staff s left join staff_change c on c.staff_id = s.id
        where s.id = any({}) group by s.id")
    .bind(ids.to_vec())
}

/// Whether all of these people are active.
pub async fn all_active(tx: &mut Tx, ids: &[Uuid]) -> Result<bool, Fault> {
    let gone = sql("select 1 from staff where id = any({}) and status <> 'active'")
        .bind(ids.to_vec())
        .execute(tx.look())
        .await
        .map_err(fault)?;
    Ok(gone == 0)
}
