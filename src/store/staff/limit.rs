//! What one person of the desk did lately, counted.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types as t;
use uuid::Uuid;

use crate::base::fault::Fault;
use crate::store::sql::sql;
use crate::store::tx::{Tx, fault};

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counted {
    /// Wrong codes.
    Code,
    /// Searches for accounts.
    Search,
    /// Addresses shown.
    Reveal,
    /// Times that others were told of unusual speed.
    Alert,
}

impl Counted {
    fn code(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::Search => "search",
            Self::Reveal => "reveal",
            Self::Alert => "alert",
        }
    }
}

#[derive(QueryableByName)]
struct Hits {
    #[diesel(sql_type = t::Array<t::Timestamptz>)]
    hits: Vec<DateTime<Utc>>,
}

/// What was counted so far, newest first.
pub async fn hits(tx: &mut Tx, staff: Uuid, what: Counted) -> Result<Vec<DateTime<Utc>>, Fault> {
    let row = sql("select hits from staff_limit where staff_id = {} and what = {}")
        .bind(staff)
        .bind(what.code())
        .get_result::<Hits>(tx.look())
        .await
        .optional()
        .map_err(fault)?;
    Ok(row.map(|row| row.hits).unwrap_or_default())
}

/// Counts one more and keeps the newest `keep`; returns them, newest first. A counter, no change.
pub async fn count(tx: &mut Tx, staff: Uuid, what: Counted, keep: i32) -> Result<Vec<DateTime<Utc>>, Fault> {
    let row = sql("insert into staff_limit as l (staff_id, what, hits) values ({}, {}, array[pulih.now()])
        on conflict (staff_id, what) do update set hits = (excluded.hits || l.hits)[1:{}] returning hits")
    .bind(staff)
    .bind(what.code())
    .bind(keep)
    .get_result::<Hits>(tx.look())
    .await
    .map_err(fault)?;
    Ok(row.hits)
}
