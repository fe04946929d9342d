//! Accounts as the desk looks them up: found by User ID or address, and seen with what matters about them.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types as t;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::schema::account;
use super::sql::sql;
use super::tx::{Read, Tx, fault, word};
use crate::base::fault::Fault;
use crate::model::account::UserType;
use crate::model::search::pattern;

/// An account in a list.
#[derive(Clone, Debug, QueryableByName)]
pub struct Found {
    /// Row id.
    #[diesel(sql_type = t::Uuid)]
    pub id: Uuid,
    /// User ID.
    #[diesel(sql_type = t::Text)]
    pub user_id: String,
    /// Word of its Tipe User.
    #[diesel(sql_type = t::Text)]
    kind: String,
    /// Name.
    #[diesel(sql_type = t::Text)]
    pub name: String,
    /// The registered address.
    #[diesel(sql_type = t::Text)]
    pub address: String,
    /// Whether it is locked.
    #[diesel(sql_type = t::Bool)]
    pub locked: bool,
    /// Whether two people decide about it.
    #[diesel(sql_type = t::Bool)]
    pub protected: bool,
    /// Whether it has an active TOTP.
    #[diesel(sql_type = t::Bool)]
    pub has_factor: bool,
}

impl Found {
    /// Its Tipe User.
    pub fn user_type(&self) -> Result<UserType, Fault> {
        word(UserType::from_code(&self.kind), "kind", self.id)
    }
}

const FOUND: &str = "
    select a.id, a.user_id, a.kind, a.name, d.address, a.status = 'locked' as locked, a.protected,
        exists (select from credential c where c.account_id = a.id and c.revoked_at is null) as has_factor
    from account a join address d on d.account_id = a.id and d.position = 1
    where ";

/// Accounts whose User ID begins so, in its order; `folded` is folded.
pub async fn by_user_id(tx: &mut Tx, folded: &str, most: i64) -> Result<Vec<Found>, Fault> {
    // the pattern without its first wildcard
    let begins = pattern(folded).split_off(1);
    let found = sql(FOUND).add("a.user_id_folded like {} order by a.user_id_folded limit {}");
    found.bind(begins.as_str()).bind(most).load::<Found>(tx.look()).await.map_err(fault)
}

/// Accounts that have exactly this address, whichever of theirs it is.
pub async fn by_address(tx: &mut Tx, folded: &str, most: i64) -> Result<Vec<Found>, Fault> {
    let found =
        sql(FOUND).add("a.id in (select account_id from address where folded = {}) order by a.user_id_folded limit {}");
    found.bind(folded).bind(most).load::<Found>(tx.look()).await.map_err(fault)
}

