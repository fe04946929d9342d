//! What changes in the queue, told to pages that watch it: ids alone.

use std::collections::HashMap;
use std::time::Duration;

use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::app::App;
use crate::store::desk;

/// How often the database is asked: other servers change cases too.
const TICK: Duration = Duration::from_secs(1);
/// How far back it is asked: a change is dated before its commit.
const WINDOW_SECONDS: i32 = 10;
/// Changes that a slow page may be behind.
const BEHIND: usize = 64;

/// Tells of changed cases.
pub struct Live {
    told: broadcast::Sender<Vec<Uuid>>,
}

impl Default for Live {
    fn default() -> Self {
        Self { told: broadcast::Sender::new(BEHIND) }
    }
}

impl Live {
    /// Hears of changes from now on.
    pub fn listen(&self) -> broadcast::Receiver<Vec<Uuid>> {
        self.told.subscribe()
    }

    /// Watches for changes while somebody listens; ends at `stop`.
    pub async fn watch(&self, app: &App, stop: &CancellationToken) {
        let mut seen: HashMap<Uuid, i32> = HashMap::new();
        while stop.run_until_cancelled(tokio::time::sleep(TICK)).await.is_some() {
            if self.told.receiver_count() == 0 {
                seen.clear();
                continue;
            }
            // a database that is away tells of nothing; pages that ask it say so themselves
            let Ok(mut read) = app.read().await else { continue };
            let Ok(changed) = desk::changed(&mut read, WINDOW_SECONDS).await else { continue };
            let now: HashMap<Uuid, i32> = changed.into_iter().collect();
            let fresh: Vec<Uuid> =
                now.iter().filter(|(id, version)| seen.get(id) != Some(version)).map(|(id, _)| *id).collect();
            seen = now;
            if !fresh.is_empty() {
                // nobody listens any more: nothing to tell
                let _ = self.told.send(fresh);
            }
        }
    }
}
