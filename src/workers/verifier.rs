//! Verifies the whole log, by the clock and when it is asked for.

use std::time::Duration;

use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::actions::audit::verify::done;
use crate::app::App;
use crate::audit::check::{Progress, check};
use crate::base::fault::Fault;
use crate::base::random;
use crate::model::refusal::Stop;
use crate::store::audit::verification;

/// How often it is noted how far a verification is; well within its lease.
const NOTE: Duration = Duration::from_secs(2);

/// What one process verifies as.
#[derive(Debug)]
pub struct Verifier {
    who: Uuid,
}

impl Default for Verifier {
    fn default() -> Self {
        Self { who: random::id() }
    }
}

impl Verifier {
    /// Does the verification that waits, or that is due; says whether there was one. One that `stop` breaks off is given back.
    pub async fn step(&self, app: &App, stop: &CancellationToken) -> Result<bool, Stop> {
        let mut read = app.read().await?;
        let hours = i32::try_from(app.config().audit.verify_hours).unwrap_or(i32::MAX);
        verification::due(&mut read, random::id(), hours).await?;
        let Some(id) = verification::claim(&mut read, self.who).await? else { return Ok(false) };
        drop(read);
        let progress = Progress::default();
        let summary = tokio::select! {
            summary = check(app, &progress) => summary,
            lost = self.note(app, id, &progress) => Err(lost),
            () = stop.cancelled() => {
                verification::release(&mut app.read().await?, id, self.who).await?;
                return Ok(false);
            }
        };
        let summary = summary?;
        if summary.found > 0 {
            tracing::error!(findings = summary.found, first_bad = summary.first_bad, "the log is not whole");
        }
        #[expect(clippy::cast_precision_loss, reason = "a gauge")]
        metrics::gauge!("log_findings").set(summary.found as f64);
        done(app, id, self.who, &summary).await
    }

    /// Notes how far it is, until that fails or another server took it.
    async fn note(&self, app: &App, id: Uuid, progress: &Progress) -> Fault {
        loop {
            tokio::time::sleep(NOTE).await;
            let (done, total) = progress.so_far();
            let number = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
            let noted = async {
                verification::progress(&mut app.read().await?, id, self.who, number(done), number(total)).await
            };
            match noted.await {
                Ok(true) => {}
                Ok(false) => return Fault::broken("another server took this verification"),
                Err(fault) => return fault,
            }
        }
    }
}
