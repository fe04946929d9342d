//! The event log: one append for each action.

use diesel_async::RunQueryDsl;

use super::sql::sql;
use super::tx::{Tx, fault};
use crate::base::fault::Fault;
use crate::model::event::Record;

/// Appends the event of an action, with what its commitments open to, in one statement.
pub(super) async fn append(tx: &mut Tx, record: &Record) -> Result<(), Fault> {
    let personal = record.personal.as_ref();
    sql("with e as (
            insert into event (id, at, kind, outcome, actor, staff_id, account_id, request_id, body)
            values ({}, {}, {}, {}, {}, {}, {}, {}, {}) returning id, at)
        insert into event_personal (event_id, at, salt, details)
        select e.id, e.at, p.salt, p.details from e, (select {}::bytea as salt, {}::jsonb as details) p where p.salt is not null")
    .bind(record.id)
    .bind(record.at)
    .bind(record.kind)
    .bind(record.outcome)
    .bind(record.actor)
    .bind(record.staff)
    .bind(record.account)
    .bind(record.request)
    .bind(record.body.as_str())
    .bind(personal.map(|p| p.salt.as_slice()))
    .bind(personal.map(|p| &p.details))
    .execute(tx.look())
    .await
    .map_err(fault)?;
    Ok(())
}
