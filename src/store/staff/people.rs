//! The list of people of the desk, and what changes one of them.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types as t;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::base::fault::Fault;
use crate::base::random;
use crate::i18n::Lang;
use crate::model::staff::{Roles, Status, fold_employee_number, fold_username};
use crate::store::sql::{Id, sql};
use crate::store::staff::{invite, proposal, session};
use crate::store::tx::{Read, Tx, fault, word};

/// Somebody of the desk.
#[derive(Clone, Debug, QueryableByName)]
pub struct Member {
    /// Row id.
    #[diesel(sql_type = t::Uuid)]
    pub id: Uuid,
    /// Their user name.
    #[diesel(sql_type = t::Text)]
    pub username: String,
    /// Their employee number.
    #[diesel(sql_type = t::Text)]
    pub employee_number: String,
    /// Their name.
    #[diesel(sql_type = t::Text)]
    pub name: String,
    /// Where letters to them go.
    #[diesel(sql_type = t::Text)]
    pub address: String,
    /// Words of their roles.
    #[diesel(sql_type = t::Array<t::Text>)]
    roles: Vec<String>,
    /// Word of their status.
    #[diesel(sql_type = t::Text)]
    status: String,
    /// Whether they have set a password.
    #[diesel(sql_type = t::Bool)]
    pub has_password: bool,
    /// Whether a TOTP is active.
    #[diesel(sql_type = t::Bool)]
    pub has_factor: bool,
    /// When they signed in last.
    #[diesel(sql_type = t::Nullable<t::Timestamptz>)]
    pub last_at: Option<DateTime<Utc>>,
    /// Whether something about them waits for a second person.
    #[diesel(sql_type = t::Bool)]
    pub pending: bool,
}

impl Member {
    /// Their roles.
    pub fn roles(&self) -> Result<Roles, Fault> {
        word(Roles::from_codes(&self.roles), "roles", self.id)
    }

    /// Their status.
    pub fn status(&self) -> Result<Status, Fault> {
        word(Status::from_code(&self.status), "status", self.id)
    }
}

/// Everybody, those who may sign in first; with an id that one alone.
const MEMBERS: &str = "
    select s.id, s.username, s.employee_number, s.name, s.address, s.roles, s.status, s.password_hash is not null as has_password,
        exists (select from staff_factor f where f.staff_id = s.id and f.revoked_at is null and f.proved_at is not null)
            as has_factor,
        (select max(o.created_at) from staff_session o where o.staff_id = s.id and o.level = 'full') as last_at,
        exists (select from proposal p where p.staff_id = s.id and p.state = 'proposed' and p.expires_at > pulih.now()) as pending
    from staff s where s.id = coalesce({}, s.id) and s.username_folded = coalesce({}, s.username_folded)
    order by s.status = 'disabled', s.username_folded limit 500";

/// Everybody.
pub async fn list(read: &mut Read) -> Result<Vec<Member>, Fault> {
    sql(MEMBERS).bind(None::<Uuid>).bind(None::<&str>).load::<Member>(read.look()).await.map_err(fault)
}

/// One of them.
pub async fn find(read: &mut Read, id: Uuid) -> Result<Option<Member>, Fault> {
    sql(MEMBERS).bind(id).bind(None::<&str>).get_result::<Member>(read.look()).await.optional().map_err(fault)
}

/// The one of that user name.
pub async fn named(read: &mut Read, username: &str) -> Result<Option<Member>, Fault> {
    let folded = fold_username(username);
    sql(MEMBERS)
        .bind(None::<Uuid>)
        .bind(folded.as_str())
        .get_result::<Member>(read.look())
        .await
        .optional()
        .map_err(fault)
}

/// One of them, inside a transaction, as they stand now.
pub async fn look(tx: &mut Tx, id: Uuid) -> Result<Option<Member>, Fault> {
    sql(MEMBERS).bind(id).bind(None::<&str>).get_result::<Member>(tx.look()).await.optional().map_err(fault)
}

/// Locks all admins and these people besides, always in one order: whoever changes people does this before anything else,
/// so that two admins who act on each other at once stand in one line.
pub async fn hold_admins_and(tx: &mut Tx, ids: &[Uuid]) -> Result<(), Fault> {
    sql("select 1 from staff where id = any({}) or (status = 'active' and 'admin' = any(roles)) order by id for no key update")
        .bind(ids.to_vec())
        .execute(tx.look())
        .await
        .map_err(fault)?;
    Ok(())
}

/// Whether somebody else than this person is an active admin.
pub async fn another_admin(tx: &mut Tx, but: Uuid) -> Result<bool, Fault> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = t::Bool)]
        there: bool,
    }
    let row =
        sql("select exists (select from staff where status = 'active' and 'admin' = any(roles) and id <> {}) as there")
            .bind(but)
            .get_result::<Row>(tx.look())
            .await
            .map_err(fault)?;
    Ok(row.there)
}

