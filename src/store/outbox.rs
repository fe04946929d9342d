//! The outbox as the desk looks after it: what waits, what failed and why, tried again or not sent.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types as t;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::sql::{Count, Id, sql};
use super::tx::{Read, Tx, fault, word};
use crate::base::fault::Fault;
use crate::model::event::LetterRef;
use crate::model::letter::LetterKind;

/// Which letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// They wait or are under way.
    Waiting,
    /// They were refused for good, came back, or could not be composed.
    Failed,
    /// All.
    All,
}

impl Which {
    /// All of them, in the order of the page.
    pub const ALL: [Self; 3] = [Self::Waiting, Self::Failed, Self::All];

    /// The word in addresses and message keys (`outbox-view-<code>`).
    pub fn code(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Failed => "failed",
            Self::All => "all",
        }
    }

    /// Reads that word.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|w| w.code() == code)
    }
}

/// A letter in the list.
#[derive(Clone, Debug, QueryableByName)]
pub struct Letter {
    /// Row id.
    #[diesel(sql_type = t::Uuid)]
    pub id: Uuid,
    /// Word of its kind.
    #[diesel(sql_type = t::Text)]
    pub kind: String,
    /// Word of its state.
    #[diesel(sql_type = t::Text)]
    pub state: String,
    /// When it was posted.
    #[diesel(sql_type = t::Timestamptz)]
    pub queued_at: DateTime<Utc>,
    /// When it is tried (again).
    #[diesel(sql_type = t::Timestamptz)]
    pub next_attempt_at: DateTime<Utc>,
    /// When it ended.
    #[diesel(sql_type = t::Nullable<t::Timestamptz>)]
    pub ended_at: Option<DateTime<Utc>>,
    /// Attempts so far.
    #[diesel(sql_type = t::SmallInt)]
    pub attempts: i16,
    /// Word of the class of the last failure.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    pub class: Option<String>,
    /// The relay's last code.
    #[diesel(sql_type = t::Nullable<t::SmallInt>)]
    pub server_code: Option<i16>,
    /// The relay's last words.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    pub server_text: Option<String>,
    /// Where it goes.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    pub address: Option<String>,
    /// Its account.
    #[diesel(sql_type = t::Nullable<t::Uuid>)]
    pub account_id: Option<Uuid>,
    /// The account's User ID.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    pub user_id: Option<String>,
}

