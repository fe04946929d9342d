//! Proposals: what waits for somebody who agrees, as it stands, and about whom.

pub mod file;
pub mod settle;
pub mod subject;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types as t;
use diesel_async::RunQueryDsl;
use serde_json::Value;
use uuid::Uuid;

use self::subject::Subject;
use super::sql::sql;
use super::tx::{Read, Tx, fault, word};
use crate::base::fault::Fault;
use crate::model::erasure::Counts;
use crate::model::event::ProposalRef;
use crate::model::proposal::{Kind, Shown, State};

/// A proposal with who proposed it and who agreed, as they stand at `now`.
#[derive(Clone, Debug, QueryableByName)]
pub struct Proposal {
    /// Row id.
    #[diesel(sql_type = t::Uuid)]
    pub id: Uuid,
    /// Word of its kind.
    #[diesel(sql_type = t::Text)]
    kind: String,
    /// Word of its state.
    #[diesel(sql_type = t::Text)]
    state: String,
    /// The account it is about.
    #[diesel(sql_type = t::Nullable<t::Uuid>)]
    pub account_id: Option<Uuid>,
    /// The person of the desk it is about.
    #[diesel(sql_type = t::Nullable<t::Uuid>)]
    pub staff_id: Option<Uuid>,
    /// The request a reset belongs to.
    #[diesel(sql_type = t::Nullable<t::Uuid>)]
    pub request_id: Option<Uuid>,
    /// The request's reference.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    pub reference: Option<String>,
    /// User ID of the account, or name of the person, it is about.
    #[diesel(sql_type = t::Text)]
    pub about: String,
    /// Who changed the account's address last.
    #[diesel(sql_type = t::Nullable<t::Uuid>)]
    pub last_editor: Option<Uuid>,
    /// Word of the reason.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    pub reason: Option<String>,
    /// Word of how the person was verified.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    pub verified: Option<String>,
    /// Ticket or letter number.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    pub evidence: Option<String>,
    /// What else the proposer says.
    #[diesel(sql_type = t::Text)]
    pub note: String,
    /// The number that was called.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    pub called_number: Option<String>,
    /// When.
    #[diesel(sql_type = t::Nullable<t::Timestamptz>)]
    pub called_at: Option<DateTime<Utc>>,
    /// Whether the mailbox is said to be lost.
    #[diesel(sql_type = t::Bool)]
    pub mailbox_lost: bool,
    /// Whether it is urgent.
    #[diesel(sql_type = t::Bool)]
    pub urgent: bool,
    /// What changes.
    #[diesel(sql_type = t::Jsonb)]
    pub change: Value,
    /// How many have to agree.
    #[diesel(sql_type = t::SmallInt)]
    pub needed: i16,
    /// Its version.
    #[diesel(sql_type = t::Integer)]
    pub version: i32,
    /// Who proposed it; none for the account's own person.
    #[diesel(sql_type = t::Nullable<t::Uuid>)]
    pub proposed_by: Option<Uuid>,
    /// Their name.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    pub proposer: Option<String>,
    /// When.
    #[diesel(sql_type = t::Timestamptz)]
    pub proposed_at: DateTime<Utc>,
    /// When its life ends.
    #[diesel(sql_type = t::Timestamptz)]
    pub expires_at: DateTime<Utc>,
    /// When it takes effect.
    #[diesel(sql_type = t::Nullable<t::Timestamptz>)]
    pub due_at: Option<DateTime<Utc>>,
    /// When it ended.
    #[diesel(sql_type = t::Nullable<t::Timestamptz>)]
    pub ended_at: Option<DateTime<Utc>>,
    /// Who agreed so far.
    #[diesel(sql_type = t::Array<t::Uuid>)]
    pub approvals: Vec<Uuid>,
    /// SHA-256 of its files, in order.
    #[diesel(sql_type = t::Array<t::Binary>)]
    pub files: Vec<Vec<u8>>,
    /// The database's time.
    #[diesel(sql_type = t::Timestamptz)]
    pub now: DateTime<Utc>,
}

impl Proposal {
    /// Its kind.
    pub fn kind(&self) -> Result<Kind, Fault> {
        word(Kind::from_code(&self.kind), "kind", self.id)
    }

    /// Its state.
    pub fn state(&self) -> Result<State, Fault> {
        word(State::from_code(&self.state), "state", self.id)
    }

    /// The address that is to be the registered one.
    pub fn new_address(&self) -> Option<&str> {
        self.change.get("address").and_then(Value::as_str)
    }

    /// Whether nobody can agree any more because its life is over.
    pub fn is_over(&self) -> bool {
        self.state == State::Proposed.code() && self.expires_at <= self.now
    }

    /// What events say of it.
    pub fn subject(&self) -> Result<ProposalRef, Fault> {
        let (kind, request) = (self.kind()?, self.request_id);
        Ok(ProposalRef { proposal: Some(self.id), kind, account: self.account_id, request })
    }

    /// SHA-256 of what a page shows of it and of its account; `erases` is how much an erasure would erase.
    pub fn shown_sha256(&self, account: &Subject, erases: Option<Counts>) -> Result<[u8; 32], Fault> {
        let text = |words: &'_ Option<String>| -> String { words.clone().unwrap_or_default() };
        let words = [
            text(&self.reason),
            text(&self.verified),
            text(&self.evidence),
            self.note.clone(),
            text(&self.called_number),
        ];
        let shown = Shown {
            proposal: self.id,
            version: self.version,
            kind: self.kind()?,
            account: account.id,
            user_id: &account.user_id,
            addresses: &account.addresses,
            flags: (account.locked, account.protected),
            words: words.each_ref().map(String::as_str),
            called_at: self.called_at,
            marks: (self.mailbox_lost, self.urgent),
            change: &self.change,
            needed: self.needed,
            proposed_by: self.proposed_by,
            expires_at: self.expires_at,
            files: &self.files,
            erases,
        };
        shown.sha256()
    }