/// All supervisors and auditors, who are told of every change of people.
pub async fn overseers(tx: &mut Tx) -> Result<Vec<Uuid>, Fault> {
    let rows =
        sql("select id from staff where status = 'active' and roles && array['supervisor', 'auditor'] order by id")
            .load::<Id>(tx.look())
            .await
            .map_err(fault)?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// The auditors who may sign in.
pub async fn auditors(tx: &mut Tx) -> Result<Vec<Uuid>, Fault> {
    let rows = sql("select id from staff where status = 'active' and 'auditor' = any(roles) order by id")
        .load::<Id>(tx.look())
        .await
        .map_err(fault)?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// Somebody new.
#[derive(Clone, Debug)]
pub struct New {
    /// User name.
    pub username: String,
    /// Employee number.
    pub employee_number: String,
    /// Name.
    pub name: String,
    /// Address.
    pub address: String,
    /// Language of letters to them.
    pub language: Lang,
    /// Roles.
    pub roles: Roles,
}

/// What of somebody new is another's already.
#[derive(Clone, Copy, Debug, PartialEq, Eq, QueryableByName)]
pub struct Taken {
    /// The user name.
    #[diesel(sql_type = t::Bool)]
    pub username: bool,
    /// The employee number.
    #[diesel(sql_type = t::Bool)]
    pub employee_number: bool,
}

const TAKEN: &str = "select exists (select from staff where username_folded = {}) as username,
    exists (select from staff where employee_number_folded = {}) as employee_number";

/// Whether user name or employee number is somebody's already.
pub async fn taken(tx: &mut Tx, new: &New) -> Result<Taken, Fault> {
    let (username, number) = (fold_username(&new.username), fold_employee_number(&new.employee_number));
    sql(TAKEN).bind(username.as_str()).bind(number.as_str()).get_result::<Taken>(tx.look()).await.map_err(fault)
}

impl Taken {
    /// Whether one of both is.
    pub fn any(self) -> bool {
        self.username || self.employee_number
    }
}

/// Adds somebody, proposed or invited; nothing where user name or employee number is somebody's already.
pub async fn add(tx: &mut Tx, new: &New, status: Status) -> Result<Option<Uuid>, Fault> {
    let (id, username, number) =
        (random::id(), fold_username(&new.username), fold_employee_number(&new.employee_number));
    let added =
        sql("insert into staff (id, username, username_folded, employee_number, employee_number_folded, name, address,
            language, roles, status)
        values ({}, {}, {}, {}, {}, {}, {}, {}, {}, {}) on conflict do nothing")
        .bind(id)
        .bind(new.username.as_str())
        .bind(username.as_str())
        .bind(new.employee_number.as_str())
        .bind(number.as_str())
        .bind(new.name.as_str())
        .bind(new.address.as_str())
        .bind(new.language.code())
        .bind(new.roles.codes())
        .bind(status.code())
        .execute(tx.write())
        .await
        .map_err(fault)?;
    Ok((added == 1).then_some(id))
}

/// Gives somebody roles and a status.
pub async fn change(tx: &mut Tx, id: Uuid, roles: &Roles, status: Status) -> Result<(), Fault> {
    sql("update staff set roles = {}, status = {},
            disabled_at = case when {} then coalesce(disabled_at, pulih.now()) end where id = {}")
    .bind(roles.codes())
    .bind(status.code())
    .bind(status == Status::Disabled)
    .bind(id)
    .execute(tx.write())
    .await
    .map_err(fault)?;
    Ok(())
}

/// What `staff_change` calls it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Made {
    /// They are new.
    Created,
    /// They may do more than before.
    Promoted,
}

/// Notes who made or promoted somebody; nobody for an operator.
pub async fn note_change(tx: &mut Tx, id: Uuid, by: Option<Uuid>, made: Made) -> Result<(), Fault> {
    sql("insert into staff_change (id, staff_id, by, what) values ({}, {}, {}, {})")
        .bind(random::id())
        .bind(id)
        .bind(by)
        .bind(match made {
            Made::Created => "created",
            Made::Promoted => "promoted",
        })
        .execute(tx.write())
        .await
        .map_err(fault)?;
    Ok(())
}

/// Nobody of them signs in any more: sessions end at once, and invitations and proposals with them. Says how many sessions
/// and proposals that were.
pub async fn disable(tx: &mut Tx, member: &Member) -> Result<(i64, i64), Fault> {
    change(tx, member.id, &member.roles()?, Status::Disabled).await?;
    invite::end(tx, member.id, "cancelled").await?;
    let sessions = session::end_others(tx, member.id, None).await?;
    Ok((sessions, proposal::cancel_of(tx, member.id).await?))
}
