//! Permissions by mail: what a mail may be about, what was granted, and the link by which one browser goes on.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types as t;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::base::fault::Fault;
use crate::base::random;
use crate::model::link::LinkKind;
use crate::model::permission::{ASKED_WITHIN_HOURS, LIFE_MINUTES};
use crate::model::request::State;
use crate::store::sql::{Id, sql};
use crate::store::tx::{Read, Tx, fault, word};

#[derive(QueryableByName)]
struct Yes {
    #[diesel(sql_type = t::Bool)]
    yes: bool,
}

/// Requests of the web form that a mail from this address may be about: those of accounts whose registered address it is, the
/// newest first.
pub async fn asked_by(tx: &mut Tx, from_folded: &str) -> Result<Vec<Uuid>, Fault> {
    let rows = sql("select r.id from address d join request r on r.account_id = d.account_id
        where d.folded = {} and d.position = 1 and r.channel = 'web'
            and r.asked_at > (select pulih.now()) - make_interval(hours => {})
        order by r.asked_at desc limit 200")
    .bind(from_folded)
    .bind(ASKED_WITHIN_HOURS)
    .load::<Id>(tx.look())
    .await
    .map_err(fault)?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// A request that may be permitted, with its account.
#[derive(Clone, Debug, QueryableByName)]
pub struct Permissible {
    /// The request.
    #[diesel(sql_type = t::Uuid)]
    pub request_id: Uuid,
    /// Its account.
    #[diesel(sql_type = t::Uuid)]
    pub account_id: Uuid,
    /// Word of the request's state.
    #[diesel(sql_type = t::Text)]
    state: String,
    /// The account's User ID.
    #[diesel(sql_type = t::Text)]
    pub user_id: String,
    /// The registered address, as it is compared.
    #[diesel(sql_type = t::Text)]
    pub folded: String,
    /// SHA-256 of the id of the browser that asked.
    #[diesel(sql_type = t::Nullable<t::Binary>)]
    pub browser_hash: Option<Vec<u8>>,
    /// Whether it may be reset now: it has a TOTP and a sound address, is not locked, held, protected or frozen, and nothing of
    /// it waits.
    #[diesel(sql_type = t::Bool)]
    pub possible: bool,
    /// Whether it was permitted before.
    #[diesel(sql_type = t::Bool)]
    pub permitted: bool,
}

impl Permissible {
    /// The request's state.
    pub fn state(&self) -> Result<State, Fault> {
        word(State::from_code(&self.state), "state", self.request_id)
    }
}

/// That request, after its account was locked.
pub async fn hold(tx: &mut Tx, request: Uuid) -> Result<Option<Permissible>, Fault> {
    lock(tx, request).await?;
    sql("select r.id as request_id, a.id as account_id, r.state, a.user_id, d.folded, r.browser_hash,
            a.status <> 'locked' and not a.protected and not d.suspect
                and (a.resets_held_until is null or a.resets_held_until <= pulih.now())
                and exists (select from credential c where c.account_id = a.id and c.revoked_at is null)
                and not exists (select from frozen f where f.scope in ('web', a.kind))
                and not exists (select from request w where w.account_id = a.id and w.state in ('waiting', 'contested'))
                and not exists (select from proposal p where p.account_id = a.id and p.mailbox_lost and p.ended_at is null)
                as possible,
            exists (select from permission m where m.request_id = r.id) as permitted
        from request r
        join account a on a.id = r.account_id
        join address d on d.account_id = a.id and d.position = 1
        where r.id = {}")
    .bind(request)
    .get_result::<Permissible>(tx.look())
    .await
    .optional()
    .map_err(fault)
}

async fn lock(tx: &mut Tx, request: Uuid) -> Result<(), Fault> {
    sql("select 1 from account where id = (select account_id from request where id = {}) for update")
        .bind(request)
        .execute(tx.look())
        .await
        .map_err(fault)?;
    Ok(())
}

/// The request that this very mail permitted before, if its reader ended before it could say so.
pub async fn granted_by(tx: &mut Tx, mail: Uuid) -> Result<Option<(Uuid, Uuid)>, Fault> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = t::Uuid)]
        request_id: Uuid,
        #[diesel(sql_type = t::Uuid)]
        account_id: Uuid,
    }
    let row = sql("select request_id, account_id from permission where inbound_id = {}")
        .bind(mail)
        .get_result::<Row>(tx.look())
        .await
        .optional()
        .map_err(fault)?;
    Ok(row.map(|row| (row.request_id, row.account_id)))
}

/// Whether a mail of that Message-ID permitted something before.
pub async fn is_known(tx: &mut Tx, message_id: &str) -> Result<bool, Fault> {
    let row = sql("select exists (select from permission where message_id = {}) as yes")
        .bind(message_id)
        .get_result::<Yes>(tx.look())
        .await
        .map_err(fault)?;
    Ok(row.yes)
}

/// A permission that is about to be granted.
#[derive(Clone, Copy, Debug)]
pub struct Grant<'a> {
    /// Row id.
    pub id: Uuid,
    /// The mail.
    pub mail: Uuid,
    /// The request.
    pub request: Uuid,
    /// Its account.
    pub account: Uuid,
    /// The mail's Message-ID.
    pub message_id: &'a str,
    /// SHA-256 of the id of the one browser that may go on.
    pub browser_hash: &'a [u8],
}

