//! Files that prove what a proposal says: sealed, known by their hash, forgotten in time.

use diesel::prelude::*;
use diesel::sql_types as t;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::base::fault::Fault;
use crate::model::proposal::Media;
use crate::store::sql::sql;
use crate::store::tx::{Read, Tx, fault};

/// A file that is about to be kept.
#[derive(Clone, Copy, Debug)]
pub struct NewFile<'a> {
    /// Row id, for which it is sealed.
    pub id: Uuid,
    /// Its proposal.
    pub proposal: Uuid,
    /// Its name.
    pub name: &'a str,
    /// What it is.
    pub media: Media,
    /// How long it is.
    pub bytes: i64,
    /// SHA-256 of its bytes.
    pub sha256: &'a [u8; 32],
    /// Its bytes, sealed.
    pub sealed: &'a [u8],
    /// Who brought it.
    pub by: Uuid,
}

/// Keeps a file; what was shown of the proposal before is shown no more.
pub async fn keep(tx: &mut Tx, new: NewFile<'_>) -> Result<(), Fault> {
    sql("with v as (update proposal set version = version + 1 where id = {})
        insert into evidence (id, proposal_id, name, media_type, bytes, sha256, sealed, staff_id, at)
        values ({}, {}, {}, {}, {}, {}, {}, {}, pulih.now())")
    .bind(new.proposal)
    .bind(new.id)
    .bind(new.proposal)
    .bind(new.name)
    .bind(new.media.code())
    .bind(new.bytes)
    .bind(new.sha256)
    .bind(new.sealed)
    .bind(new.by)
    .execute(tx.write())
    .await
    .map_err(fault)?;
    Ok(())
}

/// A file without its bytes.
#[derive(Clone, Debug, QueryableByName)]
pub struct File {
    /// Row id.
    #[diesel(sql_type = t::Uuid)]
    pub id: Uuid,
    /// Its name.
    #[diesel(sql_type = t::Text)]
    pub name: String,
    /// How long it is.
    #[diesel(sql_type = t::BigInt)]
    pub bytes: i64,
    /// SHA-256 of its bytes.
    #[diesel(sql_type = t::Binary)]
    pub sha256: Vec<u8>,
    /// Its sealed bytes; none once they are forgotten, and in lists.
    #[diesel(sql_type = t::Nullable<t::Binary>)]
    pub sealed: Option<Vec<u8>>,
}

/// The files of a proposal.
pub async fn list(read: &mut Read, proposal: Uuid) -> Result<Vec<File>, Fault> {
    sql("select id, name, bytes, sha256, null::bytea as sealed from evidence where proposal_id = {} order by id")
        .bind(proposal)
        .load::<File>(read.look())
        .await
        .map_err(fault)
}

/// One file of a proposal with its sealed bytes.
pub async fn find(read: &mut Read, proposal: Uuid, id: Uuid) -> Result<Option<File>, Fault> {
    sql("select id, name, bytes, sha256, sealed from evidence where proposal_id = {} and id = {}")
        .bind(proposal)
        .bind(id)
        .get_result::<File>(read.look())
        .await
        .optional()
        .map_err(fault)
}

/// Forgets the bytes of up to `most` files whose proposal ended so many days ago; their hashes stay. Returns how many.
pub async fn forget(tx: &mut Tx, days: i32, most: i64) -> Result<usize, Fault> {
    sql("update evidence set sealed = null where id in (
            select e.id from evidence e join proposal p on p.id = e.proposal_id
            where e.sealed is not null and p.ended_at < (select pulih.now()) - make_interval(days => {}) limit {})")
    .bind(days)
    .bind(most)
    .execute(tx.write())
    .await
    .map_err(fault)
}
