//! Requests: asked, found again by their browser, moved along their life.

pub mod ask;

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel::sql_types as t;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::schema::request;
use super::sql::{Count, Id, sql};
use super::tx::{Read, Tx, fault, word};
use crate::base::fault::Fault;
use crate::i18n::Lang;
use crate::model::account::UserType;
use crate::model::request::{QueueReason, State};

/// A request as its own browser may see it: what Kirim showed.
#[derive(Clone, Debug)]
pub struct Own {
    /// Row id.
    pub id: Uuid,
    /// Its reference.
    pub reference: String,
    /// The User ID as typed.
    pub user_id: String,
    /// The address as typed.
    pub address: String,
    /// The Tipe User chosen.
    pub user_type: UserType,
    /// When it was asked.
    pub asked_at: DateTime<Utc>,
    /// Times *Kirim ulang* was pressed for it.
    pub resends: i16,
    /// When the desk was asked for help.
    pub help_asked_at: Option<DateTime<Utc>>,
    /// The portal by whose page it was asked.
    pub portal: Option<Uuid>,
    /// The database's time.
    pub now: DateTime<Utc>,
}

#[derive(QueryableByName)]
struct OwnRow {
    #[diesel(sql_type = t::Uuid)]
    id: Uuid,
    #[diesel(sql_type = t::Text)]
    reference: String,
    #[diesel(sql_type = t::Text)]
    typed_user_id: String,
    #[diesel(sql_type = t::Text)]
    typed_address: String,
    #[diesel(sql_type = t::Text)]
    typed_type: String,
    #[diesel(sql_type = t::Timestamptz)]
    asked_at: DateTime<Utc>,
    #[diesel(sql_type = t::SmallInt)]
    resends: i16,
    #[diesel(sql_type = t::Nullable<t::Timestamptz>)]
    help_asked_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = t::Nullable<t::Uuid>)]
    portal_id: Option<Uuid>,
    #[diesel(sql_type = t::Timestamptz)]
    now: DateTime<Utc>,
}

/// How long the browser that asked may look at what it asked.
pub const OWN_FOR: TimeDelta = TimeDelta::days(30);

/// The request with that reference, if this browser asked it within the last 30 days.
pub async fn own(read: &mut Read, reference: &str, browser_hash: &[u8; 32]) -> Result<Option<Own>, Fault> {
    let row = sql("select id, reference, typed_user_id, typed_address, typed_type, asked_at, resends,
            help_asked_at, portal_id, pulih.now() as now
        from request where reference = {} and browser_hash = {} and asked_at > pulih.now() - interval '30 days'")
    .bind(reference)
    .bind(browser_hash)
    .get_result::<OwnRow>(read.look())
    .await
    .optional()
    .map_err(fault)?;
    row.map(|row| {
        Ok(Own {
            user_type: word(UserType::from_code(&row.typed_type), "typed_type", row.id)?,
            id: row.id,
            reference: row.reference,
            user_id: row.typed_user_id,
            address: row.typed_address,
            asked_at: row.asked_at,
            resends: row.resends,
            help_asked_at: row.help_asked_at,
            portal: row.portal_id,
            now: row.now,
        })
    })
    .transpose()
}

/// Counts one *Kirim ulang* of a request, at most `most`, each a minute later than the one before at the earliest; false
/// where it is too many or too early. The same form posted again is the same *Kirim ulang*.
///
/// A counter, not an action: the Kirim that follows is the action.
pub async fn count_resend(read: &mut Read, id: Uuid, form: Uuid, most: i16) -> Result<bool, Fault> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = t::Bool)]
        may: bool,
    }
    let row = sql("with again as (select from request where form = {}),
        counted as (
            update request set resends = resends + 1
            where id = {} and resends < {} and asked_at + make_interval(mins => resends + 1) <= pulih.now()
                and not exists (select from again)
            returning 1)
        select exists (select from again) or exists (select from counted) as may")
    .bind(form)
    .bind(id)
    .bind(most)
    .get_result::<Row>(read.look())
    .await
    .map_err(fault)?;
    Ok(row.may)
}

