//! Links: found by their id, held for a change, opened, ended.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types as t;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::sql::{Count, Id, sql};
use super::tx::{Read, Tx, fault, word};
use crate::base::fault::Fault;
use crate::i18n::Lang;
use crate::model::event::LinkRef;
use crate::model::link::{LinkEnd, LinkKind, LinkTimes};
use crate::model::request::State;

/// A link with its request and its account, as they stand at `now`.
#[derive(Clone, Debug, QueryableByName)]
#[allow(clippy::struct_excessive_bools, reason = "a row of facts, each looked at once")]
pub struct Link {
    /// Row id.
    #[diesel(sql_type = t::Uuid)]
    pub id: Uuid,
    /// `reset`, `notice`, `permit` and their kin.
    #[diesel(sql_type = t::Text)]
    pub kind: String,
    /// Which address it was mailed to: 1 is the registered one, 0 one that is not on file.
    #[diesel(sql_type = t::SmallInt)]
    pub position: i16,
    /// Id of the key its token is derived with.
    #[diesel(sql_type = t::Text)]
    pub key_id: String,
    /// The row's 32 random bytes.
    #[diesel(sql_type = t::Binary)]
    pub random: Vec<u8>,
    /// When it was made.
    #[diesel(sql_type = t::Timestamptz)]
    pub issued_at: DateTime<Utc>,
    /// When the relay took its letter.
    #[diesel(sql_type = t::Nullable<t::Timestamptz>)]
    pub handed_over_at: Option<DateTime<Utc>>,
    /// When its life ends.
    #[diesel(sql_type = t::Nullable<t::Timestamptz>)]
    pub expires_at: Option<DateTime<Utc>>,
    /// When its confirm step was first opened.
    #[diesel(sql_type = t::Nullable<t::Timestamptz>)]
    pub opened_at: Option<DateTime<Utc>>,
    /// How long the confirm step stays open.
    #[diesel(sql_type = t::Nullable<t::Timestamptz>)]
    pub step_until: Option<DateTime<Utc>>,
    /// Wrong passwords at the confirm step.
    #[diesel(sql_type = t::SmallInt)]
    pub tries: i16,
    /// When OK was pressed.
    #[diesel(sql_type = t::Nullable<t::Timestamptz>)]
    pub spent_at: Option<DateTime<Utc>>,
    /// SHA-256 of the id of the browser that pressed it; none once a delayed reset was executed.
    #[diesel(sql_type = t::Nullable<t::Binary>)]
    pub spent_by: Option<Vec<u8>>,
    /// Why it ended.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    pub end_reason: Option<String>,
    /// Its request.
    #[diesel(sql_type = t::Uuid)]
    pub request_id: Uuid,
    /// The request's reference.
    #[diesel(sql_type = t::Text)]
    pub reference: String,
    /// The request's state.
    #[diesel(sql_type = t::Text)]
    pub state: String,
    /// Language of the form.
    #[diesel(sql_type = t::Text)]
    pub language: String,
    /// When it was asked.
    #[diesel(sql_type = t::Timestamptz)]
    pub asked_at: DateTime<Utc>,
    /// The asking browser in a few words.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    pub browser_name: Option<String>,
    /// New mails after a late arrival.
    #[diesel(sql_type = t::SmallInt)]
    pub reissues: i16,
    /// When a scheduled reset takes effect.
    #[diesel(sql_type = t::Nullable<t::Timestamptz>)]
    pub due_at: Option<DateTime<Utc>>,
    /// When the request ended.
    #[diesel(sql_type = t::Nullable<t::Timestamptz>)]
    pub request_ended_at: Option<DateTime<Utc>>,
    /// Why the request stands in the helpdesk's queue.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    pub queue_reason: Option<String>,
    /// When its person asked for help.
    #[diesel(sql_type = t::Nullable<t::Timestamptz>)]
    pub help_asked_at: Option<DateTime<Utc>>,
    /// When the youngest other living link of the request was made.
    #[diesel(sql_type = t::Nullable<t::Timestamptz>)]
    pub living_since: Option<DateTime<Utc>>,
    /// Its account.
    #[diesel(sql_type = t::Uuid)]
    pub account_id: Uuid,
    /// The account's User ID.
    #[diesel(sql_type = t::Text)]
    pub user_id: String,
    /// The registered address.
    #[diesel(sql_type = t::Text)]
    pub address: String,
    /// Addresses on file: 1 or 2.
    #[diesel(sql_type = t::BigInt)]
    pub addresses: i64,
    /// Whether the account is locked.
    #[diesel(sql_type = t::Bool)]
    pub locked: bool,
    /// Whether two people decide about it.
    #[diesel(sql_type = t::Bool)]
    pub protected: bool,
    /// Whether it has an active TOTP.
    #[diesel(sql_type = t::Bool)]
    pub has_factor: bool,
    /// Its password's hash.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    pub password_hash: Option<String>,
    /// The later of the last changes of password and address.
    #[diesel(sql_type = t::Nullable<t::Timestamptz>)]
    pub changed_at: Option<DateTime<Utc>>,
    /// Until when resets are held.
    #[diesel(sql_type = t::Nullable<t::Timestamptz>)]
    pub held_until: Option<DateTime<Utc>>,
    /// Whether self-service is frozen for it, or its mailbox is said to be lost.
    #[diesel(sql_type = t::Bool)]
    pub barred: bool,
    /// The database's time.
    #[diesel(sql_type = t::Timestamptz)]
    pub now: DateTime<Utc>,
}

