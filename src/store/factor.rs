//! TOTP: secrets that are being enrolled, credentials and their recovery codes; what guesses are judged by is beside.

mod guard;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types as t;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::answer;
use super::sql::{Count, sql};
use super::tx::{Read, Tx, fault};
use crate::base::fault::Fault;
use crate::model::activation::Grant;

pub(super) use guard::STRANGERS;
pub use guard::{Guard, WrongGuess, count_wrong, forgive};

/// A secret that is shown and not yet proved.
#[derive(Clone, Debug, QueryableByName)]
pub struct Enrolment {
    /// Its id, which becomes the credential's.
    #[diesel(sql_type = t::Uuid)]
    pub id: Uuid,
    /// SHA-256 of the id of the browser it was made for.
    #[diesel(sql_type = t::Binary)]
    pub browser_hash: Vec<u8>,
    /// The grant it rests on; none where the password alone may enrol.
    #[diesel(sql_type = t::Nullable<t::Uuid>)]
    pub grant_id: Option<Uuid>,
    /// The sealed secret.
    #[diesel(sql_type = t::Binary)]
    pub sealed_secret: Vec<u8>,
    /// Its algorithm.
    #[diesel(sql_type = t::Text)]
    pub algorithm: String,
    /// Its digits.
    #[diesel(sql_type = t::SmallInt)]
    pub digits: i16,
    /// Its period in seconds.
    #[diesel(sql_type = t::SmallInt)]
    pub period: i16,
    /// Future steps that were shown too early.
    #[diesel(sql_type = t::Array<t::BigInt>)]
    pub burned: Vec<i64>,
}

const ENROLMENT: &str = "select id, browser_hash, grant_id, sealed_secret, algorithm, digits, period, burned from enrolment where account_id = {}";

/// The enrolment of an account.
pub async fn enrolment(read: &mut Read, account: Uuid) -> Result<Option<Enrolment>, Fault> {
    sql(ENROLMENT).bind(account).get_result::<Enrolment>(read.look()).await.optional().map_err(fault)
}

/// The same, of an account that is held.
pub async fn held_enrolment(tx: &mut Tx, account: Uuid) -> Result<Option<Enrolment>, Fault> {
    sql(ENROLMENT).bind(account).get_result::<Enrolment>(tx.look()).await.optional().map_err(fault)
}

/// Burns a future step that was shown to an enrolment. A counter: the action may still be refused.
pub async fn burn_first(tx: &mut Tx, enrolment: Uuid, step: i64) -> Result<(), Fault> {
    sql(
        "update enrolment set burned = ({}::bigint || burned)[1:100] where id = {} and not burned @> array[{}::bigint]",
    )
    .bind(step)
    .bind(enrolment)
    .bind(step)
    .execute(tx.look())
    .await
    .map_err(fault)?;
    Ok(())
}

