//! The queue: its views with their counts, and searches, a page at a time.

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, TimeZone as _, Utc};
use chrono_tz::Tz;
use diesel::prelude::*;
use diesel::sql_types as t;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::base::fault::Fault;
use crate::model::account::{fold_address, fold_user_id};
use crate::model::desk::{CaseState, Ending, Reason, View};
use crate::model::inbound::Verdict;
use crate::model::search::{Agent, Term, What, pattern};
use crate::store::sql::{Sql, sql};
use crate::store::tx::{Read, fault, word};

/// Cases of a page.
pub const PAGE: i64 = 50;
/// Counts are told up to here.
pub const COUNT_MAX: i64 = 1000;

/// A case as the queue shows it.
#[derive(Clone, Debug, QueryableByName)]
pub struct Row {
    /// Row id.
    #[diesel(sql_type = t::Uuid)]
    pub id: Uuid,
    /// Its reference.
    #[diesel(sql_type = t::Text)]
    pub reference: String,
    #[diesel(sql_type = t::Text)]
    state: String,
    #[diesel(sql_type = t::Text)]
    reason: String,
    #[diesel(sql_type = t::Nullable<t::Text>)]
    outcome: Option<String>,
    /// Its version.
    #[diesel(sql_type = t::Integer)]
    pub version: i32,
    /// When it came.
    #[diesel(sql_type = t::Timestamptz)]
    pub opened_at: DateTime<Utc>,
    /// When it should be answered.
    #[diesel(sql_type = t::Timestamptz)]
    pub due_at: DateTime<Utc>,
    /// Since when its time stands still.
    #[diesel(sql_type = t::Nullable<t::Timestamptz>)]
    pub waiting_since: Option<DateTime<Utc>>,
    /// When it ended.
    #[diesel(sql_type = t::Nullable<t::Timestamptz>)]
    pub closed_at: Option<DateTime<Utc>>,
    /// Who has taken it.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    pub taken_name: Option<String>,
    /// The account's User ID, or the one that was typed.
    #[diesel(sql_type = t::Text)]
    pub user_id: String,
    /// The account's name.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    pub name: Option<String>,
    /// Whether its account is under care: protected, locked, or held.
    #[diesel(sql_type = t::Bool)]
    pub care: bool,
    /// Whether a proposal is open.
    #[diesel(sql_type = t::Bool)]
    pub proposed: bool,
    #[diesel(sql_type = t::Nullable<t::Text>)]
    verdict: Option<String>,
    /// The database's time.
    #[diesel(sql_type = t::Timestamptz)]
    pub now: DateTime<Utc>,
}

impl Row {
    /// Where it stands.
    pub fn state(&self) -> Result<CaseState, Fault> {
        word(CaseState::from_code(&self.state), "state", self.id)
    }

    /// Why it came.
    pub fn reason(&self) -> Result<Reason, Fault> {
        word(Reason::from_code(&self.reason), "reason", self.id)
    }

    /// What its newest mail proves, where one began it.
    pub fn verdict(&self) -> Result<Option<Verdict>, Fault> {
        self.verdict.as_deref().map(|v| word(Verdict::from_code(v), "verdict", self.id)).transpose()
    }

    /// How it ended.
    pub fn ending(&self) -> Result<Option<Ending>, Fault> {
        self.outcome.as_deref().map(|o| word(Ending::from_code(o), "outcome", self.id)).transpose()
    }
}

const ROWS: &str = "select c.id, c.reference, c.state, c.reason, c.outcome, c.version, c.opened_at, c.due_at,
        c.waiting_since, c.closed_at, s.name as taken_name, coalesce(a.user_id, r.typed_user_id) as user_id, a.name,
        coalesce(a.protected or a.status = 'locked' or a.resets_held_until > (select pulih.now()), false) as care,
        exists (select from proposal p where p.account_id = c.account_id and p.ended_at is null) as proposed,
        (select i.verdict from request q join inbound i on i.request_id = q.id where q.case_id = c.id
            order by i.taken_at desc limit 1) as verdict,
        (select pulih.now()) as now
    from desk_case c
    join request r on r.id = c.request_id
    left join account a on a.id = c.account_id
    left join staff s on s.id = c.taken_by
    where ";

