//! Expires links and proposals, removes what is past its retention, measures mail delay, and keeps partitions ahead of time.

use uuid::Uuid;

use crate::actions::attach::forget;
use crate::actions::expire::expire;
use crate::actions::inbound;
use crate::actions::lapse::lapse;
use crate::actions::purge::purge;
use crate::app::App;
use crate::base::slots;
use crate::model::activation::GRANT_HOURS;
use crate::model::refusal::Stop;
use crate::store::audit::exports;
use crate::store::{answer, delay, erasure, factor, import, limit, link, proposal, retention, session, staff};

/// Links, and proposals, expired in one step.
const BATCH: i64 = 200;
/// Months for which the log has partitions ahead.
const MONTHS: i32 = 13;

/// Expires links and proposals whose time ran out; true where there may be more.
pub async fn step(app: &App) -> Result<bool, Stop> {
    let mut read = app.read().await?;
    let (ids, proposals) = (link::expiring(&mut read, BATCH).await?, proposal::lapsing(&mut read, BATCH).await?);
    drop(read);
    let mut expired = false;
    for id in ids {
        expired |= expire(app, id).await?;
    }
    for id in proposals {
        expired |= lapse(app, id).await?;
    }
    Ok(expired)
}

/// What needs doing only now and then; true where there may be more.
pub async fn tidy(app: &App) -> Result<bool, Stop> {
    let mut read = app.read().await?;
    // there are partitions for a year ahead: where somebody reads for long, the next round will do
    if let Err(fault) = retention::make_partitions(&mut read, MONTHS).await {
        tracing::warn!(%fault, "no partitions were made ahead");
    }
    delay::measure(&mut read).await?;
    import::clear(&mut read, Uuid::nil()).await?;
    limit::sweep(&mut read, slots::slot(app.clock().now())).await?;
    session::sweep(&mut read, app.lives()).await?;
    staff::session::sweep(&mut read, app.lives()).await?;
    factor::sweep(&mut read, GRANT_HOURS).await?;
    exports::sweep(&mut read).await?;
    answer::sweep(&mut read).await?;
    erasure::late(&mut read).await?;
    drop(read);
    let files = forget(app).await?;
    let mails = inbound::forget::forget(app).await?;
    Ok(purge(app).await? || files || mails)
}
