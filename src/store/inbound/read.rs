//! What the reader needs: mails that nobody has read, whom they may be about, and where they are filed.

use std::net::IpAddr;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types as t;
use diesel_async::RunQueryDsl;
use serde_json::Value;
use uuid::Uuid;

use crate::base::fault::Fault;
use crate::i18n::Lang;
use crate::model::account::UserType;
use crate::model::event::LetterRef;
use crate::model::inbound::{Bounce, Box, Envelope, Judgement, Kind, Park};
use crate::model::letter::LetterKind;
use crate::store::sql::{Count, sql};
use crate::store::tx::{Read, Tx, fault, word};

/// A mail in a reader's hands.
#[derive(Clone, Debug, QueryableByName)]
pub struct Leased {
    /// Row id, for which its bytes are sealed.
    #[diesel(sql_type = t::Uuid)]
    pub id: Uuid,
    /// Its bytes, sealed.
    #[diesel(sql_type = t::Nullable<t::Binary>)]
    pub sealed_raw: Option<Vec<u8>>,
    #[diesel(sql_type = t::Nullable<t::Text>)]
    client: Option<String>,
    #[diesel(sql_type = t::Nullable<t::Text>)]
    helo: Option<String>,
    #[diesel(sql_type = t::Nullable<t::Text>)]
    envelope_sender: Option<String>,
    #[diesel(sql_type = t::Nullable<t::Text>)]
    envelope_recipient: Option<String>,
    /// When it came.
    #[diesel(sql_type = t::Timestamptz)]
    pub taken_at: DateTime<Utc>,
    /// This attempt's number, from 1.
    #[diesel(sql_type = t::SmallInt)]
    pub attempts: i16,
}

impl Leased {
    /// How it was handed over.
    pub fn envelope(&self) -> Envelope {
        Envelope {
            client: self.client.as_deref().and_then(|client| client.parse::<IpAddr>().ok()),
            helo: self.helo.clone(),
            sender: self.envelope_sender.clone(),
            recipient: self.envelope_recipient.clone(),
        }
    }
}

