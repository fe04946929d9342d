//! The bytes of a mail, kept before anybody reads them.

use diesel::QueryableByName;
use diesel::sql_types as t;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::base::fault::Fault;
use crate::model::inbound::{Envelope, Park, Source, Stage};
use crate::store::sql::sql;
use crate::store::tx::{Tx, fault};

/// A mail that is about to be kept.
#[derive(Clone, Copy, Debug)]
pub struct New<'a> {
    /// Row id, for which it is sealed.
    pub id: Uuid,
    /// SHA-256 of what is kept of it.
    pub sha256: &'a [u8; 32],
    /// How long it came, also where less is kept.
    pub bytes: i32,
    /// What is kept, sealed.
    pub sealed: &'a [u8],
    /// By which way it came.
    pub source: Source,
    /// How it was handed over.
    pub envelope: &'a Envelope,
    /// Why nobody will read it.
    pub park: Option<Park>,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = t::Uuid)]
    id: Uuid,
}

/// Keeps a mail; or tells the row that has the same bytes, once whoever is writing that has committed.
pub async fn keep(tx: &mut Tx, new: New<'_>) -> Result<Option<Uuid>, Fault> {
    let client = new.envelope.client.map(|client| client.to_string());
    let stage = if new.park.is_some() { Stage::Parked } else { Stage::Taken };
    let kept = sql("insert into inbound (id, sha256, bytes, sealed_raw, source, client, helo, envelope_sender,
            envelope_recipient, stage, park_reason, read_at)
        select n.*, case when n.stage = 'parked' then pulih.now() end
        from (values ({}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}))
            n (id, sha256, bytes, sealed_raw, source, client, helo, sender, recipient, stage, reason)
        on conflict (sha256) do nothing returning id")
    .bind(new.id)
    .bind(new.sha256)
    .bind(new.bytes)
    .bind(new.sealed)
    .bind(new.source.code())
    .bind(client.as_deref())
    .bind(new.envelope.helo.as_deref())
    .bind(new.envelope.sender.as_deref())
    .bind(new.envelope.recipient.as_deref())
    .bind(stage.code())
    .bind(new.park.map(Park::code))
    .load::<Row>(tx.write())
    .await
    .map_err(fault)?;
    if !kept.is_empty() {
        return Ok(None);
    }
    let there = sql("select id from inbound where sha256 = {}").bind(new.sha256);
    let row = there.get_result::<Row>(tx.look()).await.map_err(fault)?;
    Ok(Some(row.id))
}
