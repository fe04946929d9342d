//! What waits for its time: a confirmed reset, or one the desk agreed to.

use diesel::prelude::*;
use diesel::sql_types as t;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::sql::{Id, sql};
use super::tx::{Read, Tx, fault, word};
use crate::base::fault::Fault;
use crate::i18n::Lang;
use crate::model::request::State;

/// A request that waits, with what was proposed about it, as they stand at `now`.
#[derive(Clone, Debug, QueryableByName)]
#[allow(clippy::struct_excessive_bools, reason = "a row of facts, each looked at once")]
pub struct Due {
    /// The request.
    #[diesel(sql_type = t::Uuid)]
    pub request_id: Uuid,
    /// The account.
    #[diesel(sql_type = t::Uuid)]
    pub account_id: Uuid,
    /// Word of the request's state.
    #[diesel(sql_type = t::Text)]
    state: String,
    /// Word of its language.
    #[diesel(sql_type = t::Text)]
    language: String,
    /// Whether its time has come.
    #[diesel(sql_type = t::Bool)]
    pub is_due: bool,
    /// Whether it still needs somebody who agrees, its notice was not handed over long enough ago, or what the desk proposes is
    /// frozen.
    #[diesel(sql_type = t::Bool)]
    pub held: bool,
    /// Whether it waits for a notice that never reached the registered address.
    #[diesel(sql_type = t::Bool)]
    pub unheard: bool,
    /// Whether the account is locked.
    #[diesel(sql_type = t::Bool)]
    pub locked: bool,
    /// Whether it has an active TOTP.
    #[diesel(sql_type = t::Bool)]
    pub has_factor: bool,
    /// Addresses on file: 1 or 2.
    #[diesel(sql_type = t::BigInt)]
    pub addresses: i64,
    /// The registered address.
    #[diesel(sql_type = t::Text)]
    pub address: String,
    /// The link that was spent for it.
    #[diesel(sql_type = t::Nullable<t::Uuid>)]
    pub link: Option<Uuid>,
    /// What was proposed about it.
    #[diesel(sql_type = t::Nullable<t::Uuid>)]
    pub proposal: Option<Uuid>,
    /// The address that becomes the registered one.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    pub new_address: Option<String>,
    /// Who proposed it.
    #[diesel(sql_type = t::Nullable<t::Uuid>)]
    pub proposed_by: Option<Uuid>,
}

impl Due {
    /// The request's state.
    pub fn state(&self) -> Result<State, Fault> {
        word(State::from_code(&self.state), "state", self.request_id)
    }

    /// The language of the form.
    pub fn language(&self) -> Result<Lang, Fault> {
        word(Lang::from_code(&self.language), "language", self.request_id)
    }
}

/// A reset whose time has come and that nothing holds; it is locked later, after its account.
pub async fn next(read: &mut Read) -> Result<Option<Uuid>, Fault> {
    let row = sql("select r.id from request r where r.state = 'waiting' and r.due_at <= (select pulih.now())
            and not exists (select from proposal p where p.request_id = r.id and p.state = 'proposed')
            and not (r.channel = 'staff' and (exists (select from frozen f where f.scope = 'manual')
                or exists (select from account h where h.id = r.account_id and h.resets_held_until > pulih.now())))
            and not exists (select from permission m join letter n on n.id = m.letter_id where m.request_id = r.id
                and (n.state in ('queued', 'leased') or n.state = 'sent'
                    and n.ended_at + make_interval(secs => m.wait_seconds) > (select pulih.now())))
        order by r.due_at limit 1")
    .get_result::<Id>(read.look())
    .await
    .optional()
    .map_err(fault)?;
    Ok(row.map(|row| row.id))
}

/// The request with what decides about it, after its account was locked.
pub async fn hold(tx: &mut Tx, request: Uuid) -> Result<Option<Due>, Fault> {
    sql("select 1 from account where id = (select account_id from request where id = {}) for update")
        .bind(request)
        .execute(tx.look())
        .await
        .map_err(fault)?;
    sql("select r.id as request_id, a.id as account_id, r.state, r.language,
            coalesce(r.due_at <= pulih.now(), false) as is_due,
            coalesce(p.state = 'proposed', false)
                or (r.channel = 'staff' and (exists (select from frozen f where f.scope = 'manual')
                or exists (select from account h where h.id = r.account_id and h.resets_held_until > pulih.now())))
                or coalesce(n.state in ('queued', 'leased') or n.state = 'sent'
                    and n.ended_at + make_interval(secs => m.wait_seconds) > pulih.now(), false) as held,
            m.id is not null and (n.state is distinct from 'sent' or d.suspect
                or coalesce(a.address_changed_at > m.granted_at, false)) as unheard,
            a.status = 'locked' as locked,
            exists (select from credential c where c.account_id = a.id and c.revoked_at is null) as has_factor,
            (select count(*) from address n where n.account_id = a.id) as addresses, d.address,
            (select k.id from link k where k.request_id = r.id and k.kind in ('reset', 'permit') and k.spent_at is not null
                order by k.issued_at desc limit 1) as link,
            p.id as proposal, p.change ->> 'address' as new_address, p.proposed_by
        from request r
        join account a on a.id = r.account_id
        join address d on d.account_id = a.id and d.position = 1
        left join proposal p on p.request_id = r.id and p.ended_at is null
        left join permission m on m.request_id = r.id and m.wait_seconds is not null
        left join letter n on n.id = m.letter_id
        where r.id = {}")
    .bind(request)
    .get_result::<Due>(tx.look())
    .await
    .optional()
    .map_err(fault)
}
