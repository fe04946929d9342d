//! Exports of the history: what was asked for, and the events that go into one.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types as t;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::base::fault::Fault;
use crate::model::export::Format;
use crate::store::sql::{Id, sql};
use crate::store::tx::{Read, Tx, fault, word};

/// Hours a file can be fetched.
const HOURS: i32 = 24;
/// Days after which nothing of it is kept here; the log keeps that it was made.
const DAYS: i32 = 30;

/// An export as its page shows it.
#[derive(Clone, Debug, QueryableByName)]
pub struct Export {
    /// Row id.
    #[diesel(sql_type = t::Uuid)]
    pub id: Uuid,
    /// Name of who asked.
    #[diesel(sql_type = t::Text)]
    pub asked_name: String,
    /// When.
    #[diesel(sql_type = t::Timestamptz)]
    pub asked_at: DateTime<Utc>,
    #[diesel(sql_type = t::Text)]
    format: String,
    /// Whether personal details go along.
    #[diesel(sql_type = t::Bool)]
    pub personal_too: bool,
    /// What was typed.
    #[diesel(sql_type = t::Text)]
    pub query: String,
    /// `queued`, `running`, `made` or `failed`.
    #[diesel(sql_type = t::Text)]
    pub state: String,
    /// Leaves of its checkpoint, once it began.
    #[diesel(sql_type = t::Nullable<t::BigInt>)]
    pub size: Option<i64>,
    /// Leaves that were looked at.
    #[diesel(sql_type = t::BigInt)]
    pub next_leaf: i64,
    /// Parts it is kept in.
    #[diesel(sql_type = t::Integer)]
    pub parts: i32,
    /// Events so far.
    #[diesel(sql_type = t::BigInt)]
    pub rows: i64,
    /// Bytes of the file.
    #[diesel(sql_type = t::BigInt)]
    pub bytes: i64,
    /// SHA-256 of the file.
    #[diesel(sql_type = t::Nullable<t::Binary>)]
    pub sha256: Option<Vec<u8>>,
    /// Its signed manifest.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    pub manifest: Option<String>,
    /// Until when it can be fetched.
    #[diesel(sql_type = t::Nullable<t::Timestamptz>)]
    pub expires_at: Option<DateTime<Utc>>,
    /// Whether it can be fetched now.
    #[diesel(sql_type = t::Bool)]
    pub there: bool,
}

impl Export {
    /// Its form.
    pub fn format(&self) -> Result<Format, Fault> {
        word(Format::from_code(&self.format), "format", self.id)
    }
}

const COLUMNS: &str =
    "select x.id, s.name as asked_name, x.asked_at, x.format, x.personal_too, x.query, x.state, x.size,
        x.next_leaf, x.parts, x.rows, x.bytes, x.sha256, x.manifest, x.expires_at,
        coalesce(x.expires_at > pulih.now(), false) as there
    from export x join staff s on s.id = x.asked_by";

/// The newest exports.
pub async fn list(read: &mut Read, most: i64) -> Result<Vec<Export>, Fault> {
    let newest = sql(COLUMNS).add(" order by x.asked_at desc, x.id desc limit {}").bind(most);
    newest.load(read.look()).await.map_err(fault)
}

/// The export with that id.
pub async fn find(read: &mut Read, id: Uuid) -> Result<Option<Export>, Fault> {
    let found = sql(COLUMNS).add(" where x.id = {}").bind(id).load(read.look()).await.map_err(fault)?;
    Ok(found.into_iter().next())
}

/// What somebody asks for.
#[derive(Clone, Copy, Debug)]
pub struct New<'a> {
    /// Row id.
    pub id: Uuid,
    /// Who.
    pub staff: Uuid,
    /// Form of the file.
    pub format: Format,
    /// Whether personal details go along.
    pub personal: bool,
    /// What was typed.
    pub query: &'a str,
}

/// Notes what somebody asks for; false where one of theirs is still being made.
pub async fn ask(tx: &mut Tx, new: New<'_>) -> Result<bool, Fault> {
    let made: Vec<Id> =
        sql("insert into export (id, asked_by, format, personal_too, query) values ({}, {}, {}, {}, {})
            on conflict (asked_by) where ended_at is null do nothing returning id")
        .bind(new.id)
        .bind(new.staff)
        .bind(new.format.code())
        .bind(new.personal)
        .bind(new.query)
        .load(tx.write())
        .await
        .map_err(fault)?;
    Ok(!made.is_empty())
}

/// An export ended: with the hash of its file and its manifest, or without either where it cannot be made. False where
/// somebody else has its lease.
pub async fn end(tx: &mut Tx, id: Uuid, who: Uuid, made: Option<(&[u8; 32], &str)>) -> Result<bool, Fault> {
    let ended: Vec<Id> =
        sql("update export set state = case when {} then 'made' else 'failed' end, sha256 = {}, manifest = {},
            ended_at = pulih.now(), expires_at = case when {} then pulih.now() + make_interval(hours => {}) end,
            leased_by = null, leased_until = null
        where id = {} and leased_by = {} and ended_at is null returning id")
        .bind(made.is_some())
        .bind(made.map(|(sha256, _)| sha256.as_slice()))
        .bind(made.map(|(_, manifest)| manifest))
        .bind(made.is_some())
        .bind(HOURS)
        .bind(id)
        .bind(who)
        .load(tx.write())
        .await
        .map_err(fault)?;
    Ok(!ended.is_empty())
}

/// The bytes of a part as they are kept; none where it is gone.
pub async fn part(read: &mut Read, id: Uuid, number: i32) -> Result<Option<Vec<u8>>, Fault> {
    #[derive(QueryableByName)]
    struct Part {
        #[diesel(sql_type = t::Binary)]
        body: Vec<u8>,
    }
    let found: Vec<Part> = sql("select body from export_part where export_id = {} and number = {}")
        .bind(id)
        .bind(number)
        .load(read.look())
        .await
        .map_err(fault)?;
    Ok(found.into_iter().next().map(|part| part.body))
}

/// Forgets files whose time is over, and after a month that they were asked for. Bookkeeping.
pub async fn sweep(read: &mut Read) -> Result<(), Fault> {
    sql("with old as (delete from export where ended_at < pulih.now() - make_interval(days => {}) returning id)
        delete from export_part p using export x where x.id = p.export_id and (x.state = 'failed' or x.expires_at <= pulih.now())")
    .bind(DAYS)
    .execute(read.look())
    .await
    .map_err(fault)?;
    Ok(())
}