/// Begins an enrolment in place of any other of the account; no kept answer shows that one's secret again.
pub async fn enrol(tx: &mut Tx, account: Uuid, new: &Enrolment) -> Result<(), Fault> {
    let forgotten = sql("with x as (").add(answer::FORGET_SECRETS);
    forgotten.add(") insert into enrolment (account_id, id, browser_hash, grant_id, sealed_secret, algorithm, digits, period, created_at)
        values ({}, {}, {}, {}, {}, {}, {}, {}, pulih.now())
        on conflict (account_id) do update set id = excluded.id, browser_hash = excluded.browser_hash,
            grant_id = excluded.grant_id, sealed_secret = excluded.sealed_secret, algorithm = excluded.algorithm,
            digits = excluded.digits, period = excluded.period, burned = excluded.burned, created_at = excluded.created_at")
    .bind(account)
    .bind(account)
    .bind(new.id)
    .bind(new.browser_hash.as_slice())
    .bind(new.grant_id)
    .bind(new.sealed_secret.as_slice())
    .bind(new.algorithm.as_str())
    .bind(new.digits)
    .bind(new.period)
    .execute(tx.write())
    .await
    .map_err(fault)?;
    Ok(())
}

/// The grants of an account that were neither used nor revoked.
pub async fn grants(tx: &mut Tx, account: Uuid) -> Result<Vec<Grant>, Fault> {
    Ok(live_grants(account).load::<GrantRow>(tx.look()).await.map_err(fault)?.into_iter().map(Grant::from).collect())
}

/// The same, outside a transaction.
pub async fn read_grants(read: &mut Read, account: Uuid) -> Result<Vec<Grant>, Fault> {
    Ok(live_grants(account).load::<GrantRow>(read.look()).await.map_err(fault)?.into_iter().map(Grant::from).collect())
}

fn live_grants<'a>(account: Uuid) -> super::sql::Sql<'a> {
    sql("select g.id, g.secret_hash, g.portal_id, g.portal_hash, g.expires_at,
            exists (select from account a where a.id = g.account_id and a.address_changed_at > g.created_at) as moved
        from activation_grant g
        where g.account_id = {} and g.used_at is null and g.revoked_at is null order by g.created_at desc")
    .bind(account)
}

#[derive(QueryableByName)]
struct GrantRow {
    #[diesel(sql_type = t::Uuid)]
    id: Uuid,
    #[diesel(sql_type = t::Nullable<t::Binary>)]
    secret_hash: Option<Vec<u8>>,
    #[diesel(sql_type = t::Nullable<t::Uuid>)]
    portal_id: Option<Uuid>,
    #[diesel(sql_type = t::Nullable<t::Binary>)]
    portal_hash: Option<Vec<u8>>,
    #[diesel(sql_type = t::Timestamptz)]
    expires_at: DateTime<Utc>,
    #[diesel(sql_type = t::Bool)]
    moved: bool,
}

impl From<GrantRow> for Grant {
    fn from(row: GrantRow) -> Self {
        let GrantRow { id, secret_hash, portal_id, portal_hash, expires_at, moved } = row;
        Self { id, secret_hash, handed: portal_id.zip(portal_hash), expires_at, moved }
    }
}

/// Who holds a grant that comes from no request.
#[derive(Clone, Copy, Debug)]
pub enum Holder<'a> {
    /// Nobody yet: it goes by mail alone.
    Mail,
    /// A browser, by the SHA-256 of the secret in its cookie.
    Browser(&'a [u8; 32]),
    /// A portal, by the SHA-256 of the grant's secret.
    Portal(Uuid, &'a [u8; 32]),
}

/// Issues a grant that comes from no request; returns when it ends.
pub async fn grant(
    tx: &mut Tx,
    id: Uuid,
    account: Uuid,
    source: &str,
    holder: Holder<'_>,
    hours: i32,
) -> Result<DateTime<Utc>, Fault> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = t::Timestamptz)]
        expires_at: DateTime<Utc>,
    }
    let (browser, portal, portal_hash) = match holder {
        Holder::Mail => (None, None, None),
        Holder::Browser(hash) => (Some(hash.as_slice()), None, None),
        Holder::Portal(portal, hash) => (None, Some(portal), Some(hash.as_slice())),
    };
    let row =
        sql("insert into activation_grant (id, account_id, source, secret_hash, portal_id, portal_hash, handed_at,
            created_at, expires_at)
        select {}, {}, {}, {}, {}, {}, case when {} then n.now end, n.now, n.now + make_interval(hours => {})
        from (select pulih.now() as now) n returning expires_at")
        .bind(id)
        .bind(account)
        .bind(source)
        .bind(browser)
        .bind(portal)
        .bind(portal_hash)
        .bind(portal.is_some())
        .bind(hours)
        .get_result::<Row>(tx.write())
        .await
        .map_err(fault)?;
    Ok(row.expires_at)
}

/// A portal has shown a grant that it was handed: it arrived, and is not handed out anew.
pub async fn take(tx: &mut Tx, grant: Uuid) -> Result<(), Fault> {
    sql("update activation_grant set taken_at = pulih.now() where id = {} and handed_at is not null and taken_at is null")
        .bind(grant)
        .execute(tx.write())
        .await
        .map_err(fault)?;
    Ok(())
}

