//! How far a mailbox was read, and what keeps it from being read. Bookkeeping: a mail is taken by its bytes, so that a
//! position that is lost, or that two servers move, costs only work.

use diesel::QueryableByName;
use diesel::sql_types as t;
use diesel_async::RunQueryDsl;

use crate::base::fault::Fault;
use crate::store::sql::sql;
use crate::store::tx::{Read, fault};

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = t::BigInt)]
    last_uid: i64,
}

/// The last UID that was taken; 0 where none was under this UIDVALIDITY (RFC 9051 §2.3.1.1).
pub async fn reached(read: &mut Read, name: &str, uid_validity: u32) -> Result<u32, Fault> {
    let rows = sql("select last_uid from mailbox where name = {} and uid_validity = {}")
        .bind(name)
        .bind(i64::from(uid_validity))
        .load::<Row>(read.look())
        .await
        .map_err(fault)?;
    Ok(rows.into_iter().next().and_then(|row| u32::try_from(row.last_uid).ok()).unwrap_or(0))
}

/// Everything up to this UID is taken, and nothing is the matter but what `trouble` says.
pub async fn reach(
    read: &mut Read,
    name: &str,
    uid_validity: u32,
    uid: u32,
    trouble: Option<&str>,
) -> Result<(), Fault> {
    sql("insert into mailbox as m (name, uid_validity, last_uid, trouble) values ({}, {}, {}, {})
        on conflict (name) do update set uid_validity = excluded.uid_validity, seen_at = pulih.now(),
            trouble = excluded.trouble, last_uid = case when m.uid_validity = excluded.uid_validity
                then greatest(m.last_uid, excluded.last_uid) else excluded.last_uid end")
    .bind(name)
    .bind(i64::from(uid_validity))
    .bind(i64::from(uid))
    .bind(trouble)
    .execute(read.look())
    .await
    .map_err(fault)?;
    Ok(())
}

/// Keeps what is the matter, in plain words.
pub async fn trouble(read: &mut Read, name: &str, words: &str) -> Result<(), Fault> {
    sql("insert into mailbox (name, uid_validity, last_uid, trouble) values ({}, 0, 0, {})
        on conflict (name) do update set trouble = excluded.trouble")
    .bind(name)
    .bind(words)
    .execute(read.look())
    .await
    .map_err(fault)?;
    Ok(())
}