const FIND: &str = "
    select k.id, k.kind, coalesce(k.position, 0::smallint) as position, k.key_id, k.random, k.issued_at, k.handed_over_at, k.expires_at, k.opened_at,
        k.step_until, k.tries, k.spent_at, k.spent_by, k.end_reason,
        r.id as request_id, r.reference, r.state, r.language, r.asked_at, r.browser_name, r.reissues, r.due_at,
        r.ended_at as request_ended_at, r.queue_reason, r.help_asked_at,
        (select max(o.issued_at) from link o where o.request_id = r.id and o.id <> k.id
            and o.kind in ('reset', 'permit') and o.ended_at is null) as living_since,
        a.id as account_id, a.user_id, d.address,
        (select count(*) from address n where n.account_id = a.id) as addresses,
        a.status = 'locked' as locked, a.protected,
        exists (select from credential c where c.account_id = a.id and c.revoked_at is null) as has_factor,
        a.password_hash, greatest(a.password_changed_at, a.address_changed_at) as changed_at,
        a.resets_held_until as held_until,
        exists (select from frozen f where f.scope in ('web', a.kind))
            or exists (select from proposal p where p.account_id = a.id and p.mailbox_lost and p.ended_at is null) as barred,
        pulih.now() as now
    from link k
    join request r on r.id = k.request_id
    join account a on a.id = k.account_id
    join address d on d.account_id = a.id and d.position = 1
    where k.id = {}";

impl Link {
    /// Its times.
    pub fn times(&self) -> Result<LinkTimes, Fault> {
        let ended = self.end_reason.as_deref().map(LinkEnd::from_code);
        Ok(LinkTimes {
            issued_at: self.issued_at,
            expires_at: self.expires_at,
            step_until: self.step_until,
            ended: ended.map(|end| word(end, "end_reason", self.id)).transpose()?,
        })
    }

    /// The request's state.
    pub fn state(&self) -> Result<State, Fault> {
        word(State::from_code(&self.state), "state", self.request_id)
    }

    /// Whether it goes on with a permission by mail.
    pub fn is_permit(&self) -> bool {
        self.kind == LinkKind::Permit.code()
    }

    /// The language of the form.
    pub fn language(&self) -> Result<Lang, Fault> {
        word(Lang::from_code(&self.language), "language", self.request_id)
    }

    /// What events say of it.
    pub fn subject(&self) -> LinkRef {
        LinkRef { link: self.id, request: Some(self.request_id), account: Some(self.account_id) }
    }
}

/// The link with that id, if there is an account behind it.
pub async fn find(read: &mut Read, id: Uuid) -> Result<Option<Link>, Fault> {
    sql(FIND).bind(id).get_result::<Link>(read.look()).await.optional().map_err(fault)
}

/// The same, after its account was locked: whoever changes requests, links or letters of an account holds its row first.
pub async fn hold(tx: &mut Tx, id: Uuid) -> Result<Option<Link>, Fault> {
    sql("select 1 from account where id = (select account_id from link where id = {}) for update")
        .bind(id)
        .execute(tx.look())
        .await
        .map_err(fault)?;
    sql(FIND).bind(id).get_result::<Link>(tx.look()).await.optional().map_err(fault)
}

