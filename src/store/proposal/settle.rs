//! Writing about proposals: made, said something to, ended; and what they change in the end.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types as t;
use diesel_async::RunQueryDsl;
use serde_json::Value;
use uuid::Uuid;

use crate::base::fault::Fault;
use crate::model::account::fold_address;
use crate::model::proposal::{Kind, State, Verdict, Verified};
use crate::store::sql::{Count, sql};
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
    /// Word of the reason.
    pub reason: Option<&'a str>,
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
    .bind(new.reason)
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
    // what an import would have written over is not kept
    sql("with o as (delete from overwrite where proposal_id = {} and {})
        update proposal set state = {}, due_at = coalesce({}, due_at),
            ended_at = case when {} then pulih.now() end where id = {}")
    .bind(id)
    .bind(ended)
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
            do update set address = excluded.address, folded = excluded.folded, suspect = false),
        k as (
            -- what was mailed to the former address reports from now on, and nothing more
            update link set position = null where account_id = {} and position = {} and kind <> 'cancel')
        update account set address_changed_at = pulih.now(), address_changed_by = {} where id = {}")
    .bind(account)
    .bind(position)
    .bind(address)
    .bind(folded.as_str())
    .bind(account)
    .bind(position)
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
    let row = sql("with l as (
            update link set ended_at = pulih.now(), end_reason = 'superseded'
            where account_id = {} and kind in ('reset', 'activate', 'permit') and ended_at is null),
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

/// Whether the account still is what the line of an import was compared with.
pub async fn is_as_compared(tx: &mut Tx, proposal: Uuid, account: Uuid) -> Result<bool, Fault> {
    let rows = sql("select 1 from proposal p, account a
        left join address e on e.account_id = a.id and e.position = 2
        where p.id = {} and a.id = {} and p.change ->> 'was_sha256' = encode(sha256(convert_to(
            concat_ws(chr(31), a.name, coalesce(e.address, ''), coalesce(a.password_hash, '')), 'UTF8')), 'hex')")
    .bind(proposal)
    .bind(account)
    .execute(tx.look())
    .await
    .map_err(fault)?;
    Ok(rows > 0)
}

/// What was written over.
#[derive(Clone, Debug, QueryableByName)]
pub struct Written {
    /// Whether the password was.
    #[diesel(sql_type = t::Bool)]
    pub password: bool,
    /// The second address.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    pub second: Option<String>,
}

/// Writes over an account what the line of an import says of name, second address and password, once somebody agreed.
pub async fn overwrite(tx: &mut Tx, proposal: Uuid, account: Uuid, by: Option<Uuid>) -> Result<Written, Fault> {
    let second =
        sql("select password_hash is not null as password, email_2 as second from overwrite where proposal_id = {}")
            .bind(proposal)
            .get_result::<Written>(tx.look())
            .await
            .map_err(fault)?;
    if let Some(address) = &second.second {
        change_address(tx, account, 2, address, by).await?;
    }
    sql("update account a set name = coalesce(o.name, a.name), password_hash = coalesce(o.password_hash, a.password_hash),
            password_changed_at = case when o.password_hash is null then a.password_changed_at else pulih.now() end,
            imported_hash_sha256 = case when o.password_hash is null then a.imported_hash_sha256 end
        from overwrite o where o.proposal_id = {} and a.id = {}")
    .bind(proposal)
    .bind(account)
    .execute(tx.write())
    .await
    .map_err(fault)?;
    Ok(second)
}
