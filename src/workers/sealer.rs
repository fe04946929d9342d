//! Seals what was written, and keeps a quiet log fresh.

use crate::actions::heartbeat::heartbeat;
use crate::app::App;
use crate::audit::seal::Sealer;
use crate::model::refusal::Stop;
use crate::store::log::seal;

/// Seconds an event may wait for its leaf before it is worth a warning: a long transaction holds everybody back.
const LATE: i64 = 60;

/// Seals one batch; says whether more may wait.
pub async fn step(app: &App, sealer: &Sealer) -> Result<bool, Stop> {
    heartbeat(app).await?;
    let sealed = sealer.step(app).await?;
    if let Some(sealed) = &sealed {
        #[expect(clippy::cast_precision_loss, reason = "a gauge")]
        metrics::gauge!("log_leaves").set(sealed.size as f64);
        metrics::counter!("log_sealed_total").increment(sealed.added);
    }
    let waiting = seal::waiting(&mut app.read().await?).await?;
    #[expect(clippy::cast_precision_loss, reason = "a gauge")]
    metrics::gauge!("log_waiting_seconds").set(waiting.seconds as f64);
    if waiting.seconds > LATE && sealed.is_none() {
        tracing::warn!(events = waiting.events, seconds = waiting.seconds, "events wait for their seal");
    }
    Ok(sealed.is_some() && waiting.events > 0)
}
