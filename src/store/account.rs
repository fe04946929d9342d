//! Accounts: what the resolver may know of one, and what a reset, a cancel and a dispute do to it.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types as t;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::answer;
use super::schema::{account, address};
use super::sql::sql;
use super::tx::{Tx, fault, word};
use crate::base::fault::Fault;
use crate::i18n::Lang;
use crate::model::account::UserType;
use crate::model::resolve::Known;

#[derive(QueryableByName)]
#[allow(clippy::struct_excessive_bools, reason = "a row of facts, each looked at once")]
struct KnownRow {
    #[diesel(sql_type = t::Text)]
    folded: String,
    #[diesel(sql_type = t::Text)]
    kind: String,
    #[diesel(sql_type = t::Bool)]
    locked: bool,
    #[diesel(sql_type = t::Bool)]
    has_factor: bool,
    #[diesel(sql_type = t::Nullable<t::Timestamptz>)]
    held_until: Option<DateTime<Utc>>,
    #[diesel(sql_type = t::Nullable<t::Timestamptz>)]
    last_ended_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = t::Bool)]
    frozen: bool,
    #[diesel(sql_type = t::Bool)]
    waiting: bool,
    #[diesel(sql_type = t::BigInt)]
    letters_last_hour: i64,
    #[diesel(sql_type = t::Bool)]
    letter_just_now: bool,
    #[diesel(sql_type = t::Nullable<t::Uuid>)]
    under_way: Option<Uuid>,
}

