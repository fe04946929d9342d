//! A mail held for a change, with its accounts and its case; where it stands, and which account it is about.

use diesel::prelude::*;
use diesel::sql_types as t;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::base::fault::Fault;
use crate::i18n::Lang;
use crate::model::event::MailRef;
use crate::model::inbound::{Box, Verdict};
use crate::model::request::State;
use crate::store::desk::{self, Held as Case};
use crate::store::sql::sql;
use crate::store::tx::{Tx, fault, word};

/// A mail that was read, held until the transaction ends.
#[derive(Clone, Debug)]
pub struct Held {
    /// Row id.
    pub id: Uuid,
    /// Where it stands.
    pub place: Box,
    /// What it proves.
    pub verdict: Verdict,
    /// The address in `From`.
    pub from_address: String,
    /// Whether that is the registered address of the account of its case.
    pub of_owner: bool,
    /// What it says, sealed.
    pub sealed_message: Option<Vec<u8>>,
    /// The request it began, and where that stands.
    pub request: Option<(Uuid, State)>,
    /// The account of that request.
    pub account_id: Option<Uuid>,
    /// The case it stands in.
    pub case: Option<Case>,
}

impl Held {
    /// The version of its case; 0 where it has none.
    pub fn version(&self) -> i32 {
        self.case.as_ref().map_or(0, |case| case.version)
    }

    /// Whether it proves too little for a link without a word why: its owner's domain did not sign it.
    pub fn is_weak(&self) -> bool {
        self.verdict != Verdict::Verified || !self.of_owner
    }

    /// What events say of it.
    pub fn subject(&self) -> MailRef {
        MailRef {
            mail: self.id,
            request: self.request.map(|(id, _)| id),
            case: self.case.as_ref().map(|case| case.id),
            account: self.account_id,
        }
    }
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = t::Text)]
    place: String,
    #[diesel(sql_type = t::Nullable<t::Text>)]
    verdict: Option<String>,
    #[diesel(sql_type = t::Nullable<t::Text>)]
    from_address: Option<String>,
    #[diesel(sql_type = t::Bool)]
    of_owner: bool,
    #[diesel(sql_type = t::Nullable<t::Binary>)]
    sealed_message: Option<Vec<u8>>,
    #[diesel(sql_type = t::Nullable<t::Uuid>)]
    request_id: Option<Uuid>,
    #[diesel(sql_type = t::Nullable<t::Text>)]
    state: Option<String>,
    #[diesel(sql_type = t::Nullable<t::Uuid>)]
    account_id: Option<Uuid>,
    #[diesel(sql_type = t::Nullable<t::Uuid>)]
    case_id: Option<Uuid>,
}

/// The mail, after its accounts, `also` that one, and its case were locked; nothing where there is none, or nobody has
/// read it.
pub async fn hold(tx: &mut Tx, id: Uuid, also: Option<Uuid>) -> Result<Option<Held>, Fault> {
    sql("select 1 from account where id in (
            select r.account_id from inbound i join request r on r.id = i.request_id where i.id = {}
            union select c.account_id from inbound i left join request r on r.id = i.request_id
                join desk_case c on c.id = coalesce(r.case_id, i.case_id) where i.id = {}
            union select {}::uuid)
        order by id for update")
    .bind(id)
    .bind(id)
    .bind(also)
    .execute(tx.look())
    .await
    .map_err(fault)?;
    let Some(seen) = row(tx, id, false).await? else { return Ok(None) };
    let case = match seen.case_id {
        Some(case) => desk::hold(tx, case).await?,
        None => None,
    };
    let Some(row) = row(tx, id, true).await? else { return Ok(None) };
    // one that was filed elsewhere meanwhile has no case here: the version that was seen fits no more
    let case = case.filter(|case| row.case_id == Some(case.id));
    let state = row.state.as_deref().map(|code| word(State::from_code(code), "state", id)).transpose()?;
    let verdict = row.verdict.as_deref().map(|code| word(Verdict::from_code(code), "verdict", id)).transpose()?;
    Ok(Some(Held {
        id,
        place: word(Box::from_code(&row.place), "place", id)?,
        verdict: verdict.unwrap_or(Verdict::Unknown),
        from_address: row.from_address.unwrap_or_default(),
        of_owner: row.of_owner,
        sealed_message: row.sealed_message,
        request: row.request_id.zip(state),
        account_id: row.account_id,
        case,
    }))
}