    /// All who proposed it or agreed so far.
    pub fn hands(&self) -> Vec<Uuid> {
        self.proposed_by.into_iter().chain(self.approvals.iter().copied()).collect()
    }
}

macro_rules! select {
    ($which:literal) => {
        concat!(
            "select p.id, p.kind, p.state, p.account_id, p.staff_id, p.request_id, r.reference,
                coalesce(a.user_id, w.name, '') as about, a.address_changed_by as last_editor, p.reason, p.verified,
                p.evidence, p.note, p.called_number, p.called_at, p.mailbox_lost, p.urgent, p.change, p.needed, p.version,
                p.proposed_by, s.name as proposer, p.proposed_at, p.expires_at, p.due_at, p.ended_at,
                array(select d.staff_id from decision d where d.proposal_id = p.id and d.verdict = 'approve' order by d.at)
                    as approvals,
                array(select e.sha256 from evidence e where e.proposal_id = p.id order by e.id) as files,
                pulih.now() as now
            from proposal p
            left join account a on a.id = p.account_id
            left join staff w on w.id = p.staff_id
            left join staff s on s.id = p.proposed_by
            left join request r on r.id = p.request_id ",
            $which
        )
    };
}

/// The proposal with that id.
pub async fn find(read: &mut Read, id: Uuid) -> Result<Option<Proposal>, Fault> {
    sql(select!("where p.id = {}")).bind(id).get_result::<Proposal>(read.look()).await.optional().map_err(fault)
}

/// All of those kinds that are open, the next to end first.
pub async fn open(read: &mut Read, kinds: &[Kind], most: i64) -> Result<Vec<Proposal>, Fault> {
    sql(select!(
        "where p.ended_at is null and p.kind = any ({}) order by coalesce(p.due_at, p.expires_at), p.id limit {}"
    ))
    .bind(kinds.iter().map(|kind| kind.code()).collect::<Vec<_>>())
    .bind(most)
    .load::<Proposal>(read.look())
    .await
    .map_err(fault)
}

/// What events say of the proposal with that id, before anything is locked.
pub async fn glance(tx: &mut Tx, id: Uuid) -> Result<Option<ProposalRef>, Fault> {
    let found = sql(select!("where p.id = {}")).bind(id).get_result::<Proposal>(tx.look()).await;
    found.optional().map_err(fault)?.map(|found| found.subject()).transpose()
}

/// The proposal with that id, after its account was locked: what decides about one account stands in one line.
pub async fn hold(tx: &mut Tx, id: Uuid) -> Result<Option<Proposal>, Fault> {
    sql("select 1 from account where id = (select account_id from proposal where id = {}) for update")
        .bind(id)
        .execute(tx.look())
        .await
        .map_err(fault)?;
    sql("select 1 from proposal where id = {} for update").bind(id).execute(tx.look()).await.map_err(fault)?;
    sql(select!("where p.id = {}")).bind(id).get_result::<Proposal>(tx.look()).await.optional().map_err(fault)
}

/// The open proposal that a request belongs to; its account is held already.
pub async fn of_request(tx: &mut Tx, request: Uuid) -> Result<Option<Proposal>, Fault> {
    sql(select!("where p.request_id = {} and p.ended_at is null"))
        .bind(request)
        .get_result::<Proposal>(tx.look())
        .await
        .optional()
        .map_err(fault)
}

/// Whether there is a proposal with that id, and whose it is: one form is one proposal.
pub async fn is_by(read: &mut Read, id: Uuid, staff: Uuid) -> Result<bool, Fault> {
    let row = sql("select id from proposal where id = {} and proposed_by = {}")
        .bind(id)
        .bind(staff)
        .get_result::<Id>(read.look())
        .await
        .optional()
        .map_err(fault)?;
    Ok(row.is_some())
}

#[derive(QueryableByName)]
struct Id {
    #[diesel(sql_type = t::Uuid)]
    id: Uuid,
}

/// Proposals about accounts whose life is over.
pub async fn lapsing(read: &mut Read, most: i64) -> Result<Vec<Uuid>, Fault> {
    let rows = sql("select id from proposal
        where state = 'proposed' and expires_at <= (select pulih.now()) and account_id is not null
        order by expires_at limit {}")
    .bind(most)
    .load::<Id>(read.look())
    .await
    .map_err(fault)?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// Whether the mailbox of a request's account is said to be lost.
pub async fn says_lost(read: &mut Read, request: Uuid) -> Result<bool, Fault> {
    let row = sql("select id from proposal where request_id = {} and mailbox_lost")
        .bind(request)
        .get_result::<Id>(read.look())
        .await
        .optional()
        .map_err(fault)?;
    Ok(row.is_some())
}

/// Something that was said to a proposal.
#[derive(Clone, Debug, QueryableByName)]
pub struct Said {
    /// By whom.
    #[diesel(sql_type = t::Text)]
    pub name: String,
    /// Word of the verdict.
    #[diesel(sql_type = t::Text)]
    pub verdict: String,
    /// Why.
    #[diesel(sql_type = t::Text)]
    pub reason: String,
    /// When.
    #[diesel(sql_type = t::Timestamptz)]
    pub at: DateTime<Utc>,
}

/// What was said to a proposal so far.
pub async fn said(read: &mut Read, id: Uuid) -> Result<Vec<Said>, Fault> {
    sql("select s.name, d.verdict, d.reason, d.at from decision d join staff s on s.id = d.staff_id
        where d.proposal_id = {} order by d.at")
    .bind(id)
    .load::<Said>(read.look())
    .await
    .map_err(fault)
}
