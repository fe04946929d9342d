//! What a typed code is judged by, and what a guess leaves behind.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types as t;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::base::fault::Fault;
use crate::store::sql::sql;
use crate::store::tx::{Tx, fault};

/// The share of an account's budget that all browsers and devices it does not know have together.
pub(in crate::store) const STRANGERS: [u8; 32] = [0; 32];

/// What a guess at an account's second factor is judged by, as it stands at `now`.
#[derive(Clone, Debug, QueryableByName)]
pub struct Guard {
    /// The account.
    #[diesel(sql_type = t::Uuid)]
    pub account_id: Uuid,
    /// Its active TOTP.
    #[diesel(sql_type = t::Nullable<t::Uuid>)]
    pub credential_id: Option<Uuid>,
    /// Its sealed secret.
    #[diesel(sql_type = t::Nullable<t::Binary>)]
    pub sealed_secret: Option<Vec<u8>>,
    /// Its algorithm.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    pub algorithm: Option<String>,
    /// Its digits.
    #[diesel(sql_type = t::Nullable<t::SmallInt>)]
    pub digits: Option<i16>,
    /// Its period in seconds.
    #[diesel(sql_type = t::Nullable<t::SmallInt>)]
    pub period: Option<i16>,
    /// The last time step that was accepted.
    #[diesel(sql_type = t::Nullable<t::BigInt>)]
    pub last_step: Option<i64>,
    /// Later steps that were presented too early.
    #[diesel(sql_type = t::Array<t::BigInt>)]
    pub burned: Vec<i64>,
    /// Whether the account knows the browser, or the device that its portal named.
    #[diesel(sql_type = t::Bool)]
    pub known_browser: bool,
    /// The share of the budget that is guessed from: that browser's own, or that of all strangers together.
    #[diesel(sql_type = t::Binary)]
    pub share: Vec<u8>,
    /// Wrong codes of this share, newest first.
    #[diesel(sql_type = t::Array<t::Timestamptz>)]
    pub wrong: Vec<DateTime<Utc>>,
    /// Wrong codes of this share in a row.
    #[diesel(sql_type = t::Integer)]
    pub in_row: i32,
    /// The database's time.
    #[diesel(sql_type = t::Timestamptz)]
    pub now: DateTime<Utc>,
}

/// A right code: its share of the budget is whole again.
pub async fn forgive(tx: &mut Tx, guard: &Guard) -> Result<(), Fault> {
    if guard.wrong.is_empty() && guard.in_row == 0 {
        return Ok(());
    }
    sql("delete from code_limit where account_id = {} and share = {}")
        .bind(guard.account_id)
        .bind(guard.share.as_slice())
        .execute(tx.write())
        .await
        .map_err(fault)?;
    Ok(())
}

/// A wrong guess of somebody who holds a session, or of whom a portal believes the password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WrongGuess {
    /// A code; the future step it showed is burned.
    Code(Option<i64>),
    /// A password asked again: it takes room, and is none of the codes in a row.
    Password,
}

/// Counts a wrong guess at an account that is held. A counter: the action may still be refused. Returns how many wrong
/// codes there were in a row.
pub async fn count_wrong(tx: &mut Tx, guard: &Guard, keep: i32, what: WrongGuess) -> Result<i32, Fault> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = t::Integer)]
        in_row: i32,
    }
    let burn = if let WrongGuess::Code(burn) = what { burn } else { None };
    let row = sql("with b as (
            update credential set guesses = guesses + 1,
                burned = case when {} and not burned @> array[{}::bigint] then burned || {}::bigint else burned end
            where id = {})
        insert into code_limit as l (account_id, share, hits, in_row) values ({}, {}, array[pulih.now()], {})
        on conflict (account_id, share) do update set hits = (excluded.hits || l.hits)[1:{}],
            in_row = l.in_row + excluded.in_row
        returning in_row")
    .bind(burn.is_some())
    .bind(burn.unwrap_or_default())
    .bind(burn.unwrap_or_default())
    .bind(guard.credential_id)
    .bind(guard.account_id)
    .bind(guard.share.as_slice())
    .bind(i32::from(what != WrongGuess::Password))
    .bind(keep)
    .get_result::<Row>(tx.look())
    .await
    .map_err(fault)?;
    Ok(row.in_row)
}
