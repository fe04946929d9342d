//! Figures of reports: counted out of sealed events, each exactly once, and read by range.
//!
//! Counting is bookkeeping: it derives from the log and changes nothing that people did.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use diesel::prelude::*;
use diesel::sql_types as t;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde_json::Value;
use uuid::Uuid;

use crate::base::fault::Fault;
use crate::model::figures::memory::{Key, Memory, NOUNS};
use crate::model::figures::report::{Counted, Person};
use crate::model::figures::tally::{Counts, Tally, Told};
use crate::model::figures::{Cell, Range};
use crate::store::sql::sql;
use crate::store::tx::{Read, fault, keep};

/// Leaves that are counted at once.
const BATCH: i64 = 2_000;

/// The statements of a page, for the test that looks at their plans; none reads events.
pub const OF_A_PAGE: [&str; 3] = [SUMS, RESETS, COUNTED];
/// What each batch reads of the log: a walk along leaves, each event by its key.
pub const BODIES: &str =
    "select l.index, (select e.body from event e where e.id = l.event_id and e.at = l.event_at) as body
    from leaf l where l.index >= {} and l.index < {} order by l.index";
const SUMS: &str = "select measure, a, b, sum(n)::bigint as n from figure
    where day >= {}::text::date and day <= {}::text::date group by measure, a, b order by measure, a, b";
const RESETS: &str = "select day, sum(n)::bigint as n from figure
    where day >= {}::text::date and day <= {}::text::date and measure = 'reset' group by day order by day";
const COUNTED: &str = "select next as leaves, at,
    greatest((select coalesce(max(index) + 1, 0) from leaf) - next, 0) as behind from figure_place";

#[derive(QueryableByName)]
struct Place {
    #[diesel(sql_type = t::BigInt)]
    next: i64,
}

#[derive(QueryableByName)]
struct Body {
    #[diesel(sql_type = t::BigInt)]
    index: i64,
    #[diesel(sql_type = t::Nullable<t::Text>)]
    body: Option<String>,
}

#[derive(QueryableByName)]
struct Remembered {
    #[diesel(sql_type = t::Text)]
    noun: String,
    #[diesel(sql_type = t::Uuid)]
    id: Uuid,
    #[diesel(sql_type = t::Jsonb)]
    facts: Value,
}

#[derive(QueryableByName)]
struct Kind {
    #[diesel(sql_type = t::Uuid)]
    id: Uuid,
    #[diesel(sql_type = t::Text)]
    kind: String,
}

/// Counts the next leaves; how many there were, which is none where another server is at it.
pub async fn count(read: Read, zone: Tz) -> Result<usize, Fault> {
    Ok(keep(read, async |connection| within(connection, zone).await).await?.unwrap_or(0))
}

async fn within(connection: &mut AsyncPgConnection, zone: Tz) -> Result<Option<usize>, Fault> {
    let place: Vec<Place> =
        sql("select next from figure_place for update skip locked").load(connection).await.map_err(fault)?;
    let Some(Place { next }) = place.into_iter().next() else { return Ok(None) };
    let bodies: Vec<Body> =
        sql(BODIES).bind(next).bind(next.saturating_add(BATCH)).load(connection).await.map_err(fault)?;
    // leaves stand without gaps; where one was taken out, what comes after it is still counted once
    let Some(last) = bodies.last().map(|row| row.index) else { return Ok(None) };
    // what is gone or cannot be read is for the verification to find
    let events: Vec<Told> = bodies.iter().filter_map(|row| Told::read(row.body.as_deref()?)).collect();
    let types = types(connection, &events).await?;
    let mut tally = Tally::new(zone, &types, remembered(connection, &events).await?);
    for event in &events {
        tally.count(event);
    }
    add(connection, &tally.counts).await?;
    remember(connection, &tally.memory).await?;
    sql("update figure_place set next = {}, at = coalesce({}, at)")
        .bind(last.saturating_add(1))
        .bind(events.last().map(|event| event.at))
        .execute(connection)
        .await
        .map_err(fault)?;
    Ok(Some(bodies.len()))
}

/// Tipe User of the accounts that the events are about; accounts are never removed.
async fn types(connection: &mut AsyncPgConnection, events: &[Told]) -> Result<HashMap<Uuid, String>, Fault> {
    let ids: Vec<Uuid> = events.iter().filter_map(Told::account).collect();
    let rows: Vec<Kind> =
        sql("select id, kind from account where id = any({})").bind(ids).load(connection).await.map_err(fault)?;
    Ok(rows.into_iter().map(|row| (row.id, row.kind)).collect())
}

