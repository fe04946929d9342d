//! Sessions of the desk: opened by a password, risen by a code, ended.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types as t;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::base::fault::Fault;
use crate::base::{random, secret_hash};
use crate::i18n::Lang;
use crate::model::session::{Level, Lives};
use crate::model::staff::Roles;
use crate::store::sql::{Sql, sql};
use crate::store::tx::{Read, Tx, fault, word};

/// A session with its person, as they stand at `now`.
#[derive(Clone, Debug, QueryableByName)]
pub struct Session {
    /// Row id.
    #[diesel(sql_type = t::Uuid)]
    pub id: Uuid,
    /// `password` or `full`.
    #[diesel(sql_type = t::Text)]
    level: String,
    /// When it began.
    #[diesel(sql_type = t::Timestamptz)]
    pub created_at: DateTime<Utc>,
    /// When it was last seen.
    #[diesel(sql_type = t::Timestamptz)]
    pub seen_at: DateTime<Utc>,
    /// When it ends, however busy it is.
    #[diesel(sql_type = t::Timestamptz)]
    pub expires_at: DateTime<Utc>,
    /// Whose it is.
    #[diesel(sql_type = t::Uuid)]
    pub staff_id: Uuid,
    /// Their user name.
    #[diesel(sql_type = t::Text)]
    pub username: String,
    /// Their name.
    #[diesel(sql_type = t::Text)]
    pub name: String,
    /// Words of their roles.
    #[diesel(sql_type = t::Array<t::Text>)]
    roles: Vec<String>,
    /// Word of their language.
    #[diesel(sql_type = t::Text)]
    language: String,
    /// Whether keys of the keyboard do something.
    #[diesel(sql_type = t::Bool)]
    pub shortcuts: bool,
    /// Whether a TOTP is active; without one they enrol before anything else.
    #[diesel(sql_type = t::Bool)]
    pub has_factor: bool,
    /// When the session before this one began.
    #[diesel(sql_type = t::Nullable<t::Timestamptz>)]
    pub last_at: Option<DateTime<Utc>>,
    /// Its network.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    pub last_network: Option<String>,
    /// Its browser in a few words.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    pub last_browser: Option<String>,
    /// The password's hash.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    pub password_hash: Option<String>,
    /// The database's time.
    #[diesel(sql_type = t::Timestamptz)]
    pub now: DateTime<Utc>,
}

impl Session {
    /// How much it has shown.
    pub fn level(&self) -> Result<Level, Fault> {
        word(Level::from_code(&self.level), "level", self.id)
    }

    /// Their roles.
    pub fn roles(&self) -> Result<Roles, Fault> {
        word(Roles::from_codes(&self.roles), "roles", self.staff_id)
    }

    /// Their language.
    pub fn language(&self) -> Result<Lang, Fault> {
        word(Lang::from_code(&self.language), "language", self.staff_id)
    }
}

const FIND: &str = "
    select o.id, o.level, o.created_at, o.seen_at, o.expires_at, s.id as staff_id, s.username, s.name, s.roles, s.language,
        s.shortcuts,
        exists (select from staff_factor f where f.staff_id = s.id and f.revoked_at is null and f.proved_at is not null)
            as has_factor,
        b.created_at as last_at, b.network as last_network, b.browser_name as last_browser, s.password_hash, n.now
    from (select pulih.now() as now) n, staff_session o
    join staff s on s.id = o.staff_id and s.status = 'active'
    left join lateral (select created_at, network, browser_name from staff_session e
        where e.staff_id = s.id and e.level = 'full' and e.created_at < o.created_at
        order by e.created_at desc limit 1) b on true
    where o.token_hash = {} and o.browser_hash = {} and o.ended_at is null and o.expires_at > n.now
        and (o.level = 'password' or o.seen_at > n.now - make_interval(mins => {}))";

/// A session of that browser, by the SHA-256 of its token; nothing once it is over or its person disabled.
pub async fn find(
    read: &mut Read,
    token_hash: &[u8; 32],
    browser_hash: &[u8; 32],
    lives: Lives,
) -> Result<Option<Session>, Fault> {
    found(token_hash, browser_hash, lives).get_result::<Session>(read.look()).await.optional().map_err(fault)
}

/// The same, after its person was locked: what decides about one person's sign-in stands in one line.
pub async fn hold(
    tx: &mut Tx,
    token_hash: &[u8; 32],
    browser_hash: &[u8; 32],
    lives: Lives,
) -> Result<Option<Session>, Fault> {
    sql("select 1 from staff where id = (select staff_id from staff_session where token_hash = {}) for update")
        .bind(token_hash)
        .execute(tx.look())
        .await
        .map_err(fault)?;
    found(token_hash, browser_hash, lives).get_result::<Session>(tx.look()).await.optional().map_err(fault)
}

