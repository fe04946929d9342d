//! Sessions: opened by a password, risen by a code, held for a change, ended.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types as t;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::factor::{Guard, STRANGERS};
use super::sql::sql;
use super::tx::{Read, Tx, fault, word};
use crate::base::fault::Fault;
use crate::base::{random, secret_hash};
use crate::i18n::Lang;
use crate::model::account::UserType;
use crate::model::session::{Level, Lives};

/// A session with its account, its TOTP and its budget of guesses, as they stand at `now`.
#[derive(Clone, Debug, QueryableByName)]
pub struct Session {
    /// Row id.
    #[diesel(sql_type = t::Uuid)]
    pub id: Uuid,
    /// `password` or `full`.
    #[diesel(sql_type = t::Text)]
    pub level: String,
    /// When it ends, however busy it is.
    #[diesel(sql_type = t::Timestamptz)]
    pub expires_at: DateTime<Utc>,
    /// When it was last seen.
    #[diesel(sql_type = t::Timestamptz)]
    pub seen_at: DateTime<Utc>,
    /// The credential it activated, until its recovery codes are said to be kept.
    #[diesel(sql_type = t::Nullable<t::Uuid>)]
    pub activated: Option<Uuid>,
    /// The active credential, where a session of this browser activated it and its recovery codes are not kept yet.
    #[diesel(sql_type = t::Nullable<t::Uuid>)]
    pub unkept: Option<Uuid>,
    /// Its account.
    #[diesel(sql_type = t::Uuid)]
    pub account_id: Uuid,
    /// The account's User ID.
    #[diesel(sql_type = t::Text)]
    pub user_id: String,
    /// The account's name.
    #[diesel(sql_type = t::Text)]
    pub name: String,
    /// Word of the account's Tipe User.
    #[diesel(sql_type = t::Text)]
    pub kind: String,
    /// Word of the account's language.
    #[diesel(sql_type = t::Text)]
    pub language: String,
    /// The registered address.
    #[diesel(sql_type = t::Text)]
    pub address: String,
    /// Addresses on file: 1 or 2.
    #[diesel(sql_type = t::BigInt)]
    pub addresses: i64,
    /// Whether two people decide about it.
    #[diesel(sql_type = t::Bool)]
    pub protected: bool,
    /// Its password's hash.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    pub password_hash: Option<String>,
    /// The later of the last changes of password and address.
    #[diesel(sql_type = t::Nullable<t::Timestamptz>)]
    pub changed_at: Option<DateTime<Utc>>,
    /// Until when resets are held.
    #[diesel(sql_type = t::Nullable<t::Timestamptz>)]
    pub held_until: Option<DateTime<Utc>>,
    /// Since when it is active.
    #[diesel(sql_type = t::Nullable<t::Timestamptz>)]
    pub factor_since: Option<DateTime<Utc>>,
    /// Whether the account ever had a TOTP.
    #[diesel(sql_type = t::Bool)]
    pub had_factor: bool,
    /// What a code is judged by.
    #[diesel(embed)]
    pub guard: Guard,
    /// The database's time.
    #[diesel(sql_type = t::Timestamptz)]
    pub now: DateTime<Utc>,
}

impl Session {
    /// How much it has shown.
    pub fn level(&self) -> Result<Level, Fault> {
        word(Level::from_code(&self.level), "level", self.id)
    }

    /// The account's Tipe User.
    pub fn user_type(&self) -> Result<UserType, Fault> {
        word(UserType::from_code(&self.kind), "kind", self.account_id)
    }

    /// The account's language.
    pub fn language(&self) -> Result<Lang, Fault> {
        word(Lang::from_code(&self.language), "language", self.account_id)
    }
}

