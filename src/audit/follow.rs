//! Following a log from elsewhere: an own copy that grows, and evidence where the log contradicts it.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use super::copy::{Contradiction, Copied, extend};
use super::folder::Folder;
use super::remote::Remote;
use super::source::{Files as _, Source};
use super::verify::Progress;
use crate::base::fault::Fault;
use crate::base::note::Verifier;

/// A log that runs grows within this time: a heartbeat comes after five minutes of quiet at the latest.
const QUIET: TimeDelta = TimeDelta::minutes(15);

/// Somebody who follows a log.
#[derive(Debug)]
pub struct Follower {
    folder: Folder,
    remote: Arc<Remote>,
    keys: Vec<Verifier>,
}

/// Why nobody follows.
#[derive(Debug, thiserror::Error)]
pub enum NoFollower {
    /// No key is known yet.
    #[error("whom to trust is not known yet: give the log's verifier key with --key")]
    NoKey,
    /// The folder belongs to another log.
    #[error("the folder follows a log with other keys, of which these are not all: {0}")]
    OtherKey(String),
    /// The folder cannot be used.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Follower {
    /// Takes the folder up, or begins in it. The keys are kept there at first; later ones have to hold those that are
    /// known, and add to them, as after a rotation.
    pub fn new(folder: Folder, remote: Remote, keys: Vec<Verifier>) -> Result<Self, NoFollower> {
        let kept = folder.keys()?;
        let lines = |keys: &[Verifier]| keys.iter().map(|key| key.text() + "\n").collect::<String>();
        if keys.is_empty() && kept.is_empty() {
            return Err(NoFollower::NoKey);
        }
        if !keys.is_empty() && !kept.iter().all(|key| keys.contains(key)) {
            return Err(NoFollower::OtherKey(lines(&kept).trim().replace('\n', ", ")));
        }
        let keys = if keys.is_empty() { kept } else { keys };
        folder.write("log.vkey", lines(&keys).as_bytes())?;
        Ok(Self { folder, remote: Arc::new(remote), keys })
    }

    /// Looks once: fetches and verifies what is new. A contradiction leaves both checkpoints in `evidence/`.
    pub async fn look(&self, now: DateTime<Utc>, progress: &Progress) -> Result<Result<Copied, Contradiction>, Fault> {
        let source = Source::Files(Arc::clone(&self.remote) as _);
        let looked = extend(&self.folder, &source, &self.keys, false, progress).await?;
        if let Err(contradiction) = &looked {
            self.keep_evidence(contradiction, now)?;
        }
        Ok(looked)
    }

    /// Since how long the copy has not grown, where that is longer than a log that runs stays as it is: its sealer stands,
    /// or what is shown to us is old.
    pub fn quiet(&self, now: DateTime<Utc>) -> Result<Option<TimeDelta>, Fault> {
        let since = self.folder.changed("checkpoint")?.map(|changed| now - changed);
        Ok(since.filter(|since| *since > QUIET))
    }

    /// Keeps both notes, each pair once.
    fn keep_evidence(&self, contradiction: &Contradiction, now: DateTime<Utc>) -> Result<(), Fault> {
        let theirs = contradiction.theirs.as_deref().unwrap_or_default();
        if self.folder.bytes("evidence/newest")?.is_some_and(|newest| newest == theirs.as_bytes()) {
            return Ok(());
        }
        let stem = format!("evidence/{}", now.format("%Y%m%dT%H%M%S%6fZ"));
        for (name, note) in [("ours", contradiction.ours.as_deref().unwrap_or_default()), ("theirs", theirs)] {
            self.folder.write(&format!("{stem}-{name}.note"), note.as_bytes())?;
        }
        self.folder.write(&format!("{stem}-why.txt"), format!("{contradiction}\n").as_bytes())?;
        self.folder.write("evidence/newest", theirs.as_bytes())
    }
}
