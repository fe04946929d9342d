//! One case with the facts of its account and of the request it began with.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types as t;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::base::fault::Fault;
use crate::i18n::Lang;
use crate::model::account::UserType;
use crate::model::desk::{CaseState, Ending, Reason};
use crate::store::sql::sql;
use crate::store::tx::{Read, Tx, fault, word};

/// A case as its page shows it.
#[derive(Clone, Debug, QueryableByName)]
#[allow(clippy::struct_excessive_bools, reason = "a row of facts, each shown once")]
pub struct Detail {
    /// Row id.
    #[diesel(sql_type = t::Uuid)]
    pub id: Uuid,
    /// Its reference.
    #[diesel(sql_type = t::Text)]
    pub reference: String,
    #[diesel(sql_type = t::Text)]
    state: String,
    #[diesel(sql_type = t::Text)]
    reason: String,
    #[diesel(sql_type = t::Nullable<t::Text>)]
    outcome: Option<String>,
    /// Its version.
    #[diesel(sql_type = t::Integer)]
    pub version: i32,
    /// When it came.
    #[diesel(sql_type = t::Timestamptz)]
    pub opened_at: DateTime<Utc>,
    /// When it should be answered.
    #[diesel(sql_type = t::Timestamptz)]
    pub due_at: DateTime<Utc>,
    /// Since when its time stands still.
    #[diesel(sql_type = t::Nullable<t::Timestamptz>)]
    pub waiting_since: Option<DateTime<Utc>>,
    /// When it ended.
    #[diesel(sql_type = t::Nullable<t::Timestamptz>)]
    pub closed_at: Option<DateTime<Utc>>,
    /// Who has taken it.
    #[diesel(sql_type = t::Nullable<t::Uuid>)]
    pub taken_by: Option<Uuid>,
    /// Their name.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    pub taken_name: Option<String>,
    /// Name of who changed it last.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    pub changed_name: Option<String>,
    /// When it was changed last.
    #[diesel(sql_type = t::Timestamptz)]
    pub changed_at: DateTime<Utc>,
    /// User ID as typed.
    #[diesel(sql_type = t::Text)]
    pub typed_user_id: String,
    /// Word of the Tipe User as chosen; a mail may not say.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    typed_type: Option<String>,
    /// Address as typed.
    #[diesel(sql_type = t::Text)]
    pub typed_address: String,
    /// When the oldest request of the case was asked.
    #[diesel(sql_type = t::Timestamptz)]
    pub first_asked_at: DateTime<Utc>,
    /// The request it began with.
    #[diesel(sql_type = t::Uuid)]
    pub request_id: Uuid,
    /// Its account.
    #[diesel(sql_type = t::Nullable<t::Uuid>)]
    pub account_id: Option<Uuid>,
    /// User ID of the account.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    pub user_id: Option<String>,
    /// Name of the account.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    pub name: Option<String>,
    #[diesel(sql_type = t::Nullable<t::Text>)]
    kind: Option<String>,
    /// Word of the language of its letters.
    #[diesel(sql_type = t::Text)]
    language: String,
    /// The registered address.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    pub address: Option<String>,
    /// Whether that address refused a letter for good.
    #[diesel(sql_type = t::Bool)]
    pub suspect: bool,
    /// Whether TOTP is active.
    #[diesel(sql_type = t::Bool)]
    pub has_factor: bool,
    /// Whether the account is locked.
    #[diesel(sql_type = t::Bool)]
    pub locked: bool,
    /// Whether it is protected.
    #[diesel(sql_type = t::Bool)]
    pub protected: bool,
    /// Until when resets are held.
    #[diesel(sql_type = t::Nullable<t::Timestamptz>)]
    pub held_until: Option<DateTime<Utc>>,
    /// When its address was changed.
    #[diesel(sql_type = t::Nullable<t::Timestamptz>)]
    pub address_changed_at: Option<DateTime<Utc>>,
    /// When it was reset last.
    #[diesel(sql_type = t::Nullable<t::Timestamptz>)]
    pub last_reset_at: Option<DateTime<Utc>>,
    /// Resets so far.
    #[diesel(sql_type = t::BigInt)]
    pub resets: i64,
    /// Requests of the last 30 days.
    #[diesel(sql_type = t::BigInt)]
    pub recent_requests: i64,
    /// The database's time.
    #[diesel(sql_type = t::Timestamptz)]
    pub now: DateTime<Utc>,
}

impl Detail {
    /// Where it stands.
    pub fn state(&self) -> Result<CaseState, Fault> {
        word(CaseState::from_code(&self.state), "state", self.id)
    }

    /// Why it came.
    pub fn reason(&self) -> Result<Reason, Fault> {
        word(Reason::from_code(&self.reason), "reason", self.id)
    }

    /// How it ended.
    pub fn ending(&self) -> Result<Option<Ending>, Fault> {
        self.outcome.as_deref().map(|o| word(Ending::from_code(o), "outcome", self.id)).transpose()
    }

    /// Tipe User of the account, or as it was chosen.
    pub fn user_type(&self) -> Result<Option<UserType>, Fault> {
        let code = self.kind.as_ref().or(self.typed_type.as_ref());
        code.map(|code| word(UserType::from_code(code), "kind", self.id)).transpose()
    }

    /// The language of its letters.
    pub fn language(&self) -> Result<Lang, Fault> {
        word(Lang::from_code(&self.language), "language", self.id)
    }
}