const FIND: &str = "
    select s.id, s.level, s.expires_at, s.seen_at, s.activated,
        (select o.activated from session o where o.account_id = a.id and o.browser_hash = s.browser_hash
            and o.activated = c.id limit 1) as unkept,
        a.id as account_id, a.user_id, a.name, a.kind, a.language, d.address,
        (select count(*) from address o where o.account_id = a.id) as addresses, a.protected, a.password_hash,
        greatest(a.password_changed_at, a.address_changed_at) as changed_at, a.resets_held_until as held_until,
        c.id as credential_id, c.sealed_secret, c.algorithm, c.digits, c.period, c.last_step,
        coalesce(c.burned, array[]::bigint[]) as burned, c.created_at as factor_since,
        exists (select from credential o where o.account_id = a.id) as had_factor,
        k.account_id is not null as known_browser, h.share, coalesce(g.hits, array[]::timestamptz[]) as wrong,
        coalesce(g.in_row, 0) as in_row, n.now
    from (select pulih.now() as now) n, session s
    join account a on a.id = s.account_id and a.status = 'active'
    join address d on d.account_id = a.id and d.position = 1
    left join credential c on c.account_id = a.id and c.revoked_at is null
    left join known_browser k on k.account_id = a.id and k.browser_hash = s.browser_hash
    cross join lateral (select case when k.account_id is null then {} else s.browser_hash end as share) h
    left join code_limit g on g.account_id = a.id and g.share = h.share
    where s.token_hash = {} and s.browser_hash = {} and s.ended_at is null and s.expires_at > n.now
        and (s.level = 'password' or s.seen_at > n.now - make_interval(mins => {}))";

/// A session of that browser, by the SHA-256 of its token; nothing once it is over.
pub async fn find(
    read: &mut Read,
    token_hash: &[u8; 32],
    browser_hash: &[u8; 32],
    lives: Lives,
) -> Result<Option<Session>, Fault> {
    found(token_hash, browser_hash, lives).get_result::<Session>(read.look()).await.optional().map_err(fault)
}

/// The same, after its account was locked: everything that decides about one account stands in one line.
pub async fn hold(
    tx: &mut Tx,
    token_hash: &[u8; 32],
    browser_hash: &[u8; 32],
    lives: Lives,
) -> Result<Option<Session>, Fault> {
    sql("select 1 from account where id = (select account_id from session where token_hash = {}) for update")
        .bind(token_hash)
        .execute(tx.look())
        .await
        .map_err(fault)?;
    found(token_hash, browser_hash, lives).get_result::<Session>(tx.look()).await.optional().map_err(fault)
}

fn found<'a>(token_hash: &'a [u8; 32], browser_hash: &'a [u8; 32], lives: Lives) -> super::sql::Sql<'a> {
    sql(FIND).bind(&STRANGERS).bind(token_hash).bind(browser_hash).bind(lives.idle_minutes)
}

/// A session that begins.
pub struct NewSession<'a> {
    /// The account.
    pub account: Uuid,
    /// SHA-256 of the browser's id.
    pub browser_hash: &'a [u8; 32],
    /// The browser in a few words.
    pub browser_name: Option<&'a str>,
    /// The client network.
    pub network: &'a str,
    /// How much it has shown.
    pub level: Level,
    /// The credential it activated.
    pub activated: Option<Uuid>,
}

/// Begins a session in place of any that this browser has for the account; returns its id and its token, of which only
/// the hash is kept. One of level `full` makes its browser known to the account.
pub async fn begin(tx: &mut Tx, new: &NewSession<'_>, lives: Lives) -> Result<(Uuid, [u8; 32]), Fault> {
    let full = new.level == Level::Full;
    let (id, token) = (random::id(), random::bytes::<32>()?);
    let token_hash = secret_hash(&token);
    sql("with o as (
            update session set ended_at = pulih.now()
            where account_id = {} and browser_hash = {} and ended_at is null),
        s as (
            insert into session (id, account_id, token_hash, browser_hash, browser_name, network, level, activated,
                created_at, seen_at, expires_at)
            values ({}, {}, {}, {}, {}, {}, {}, {}, pulih.now(), pulih.now(), pulih.now() + make_interval(mins => {})))
        insert into known_browser (account_id, browser_hash, since, last_at)
        select {}, {}, pulih.now(), pulih.now() where {}
        on conflict (account_id, browser_hash) do update set last_at = excluded.last_at")
    .bind(new.account)
    .bind(new.browser_hash)
    .bind(id)
    .bind(new.account)
    .bind(&token_hash)
    .bind(new.browser_hash)
    .bind(new.browser_name)
    .bind(new.network)
    .bind(new.level.code())
    .bind(new.activated)
    .bind(lives.minutes(new.level))
    .bind(new.account)
    .bind(new.browser_hash)
    .bind(full)
    .execute(tx.write())
    .await
    .map_err(fault)?;
    Ok((id, token))
}

