//! What programs were answered, for as long as they may ask the same again (Idempotency-Key).

use diesel::prelude::*;
use diesel::sql_types as t;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::sql::sql;
use super::tx::{Read, Tx, fault};
use crate::base::fault::Fault;

/// Hours an answer is kept.
const KEPT_HOURS: i32 = 24;
/// Times a key is claimed whose answer is being forgotten.
const CLAIMS: usize = 8;
/// Seconds in which who sends a call again has lost its answer, and means nothing else.
const RETRY_SECONDS: i32 = 120;

/// What a program named its request by.
#[derive(Clone, Debug)]
pub struct Once {
    /// Its portal.
    pub portal: Uuid,
    /// The key it chose.
    pub key: String,
    /// SHA-256 of method, path and body.
    pub asked: [u8; 32],
}

/// An answer that was given before.
#[derive(Clone, Debug, QueryableByName)]
pub struct Given {
    /// Its row, for which it is sealed.
    #[diesel(sql_type = t::Uuid)]
    pub id: Uuid,
    /// Whether the same was asked.
    #[diesel(sql_type = t::Bool)]
    pub same: bool,
    /// The sealed answer; none once it may not be given again.
    #[diesel(sql_type = t::Nullable<t::Binary>)]
    pub answer: Option<Vec<u8>>,
    /// Whether it held the secret of an enrolment.
    #[diesel(sql_type = t::Bool)]
    pub enrolled: bool,
    /// Whether it is older than any retry.
    #[diesel(sql_type = t::Bool)]
    pub late: bool,
}

/// The answer that was given under that key.
pub async fn given(read: &mut Read, once: &Once) -> Result<Option<Given>, Fault> {
    found(once).get_result(read.look()).await.optional().map_err(fault)
}

fn found(once: &Once) -> super::sql::Sql<'_> {
    sql("select id, asked = {} as same, answer, enrolment_id is not null as enrolled,
            at <= pulih.now() - make_interval(secs => {}) as late
        from api_answer where portal_id = {} and key = {}")
    .bind(&once.asked)
    .bind(RETRY_SECONDS)
    .bind(once.portal)
    .bind(once.key.as_str())
}

/// Takes a key for this transaction; what was answered under it, where it is taken already. Who asks the same at the same
/// time waits here for the first to end. Bookkeeping: the action may still be refused.
pub async fn claim(tx: &mut Tx, id: Uuid, once: &Once) -> Result<Option<Given>, Fault> {
    for _ in 0..CLAIMS {
        let claimed = sql("insert into api_answer (id, portal_id, key, asked) values ({}, {}, {}, {})
            on conflict (portal_id, key) do nothing")
        .bind(id)
        .bind(once.portal)
        .bind(once.key.as_str())
        .bind(&once.asked)
        .execute(tx.look())
        .await
        .map_err(fault)?;
        if claimed == 1 {
            return Ok(None);
        }
        // a statement of its own sees what was committed while the first one waited; an old answer may be gone by now
        if let Some(given) = found(once).get_result(tx.look()).await.optional().map_err(fault)? {
            return Ok(Some(given));
        }
    }
    Err(Fault::broken("an answer was there and gone again and again"))
}

/// Keeps the answer under a key that was taken, from now on, with whom it is about and the enrolment whose secret it holds.
/// Bookkeeping: it commits with the action, also with one that is refused.
pub async fn keep(
    tx: &mut Tx,
    id: Uuid,
    sealed: &[u8],
    account: Option<Uuid>,
    enrolment: Option<Uuid>,
) -> Result<(), Fault> {
    sql("update api_answer set answer = {}, account_id = {}, enrolment_id = {}, at = pulih.now() where id = {}")
        .bind(sealed)
        .bind(account)
        .bind(enrolment)
        .bind(id)
        .execute(tx.look())
        .await
        .map_err(fault)?;
    Ok(())
}

/// Keeps the answer to what changed nothing, unless its key was taken meanwhile. Bookkeeping, no action.
pub async fn note(read: &mut Read, id: Uuid, once: &Once, sealed: &[u8], account: Option<Uuid>) -> Result<(), Fault> {
    sql("insert into api_answer (id, portal_id, key, asked, answer, account_id) values ({}, {}, {}, {}, {}, {})
        on conflict (portal_id, key) do nothing")
    .bind(id)
    .bind(once.portal)
    .bind(once.key.as_str())
    .bind(&once.asked)
    .bind(sealed)
    .bind(account)
    .execute(read.look())
    .await
    .map_err(fault)?;
    Ok(())
}

/// A part of the statements in which an account's enrolment ends: the answers that hold its secret are not given again.
pub(super) const FORGET_SECRETS: &str =
    "update api_answer set answer = null where account_id = {} and enrolment_id is not null and answer is not null";

/// A part of the statements in which an account's factor ends, or its owner is locked out: nothing that was answered about it
/// before is given again.
pub(super) const FORGET: &str = "update api_answer set answer = null where account_id = {} and answer is not null";

/// Removes answers past their time. Bookkeeping, no action.
pub async fn sweep(read: &mut Read) -> Result<(), Fault> {
    sql("delete from api_answer where at < pulih.now() - make_interval(hours => {})")
        .bind(KEPT_HOURS)
        .execute(read.look())
        .await
        .map_err(fault)?;
    Ok(())
}
