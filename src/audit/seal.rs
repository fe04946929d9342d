//! The one that seals: takes what has committed, in an order that no later commit can disturb, and signs the log's new end.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use super::prove;
use crate::app::App;
use crate::base::checkpoint::Checkpoint;
use crate::base::fault::Fault;
use crate::base::merkle::Hash;
use crate::base::note;
use crate::store::log::seal::{self, Batch, Before, Sealed};

/// Events that are sealed at once; the transaction that does so holds everybody's horizon for as long.
const BATCH: i32 = 20_000;

/// What one process remembers of its sealing.
#[derive(Debug, Default)]
pub struct Sealer {
    /// Whether the rows that a restore brought were looked for; again after every failure, since the database may be another.
    looked: AtomicBool,
    /// The last end of the log this process saw: a log that is shorter was rewound.
    seen: Mutex<Option<(u64, Hash)>>,
}

impl Sealer {
    /// Seals one batch; says what was added, which is nothing where nothing waits or another server is at it.
    pub async fn step(&self, app: &App) -> Result<Option<Sealed>, Fault> {
        let done = self.batch(app).await;
        match &done {
            Ok(Some(sealed)) => self.remember((sealed.size, sealed.root)),
            Ok(None) => {}
            Err(_) => self.looked.store(false, Ordering::Relaxed),
        }
        done
    }

    async fn batch(&self, app: &App) -> Result<Option<Sealed>, Fault> {
        if !self.looked.load(Ordering::Relaxed) {
            let restored = self.seal(app, Batch { most: BATCH, restored: true }).await?;
            if restored.is_some() {
                return Ok(restored);
            }
            self.looked.store(true, Ordering::Relaxed);
        }
        self.seal(app, Batch { most: BATCH, restored: false }).await
    }

    async fn seal(&self, app: &App, batch: Batch) -> Result<Option<Sealed>, Fault> {
        let (signer, origin) = (prove::signer(app)?, prove::origin(app));
        let sign = |before: Option<&Before>, size: u64, root: &Hash| {
            self.still(before)?;
            same_log(before, &origin)?;
            Ok(signer.sign(&Checkpoint { origin, size, root: *root }.text()))
        };
        seal::seal(app.read().await?, batch, sign).await
    }

    /// Nothing is signed over a log that went back since this process looked.
    fn still(&self, before: Option<&Before>) -> Result<(), Fault> {
        let seen = *self.seen.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        match (seen, before) {
            (Some((seen, _)), None) => Err(rewound(seen, 0)),
            (Some((seen, _)), Some(before)) if before.size < seen => Err(rewound(seen, before.size)),
            (Some((seen, root)), Some(before)) if before.size == seen && root != before.root => {
                Err(Fault::broken(format!("the log was altered: another root over {seen} leaves")))
            }
            _ => Ok(()),
        }
    }

    fn remember(&self, end: (u64, Hash)) {
        *self.seen.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(end);
    }
}

/// A log keeps its name: under another one nobody would know its checkpoints.
fn same_log(before: Option<&Before>, origin: &str) -> Result<(), Fault> {
    let was =
        before.and_then(|before| Checkpoint::parse(note::text(&before.note)?)).map(|checkpoint| checkpoint.origin);
    match was {
        Some(was) if was != origin => Err(Fault::broken(format!("the log is called {was}: set audit.origin to that"))),
        _ => Ok(()),
    }
}

fn rewound(seen: u64, size: u64) -> Fault {
    Fault::broken(format!("the log was rewound: it had {seen} leaves and has {size}"))
}