/// The case with that id.
pub async fn find(read: &mut Read, id: Uuid) -> Result<Option<Detail>, Fault> {
    sql("select c.id, c.reference, c.state, c.reason, c.outcome, c.version, c.opened_at, c.due_at, c.waiting_since,
            c.closed_at, c.taken_by, s.name as taken_name, h.name as changed_name, c.changed_at, r.typed_user_id,
            r.typed_type, r.typed_address,
            least(r.asked_at, (select min(q.asked_at) from request q where q.case_id = c.id)) as first_asked_at,
            c.account_id, c.request_id, a.user_id, a.name, a.kind, r.language, d.address, coalesce(d.suspect, false) as suspect,
            exists (select from credential k where k.account_id = a.id and k.revoked_at is null) as has_factor,
            coalesce(a.status = 'locked', false) as locked, coalesce(a.protected, false) as protected,
            case when a.resets_held_until > n.now then a.resets_held_until end as held_until,
            a.address_changed_at, a.last_reset_at,
            (select count(*) from request q where q.account_id = a.id and q.state = 'done') as resets,
            (select count(*) from request q where q.account_id = a.id and q.asked_at > n.now - interval '30 days')
                as recent_requests,
            n.now
        from (select pulih.now() as now) n, desk_case c
        join request r on r.id = c.request_id
        left join account a on a.id = c.account_id
        left join address d on d.account_id = a.id and d.position = 1
        left join staff s on s.id = c.taken_by
        left join staff h on h.id = c.changed_by
        where c.id = {}")
    .bind(id)
    .get_result::<Detail>(read.look())
    .await
    .optional()
    .map_err(fault)
}

/// An open proposal about an account.
#[derive(Clone, Debug, QueryableByName)]
pub struct Proposed {
    /// Row id.
    #[diesel(sql_type = t::Uuid)]
    pub id: Uuid,
    /// Word of its kind.
    #[diesel(sql_type = t::Text)]
    pub kind: String,
    /// When it was made.
    #[diesel(sql_type = t::Timestamptz)]
    pub proposed_at: DateTime<Utc>,
}

/// The open proposals about an account, oldest first.
pub async fn proposals(read: &mut Read, account: Uuid) -> Result<Vec<Proposed>, Fault> {
    sql("select id, kind, proposed_at from proposal where account_id = {} and ended_at is null order by proposed_at")
        .bind(account)
        .load::<Proposed>(read.look())
        .await
        .map_err(fault)
}

/// What decides whether the desk may send a link, and whom to greet in a letter; its account is locked already.
#[derive(Clone, Debug, QueryableByName)]
pub struct Addressee {
    /// User ID.
    #[diesel(sql_type = t::Text)]
    pub user_id: String,
    /// Name.
    #[diesel(sql_type = t::Text)]
    pub name: String,
    /// Word of the language of its letters.
    #[diesel(sql_type = t::Text)]
    language: String,
    /// Word of its Tipe User.
    #[diesel(sql_type = t::Text)]
    pub kind: String,
    /// The registered address.
    #[diesel(sql_type = t::Text)]
    pub address: String,
    /// Whether a link can be sent: TOTP is active, and nothing locks, protects, holds or freezes it.
    #[diesel(sql_type = t::Bool)]
    pub may_reset: bool,
    /// The newest request of the case for which a new link can be sent.
    #[diesel(sql_type = t::Nullable<t::Uuid>)]
    pub request: Option<Uuid>,
    /// Whether a mail began a request of the case for which nothing was sent yet.
    #[diesel(sql_type = t::Bool)]
    pub mailed: bool,
}

impl Addressee {
    /// The language of its letters.
    pub fn language(&self, id: Uuid) -> Result<Lang, Fault> {
        word(Lang::from_code(&self.language), "language", id)
    }
}

/// Whom a case is about.
pub async fn addressee(tx: &mut Tx, case: Uuid) -> Result<Option<Addressee>, Fault> {
    sql("select a.user_id, a.name, r.language, a.kind, d.address,
            a.status = 'active' and not a.protected and coalesce(a.resets_held_until <= pulih.now(), true)
                and exists (select from credential k where k.account_id = a.id and k.revoked_at is null)
                and not exists (select from frozen f where f.scope in ('web', a.kind))
                and not exists (select from request w where w.account_id = a.id and w.state in ('waiting', 'contested'))
                and not exists (select from proposal p where p.account_id = a.id and p.mailbox_lost and p.ended_at is null)
                as may_reset,
            (select q.id from request q where q.case_id = c.id and q.joined_to is null
                and q.state in ('sending', 'mailed', 'opened', 'expired', 'undeliverable')
                order by q.asked_at desc limit 1) as request,
            exists (select from request q where q.case_id = c.id and q.channel = 'mail' and q.state = 'received') as mailed
        from desk_case c
        join account a on a.id = c.account_id
        join address d on d.account_id = a.id and d.position = 1
        join request r on r.id = c.request_id
        where c.id = {}")
    .bind(case)
    .get_result::<Addressee>(tx.look())
    .await
    .optional()
    .map_err(fault)
}

/// A request that the desk asks for an account, within its case.
pub async fn ask(tx: &mut Tx, id: Uuid, reference: &str, case: Uuid, who: &Addressee) -> Result<(), Fault> {
    sql("insert into request (id, reference, channel, state, typed_user_id, typed_address, typed_type, language, account_id,
            case_id)
        select {}, {}, 'staff', 'sending', {}, {}, {}, {}, c.account_id, c.id from desk_case c where c.id = {}")
    .bind(id)
    .bind(reference)
    .bind(who.user_id.as_str())
    .bind(who.address.as_str())
    .bind(who.kind.as_str())
    .bind(who.language.as_str())
    .bind(case)
    .execute(tx.write())
    .await
    .map_err(fault)?;
    Ok(())
}