/// Grants it, for half an hour.
pub async fn grant(tx: &mut Tx, new: &Grant<'_>) -> Result<(), Fault> {
    sql("insert into permission (id, request_id, inbound_id, account_id, message_id, browser_hash, granted_at, expires_at)
        values ({}, {}, {}, {}, {}, {}, pulih.now(), pulih.now() + make_interval(mins => {}))")
    .bind(new.id)
    .bind(new.request)
    .bind(new.mail)
    .bind(new.account)
    .bind(new.message_id)
    .bind(new.browser_hash)
    .bind(LIFE_MINUTES)
    .execute(tx.write())
    .await
    .map_err(fault)?;
    Ok(())
}

/// Whether a mail permits this browser to go on with that request now.
pub async fn is_live(read: &mut Read, request: Uuid, browser_hash: &[u8; 32]) -> Result<bool, Fault> {
    let row = sql("select exists (select from permission m join request r on r.id = m.request_id
            where m.request_id = {} and m.browser_hash = {} and m.ended_at is null and m.expires_at > pulih.now()
                and not exists (select from account a where a.id = m.account_id and a.address_changed_at > m.granted_at)
                and r.state in ('sending', 'mailed', 'opened', 'undeliverable')) as yes")
    .bind(request)
    .bind(browser_hash)
    .get_result::<Yes>(read.look())
    .await
    .map_err(fault)?;
    Ok(row.yes)
}

/// A permission that a browser wants to use.
#[derive(Clone, Debug, QueryableByName)]
pub struct Live {
    /// The mail it came by.
    #[diesel(sql_type = t::Uuid)]
    pub inbound_id: Uuid,
    /// The request.
    #[diesel(sql_type = t::Uuid)]
    pub request_id: Uuid,
    /// Its account.
    #[diesel(sql_type = t::Uuid)]
    pub account_id: Uuid,
    /// When it ends.
    #[diesel(sql_type = t::Timestamptz)]
    pub expires_at: DateTime<Utc>,
    /// The link that was made of it.
    #[diesel(sql_type = t::Nullable<t::Uuid>)]
    pub link: Option<Uuid>,
}

/// The living permission of that request for this browser, after its account was locked.
pub async fn hold_live(tx: &mut Tx, request: Uuid, browser_hash: &[u8; 32]) -> Result<Option<Live>, Fault> {
    lock(tx, request).await?;
    sql("select m.inbound_id, m.request_id, m.account_id, m.expires_at,
            (select k.id from link k where k.request_id = m.request_id and k.kind = 'permit') as link
        from permission m
        where m.request_id = {} and m.browser_hash = {} and m.ended_at is null and m.expires_at > pulih.now()
            and not exists (select from account a where a.id = m.account_id and a.address_changed_at > m.granted_at)")
    .bind(request)
    .bind(browser_hash)
    .get_result::<Live>(tx.look())
    .await
    .optional()
    .map_err(fault)
}

/// Makes the one link of a permission. It is never mailed and lives as long as the permission does.
pub async fn link(tx: &mut Tx, live: &Live, key_id: &str) -> Result<Uuid, Fault> {
    let id = random::id();
    sql("insert into link (id, kind, request_id, account_id, key_id, random, issued_at, expires_at)
        values ({}, {}, {}, {}, {}, {}, pulih.now(), {})")
    .bind(id)
    .bind(LinkKind::Permit.code())
    .bind(live.request_id)
    .bind(live.account_id)
    .bind(key_id)
    .bind(&random::bytes::<32>()?)
    .bind(live.expires_at)
    .execute(tx.write())
    .await
    .map_err(fault)?;
    Ok(id)
}

/// Whether that browser may still confirm the request by its permission; the link's own clock says how long. Who wrote from
/// the former address permits nothing once it was changed.
pub async fn is_of(tx: &mut Tx, request: Uuid, browser_hash: &[u8; 32]) -> Result<bool, Fault> {
    let row = sql("select exists (select from permission m
            where m.request_id = {} and m.browser_hash = {} and m.ended_at is null
                and not exists (select from account a where a.id = m.account_id and a.address_changed_at > m.granted_at)) as yes")
    .bind(request)
    .bind(browser_hash)
    .get_result::<Yes>(tx.look())
    .await
    .map_err(fault)?;
    Ok(row.yes)
}

/// Ends a permission with OK: from now on the reset waits for the notice with this link, and so many seconds more.
pub async fn spend(tx: &mut Tx, request: Uuid, notice_link: Uuid, wait_seconds: i32) -> Result<(), Fault> {
    sql("update permission set ended_at = pulih.now(), wait_seconds = {},
            letter_id = (select id from letter where link_id = {})
        where request_id = {}")
    .bind(wait_seconds)
    .bind(notice_link)
    .bind(request)
    .execute(tx.write())
    .await
    .map_err(fault)?;
    Ok(())
}

/// The notice was handed over: its reset takes effect after the wait from now on, or later where it waits longer anyway.
pub async fn told(tx: &mut Tx, letter: Uuid) -> Result<(), Fault> {
    sql("update request set due_at = greatest(due_at, pulih.now() + make_interval(secs => m.wait_seconds))
        from permission m where m.letter_id = {} and request.id = m.request_id and request.state = 'waiting'")
    .bind(letter)
    .execute(tx.write())
    .await
    .map_err(fault)?;
    Ok(())
}