async fn remembered(connection: &mut AsyncPgConnection, events: &[Told]) -> Result<Memory, Fault> {
    let keys: BTreeSet<Key> = events.iter().flat_map(Told::keys).collect();
    let (nouns, ids): (Vec<&str>, Vec<Uuid>) = keys.into_iter().unzip();
    let rows: Vec<Remembered> = sql("select m.noun, m.id, m.facts from unnest({}, {}) k (noun, id)
        join figure_memory m on m.noun = k.noun and m.id = k.id")
    .bind(nouns)
    .bind(ids)
    .load(connection)
    .await
    .map_err(fault)?;
    let key = |row: &Remembered| NOUNS.into_iter().find(|noun| *noun == row.noun).map(|noun| (noun, row.id));
    Ok(Memory::new(rows.into_iter().filter_map(|row| Some((key(&row)?, row.facts)))))
}

async fn add(connection: &mut AsyncPgConnection, counts: &Counts) -> Result<(), Fault> {
    let days: Vec<String> = counts.keys().map(|(day, ..)| day.to_string()).collect();
    sql("insert into figure (day, measure, a, b, n)
        select d::date, m, a, b, n from unnest({}, {}, {}, {}, {}) c (d, m, a, b, n)
        on conflict (day, measure, a, b) do update set n = figure.n + excluded.n")
    .bind(days.iter().map(String::as_str).collect::<Vec<_>>())
    .bind(counts.keys().map(|(_, measure, ..)| *measure).collect::<Vec<_>>())
    .bind(counts.keys().map(|(_, _, a, _)| a.as_str()).collect::<Vec<_>>())
    .bind(counts.keys().map(|(.., b)| b.as_str()).collect::<Vec<_>>())
    .bind(counts.values().copied().collect::<Vec<_>>())
    .execute(connection)
    .await
    .map_err(fault)?;
    Ok(())
}

async fn remember(connection: &mut AsyncPgConnection, memory: &Memory) -> Result<(), Fault> {
    let (kept, gone) = memory.changes();
    let texts: Vec<String> = kept.iter().map(|(_, facts)| facts.to_string()).collect();
    sql("insert into figure_memory (noun, id, facts) select n, i, f::jsonb from unnest({}, {}, {}) k (n, i, f)
        on conflict (noun, id) do update set facts = excluded.facts")
    .bind(kept.iter().map(|((noun, _), _)| *noun).collect::<Vec<_>>())
    .bind(kept.iter().map(|((_, id), _)| *id).collect::<Vec<_>>())
    .bind(texts.iter().map(String::as_str).collect::<Vec<_>>())
    .execute(connection)
    .await
    .map_err(fault)?;
    let (nouns, ids): (Vec<&str>, Vec<Uuid>) = gone.into_iter().unzip();
    sql("delete from figure_memory m using unnest({}, {}) k (noun, id) where m.noun = k.noun and m.id = k.id")
        .bind(nouns)
        .bind(ids)
        .execute(connection)
        .await
        .map_err(fault)?;
    Ok(())
}

#[derive(QueryableByName)]
struct Sum {
    #[diesel(sql_type = t::Text)]
    measure: String,
    #[diesel(sql_type = t::Text)]
    a: String,
    #[diesel(sql_type = t::Text)]
    b: String,
    #[diesel(sql_type = t::BigInt)]
    n: i64,
}

/// What was counted in a range of days, by measure and its two words.
pub async fn sums(read: &mut Read, range: Range) -> Result<Vec<(String, Cell)>, Fault> {
    let (from, to) = (range.from.to_string(), range.to.to_string());
    let rows: Vec<Sum> = sql(SUMS).bind(from.as_str()).bind(to.as_str()).load(read.look()).await.map_err(fault)?;
    Ok(rows.into_iter().map(|row| (row.measure, Cell { a: row.a, b: row.b, n: row.n })).collect())
}

#[derive(QueryableByName)]
struct Daily {
    #[diesel(sql_type = t::Date)]
    day: NaiveDate,
    #[diesel(sql_type = t::BigInt)]
    n: i64,
}

/// Resets of each day of a range that has some.
pub async fn resets(read: &mut Read, range: Range) -> Result<Vec<(NaiveDate, i64)>, Fault> {
    let (from, to) = (range.from.to_string(), range.to.to_string());
    let rows: Vec<Daily> = sql(RESETS).bind(from.as_str()).bind(to.as_str()).load(read.look()).await.map_err(fault)?;
    Ok(rows.into_iter().map(|row| (row.day, row.n)).collect())
}

#[derive(QueryableByName)]
struct Until {
    #[diesel(sql_type = t::BigInt)]
    leaves: i64,
    #[diesel(sql_type = t::BigInt)]
    behind: i64,
    #[diesel(sql_type = t::Nullable<t::Timestamptz>)]
    at: Option<DateTime<Utc>>,
}

/// How far the log was counted.
pub async fn counted(read: &mut Read) -> Result<Counted, Fault> {
    let row: Until = sql(COUNTED).get_result(read.look()).await.map_err(fault)?;
    Ok(Counted { leaves: row.leaves, behind: row.behind, at: row.at })
}

#[derive(QueryableByName)]
struct Named {
    #[diesel(sql_type = t::Uuid)]
    id: Uuid,
    #[diesel(sql_type = t::Text)]
    name: String,
    #[diesel(sql_type = t::Text)]
    username: String,
}

/// People of the desk by id.
pub async fn people(read: &mut Read, ids: Vec<Uuid>) -> Result<Vec<(String, Person)>, Fault> {
    let rows: Vec<Named> = sql("select id, name, username from staff where id = any({})")
        .bind(ids)
        .load(read.look())
        .await
        .map_err(fault)?;
    Ok(rows.into_iter().map(|p| (p.id.to_string(), Person { name: p.name, username: p.username })).collect())
}
