//! How many letters about changes an address is sent, and a portal causes, in a day.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types as t;
use diesel_async::RunQueryDsl;

use crate::base::fault::Fault;
use crate::store::sql::sql;
use crate::store::tx::{Tx, fault};

/// Letters that are about to be posted, for whom they are counted.
#[derive(Clone, Copy, Debug)]
pub struct Due {
    /// SHA-256 of the address or the portal.
    pub key: [u8; 32],
    /// How many they are.
    pub letters: i64,
    /// How many a day are not too many.
    pub most: i64,
}

/// A count that is full.
#[derive(Clone, Debug, QueryableByName)]
pub struct Full {
    /// Whose.
    #[diesel(sql_type = t::Binary)]
    pub key: Vec<u8>,
    /// When it begins anew.
    #[diesel(sql_type = t::Timestamptz)]
    pub until: DateTime<Utc>,
}

/// Counts letters; the count that begins anew last, of those which they make more than full. A counter: who is told so posts
/// nothing and changes nothing.
pub async fn count(tx: &mut Tx, due: &[Due]) -> Result<Option<Full>, Fault> {
    let keys = || due.iter().map(|due| due.key.as_slice()).collect::<Vec<_>>();
    // in the order of the keys, so that two who tell the same addresses do not wait for each other
    let full: Vec<Full> = sql("with l as (
            insert into notice_limit as l (key, since, letters)
            select n.key, pulih.now(), n.letters from unnest({}::bytea[], {}::bigint[]) n (key, letters) order by n.key
            on conflict (key) do update set
                since = case when l.since > excluded.since - interval '1 day' then l.since else excluded.since end,
                letters = excluded.letters
                    + case when l.since > excluded.since - interval '1 day' then l.letters else 0 end
            returning key, since, letters)
        select l.key, l.since + interval '1 day' as until
        from l join unnest({}::bytea[], {}::bigint[]) m (key, most) on m.key = l.key and l.letters > m.most
        order by until desc limit 1")
    .bind(keys())
    .bind(due.iter().map(|due| due.letters).collect::<Vec<_>>())
    .bind(keys())
    .bind(due.iter().map(|due| due.most).collect::<Vec<_>>())
    .load(tx.look())
    .await
    .map_err(fault)?;
    Ok(full.into_iter().next())
}
