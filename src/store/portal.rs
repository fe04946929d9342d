//! Portals.

pub mod held;
pub mod key;
pub mod notices;

use diesel::prelude::*;
use diesel::sql_types as t;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::sql::sql;
use super::tx::{Read, Tx, fault};
use crate::base::fault::Fault;

/// A portal.
#[derive(Clone, Debug, QueryableByName)]
pub struct Portal {
    /// Its id.
    #[diesel(sql_type = t::Uuid)]
    pub id: Uuid,
    /// How commands and addresses name it.
    #[diesel(sql_type = t::Text)]
    pub slug: String,
    /// How people see it.
    #[diesel(sql_type = t::Text)]
    pub name: String,
    /// Where browsers go back to, with a grant, after a reset.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    pub return_url: Option<String>,
}

const PORTAL: &str = "select id, slug, name, return_url from portal";

/// The portal of that name in addresses.
pub async fn by_slug(read: &mut Read, slug: &str) -> Result<Option<Portal>, Fault> {
    sql(PORTAL).add(" where slug = {}").bind(slug).get_result(read.look()).await.optional().map_err(fault)
}

/// The portal of that id.
pub async fn by_id(read: &mut Read, id: Uuid) -> Result<Option<Portal>, Fault> {
    sql(PORTAL).add(" where id = {}").bind(id).get_result(read.look()).await.optional().map_err(fault)
}

/// How people see the portal of that id.
pub async fn name(tx: &mut Tx, id: Uuid) -> Result<String, Fault> {
    let portal: Portal = sql(PORTAL).add(" where id = {}").bind(id).get_result(tx.look()).await.map_err(fault)?;
    Ok(portal.name)
}

/// Every portal, by its name in addresses.
pub async fn list(read: &mut Read) -> Result<Vec<Portal>, Fault> {
    sql(PORTAL).add(" order by slug").load(read.look()).await.map_err(fault)
}

/// The portal of that name, held: what is done to its keys stands in one line.
pub async fn hold(tx: &mut Tx, slug: &str) -> Result<Option<Portal>, Fault> {
    sql(PORTAL)
        .add(" where slug = {} for no key update")
        .bind(slug)
        .get_result(tx.look())
        .await
        .optional()
        .map_err(fault)
}

/// The portal of that id, held likewise.
pub async fn hold_by_id(tx: &mut Tx, id: Uuid) -> Result<Option<Portal>, Fault> {
    sql(PORTAL).add(" where id = {} for no key update").bind(id).get_result(tx.look()).await.optional().map_err(fault)
}

/// Makes a portal known; false where one of that name or id is.
pub async fn make(tx: &mut Tx, portal: &Portal) -> Result<bool, Fault> {
    let made = sql("insert into portal (id, slug, name, return_url) values ({}, {}, {}, {}) on conflict do nothing")
        .bind(portal.id)
        .bind(portal.slug.as_str())
        .bind(portal.name.as_str())
        .bind(portal.return_url.as_deref())
        .execute(tx.write())
        .await
        .map_err(fault)?;
    Ok(made == 1)
}

/// Changes a portal's name and return URL.
pub async fn change(tx: &mut Tx, portal: &Portal) -> Result<(), Fault> {
    sql("update portal set name = {}, return_url = {} where id = {}")
        .bind(portal.name.as_str())
        .bind(portal.return_url.as_deref())
        .bind(portal.id)
        .execute(tx.write())
        .await
        .map_err(fault)?;
    Ok(())
}