/// An account with what matters to the desk, as it stands at `now`.
#[derive(Clone, Debug, QueryableByName)]
#[allow(clippy::struct_excessive_bools, reason = "a row of facts, each looked at once")]
pub struct Account {
    /// Row id.
    #[diesel(sql_type = t::Uuid)]
    pub id: Uuid,
    /// User ID.
    #[diesel(sql_type = t::Text)]
    pub user_id: String,
    /// Word of its Tipe User.
    #[diesel(sql_type = t::Text)]
    kind: String,
    /// Name.
    #[diesel(sql_type = t::Text)]
    pub name: String,
    /// The registered address.
    #[diesel(sql_type = t::Text)]
    pub address: String,
    /// Whether nothing can be delivered to it.
    #[diesel(sql_type = t::Bool)]
    pub suspect: bool,
    /// The second address.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    pub address_2: Option<String>,
    /// Why it is locked; none where it is not.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    pub locked_reason: Option<String>,
    /// Whether two people decide about it.
    #[diesel(sql_type = t::Bool)]
    pub protected: bool,
    /// Since when its TOTP is active.
    #[diesel(sql_type = t::Nullable<t::Timestamptz>)]
    pub factor_since: Option<DateTime<Utc>>,
    /// Whether it has a password.
    #[diesel(sql_type = t::Bool)]
    pub has_password: bool,
    /// When its password changed.
    #[diesel(sql_type = t::Nullable<t::Timestamptz>)]
    pub password_changed_at: Option<DateTime<Utc>>,
    /// When its address changed.
    #[diesel(sql_type = t::Nullable<t::Timestamptz>)]
    pub address_changed_at: Option<DateTime<Utc>>,
    /// When it was reset last.
    #[diesel(sql_type = t::Nullable<t::Timestamptz>)]
    pub last_reset_at: Option<DateTime<Utc>>,
    /// Until when resets are held.
    #[diesel(sql_type = t::Nullable<t::Timestamptz>)]
    pub held_until: Option<DateTime<Utc>>,
    /// When it was made.
    #[diesel(sql_type = t::Timestamptz)]
    pub created_at: DateTime<Utc>,
    /// Sessions that go on.
    #[diesel(sql_type = t::BigInt)]
    pub sessions: i64,
    /// Requests of the last 90 days.
    #[diesel(sql_type = t::BigInt)]
    pub requests: i64,
    /// Its open case.
    #[diesel(sql_type = t::Nullable<t::Uuid>)]
    pub case_id: Option<Uuid>,
    /// The open case's reference.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    pub case_reference: Option<String>,
    /// Proposals that wait for a decision, or for their time.
    #[diesel(sql_type = t::Array<t::Uuid>)]
    pub proposals: Vec<Uuid>,
    /// Their kinds.
    #[diesel(sql_type = t::Array<t::Text>)]
    pub proposal_kinds: Vec<String>,
    /// The database's time.
    #[diesel(sql_type = t::Timestamptz)]
    pub now: DateTime<Utc>,
}

impl Account {
    /// Its Tipe User.
    pub fn user_type(&self) -> Result<UserType, Fault> {
        word(UserType::from_code(&self.kind), "kind", self.id)
    }
}

/// The account of that id.
pub async fn seen(read: &mut Read, id: Uuid) -> Result<Option<Account>, Fault> {
    sql("select a.id, a.user_id, a.kind, a.name, d.address, d.suspect, e.address as address_2, a.locked_reason, a.protected,
            c.created_at as factor_since, a.password_hash is not null as has_password, a.password_changed_at,
            a.address_changed_at, a.last_reset_at, a.resets_held_until as held_until, a.created_at,
            (select count(*) from session s where s.account_id = a.id and s.ended_at is null
                and s.expires_at > n.now) as sessions,
            (select count(*) from request r where r.account_id = a.id and r.asked_at > n.now - interval '90 days')
                as requests,
            k.id as case_id, k.reference as case_reference,
            array(select p.id from proposal p where p.account_id = a.id and p.ended_at is null order by p.id) as proposals,
            array(select p.kind from proposal p where p.account_id = a.id and p.ended_at is null order by p.id)
                as proposal_kinds,
            n.now
        from (select pulih.now() as now) n, account a
        join address d on d.account_id = a.id and d.position = 1
        left join address e on e.account_id = a.id and e.position = 2
        left join credential c on c.account_id = a.id and c.revoked_at is null
        left join desk_case k on k.account_id = a.id and k.closed_at is null
        where a.id = {}")
    .bind(id)
    .get_result::<Account>(read.look())
    .await
    .optional()
    .map_err(fault)
}

/// The id of the account of that User ID, folded.
pub async fn id_of(read: &mut Read, folded: &str) -> Result<Option<Uuid>, Fault> {
    account::table
        .filter(account::user_id_folded.eq(folded))
        .select(account::id)
        .first::<Uuid>(read.look())
        .await
        .optional()
        .map_err(fault)
}

/// Why an account is locked, after its row was locked: nothing where there is none of that id.
pub async fn hold_lock(tx: &mut Tx, id: Uuid) -> Result<Option<Option<String>>, Fault> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = t::Nullable<t::Text>)]
        locked_reason: Option<String>,
    }
    let row = sql("select locked_reason from account where id = {} for update")
        .bind(id)
        .get_result::<Row>(tx.look())
        .await
        .optional()
        .map_err(fault)?;
    Ok(row.map(|row| row.locked_reason))
}
