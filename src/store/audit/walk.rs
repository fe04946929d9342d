//! One walk along an index of the log, newest or oldest first, which costs the same wherever it begins.
//!
//! Whatever else is asked is looked at event by event, and a walk gives up after so many: it says where it stands, and the
//! next page goes on from there.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types as t;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::base::fault::Fault;
use crate::model::history::forever;
use crate::store::sql::{Sql, sql};
use crate::store::tx::{Read, fault};

/// A place in the history: an event's time and id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, QueryableByName)]
pub struct Key {
    /// When.
    #[diesel(sql_type = t::Timestamptz)]
    pub at: DateTime<Utc>,
    /// Which.
    #[diesel(sql_type = t::Uuid)]
    pub id: Uuid,
}

/// Which way a walk goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// Towards older events.
    Older,
    /// Towards newer ones.
    Newer,
}

/// The index along which it goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum On {
    All,
    Event(Uuid),
    Kind(&'static str),
    /// One of those who act seldom.
    Actor(&'static str),
    Staff(Uuid),
    Account(Uuid),
    /// Few requests, of few events each.
    Requests(Vec<Uuid>),
    Refused,
    Refusal(String),
}

/// What is looked at event by event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Narrow {
    Never,
    Kinds(Vec<&'static str>),
    Actor(&'static str),
    About {
        staff: Vec<Uuid>,
        accounts: Vec<Uuid>,
        requests: Vec<Uuid>,
    },
    Refused,
    Refusal(String),
    Between(DateTime<Utc>, DateTime<Utc>),
    Leaves(i64, i64),
    /// The body holds that text, as a pattern of LIKE.
    Holds(String),
}

/// A walk that is to be made.
#[derive(Clone, Copy, Debug)]
pub(super) struct Walk<'a> {
    /// What has to hold besides; a `true` before it turns it round.
    pub(super) narrow: &'a [(bool, Narrow)],
    /// From this time to before that one.
    pub(super) between: (DateTime<Utc>, DateTime<Utc>),
    pub(super) turn: Turn,
    /// Where it begins: not that event itself.
    pub(super) past: Option<Key>,
    /// Events wanted at most.
    pub(super) most: i64,
    /// Events looked at, at most.
    pub(super) budget: i64,
}

/// What a walk found, in its own order.
#[derive(Clone, Debug, Default)]
pub(super) struct Walked {
    pub(super) keys: Vec<Key>,
    /// Where it gave up, if it did.
    pub(super) end: Option<Key>,
}

const FEW: &str = "select r.at, r.id, r.kind, r.actor, r.outcome, r.staff_id, r.account_id, r.request_id, r.body
    from (with few as materialized (select * from event e where ";
const MANY: &str =
    "select e.at, e.id, e.kind, e.actor, e.outcome, e.staff_id, e.account_id, e.request_id, e.body from event e where ";

impl Walk<'_> {
    /// Goes along one index of `event`.
    pub(super) async fn along(&self, read: &mut Read, on: &On) -> Result<Walked, Fault> {
        let looked = if self.narrow.is_empty() { self.most } else { self.budget };
        let statement = self.events(self.begin(), on, looked);
        let (window, order) = match self.turn {
            Turn::Older => (
                ") w window o as (order by w.at desc, w.id desc)) w where (w.fits or w.place = {})",
                " order by w.at desc, w.id desc limit {}",
            ),
            Turn::Newer => (
                ") w window o as (order by w.at, w.id)) w where (w.fits or w.place = {})",
                " order by w.at, w.id limit {}",
            ),
        };
        self.end(read, statement.add(window), looked, order).await
    }

    /// Whatever was looked at with its place among that, and whether it is asked for.
    fn begin(&self) -> Sql<'_> {
        let statement = sql("select w.at, w.id, w.fits, w.place from (
            select w.*, row_number() over o as place, (w.at >= {} and w.at < {}")
        .bind(self.between.0)
        .bind(self.between.1);
        asked(statement, self.narrow).add(") as fits from (")
    }

    /// Those asked for, and the last that was looked at, in one go: it stops at the page's end.
    async fn end(
        &self,
        read: &mut Read,
        statement: Sql<'_>,
        looked: i64,
        order: &'static str,
    ) -> Result<Walked, Fault> {
        #[derive(QueryableByName)]
        struct Looked {
            #[diesel(embed)]
            key: Key,
            #[diesel(sql_type = t::Bool)]
            fits: bool,
            #[diesel(sql_type = t::BigInt)]
            place: i64,
        }
        let statement = statement.bind(looked).add(order).bind(self.most);
        let rows: Vec<Looked> = statement.load(read.look()).await.map_err(fault)?;
        let keys: Vec<Key> = rows.iter().filter(|row| row.fits).map(|row| row.key).collect();
        let enough = i64::try_from(keys.len()).unwrap_or(i64::MAX) >= self.most;
        let end = rows.last().filter(|row| row.place == looked && !enough).map(|row| row.key);
        Ok(Walked { keys, end })
    }

    /// The events along an index, as a query.
    fn events<'a>(&self, statement: Sql<'a>, on: &'a On, looked: i64) -> Sql<'a> {
        let few = matches!(on, On::Requests(_) | On::Event(_));
        let statement = indexed(statement.add(if few { FEW } else { MANY }), on);
        let statement = statement.add(" and e.at >= {} and e.at < {}").bind(self.between.0).bind(self.between.1);
        let statement = match (self.past, self.turn) {
            (None, _) => statement,
            // the first comparison is what leaves out partitions
            (Some(past), Turn::Older) => {
                statement.add(" and e.at <= {} and (e.at, e.id) < ({}, {})").bind(past.at).bind(past.at).bind(past.id)
            }
            (Some(past), Turn::Newer) => {
                statement.add(" and e.at >= {} and (e.at, e.id) > ({}, {})").bind(past.at).bind(past.at).bind(past.id)
            }
        };
        let ordered = match (few, self.turn) {
            (true, Turn::Older) => ") select * from few) r order by r.at desc, r.id desc limit {}",
            (true, Turn::Newer) => ") select * from few) r order by r.at, r.id limit {}",
            (false, Turn::Older) => " order by e.at desc, e.id desc limit {}",
            (false, Turn::Newer) => " order by e.at, e.id limit {}",
        };
        statement.add(ordered).bind(looked)
    }

    /// Goes along the numbers of leaves from one up to another. Its order is theirs, which is that of commits.
    pub(super) async fn leaves(&self, read: &mut Read, (from, to): (i64, i64)) -> Result<Walked, Fault> {
        let (mut from, mut to) = (from, to);
        if let Some(past) = self.past {
            let found: Vec<Index> = sql("select index from leaf where event_id = {}")
                .bind(past.id)
                .load(read.look())
                .await
                .map_err(fault)?;
            match (found.into_iter().next(), self.turn) {
                (None, _) => {}
                (Some(past), Turn::Older) => to = to.min(past.index - 1),
                (Some(past), Turn::Newer) => from = from.max(past.index + 1),
            }
        }
        let all = self.narrow.is_empty() && self.between == (DateTime::UNIX_EPOCH, forever());
        let looked = if all { self.most } else { self.budget };
        let statement = self.numbered(self.begin(), from, to, looked);
        let (window, order) = match self.turn {
            Turn::Older => (
                ") w window o as (order by w.index desc)) w where (w.fits or w.place = {})",
                " order by w.index desc limit {}",
            ),
            Turn::Newer => {
                (") w window o as (order by w.index)) w where (w.fits or w.place = {})", " order by w.index limit {}")
            }
        };
        self.end(read, statement.add(window), looked, order).await
    }

    fn numbered<'a>(&self, statement: Sql<'a>, from: i64, to: i64, looked: i64) -> Sql<'a> {
        let statement = statement
            .add(
                "select e.at, e.id, e.kind, e.actor, e.outcome, e.staff_id, e.account_id, e.request_id, e.body, n.index
                from (select l.index, l.event_id, l.event_at from leaf l where l.index >= {} and l.index <= {} order by ",
            )
            .bind(from)
            .bind(to);
        let statement = match self.turn {
            Turn::Older => statement.add("l.index desc limit {}) n"),
            Turn::Newer => statement.add("l.index limit {}) n"),
        };
        statement.bind(looked).add(" join event e on e.id = n.event_id and e.at = n.event_at")
    }
}

#[derive(QueryableByName)]
struct Index {
    #[diesel(sql_type = t::BigInt)]
    index: i64,
}

/// What stands in the index; partial ones need their own words.
fn indexed<'a>(statement: Sql<'a>, on: &'a On) -> Sql<'a> {
    match on {
        On::All => statement.add("true"),
        On::Event(id) => statement.add("e.id = {}").bind(*id),
        On::Kind(kind) => statement.add("e.kind = {}").bind(*kind),
        On::Actor("staff") => statement.add("e.actor = 'staff'"),
        On::Actor("operator") => statement.add("e.actor = 'operator'"),
        On::Actor("portal") => statement.add("e.actor = 'portal'"),
        On::Actor(actor) => statement.add("e.actor = {}").bind(*actor),
        On::Staff(id) => statement.add("e.staff_id = {}").bind(*id),
        On::Account(id) => statement.add("e.account_id = {}").bind(*id),
        On::Requests(ids) => statement.add("e.request_id = any({})").bind(ids.clone()),
        On::Refused => statement.add("e.outcome = 'refused'"),
        On::Refusal(code) => statement
            .add("e.outcome = 'refused' and substring(e.body from '\"refusal\":\"([^\"]+)\"') = {}")
            .bind(code.as_str()),
    }
}

/// What is looked at event by event, of an event that is called `w`.
pub(super) fn asked<'a>(mut statement: Sql<'a>, narrow: &'a [(bool, Narrow)]) -> Sql<'a> {
    for (not, what) in narrow {
        statement = statement.add(if *not { " and not coalesce(" } else { " and coalesce(" });
        statement = one(statement, what).add(", false)");
    }
    statement
}

fn one<'a>(statement: Sql<'a>, narrow: &'a Narrow) -> Sql<'a> {
    match narrow {
        Narrow::Never => statement.add("false"),
        Narrow::Kinds(kinds) => statement.add("w.kind = any({})").bind(kinds.clone()),
        Narrow::Actor(actor) => statement.add("w.actor = {}").bind(*actor),
        Narrow::About { staff, accounts, requests } => statement
            .add("(w.staff_id = any({}) or w.account_id = any({}) or w.request_id = any({}))")
            .bind(staff.clone())
            .bind(accounts.clone())
            .bind(requests.clone()),
        Narrow::Refused => statement.add("w.outcome = 'refused'"),
        Narrow::Refusal(code) => statement
            .add("(w.outcome = 'refused' and substring(w.body from '\"refusal\":\"([^\"]+)\"') = {})")
            .bind(code.as_str()),
        Narrow::Between(from, to) => statement.add("(w.at >= {} and w.at < {})").bind(*from).bind(*to),
        Narrow::Leaves(from, to) => statement
            .add("exists (select from leaf l where l.event_id = w.id and l.index >= {} and l.index <= {})")
            .bind(*from)
            .bind(*to),
        Narrow::Holds(pattern) => statement.add("w.body like {}").bind(pattern.as_str()),
    }
}
