//! Lists of mail: by place, a page at a time, and those of one case.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types as t;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::base::fault::Fault;
use crate::model::inbound::{Box, Park, Verdict};
use crate::store::sql::{Sql, sql};
use crate::store::tx::{Read, fault, word};

/// Mails of a page.
pub const PAGE: i64 = 50;
/// Counts are told up to here.
pub const COUNT_MAX: i64 = 1000;
/// Mails of a case shown at most.
const CASE_MAX: i64 = 50;

/// Which mails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// Set apart until somebody looks.
    Quarantine,
    /// They cannot be read.
    Parked,
    /// No requests.
    Spam,
    /// All.
    All,
}

impl Which {
    /// All of them, in the order of the page.
    pub const ALL: [Self; 4] = [Self::Quarantine, Self::Parked, Self::Spam, Self::All];

    /// The word in addresses and message keys (`inmail-view-<code>`).
    pub fn code(self) -> &'static str {
        match self {
            Self::Quarantine => "quarantine",
            Self::Parked => "parked",
            Self::Spam => "spam",
            Self::All => "all",
        }
    }

    /// Reads that word.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|which| which.code() == code)
    }

    fn condition(self, sql: Sql<'_>) -> Sql<'_> {
        sql.add(match self {
            Self::Quarantine => "i.place = 'quarantine'",
            Self::Parked => "i.stage = 'parked'",
            Self::Spam => "i.place = 'spam'",
            Self::All => "true",
        })
    }
}

/// A mail in a list.
#[derive(Clone, Debug, QueryableByName)]
pub struct Row {
    /// Row id.
    #[diesel(sql_type = t::Uuid)]
    pub id: Uuid,
    /// When it came.
    #[diesel(sql_type = t::Timestamptz)]
    pub taken_at: DateTime<Utc>,
    #[diesel(sql_type = t::Nullable<t::Text>)]
    park_reason: Option<String>,
    #[diesel(sql_type = t::Nullable<t::Text>)]
    place: Option<String>,
    /// The address in `From`.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    pub from_address: Option<String>,
    /// What it is about.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    pub subject: Option<String>,
    #[diesel(sql_type = t::Nullable<t::Text>)]
    verdict: Option<String>,
    /// What it says, sealed; only where asked for.
    #[diesel(sql_type = t::Nullable<t::Binary>)]
    pub sealed_message: Option<Vec<u8>>,
    /// Whether its address is the registered one of the account of its case; only where asked for.
    #[diesel(sql_type = t::Bool)]
    pub of_owner: bool,
    /// The request it began.
    #[diesel(sql_type = t::Nullable<t::Uuid>)]
    pub request_id: Option<Uuid>,
    /// Whether that request still waits for a link.
    #[diesel(sql_type = t::Bool)]
    pub unanswered: bool,
    /// The case it stands in.
    #[diesel(sql_type = t::Nullable<t::Uuid>)]
    pub case_id: Option<Uuid>,
    /// Its reference.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    pub reference: Option<String>,
}

impl Row {
    /// Why it was set aside.
    pub fn park(&self) -> Result<Option<Park>, Fault> {
        self.park_reason.as_deref().map(|code| word(Park::from_code(code), "park_reason", self.id)).transpose()
    }

    /// Where it stands, once read.
    pub fn place(&self) -> Result<Option<Box>, Fault> {
        self.place.as_deref().map(|code| word(Box::from_code(code), "place", self.id)).transpose()
    }

    /// Whether it proves too little for a link without a word why: its owner's domain did not sign it.
    pub fn is_weak(&self) -> Result<bool, Fault> {
        Ok(self.verdict()? != Some(Verdict::Verified) || !self.of_owner)
    }

    /// What it proves, once judged.
    pub fn verdict(&self) -> Result<Option<Verdict>, Fault> {
        self.verdict.as_deref().map(|code| word(Verdict::from_code(code), "verdict", self.id)).transpose()
    }
}

const ROWS: &str = "select i.id, i.taken_at, i.park_reason, i.place, i.from_address, i.subject, i.verdict,
        null::bytea as sealed_message, false as of_owner, i.request_id, coalesce(r.state = 'received', false) as unanswered,
        c.id as case_id, c.reference
    from inbound i
    left join request r on r.id = i.request_id
    left join desk_case c on c.id = coalesce(r.case_id, i.case_id)
    where ";

/// Mails that came before `before` (time and id of the last one seen), newest first, one more than a page has where
/// there are more.
pub async fn list(read: &mut Read, which: Which, before: Option<(DateTime<Utc>, Uuid)>) -> Result<Vec<Row>, Fault> {
    let mut statement = which.condition(sql(ROWS));
    if let Some((at, id)) = before {
        statement = statement.add(" and (i.taken_at, i.id) < ({}, {})").bind(at).bind(id);
    }
    let statement = statement.add(" order by i.taken_at desc, i.id desc limit {}").bind(PAGE + 1);
    statement.load::<Row>(read.look()).await.map_err(fault)
}

/// How many mails each list has, in the order of [`Which::ALL`]; [`COUNT_MAX`] stands for more.
pub async fn counts(read: &mut Read) -> Result<Vec<i64>, Fault> {
    #[derive(QueryableByName)]
    struct Counts {
        #[diesel(sql_type = t::Array<t::BigInt>)]
        counts: Vec<i64>,
    }
    let mut statement = sql("select array[");
    for (at, which) in Which::ALL.into_iter().enumerate() {
        let comma = if at == 0 { "" } else { ", " };
        statement = statement.add(comma).add("(select count(*) from (select 1 from inbound i where ");
        statement = which.condition(statement).add(" limit {}) n)").bind(COUNT_MAX);
    }
    let row = statement.add("] as counts").get_result::<Counts>(read.look()).await.map_err(fault)?;
    Ok(row.counts)
}

/// The newest mails of a case with what they say, newest first: those its requests began with, and those that came into
/// it.
pub async fn of_case(read: &mut Read, case: Uuid) -> Result<Vec<Row>, Fault> {
    sql("with m as (
            select i.id from request q join inbound i on i.request_id = q.id where q.case_id = {}
            union select i.id from desk_case k join inbound i on i.request_id = k.request_id where k.id = {}
            union select i.id from inbound i where i.case_id = {})
        select i.id, i.taken_at, i.park_reason, i.place, i.from_address, i.subject, i.verdict, i.sealed_message,
            i.request_id, coalesce(r.state = 'received' and r.case_id = c.id and i.place = 'queue', false) as unanswered,
            c.id as case_id, c.reference,
            exists (select from address o where o.account_id = c.account_id and o.position = 1
                and o.folded = i.from_folded) as of_owner
        from m join inbound i on i.id = m.id
        join desk_case c on c.id = {}
        left join request r on r.id = i.request_id
        order by i.taken_at desc, i.id desc limit {}")
    .bind(case)
    .bind(case)
    .bind(case)
    .bind(case)
    .bind(CASE_MAX)
    .load::<Row>(read.look())
    .await
    .map_err(fault)
}