/// The account behind a User ID as it is compared, locked, with what decides about its request; the second id is the
/// request that is under way for it.
pub async fn known(tx: &mut Tx, user_id_folded: &str) -> Result<Option<(Uuid, Known, Option<Uuid>)>, Fault> {
    let id = account::table
        .filter(account::user_id_folded.eq(user_id_folded))
        .select(account::id)
        .for_update()
        .first::<Uuid>(tx.look())
        .await
        .optional()
        .map_err(fault)?;
    let Some(id) = id else { return Ok(None) };
    // a statement of its own: the lock may have been waited for, and its snapshot would be stale
    let row = sql("select d.folded, a.kind, a.status = 'locked' as locked,
            exists (select from credential c where c.account_id = a.id and c.revoked_at is null) as has_factor,
            a.resets_held_until as held_until, greatest(a.last_reset_at, a.last_cancel_at) as last_ended_at,
            exists (select from frozen f where f.scope in ('web', a.kind)) as frozen,
            exists (select from request w where w.account_id = a.id and w.state in ('waiting', 'contested'))
                or exists (select from proposal p where p.account_id = a.id and p.mailbox_lost and p.ended_at is null)
                as waiting,
            l.letters_last_hour, l.letter_just_now,
            (select k.request_id from link k where k.account_id = a.id and k.kind = 'reset' and k.ended_at is null
                order by k.issued_at desc limit 1) as under_way
        from account a
        join address d on d.account_id = a.id and d.position = 1,
        lateral (
            select count(*) as letters_last_hour,
                coalesce(max(l.queued_at) > pulih.now() - interval '60 s', false) as letter_just_now
            from letter l where l.account_id = a.id and l.kind in ('link', 'hint', 'activate') and not l.uncounted
                and l.queued_at > (select pulih.now()) - interval '1 h') l
        where a.id = {}")
    .bind(id)
    .get_result::<KnownRow>(tx.look())
    .await
    .map_err(fault)?;
    let known = Known {
        address: row.folded,
        user_type: word(UserType::from_code(&row.kind), "kind", id)?,
        locked: row.locked,
        has_factor: row.has_factor,
        held_until: row.held_until,
        last_ended_at: row.last_ended_at,
        frozen: row.frozen,
        waiting: row.waiting,
        letters_last_hour: u32::try_from(row.letters_last_hour).unwrap_or(u32::MAX),
        letter_just_now: row.letter_just_now,
        under_way: row.under_way.is_some(),
    };
    Ok(Some((id, known, row.under_way)))
}

/// An account that enrols by a grant alone, at its portal: it had a TOTP, and has no password here.
#[derive(Clone, Debug, QueryableByName)]
pub struct Onward {
    /// How people see its portal.
    #[diesel(sql_type = t::Text)]
    pub portal: String,
    /// Whether it is protected.
    #[diesel(sql_type = t::Bool)]
    pub protected: bool,
    /// The last change of its address or password.
    #[diesel(sql_type = t::Nullable<t::Timestamptz>)]
    pub changed_at: Option<DateTime<Utc>>,
    /// The database's time.
    #[diesel(sql_type = t::Timestamptz)]
    pub now: DateTime<Utc>,
}

/// The same of an account that is held, as that request came; nothing where it goes another way.
pub async fn onward(tx: &mut Tx, id: Uuid, request: Uuid) -> Result<Option<Onward>, Fault> {
    sql("select p.name as portal, a.protected, greatest(a.password_changed_at, a.address_changed_at) as changed_at,
            pulih.now() as now
        from account a
        join request r on r.id = {}
        join portal p on p.id = coalesce(a.portal_id, r.portal_id) and p.return_url is not null
        where a.id = {} and a.password_hash is null and exists (select from credential c where c.account_id = a.id)")
    .bind(request)
    .bind(id)
    .get_result(tx.look())
    .await
    .optional()
    .map_err(fault)
}

/// The addresses on file: 1, or 1 and 2.
pub async fn positions(tx: &mut Tx, id: Uuid) -> Result<Vec<i16>, Fault> {
    address::table
        .filter(address::account_id.eq(id))
        .order(address::position)
        .select(address::position)
        .load::<i16>(tx.look())
        .await
        .map_err(fault)
}

/// By what an account is told of something.
#[derive(Clone, Debug, QueryableByName)]
pub struct Reach {
    #[diesel(sql_type = t::Uuid)]
    id: Uuid,
    #[diesel(sql_type = t::Text)]
    language: String,
    /// Addresses on file: 1 or 2.
    #[diesel(sql_type = t::BigInt)]
    pub addresses: i64,
}

impl Reach {
    /// The account's language.
    pub fn language(&self) -> Result<Lang, Fault> {
        word(Lang::from_code(&self.language), "language", self.id)
    }
}

/// Holds an account that is about to be told something.
pub async fn reach(tx: &mut Tx, id: Uuid) -> Result<Option<Reach>, Fault> {
    sql("select a.id, a.language, (select count(*) from address d where d.account_id = a.id) as addresses
        from account a where a.id = {} for update of a")
    .bind(id)
    .get_result::<Reach>(tx.look())
    .await
    .optional()
    .map_err(fault)
}

/// Letters that carried the way to activation.
#[derive(QueryableByName)]
pub struct Letters {
    /// How many.
    #[diesel(sql_type = t::BigInt)]
    pub count: i64,
    /// When the oldest of them was posted.
    #[diesel(sql_type = t::Nullable<t::Timestamptz>)]
    pub oldest: Option<DateTime<Utc>>,
}

/// Those of the last hour.
pub async fn letters_last_hour(tx: &mut Tx, id: Uuid) -> Result<Letters, Fault> {
    sql("select count(*) as count, min(queued_at) as oldest from letter
        where account_id = {} and kind = 'activate' and not uncounted
            and queued_at > (select pulih.now()) - interval '1 h'")
    .bind(id)
    .get_result::<Letters>(tx.look())
    .await
    .map_err(fault)
}

/// What a reset ended.
#[derive(QueryableByName)]
pub struct Revoked {
    /// The credential.
    #[diesel(sql_type = t::Nullable<t::Uuid>)]
    pub credential: Option<Uuid>,
    /// Recovery codes.
    #[diesel(sql_type = t::BigInt)]
    pub recovery_codes: i64,
    /// Sessions.
    #[diesel(sql_type = t::BigInt)]
    pub sessions: i64,
}

/// Revokes the factor with its recovery codes, unused grants, activation links and half-made successor, ends the sessions,
/// and forgives wrong codes: they were guesses at what is dead now. No kept answer is given again. With `since`, a factor that
/// was there before stays.
pub async fn revoke_factor(tx: &mut Tx, id: Uuid, since: Option<DateTime<Utc>>) -> Result<Revoked, Fault> {
    let forgotten = sql("with x as (").add(answer::FORGET);
    forgotten
        .add(
            "), c as (
            update credential set revoked_at = pulih.now(), sealed_secret = null
            where account_id = {} and revoked_at is null and created_at >= coalesce({}, created_at) returning id),
        r as (
            update recovery_code set revoked_at = pulih.now()
            where credential_id in (select id from c) and account_id = {} and used_at is null and revoked_at is null
            returning 1),
        s as (
            update session set ended_at = pulih.now()
            where account_id = {} and ended_at is null returning 1),
        g as (
            update activation_grant set revoked_at = pulih.now()
            where account_id = {} and used_at is null and revoked_at is null),
        l as (
            update link set ended_at = pulih.now(), end_reason = 'superseded'
            where account_id = {} and kind = 'activate' and ended_at is null),
        e as (delete from enrolment where account_id = {}),
        b as (delete from code_limit where account_id = {})
        select (select id from c) as credential, (select count(*) from r) as recovery_codes,
            (select count(*) from s) as sessions",
        )
        .bind(id)
        .bind(id)
        .bind(since)
        .bind(id)
        .bind(id)
        .bind(id)
        .bind(id)
        .bind(id)
        .bind(id)
        .get_result::<Revoked>(tx.write())
        .await
        .map_err(fault)
}

/// A grant to activate anew.
pub struct NewGrant<'a> {
    /// Row id.
    pub id: Uuid,
    /// The account.
    pub account: Uuid,
    /// The request it comes from.
    pub request: Uuid,
    /// SHA-256 of the browser's secret; none where it is given by mail alone.
    pub secret_hash: Option<&'a [u8; 32]>,
    /// Hours it lives.
    pub hours: i32,
}

/// Marks the account as reset now and issues the grant.
pub async fn mark_reset(tx: &mut Tx, grant: &NewGrant<'_>) -> Result<(), Fault> {
    sql("with a as (update account set last_reset_at = pulih.now() where id = {})
        insert into activation_grant (id, account_id, request_id, source, secret_hash, created_at, expires_at)
        values ({}, {}, {}, 'reset', {}, pulih.now(), pulih.now() + make_interval(hours => {}))")
    .bind(grant.account)
    .bind(grant.id)
    .bind(grant.account)
    .bind(grant.request)
    .bind(grant.secret_hash.map(<[u8; 32]>::as_slice))
    .bind(grant.hours)
    .execute(tx.write())
    .await
    .map_err(fault)?;
    Ok(())
}

/// Marks that its requests were cancelled now; holds resets for so many days.
pub async fn mark_cancelled(tx: &mut Tx, id: Uuid, hold_days: i32) -> Result<Option<DateTime<Utc>>, Fault> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = t::Nullable<t::Timestamptz>)]
        held_until: Option<DateTime<Utc>>,
    }
    let row = sql("update account set last_cancel_at = pulih.now(),
            resets_held_until = case when {} > 0 then pulih.now() + make_interval(days => {}) else resets_held_until end
        where id = {} returning resets_held_until as held_until")
    .bind(hold_days)
    .bind(hold_days)
    .bind(id)
    .get_result::<Row>(tx.write())
    .await
    .map_err(fault)?;
    Ok(row.held_until.filter(|_| hold_days > 0))
}

