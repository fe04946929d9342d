//! The face that time sees: what happens without anybody asking.
//!
//! A worker is a `step` that tells whether there is more to do; the loop here gives it its tick, its back-off and its end.

pub mod clerk;
pub mod copier;
pub mod counter;
pub mod courier;
pub mod executor;
pub mod exporter;
mod outside;
pub mod postman;
pub mod reader;
pub mod renewer;
pub mod resolver;
pub mod sealer;
pub mod streamer;
pub mod sweeper;
pub mod tallier;
pub mod verifier;
pub mod watchman;

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::base::clock;
use crate::model::refusal::Stop;

/// The longest pause after failures in a row.
const PAUSE_MAX: Duration = Duration::from_secs(5);

/// Runs `step` at every tick, and again at once while it has more to do, until `end`.
///
/// A failure is logged when it begins and when it ends, not each time; the pause grows while it lasts.
pub async fn every(
    name: &'static str,
    tick: Duration,
    end: CancellationToken,
    step: impl AsyncFn() -> Result<bool, Stop>,
) {
    let mut failures: u32 = 0;
    while !end.is_cancelled() {
        let began = clock::instant();
        let more = match step().await {
            Ok(more) => {
                if failures > 0 {
                    tracing::info!(worker = name, failures, "works again");
                }
                failures = 0;
                more
            }
            Err(error) => {
                if failures == 0 {
                    tracing::error!(worker = name, fault = %error, "failed");
                }
                failures = failures.saturating_add(1);
                metrics::counter!("worker_failures_total", "worker" => name).increment(1);
                false
            }
        };
        metrics::histogram!("worker_step_seconds", "worker" => name).record(began.elapsed().as_secs_f64());
        if more {
            tokio::task::yield_now().await;
            continue;
        }
        let pause = (tick * failures.clamp(1, 64)).min(PAUSE_MAX.max(tick));
        tokio::select! {
            () = end.cancelled() => {}
            () = tokio::time::sleep(pause) => {}
        }
    }
}
