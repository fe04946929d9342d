//! Working hours and holidays, each change a new version.

use chrono_tz::Tz;
use diesel::prelude::*;
use diesel::sql_types as t;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde_json::Value;
use uuid::Uuid;

use crate::base::fault::Fault;
use crate::model::hours::{Holidays, Hours, Week};
use crate::store::sql::sql;
use crate::store::tx::{Read, Tx, fault};

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = t::Text)]
    name: String,
    #[diesel(sql_type = t::Integer)]
    version: i32,
    #[diesel(sql_type = t::Jsonb)]
    value: Value,
}

/// What holds, and the versions a change has to have seen; 0 where nothing was ever set.
#[derive(Clone, Debug)]
pub struct Current {
    /// When the desk works.
    pub hours: Hours,
    /// Version of the week.
    pub week_version: i32,
    /// Version of the holidays.
    pub holidays_version: i32,
}

/// What holds now.
pub async fn current(read: &mut Read, zone: Tz) -> Result<Current, Fault> {
    load(read.look(), zone).await
}

/// The same inside a transaction.
pub async fn held(tx: &mut Tx, zone: Tz) -> Result<Current, Fault> {
    load(tx.look(), zone).await
}

/// The same for a change: whoever else changes settings waits.
pub async fn hold(tx: &mut Tx, zone: Tz) -> Result<Current, Fault> {
    sql("select pg_advisory_xact_lock(hashtext('pulih.setting'))").execute(tx.look()).await.map_err(fault)?;
    held(tx, zone).await
}

async fn load(connection: &mut AsyncPgConnection, zone: Tz) -> Result<Current, Fault> {
    let rows = sql("select distinct on (name) name, version, value from setting order by name, version desc")
        .load::<Row>(connection)
        .await
        .map_err(fault)?;
    let hours = Hours { zone, week: Week::default(), holidays: Holidays::default() };
    let mut current = Current { hours, week_version: 0, holidays_version: 0 };
    let unreadable = |name: &str| Fault::broken(format!("the setting {name} cannot be read"));
    for row in rows {
        if row.name == "hours" {
            current.hours.week = Week::from_json(&row.value).ok_or_else(|| unreadable("hours"))?;
            current.week_version = row.version;
        } else {
            current.hours.holidays = Holidays::from_json(&row.value).ok_or_else(|| unreadable("holidays"))?;
            current.holidays_version = row.version;
        }
    }
    Ok(current)
}

/// Writes a new version of `hours` or `holidays`.
pub async fn write(tx: &mut Tx, name: &str, version: i32, value: &Value, staff: Uuid) -> Result<(), Fault> {
    sql("insert into setting (name, version, value, staff_id) values ({}, {}, {}, {})")
        .bind(name)
        .bind(version)
        .bind(Some(value))
        .bind(staff)
        .execute(tx.write())
        .await
        .map_err(fault)?;
    Ok(())
}
