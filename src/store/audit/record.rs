//! One event with everything that is kept of it.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types as t;
use diesel_async::RunQueryDsl;
use serde_json::Value;
use uuid::Uuid;

use crate::base::fault::Fault;
use crate::model::columns::Columns;
use crate::store::sql::sql;
use crate::store::tx::{Read, fault};

/// An event.
#[derive(Clone, Debug, QueryableByName)]
pub struct Kept {
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
    /// Who of the desk it was.
    #[diesel(sql_type = t::Nullable<t::Uuid>)]
    pub staff_id: Option<Uuid>,
    /// The account it is about.
    #[diesel(sql_type = t::Nullable<t::Uuid>)]
    pub account_id: Option<Uuid>,
    /// The request it is about.
    #[diesel(sql_type = t::Nullable<t::Uuid>)]
    pub request_id: Option<Uuid>,
    /// Its canonical bytes.
    #[diesel(sql_type = t::Text)]
    pub body: String,
    /// 32 bytes, from which the salt of each personal detail is derived; none where they were erased or never were.
    #[diesel(sql_type = t::Nullable<t::Binary>)]
    pub salt: Option<Vec<u8>>,
    /// Object of name → value, as long as it is kept.
    #[diesel(sql_type = t::Nullable<t::Jsonb>)]
    pub details: Option<Value>,
}

impl Kept {
    /// Its columns.
    pub fn columns(&self) -> Columns<'_> {
        Columns {
            id: self.id,
            at: self.at,
            kind: &self.kind,
            outcome: &self.outcome,
            actor: &self.actor,
            staff: self.staff_id,
            account: self.account_id,
            request: self.request_id,
        }
    }
}

/// An event by its id.
pub async fn find(read: &mut Read, id: Uuid) -> Result<Option<Kept>, Fault> {
    let found: Vec<Kept> = sql("select e.id, e.at, e.kind, e.outcome, e.actor, e.staff_id, e.account_id, e.request_id, e.body, p.salt, p.details from event e
        left join event_personal p on p.event_id = e.id and p.at = e.at where e.id = {}")
    .bind(id)
    .load(read.look())
    .await
    .map_err(fault)?;
    Ok(found.into_iter().next())
}

#[derive(QueryableByName)]
struct Named {
    #[diesel(sql_type = t::Text)]
    what: String,
    #[diesel(sql_type = t::Uuid)]
    id: Uuid,
    #[diesel(sql_type = t::Text)]
    name: String,
}

/// What people call these ids: `account` (User ID), `request` and `case` (reference), `staff` (name), by kind and id.
pub async fn names(read: &mut Read, ids: &[Uuid]) -> Result<BTreeMap<(String, Uuid), String>, Fault> {
    let found: Vec<Named> = sql("select 'account' as what, id, user_id as name from account where id = any({})
        union all select 'request', id, reference from request where id = any({})
        union all select 'case', id, reference from desk_case where id = any({})
        union all select 'staff', id, name from staff where id = any({})")
    .bind(ids.to_vec())
    .bind(ids.to_vec())
    .bind(ids.to_vec())
    .bind(ids.to_vec())
    .load(read.look())
    .await
    .map_err(fault)?;
    Ok(found.into_iter().map(|named| ((named.what, named.id), named.name)).collect())
}
