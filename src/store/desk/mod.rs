//! Cases of the desk: held for a change, changed, and what is written into them.

pub mod canned;
pub mod case;
pub mod clerk;
pub mod queue;
pub mod setting;
pub mod timeline;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types as t;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::sql::sql;
use super::tx::{Read, Tx, fault, word};
use crate::base::fault::Fault;
use crate::base::random;
use crate::i18n::Lang;
use crate::model::desk::{CaseState, Ending, Reason};
use crate::model::event::{CaseRef, EndedRequests};
use crate::model::hours::Hours;

/// A case as it stands at `now`, held until the transaction ends.
#[derive(Clone, Debug, QueryableByName)]
pub struct Held {
    /// Row id.
    #[diesel(sql_type = t::Uuid)]
    pub id: Uuid,
    /// Its reference.
    #[diesel(sql_type = t::Text)]
    pub reference: String,
    /// The request it began with.
    #[diesel(sql_type = t::Uuid)]
    pub request_id: Uuid,
    /// Its account.
    #[diesel(sql_type = t::Nullable<t::Uuid>)]
    pub account_id: Option<Uuid>,
    #[diesel(sql_type = t::Text)]
    state: String,
    #[diesel(sql_type = t::Text)]
    reason: String,
    #[diesel(sql_type = t::Nullable<t::Text>)]
    outcome: Option<String>,
    /// Who has taken it.
    #[diesel(sql_type = t::Nullable<t::Uuid>)]
    pub taken_by: Option<Uuid>,
    /// Each change makes it one more.
    #[diesel(sql_type = t::Integer)]
    pub version: i32,
    /// Who changed it last.
    #[diesel(sql_type = t::Nullable<t::Uuid>)]
    pub changed_by: Option<Uuid>,
    /// When.
    #[diesel(sql_type = t::Timestamptz)]
    pub changed_at: DateTime<Utc>,
    /// When it should be answered.
    #[diesel(sql_type = t::Timestamptz)]
    pub due_at: DateTime<Utc>,
    /// Since when its time stands still.
    #[diesel(sql_type = t::Nullable<t::Timestamptz>)]
    pub waiting_since: Option<DateTime<Utc>>,
    /// Whether a proposal about its account is open.
    #[diesel(sql_type = t::Bool)]
    pub proposed: bool,
    /// The database's time.
    #[diesel(sql_type = t::Timestamptz)]
    pub now: DateTime<Utc>,
}

impl Held {
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

    /// What events say of it.
    pub fn subject(&self) -> CaseRef {
        CaseRef { case: self.id, request: self.request_id, account: self.account_id }
    }

    /// A change by which it goes on with what was left of its time, where it waited for its person; none otherwise.
    pub fn resumed(&self, hours: &Hours) -> Result<Change, Fault> {
        let change = self.change()?;
        Ok(match self.waiting_since {
            Some(since) => Change { due_at: hours.resumed(self.due_at, since, self.now), ..change.going_on() },
            None => change,
        })
    }

    /// A change that changes nothing yet.
    pub fn change(&self) -> Result<Change, Fault> {
        Ok(Change {
            state: self.state()?,
            reason: self.reason()?,
            taken_by: self.taken_by,
            due_at: self.due_at,
            waiting_since: self.waiting_since,
            ending: self.ending()?,
        })
    }
}

const HELD: &str =
    "select c.id, c.reference, c.request_id, c.account_id, c.state, c.reason, c.outcome, c.taken_by, c.version,
        c.changed_by, c.changed_at, c.due_at, c.waiting_since, pulih.now() as now,
        exists (select from proposal p where p.account_id = c.account_id and p.ended_at is null) as proposed
    from desk_case c where ";

/// The case, after its account was locked; nothing where there is none.
pub async fn hold(tx: &mut Tx, id: Uuid) -> Result<Option<Held>, Fault> {
    sql("select 1 from account where id = (select account_id from desk_case where id = {}) for update")
        .bind(id)
        .execute(tx.look())
        .await
        .map_err(fault)?;
    held(sql(HELD).add("c.id = {} for update").bind(id), tx).await
}

async fn held(sql: super::sql::Sql<'_>, tx: &mut Tx) -> Result<Option<Held>, Fault> {
    sql.get_result::<Held>(tx.look()).await.optional().map_err(fault)
}

/// The open case of an account that is locked already.
pub async fn open_of(tx: &mut Tx, account: Uuid) -> Result<Option<Held>, Fault> {
    held(sql(HELD).add("c.account_id = {} and c.closed_at is null for update").bind(account), tx).await
}

/// The case that began with a request whose account is locked already.
pub async fn begun_with(tx: &mut Tx, request: Uuid) -> Result<Option<Held>, Fault> {
    held(sql(HELD).add("c.request_id = {} for update").bind(request), tx).await
}

/// What a case is to be.
#[derive(Clone, Copy, Debug)]
pub struct Change {
    /// Where it stands.
    pub state: CaseState,
    /// Why it came.
    pub reason: Reason,
    /// Who has taken it.
    pub taken_by: Option<Uuid>,
    /// When it should be answered.
    pub due_at: DateTime<Utc>,
    /// Since when its time stands still.
    pub waiting_since: Option<DateTime<Utc>>,
    /// How it ended.
    pub ending: Option<Ending>,
}

