//! Invitations: a mailed link by which somebody of the desk sets their first password, once.

use diesel::prelude::*;
use diesel::sql_types as t;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::base::fault::Fault;
use crate::base::random;
use crate::store::sql::{Sql, sql};
use crate::store::tx::{Read, Tx, fault};

/// Hours an invitation lives.
pub const HOURS: i32 = 72;

/// An invitation as it was just posted.
pub struct Posted {
    /// Its link.
    pub link: Uuid,
    /// The link's 32 random bytes.
    pub random: [u8; 32],
}

/// Posts an invitation; any earlier one of the person ends.
pub async fn post(tx: &mut Tx, staff: Uuid, key_id: &str) -> Result<Posted, Fault> {
    let (link, letter, random) = (random::id(), random::id(), random::bytes::<32>()?);
    end(tx, staff, "superseded").await?;
    sql("with l as (
            insert into link (id, kind, staff_id, key_id, random, issued_at) values ({}, 'invite', {}, {}, {}, pulih.now()))
        insert into letter (id, kind, staff_id, link_id, language)
        select {}, 'staff-invite', s.id, {}, s.language from staff s where s.id = {}")
    .bind(link)
    .bind(staff)
    .bind(key_id)
    .bind(&random)
    .bind(letter)
    .bind(link)
    .bind(staff)
    .execute(tx.write())
    .await
    .map_err(fault)?;
    Ok(Posted { link, random })
}

/// Ends the invitations of a person.
pub async fn end(tx: &mut Tx, staff: Uuid, reason: &'static str) -> Result<(), Fault> {
    sql("update link set ended_at = pulih.now(), end_reason = {} where staff_id = {} and kind = 'invite' and ended_at is null")
        .bind(reason)
        .bind(staff)
        .execute(tx.write())
        .await
        .map_err(fault)?;
    Ok(())
}

/// An invitation with whom it is for.
#[derive(Clone, Debug, QueryableByName)]
pub struct Invite {
    /// The link's row id.
    #[diesel(sql_type = t::Uuid)]
    pub id: Uuid,
    /// Id of the key its token is derived with.
    #[diesel(sql_type = t::Text)]
    pub key_id: String,
    /// The row's 32 random bytes.
    #[diesel(sql_type = t::Binary)]
    pub random: Vec<u8>,
    /// Whether it may still be used: neither over nor spent, and its person waits for it.
    #[diesel(sql_type = t::Bool)]
    pub open: bool,
    /// Whose.
    #[diesel(sql_type = t::Uuid)]
    pub staff_id: Uuid,
    /// Their user name.
    #[diesel(sql_type = t::Text)]
    pub username: String,
    /// Their name.
    #[diesel(sql_type = t::Text)]
    pub name: String,
}

fn found<'a>(id: Uuid) -> Sql<'a> {
    sql("select k.id, k.key_id, k.random, s.id as staff_id, s.username, s.name,
            k.ended_at is null and k.issued_at + make_interval(hours => {}) > pulih.now() and s.status = 'invited' as open
        from link k join staff s on s.id = k.staff_id where k.id = {} and k.kind = 'invite'")
    .bind(HOURS)
    .bind(id)
}

/// The invitation with that id.
pub async fn find(read: &mut Read, id: Uuid) -> Result<Option<Invite>, Fault> {
    found(id).get_result::<Invite>(read.look()).await.optional().map_err(fault)
}

/// The same, after its person was locked.
pub async fn hold(tx: &mut Tx, id: Uuid) -> Result<Option<Invite>, Fault> {
    sql("select 1 from staff where id = (select staff_id from link where id = {}) for update")
        .bind(id)
        .execute(tx.look())
        .await
        .map_err(fault)?;
    found(id).get_result::<Invite>(tx.look()).await.optional().map_err(fault)
}

/// The person sets their password: the invitation is spent and they are active.
pub async fn spend(tx: &mut Tx, invite: &Invite, password_hash: &str) -> Result<(), Fault> {
    sql(
        "with l as (update link set ended_at = pulih.now(), end_reason = 'spent', spent_at = pulih.now() where id = {})
        update staff set status = 'active', password_hash = {} where id = {}",
    )
    .bind(invite.id)
    .bind(password_hash)
    .bind(invite.staff_id)
    .execute(tx.write())
    .await
    .map_err(fault)?;
    Ok(())
}