/// Leases the oldest mail that nobody has read, for so many seconds. Bookkeeping, no action.
pub async fn lease(read: &mut Read, seconds: i32) -> Result<Option<Leased>, Fault> {
    sql("update inbound set attempts = least(attempts, 32000) + 1,
            next_attempt_at = pulih.now() + make_interval(secs => {})
        where id = (select id from inbound where stage = 'taken' and next_attempt_at <= (select pulih.now())
            order by next_attempt_at limit 1 for update skip locked)
        returning id, sealed_raw, client, helo, envelope_sender, envelope_recipient, taken_at,
            attempts")
    .bind(seconds)
    .get_result::<Leased>(read.look())
    .await
    .optional()
    .map_err(fault)
}

/// Requests that mails of this sender began within a day.
pub async fn mails_of(read: &mut Read, from_folded: &str) -> Result<i64, Fault> {
    let row = sql("select count(*) from inbound
        where from_folded = {} and taken_at > pulih.now() - interval '24 h' and request_id is not null")
    .bind(from_folded)
    .get_result::<Count>(read.look())
    .await
    .map_err(fault)?;
    Ok(row.count)
}

/// An account a mail may be about.
#[derive(Clone, Debug, QueryableByName)]
pub struct Candidate {
    /// The account.
    #[diesel(sql_type = t::Uuid)]
    pub account_id: Uuid,
    /// `address`, `user-id` or `name`.
    #[diesel(sql_type = t::Text)]
    pub how: String,
    /// Its User ID.
    #[diesel(sql_type = t::Text)]
    pub user_id: String,
    /// Its registered address.
    #[diesel(sql_type = t::Text)]
    pub address: String,
    /// Whether the address that matched is the registered one, not the second.
    #[diesel(sql_type = t::Bool)]
    pub first: bool,
    #[diesel(sql_type = t::Text)]
    kind: String,
    #[diesel(sql_type = t::Text)]
    language: String,
}

impl Candidate {
    /// Its Tipe User.
    pub fn user_type(&self) -> Result<UserType, Fault> {
        word(UserType::from_code(&self.kind), "kind", self.account_id)
    }

    /// The language of its letters.
    pub fn language(&self) -> Result<Lang, Fault> {
        word(Lang::from_code(&self.language), "language", self.account_id)
    }
}

/// Accounts that have this address, one of these User IDs or one of these names: ten of each at most.
pub async fn candidates(
    read: &mut Read,
    from_folded: &str,
    user_ids: &[String],
    names: &[String],
) -> Result<Vec<Candidate>, Fault> {
    let texts = |list: &'_ [String]| list.iter().map(String::as_str).map(str::to_owned).collect::<Vec<_>>();
    let (user_ids, names) = (texts(user_ids), texts(names));
    sql("with m as (
            (select d.account_id, 'address' as how, d.position = 1 as first from address d where d.folded = {} limit 10)
            union all
            (select a.id, 'user-id', false from account a where a.user_id_folded = any({}::text[]) limit 10)
            union all
            (select a.id, 'name', false from account a
                where pulih.name_key(a.name) in (select pulih.name_key(n) from unnest({}::text[]) n) limit 10))
        select m.account_id, m.how, m.first, a.user_id, a.kind, a.language, d.address
        from m join account a on a.id = m.account_id join address d on d.account_id = a.id and d.position = 1
        order by m.how, a.id")
    .bind(from_folded)
    .bind(user_ids.iter().map(String::as_str).collect::<Vec<_>>())
    .bind(names.iter().map(String::as_str).collect::<Vec<_>>())
    .load::<Candidate>(read.look())
    .await
    .map_err(fault)
}

/// A letter of ours that a mail answers or reports about.
#[derive(Clone, Debug, QueryableByName)]
pub struct Sent {
    /// The letter.
    #[diesel(sql_type = t::Uuid)]
    pub id: Uuid,
    #[diesel(sql_type = t::Text)]
    kind: String,
    /// Its request.
    #[diesel(sql_type = t::Nullable<t::Uuid>)]
    pub request_id: Option<Uuid>,
    /// Its account.
    #[diesel(sql_type = t::Nullable<t::Uuid>)]
    pub account_id: Option<Uuid>,
    /// The open case it belongs to.
    #[diesel(sql_type = t::Nullable<t::Uuid>)]
    pub case_id: Option<Uuid>,
    /// Where it went.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    pub address: Option<String>,
}

impl Sent {
    /// What events say of it.
    pub fn subject(&self) -> Result<LetterRef, Fault> {
        let kind = word(LetterKind::from_code(&self.kind), "kind", self.id)?;
        Ok(LetterRef { letter: self.id, kind, request: self.request_id, account: self.account_id })
    }
}

/// Those letters, newest first.
pub async fn letters(read: &mut Read, ids: Vec<Uuid>) -> Result<Vec<Sent>, Fault> {
    sql("select l.id, l.kind, l.request_id, l.account_id, coalesce(l.to_address, d.address) as address,
            c.id as case_id
        from letter l
        left join address d on d.account_id = l.account_id and d.position = l.position
        left join request r on r.id = l.request_id
        left join case_entry e on e.id = l.entry_id
        left join desk_case c on c.id = coalesce(e.case_id, r.case_id) and c.closed_at is null
        where l.id = any({}::uuid[]) order by l.id desc")
    .bind(ids)
    .load::<Sent>(read.look())
    .await
    .map_err(fault)
}

/// The open case whose reference a subject names: a hint, no proof.
pub async fn case_of_reference(read: &mut Read, reference: &str) -> Result<Option<Uuid>, Fault> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = t::Uuid)]
        id: Uuid,
    }
    let row = sql("select c.id from request r join desk_case c on c.id = r.case_id and c.closed_at is null
        where r.reference = {}")
    .bind(reference)
    .get_result::<Row>(read.look())
    .await
    .optional()
    .map_err(fault)?;
    Ok(row.map(|row| row.id))
}

/// Whether a mail still waits to be read; it is locked then.
pub async fn hold(tx: &mut Tx, id: Uuid) -> Result<bool, Fault> {
    let rows = sql("select 1 from inbound where id = {} and stage = 'taken' for update")
        .bind(id)
        .execute(tx.look())
        .await
        .map_err(fault)?;
    Ok(rows > 0)
}

/// A request that a mail begins.
#[derive(Clone, Debug)]
pub struct NewRequest<'a> {
    /// Row id.
    pub id: Uuid,
    /// Its reference.
    pub reference: &'a str,
    /// The User ID its writer gives; may be empty.
    pub user_id: &'a str,
    /// The address it came from.
    pub address: &'a str,
    /// The Tipe User, where an account tells it.
    pub user_type: Option<UserType>,
    /// The language of its letters.
    pub language: Lang,
    /// Its account, where that is certain.
    pub account: Option<Uuid>,
}

/// Makes the request of a mail; it waits for the desk.
pub async fn ask(tx: &mut Tx, new: &NewRequest<'_>) -> Result<(), Fault> {
    sql("insert into request (id, reference, channel, state, typed_user_id, typed_address, typed_type, language, asked_at,
            account_id, queue_reason, queued_at)
        values ({}, {}, 'mail', 'received', {}, {}, {}, {}, pulih.now(), {}, 'mail', pulih.now())")
    .bind(new.id)
    .bind(new.reference)
    .bind(new.user_id)
    .bind(new.address)
    .bind(new.user_type.map(UserType::code))
    .bind(new.language.code())
    .bind(new.account)
    .execute(tx.write())
    .await
    .map_err(fault)?;
    Ok(())
}

