//! Shares what this server counted of each network with the others, and tells whether mail is slow and what is frozen.

use crate::app::App;
use crate::base::slots::{self, Count};
use crate::model::freeze::{Frozen, Scope};
use crate::model::refusal::Stop;
use crate::store::limit::{self, NetworkHits};
use crate::store::{delay, freeze, letter};

/// What is counted, as the database names it.
const WHAT: [&str; 4] = ["kirim", "picture", "password", "log-key"];

/// Shares once; there is never more to do.
pub async fn step(app: &App) -> Result<bool, Stop> {
    let mut read = app.read().await?;
    let slot = slots::slot(app.clock().now());
    let mine: Vec<NetworkHits> = app
        .networks()
        .take(slot)
        .into_iter()
        .map(|count| NetworkHits {
            network: count.network,
            what: count.what.to_owned(),
            slot: count.slot,
            hits: i32::try_from(count.hits).unwrap_or(i32::MAX),
        })
        .collect();
    let all = limit::share_network_hits(&mut read, &mine, slot).await?;
    app.networks().share(all.into_iter().filter_map(|hits| {
        let what = WHAT.into_iter().find(|what| *what == hits.what)?;
        let count = u32::try_from(hits.hits).unwrap_or(0);
        Some(Count { network: hits.network, what, slot: hits.slot, hits: count })
    }));
    app.set_mail_is_slow(delay::is_slow(&mut read).await?);
    let frozen = freeze::all(&mut read).await?;
    app.set_frozen(Frozen::of(frozen.iter().filter_map(|f| Scope::from_code(&f.scope))));
    #[allow(clippy::cast_precision_loss, reason = "gauges are floats, and none of these is beyond 2^53")]
    let gauge = |name: &'static str, value: i64| metrics::gauge!(name).set(value as f64);
    let (used, most) = app.connections();
    gauge("database_connections", i64::try_from(used).unwrap_or(i64::MAX));
    gauge("database_connections_max", i64::try_from(most).unwrap_or(i64::MAX));
    gauge("outbox_letters", letter::backlog(&mut read).await?);
    Ok(false)
}
