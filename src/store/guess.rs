//! Guesses that a portal asks about: what a code is judged by in one read, and what it leaves behind in one statement.
//!
//! What was judged holds as long as nobody else guessed meanwhile: `credential.guesses` counts every guess, right or wrong,
//! by the web and by portals, and each statement asks for the count that was read. Whoever comes second writes nothing.
//!
//! No deadlock: the account's row is locked first, as by everybody who changes what hangs on it, then the credential's, then
//! the share of the budget or the recovery code; the device's row, which the sweeper takes too, is the last.

use diesel::prelude::*;
use diesel::sql_types as t;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use super::factor::{Guard, STRANGERS};
use super::sql::{Count, Sql, sql};
use super::tx::{Read, Tx, fault};
use crate::base::fault::Fault;
use crate::model::event::Record;
use crate::model::session::Method;

/// Where a code is guessed.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// The portal that asks.
    pub portal: Uuid,
    /// The User ID as it is compared.
    pub folded: &'a str,
    /// SHA-256 of the portal and the name of the person's device, where it has one.
    pub device: Option<&'a [u8; 32]>,
    /// SHA-256 of the portal and the User ID: what guesses are counted by where nobody has it.
    pub stray: &'a [u8; 32],
    /// By what.
    pub method: Method,
}

/// What a guess is judged by.
#[derive(Clone, Debug, QueryableByName)]
pub struct Asked {
    /// Whether somebody has that User ID, of whom the portal may ask.
    #[diesel(sql_type = t::Bool)]
    pub known: bool,
    /// Whether the account is locked.
    #[diesel(sql_type = t::Bool)]
    pub locked: bool,
    /// The rest. Where nobody has the User ID, its account is nil, and the budget is that of strays.
    #[diesel(embed)]
    pub guard: Guard,
    /// Guesses at the credential so far.
    #[diesel(sql_type = t::BigInt)]
    pub guesses: i64,
    /// Hashes of the unused recovery codes, where one of them is guessed.
    #[diesel(sql_type = t::Array<t::Binary>)]
    pub unused: Vec<Vec<u8>>,
}

const ASK: &str = "
    select a.id is not null as known, coalesce(a.status = 'locked', false) as locked,
        coalesce(a.id, '00000000-0000-0000-0000-000000000000'::uuid) as account_id,
        c.id as credential_id, c.sealed_secret, c.algorithm, c.digits, c.period, c.last_step,
        coalesce(c.burned, array[]::bigint[]) as burned, coalesce(c.guesses, 0) as guesses,
        k.account_id is not null as known_browser, h.share,
        coalesce(g.hits, s.hits, array[]::timestamptz[]) as wrong, coalesce(g.in_row, s.in_row, 0) as in_row,
        array(select r.hash from recovery_code r where {} and r.account_id = a.id and r.credential_id = c.id
            and r.used_at is null and r.revoked_at is null) as unused,
        n.now
    from (select pulih.now() as now) n
    left join account a on a.user_id_folded = {} and (a.portal_id is null or a.portal_id = {})
    left join credential c on c.account_id = a.id and c.revoked_at is null
    left join known_browser k on k.account_id = a.id and k.browser_hash = {}
    cross join lateral (select coalesce(k.browser_hash, {}) as share) h
    left join code_limit g on g.account_id = a.id and g.share = h.share
    left join stray_guess s on s.key = {} and a.id is null";

/// What a guess there is judged by now.
pub async fn ask(read: &mut Read, place: &Place<'_>) -> Result<Asked, Fault> {
    asked(read.look(), place).await
}

async fn asked(connection: &mut AsyncPgConnection, place: &Place<'_>) -> Result<Asked, Fault> {
    sql(ASK)
        .bind(place.method == Method::Recovery)
        .bind(place.folded)
        .bind(place.portal)
        .bind(place.device.map(<[u8; 32]>::as_slice))
        .bind(&STRANGERS)
        .bind(place.stray)
        .get_result::<Asked>(connection)
        .await
        .map_err(fault)
}

/// The same, after the account was locked, or the count of strays: guesses there stand in one line.
pub async fn hold(tx: &mut Tx, place: &Place<'_>) -> Result<Asked, Fault> {
    let held =
        sql("select 1 from account where user_id_folded = {} and (portal_id is null or portal_id = {}) for update")
            .bind(place.folded)
            .bind(place.portal)
            .execute(tx.look())
            .await
            .map_err(fault)?;
    if held == 0 {
        sql("insert into stray_guess as s (key, hits, in_row) values ({}, array[]::timestamptz[], 0)
            on conflict (key) do update set in_row = s.in_row")
        .bind(place.stray)
        .execute(tx.look())
        .await
        .map_err(fault)?;
    }
    asked(tx.look(), place).await
}

/// The account is active, and the credential's count is the one that was read; what is set of it besides follows.
const TAKE: &str = "
    with a as (select id from account where id = {} and status = 'active' for no key update),
    c as (
        update credential c set guesses = c.guesses + 1";
const TAKEN: &str = "
        from a where c.id = {} and c.account_id = a.id and c.revoked_at is null and c.guesses = {}";
const STEP: &str = ", last_step = {}, burned = array(select b from unnest(c.burned) b where b > {})";
const LATER: &str = " and coalesce(c.last_step, -1) < {} and not c.burned @> array[{}::bigint]
        returning c.id, c.account_id),
    r as (select account_id from c),";
const CODE: &str = "
        returning c.id, c.account_id),
    r as (
        update recovery_code r set used_at = pulih.now() from c
        where r.account_id = c.account_id and r.credential_id = c.id and r.hash = {} and r.used_at is null
            and r.revoked_at is null
        returning r.account_id),";
