//! Accounts that portals state: looked at, made and changed.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types as t;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::sql::{Sql, sql};
use super::tx::{Read, Tx, fault, word};
use crate::base::fault::Fault;
use crate::i18n::Lang;
use crate::model::account::{UserType, fold_address, fold_user_id, mask_address};
use crate::model::portal_account::{Standing, Stated, There};

#[derive(QueryableByName)]
#[allow(clippy::struct_excessive_bools, reason = "a row of facts, each looked at once")]
struct StandingRow {
    #[diesel(sql_type = t::Text)]
    user_id: String,
    #[diesel(sql_type = t::Text)]
    kind: String,
    #[diesel(sql_type = t::Text)]
    name: String,
    #[diesel(sql_type = t::Text)]
    language: String,
    #[diesel(sql_type = t::Text)]
    email: String,
    #[diesel(sql_type = t::Nullable<t::Text>)]
    email_2: Option<String>,
    #[diesel(sql_type = t::Bool)]
    locked: bool,
    #[diesel(sql_type = t::Nullable<t::Timestamptz>)]
    active_since: Option<DateTime<Utc>>,
    #[diesel(sql_type = t::Bool)]
    enrolling: bool,
    #[diesel(sql_type = t::Bool)]
    had_factor: bool,
    #[diesel(sql_type = t::BigInt)]
    recovery_codes: i64,
    #[diesel(sql_type = t::Bool)]
    reset_open: bool,
    #[diesel(sql_type = t::Nullable<t::Timestamptz>)]
    reset_due: Option<DateTime<Utc>>,
    #[diesel(sql_type = t::Nullable<t::Timestamptz>)]
    last_reset_at: Option<DateTime<Utc>>,
}

impl From<StandingRow> for Standing {
    fn from(row: StandingRow) -> Self {
        Self {
            user_id: row.user_id,
            user_type: row.kind,
            name: row.name,
            language: row.language,
            email: mask_address(&row.email),
            email_2: row.email_2.as_deref().map(mask_address),
            locked: row.locked,
            active_since: row.active_since,
            enrolling: row.enrolling,
            had_factor: row.had_factor,
            recovery_codes: row.recovery_codes,
            reset_open: row.reset_open,
            reset_due: row.reset_due,
            last_reset_at: row.last_reset_at,
        }
    }
}

fn standing(folded: &str, portal: Uuid) -> Sql<'_> {
    sql("select a.user_id, a.kind, a.name, a.language, d.address as email, e.address as email_2, a.status = 'locked' as locked,
            c.created_at as active_since, exists (select from enrolment n where n.account_id = a.id) as enrolling,
            exists (select from credential o where o.account_id = a.id) as had_factor,
            (select count(*) from recovery_code r where r.account_id = a.id and r.credential_id = c.id
                and r.used_at is null and r.revoked_at is null) as recovery_codes,
            exists (select from request r where r.account_id = a.id
                and r.state in ('sending', 'mailed', 'opened', 'proposed', 'waiting', 'contested', 'undeliverable'))
                as reset_open,
            (select min(r.due_at) from request r where r.account_id = a.id and r.state = 'waiting') as reset_due,
            a.last_reset_at
        from account a
        join address d on d.account_id = a.id and d.position = 1
        left join address e on e.account_id = a.id and e.position = 2
        left join credential c on c.account_id = a.id and c.revoked_at is null
        where a.user_id_folded = {} and coalesce(a.portal_id = {}, true)")
    .bind(folded)
    .bind(portal)
}

/// How the account of a User ID, folded, stands; nothing where it is another portal's.
pub async fn find(read: &mut Read, folded: &str, portal: Uuid) -> Result<Option<Standing>, Fault> {
    let row = standing(folded, portal).get_result::<StandingRow>(read.look()).await.optional().map_err(fault)?;
    Ok(row.map(Standing::from))
}

/// The same inside an action.
pub async fn seen(tx: &mut Tx, folded: &str, portal: Uuid) -> Result<Standing, Fault> {
    let row = standing(folded, portal).get_result::<StandingRow>(tx.look()).await.optional().map_err(fault)?;
    row.map(Standing::from).ok_or_else(|| Fault::broken("an account that is held is gone"))
}

#[derive(QueryableByName)]
struct ThereRow {
    #[diesel(sql_type = t::Uuid)]
    id: Uuid,
    #[diesel(sql_type = t::Nullable<t::Uuid>)]
    portal_id: Option<Uuid>,
    #[diesel(sql_type = t::Text)]
    kind: String,
    #[diesel(sql_type = t::Text)]
    name: String,
    #[diesel(sql_type = t::Text)]
    language: String,
    #[diesel(sql_type = t::Text)]
    email: String,
    #[diesel(sql_type = t::Nullable<t::Text>)]
    email_2: Option<String>,
    #[diesel(sql_type = t::Timestamptz)]
    password_since: DateTime<Utc>,
    #[diesel(sql_type = t::Bool)]
    locked: bool,
    #[diesel(sql_type = t::Bool)]
    protected: bool,
    #[diesel(sql_type = t::Bool)]
    held: bool,
}

