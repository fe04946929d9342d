//! Letters that answer a mail: by hand, and by ourselves.

use diesel::prelude::*;
use uuid::Uuid;

use crate::base::fault::Fault;
use crate::store::letter::{self, Post};
use crate::store::sql::{Id, sql};
use crate::store::tx::{Tx, fault};

/// The letter that carries a link.
pub async fn of_link(tx: &mut Tx, link: Uuid) -> Result<Uuid, Fault> {
    let row =
        sql("select id from letter where link_id = {}").bind(link).get_result::<Id>(tx.look()).await.map_err(fault)?;
    Ok(row.id)
}

/// The newest mail of a case that a person wrote: what an answer within the case answers.
pub async fn newest(tx: &mut Tx, case: Uuid) -> Result<Option<Uuid>, Fault> {
    let row = sql("with m as (
            select i.id from request r join inbound i on i.request_id = r.id where r.case_id = {}
            union select i.id from inbound i where i.case_id = {})
        select i.id from m join inbound i on i.id = m.id
        where i.kind in ('request', 'reply', 'permission') and i.place <> 'spam'
        order by i.taken_at desc limit 1")
    .bind(case)
    .bind(case)
    .get_result::<Id>(tx.look())
    .await
    .optional()
    .map_err(fault)?;
    Ok(row.map(|row| row.id))
}

/// Acknowledges a mail that began a request by `post`, a letter to the registered address of the account whose address
/// it came from, with the request and the mail in it. The account is locked already.
///
/// Nothing is posted where the mail comes from another address, was written by a machine or failed, and where this
/// account or this sender had an acknowledgement within a day: so no loop turns more than once a day. Returns how many
/// letters were posted.
pub async fn acknowledge(tx: &mut Tx, post: &Post<'_>) -> Result<usize, Fault> {
    let may = sql("select i.id from inbound i
        join address d on d.account_id = {} and d.position = 1 and d.folded = i.from_folded
        where i.id = {} and i.kind = 'request' and i.verdict <> 'failed' and not d.suspect
            and not exists (select from letter l where l.kind = 'acknowledged' and l.account_id = d.account_id
                and l.queued_at > pulih.now() - interval '24 h')
            and not exists (select from inbound o join letter l on l.inbound_id = o.id
                where o.from_folded = i.from_folded and o.taken_at > pulih.now() - interval '2 days'
                    and l.kind = 'acknowledged' and l.queued_at > pulih.now() - interval '24 h')")
    .bind(post.account)
    .bind(post.inbound)
    .get_result::<Id>(tx.look())
    .await
    .optional()
    .map_err(fault)?;
    if may.is_none() {
        return Ok(0);
    }
    letter::post(tx, &Post { uncounted: true, ..*post }).await?;
    Ok(1)
}
