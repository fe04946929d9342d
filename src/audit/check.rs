//! Verifies the whole log for its page: each event's bytes against its leaf, the leaves against every checkpoint.

use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Value, json};

use super::prove;
use crate::app::App;
use crate::base::checkpoint::Checkpoint;
use crate::base::fault::Fault;
use crate::base::merkle::{self, Edge, Hash};
use crate::base::note::Verifier;
use crate::store::audit::verification;
use crate::store::log::read::{self, Signed};

/// Leaves that are read at once.
const BATCH: i64 = 2_000;
/// Findings that are told one by one.
const TOLD: usize = 100;

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
}

/// What a verification came to.
#[derive(Clone, Debug)]
pub struct Summary {
    /// Leaves that were looked at.
    pub size: i64,
    /// The root over them.
    pub root: Hash,
    /// How many findings there are.
    pub found: i64,
    /// The first of them, as a list of `{"index","code","words"}`.
    pub findings: Value,
    /// The first leaf that is known to be wrong.
    pub first_bad: Option<i64>,
}

#[derive(Default)]
struct Findings {
    found: i64,
    told: Vec<Value>,
    first_bad: Option<i64>,
}

impl Findings {
    fn add(&mut self, index: Option<i64>, code: &str, words: &str) {
        self.found += 1;
        if self.told.len() < TOLD {
            self.told.push(json!({ "index": index, "code": code, "words": words }));
        }
        if let Some(index) = index {
            self.first_bad = Some(self.first_bad.map_or(index, |first| first.min(index)));
        }
    }

    /// The hash that an event's bytes give, which goes into the tree whatever its row says.
    fn judge(&mut self, index: i64, body: Option<String>, row: Option<&Vec<u8>>) -> Hash {
        match (body, row) {
            (Some(body), Some(row)) => {
                let hash = merkle::leaf(body.as_bytes());
                if hash != row.as_slice() {
                    self.add(Some(index), "edited", "the event's bytes were changed after it was sealed");
                }
                hash
            }
            (None, Some(row)) => {
                self.add(Some(index), "event-gone", "the event is gone");
                row.as_slice().try_into().unwrap_or_default()
            }
            (_, None) => {
                self.add(Some(index), "leaf-gone", "the leaf is gone");
                merkle::empty()
            }
        }
    }

    fn witness(&mut self, trusted: &[Verifier], signed: &Signed, root: &Hash) {
        let size = signed.size;
        match Checkpoint::open(&signed.note, trusted) {
            Err(_) => {
                self.add(None, "signature", &format!("no trusted key has signed the checkpoint of {size} leaves"));
            }
            Ok(said) if said.root != *root || i64::try_from(said.size) != Ok(size) => {
                self.add(None, "root", &format!("the root of the checkpoint of {size} leaves is wrong"));
            }
            Ok(_) => {}
        }
    }
}

/// Verifies up to the newest checkpoint.
pub async fn check(app: &App, progress: &Progress) -> Result<Summary, Fault> {
    let (mut read, trusted) = (app.read().await?, prove::verifiers(app)?);
    let size = read::latest(&mut read).await?.map_or(0, |latest| latest.size);
    progress.total.store(u64::try_from(size).unwrap_or_default(), Ordering::Relaxed);
    let (mut findings, mut edge, mut at) = (Findings::default(), Edge::default(), 0);
    let mut next = read::covering(&mut read, 0).await?;
    while at < size {
        let to = at.saturating_add(BATCH).min(size);
        let mut entries = read::entries(&mut read, at, to).await?.into_iter().peekable();
        let rows = verification::hashes(&mut read, at, to).await?;
        for index in at..to {
            let body = entries.next_if(|entry| entry.index == index).and_then(|entry| entry.body);
            edge.push(findings.judge(index, body, rows.get(&index)), |_, _| {});
            if let Some(signed) = next.take_if(|signed| signed.size == index + 1) {
                findings.witness(&trusted, &signed, &edge.root());
                next = read::covering(&mut read, index + 1).await?;
            }
        }
        at = to;
        progress.done.store(u64::try_from(at).unwrap_or_default(), Ordering::Relaxed);
    }
    let Findings { found, told, first_bad } = findings;
    Ok(Summary { size, root: edge.root(), found, findings: Value::Array(told), first_bad })
}
