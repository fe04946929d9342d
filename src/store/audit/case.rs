//! Everything about one request, for who audits it: its facts, its events, and the rows around it.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel::sql_types as t;
use diesel_async::RunQueryDsl;
use serde_json::Value;
use uuid::Uuid;

use crate::base::fault::Fault;
use crate::model::inbound::Judgement;
use crate::store::event;
use crate::store::sql::sql;
use crate::store::tx::{Read, fault};

/// Events of one request at most, the oldest first: beyond that somebody plays with it. Readings of it are left out before
/// what happened.
const MOST: i64 = 2_000;

/// Kinds that a stranger can add to an account without end. None of them names a case, proposal, link, letter or mail.
const STRANGERS: [&str; 4] = ["login.password", "login.code", "code.verified", "totp.enrolling"];

/// The request itself.
#[derive(Clone, Debug, QueryableByName)]
pub struct Request {
    /// Row id.
    #[diesel(sql_type = t::Uuid)]
    pub id: Uuid,
    /// Its reference.
    #[diesel(sql_type = t::Text)]
    pub reference: String,
    /// Word of the way it came.
    #[diesel(sql_type = t::Text)]
    pub channel: String,
    /// Word of where it stands.
    #[diesel(sql_type = t::Text)]
    pub state: String,
    /// User ID as typed.
    #[diesel(sql_type = t::Text)]
    pub typed_user_id: String,
    /// Address as typed.
    #[diesel(sql_type = t::Text)]
    pub typed_address: String,
    /// Word of the Tipe User; a mail may not say.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    pub typed_type: Option<String>,
    /// The browser in a few words.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    pub browser: Option<String>,
    /// The network it came from.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    pub network: Option<String>,
    /// When.
    #[diesel(sql_type = t::Timestamptz)]
    pub asked_at: DateTime<Utc>,
    /// When it ended.
    #[diesel(sql_type = t::Nullable<t::Timestamptz>)]
    pub ended_at: Option<DateTime<Utc>>,
    /// Its account.
    #[diesel(sql_type = t::Nullable<t::Uuid>)]
    pub account_id: Option<Uuid>,
    /// User ID of the account.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    pub user_id: Option<String>,
    /// Name of the account.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    pub name: Option<String>,
    /// Its case.
    #[diesel(sql_type = t::Nullable<t::Uuid>)]
    pub case_id: Option<Uuid>,
    /// The request with which it shares a letter.
    #[diesel(sql_type = t::Nullable<t::Uuid>)]
    pub joined_to: Option<Uuid>,
}

