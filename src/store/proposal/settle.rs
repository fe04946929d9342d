//! Writing about proposals: made, said something to, ended; and what they change in the end.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types as t;
use diesel_async::RunQueryDsl;
use serde_json::Value;
use uuid::Uuid;

use crate::base::fault::Fault;
use crate::model::account::fold_address;
use crate::model::proposal::{Kind, Reason, State, Verdict, Verified};
use crate::store::sql::sql;
use crate::store::tx::{Tx, fault};

/// A proposal that is about to be made.
#[derive(Clone, Copy, Debug)]
pub struct NewProposal<'a> {
    /// Row id; that of its form, where there was one.
    pub id: Uuid,
    /// What is proposed.
    pub kind: Kind,
    /// The account.
    pub account: Uuid,
    /// The request a reset belongs to.
    pub request: Option<Uuid>,
    /// Why.
    pub reason: Option<Reason>,
    /// How the person was verified.
    pub verified: Option<Verified>,
    /// Ticket or letter number.
    pub evidence: Option<&'a str>,
    /// What else the proposer says.
    pub note: &'a str,
    /// The number that was called, and when.
    pub called: Option<(&'a str, DateTime<Utc>)>,
    /// Whether the mailbox is said to be lost.
    pub mailbox_lost: bool,
    /// Whether it is urgent.
    pub urgent: bool,
    /// What changes.
    pub change: Option<&'a Value>,
    /// How many have to agree.
    pub needed: i16,
    /// Who proposes it.
    pub by: Option<Uuid>,
    /// Hours it lives.
    pub life_hours: i32,
}

impl NewProposal<'_> {
    /// A proposal of that kind with nothing else said, for 48 hours.
    pub fn of(id: Uuid, kind: Kind, account: Uuid) -> Self {
        Self {
            id,
            kind,
            account,
            request: None,
            reason: None,
            verified: None,
            evidence: None,
            note: "",
            called: None,
            mailbox_lost: false,
            urgent: false,
            change: None,
            needed: 1,
            by: None,
            life_hours: 48,
        }
    }
}

/// Makes a proposal. Its account is held, and nothing of its kind is open for it.
pub async fn insert(tx: &mut Tx, new: &NewProposal<'_>) -> Result<(), Fault> {
    sql("insert into proposal (id, kind, account_id, request_id, state, reason, verified, evidence, note, called_number,
            called_at, mailbox_lost, urgent, change, needed, proposed_by, proposed_at, expires_at)
        values ({}, {}, {}, {}, 'proposed', {}, {}, {}, {}, {}, {}, {}, {}, coalesce({}, jsonb_build_object()), {}, {},
            pulih.now(), pulih.now() + make_interval(hours => {}))")
    .bind(new.id)
    .bind(new.kind.code())
    .bind(new.account)
    .bind(new.request)
    .bind(new.reason.map(Reason::code))
    .bind(new.verified.map(Verified::code))
    .bind(new.evidence)
    .bind(new.note)
    .bind(new.called.map(|(number, _)| number))
    .bind(new.called.map(|(_, at)| at))
    .bind(new.mailbox_lost)
    .bind(new.urgent)
    .bind(new.change)
    .bind(new.needed)
    .bind(new.by)
    .bind(new.life_hours)
    .execute(tx.write())
    .await
    .map_err(fault)?;
    Ok(())
}

/// Makes the request of a manual reset: proposed, in the account's own words, and in the desk's queue.
pub async fn insert_request(tx: &mut Tx, id: Uuid, reference: &str, form: Uuid, account: Uuid) -> Result<(), Fault> {
    sql("insert into request (id, reference, channel, state, form, typed_user_id, typed_address, typed_type, language,
            asked_at, account_id, queue_reason, queued_at)
        select {}, {}, 'staff', 'proposed', {}, a.user_id, d.address, a.kind, a.language, pulih.now(), a.id, 'manual',
            pulih.now()
        from account a join address d on d.account_id = a.id and d.position = 1 where a.id = {}")
    .bind(id)
    .bind(reference)
    .bind(form)
    .bind(account)
    .execute(tx.write())
    .await
    .map_err(fault)?;
    Ok(())
}