/// A request that nobody has looked at yet, locked.
pub struct Received {
    /// Row id.
    pub id: Uuid,
    /// The User ID as typed.
    pub user_id: String,
    /// The address as typed.
    pub address: String,
    /// The Tipe User chosen.
    pub user_type: UserType,
    /// When it was asked.
    pub asked_at: DateTime<Utc>,
    /// Language of the form.
    pub language: Lang,
    /// The portal that asked by its own form: other portals' accounts are none to it.
    pub portal: Option<Uuid>,
}

/// Locks the oldest request that nobody has looked at and nobody is looking at now.
pub async fn next_received(tx: &mut Tx) -> Result<Option<Received>, Fault> {
    // a value in the place of the word would hide from the planner that the index of received ones fits
    let row = request::table
        .filter(diesel::dsl::sql::<t::Bool>("state = 'received' and channel <> 'mail'"))
        .order(request::asked_at)
        .select((
            request::id,
            request::typed_user_id,
            request::typed_address,
            request::typed_type,
            request::asked_at,
            request::language,
            diesel::dsl::sql::<t::Nullable<t::Uuid>>("case when channel = 'portal' then portal_id end"),
        ))
        .limit(1)
        .for_update()
        .skip_locked()
        .first::<(Uuid, String, String, Option<String>, DateTime<Utc>, String, Option<Uuid>)>(tx.look())
        .await
        .optional()
        .map_err(fault)?;
    row.map(|(id, user_id, address, kind, asked_at, language, portal)| {
        Ok(Received {
            user_type: word(kind.as_deref().and_then(UserType::from_code), "typed_type", id)?,
            language: word(Lang::from_code(&language), "language", id)?,
            id,
            user_id,
            address,
            asked_at,
            portal,
        })
    })
    .transpose()
}

/// Whether an account signs in at another portal than that one.
pub async fn is_elsewhere(tx: &mut Tx, account: Uuid, portal: Uuid) -> Result<bool, Fault> {
    let row = sql("select count(*) as count from account where id = {} and portal_id <> {}")
        .bind(account)
        .bind(portal)
        .get_result::<Count>(tx.look())
        .await
        .map_err(fault)?;
    Ok(row.count > 0)
}

/// A request as the portal may see it by whose page or form it was asked.
#[derive(Clone, Debug)]
pub struct OfPortal {
    /// Where it stands.
    pub state: State,
    /// Whether its person pressed OK.
    pub confirmed: bool,
    /// When it was asked.
    pub asked_at: DateTime<Utc>,
    /// The database's time.
    pub now: DateTime<Utc>,
}

/// The request with that reference, if it was asked by that portal's page or form.
pub async fn of_portal(read: &mut Read, reference: &str, portal: Uuid) -> Result<Option<OfPortal>, Fault> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = t::Uuid)]
        id: Uuid,
        #[diesel(sql_type = t::Text)]
        state: String,
        #[diesel(sql_type = t::Bool)]
        confirmed: bool,
        #[diesel(sql_type = t::Timestamptz)]
        asked_at: DateTime<Utc>,
        #[diesel(sql_type = t::Timestamptz)]
        now: DateTime<Utc>,
    }
    let row = sql("select r.id, r.state, r.asked_at, pulih.now() as now,
            exists (select from link k where k.request_id = r.id and k.spent_at is not null) as confirmed
        from request r where r.reference = {} and r.portal_id = {}")
    .bind(reference)
    .bind(portal)
    .get_result::<Row>(read.look())
    .await
    .optional()
    .map_err(fault)?;
    row.map(|row| {
        let state = word(State::from_code(&row.state), "state", row.id)?;
        Ok(OfPortal { state, confirmed: row.confirmed, asked_at: row.asked_at, now: row.now })
    })
    .transpose()
}

/// What the resolver writes to the request.
pub struct Resolved {
    /// The new state.
    pub state: State,
    /// The account, where one was matched or stands behind the User ID.
    pub account: Option<Uuid>,
    /// Why nothing was matched.
    pub reason: Option<&'static str>,
    /// The request whose letter it shares.
    pub joined: Option<Uuid>,
}