/// Letters posted before `before` (time and id of the last one seen), newest first; at most `most`.
pub async fn list(
    read: &mut Read,
    which: Which,
    before: Option<(DateTime<Utc>, Uuid)>,
    most: i64,
) -> Result<Vec<Letter>, Fault> {
    let states: &[&str] = match which {
        Which::Waiting => &["queued", "leased"],
        Which::Failed => &["failed", "parked"],
        Which::All => &["queued", "leased", "sent", "failed", "dropped", "parked"],
    };
    let (at, id) = before.unzip();
    sql("select l.id, l.kind, case when l.bounced_at is null then l.state else 'bounced' end as state, l.queued_at,
            l.next_attempt_at, coalesce(l.bounced_at, l.ended_at) as ended_at, l.attempts, l.class, l.server_code,
            coalesce(l.bounce_status || ' ' || l.bounce_text, l.server_text) as server_text, coalesce(l.to_address, s.address, d.address) as address, l.account_id, a.user_id
        from letter l
        left join account a on a.id = l.account_id
        left join address d on d.account_id = l.account_id and d.position = l.position
        left join staff s on s.id = l.staff_id
        where l.kind <> 'none' and (l.state = any({}) or {} and l.bounced_at is not null)
            and ({}::timestamptz is null or (l.queued_at, l.id) < ({}, {}))
        order by l.queued_at desc, l.id desc limit {}")
    .bind(states.to_vec())
    .bind(which == Which::Failed)
    .bind(at)
    .bind(at)
    .bind(id)
    .bind(most)
    .load::<Letter>(read.look())
    .await
    .map_err(fault)
}

/// A letter that is held, with its account, until the transaction ends.
#[derive(Clone, Debug, QueryableByName)]
pub struct Held {
    /// Row id.
    #[diesel(sql_type = t::Uuid)]
    id: Uuid,
    /// Word of its kind.
    #[diesel(sql_type = t::Text)]
    kind: String,
    /// Word of its state.
    #[diesel(sql_type = t::Text)]
    pub state: String,
    #[diesel(sql_type = t::Nullable<t::Uuid>)]
    request_id: Option<Uuid>,
    #[diesel(sql_type = t::Nullable<t::Uuid>)]
    account_id: Option<Uuid>,
    /// Its link.
    #[diesel(sql_type = t::Nullable<t::Uuid>)]
    pub link_id: Option<Uuid>,
    /// Whether another link of its request lives.
    #[diesel(sql_type = t::Bool)]
    pub others_live: bool,
}

impl Held {
    /// What events say of it.
    pub fn subject(&self) -> Result<LetterRef, Fault> {
        let kind = word(LetterKind::from_code(&self.kind), "kind", self.id)?;
        Ok(LetterRef { letter: self.id, kind, request: self.request_id, account: self.account_id })
    }
}

/// Holds a letter, its account first.
pub async fn hold(tx: &mut Tx, id: Uuid) -> Result<Option<Held>, Fault> {
    sql("select 1 from account where id = (select account_id from letter where id = {}) for update")
        .bind(id)
        .execute(tx.look())
        .await
        .map_err(fault)?;
    sql("select l.id, l.kind, l.state, l.request_id, l.account_id, l.link_id,
            exists (select from link o where o.request_id = l.request_id and o.id <> l.link_id and o.kind = 'reset'
                and o.ended_at is null) as others_live
        from letter l where l.id = {} and l.kind <> 'none' for update of l")
    .bind(id)
    .get_result::<Held>(tx.look())
    .await
    .optional()
    .map_err(fault)
}

/// It is tried again at once, with the patience of a new one.
pub async fn retry(tx: &mut Tx, id: Uuid) -> Result<(), Fault> {
    sql("update letter set state = 'queued', next_attempt_at = pulih.now(), class = null, in_row = 0, ended_at = null
        where id = {}")
    .bind(id)
    .execute(tx.write())
    .await
    .map_err(fault)?;
    Ok(())
}

/// It is not sent.
pub async fn cancel(tx: &mut Tx, id: Uuid) -> Result<(), Fault> {
    sql("update letter set state = 'dropped', ended_at = pulih.now(), server_text = 'cancelled by the desk' where id = {}")
        .bind(id)
        .execute(tx.write())
        .await
        .map_err(fault)?;
    Ok(())
}

/// How long mail takes to a domain.
#[derive(Clone, Debug, QueryableByName)]
pub struct Delay {
    /// The recipient domain.
    #[diesel(sql_type = t::Text)]
    pub domain: String,
    /// Half of its letters were taken by the relay within so many seconds.
    #[diesel(sql_type = t::Nullable<t::Integer>)]
    pub handed_p50_seconds: Option<i32>,
    /// 95 of 100 were.
    #[diesel(sql_type = t::Nullable<t::Integer>)]
    pub handed_p95_seconds: Option<i32>,
    /// Half of its links were clicked within so many seconds after that.
    #[diesel(sql_type = t::Nullable<t::Integer>)]
    pub p50_seconds: Option<i32>,
    /// 95 of 100 were.
    #[diesel(sql_type = t::Nullable<t::Integer>)]
    pub p95_seconds: Option<i32>,
    /// Links measured.
    #[diesel(sql_type = t::Integer)]
    pub samples: i32,
    /// Letters that wait for it now.
    #[diesel(sql_type = t::BigInt)]
    pub waiting: i64,
}

/// Delay by recipient domain, slowest first; domains that letters wait for come too where nothing was measured yet.
pub async fn delays(read: &mut Read, most: i64) -> Result<Vec<Delay>, Fault> {
    sql("with w as (
            select split_part(coalesce(l.to_address, d.folded), '@', 2) as domain, count(*) as waiting
            from letter l left join address d on d.account_id = l.account_id and d.position = l.position
            where l.state in ('queued', 'leased') group by 1)
        select domain, handed_p50_seconds, handed_p95_seconds, p50_seconds, p95_seconds,
            coalesce(samples, 0) as samples, coalesce(waiting, 0) as waiting
        from domain_delay full join w using (domain)
        where domain <> '' order by coalesce(waiting, 0) desc, coalesce(p95_seconds, 0) desc, domain limit {}")
    .bind(most)
    .load::<Delay>(read.look())
    .await
    .map_err(fault)
}

/// Requests of the last so many days whose link came too late or could not be delivered, and whose account was neither
/// reset nor cancelled since: how many would get a new link.
pub async fn late(read: &mut Read, days: i32) -> Result<i64, Fault> {
    let row: Count =
        sql("select count(distinct r.account_id) as count from request r join account a on a.id = r.account_id
        where r.state in ('expired', 'undeliverable') and r.channel <> 'staff' and r.joined_to is null and r.renew_at is null
            and r.asked_at > pulih.now() - make_interval(days => {})
            and r.asked_at > greatest(a.last_reset_at, a.last_cancel_at, '-infinity') and a.status = 'active'")
        .bind(days)
        .get_result(read.look())
        .await
        .map_err(fault)?;
    Ok(row.count)
}

/// Marks the youngest such request of each account to be renewed; returns how many.
pub async fn renew_late(tx: &mut Tx, days: i32) -> Result<i64, Fault> {
    let row: Count = sql("with late as (
            select distinct on (r.account_id) r.id from request r join account a on a.id = r.account_id
            where r.state in ('expired', 'undeliverable') and r.channel <> 'staff' and r.joined_to is null and r.renew_at is null
                and r.asked_at > pulih.now() - make_interval(days => {})
                and r.asked_at > greatest(a.last_reset_at, a.last_cancel_at, '-infinity') and a.status = 'active'
            order by r.account_id, r.asked_at desc),
        marked as (
            update request set renew_at = pulih.now() where id in (select id from late) returning 1)
        select count(*) as count from marked")
    .bind(days)
    .get_result(tx.write())
    .await
    .map_err(fault)?;
    Ok(row.count)
}

/// The next request to be renewed.
pub async fn next_renewed(read: &mut Read) -> Result<Option<Uuid>, Fault> {
    let row = sql("select id from request where renew_at is not null order by renew_at, id limit 1")
        .get_result::<Id>(read.look())
        .await
        .optional()
        .map_err(fault)?;
    Ok(row.map(|row| row.id))
}

/// It was renewed, or need not be.
pub async fn renewed(tx: &mut Tx, request: Uuid) -> Result<(), Fault> {
    sql("update request set renew_at = null where id = {}").bind(request).execute(tx.write()).await.map_err(fault)?;
    Ok(())
}
