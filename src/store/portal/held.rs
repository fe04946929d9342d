//! An account as a portal acts on it: found by its User ID where it is that portal's, or nobody's, and held.

use diesel::prelude::*;
use diesel::sql_types as t;
use uuid::Uuid;

use crate::base::fault::Fault;
use crate::i18n::Lang;
use crate::store::factor::{Guard, STRANGERS};
use crate::store::sql::sql;
use crate::store::tx::{Tx, fault, word};

/// An account whose row is held.
#[derive(Clone, Debug, QueryableByName)]
pub struct Held {
    /// Its User ID.
    #[diesel(sql_type = t::Text)]
    pub user_id: String,
    /// Word of its language.
    #[diesel(sql_type = t::Text)]
    language: String,
    /// Addresses on file: 1 or 2.
    #[diesel(sql_type = t::BigInt)]
    pub addresses: i64,
    /// Whether it is locked.
    #[diesel(sql_type = t::Bool)]
    pub locked: bool,
    /// Whether it ever had a TOTP.
    #[diesel(sql_type = t::Bool)]
    pub had_factor: bool,
    /// How people see the portal that acts.
    #[diesel(sql_type = t::Text)]
    pub portal_name: String,
    /// What a code is judged by.
    #[diesel(embed)]
    pub guard: Guard,
}

impl Held {
    /// Its language.
    pub fn language(&self) -> Result<Lang, Fault> {
        word(Lang::from_code(&self.language), "language", self.guard.account_id)
    }
}

/// Holds the account behind a folded User ID for a portal; nothing where it is another portal's, as where nobody has it.
/// `device` is the share of the budget of wrong codes that is guessed from, where the account knows it.
pub async fn hold(tx: &mut Tx, portal: Uuid, folded: &str, device: Option<&[u8; 32]>) -> Result<Option<Held>, Fault> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = t::Uuid)]
        id: Uuid,
    }
    let row: Option<Row> = sql("select id from account
        where user_id_folded = {} and coalesce(portal_id = {}, true) for update")
    .bind(folded)
    .bind(portal)
    .get_result(tx.look())
    .await
    .optional()
    .map_err(fault)?;
    let Some(Row { id }) = row else { return Ok(None) };
    // a statement of its own: the lock may have been waited for, and its snapshot would be stale
    let held = sql("select a.user_id, a.language, (select count(*) from address o where o.account_id = a.id) as addresses,
            a.status = 'locked' as locked, exists (select from credential o where o.account_id = a.id) as had_factor,
            p.name as portal_name, a.id as account_id, c.id as credential_id, c.sealed_secret, c.algorithm, c.digits, c.period,
            c.last_step, coalesce(c.burned, array[]::bigint[]) as burned, k.account_id is not null as known_browser, h.share,
            coalesce(g.hits, array[]::timestamptz[]) as wrong, coalesce(g.in_row, 0) as in_row, n.now
        from (select pulih.now() as now) n, account a
        join portal p on p.id = {}
        left join credential c on c.account_id = a.id and c.revoked_at is null
        left join known_browser k on k.account_id = a.id and k.browser_hash = {}
        cross join lateral (select coalesce(k.browser_hash, {}) as share) h
        left join code_limit g on g.account_id = a.id and g.share = h.share
        where a.id = {}")
    .bind(portal)
    .bind(device.map(<[u8; 32]>::as_slice))
    .bind(&STRANGERS)
    .bind(id)
    .get_result::<Held>(tx.look())
    .await
    .map_err(fault)?;
    Ok(Some(held))
}