async fn row(tx: &mut Tx, id: Uuid, lock: bool) -> Result<Option<Row>, Fault> {
    sql("select i.place, i.verdict, i.from_address, i.sealed_message, i.request_id, r.state, r.account_id,
            coalesce(r.case_id, i.case_id) as case_id,
            exists (select from desk_case c join address o on o.account_id = c.account_id and o.position = 1
                where c.id = coalesce(r.case_id, i.case_id) and o.folded = i.from_folded) as of_owner
        from inbound i left join request r on r.id = i.request_id
        where i.stage = 'read' and i.id = {}")
    .bind(id)
    .add(if lock { " for update of i" } else { "" })
    .get_result::<Row>(tx.look())
    .await
    .optional()
    .map_err(fault)
}

/// Puts a mail elsewhere.
pub async fn put(tx: &mut Tx, id: Uuid, place: Box, by: Uuid) -> Result<(), Fault> {
    sql("update inbound set place = {}, moved_by = {}, moved_at = pulih.now() where id = {}")
        .bind(place.code())
        .bind(by)
        .bind(id)
        .execute(tx.write())
        .await
        .map_err(fault)?;
    Ok(())
}

/// Puts the mails of a case, which is held, elsewhere: it was closed as no request, or that was undone.
pub async fn put_case(tx: &mut Tx, case: Uuid, from: Box, to: Box, by: Uuid) -> Result<(), Fault> {
    sql("update inbound set place = {}, moved_by = {}, moved_at = pulih.now()
        where place = {} and request_id in (select id from request where case_id = {})")
    .bind(to.code())
    .bind(by)
    .bind(from.code())
    .bind(case)
    .execute(tx.write())
    .await
    .map_err(fault)?;
    Ok(())
}

/// Takes a mailed request out of the queue and its case: nobody is asked about it any more.
pub async fn unqueue(tx: &mut Tx, request: Uuid) -> Result<(), Fault> {
    sql("update request set queue_reason = null, queued_at = null, case_id = null where id = {}")
        .bind(request)
        .execute(tx.write())
        .await
        .map_err(fault)?;
    Ok(())
}

/// Puts a mailed request into the queue again; the clerk looks for its case anew.
pub async fn requeue(tx: &mut Tx, request: Uuid) -> Result<(), Fault> {
    sql("update request set queue_reason = 'mail', queued_at = pulih.now(), case_id = null where id = {}")
        .bind(request)
        .execute(tx.write())
        .await
        .map_err(fault)?;
    Ok(())
}

/// Requests of a case.
pub async fn requests(tx: &mut Tx, case: Uuid) -> Result<i64, Fault> {
    #[derive(QueryableByName)]
    struct Count {
        #[diesel(sql_type = t::BigInt)]
        count: i64,
    }
    let row = sql("select count(*) as count from request where case_id = {}")
        .bind(case)
        .get_result::<Count>(tx.look())
        .await
        .map_err(fault)?;
    Ok(row.count)
}

/// A request that a mail begins.
#[derive(Clone, Copy, Debug)]
pub struct NewRequest<'a> {
    /// Row id.
    pub id: Uuid,
    /// Its reference.
    pub reference: &'a str,
    /// The mail.
    pub mail: Uuid,
    /// The address in `From`.
    pub address: &'a str,
    /// The language of its letters.
    pub language: Lang,
    /// The account, where one is certain.
    pub account: Option<Uuid>,
}

/// Makes a mail a request, which stands in the queue; the clerk files it. Its User ID and Tipe User are those of the one
/// account whose User ID the mail names, or whose address it has.
pub async fn file_request(tx: &mut Tx, new: &NewRequest<'_>) -> Result<(), Fault> {
    sql("with named as (
            select a.user_id, a.kind from account a
            where a.id = {} or ({}::uuid is null and a.id in (
                select m.account_id from inbound_match m where m.inbound_id = {} and m.how <> 'name'))
            limit 2),
        one as (select max(user_id) as user_id, max(kind) as kind from named having count(*) = 1),
        r as (
            insert into request (id, reference, channel, state, typed_user_id, typed_address, typed_type, language,
                account_id, queue_reason, queued_at)
            values ({}, {}, 'mail', 'received', coalesce((select user_id from one), ''), {}, (select kind from one), {}, {},
                'mail', pulih.now()))
        update inbound set request_id = {} where id = {}")
    .bind(new.account)
    .bind(new.account)
    .bind(new.mail)
    .bind(new.id)
    .bind(new.reference)
    .bind(new.address)
    .bind(new.language.code())
    .bind(new.account)
    .bind(new.id)
    .bind(new.mail)
    .execute(tx.write())
    .await
    .map_err(fault)?;
    Ok(())
}

/// Says which account a mailed request is about; its Tipe User is the account's.
pub async fn place(tx: &mut Tx, request: Uuid, account: Uuid) -> Result<(), Fault> {
    sql("update request r set account_id = a.id, typed_type = a.kind from account a where r.id = {} and a.id = {}")
        .bind(request)
        .bind(account)
        .execute(tx.write())
        .await
        .map_err(fault)?;
    Ok(())
}

/// Says the same of the case that began with it.
pub async fn place_case(tx: &mut Tx, case: Uuid, account: Uuid) -> Result<(), Fault> {
    sql("update desk_case set account_id = {} where id = {}")
        .bind(account)
        .bind(case)
        .execute(tx.write())
        .await
        .map_err(fault)?;
    Ok(())
}

/// Ends the mailed requests of a case that closed, where nothing was sent for them.
pub async fn settle(tx: &mut Tx, case: Uuid) -> Result<(), Fault> {
    sql("update request set state = 'closed', ended_at = pulih.now()
        where case_id = {} and state = 'received' and channel = 'mail'")
    .bind(case)
    .execute(tx.write())
    .await
    .map_err(fault)?;
    Ok(())
}
