//! Verifies the whole log, by the clock and when it is asked for.

use std::time::Duration;

use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::actions::audit::verify::{done, unfinished};
use crate::app::App;
use crate::audit::prove;
use crate::audit::source::Source;
use crate::audit::verify::{self, Options, Outside, Progress, Report};
use crate::base::fault::{Fault, FaultKind};
use crate::base::random;
use crate::model::refusal::Stop;
use crate::store::audit::verification::{self, Taken};

/// How often it is noted how far a verification is; well within its lease.
const NOTE: Duration = Duration::from_secs(2);
/// How often one is begun that never comes to its end.
const TRIES: i32 = 3;
/// How long the file of copies is waited for: what a disk that hangs holds is not compared.
const PATIENCE: Duration = Duration::from_secs(60);

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
    /// Does the verification that waits, or that is due; says whether there was one. One that `stop` breaks off is given
    /// back; one that comes to no end, however often it is begun, ends as a finding.
    pub async fn step(&self, app: &App, stop: &CancellationToken) -> Result<bool, Stop> {
        let mut read = app.read().await?;
        let hours = i32::try_from(app.config().audit.verify_hours).unwrap_or(i32::MAX);
        verification::due(&mut read, random::id(), hours).await?;
        let Some(taken) = verification::claim(&mut read, self.who).await? else { return Ok(false) };
        drop(read);
        let id = taken.id;
        if taken.tries > TRIES {
            return self.give_up(app, id, "each server that began it ended before it did").await;
        }
        let progress = Progress::default();
        let report = tokio::select! {
            report = whole(app, &progress) => report,
            lost = self.note(app, id, &progress) => Err(lost),
            () = stop.cancelled() => {
                verification::release(&mut app.read().await?, id, self.who, false).await?;
                return Ok(false);
            }
        };
        match report {
            Ok(report) => {
                if !report.is_right() {
                    tracing::error!(findings = report.found, first_bad = report.first_bad, "the log is not whole");
                }
                findings(report.found);
                done(app, id, self.who, &report).await
            }
            Err(fault) => self.failed(app, taken, fault).await,
        }
    }

    /// A database that is away is waited for; anything else is tried a few times.
    async fn failed(&self, app: &App, taken: Taken, fault: Fault) -> Result<bool, Stop> {
        let counts = fault.kind() == FaultKind::Bug;
        if counts && taken.tries >= TRIES {
            return self.give_up(app, taken.id, &fault.to_string()).await;
        }
        verification::release(&mut app.read().await?, taken.id, self.who, counts).await?;
        Err(fault.into())
    }

    async fn give_up(&self, app: &App, id: Uuid, why: &str) -> Result<bool, Stop> {
        findings(1);
        tracing::error!(why, "the verification of the log could not be finished");
        unfinished(app, id, self.who).await
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

/// The whole verifier, at a pace that leaves connections and cores to people.
async fn whole(app: &App, progress: &Progress) -> Result<Report, Fault> {
    let options = Options { trusted: prove::verifiers(app)?, against: copies(app).await, lanes: Some(1) };
    verify::run(&Source::Database(app.clone()), &options, progress).await
}

/// The checkpoints that this house itself laid outside.
async fn copies(app: &App) -> Vec<Outside> {
    let Some(path) = app.config().audit.copy_file.clone() else { return Vec::new() };
    let (file, origin) = (path.clone(), prove::origin(app));
    let reading = tokio::task::spawn_blocking(move || Outside::added_to(&file, &origin));
    match tokio::time::timeout(PATIENCE, reading).await {
        Ok(Ok(Ok(kept))) => vec![kept],
        unread => {
            tracing::warn!(file = %path.display(), ?unread, "the file of copies was not compared with the log");
            Vec::new()
        }
    }
}

fn findings(found: u64) {
    #[expect(clippy::cast_precision_loss, reason = "a gauge")]
    metrics::gauge!("log_findings").set(found as f64);
}
