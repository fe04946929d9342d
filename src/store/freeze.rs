//! What is frozen: set, lifted, and read.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types as t;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::sql::sql;
use super::tx::{Read, Tx, fault};
use crate::base::fault::Fault;
use crate::model::freeze::Scope;

/// A frozen way.
#[derive(Clone, Debug, QueryableByName)]
pub struct Frozen {
    /// Word of its scope.
    #[diesel(sql_type = t::Text)]
    pub scope: String,
    /// Why, in the desk's words.
    #[diesel(sql_type = t::Text)]
    pub reason: String,
    /// Since when.
    #[diesel(sql_type = t::Timestamptz)]
    pub since: DateTime<Utc>,
    /// Who froze it.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    pub by: Option<String>,
}

/// All that is frozen.
pub async fn all(read: &mut Read) -> Result<Vec<Frozen>, Fault> {
    sql("select f.scope, f.reason, f.since, s.name as by from frozen f left join staff s on s.id = f.staff_id
        order by f.scope")
    .load::<Frozen>(read.look())
    .await
    .map_err(fault)
}

/// Whether that is frozen; who asks waits for whoever freezes or lifts it now.
pub async fn hold(tx: &mut Tx, scope: Scope) -> Result<bool, Fault> {
    sql("select pg_advisory_xact_lock(hashtext('pulih.frozen'))").execute(tx.look()).await.map_err(fault)?;
    // looked at after the wait, so that what the other did is seen
    let rows =
        sql("select 1 from frozen where scope = {}").bind(scope.code()).execute(tx.look()).await.map_err(fault)?;
    Ok(rows > 0)
}

/// Freezes it.
pub async fn set(tx: &mut Tx, scope: Scope, reason: &str, staff: Uuid) -> Result<(), Fault> {
    sql("insert into frozen (scope, reason, since, staff_id) values ({}, {}, pulih.now(), {})")
        .bind(scope.code())
        .bind(reason)
        .bind(staff)
        .execute(tx.write())
        .await
        .map_err(fault)?;
    Ok(())
}

/// Lets it go on.
pub async fn lift(tx: &mut Tx, scope: Scope) -> Result<(), Fault> {
    sql("delete from frozen where scope = {}").bind(scope.code()).execute(tx.write()).await.map_err(fault)?;
    Ok(())
}
