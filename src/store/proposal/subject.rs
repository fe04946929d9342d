//! The account that a proposal is about, as far as it matters for proposing and deciding.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types as t;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::base::fault::Fault;
use crate::i18n::Lang;
use crate::model::account::UserType;
use crate::store::sql::sql;
use crate::store::tx::{Read, Tx, fault, word};

/// An account.
#[derive(Clone, Debug, QueryableByName)]
#[allow(clippy::struct_excessive_bools, reason = "a row of facts, each looked at once")]
pub struct Subject {
    /// Row id.
    #[diesel(sql_type = t::Uuid)]
    pub id: Uuid,
    /// User ID.
    #[diesel(sql_type = t::Text)]
    pub user_id: String,
    /// Name.
    #[diesel(sql_type = t::Text)]
    pub name: String,
    /// Word of its Tipe User.
    #[diesel(sql_type = t::Text)]
    kind: String,
    /// Word of its language.
    #[diesel(sql_type = t::Text)]
    language: String,
    /// Whether it is locked.
    #[diesel(sql_type = t::Bool)]
    pub locked: bool,
    /// Whether it is locked because of *Ini bukan saya*.
    #[diesel(sql_type = t::Bool)]
    pub disputed: bool,
    /// Whether its person was erased.
    #[diesel(sql_type = t::Bool)]
    pub erased: bool,
    /// Whether it is protected.
    #[diesel(sql_type = t::Bool)]
    pub protected: bool,
    /// Whether it has an active TOTP.
    #[diesel(sql_type = t::Bool)]
    pub has_factor: bool,
    /// Addresses on file, the registered one first.
    #[diesel(sql_type = t::Array<t::Text>)]
    pub addresses: Vec<String>,
    /// When its address was changed last.
    #[diesel(sql_type = t::Nullable<t::Timestamptz>)]
    pub address_changed_at: Option<DateTime<Utc>>,
    /// When its password was changed last.
    #[diesel(sql_type = t::Nullable<t::Timestamptz>)]
    pub password_changed_at: Option<DateTime<Utc>>,
    /// When it was reset last.
    #[diesel(sql_type = t::Nullable<t::Timestamptz>)]
    pub last_reset_at: Option<DateTime<Utc>>,
    /// Whether its owner holds resets after *Ini bukan saya*.
    #[diesel(sql_type = t::Bool)]
    pub held: bool,
    /// Whether manual resets are frozen.
    #[diesel(sql_type = t::Bool)]
    pub frozen: bool,
    /// Words of the kinds that are proposed for it now.
    #[diesel(sql_type = t::Array<t::Text>)]
    pub open: Vec<String>,
    /// The database's time.
    #[diesel(sql_type = t::Timestamptz)]
    pub now: DateTime<Utc>,
}

impl Subject {
    /// Its Tipe User.
    pub fn kind(&self) -> Result<UserType, Fault> {
        word(UserType::from_code(&self.kind), "kind", self.id)
    }

    /// Its language.
    pub fn language(&self) -> Result<Lang, Fault> {
        word(Lang::from_code(&self.language), "language", self.id)
    }

    /// How many addresses are on file.
    pub fn count(&self) -> i64 {
        i64::try_from(self.addresses.len()).unwrap_or(1)
    }
}

const FIND: &str = "select a.id, a.user_id, a.name, a.kind, a.language, a.status = 'locked' as locked,
        coalesce(a.locked_reason = 'disputed', false) as disputed,
        coalesce(a.locked_reason = 'erased', false) as erased, a.protected,
        exists (select from credential c where c.account_id = a.id and c.revoked_at is null) as has_factor,
        array(select d.address from address d where d.account_id = a.id order by d.position) as addresses,
        a.address_changed_at, a.password_changed_at, a.last_reset_at,
        coalesce(a.resets_held_until > pulih.now(), false) as held,
        exists (select from frozen f where f.scope = 'manual') as frozen,
        array(select p.kind from proposal p where p.account_id = a.id and p.ended_at is null) as open,
        pulih.now() as now
    from account a where a.id = {}";

/// The account with that id.
pub async fn find(read: &mut Read, id: Uuid) -> Result<Option<Subject>, Fault> {
    sql(FIND).bind(id).get_result::<Subject>(read.look()).await.optional().map_err(fault)
}

/// The same, locked.
pub async fn hold(tx: &mut Tx, id: Uuid) -> Result<Option<Subject>, Fault> {
    sql("select 1 from account where id = {} for update").bind(id).execute(tx.look()).await.map_err(fault)?;
    sql(FIND).bind(id).get_result::<Subject>(tx.look()).await.optional().map_err(fault)
}