/// Makes the enrolment the account's one TOTP: whatever was active is dead from now on, and so are all grants and
/// activation links, and no kept answer shows its secret again. `step` is the time step of the first code.
pub async fn activate(
    tx: &mut Tx,
    account: Uuid,
    enrolment: &Enrolment,
    step: i64,
    recovery_hashes: &[[u8; 32]],
) -> Result<(), Fault> {
    let forgotten = sql("with x as (").add(answer::FORGET_SECRETS);
    forgotten.add("), c as (
            update credential set revoked_at = pulih.now(), sealed_secret = null
            where account_id = {} and revoked_at is null),
        r as (
            update recovery_code set revoked_at = pulih.now()
            where account_id = {} and used_at is null and revoked_at is null),
        g as (
            update activation_grant set used_at = case when id = {} then pulih.now() end,
                revoked_at = case when id is distinct from {} then pulih.now() end
            where account_id = {} and used_at is null and revoked_at is null),
        l as (
            update link set ended_at = pulih.now(), end_reason = case when grant_id = {} then 'spent' else 'superseded' end,
                spent_at = case when grant_id = {} then pulih.now() end
            where account_id = {} and kind = 'activate' and ended_at is null),
        b as (delete from code_limit where account_id = {})
        select 1")
    .bind(account)
    .bind(account)
    .bind(account)
    .bind(enrolment.grant_id)
    .bind(enrolment.grant_id)
    .bind(account)
    .bind(enrolment.grant_id)
    .bind(enrolment.grant_id)
    .bind(account)
    .bind(account)
    .execute(tx.write())
    .await
    .map_err(fault)?;
    // a statement of its own: one account has one active credential, and this one comes after the old one is dead
    sql("with e as (delete from enrolment where account_id = {} returning burned),
        c as (
            insert into credential (id, account_id, sealed_secret, algorithm, digits, period, last_step, burned, created_at)
            select {}, {}, {}, {}, {}, {}, {}, e.burned, pulih.now() from e returning id, account_id)
        insert into recovery_code (id, account_id, credential_id, hash)
        select gen_random_uuid(), c.account_id, c.id, h from c, unnest({}::bytea[]) as h")
    .bind(account)
    .bind(enrolment.id)
    .bind(account)
    .bind(enrolment.sealed_secret.as_slice())
    .bind(enrolment.algorithm.as_str())
    .bind(enrolment.digits)
    .bind(enrolment.period)
    .bind(step)
    .bind(recovery_hashes.iter().map(<[u8; 32]>::as_slice).collect::<Vec<_>>())
    .execute(tx.write())
    .await
    .map_err(fault)?;
    Ok(())
}

/// Accepts a time step; false where it, or a later one, was accepted before.
pub async fn accept(tx: &mut Tx, credential: Uuid, step: i64) -> Result<bool, Fault> {
    let accepted =
        sql("update credential set last_step = {}, burned = array(select b from unnest(burned) b where b > {}),
            guesses = guesses + 1
        where id = {} and revoked_at is null and coalesce(last_step, -1) < {}")
        .bind(step)
        .bind(step)
        .bind(credential)
        .bind(step)
        .execute(tx.write())
        .await
        .map_err(fault)?;
    Ok(accepted == 1)
}

/// Uses up a recovery code of a credential, if there is one with that hash.
pub async fn use_recovery_code(tx: &mut Tx, account: Uuid, credential: Uuid, hash: &[u8; 32]) -> Result<bool, Fault> {
    let used = sql("with c as (update credential set guesses = guesses + 1 where id = {})
        update recovery_code set used_at = pulih.now()
        where account_id = {} and credential_id = {} and hash = {} and used_at is null and revoked_at is null")
    .bind(credential)
    .bind(account)
    .bind(credential)
    .bind(hash)
    .execute(tx.write())
    .await
    .map_err(fault)?;
    Ok(used == 1)
}

/// Hashes of a credential's unused recovery codes.
pub async fn unused_recovery_codes(tx: &mut Tx, account: Uuid, credential: Uuid) -> Result<Vec<Vec<u8>>, Fault> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = t::Binary)]
        hash: Vec<u8>,
    }
    let rows = sql("select hash from recovery_code
        where account_id = {} and credential_id = {} and used_at is null and revoked_at is null")
    .bind(account)
    .bind(credential)
    .load::<Row>(tx.look())
    .await
    .map_err(fault)?;
    Ok(rows.into_iter().map(|row| row.hash).collect())
}

/// Gives a credential new recovery codes: those that were are dead from now on.
pub async fn renew_recovery_codes(
    tx: &mut Tx,
    account: Uuid,
    credential: Uuid,
    hashes: &[[u8; 32]],
) -> Result<(), Fault> {
    sql("with r as (
            update recovery_code set revoked_at = pulih.now()
            where account_id = {} and used_at is null and revoked_at is null)
        insert into recovery_code (id, account_id, credential_id, hash)
        select gen_random_uuid(), {}, {}, h from unnest({}::bytea[]) as h")
    .bind(account)
    .bind(account)
    .bind(credential)
    .bind(hashes.iter().map(<[u8; 32]>::as_slice).collect::<Vec<_>>())
    .execute(tx.write())
    .await
    .map_err(fault)?;
    Ok(())
}

/// How many recovery codes of an account are unused.
pub async fn recovery_codes_left(read: &mut Read, account: Uuid) -> Result<i64, Fault> {
    let row = sql("select count(*) as count from recovery_code
        where account_id = {} and used_at is null and revoked_at is null")
    .bind(account)
    .get_result::<Count>(read.look())
    .await
    .map_err(fault)?;
    Ok(row.count)
}

/// Removes enrolments older than the grants they can rest on. Bookkeeping, no action.
pub async fn sweep(read: &mut Read, hours: i32) -> Result<(), Fault> {
    sql("delete from enrolment where created_at < pulih.now() - make_interval(hours => {})")
        .bind(hours)
        .execute(read.look())
        .await
        .map_err(fault)?;
    Ok(())
}
