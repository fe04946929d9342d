//! Texts for replies; a change is a new version, and what was sent stays what it was.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types as t;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::base::fault::Fault;
use crate::base::random;
use crate::store::sql::sql;
use crate::store::tx::{Read, Tx, fault};

/// A text in both languages.
#[derive(Clone, Debug, QueryableByName)]
pub struct Canned {
    /// Row id of this version.
    #[diesel(sql_type = t::Uuid)]
    pub id: Uuid,
    /// Its name.
    #[diesel(sql_type = t::Text)]
    pub name: String,
    /// Its version.
    #[diesel(sql_type = t::Integer)]
    pub version: i32,
    /// In Indonesian.
    #[diesel(sql_type = t::Text)]
    pub text_id: String,
    /// In English.
    #[diesel(sql_type = t::Text)]
    pub text_en: String,
    /// When it was written.
    #[diesel(sql_type = t::Timestamptz)]
    pub at: DateTime<Utc>,
    /// Who wrote it; none for those that were there from the start.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    pub by: Option<String>,
}

const CURRENT: &str = "select c.id, c.name, c.version, c.text_id, c.text_en, c.at, s.name as by
    from canned c left join staff s on s.id = c.staff_id where c.retired_at is null";

/// All that are offered, by name.
pub async fn all(read: &mut Read) -> Result<Vec<Canned>, Fault> {
    sql(CURRENT).add(" order by c.name limit 200").load::<Canned>(read.look()).await.map_err(fault)
}

/// One that is offered.
pub async fn find(read: &mut Read, id: Uuid) -> Result<Option<Canned>, Fault> {
    sql(CURRENT).add(" and c.id = {}").bind(id).get_result::<Canned>(read.look()).await.optional().map_err(fault)
}

/// The same, held for a change.
pub async fn hold(tx: &mut Tx, id: Uuid) -> Result<Option<Canned>, Fault> {
    sql(CURRENT)
        .add(" and c.id = {} for update of c")
        .bind(id)
        .get_result::<Canned>(tx.look())
        .await
        .optional()
        .map_err(fault)
}

/// The last version of a name, retired or not; 0 for a new one.
pub async fn last_version(tx: &mut Tx, name: &str) -> Result<(i32, bool), Fault> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = t::Integer)]
        version: i32,
        #[diesel(sql_type = t::Bool)]
        offered: bool,
    }
    sql("select pg_advisory_xact_lock(hashtext('pulih.canned'))").execute(tx.look()).await.map_err(fault)?;
    let row =
        sql("select coalesce(max(version), 0) as version, coalesce(bool_or(retired_at is null), false) as offered
        from canned where name = {}")
        .bind(name)
        .get_result::<Row>(tx.look())
        .await
        .map_err(fault)?;
    Ok((row.version, row.offered))
}

/// A text that is no longer offered.
pub async fn retire(tx: &mut Tx, id: Uuid) -> Result<(), Fault> {
    sql("update canned set retired_at = pulih.now() where id = {}")
        .bind(id)
        .execute(tx.write())
        .await
        .map_err(fault)?;
    Ok(())
}

/// Writes a version.
pub async fn write(
    tx: &mut Tx,
    name: &str,
    version: i32,
    (text_id, text_en): (&str, &str),
    staff: Uuid,
) -> Result<(), Fault> {
    sql("insert into canned (id, name, version, text_id, text_en, staff_id) values ({}, {}, {}, {}, {}, {})")
        .bind(random::id())
        .bind(name)
        .bind(version)
        .bind(text_id)
        .bind(text_en)
        .bind(staff)
        .execute(tx.write())
        .await
        .map_err(fault)?;
    Ok(())
}
