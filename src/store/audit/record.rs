//! One event with everything that is kept of it.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel::sql_types as t;
use diesel_async::RunQueryDsl;
use serde_json::Value;
use uuid::Uuid;

use crate::base::fault::Fault;
use crate::store::event;
use crate::store::sql::sql;
use crate::store::tx::{Read, fault};

/// An event with its personal details.
#[derive(Clone, Debug, QueryableByName)]
pub struct Kept {
    /// Its row.
    #[diesel(embed)]
    pub event: event::Row,
    /// 32 bytes, from which the salt of each personal detail is derived; none where they were erased or never were.
    #[diesel(sql_type = t::Nullable<t::Binary>)]
    pub salt: Option<Vec<u8>>,
    /// Object of name → value, as long as it is kept.
    #[diesel(sql_type = t::Nullable<t::Jsonb>)]
    pub details: Option<Value>,
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
