//! Kirim: a request is asked in one statement.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types as t;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::base::fault::Fault;
use crate::i18n::Lang;
use crate::model::account::UserType;
use crate::model::event::Record;
use crate::model::request::Channel;
use crate::store::sql::sql;
use crate::store::tx::{Read, fault};

/// A request that is about to be asked.
pub struct NewRequest {
    /// Row id.
    pub id: Uuid,
    /// Its reference.
    pub reference: String,
    /// By which way.
    pub channel: Channel,
    /// The form it was posted from; one form is one request.
    pub form: Uuid,
    /// The User ID as typed, trimmed.
    pub user_id: String,
    /// The address as typed, trimmed.
    pub address: String,
    /// The Tipe User chosen.
    pub user_type: UserType,
    /// Language of the form.
    pub language: Lang,
    /// SHA-256 of the asking browser's id, or of the call of a portal.
    pub browser_hash: [u8; 32],
    /// The browser in a few words.
    pub browser_name: Option<String>,
    /// The client network, where that is known.
    pub network: Option<String>,
    /// The portal by whose page or form it was asked.
    pub portal: Option<Uuid>,
    /// SHA-256 of the folded pair of User ID and address.
    pub pair: [u8; 32],
}

/// Limits of one typed pair.
#[derive(Clone, Copy, Debug)]
pub struct PairLimit {
    /// Requests an hour; a very large number switches it off.
    pub per_hour: i32,
    /// Requests a day.
    pub per_day: i32,
    /// Newest requests remembered.
    pub keep: i32,
}

/// What became of asking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// A new request with the reference given, at that time.
    New(DateTime<Utc>),
    /// The form was posted before, with these values, by this browser: its reference, and when.
    Again(String, DateTime<Utc>),
    /// The form was used for something else, or its Kode Keamanan was answered wrongly before.
    FormSpent,
    /// Too many of this pair, until then.
    TooMany(DateTime<Utc>),
}

#[derive(QueryableByName)]
struct AskRow {
    #[diesel(sql_type = t::Nullable<t::Text>)]
    again: Option<String>,
    #[diesel(sql_type = t::Bool)]
    same: bool,
    #[diesel(sql_type = t::Bool)]
    burnt: bool,
    #[diesel(sql_type = t::Bool)]
    asked: bool,
    #[diesel(sql_type = t::Nullable<t::Timestamptz>)]
    open_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = t::Timestamptz)]
    asked_at: DateTime<Utc>,
}

/// Whether a form was asked with less than a day ago.
pub async fn is_recent(read: &mut Read, form: Uuid) -> Result<bool, Fault> {
    let rows = sql("select 1 from request where form = {} and asked_at > (select pulih.now()) - interval '24 h'")
        .bind(form)
        .execute(read.look())
        .await
        .map_err(fault)?;
    Ok(rows > 0)
}

/// The whole of Kirim: the form is spent, the pair counted, the request made and its event appended, in one statement
/// and one commit. Requests of one pair within 60 s count once; one that was counted by a clock since set back is no
/// such request, but counts as recent.
pub async fn ask(read: &mut Read, new: &NewRequest, limit: PairLimit, record: &Record) -> Result<Asked, Fault> {
    // a second form of the same browser may commit between our snapshot and our insert: then look again
    for _ in 0..2 {
        let row = ask_once(read, new, limit, record).await?;
        match row {
            AskRow { asked: true, asked_at, .. } => return Ok(Asked::New(asked_at)),
            AskRow { again: Some(reference), same: true, asked_at, .. } => {
                return Ok(Asked::Again(reference, asked_at));
            }
            AskRow { again: Some(_), .. } | AskRow { burnt: true, .. } => return Ok(Asked::FormSpent),
            AskRow { open_at: Some(at), .. } => return Ok(Asked::TooMany(at)),
            _ => {}
        }
    }
    Err(Fault::broken("a form was neither new nor used"))
}

/// The statement of [`ask`].
pub const ASK: &str = "
    with t as materialized (select pulih.now() as now),
    again as (
        select reference, asked_at, typed_user_id = {} and typed_address = {} and typed_type = {} and browser_hash = {} as same
        from request where form = {}),
    burnt as (select 1 from captcha_spent where form = {}),
    pair as (
        insert into pair_limit as p (key, hits)
        select {}, array[t.now] from t where not exists (select from again) and not exists (select from burnt)
        on conflict (key) do update set hits = case
            when p.hits[1] > excluded.hits[1] - interval '60 s' and p.hits[1] < excluded.hits[1] + interval '60 s' then p.hits
            when p.hits[{}] > excluded.hits[1] - interval '1 h' then p.hits
            when p.hits[{}] > excluded.hits[1] - interval '1 day' then p.hits
            else (excluded.hits || p.hits)[1:{}] end
        returning hits),
    asked as (
        insert into request (id, reference, channel, state, form, typed_user_id, typed_address, typed_type, language,
            browser_hash, browser_name, network, portal_id, asked_at)
        select {}, {}, {}, 'received', {}, {}, {}, {}, {}, {}, {}, {}, {}, t.now
        from t, pair where pair.hits[1] > t.now - interval '60 s' and pair.hits[1] < t.now + interval '60 s'
        on conflict (form) do nothing returning id),
    e as (
        insert into event (id, at, kind, outcome, actor, account_id, request_id, body)
        select {}, {}, {}, {}, {}, null, asked.id, {} from asked returning id, at),
    p as (
        insert into event_personal (event_id, at, salt, details)
        select e.id, e.at, {}, {} from e)
    select (select reference from again) as again,
        coalesce((select same from again), false) as same,
        exists (select from burnt) as burnt,
        exists (select from asked) as asked,
        (select greatest(
                case when hits[{}] > t.now - interval '1 h' then hits[{}] + interval '1 h' end,
                case when hits[{}] > t.now - interval '1 day' then hits[{}] + interval '1 day' end)
            from pair, t) as open_at,
        coalesce((select asked_at from again), (select now from t)) as asked_at";

async fn ask_once(read: &mut Read, new: &NewRequest, limit: PairLimit, record: &Record) -> Result<AskRow, Fault> {
    let personal = record.personal.as_ref();
    let user_type = new.user_type.code();
    sql(ASK)
        .bind(new.user_id.as_str())
        .bind(new.address.as_str())
        .bind(user_type)
        .bind(&new.browser_hash)
        .bind(new.form)
        .bind(new.form)
        .bind(&new.pair)
        .bind(limit.per_hour)
        .bind(limit.per_day)
        .bind(limit.keep)
        .bind(new.id)
        .bind(new.reference.as_str())
        .bind(new.channel.code())
        .bind(new.form)
        .bind(new.user_id.as_str())
        .bind(new.address.as_str())
        .bind(user_type)
        .bind(new.language.code())
        .bind(&new.browser_hash)
        .bind(new.browser_name.as_deref())
        .bind(new.network.as_deref())
        .bind(new.portal)
        .bind(record.id)
        .bind(record.at)
        .bind(record.kind)
        .bind(record.outcome)
        .bind(record.actor)
        .bind(record.body.as_str())
        .bind(personal.map(|p| p.salt.as_slice()))
        .bind(personal.map(|p| &p.details))
        .bind(limit.per_hour)
        .bind(limit.per_hour)
        .bind(limit.per_day)
        .bind(limit.per_day)
        .get_result::<AskRow>(read.look())
        .await
        .map_err(fault)
}