/// Notes what somebody said, and the SHA-256 of what was shown to them.
pub async fn say(
    tx: &mut Tx,
    proposal: Uuid,
    staff: Uuid,
    verdict: Verdict,
    reason: &str,
    shown: &[u8; 32],
) -> Result<(), Fault> {
    sql("insert into decision (proposal_id, staff_id, verdict, reason, shown_sha256, at)
        values ({}, {}, {}, {}, {}, pulih.now())
        on conflict (proposal_id, staff_id, verdict) do nothing")
    .bind(proposal)
    .bind(staff)
    .bind(verdict.code())
    .bind(reason)
    .bind(shown)
    .execute(tx.write())
    .await
    .map_err(fault)?;
    Ok(())
}

/// Moves a proposal on; `due` is when it takes effect.
pub async fn settle(tx: &mut Tx, id: Uuid, to: State, due: Option<DateTime<Utc>>) -> Result<(), Fault> {
    let ended = matches!(to, State::Done | State::Rejected | State::Expired | State::Cancelled);
    sql("update proposal set state = {}, due_at = coalesce({}, due_at),
            ended_at = case when {} then pulih.now() end where id = {}")
    .bind(to.code())
    .bind(due)
    .bind(ended)
    .bind(id)
    .execute(tx.write())
    .await
    .map_err(fault)?;
    Ok(())
}

/// Puts another address in the place of one, and remembers who wanted it.
pub async fn change_address(
    tx: &mut Tx,
    account: Uuid,
    position: i16,
    address: &str,
    by: Option<Uuid>,
) -> Result<(), Fault> {
    let folded = fold_address(address);
    sql("with d as (
            insert into address (account_id, position, address, folded) values ({}, {}, {}, {})
            on conflict (account_id, position)
            do update set address = excluded.address, folded = excluded.folded, suspect = false)
        update account set address_changed_at = pulih.now(), address_changed_by = {} where id = {}")
    .bind(account)
    .bind(position)
    .bind(address)
    .bind(folded.as_str())
    .bind(by)
    .bind(account)
    .execute(tx.write())
    .await
    .map_err(fault)?;
    Ok(())
}

/// Ends what is on its way to the address that was: links for a reset, and the requests they belong to. Returns how
/// many those are.
pub async fn end_links(tx: &mut Tx, account: Uuid) -> Result<i64, Fault> {
    #[derive(QueryableByName)]
    struct Count {
        #[diesel(sql_type = t::BigInt)]
        count: i64,
    }
    let row = sql("with l as (
            update link set ended_at = pulih.now(), end_reason = 'superseded'
            where account_id = {} and kind in ('reset', 'activate') and ended_at is null),
        r as (
            update request set state = 'cancelled', ended_at = pulih.now()
            where account_id = {} and state in ('sending', 'mailed', 'opened', 'expired', 'undeliverable') returning 1)
        select count(*) as count from r")
    .bind(account)
    .bind(account)
    .get_result::<Count>(tx.write())
    .await
    .map_err(fault)?;
    Ok(row.count)
}

/// Sets or takes the protected flag.
pub async fn protect(tx: &mut Tx, account: Uuid, protected: bool) -> Result<(), Fault> {
    sql("update account set protected = {} where id = {}")
        .bind(protected)
        .bind(account)
        .execute(tx.write())
        .await
        .map_err(fault)?;
    Ok(())
}

/// Lets an account sign in and be reset again.
pub async fn unlock(tx: &mut Tx, account: Uuid) -> Result<(), Fault> {
    sql("update account set status = 'active', locked_reason = null where id = {}")
        .bind(account)
        .execute(tx.write())
        .await
        .map_err(fault)?;
    Ok(())
}

/// Writes over an account what the line of an import says, once somebody agreed: the columns that the proposal names, or
/// all where it names none. The secret that was, and what hangs on
/// it, is revoked before.
pub async fn overwrite(tx: &mut Tx, proposal: Uuid, account: Uuid, by: Option<Uuid>) -> Result<(), Fault> {
    sql("with o as (
            select case when c.is_all or 'name' = any(c.named) then w.name end as name,
                case when c.is_all or 'email' = any(c.named) then w.email end as email,
                case when c.is_all or 'email_2' = any(c.named) then w.email_2 end as email_2,
                case when c.is_all or 'password_hash' = any(c.named) then w.password_hash end as password_hash,
                case when c.is_all or 'totp_secret' = any(c.named) then w.sealed_secret end as sealed_secret,
                case when c.is_all or 'protected' = any(c.named) then w.protected end as protected, w.credential_id
            from overwrite w join proposal p on p.id = w.proposal_id,
                lateral (select p.change ->> 'columns' is null as is_all,
                    string_to_array(replace(coalesce(p.change ->> 'columns', ''), ' ', ''), ',') as named) c
            where w.proposal_id = {}),
        d as (
            insert into address (account_id, position, address, folded)
            select {}, n.position, n.address, lower(n.address) from o,
                lateral (values (1::smallint, o.email), (2::smallint, o.email_2)) as n (position, address)
            where n.address is not null
            on conflict (account_id, position)
            do update set address = excluded.address, folded = excluded.folded, suspect = false
            returning 1),
        c as (
            insert into credential (id, account_id, sealed_secret)
            select credential_id, {}, sealed_secret from o where credential_id is not null and sealed_secret is not null)
        update account a set name = coalesce(o.name, a.name), password_hash = coalesce(o.password_hash, a.password_hash),
            password_changed_at = case when o.password_hash is null then a.password_changed_at else pulih.now() end,
            address_changed_at = case when exists (select from d) then pulih.now() else a.address_changed_at end,
            address_changed_by = case when exists (select from d) then {} else a.address_changed_by end,
            protected = coalesce(o.protected, a.protected)
        from o where a.id = {}")
    .bind(proposal)
    .bind(account)
    .bind(account)
    .bind(by)
    .bind(account)
    .execute(tx.write())
    .await
    .map_err(fault)?;
    sql("delete from overwrite where proposal_id = {}").bind(proposal).execute(tx.write()).await.map_err(fault)?;
    Ok(())
}

/// Whether the line of an import brings another secret.
pub async fn brings_secret(tx: &mut Tx, proposal: Uuid) -> Result<bool, Fault> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = t::Bool)]
        brings: bool,
    }
    let row = sql("select exists (select from overwrite w join proposal p on p.id = w.proposal_id
            where w.proposal_id = {} and w.sealed_secret is not null
                and coalesce(p.change ->> 'columns', 'totp_secret') like '%totp_secret%') as brings")
    .bind(proposal)
    .get_result::<Row>(tx.look())
    .await
    .map_err(fault)?;
    Ok(row.brings)
}
