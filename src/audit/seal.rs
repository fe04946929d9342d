//! The one that seals: takes what has committed, in an order that no later commit can disturb, and signs the log's new end.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::outside::{self, Held};
use super::prove;
use crate::app::App;
use crate::base::checkpoint::Checkpoint;
use crate::base::fault::Fault;
use crate::base::merkle::Hash;
use crate::store::Read;
use crate::store::log::copy;
use crate::store::log::seal::{self, Batch, Sealed};

/// Events that are sealed at once; the transaction that does so holds everybody's horizon for as long.
const BATCH: i32 = 20_000;

/// How long the file of copies is waited for: a disk that hangs does not keep the log from going on.
const PATIENCE: Duration = Duration::from_secs(5);

/// What one process remembers of its sealing.
#[derive(Debug, Default)]
pub struct Sealer {
    /// Whether the rows that a restore brought were looked for; again after every failure, since the database may be another.
    looked: AtomicBool,
    /// The last end of the log this process saw: a log that is shorter was rewound.
    seen: Mutex<Option<(u64, Hash)>>,
    /// Whether the file of copies was looked at and fits the log.
    agreed: AtomicBool,
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
        let mut read = app.read().await?;
        self.outside(app, &mut read).await?;
        if !self.looked.load(Ordering::Relaxed) {
            let restored = self.seal(app, &mut read, Batch { most: BATCH, restored: true }).await?;
            if restored.is_some() {
                return Ok(restored);
            }
            self.looked.store(true, Ordering::Relaxed);
        }
        self.seal(app, &mut read, Batch { most: BATCH, restored: false }).await
    }

    /// Nothing is signed while what lies outside contradicts the log: by our own file of copies, before this process signs
    /// for the first time, or by what a server has found at its places.
    async fn outside(&self, app: &App, read: &mut Read) -> Result<(), Fault> {
        if let Some(path) = app.config().audit.copy_file.clone().filter(|_| !self.agreed.load(Ordering::Relaxed)) {
            let trusted = prove::verifiers(app)?;
            let file = path.clone();
            let looking = tokio::task::spawn_blocking(move || outside::newest(&file, &trusted));
            match tokio::time::timeout(PATIENCE, looking).await {
                Ok(Ok(Ok(Held::Ours(checkpoint)))) => {
                    if let Some(words) = outside::contradiction(read, &checkpoint).await? {
                        metrics::gauge!("log_rewound").set(1.0);
                        return Err(refused(&format!("{}: {words}", path.display())));
                    }
                }
                Ok(Ok(Ok(Held::Nothing | Held::Foreign))) => {}
                unread => {
                    tracing::warn!(file = %path.display(), ?unread, "the file of copies was not looked at before sealing");
                }
            }
            self.agreed.store(true, Ordering::Relaxed);
        }
        match copy::contradicted(read).await? {
            Some(words) => Err(refused(&words)),
            None => Ok(()),
        }
    }

    async fn seal(&self, app: &App, read: &mut Read, batch: Batch) -> Result<Option<Sealed>, Fault> {
        let (signer, origin) = (prove::signer(app)?, prove::origin(app));
        let sign = |before: Option<(u64, Hash)>, size: u64, root: &Hash| {
            self.still(before)?;
            Ok(signer.sign(&Checkpoint { origin, size, root: *root }.text()))
        };
        seal::seal(read, batch, sign).await
    }

    /// Nothing is signed over a log that went back since this process looked.
    fn still(&self, before: Option<(u64, Hash)>) -> Result<(), Fault> {
        let seen = *self.seen.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        match (seen, before) {
            (Some((seen, _)), None) => Err(rewound(seen, 0)),
            (Some((seen, _)), Some((size, _))) if size < seen => Err(rewound(seen, size)),
            (Some((seen, root)), Some((size, now))) if size == seen && root != now => {
                Err(Fault::broken(format!("the log was altered: another root over {size} leaves")))
            }
            _ => Ok(()),
        }
    }

    fn remember(&self, end: (u64, Hash)) {
        *self.seen.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(end);
    }
}

fn refused(words: &str) -> Fault {
    Fault::broken(format!("nothing is sealed, since a copy outside contradicts the log: {words}"))
}

fn rewound(seen: u64, size: u64) -> Fault {
    Fault::broken(format!("the log was rewound: it had {seen} leaves and has {size}"))
}
