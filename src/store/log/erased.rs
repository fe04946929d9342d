//! Personal details that are gone, as the verifier sees them: which erasure took them, and what the log tells of it.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::sql_types as t;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::super::sql::{Count, sql};
use super::super::tx::{Read, fault};
use crate::base::fault::Fault;

/// Whether the role that is connected may read personal details, and what erased them.
pub async fn may_read_details(read: &mut Read) -> Result<bool, Fault> {
    let may: Count =
        sql("select count(*) from unnest(array['event_personal', 'erasure', 'erased_event', 'request']) as t (name)
        where not has_table_privilege('public.' || t.name, 'select')")
        .get_result(read.look())
        .await
        .map_err(fault)?;
    Ok(may.count == 0)
}

/// What took the details of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct By {
    /// The erasure.
    pub erasure: Uuid,
    /// Whether they may have gone after it, as those of a transaction that was under way (`pulih.erase_late`): it does not
    /// tell of these.
    pub late: bool,
}

/// Which erasure took the details of these events: of their account, their request, or themselves. Later ones it did not.
pub async fn by(read: &mut Read, ids: Vec<Uuid>) -> Result<HashMap<Uuid, By>, Fault> {
    #[derive(QueryableByName)]
    struct Erased {
        #[diesel(sql_type = t::Uuid)]
        event: Uuid,
        #[diesel(sql_type = t::Uuid)]
        erasure: Uuid,
        #[diesel(sql_type = t::Bool)]
        late: bool,
    }
    let rows: Vec<Erased> = sql("select e.id as event, w.id as erasure, x.event_id is null and e.at > w.at - interval '1 hour' as late from event e
        left join erased_event x on x.event_id = e.id
        join erasure w on w.id = coalesce(x.erasure_id, (select a.id from erasure a where a.account_id = e.account_id),
            (select r.erasure_id from request r where r.id = e.request_id))
        where e.id = any({}) and e.at <= w.at + case when x.event_id is null then interval '7 days' else interval '10 minutes' end")
    .bind(ids)
    .load(read.look())
    .await
    .map_err(fault)?;
    Ok(rows.into_iter().map(|row| (row.event, By { erasure: row.erasure, late: row.late })).collect())
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
    /// The event's bytes.
    #[diesel(sql_type = t::Text)]
    pub body: String,
}

/// The events that tell of these erasures.
pub async fn told(read: &mut Read, erasures: Vec<Uuid>) -> Result<Vec<Told>, Fault> {
    sql("select w.id as erasure, w.proposal_id as proposal, e.body from erasure w
        join event e on e.account_id = w.account_id and e.kind = 'erase.approved' and e.outcome = 'done'
        where w.id = any({})")
    .bind(erasures)
    .load(read.look())
    .await
    .map_err(fault)
}
