//! What happened to one account, out of the event log.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types as t;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::sql::sql;
use super::tx::{Read, fault};
use crate::base::fault::Fault;

/// One event.
#[derive(Clone, Debug, QueryableByName)]
pub struct Happened {
    /// When.
    #[diesel(sql_type = t::Timestamptz)]
    pub at: DateTime<Utc>,
    /// Its kind.
    #[diesel(sql_type = t::Text)]
    pub kind: String,
    /// Whether it was refused.
    #[diesel(sql_type = t::Bool)]
    pub refused: bool,
}

/// The newest events about an account, of those kinds. What was refused takes a quarter of the room at most: strangers'
/// wrong passwords do not push out what was done.
pub async fn of_account(read: &mut Read, account: Uuid, kinds: &[&str], most: i64) -> Result<Vec<Happened>, Fault> {
    sql("(select at, kind, false as refused from event
            where account_id = {} and kind = any({}) and outcome = 'done' order by at desc limit {})
        union all
        (select at, kind, true as refused from event
            where account_id = {} and kind = any({}) and outcome = 'refused' order by at desc limit {})
        order by at desc")
    .bind(account)
    .bind(kinds.to_vec())
    .bind(most - most / 4)
    .bind(account)
    .bind(kinds.to_vec())
    .bind(most / 4)
    .load::<Happened>(read.look())
    .await
    .map_err(fault)
}

/// When a confirmed reset of an account takes effect, where one waits.
pub async fn waiting(read: &mut Read, account: Uuid) -> Result<Option<DateTime<Utc>>, Fault> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = t::Nullable<t::Timestamptz>)]
        due_at: Option<DateTime<Utc>>,
    }
    let row = sql("select min(due_at) as due_at from request where account_id = {} and state = 'waiting'")
        .bind(account)
        .get_result::<Row>(read.look())
        .await
        .map_err(fault)?;
    Ok(row.due_at)
}