/// The request of a reference.
pub async fn request(read: &mut Read, reference: &str) -> Result<Option<Request>, Fault> {
    let found = sql("select r.id, r.reference, r.channel, r.state, r.typed_user_id, r.typed_address, r.typed_type,
            r.browser_name as browser, r.network, r.asked_at, r.ended_at, r.account_id, a.user_id, a.name,
            coalesce(r.case_id, (select c.id from desk_case c where c.request_id = r.id order by c.opened_at limit 1)) as case_id,
            r.joined_to
        from request r left join account a on a.id = r.account_id where r.reference = {}")
    .bind(reference)
    .load(read.look())
    .await
    .map_err(fault)?;
    Ok(found.into_iter().next())
}

/// An event of the request.
#[derive(Clone, Debug, QueryableByName)]
pub struct Told {
    /// Its row.
    #[diesel(embed)]
    pub event: event::Row,
    /// Name of who of the desk acted.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    pub staff_name: Option<String>,
    /// Their user name.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    pub staff_username: Option<String>,
    /// What opens its personal details; none where they are erased, or there were none.
    #[diesel(sql_type = t::Nullable<t::Binary>)]
    pub salt: Option<Vec<u8>>,
    /// Those details, by name.
    #[diesel(sql_type = t::Nullable<t::Jsonb>)]
    pub details: Option<Value>,
}

/// The events of a request.
#[derive(Clone, Debug)]
pub struct Events {
    /// Oldest first.
    pub events: Vec<Told>,
    /// How many there are beyond the most that are given.
    pub left_out: usize,
}

/// Events about the request, its case, its proposals, links, letters and mails, oldest first. What names no request of its own
/// is found by the other requests of the case, or by the account from a month before it was asked on. Bodies are looked through
/// as text: one that was altered may be anything, and is to be shown.
pub async fn events(read: &mut Read, request: &Request) -> Result<Events, Fault> {
    #[derive(QueryableByName)]
    struct Found {
        #[diesel(sql_type = t::BigInt)]
        whole: i64,
        #[diesel(embed)]
        told: Told,
    }
    let found: Vec<Found> = sql("with about (name, id) as (
            select 'case', {}::uuid
            union select 'proposal', p.id from proposal p where p.request_id = {}
            union select 'link', l.id from link l where l.request_id = {} or l.request_id = {}
            union select 'letter', l.id from letter l where l.request_id = {} or l.request_id = {}
            union select 'mail', m.id from inbound m where m.request_id = {} or m.case_id = {}),
        near as (
            select {}::uuid as id union select request_id from desk_case where id = {}
            union select id from request where case_id = {}),
        found as (
            select e.id, e.at, e.kind from event e where e.request_id = {}
            union
            select e.id, e.at, e.kind from event e join near n on n.id = e.request_id
                where e.kind <> 'audit.case-read'
                and exists (select from about a where strpos(e.body, concat('\"', a.name, '\":\"', a.id, '\"')) > 0)
            union
            select e.id, e.at, e.kind from event e
                where e.account_id = {} and e.at >= {} and e.kind <> 'audit.case-read' and e.kind <> all({})
                and exists (select from about a where strpos(e.body, concat('\"', a.name, '\":\"', a.id, '\"')) > 0)),
        first as (
            select f.id, f.at, f.kind, count(*) over () as whole from found f
            order by f.kind = 'audit.case-read', f.at, f.id limit {})
        select e.id, e.at, e.kind, e.outcome, e.actor, e.staff_id, e.account_id, e.request_id,
            s.name as staff_name, s.username as staff_username, e.body, p.salt, p.details, f.whole
        from first f
        join event e on e.id = f.id and e.at = f.at
        left join event_personal p on p.event_id = e.id and p.at = e.at
        left join staff s on s.id = e.staff_id
        order by f.kind = 'audit.case-read', f.at, f.id")
    .bind(request.case_id)
    .bind(request.id)
    .bind(request.id)
    .bind(request.joined_to)
    .bind(request.id)
    .bind(request.joined_to)
    .bind(request.id)
    .bind(request.case_id)
    .bind(request.joined_to)
    .bind(request.case_id)
    .bind(request.case_id)
    .bind(request.id)
    .bind(request.account_id)
    .bind(request.asked_at - TimeDelta::days(30))
    .bind(STRANGERS.to_vec())
    .bind(MOST)
    .load(read.look())
    .await
    .map_err(fault)?;
    let whole = found.last().map_or(0, |found| usize::try_from(found.whole).unwrap_or(usize::MAX));
    let mut events: Vec<Told> = found.into_iter().map(|found| found.told).collect();
    events.sort_by_key(|told| (told.event.at, told.event.id));
    Ok(Events { left_out: whole.saturating_sub(events.len()), events })
}

/// A letter of the request.
#[derive(Clone, Debug, QueryableByName)]
pub struct Letter {
    /// Word of its kind.
    #[diesel(sql_type = t::Text)]
    pub kind: String,
    /// Word of where it stands.
    #[diesel(sql_type = t::Text)]
    pub state: String,
    /// When it was written.
    #[diesel(sql_type = t::Timestamptz)]
    pub queued_at: DateTime<Utc>,
    /// When it was handed over, or given up.
    #[diesel(sql_type = t::Nullable<t::Timestamptz>)]
    pub ended_at: Option<DateTime<Utc>>,
    /// How often it was tried.
    #[diesel(sql_type = t::SmallInt)]
    pub attempts: i16,
    /// Domain it was handed over for.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    pub domain: Option<String>,
    /// What the server said.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    pub answer: Option<String>,
}

/// The letters of the request and of the one whose letter it shares, oldest first.
pub async fn letters(read: &mut Read, request: &Request) -> Result<Vec<Letter>, Fault> {
    sql("select kind, state, queued_at, ended_at, attempts, domain,
            nullif(concat_ws(' ', server_code::text, server_text), '') as answer
        from letter where (request_id = {} or request_id = {}) and kind <> 'none' order by queued_at, id")
    .bind(request.id)
    .bind(request.joined_to)
    .load(read.look())
    .await
    .map_err(fault)
}

/// A link of the request.
#[derive(Clone, Debug, QueryableByName)]
pub struct Link {
    /// Word of its kind.
    #[diesel(sql_type = t::Text)]
    pub kind: String,
    /// When it was made.
    #[diesel(sql_type = t::Timestamptz)]
    pub issued_at: DateTime<Utc>,
    /// When its letter was handed over.
    #[diesel(sql_type = t::Nullable<t::Timestamptz>)]
    pub handed_over_at: Option<DateTime<Utc>>,
    /// When it was opened.
    #[diesel(sql_type = t::Nullable<t::Timestamptz>)]
    pub opened_at: Option<DateTime<Utc>>,
    /// When it ended.
    #[diesel(sql_type = t::Nullable<t::Timestamptz>)]
    pub ended_at: Option<DateTime<Utc>>,
    /// Word of why it ended.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    pub end_reason: Option<String>,
}

/// The links of the request and of the one whose letter it shares, oldest first.
pub async fn links(read: &mut Read, request: &Request) -> Result<Vec<Link>, Fault> {
    sql("select kind, issued_at, handed_over_at, opened_at, ended_at, end_reason
        from link where request_id = {} or request_id = {} order by issued_at, id")
    .bind(request.id)
    .bind(request.joined_to)
    .load(read.look())
    .await
    .map_err(fault)
}

/// A proposal about the request.
#[derive(Clone, Debug, QueryableByName)]
pub struct Proposal {
    /// Row id.
    #[diesel(sql_type = t::Uuid)]
    pub id: Uuid,
    /// Word of its kind.
    #[diesel(sql_type = t::Text)]
    pub kind: String,
    /// Word of where it stands.
    #[diesel(sql_type = t::Text)]
    pub state: String,
    /// Name of who proposed.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    pub proposer: Option<String>,
    /// When.
    #[diesel(sql_type = t::Timestamptz)]
    pub proposed_at: DateTime<Utc>,
    /// Who decided.
    #[diesel(sql_type = t::Array<t::Text>)]
    pub deciders: Vec<String>,
    /// Word of what each decided.
    #[diesel(sql_type = t::Array<t::Text>)]
    pub verdicts: Vec<String>,
}

/// The proposals about the request, oldest first.
pub async fn proposals(read: &mut Read, request: &Request) -> Result<Vec<Proposal>, Fault> {
    sql("select p.id, p.kind, p.state, s.name as proposer, p.proposed_at,
            array(select w.name from decision d join staff w on w.id = d.staff_id where d.proposal_id = p.id order by d.at)
                as deciders,
            array(select d.verdict from decision d where d.proposal_id = p.id order by d.at) as verdicts
        from proposal p left join staff s on s.id = p.proposed_by
        where p.request_id = {} order by p.proposed_at")
    .bind(request.id)
    .load(read.look())
    .await
    .map_err(fault)
}

/// A mail of the request or its case, without what it says.
#[derive(Clone, Debug, QueryableByName)]
pub struct Mail {
    /// SHA-256 of its bytes.
    #[diesel(sql_type = t::Binary)]
    pub sha256: Vec<u8>,
    /// When it came.
    #[diesel(sql_type = t::Timestamptz)]
    pub taken_at: DateTime<Utc>,
    /// The address in `From`.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    pub from_address: Option<String>,
    /// What it is about.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    pub subject: Option<String>,
    #[diesel(sql_type = t::Nullable<t::Text>)]
    judgement: Option<String>,
}

impl Mail {
    /// What was found about who sent it.
    pub fn judgement(&self) -> Result<Option<Judgement>, Fault> {
        let read = |json: &str| serde_json::from_str(json).map_err(|e| Fault::bug("reading a judgement", e));
        self.judgement.as_deref().map(read).transpose()
    }
}

/// The mails of the request and its case, oldest first.
pub async fn mails(read: &mut Read, request: &Request) -> Result<Vec<Mail>, Fault> {
    sql("select sha256, taken_at, from_address, subject, judgement::text as judgement
        from inbound where request_id = {} or case_id = {} order by taken_at, id limit 200")
    .bind(request.id)
    .bind(request.case_id)
    .load(read.look())
    .await
    .map_err(fault)
}
