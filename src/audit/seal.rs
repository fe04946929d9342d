//! The one that seals: takes what has committed, in an order that no later commit can disturb, and signs the log's new end.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::outside::{self, Held};
use super::prove;
use crate::app::App;
use crate::base::checkpoint::Checkpoint;
use crate::base::fault::Fault;
use crate::base::merkle::Hash;
use crate::base::note::{self, Doubt, Verifier};
use crate::store::Read;
use crate::store::log::seal::{self, Batch, Before, Sealed};
use crate::store::log::{copy, read};

/// Events that are sealed at once; the transaction that does so holds everybody's horizon for as long.
const BATCH: i32 = 20_000;

/// How long the file of copies is waited for: a disk that hangs does not keep the log from going on.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long one that could not be read is left alone.
const PAUSE: TimeDelta = TimeDelta::minutes(1);

/// What one process remembers of its sealing.
#[derive(Debug, Default)]
pub struct Sealer {
    /// Whether the rows that a restore brought were looked for; again after every failure, since the database may be another.
    looked: AtomicBool,
    /// The last end of the log this process saw: a log that is shorter was rewound.
    seen: Mutex<Option<(u64, Hash)>>,
    /// Whether the file of copies was looked at and fits the log; taken back once a place contradicts it.
    agreed: AtomicBool,
    /// Whether the file contradicted the log when it was read last. Until it is read again and does not, nothing is sealed.
    contradicted: AtomicBool,
    /// When the file could not be read.
    unread: Mutex<Option<DateTime<Utc>>>,
    /// Whether a thread is at the file: one that hangs is one, not one for each try.
    reading: Arc<AtomicBool>,
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
        self.look(app, &mut read).await?;
        self.outside(app, &mut read).await?;
        if !self.looked.load(Ordering::Relaxed) {
            if seal::restored(&mut read).await? {
                drop(read);
                return self.seal(app, Batch { most: BATCH, restored: true }).await;
            }
            self.looked.store(true, Ordering::Relaxed);
        }
        drop(read);
        self.seal(app, Batch { most: BATCH, restored: false }).await
    }

    /// The log must go on from where this process saw it last, whoever sealed since.
    async fn look(&self, app: &App, read: &mut Read) -> Result<(), Fault> {
        let latest = read::latest(read).await?;
        let end = latest.map(|latest| own(&latest.note, &prove::verifiers(app)?, &prove::origin(app))).transpose()?;
        let seen = *self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((size, root)) = seen {
            let now = end.as_ref().map_or(0, |end| end.size);
            if now < size {
                return Err(Fault::broken(format!("the log was rewound: it had {size} leaves and has {now}")));
            }
            if outside::root_at(read, size).await? != Some(root) {
                return Err(altered(&format!("another root over {size} leaves")));
            }
        }
        if let Some(end) = end {
            self.remember((end.size, end.root));
        }
        Ok(())
    }

    /// Nothing is signed while what lies outside contradicts the log: our own file of copies, which this process has to have
    /// read once, or what a server has found at its places.
    async fn outside(&self, app: &App, read: &mut Read) -> Result<(), Fault> {
        if let Some(words) = copy::contradicted(read).await? {
            // whoever can rewrite the log can also empty that row: our own file is asked before anything is signed again
            self.agreed.store(false, Ordering::Relaxed);
            return Err(refused(&words));
        }
        let Some(path) = app.config().audit.copy_file.as_deref().filter(|_| !self.agreed.load(Ordering::Relaxed))
        else {
            return Ok(());
        };
        let said = match self.held(app, path).await? {
            Some(Held::Ours(checkpoint)) => outside::contradiction(read, &checkpoint).await?,
            Some(Held::Nothing | Held::Foreign) => None,
            None if self.contradicted.load(Ordering::Relaxed) => {
                Some("it contradicted the log, and cannot be read now".to_owned())
            }
            None => return Ok(()),
        };
        self.contradicted.store(said.is_some(), Ordering::Relaxed);
        self.agreed.store(said.is_none(), Ordering::Relaxed);
        match said {
            Some(words) => {
                metrics::gauge!("log_rewound").set(1.0);
                Err(refused(&format!("{}: {words}", path.display())))
            }
            None => Ok(()),
        }
    }

    /// What the file of copies holds; nothing where it cannot be read in time, which is tried again after a while.
    async fn held(&self, app: &App, path: &Path) -> Result<Option<Held>, Fault> {
        let (now, trusted, file) = (app.clock().now(), prove::verifiers(app)?, path.to_owned());
        let unread = *self.unread.lock().unwrap_or_else(PoisonError::into_inner);
        if unread.is_some_and(|at| now < at + PAUSE) || self.reading.swap(true, Ordering::SeqCst) {
            return Ok(None);
        }
        let reading = Arc::clone(&self.reading);
        let looking = tokio::task::spawn_blocking(move || {
            let held = outside::newest(&file, &trusted);
            reading.store(false, Ordering::SeqCst);
            held
        });
        let held = match tokio::time::timeout(PATIENCE, looking).await {
            Ok(Ok(Ok(held))) => Some(held),
            unread => {
                tracing::warn!(file = %path.display(), ?unread, "the file of copies was not looked at before sealing");
                None
            }
        };
        *self.unread.lock().unwrap_or_else(PoisonError::into_inner) = held.is_none().then_some(now);
        Ok(held)
    }

    async fn seal(&self, app: &App, batch: Batch) -> Result<Option<Sealed>, Fault> {
        let (signer, origin, trusted) = (prove::signer(app)?, prove::origin(app), prove::verifiers(app)?);
        let sign = |before: Option<&Before>, size: u64, root: &Hash| {
            if let Some(before) = before {
                let said = own(&before.note, &trusted, &origin)?;
                if (said.size, said.root) != (before.size, before.root) {
                    return Err(altered("the last checkpoint's note says something else than its row"));
                }
            }
            Ok(signer.sign(&Checkpoint { origin, size, root: *root }.text()))
        };
        seal::seal(app.read().await?, batch, sign).await
    }

    fn remember(&self, end: (u64, Hash)) {
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = Some(end);
    }
}

/// What a note of this log says. Nothing is signed over what we have not signed ourselves, nor under another name.
fn own(note: &str, trusted: &[Verifier], origin: &str) -> Result<Checkpoint, Fault> {
    let said = note::text(note).and_then(Checkpoint::parse).ok_or_else(|| altered("the last checkpoint is none"))?;
    if said.origin != origin {
        return Err(Fault::broken(format!("the log is called {}: set audit.origin to that", said.origin)));
    }
    Checkpoint::open(note, trusted).map_err(|doubt| match doubt {
        // as while one server after the other is given a new key
        Doubt::Unsigned => Fault::broken("the last checkpoint was signed by a key that this server does not have"),
        Doubt::Malformed | Doubt::Forged => altered(&doubt.to_string()),
    })
}

fn altered(what: &str) -> Fault {
    Fault::broken(format!("the log was altered: {what}"))
}

fn refused(words: &str) -> Fault {
    Fault::broken(format!("nothing is sealed, since a copy outside contradicts the log: {words}"))
}