/// Writes the resolver's decision. A request that shares another's letter stands where that one stands, and goes on with it.
pub async fn resolve(tx: &mut Tx, id: Uuid, resolved: &Resolved) -> Result<(), Fault> {
    sql("update request set state = coalesce((select state from request where id = {}), {}), account_id = {}, unmatched_reason = {}, joined_to = {},
            ended_at = case when {} then pulih.now() end
        where id = {}")
    .bind(resolved.joined)
    .bind(resolved.state.code())
    .bind(resolved.account)
    .bind(resolved.reason)
    .bind(resolved.joined)
    .bind(resolved.state.is_final())
    .bind(id)
    .execute(tx.write())
    .await
    .map_err(fault)?;
    Ok(())
}

/// Moves a request to `to`, and with it those that share its letter: one that joined late stands further back.
pub async fn advance(tx: &mut Tx, id: Uuid, from: State, to: State, due: Option<DateTime<Utc>>) -> Result<(), Fault> {
    if from == to {
        return Ok(());
    }
    sql("update request set state = {}, due_at = {}, ended_at = case when {} then pulih.now() end
        where id = {} or (joined_to = {} and state in ('sending', 'mailed', 'opened', 'expired', 'undeliverable'))")
    .bind(to.code())
    .bind(due)
    .bind(to.is_final())
    .bind(id)
    .bind(id)
    .execute(tx.write())
    .await
    .map_err(fault)?;
    Ok(())
}

/// Counts a new mail for a late link.
pub async fn count_reissue(tx: &mut Tx, id: Uuid) -> Result<(), Fault> {
    diesel::update(request::table.find(id))
        .set(request::reissues.eq(request::reissues + 1))
        .execute(tx.write())
        .await
        .map_err(fault)?;
    Ok(())
}

/// Puts a request into the helpdesk's queue; false where it stands there already. A dispute outranks other reasons. Its case
/// is looked for anew: it may have been closed meanwhile.
pub async fn queue(tx: &mut Tx, id: Uuid, reason: QueueReason) -> Result<bool, Fault> {
    let queued = sql("update request set queue_reason = {}, queued_at = pulih.now(), case_id = null
        where id = {} and (queue_reason is null or {} = 'disputed' and queue_reason <> 'disputed'
            or queue_reason = 'mail' and {} <> 'mail')")
    .bind(reason.code())
    .bind(id)
    .bind(reason.code())
    .bind(reason.code())
    .execute(tx.write())
    .await
    .map_err(fault)?;
    Ok(queued == 1)
}

/// Notes that its person asked for help, and puts it into the queue where it does not stand there; false where help was
/// asked before.
pub async fn ask_help(tx: &mut Tx, id: Uuid) -> Result<bool, Fault> {
    let asked = sql("update request set help_asked_at = pulih.now(), queue_reason = coalesce(queue_reason, {}),
            queued_at = coalesce(queued_at, pulih.now()), case_id = null
        where id = {} and help_asked_at is null")
    .bind(QueueReason::Help.code())
    .bind(id)
    .execute(tx.write())
    .await
    .map_err(fault)?;
    Ok(asked == 1)
}

/// The request of that reference.
pub async fn of_reference(read: &mut Read, reference: &str) -> Result<Uuid, Fault> {
    let row = sql("select id from request where reference = {}")
        .bind(reference)
        .get_result::<Id>(read.look())
        .await
        .map_err(fault)?;
    Ok(row.id)
}

/// The youngest link of a request, by its reference.
pub async fn newest_link(read: &mut Read, reference: &str) -> Result<Uuid, Fault> {
    let row = sql("select k.id from link k join request r on r.id = k.request_id where r.reference = {}
        order by k.issued_at desc limit 1")
    .bind(reference)
    .get_result::<Id>(read.look())
    .await
    .map_err(fault)?;
    Ok(row.id)
}
