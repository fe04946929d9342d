//! Whether the log has been quiet for long.

use diesel::prelude::*;
use diesel::sql_types as t;

use super::super::sql::{Count, sql};
use super::super::tx::{Tx, fault};
use crate::base::fault::Fault;

#[derive(QueryableByName)]
struct Due {
    #[diesel(sql_type = t::Bool)]
    due: bool,
}

/// Whether nothing was sealed for so many minutes of the database's clock and nothing waits; not while another server asks
/// the same.
pub async fn due(tx: &mut Tx, minutes: i32) -> Result<bool, Fault> {
    let due: Due = sql("select pg_try_advisory_xact_lock(hashtext('pulih.heartbeat'))
            and not exists (select from seal_queue q where not exists (select from leaf l where l.event_id = q.event_id))
            and coalesce((select at < pulih.now() - make_interval(mins => {}) from checkpoint order by size desc limit 1), true)
            as due")
    .bind(minutes)
    .get_result(tx.look())
    .await
    .map_err(fault)?;
    Ok(due.due)
}

/// Leaves the log has.
pub async fn size(tx: &mut Tx) -> Result<i64, Fault> {
    let size: Count =
        sql("select coalesce(max(index) + 1, 0) as count from leaf").get_result(tx.look()).await.map_err(fault)?;
    Ok(size.count)
}