/// Who looks, and what day it is for them.
#[derive(Clone, Copy, Debug)]
pub struct Looker {
    /// Who.
    pub staff: Uuid,
    /// The first moment of today.
    pub today: DateTime<Utc>,
    /// The zone of days.
    pub zone: Tz,
}

/// Where a page goes on: the time and the id of the last row before it.
pub type After = Option<(DateTime<Utc>, Uuid)>;

/// The cases of a view in its order, one more than a page has where there are more.
pub async fn view(read: &mut Read, view: View, looker: &Looker, after: After) -> Result<Vec<Row>, Fault> {
    let sql = condition(sql(ROWS), view, looker);
    let sql = match (view, after) {
        (View::Done, None) => sql.add(" order by c.closed_at desc, c.id desc"),
        (View::Done, Some((at, id))) => {
            sql.add(" and (c.closed_at, c.id) < ({}, {}) order by c.closed_at desc, c.id desc").bind(at).bind(id)
        }
        (_, None) => sql.add(" order by c.due_at, c.id"),
        (_, Some((at, id))) => sql.add(" and (c.due_at, c.id) > ({}, {}) order by c.due_at, c.id").bind(at).bind(id),
    };
    sql.add(" limit {}").bind(PAGE + 1).load::<Row>(read.look()).await.map_err(fault)
}

fn condition<'a>(sql: Sql<'a>, view: View, looker: &Looker) -> Sql<'a> {
    match view {
        View::New => sql.add("c.closed_at is null and c.state = 'new'"),
        View::Mine => sql.add("c.closed_at is null and c.taken_by = {}").bind(looker.staff),
        View::Approval => sql.add(
            "c.closed_at is null and c.account_id in (select account_id from proposal
                where account_id is not null and ended_at is null)",
        ),
        View::Check => sql.add(
            "c.id in (
                select d.id from desk_case d where d.closed_at is null and d.reason = 'disputed'
                union all
                select d.id from account k join desk_case d on d.account_id = k.id
                where d.closed_at is null and (k.protected or k.resets_held_until is not null)
                    and (k.protected or k.resets_held_until > (select pulih.now())))",
        ),
        View::Waiting => sql.add("c.closed_at is null and c.state = 'waiting'"),
        View::Overdue => {
            // said so that the index in the order of the list fits
            sql.add("c.closed_at is null and c.state <> 'waiting' and c.due_at < (select pulih.now())")
        }
        View::Done => sql.add("c.closed_at is not null and c.closed_at >= {}").bind(looker.today),
    }
}

/// How many cases each view has, in the order of [`View::ALL`]; [`COUNT_MAX`] stands for more.
pub async fn counts(read: &mut Read, looker: &Looker) -> Result<Vec<i64>, Fault> {
    #[derive(QueryableByName)]
    struct Counts {
        #[diesel(sql_type = t::Array<t::BigInt>)]
        counts: Vec<i64>,
    }
    let mut statement = sql("select array[");
    for (at, view) in View::ALL.iter().enumerate() {
        let comma = if at == 0 { "" } else { ", " };
        statement = statement.add(comma).add("(select count(*) from (select 1 from desk_case c where ");
        statement = condition(statement, *view, looker).add(" limit {}) n)").bind(COUNT_MAX);
    }
    let row = statement.add("] as counts").get_result::<Counts>(read.look()).await.map_err(fault)?;
    Ok(row.counts)
}