/// Ends one session of an account; false where it is over already or another's.
pub async fn end(tx: &mut Tx, account: Uuid, id: Uuid) -> Result<bool, Fault> {
    let ended = sql("update session set ended_at = pulih.now()
        where id = {} and account_id = {} and ended_at is null")
    .bind(id)
    .bind(account)
    .execute(tx.write())
    .await
    .map_err(fault)?;
    Ok(ended == 1)
}

/// Ends all sessions of an account but the one that is kept; returns how many.
pub async fn end_others(tx: &mut Tx, account: Uuid, keep: Option<Uuid>) -> Result<i64, Fault> {
    let ended = sql("update session set ended_at = pulih.now()
        where account_id = {} and id is distinct from {} and ended_at is null")
    .bind(account)
    .bind(keep)
    .execute(tx.write())
    .await
    .map_err(fault)?;
    Ok(i64::try_from(ended).unwrap_or(i64::MAX))
}

/// The recovery codes of an account are kept: no session shows them again.
pub async fn codes_kept(tx: &mut Tx, account: Uuid) -> Result<(), Fault> {
    sql("update session set activated = null where account_id = {} and activated is not null")
        .bind(account)
        .execute(tx.write())
        .await
        .map_err(fault)?;
    Ok(())
}

/// Notes that a session was seen. Bookkeeping, no action.
pub async fn touch(read: &mut Read, id: Uuid) -> Result<(), Fault> {
    sql("update session set seen_at = pulih.now() where id = {} and ended_at is null")
        .bind(id)
        .execute(read.look())
        .await
        .map_err(fault)?;
    Ok(())
}

/// Gives a session that has shown the password its minutes anew, but no more than three times as many in all; says when
/// it ends. Bookkeeping, no action.
pub async fn extend(read: &mut Read, id: Uuid, lives: Lives) -> Result<DateTime<Utc>, Fault> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = t::Timestamptz)]
        expires_at: DateTime<Utc>,
    }
    let row = sql("update session set expires_at = least(pulih.now() + make_interval(mins => {}),
            created_at + 3 * make_interval(mins => {}))
        where id = {} and level = 'password' returning expires_at")
    .bind(lives.step_minutes)
    .bind(lives.step_minutes)
    .bind(id)
    .get_result::<Row>(read.look())
    .await
    .map_err(fault)?;
    Ok(row.expires_at)
}

/// A session as its owner sees it in the list.
#[derive(Clone, Debug, QueryableByName)]
pub struct Listed {
    /// Row id.
    #[diesel(sql_type = t::Uuid)]
    pub id: Uuid,
    /// The browser in a few words.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    pub browser_name: Option<String>,
    /// The client network.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    pub network: Option<String>,
    /// When it began.
    #[diesel(sql_type = t::Timestamptz)]
    pub created_at: DateTime<Utc>,
    /// When it was last seen.
    #[diesel(sql_type = t::Timestamptz)]
    pub seen_at: DateTime<Utc>,
    /// Whether it goes on.
    #[diesel(sql_type = t::Bool)]
    pub alive: bool,
}

/// The sessions of an account that go on, and the last one before `this`, newest first.
pub async fn list(read: &mut Read, account: Uuid, this: Uuid, lives: Lives) -> Result<Vec<Listed>, Fault> {
    sql("select id, browser_name, network, created_at, seen_at, alive from (
            select s.*, s.ended_at is null and s.expires_at > n.now
                    and s.seen_at > n.now - make_interval(mins => {}) as alive,
                row_number() over (order by s.created_at desc) as nth
            from (select pulih.now() as now) n, session s where s.account_id = {} and s.level = 'full') s
        where alive or nth <= 2 order by id = {} desc, created_at desc limit 50")
    .bind(lives.idle_minutes)
    .bind(account)
    .bind(this)
    .load::<Listed>(read.look())
    .await
    .map_err(fault)
}

/// Ends sessions whose time is over, so that they can be purged one day. Bookkeeping, no action.
pub async fn sweep(read: &mut Read, lives: Lives) -> Result<(), Fault> {
    sql("update session set ended_at = least(expires_at, seen_at + make_interval(mins => {}))
        where ended_at is null and (expires_at <= (select pulih.now())
            or (level = 'full' and seen_at <= (select pulih.now()) - make_interval(mins => {})))")
    .bind(lives.idle_minutes)
    .bind(lives.idle_minutes)
    .execute(read.look())
    .await
    .map_err(fault)?;
    Ok(())
}
