//! The event log: one append for each action, and a row of it as it stands.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types as t;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

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

/// The types of a [`Row`]'s columns, in its order.
pub(super) type Columns = (
    t::Uuid,
    t::Timestamptz,
    t::Text,
    t::Text,
    t::Text,
    t::Nullable<t::Uuid>,
    t::Nullable<t::Uuid>,
    t::Nullable<t::Uuid>,
    t::Text,
);

/// An event's row: the columns by which it is found and listed, and the bytes that are proved.
#[derive(Clone, Debug, Queryable, QueryableByName)]
pub struct Row {
    /// Its id.
    #[diesel(sql_type = t::Uuid)]
    pub id: Uuid,
    /// When.
    #[diesel(sql_type = t::Timestamptz)]
    pub at: DateTime<Utc>,
    /// Its kind.
    #[diesel(sql_type = t::Text)]
    pub kind: String,
    /// `done` or `refused`.
    #[diesel(sql_type = t::Text)]
    pub outcome: String,
    /// Who, in one word.
    #[diesel(sql_type = t::Text)]
    pub actor: String,
    /// Who of the desk.
    #[diesel(sql_type = t::Nullable<t::Uuid>)]
    pub staff_id: Option<Uuid>,
    /// The account it is about.
    #[diesel(sql_type = t::Nullable<t::Uuid>)]
    pub account_id: Option<Uuid>,
    /// The request it is about.
    #[diesel(sql_type = t::Nullable<t::Uuid>)]
    pub request_id: Option<Uuid>,
    /// Its canonical bytes, whose hash is the leaf.
    #[diesel(sql_type = t::Text)]
    pub body: String,
}
