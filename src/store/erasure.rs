//! Erasures: how much would go, what stands in the way, the erasing itself, and when something was erased.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types as t;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use super::sql::{Id, sql};
use super::tx::{Read, Tx, fault};
use crate::base::fault::Fault;
use crate::model::erasure::{Counts, Erased, Hindrance, others};

#[derive(QueryableByName)]
struct CountsRow {
    #[diesel(sql_type = t::BigInt)]
    events: i64,
    #[diesel(sql_type = t::BigInt)]
    requests: i64,
    #[diesel(sql_type = t::BigInt)]
    letters: i64,
    #[diesel(sql_type = t::BigInt)]
    mails: i64,
    #[diesel(sql_type = t::BigInt)]
    notes: i64,
    #[diesel(sql_type = t::BigInt)]
    addresses: i64,
    #[diesel(sql_type = t::BigInt)]
    files: i64,
    #[diesel(sql_type = t::BigInt)]
    proposals: i64,
}

impl From<CountsRow> for Counts {
    fn from(row: CountsRow) -> Self {
        let CountsRow { events, requests, letters, mails, notes, addresses, files, proposals } = row;
        Self { events, requests, letters, mails, notes, addresses, files, proposals }
    }
}

#[derive(QueryableByName)]
struct OutlookRow {
    #[diesel(embed)]
    counts: CountsRow,
    #[diesel(embed)]
    open: OpenRow,
}

#[derive(QueryableByName)]
struct OpenRow {
    #[diesel(sql_type = t::BigInt)]
    open_requests: i64,
    #[diesel(sql_type = t::BigInt)]
    open_cases: i64,
    #[diesel(sql_type = t::BigInt)]
    open_proposals: i64,
    #[diesel(sql_type = t::BigInt)]
    open_letters: i64,
    #[diesel(sql_type = t::BigInt)]
    open_marks: i64,
    #[diesel(sql_type = t::Nullable<t::Uuid>)]
    marked: Option<Uuid>,
}

impl From<OpenRow> for Hindrance {
    fn from(row: OpenRow) -> Self {
        Self {
            requests: row.open_requests,
            cases: row.open_cases,
            proposals: row.open_proposals,
            letters: row.open_letters,
            marks: row.open_marks,
            marked: row.marked,
        }
    }
}

#[derive(QueryableByName)]
struct Gone {
    #[diesel(sql_type = t::BigInt)]
    gone: i64,
}

#[derive(QueryableByName)]
struct At {
    #[diesel(sql_type = t::Timestamptz)]
    at: DateTime<Utc>,
}

/// How much of an account would go now, and what has to end first.
#[derive(Clone, Copy, Debug)]
pub struct Outlook {
    /// How much would go.
    pub counts: Counts,
    /// What has to end first.
    pub hindrance: Hindrance,
}

async fn look(connection: &mut AsyncPgConnection, account: Uuid) -> Result<Outlook, Fault> {
    let OutlookRow { counts, open } = sql("select c.*, h.* from pulih.erasure_of({}) s, pulih.erasable({}, s) c,
            pulih.erasure_hindered({}, s) h")
    .bind(account)
    .bind(account)
    .bind(account)
    .get_result(connection)
    .await
    .map_err(fault)?;
    Ok(Outlook { counts: counts.into(), hindrance: open.into() })
}

/// How erasing an account stands.
pub async fn outlook(read: &mut Read, account: Uuid) -> Result<Outlook, Fault> {
    look(read.look(), account).await
}

/// The same, after the account was locked.
pub async fn outlook_held(tx: &mut Tx, account: Uuid) -> Result<Outlook, Fault> {
    look(tx.look(), account).await
}

/// Erases the person of the account that a proposal is about, and ends that proposal; the approval of an auditor was written
/// in this transaction. Returns what went.
pub async fn erase(tx: &mut Tx, erasure: Uuid, proposal: Uuid) -> Result<Erased, Fault> {
    sql("select pulih.erase_personal({}, {})").bind(erasure).bind(proposal).execute(tx.write()).await.map_err(fault)?;
    let counts = of(tx.look(), proposal).await?.ok_or_else(|| Fault::broken("an erasure left no row"))?;
    let rows: Vec<Id> = sql("select event_id as id from erased_event where erasure_id = {}")
        .bind(erasure)
        .load(tx.look())
        .await
        .map_err(fault)?;
    Ok(Erased { counts, others: others(rows.into_iter().map(|row| row.id).collect()) })
}

async fn of(connection: &mut AsyncPgConnection, proposal: Uuid) -> Result<Option<Counts>, Fault> {
    let row = sql(
        "select c.* from erasure e, jsonb_to_record(e.counts) as c (events bigint, requests bigint, letters bigint,
            mails bigint, notes bigint, addresses bigint, files bigint, proposals bigint)
        where e.proposal_id = {}",
    )
    .bind(proposal)
    .get_result::<CountsRow>(connection)
    .await
    .optional()
    .map_err(fault)?;
    Ok(row.map(Counts::from))
}

/// How much went by that proposal; nothing where it erased nothing.
pub async fn by_proposal(read: &mut Read, proposal: Uuid) -> Result<Option<Counts>, Fault> {
    of(read.look(), proposal).await
}

/// Erases what a transaction left that began before an erasure and ended after it; how many events lost details.
/// Bookkeeping: the erasure itself was told.
pub async fn late(read: &mut Read) -> Result<i64, Fault> {
    let row: Gone = sql("select pulih.erase_late() as gone").get_result(read.look()).await.map_err(fault)?;
    Ok(row.gone)
}

/// When the details of an account were erased, or those of a request.
pub async fn at(read: &mut Read, account: Option<Uuid>, request: Option<Uuid>) -> Result<Option<DateTime<Utc>>, Fault> {
    let row = sql("select e.at from erasure e where e.account_id = {}
            or e.id = (select r.erasure_id from request r where r.id = {}) limit 1")
    .bind(account)
    .bind(request)
    .get_result::<At>(read.look())
    .await
    .optional()
    .map_err(fault)?;
    Ok(row.map(|row| row.at))
}

/// When the details of an event were erased: with those of its account, or by themselves where it has none. That its request
/// says so proves nothing.
pub async fn of_event(read: &mut Read, event: Uuid, account: Option<Uuid>) -> Result<Option<DateTime<Utc>>, Fault> {
    let row = sql("select e.at from erased_event x join erasure e on e.id = x.erasure_id where x.event_id = {}")
        .bind(event)
        .get_result::<At>(read.look())
        .await
        .optional()
        .map_err(fault)?;
    match row {
        Some(row) => Ok(Some(row.at)),
        None => at(read, account, None).await,
    }
}

/// When a mail that came in was erased.
pub async fn of_mail(read: &mut Read, mail: Uuid) -> Result<Option<DateTime<Utc>>, Fault> {
    let row = sql("select e.at from inbound i join erasure e on e.id = i.erasure_id where i.id = {}")
        .bind(mail)
        .get_result::<At>(read.look())
        .await
        .optional()
        .map_err(fault)?;
    Ok(row.map(|row| row.at))
}