/// The account of a User ID, folded, locked.
pub async fn hold(tx: &mut Tx, folded: &str) -> Result<Option<There>, Fault> {
    sql("select 1 from account where user_id_folded = {} for update")
        .bind(folded)
        .execute(tx.look())
        .await
        .map_err(fault)?;
    // a statement of its own: the lock may have been waited for, and its snapshot would be stale
    let row = sql("select a.id, a.portal_id, a.kind, a.name, a.language, d.address as email, e.address as email_2,
            coalesce(a.password_changed_at, a.created_at) as password_since, a.status = 'locked' as locked, a.protected,
            coalesce(a.resets_held_until > pulih.now(), false)
                or exists (select from request r where r.account_id = a.id and r.state in ('proposed', 'waiting', 'contested'))
                or exists (select from proposal p where p.account_id = a.id and p.ended_at is null)
                or exists (select from activation_grant g where g.account_id = a.id and g.used_at is null
                    and g.revoked_at is null and g.expires_at > pulih.now()) as held
        from account a
        join address d on d.account_id = a.id and d.position = 1
        left join address e on e.account_id = a.id and e.position = 2
        where a.user_id_folded = {}")
    .bind(folded)
    .get_result::<ThereRow>(tx.look())
    .await
    .optional()
    .map_err(fault)?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(There {
        id: row.id,
        portal: row.portal_id,
        user_type: word(UserType::from_code(&row.kind), "kind", row.id)?,
        name: row.name,
        language: word(Lang::from_code(&row.language), "language", row.id)?,
        email: row.email,
        email_2: row.email_2,
        password_since: row.password_since,
        locked: row.locked,
        protected: row.protected,
        held: row.held,
    }))
}

/// Waits for whoever makes an account of that User ID, folded, now; until the transaction ends, others wait here.
pub async fn wait_for(tx: &mut Tx, folded: &str) -> Result<(), Fault> {
    sql("select pg_advisory_xact_lock(hashtext('pulih.user-id'), hashtext({}))")
        .bind(folded)
        .execute(tx.look())
        .await
        .map_err(fault)?;
    Ok(())
}

/// Makes an account of a portal; false where one of that User ID is there, and nothing was written.
pub async fn make(tx: &mut Tx, id: Uuid, user_id: &str, stated: &Stated, portal: Uuid) -> Result<bool, Fault> {
    let folded = fold_user_id(user_id);
    let (email, email_2) = (fold_address(&stated.email), stated.email_2.as_deref().map(fold_address));
    let made = sql("with a as (
            insert into account (id, user_id, user_id_folded, kind, name, language, password_changed_at, portal_id,
                portal_since)
            values ({}, {}, {}, {}, {}, {}, {}, {}, pulih.now()) on conflict (user_id_folded) do nothing returning id)
        insert into address (account_id, position, address, folded)
        select a.id, n.position, n.address, n.folded
        from a, (values (1::smallint, {}::text, {}::text), (2::smallint, {}::text, {}::text)) n (position, address, folded)
        where n.address is not null")
    .bind(id)
    .bind(user_id)
    .bind(folded.as_str())
    .bind(stated.user_type.code())
    .bind(stated.name.as_str())
    .bind(stated.language.unwrap_or(Lang::Id).code())
    .bind(stated.password_changed_at)
    .bind(portal)
    .bind(stated.email.as_str())
    .bind(email.as_str())
    .bind(stated.email_2.as_deref())
    .bind(email_2.as_deref())
    .execute(tx.look())
    .await
    .map_err(fault)?
        > 0;
    if made {
        tx.wrote();
    }
    Ok(made)
}

/// Changes what is no address; the time of the password's change where it is said.
pub async fn change(
    tx: &mut Tx,
    id: Uuid,
    stated: &Stated,
    portal: Uuid,
    password: Option<DateTime<Utc>>,
) -> Result<(), Fault> {
    sql("update account set kind = {}, name = {}, language = coalesce({}, language),
            portal_since = case when portal_id is null then pulih.now() else portal_since end, portal_id = {},
            password_changed_at = coalesce({}, password_changed_at) where id = {}")
    .bind(stated.user_type.code())
    .bind(stated.name.as_str())
    .bind(stated.language.map(Lang::code))
    .bind(portal)
    .bind(password)
    .bind(id)
    .execute(tx.write())
    .await
    .map_err(fault)?;
    Ok(())
}

/// Notices of changed addresses and passwords of the last day.
#[derive(Clone, Copy, Debug, QueryableByName)]
pub struct Notices {
    /// How many.
    #[diesel(sql_type = t::BigInt)]
    pub count: i64,
    /// When the oldest of them is a day old.
    #[diesel(sql_type = t::Nullable<t::Timestamptz>)]
    pub until: Option<DateTime<Utc>>,
}

/// Those of an account.
pub async fn notices(tx: &mut Tx, id: Uuid) -> Result<Notices, Fault> {
    sql("select count(*) as count, min(k.issued_at) + interval '1 day' as until
        from link k join letter l on l.link_id = k.id and l.kind in ('address-changed', 'password-changed')
        where k.account_id = {} and k.ended_at is null and k.issued_at > (select pulih.now()) - interval '1 day'")
    .bind(id)
    .get_result(tx.look())
    .await
    .map_err(fault)
}
