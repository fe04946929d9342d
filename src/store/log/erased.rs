//! Personal details that are gone, as the verifier sees them: which erasure took them, and what the log tells of it.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types as t;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::super::sql::{Count, sql};
use super::super::tx::{Read, fault};
use crate::base::fault::Fault;

/// Whether the role that is connected may read personal details, and what erased them.
pub async fn may_read_details(read: &mut Read) -> Result<bool, Fault> {
    let may: Count = sql("select count(*) from unnest(array['event_personal', 'erasure', 'erased_event']) as t (name)
        where not has_table_privilege('public.' || t.name, 'select')")
    .get_result(read.look())
    .await
    .map_err(fault)?;
    Ok(may.count == 0)
}

/// Which erasure took the details of these events: that of their account, or the one that names them. Later ones it did not. What
/// their request says is not asked: the app may write there.
pub async fn by(read: &mut Read, ids: Vec<Uuid>) -> Result<HashMap<Uuid, Uuid>, Fault> {
    #[derive(QueryableByName)]
    struct Erased {
        #[diesel(sql_type = t::Uuid)]
        event: Uuid,
        #[diesel(sql_type = t::Uuid)]
        erasure: Uuid,
    }
    // `pulih.erase_late` comes for seven days after
    let rows: Vec<Erased> = sql("select e.id as event, w.id as erasure from event e
        left join erased_event x on x.event_id = e.id
        join erasure w on w.id = coalesce(x.erasure_id, (select a.id from erasure a where a.account_id = e.account_id))
        where e.id = any({}) and e.at <= w.at + interval '8 days'")
    .bind(ids)
    .load(read.look())
    .await
    .map_err(fault)?;
    Ok(rows.into_iter().map(|row| (row.event, row.erasure)).collect())
}

/// An event that tells of an erasure.
#[derive(Clone, Debug, QueryableByName)]
pub struct Told {
    /// The erasure.
    #[diesel(sql_type = t::Uuid)]
    pub erasure: Uuid,
    /// The proposal it came of.
    #[diesel(sql_type = t::Uuid)]
    pub proposal: Uuid,
    /// When it was, as its row says.
    #[diesel(sql_type = t::Timestamptz)]
    pub erased_at: DateTime<Utc>,
    /// When it was, as the event says.
    #[diesel(sql_type = t::Timestamptz)]
    pub at: DateTime<Utc>,
    /// The event's bytes.
    #[diesel(sql_type = t::Text)]
    pub body: String,
    /// Events of no account that it is said to have taken.
    #[diesel(sql_type = t::Array<t::Uuid>)]
    pub others: Vec<Uuid>,
}

/// The events that tell of these erasures.
pub async fn told(read: &mut Read, erasures: Vec<Uuid>) -> Result<Vec<Told>, Fault> {
    sql("select w.id as erasure, w.proposal_id as proposal, w.at as erased_at, e.at, e.body,
            array(select x.event_id from erased_event x where x.erasure_id = w.id) as others
        from erasure w join event e on e.account_id = w.account_id and e.kind = 'erase.approved' and e.outcome = 'done'
        where w.id = any({})")
    .bind(erasures)
    .load(read.look())
    .await
    .map_err(fault)
}
