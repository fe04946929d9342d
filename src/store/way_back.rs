//! The way back to a portal: by which link, and with which grant.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types as t;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::sql::sql;
use super::tx::{Read, Tx, fault};
use crate::base::fault::Fault;
use crate::model::activation::Shown;

/// Where who holds a mailed link goes back to: the portal where the account signs in, or else the one by whose page or
/// form the reset was asked. A portal that took the account after the reset was asked gets nobody's grant of that reset.
/// Portals without a return URL lead nobody back.
#[derive(Clone, Debug, QueryableByName)]
pub struct WayBack {
    /// The account.
    #[diesel(sql_type = t::Uuid)]
    pub account_id: Uuid,
    /// The portal.
    #[diesel(sql_type = t::Uuid)]
    pub portal_id: Uuid,
    /// How people see it.
    #[diesel(sql_type = t::Text)]
    pub name: String,
    /// Where browsers go back to.
    #[diesel(sql_type = t::Text)]
    pub return_url: String,
    /// The request's reference, where the link belongs to one.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    pub reference: Option<String>,
    /// The account's User ID.
    #[diesel(sql_type = t::Text)]
    pub user_id: String,
    /// Whether the account is locked.
    #[diesel(sql_type = t::Bool)]
    pub locked: bool,
    /// Whether it may sign in here too.
    #[diesel(sql_type = t::Bool)]
    pub has_password: bool,
}

const FIND: &str = "
    select a.id as account_id, p.id as portal_id, p.name, p.return_url, r.reference, a.user_id,
        a.status = 'locked' as locked, a.password_hash is not null as has_password
    from link k
    join account a on a.id = k.account_id
    left join activation_grant g on g.id = k.grant_id
    left join request r on r.id = coalesce(k.request_id, g.request_id)
    join portal p on p.id = coalesce(case when coalesce(a.portal_since <= r.asked_at, true) then a.portal_id end, r.portal_id)
    where k.id = {} and p.return_url is not null";

/// The way back of who holds that link; none for who activates here.
pub async fn find(read: &mut Read, link: Uuid) -> Result<Option<WayBack>, Fault> {
    sql(FIND).bind(link).get_result::<WayBack>(read.look()).await.optional().map_err(fault)
}

/// The same, after its account was locked.
pub async fn hold(tx: &mut Tx, link: Uuid) -> Result<Option<WayBack>, Fault> {
    sql("select 1 from account where id = (select account_id from link where id = {}) for update")
        .bind(link)
        .execute(tx.look())
        .await
        .map_err(fault)?;
    sql(FIND).bind(link).get_result::<WayBack>(tx.look()).await.optional().map_err(fault)
}

/// A grant that a browser shows, and that is good now.
#[derive(Clone, Debug, QueryableByName)]
pub struct ShownGrant {
    /// Its id.
    #[diesel(sql_type = t::Uuid)]
    pub id: Uuid,
    /// When it ends.
    #[diesel(sql_type = t::Timestamptz)]
    pub expires_at: DateTime<Utc>,
    /// Whether a portal has shown it: then it is in the right hands, and not given anew.
    #[diesel(sql_type = t::Bool)]
    pub taken: bool,
}

const GRANT: &str = "select id, expires_at, taken_at is not null as taken from activation_grant
    where account_id = {} and used_at is null and revoked_at is null and expires_at > pulih.now()
        and (secret_hash = {} or id = {}) order by created_at desc limit 1";

/// The grant of an account that a browser shows.
pub async fn grant(read: &mut Read, account: Uuid, shown: &Shown) -> Result<Option<ShownGrant>, Fault> {
    shown_grant(account, shown).get_result::<ShownGrant>(read.look()).await.optional().map_err(fault)
}

/// The same of an account that is held.
pub async fn held_grant(tx: &mut Tx, account: Uuid, shown: &Shown) -> Result<Option<ShownGrant>, Fault> {
    shown_grant(account, shown).get_result::<ShownGrant>(tx.look()).await.optional().map_err(fault)
}

fn shown_grant(account: Uuid, shown: &Shown) -> super::sql::Sql<'_> {
    sql(GRANT).bind(account).bind(shown.secret_hash.as_ref().map(<[u8; 32]>::as_slice)).bind(shown.mailed)
}

/// Gives a grant to a portal, as the token of that SHA-256; one that was given before is dead.
pub async fn hand(tx: &mut Tx, grant: Uuid, portal: Uuid, token_hash: &[u8; 32]) -> Result<(), Fault> {
    sql("update activation_grant set portal_id = {}, portal_hash = {}, handed_at = pulih.now() where id = {}")
        .bind(portal)
        .bind(token_hash)
        .bind(grant)
        .execute(tx.write())
        .await
        .map_err(fault)?;
    Ok(())
}