/// What was found out about a mail.
#[derive(Clone, Debug)]
pub struct Filing<'a> {
    /// The mail.
    pub id: Uuid,
    /// What it is.
    pub kind: Kind,
    /// Where the desk finds it.
    pub place: Box,
    /// What it says, sealed.
    pub sealed_message: &'a [u8],
    /// Its Message-ID.
    pub message_id: Option<&'a str>,
    /// Who wrote it.
    pub from: Option<&'a str>,
    /// The same, folded.
    pub from_folded: Option<String>,
    /// What about.
    pub subject: &'a str,
    /// What it proves.
    pub judgement: &'a Judgement,
    /// The request it began.
    pub request: Option<Uuid>,
    /// The case it belongs to besides.
    pub case: Option<Uuid>,
    /// The letter a report is about.
    pub letter: Option<Uuid>,
    /// A case it may belong to.
    pub maybe_case: Option<Uuid>,
}

/// Files a mail that was read.
pub async fn file(tx: &mut Tx, filing: &Filing<'_>) -> Result<(), Fault> {
    let mut judgement = serde_json::to_value(filing.judgement).map_err(|e| Fault::bug("a judgement has no JSON", e))?;
    without_nul(&mut judgement);
    sql("update inbound set stage = 'read', read_at = pulih.now(), kind = {}, place = {}, sealed_message = {},
            message_id = {}, from_address = {}, from_folded = {}, subject = {}, verdict = {}, judgement = {},
            request_id = {}, case_id = {}, letter_id = {}, maybe_case_id = {}
        where id = {}")
    .bind(filing.kind.code())
    .bind(filing.place.code())
    .bind(filing.sealed_message)
    .bind(filing.message_id)
    .bind(filing.from)
    .bind(filing.from_folded.as_deref())
    .bind(filing.subject)
    .bind(filing.judgement.verdict.code())
    .bind(Some(&judgement))
    .bind(filing.request)
    .bind(filing.case)
    .bind(filing.letter)
    .bind(filing.maybe_case)
    .bind(filing.id)
    .execute(tx.write())
    .await
    .map_err(fault)?;
    Ok(())
}

/// Postgres keeps no NUL in a text, and what a stranger signs or publishes may hold one.
fn without_nul(value: &mut Value) {
    match value {
        Value::String(text) if text.contains('\0') => *text = text.replace('\0', "\u{fffd}"),
        Value::Array(values) => values.iter_mut().for_each(without_nul),
        Value::Object(values) => values.values_mut().for_each(without_nul),
        _ => {}
    }
}

/// Forgets what is in up to `most` mails that came more than so many days ago; that they came, their hash and their verdict
/// stay. Returns how many.
pub async fn forget(tx: &mut Tx, days: i32, most: i64) -> Result<usize, Fault> {
    sql("with old as (
            select id from inbound
            where sealed_raw is not null and taken_at < (select pulih.now()) - make_interval(days => {})
            order by taken_at limit {}),
        m as (delete from inbound_match where inbound_id in (select id from old))
        update inbound set sealed_raw = null, sealed_message = null, judgement = null, message_id = null, from_address = null,
            from_folded = null, subject = null, client = null, helo = null, envelope_sender = null, envelope_recipient = null
        where id in (select id from old)")
    .bind(days)
    .bind(most)
    .execute(tx.write())
    .await
    .map_err(fault)
}

/// Keeps whom it may be about.
pub async fn keep_matches(tx: &mut Tx, id: Uuid, found: &[Candidate]) -> Result<(), Fault> {
    sql("insert into inbound_match (inbound_id, account_id, how)
        select {}, m.account, m.how from unnest({}::uuid[], {}::text[]) as m (account, how) on conflict do nothing")
    .bind(id)
    .bind(found.iter().map(|one| one.account_id).collect::<Vec<_>>())
    .bind(found.iter().map(|one| one.how.as_str()).collect::<Vec<_>>())
    .execute(tx.write())
    .await
    .map_err(fault)?;
    Ok(())
}

/// Sets a mail aside that cannot be read.
pub async fn park(tx: &mut Tx, id: Uuid, reason: Park) -> Result<(), Fault> {
    sql("update inbound set stage = 'parked', read_at = pulih.now(), park_reason = {} where id = {}")
        .bind(reason.code())
        .bind(id)
        .execute(tx.write())
        .await
        .map_err(fault)?;
    Ok(())
}

/// Notes on a letter what a report says of it; true where nobody had said so before.
pub async fn bounce(tx: &mut Tx, letter: Uuid, bounce: &Bounce) -> Result<bool, Fault> {
    let rows = sql("update letter set bounced_at = pulih.now(), bounce_status = {}, bounce_text = {}
        where id = {} and bounced_at is null")
    .bind(bounce.status.as_str())
    .bind(bounce.diagnostic.as_str())
    .bind(letter)
    .execute(tx.write())
    .await
    .map_err(fault)?;
    Ok(rows > 0)
}
