//! What the clerk files: queued requests without a case, and cases whose person has reset.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types as t;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::base::fault::Fault;
use crate::model::desk::Reason;
use crate::store::sql::{Id, sql};
use crate::store::tx::{Read, Tx, fault, word};

/// A queued request without a case, locked after its account.
#[derive(Clone, Debug, QueryableByName)]
pub struct Unfiled {
    /// Row id.
    #[diesel(sql_type = t::Uuid)]
    pub id: Uuid,
    /// Its reference.
    #[diesel(sql_type = t::Text)]
    pub reference: String,
    /// Its account.
    #[diesel(sql_type = t::Nullable<t::Uuid>)]
    pub account_id: Option<Uuid>,
    #[diesel(sql_type = t::Text)]
    queue_reason: String,
    /// The database's time.
    #[diesel(sql_type = t::Timestamptz)]
    pub now: DateTime<Utc>,
}

impl Unfiled {
    /// Why it stands in the queue.
    pub fn reason(&self) -> Result<Reason, Fault> {
        word(Reason::from_code(&self.queue_reason), "queue_reason", self.id)
    }
}

/// Queued requests without a case, oldest first. What the resolver has not
/// looked up yet has to wait: its account is not known.
pub async fn unfiled(read: &mut Read, most: i64) -> Result<Vec<Uuid>, Fault> {
    let rows = sql("select id from request
        where queued_at is not null and case_id is null and (state <> 'received' or channel = 'mail') order by queued_at limit {}")
    .bind(most)
    .load::<Id>(read.look())
    .await
    .map_err(fault)?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// One of them, locked after its account; nothing where somebody else filed it.
pub async fn hold(tx: &mut Tx, request: Uuid) -> Result<Option<Unfiled>, Fault> {
    sql("select 1 from account where id = (select account_id from request where id = {}) for update")
        .bind(request)
        .execute(tx.look())
        .await
        .map_err(fault)?;
    sql("select id, reference, account_id, queue_reason, pulih.now() as now from request
        where id = {} and queued_at is not null and case_id is null for update")
    .bind(request)
    .get_result::<Unfiled>(tx.look())
    .await
    .optional()
    .map_err(fault)
}

/// Opens a case with a request.
pub async fn open(tx: &mut Tx, id: Uuid, request: &Unfiled, reason: Reason, due: DateTime<Utc>) -> Result<(), Fault> {
    sql("insert into desk_case (id, reference, account_id, request_id, reason, state, due_at)
        values ({}, {}, {}, {}, {}, 'new', {})")
    .bind(id)
    .bind(request.reference.as_str())
    .bind(request.account_id)
    .bind(request.id)
    .bind(reason.code())
    .bind(due)
    .execute(tx.write())
    .await
    .map_err(fault)?;
    file(tx, request.id, id).await
}

/// Puts a request into a case.
pub async fn file(tx: &mut Tx, request: Uuid, case: Uuid) -> Result<(), Fault> {
    sql("update request set case_id = {} where id = {}")
        .bind(case)
        .bind(request)
        .execute(tx.write())
        .await
        .map_err(fault)?;
    Ok(())
}

/// Open cases whose account was reset since anything last came into them, and of which nobody says that it was not them.
pub async fn settled(read: &mut Read, most: i64) -> Result<Vec<Uuid>, Fault> {
    let rows = sql("select c.id from desk_case c join account a on a.id = c.account_id
        where c.closed_at is null and c.reason <> 'disputed' and a.last_reset_at > c.opened_at
            and not exists (select from request q where q.case_id = c.id and q.queued_at > a.last_reset_at) limit {}")
    .bind(most)
    .load::<Id>(read.look())
    .await
    .map_err(fault)?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// Whether the account of a case, which is locked, was reset since the case was opened.
pub async fn was_reset(tx: &mut Tx, case: Uuid) -> Result<bool, Fault> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = t::Bool)]
        reset: bool,
    }
    let row = sql("select coalesce(a.last_reset_at > c.opened_at
            and not exists (select from request q where q.case_id = c.id and q.queued_at > a.last_reset_at), false) as reset
        from desk_case c left join account a on a.id = c.account_id where c.id = {}")
    .bind(case)
    .get_result::<Row>(tx.look())
    .await
    .map_err(fault)?;
    Ok(row.reset)
}