/// The youngest reset link of a request, after its account was locked.
pub async fn hold_youngest(tx: &mut Tx, request: Uuid) -> Result<Option<Link>, Fault> {
    let row = sql("select id from link where request_id = {} and kind = 'reset' and account_id is not null
        order by issued_at desc limit 1")
    .bind(request)
    .get_result::<Id>(tx.look())
    .await
    .optional()
    .map_err(fault)?;
    match row {
        Some(row) => hold(tx, row.id).await,
        None => Ok(None),
    }
}

/// Opens the confirm step, or opens it again.
pub async fn open(tx: &mut Tx, id: Uuid, step_minutes: i32) -> Result<(), Fault> {
    sql("update link set opened_at = coalesce(opened_at, pulih.now()),
            step_until = pulih.now() + make_interval(mins => {}) where id = {}")
    .bind(step_minutes)
    .bind(id)
    .execute(tx.write())
    .await
    .map_err(fault)?;
    Ok(())
}

/// Counts a wrong password at the confirm step; the last of `most` closes it.
pub async fn count_try(tx: &mut Tx, id: Uuid, most: i16) -> Result<(), Fault> {
    sql("update link set tries = tries + 1,
            step_until = case when tries + 1 >= {} then pulih.now() else step_until end
        where id = {}")
    .bind(most)
    .bind(id)
    .execute(tx.look())
    .await
    .map_err(fault)?;
    Ok(())
}

/// Ends one link. A confirm step whose time ran out goes with it: a clock that is set back does not open it again.
pub async fn end(tx: &mut Tx, id: Uuid, reason: LinkEnd) -> Result<(), Fault> {
    sql("update link set ended_at = pulih.now(), end_reason = {},
            step_until = case when step_until > pulih.now() then step_until end
        where id = {} and ended_at is null")
    .bind(reason.code())
    .bind(id)
    .execute(tx.write())
    .await
    .map_err(fault)?;
    Ok(())
}

/// What is spent: the request that comes to its end, with the link it came by.
#[derive(Clone, Copy, Debug)]
pub struct Spent<'a> {
    /// The account.
    pub account: Uuid,
    /// The request.
    pub request: Uuid,
    /// The link; none where it was proposed by the desk.
    pub link: Option<Uuid>,
    /// SHA-256 of the id of the browser that pressed OK.
    pub browser_hash: Option<&'a [u8; 32]>,
}

/// Spends a link: it and all its siblings end, and the other open requests of the account with them, whatever was
/// proposed about those.
///
/// Returns how many other requests were cancelled.
pub async fn spend(tx: &mut Tx, spent: Spent<'_>) -> Result<i64, Fault> {
    let row = sql("
        with l as (
            update link set ended_at = pulih.now(),
                end_reason = case when id = {} then 'spent' else 'superseded' end,
                spent_at = case when id = {} then pulih.now() end,
                spent_by = case when id = {} then {} end
            where account_id = {} and kind in ('reset', 'permit') and (ended_at is null or id = {})),
        r as (
            update request set state = 'cancelled', due_at = null, ended_at = pulih.now()
            where account_id = {} and id <> {}
                and (state in ('sending', 'mailed', 'opened', 'proposed', 'waiting', 'contested', 'expired', 'undeliverable')
                    or state = 'received' and channel = 'mail')
            returning id),
        p as (
            update proposal set state = 'cancelled', ended_at = pulih.now()
            where request_id in (select id from r) and ended_at is null)
        select count(*) as count from r")
    .bind(spent.link)
    .bind(spent.link)
    .bind(spent.link)
    .bind(spent.browser_hash.map(<[u8; 32]>::as_slice))
    .bind(spent.account)
    .bind(spent.link)
    .bind(spent.account)
    .bind(spent.request)
    .get_result::<Count>(tx.write())
    .await
    .map_err(fault)?;
    Ok(row.count)
}

/// Cancels everything that is open for an account, and what was proposed about it; returns how many requests that were.
///
/// A manual reset for which the mailbox is said to be lost is no link holder's to cancel: once it waits it is contested.
pub async fn cancel_all(tx: &mut Tx, account: Uuid) -> Result<i64, Fault> {
    let row = sql("
        with l as (
            update link set ended_at = pulih.now(), end_reason = 'cancelled'
            where account_id = {} and kind in ('reset', 'permit') and ended_at is null),
        r as (
            update request set state = 'cancelled', due_at = null, ended_at = pulih.now()
            where account_id = {}
                and (state in ('sending', 'mailed', 'opened', 'proposed', 'waiting', 'contested', 'expired', 'undeliverable')
                    or state = 'received' and channel = 'mail')
                and not exists (select from proposal l where l.request_id = request.id and l.mailbox_lost
                    and l.ended_at is null)
            returning id),
        c as (
            update proposal set state = 'contested'
            where account_id = {} and mailbox_lost and state = 'waiting' returning request_id),
        d as (update request set state = 'contested' where id in (select request_id from c)),
        p as (
            update proposal set state = 'cancelled', ended_at = pulih.now()
            where request_id in (select id from r) and ended_at is null)
        select count(*) as count from r")
    .bind(account)
    .bind(account)
    .bind(account)
    .get_result::<Count>(tx.write())
    .await
    .map_err(fault)?;
    Ok(row.count)
}

/// Links whose time ran out, oldest first. A link whose confirm step is still open is left alone.
pub async fn expiring(read: &mut Read, most: i64) -> Result<Vec<Uuid>, Fault> {
    let rows = sql("select id from link
        where ended_at is null and kind in ('reset', 'permit') and account_id is not null
            and (expires_at <= (select pulih.now())
                or (expires_at is null and issued_at <= (select pulih.now()) - interval '24 h'))
            and (step_until is null or step_until <= (select pulih.now()))
        order by issued_at limit {}")
    .bind(most)
    .load::<Id>(read.look())
    .await
    .map_err(fault)?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}