/// Locks sign-in and resets. Browsers it knew are strangers from now on: one of them may be the reason. No kept answer lets anybody
/// in any more.
pub async fn lock(tx: &mut Tx, id: Uuid, reason: &str) -> Result<(), Fault> {
    let forgotten = sql("with x as (").add(answer::FORGET);
    forgotten
        .add(
            "), k as (delete from known_browser where account_id = {})
        update account set status = 'locked', locked_reason = {} where id = {}",
        )
        .bind(id)
        .bind(id)
        .bind(reason)
        .bind(id)
        .execute(tx.write())
        .await
        .map_err(fault)?;
    Ok(())
}

/// Unlocks it.
pub async fn unlock(tx: &mut Tx, id: Uuid) -> Result<(), Fault> {
    sql("update account set status = 'active', locked_reason = null where id = {}")
        .bind(id)
        .execute(tx.write())
        .await
        .map_err(fault)?;
    Ok(())
}

/// Marks an address to which nothing can be delivered.
pub async fn suspect(tx: &mut Tx, id: Uuid, address_folded: &str) -> Result<(), Fault> {
    diesel::update(address::table.filter(address::account_id.eq(id)).filter(address::folded.eq(address_folded)))
        .set(address::suspect.eq(true))
        .execute(tx.write())
        .await
        .map_err(fault)?;
    Ok(())
}