fn found<'a>(token_hash: &'a [u8; 32], browser_hash: &'a [u8; 32], lives: Lives) -> Sql<'a> {
    sql(FIND).bind(token_hash).bind(browser_hash).bind(lives.idle_minutes)
}

/// Notes that a session was seen. Bookkeeping, no action.
pub async fn touch(read: &mut Read, id: Uuid) -> Result<(), Fault> {
    sql("update staff_session set seen_at = pulih.now() where id = {} and ended_at is null")
        .bind(id)
        .execute(read.look())
        .await
        .map_err(fault)?;
    Ok(())
}

/// A session that begins.
pub struct NewSession<'a> {
    /// Whose.
    pub staff: Uuid,
    /// SHA-256 of the browser's id.
    pub browser_hash: &'a [u8; 32],
    /// The browser in a few words.
    pub browser_name: Option<&'a str>,
    /// The client network.
    pub network: &'a str,
    /// How much was shown.
    pub level: Level,
}

/// Begins a session of a new token; what its person had in this browser ends, and whatever in it was only past a password.
/// Returns its id and token.
pub async fn begin(tx: &mut Tx, new: &NewSession<'_>, lives: Lives) -> Result<(Uuid, [u8; 32]), Fault> {
    let (id, token) = (random::id(), random::bytes::<32>()?);
    let token_hash = secret_hash(&token);
    sql("with o as (
            update staff_session set ended_at = pulih.now()
            where browser_hash = {} and ended_at is null and (staff_id = {} or level = 'password'))
        insert into staff_session (id, staff_id, token_hash, browser_hash, browser_name, network, level, created_at, seen_at,
            expires_at)
        values ({}, {}, {}, {}, {}, {}, {}, pulih.now(), pulih.now(), pulih.now() + make_interval(mins => {}))")
    .bind(new.browser_hash)
    .bind(new.staff)
    .bind(id)
    .bind(new.staff)
    .bind(&token_hash)
    .bind(new.browser_hash)
    .bind(new.browser_name)
    .bind(new.network)
    .bind(new.level.code())
    .bind(lives.minutes(new.level))
    .execute(tx.write())
    .await
    .map_err(fault)?;
    Ok((id, token))
}

/// Ends one session of a person; false where it was over.
pub async fn end(tx: &mut Tx, staff: Uuid, id: Uuid) -> Result<bool, Fault> {
    let ended =
        sql("update staff_session set ended_at = pulih.now() where id = {} and staff_id = {} and ended_at is null")
            .bind(id)
            .bind(staff)
            .execute(tx.write())
            .await
            .map_err(fault)?;
    Ok(ended == 1)
}

/// Ends all sessions of a person but one; says how many.
pub async fn end_others(tx: &mut Tx, staff: Uuid, keep: Option<Uuid>) -> Result<i64, Fault> {
    let ended = sql("update staff_session set ended_at = pulih.now()
        where staff_id = {} and ended_at is null and id is distinct from {}")
    .bind(staff)
    .bind(keep)
    .execute(tx.write())
    .await
    .map_err(fault)?;
    Ok(i64::try_from(ended).unwrap_or(i64::MAX))
}

/// One of a person's sessions.
#[derive(Clone, Debug, QueryableByName)]
pub struct Listed {
    /// Row id.
    #[diesel(sql_type = t::Uuid)]
    pub id: Uuid,
    /// Its browser in a few words.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    pub browser_name: Option<String>,
    /// Its network.
    #[diesel(sql_type = t::Text)]
    pub network: String,
    /// When it began.
    #[diesel(sql_type = t::Timestamptz)]
    pub created_at: DateTime<Utc>,
    /// When it was last seen.
    #[diesel(sql_type = t::Timestamptz)]
    pub seen_at: DateTime<Utc>,
}

/// The sessions of a person that go on, this one first.
pub async fn list(read: &mut Read, staff: Uuid, this: Uuid, lives: Lives) -> Result<Vec<Listed>, Fault> {
    sql("select id, browser_name, network, created_at, seen_at from staff_session
        where staff_id = {} and level = 'full' and ended_at is null and expires_at > (select pulih.now())
            and seen_at > (select pulih.now()) - make_interval(mins => {})
        order by id = {} desc, created_at desc limit 50")
    .bind(staff)
    .bind(lives.idle_minutes)
    .bind(this)
    .load::<Listed>(read.look())
    .await
    .map_err(fault)
}

/// Ends sessions whose time is over. Bookkeeping, no action.
pub async fn sweep(read: &mut Read, lives: Lives) -> Result<(), Fault> {
    sql("update staff_session set ended_at = least(expires_at, seen_at + make_interval(mins => {}))
        where ended_at is null and (expires_at <= (select pulih.now())
            or (level = 'full' and seen_at <= (select pulih.now()) - make_interval(mins => {})))")
    .bind(lives.idle_minutes)
    .bind(lives.idle_minutes)
    .execute(read.look())
    .await
    .map_err(fault)?;
    Ok(())
}
