//! How long mail takes, measured from the relay's 250 to the first click of the link.

use diesel::prelude::*;
use diesel::sql_types as t;
use diesel_async::RunQueryDsl;

use super::sql::sql;
use super::tx::{Read, fault};
use crate::base::fault::Fault;

/// Links of a domain that must have been clicked before its delay counts as measured.
const SAMPLES_MIN: i32 = 20;

/// Measures each recipient domain over the last 30 days. Bookkeeping: derived figures, no action.
pub async fn measure(read: &mut Read) -> Result<(), Fault> {
    sql("insert into domain_delay (domain, p50_seconds, p95_seconds, samples, measured_at)
        select l.domain, percentile_disc(0.5) within group (order by d.seconds),
            percentile_disc(0.95) within group (order by d.seconds), count(*), pulih.now()
        from link k
        join letter l on l.link_id = k.id and l.kind = 'link' and l.domain is not null,
        lateral (select extract(epoch from k.opened_at - k.handed_over_at)::integer as seconds) d
        where k.opened_at >= k.handed_over_at and k.issued_at > (select pulih.now()) - interval '30 days'
        group by l.domain having count(*) >= {}
        on conflict (domain) do update set p50_seconds = excluded.p50_seconds, p95_seconds = excluded.p95_seconds,
            samples = excluded.samples, measured_at = excluded.measured_at")
    .bind(SAMPLES_MIN)
    .execute(read.look())
    .await
    .map_err(fault)?;
    Ok(())
}

#[derive(QueryableByName)]
struct Slow {
    #[diesel(sql_type = t::Bool)]
    slow: bool,
}

/// Whether mail is slow as a whole: a letter has waited for the relay for more than ten minutes.
pub async fn is_slow(read: &mut Read) -> Result<bool, Fault> {
    let row = sql("select exists (select from letter where state in ('queued', 'leased')
        and queued_at < pulih.now() - interval '10 min') as slow")
    .get_result::<Slow>(read.look())
    .await
    .map_err(fault)?;
    Ok(row.slow)
}
