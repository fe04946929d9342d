//! Verifying a whole log: every leaf, tile, node and checkpoint is worked out anew from the events' bytes.

mod around;
mod database;
mod event;
mod files;
mod load;
pub mod outside;
pub mod report;
mod tree;
mod way;

use std::sync::atomic::{AtomicU64, Ordering};

use crate::audit::source::Source;
use crate::base::fault::Fault;
use crate::base::note::Verifier;

pub use report::{Finding, Report, What};

/// What is trusted, and what is compared.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Keys that may have signed.
    pub trusted: Vec<Verifier>,
    /// What was kept outside.
    pub against: Vec<Outside>,
    /// Ranges of the database that are worked out side by side, each with a connection and a core; as many as there are
    /// where none is said.
    pub lanes: Option<usize>,
}

/// Something of the log that was kept where nobody who can change it reaches.
#[derive(Clone, Debug)]
pub enum Outside {
    /// Signed notes.
    Notes(outside::Notes),
    /// A copy as a folder.
    Folder(std::path::PathBuf),
}

/// How far a verification is; read it from another task while it runs.
#[derive(Debug, Default)]
pub struct Progress {
    done: AtomicU64,
    total: AtomicU64,
}

impl Progress {
    /// Leaves that were looked at, and leaves there are; both 0 before it begins.
    pub fn so_far(&self) -> (u64, u64) {
        (self.done.load(Ordering::Relaxed), self.total.load(Ordering::Relaxed))
    }

    pub(super) fn of(&self, total: u64) {
        self.total.store(total, Ordering::Relaxed);
    }

    pub(super) fn at(&self, done: u64) {
        self.done.store(done, Ordering::Relaxed);
    }
}

/// Verifies a log. What is wrong with it is in the report; a fault is that it could not be read to its end.
pub async fn run(source: &Source, options: &Options, progress: &Progress) -> Result<Report, Fault> {
    match source {
        Source::Database(app) => database::run(app, options, progress).await,
        Source::Files(files) => files::run(files, options, progress).await,
    }
}