/// The cases that a search finds, newest first, one more than a page has where there are more.
pub async fn search(read: &mut Read, terms: &[Term], looker: &Looker, after: After) -> Result<Vec<Row>, Fault> {
    let patterns: Vec<String> = terms.iter().map(bound).collect();
    let mut statement = sql(ROWS).add("true");
    for (term, text) in terms.iter().zip(&patterns) {
        statement = statement.add(if term.not { " and not coalesce(" } else { " and coalesce(" });
        statement = asks(statement, &term.what, text, looker).add(", false)");
    }
    if let Some((at, id)) = after {
        statement = statement.add(" and (c.opened_at, c.id) < ({}, {})").bind(at).bind(id);
    }
    let statement = statement.add(" order by c.opened_at desc, c.id desc limit {}").bind(PAGE + 1);
    statement.load::<Row>(read.look()).await.map_err(fault)
}

/// The text that a term is compared with.
fn bound(term: &Term) -> String {
    match &term.what {
        What::Words(words) => pattern(words),
        // a prefix: the pattern without its first wildcard
        What::User(user) => pattern(&fold_user_id(user)).split_off(1),
        What::From(address) => fold_address(address),
        What::Agent(Agent::Named(name)) => name.clone(),
        _ => String::new(),
    }
}

fn asks<'a>(sql: Sql<'a>, what: &What, text: &'a str, looker: &Looker) -> Sql<'a> {
    match what {
        // each of the three walks its own table once, however few it finds
        What::Words(_) => sql
            .add("(c.id in (
                select d.id from desk_case d where d.reference like upper({})
                union all
                select d.id from account k join desk_case d on d.account_id = k.id
                where k.user_id_folded like lower({}) or k.name ilike {}
                union all
                select d.id from desk_case d join request q on q.id = d.request_id
                where d.account_id is null and q.typed_user_id ilike {}))")
            .bind(text)
            .bind(text)
            .bind(text)
            .bind(text),
        What::Status(state) => sql.add("(c.state = {})").bind(state.code()),
        What::Overdue => sql.add("(c.state in ('new', 'open') and c.due_at < (select pulih.now()))"),
        What::Type(kind) => sql.add("(coalesce(a.kind, r.typed_type) = {})").bind(kind.code()),
        What::User(_) => sql
            .add("(c.id in (
                select d.id from account k join desk_case d on d.account_id = k.id where k.user_id_folded like {}
                union all
                select d.id from desk_case d join request q on q.id = d.request_id
                where d.account_id is null and lower(q.typed_user_id) like {}))")
            .bind(text)
            .bind(text),
        What::From(_) => sql
            // as typed alone: the queue is no way to ask whose address somebody has
            .add("(lower(r.typed_address) = {} or c.id in (
                select q.case_id from inbound i join request q on q.id = i.request_id where i.from_folded = {}))")
            .bind(text)
            .bind(text),
        What::Verdict(verdict) => sql
            .add("(exists (select from request q join inbound i on i.request_id = q.id
                where q.case_id = c.id and i.verdict = {}))")
            .bind(*verdict),
        What::Agent(Agent::Me) => sql.add("(c.taken_by = {})").bind(looker.staff),
        What::Agent(Agent::Nobody) => sql.add("(c.taken_by is null)"),
        What::Agent(Agent::Named(_)) => sql.add("(s.username_folded = {})").bind(text),
        What::Older(span) => {
            sql.add("(c.opened_at <= (select pulih.now()) - make_interval(secs => {}))").bind(seconds(*span))
        }
        What::Younger(span) => {
            sql.add("(c.opened_at > (select pulih.now()) - make_interval(secs => {}))").bind(seconds(*span))
        }
        What::Created(from, to) => sql
            .add("(c.opened_at >= coalesce({}, c.opened_at) and c.opened_at < coalesce({}, c.opened_at + interval '1 s'))")
            .bind(from.and_then(|day| midnight(looker.zone, day)))
            .bind(to.and_then(|day| midnight(looker.zone, day.succ_opt()?))),
    }
}

fn midnight(zone: Tz, day: NaiveDate) -> Option<DateTime<Utc>> {
    zone.from_local_datetime(&day.and_time(NaiveTime::MIN)).earliest().map(|at| at.with_timezone(&Utc))
}

fn seconds(span: TimeDelta) -> i32 {
    i32::try_from(span.num_seconds()).unwrap_or(i32::MAX)
}