impl Change {
    /// It goes on: taken or not, and not waiting.
    #[must_use]
    pub fn going_on(self) -> Self {
        let state = if self.taken_by.is_some() { CaseState::Open } else { CaseState::New };
        Self { state, waiting_since: None, ending: None, ..self }
    }

    /// It ends.
    #[must_use]
    pub fn closed(self, ending: Ending) -> Self {
        Self { state: CaseState::Closed, waiting_since: None, ending: Some(ending), ..self }
    }
}

/// Changes a case that is held.
pub async fn write(tx: &mut Tx, id: Uuid, by: Option<Uuid>, change: &Change) -> Result<(), Fault> {
    let closed = change.state == CaseState::Closed;
    sql("update desk_case set state = {}, reason = {}, outcome = {}, due_at = {}, waiting_since = {},
            taken_at = case when {}::uuid is null then null when taken_by = {} then taken_at else pulih.now() end,
            taken_by = {}, closed_at = case when {} then coalesce(closed_at, pulih.now()) end,
            version = version + 1, changed_by = {}, changed_at = pulih.now()
        where id = {}")
    .bind(change.state.code())
    .bind(change.reason.code())
    .bind(change.ending.map(Ending::code))
    .bind(change.due_at)
    .bind(change.waiting_since)
    .bind(change.taken_by)
    .bind(change.taken_by)
    .bind(change.taken_by)
    .bind(closed)
    .bind(by)
    .bind(id)
    .execute(tx.write())
    .await
    .map_err(fault)?;
    Ok(())
}

/// Writes a note, or in some language a reply, into a case; returns its id.
pub async fn enter(tx: &mut Tx, case: Uuid, staff: Uuid, text: &str, reply: Option<Lang>) -> Result<Uuid, Fault> {
    let id = random::id();
    sql("insert into case_entry (id, case_id, kind, staff_id, text, language) values ({}, {}, {}, {}, {}, {})")
        .bind(id)
        .bind(case)
        .bind(if reply.is_some() { "reply" } else { "note" })
        .bind(staff)
        .bind(text)
        .bind(reply.map(Lang::code))
        .execute(tx.write())
        .await
        .map_err(fault)?;
    Ok(id)
}

/// Ends the open requests of a case and those that share their letters, with their links.
pub async fn end_requests(tx: &mut Tx, case: Uuid, state: &str) -> Result<EndedRequests, Fault> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = t::BigInt)]
        requests: i64,
        #[diesel(sql_type = t::BigInt)]
        waited: i64,
    }
    let row = sql("with own as (select id from request where case_id = {}),
        o as (
            select id, state from request
            where (id in (select id from own) or joined_to in (select id from own))
                and state in ('received', 'sending', 'mailed', 'opened', 'waiting', 'expired', 'undeliverable')
            for update),
        r as (
            update request set state = {}, due_at = null, ended_at = pulih.now()
            where id in (select id from o) returning id),
        l as (
            update link set ended_at = pulih.now(), end_reason = 'cancelled'
            where request_id in (select id from r) and kind in ('reset', 'permit') and ended_at is null)
        select (select count(*) from r) as requests, (select count(*) from o where state = 'waiting') as waited")
    .bind(case)
    .bind(state)
    .get_result::<Row>(tx.write())
    .await
    .map_err(fault)?;
    Ok(EndedRequests { requests: row.requests, waited: row.waited })
}

/// Somebody a case can be given to.
#[derive(Clone, Debug, QueryableByName)]
pub struct Colleague {
    /// Row id.
    #[diesel(sql_type = t::Uuid)]
    pub id: Uuid,
    /// Their name.
    #[diesel(sql_type = t::Text)]
    pub name: String,
}

const COLLEAGUES: &str =
    "select id, name from staff where status = 'active' and roles && array['helpdesk', 'supervisor']";

/// Everybody a case can be given to, by name.
pub async fn colleagues(read: &mut Read) -> Result<Vec<Colleague>, Fault> {
    sql(COLLEAGUES).add(" order by name, id limit 500").load::<Colleague>(read.look()).await.map_err(fault)
}

/// One of them.
pub async fn colleague(tx: &mut Tx, id: Uuid) -> Result<Option<Colleague>, Fault> {
    sql(COLLEAGUES).add(" and id = {}").bind(id).get_result::<Colleague>(tx.look()).await.optional().map_err(fault)
}

/// Cases that changed within the last seconds, with their versions.
pub async fn changed(read: &mut Read, seconds: i32) -> Result<Vec<(Uuid, i32)>, Fault> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = t::Uuid)]
        id: Uuid,
        #[diesel(sql_type = t::Integer)]
        version: i32,
    }
    let rows = sql("select id, version from desk_case
        where changed_at > (select pulih.now()) - make_interval(secs => {}) order by changed_at desc limit 1000")
    .bind(seconds)
    .load::<Row>(read.look())
    .await
    .map_err(fault)?;
    Ok(rows.into_iter().map(|row| (row.id, row.version)).collect())
}
