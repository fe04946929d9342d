//! How long mail takes, measured from the relay's 250 to the first click of the link.

use diesel::prelude::*;
use diesel::sql_types as t;
use diesel_async::RunQueryDsl;

use super::sql::sql;
use super::tx::{Read, fault};
use crate::base::fault::Fault;

/// Links of a domain that must have been clicked before its delay counts as measured.
const SAMPLES_MIN: i32 = 20;
/// Letters of a domain that the relay must have taken before it is told of.
const HANDED_MIN: i32 = 5;

/// Measures each recipient domain over the last 30 days. Bookkeeping: derived figures, no action.
///
/// Hand-off is from the posting of a letter to the relay's 250, the click from that 250 to the first opening of the link.
pub async fn measure(read: &mut Read) -> Result<(), Fault> {
    sql("insert into domain_delay (domain, p50_seconds, p95_seconds, samples, handed_p50_seconds, handed_p95_seconds, handed,
            measured_at)
        select l.domain, case when count(d.click) >= {} then percentile_disc(0.5) within group (order by d.click) end,
            case when count(d.click) >= {} then percentile_disc(0.95) within group (order by d.click) end, count(d.click),
            percentile_disc(0.5) within group (order by d.handed), percentile_disc(0.95) within group (order by d.handed),
            count(*), pulih.now()
        from link k
        join letter l on l.link_id = k.id and l.kind = 'link' and l.domain is not null,
        lateral (select extract(epoch from k.handed_over_at - l.queued_at)::integer as handed,
            case when k.opened_at >= k.handed_over_at
                then extract(epoch from k.opened_at - k.handed_over_at)::integer end as click) d
        where k.handed_over_at is not null and k.issued_at > (select pulih.now()) - interval '30 days'
        group by l.domain having count(*) >= {}
        on conflict (domain) do update set p50_seconds = excluded.p50_seconds, p95_seconds = excluded.p95_seconds,
            samples = excluded.samples, handed_p50_seconds = excluded.handed_p50_seconds,
            handed_p95_seconds = excluded.handed_p95_seconds, handed = excluded.handed, measured_at = excluded.measured_at")
    .bind(SAMPLES_MIN)
    .bind(SAMPLES_MIN)
    .bind(HANDED_MIN)
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

/// Whether mail is slow as a whole: a letter has waited for the relay for more than ten minutes, or half of at least
/// twenty links that were handed over in the last two hours and clicked took longer than that to be clicked.
pub async fn is_slow(read: &mut Read) -> Result<bool, Fault> {
    let row = sql("select exists (select from letter where state in ('queued', 'leased')
            and queued_at < pulih.now() - interval '10 min')
        or coalesce((select count(*) >= {} and percentile_disc(0.5) within group (order by opened_at - handed_over_at)
                > interval '10 min'
            from link where kind = 'reset' and issued_at > (select pulih.now()) - interval '26 h'
                and handed_over_at > (select pulih.now()) - interval '2 h' and opened_at >= handed_over_at), false) as slow")
    .bind(SAMPLES_MIN)
    .get_result::<Slow>(read.look())
    .await
    .map_err(fault)?;
    Ok(row.slow)
}