const KNOW: &str = "
    g as (delete from code_limit g using r where g.account_id = r.account_id and g.share = {}),
    k as (
        insert into known_browser as k (account_id, browser_hash, since, last_at)
        select r.account_id, {}, pulih.now(), pulih.now() from r where {}
        on conflict (account_id, browser_hash) do update set last_at = excluded.last_at
            where k.last_at < excluded.last_at - interval '1 h'),";
const BURN: &str =
    ", burned = case when {} and not c.burned @> array[{}::bigint] then c.burned || {}::bigint else c.burned end";
const COUNT: &str = " returning c.account_id),
    r as (
        insert into code_limit as l (account_id, share, hits, in_row)
        select c.account_id, {}, array[pulih.now()], 1 from c
        on conflict (account_id, share) do update set hits = (excluded.hits || l.hits)[1:{}], in_row = l.in_row + 1
        returning account_id),";
const TELL: &str = "
    e as (
        insert into event (id, at, kind, outcome, actor, account_id, request_id, body)
        select {}, {}, {}, {}, {}, {}, null, {} from r returning id, at),
    p as (
        insert into event_personal (event_id, at, salt, details)
        select e.id, e.at, p.salt, p.details from e, (select {}::bytea as salt, {}::jsonb as details) p where p.salt is not null)
    select count(*) as count from e";

/// What makes a code right.
#[derive(Clone, Copy, Debug)]
pub enum Used<'a> {
    /// The time step it is of.
    Step(i64),
    /// The unused recovery code of that hash.
    RecoveryCode(&'a [u8; 32]),
}

/// A right code is used up, its share of the budget is whole again, the device is known, and the event says so; false where
/// what it was judged by does not hold any more, and nothing was written.
pub async fn accept(
    read: &mut Read,
    asked: &Asked,
    used: Used<'_>,
    device: Option<&[u8; 32]>,
    record: &Record,
) -> Result<bool, Fault> {
    let guard = &asked.guard;
    let taken = sql(TAKE).bind(guard.account_id);
    let taken = match used {
        Used::Step(step) => taken.add(STEP).bind(step).bind(step),
        Used::RecoveryCode(_) => taken,
    };
    let taken = taken.add(TAKEN).bind(guard.credential_id).bind(asked.guesses);
    let taken = match used {
        Used::Step(step) => taken.add(LATER).bind(step).bind(step),
        Used::RecoveryCode(hash) => taken.add(CODE).bind(hash),
    };
    let known = taken.add(KNOW).bind(guard.share.as_slice());
    let known = known.bind(device.unwrap_or(&STRANGERS)).bind(device.is_some());
    tell(read, known, record).await
}

/// A wrong code is counted, the future step it showed is burned, and the event says so; false where what it was judged by
/// does not hold any more, and nothing was written.
pub async fn count(
    read: &mut Read,
    asked: &Asked,
    burn: Option<i64>,
    keep: i32,
    record: &Record,
) -> Result<bool, Fault> {
    let (guard, step) = (&asked.guard, burn.unwrap_or_default());
    let taken = sql(TAKE).bind(guard.account_id).add(BURN).bind(burn.is_some()).bind(step).bind(step);
    let taken = taken.add(TAKEN).bind(guard.credential_id).bind(asked.guesses);
    let counted = taken.add(COUNT).bind(guard.share.as_slice()).bind(keep);
    tell(read, counted, record).await
}

/// The same where nobody has the User ID.
pub async fn count_stray(
    read: &mut Read,
    place: &Place<'_>,
    asked: &Asked,
    keep: i32,
    record: &Record,
) -> Result<bool, Fault> {
    let counted = sql("with r as (
            insert into stray_guess as s (key, hits, in_row) values ({}, array[pulih.now()], 1)
            on conflict (key) do update set hits = (excluded.hits || s.hits)[1:{}], in_row = s.in_row + 1 where s.in_row = {}
            returning 1),")
    .bind(place.stray)
    .bind(keep)
    .bind(asked.guard.in_row);
    tell(read, counted, record).await
}

/// Appends the event where there is a row `r`.
async fn tell(read: &mut Read, statement: Sql<'_>, record: &Record) -> Result<bool, Fault> {
    let personal = record.personal.as_ref();
    let row = statement
        .add(TELL)
        .bind(record.id)
        .bind(record.at)
        .bind(record.kind)
        .bind(record.outcome)
        .bind(record.actor)
        .bind(record.account)
        .bind(record.body.as_str())
        .bind(personal.map(|p| p.salt.as_slice()))
        .bind(personal.map(|p| &p.details))
        .get_result::<Count>(read.look())
        .await
        .map_err(fault)?;
    Ok(row.count == 1)
}

/// Counts a wrong guess at a User ID that nobody has, while it is held. Returns how many there were in a row.
pub async fn count_held_stray(tx: &mut Tx, place: &Place<'_>, keep: i32) -> Result<i32, Fault> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = t::Integer)]
        in_row: i32,
    }
    let row = sql("update stray_guess set hits = (array[pulih.now()] || hits)[1:{}], in_row = in_row + 1
        where key = {} returning in_row")
    .bind(keep)
    .bind(place.stray)
    .get_result::<Row>(tx.look())
    .await
    .map_err(fault)?;
    Ok(row.in_row)
}

/// Makes a device known to an account that is held.
pub async fn know(tx: &mut Tx, account: Uuid, device: &[u8; 32]) -> Result<(), Fault> {
    sql(
        "insert into known_browser (account_id, browser_hash, since, last_at) values ({}, {}, pulih.now(), pulih.now())
        on conflict (account_id, browser_hash) do update set last_at = excluded.last_at",
    )
    .bind(account)
    .bind(device)
    .execute(tx.write())
    .await
    .map_err(fault)?;
    Ok(())
}
