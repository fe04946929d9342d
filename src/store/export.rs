//! Export of accounts, a page at a time.

use diesel::QueryableByName;
use diesel::sql_types::{Bool, Text};
use diesel_async::RunQueryDsl;

use super::sql::{Count, sql};
use super::tx::{Read, fault};
use crate::base::fault::Fault;
use crate::model::account_csv::Row;

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = Text)]
    folded: String,
    #[diesel(sql_type = Text)]
    user_id: String,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    email: String,
    #[diesel(sql_type = Text)]
    email_2: String,
    #[diesel(sql_type = Bool)]
    protected: bool,
}

/// The next accounts whose person was not erased, by folded User ID after `after`, at most `most`, and where the page after them begins.
pub async fn page(read: &mut Read, after: &str, most: i64) -> Result<(Vec<Row>, Option<String>), Fault> {
    let found: Vec<Found> = sql("select a.user_id_folded as folded, a.user_id, a.kind, a.name,
            coalesce(a1.address, '') as email, coalesce(a2.address, '') as email_2, a.protected
        from account a
        left join address a1 on a1.account_id = a.id and a1.position = 1
        left join address a2 on a2.account_id = a.id and a2.position = 2
        where a.user_id_folded > {} and a.locked_reason is distinct from 'erased' order by a.user_id_folded limit {}")
    .bind(after)
    .bind(most)
    .load(read.look())
    .await
    .map_err(fault)?;
    let next = found.last().map(|row| row.folded.clone());
    let rows = found.into_iter().map(|f| Row {
        user_id: f.user_id,
        kind: f.kind,
        name: f.name,
        email: f.email,
        email_2: f.email_2,
        protected: f.protected,
    });
    Ok((rows.collect(), next))
}

/// How many accounts there are.
pub async fn count(read: &mut Read) -> Result<i64, Fault> {
    let count: Count = sql("select count(*) as count from account where locked_reason is distinct from 'erased'")
        .get_result(read.look())
        .await
        .map_err(fault)?;
    Ok(count.count)
}
