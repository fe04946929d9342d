//! Mailed links about an account itself: the way to activation, and *Ini bukan saya* in notices that belong to no request.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types as t;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::sql::sql;
use super::tx::{Read, Tx, fault, word};
use crate::base::fault::Fault;
use crate::i18n::Lang;
use crate::model::event::LinkRef;

/// A link with its letter and its account, as they stand at `now`.
#[derive(Clone, Debug, QueryableByName)]
pub struct Notice {
    /// The link's row id.
    #[diesel(sql_type = t::Uuid)]
    pub id: Uuid,
    /// Which address it was mailed to: 1 is the registered one, 0 one that is not on file.
    #[diesel(sql_type = t::SmallInt)]
    pub position: i16,
    /// Id of the key its token is derived with.
    #[diesel(sql_type = t::Text)]
    pub key_id: String,
    /// The row's 32 random bytes.
    #[diesel(sql_type = t::Binary)]
    pub random: Vec<u8>,
    /// When it was made.
    #[diesel(sql_type = t::Timestamptz)]
    pub issued_at: DateTime<Utc>,
    /// Whether its life is over: it ended, its time ran out, the grant it carries was used or revoked, or it lies in a
    /// mailbox that is not the registered one any more.
    #[diesel(sql_type = t::Bool)]
    pub over: bool,
    /// The grant it carries.
    #[diesel(sql_type = t::Nullable<t::Uuid>)]
    pub grant_id: Option<Uuid>,
    /// Its request, where it belongs to one.
    #[diesel(sql_type = t::Nullable<t::Uuid>)]
    pub request_id: Option<Uuid>,
    /// Word of the letter that carries it.
    #[diesel(sql_type = t::Text)]
    pub letter: String,
    /// Word of the letter's language.
    #[diesel(sql_type = t::Text)]
    pub language: String,
    /// Its account.
    #[diesel(sql_type = t::Uuid)]
    pub account_id: Uuid,
    /// The account's User ID.
    #[diesel(sql_type = t::Text)]
    pub user_id: String,
    /// Word of the account's Tipe User.
    #[diesel(sql_type = t::Text)]
    pub kind: String,
    /// The registered address.
    #[diesel(sql_type = t::Text)]
    pub address: String,
    /// Whether the account is locked.
    #[diesel(sql_type = t::Bool)]
    pub locked: bool,
    /// The reference of the case it was disputed in, if it was.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    pub case: Option<String>,
    /// The database's time.
    #[diesel(sql_type = t::Timestamptz)]
    pub now: DateTime<Utc>,
}

impl Notice {
    /// The letter's language.
    pub fn language(&self) -> Result<Lang, Fault> {
        word(Lang::from_code(&self.language), "language", self.id)
    }

    /// What events say of it.
    pub fn subject(&self) -> LinkRef {
        LinkRef { link: self.id, request: self.request_id, account: Some(self.account_id) }
    }
}

const FIND: &str = "
    select k.id, coalesce(k.position, 0::smallint) as position, k.key_id, k.random, k.issued_at,
        k.ended_at is not null
            or (k.kind = 'activate' and coalesce(k.expires_at, k.issued_at + interval '24 h') <= n.now)
            or g.used_at is not null or g.revoked_at is not null
            -- the registered address is another one by now
            or (k.grant_id is not null and k.position is null) as over,
        k.grant_id, k.request_id, l.kind as letter, l.language, a.id as account_id, a.user_id, a.kind, d.address,
        a.status = 'locked' as locked, r.reference as \"case\", n.now
    from (select pulih.now() as now) n, link k
    join letter l on l.link_id = k.id
    join account a on a.id = k.account_id
    join address d on d.account_id = a.id and d.position = 1
    left join activation_grant g on g.id = k.grant_id
    left join request r on r.form = k.id
    where k.id = {} and (k.request_id is null or k.grant_id is not null)";

/// The link with that id, if there is an account behind it.
pub async fn find(read: &mut Read, id: Uuid) -> Result<Option<Notice>, Fault> {
    sql(FIND).bind(id).get_result::<Notice>(read.look()).await.optional().map_err(fault)
}

/// The same, after its account was locked.
pub async fn hold(tx: &mut Tx, id: Uuid) -> Result<Option<Notice>, Fault> {
    sql("select 1 from account where id = (select account_id from link where id = {}) for update")
        .bind(id)
        .execute(tx.look())
        .await
        .map_err(fault)?;
    sql(FIND).bind(id).get_result::<Notice>(tx.look()).await.optional().map_err(fault)
}

/// Opens a case for the desk out of a notice: a request that was never asked, cancelled from the start. One notice opens
/// one case, whose form it is.
pub async fn open_case(tx: &mut Tx, notice: &Notice, id: Uuid, reference: &str) -> Result<(), Fault> {
    sql("insert into request (id, reference, channel, state, form, typed_user_id, typed_address, typed_type, language,
            asked_at, account_id, queue_reason, queued_at, ended_at)
        values ({}, {}, 'mail', 'cancelled', {}, {}, {}, {}, {}, pulih.now(), {}, 'disputed', pulih.now(), pulih.now())")
    .bind(id)
    .bind(reference)
    .bind(notice.id)
    .bind(notice.user_id.as_str())
    .bind(notice.address.as_str())
    .bind(notice.kind.as_str())
    .bind(notice.language.as_str())
    .bind(notice.account_id)
    .execute(tx.write())
    .await
    .map_err(fault)?;
    Ok(())
}
