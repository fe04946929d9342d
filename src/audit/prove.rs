//! Proofs out of the sealed log: that an event is in it, and that one end of it is the beginning of another.

use data_encoding::BASE64;
use serde_json::{Value, json};
use uuid::Uuid;

use super::columns::Says;
use crate::app::App;
use crate::base::checkpoint::Checkpoint;
use crate::base::fault::Fault;
use crate::base::keyring::Purpose;
use crate::base::merkle::{self, Proof};
use crate::base::note::{Signer, Verifier};
use crate::store::Read;
use crate::store::log::read::{self, Leaf, Signed};

/// Events whose proofs are read at once: they may lie in as many tiles of 8 KiB.
const AT_ONCE: usize = 256;

/// The log's name, under which checkpoints are signed.
pub fn origin(app: &App) -> String {
    app.config().log_origin()
}

/// Who signs checkpoints now.
pub fn signer(app: &App) -> Result<Signer, Fault> {
    Signer::new(&origin(app), app.keys().of(Purpose::Checkpoint).current().1)
}

/// Whom to trust: the keys that sign now and that have signed.
pub fn verifiers(app: &App) -> Result<Vec<Verifier>, Fault> {
    let origin = origin(app);
    app.keys().of(Purpose::Checkpoint).all().map(|key| Ok(Signer::new(&origin, key)?.verifier())).collect()
}

/// Why there is no proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoProof {
    /// The event is not sealed yet.
    NotSealed,
    /// The event's bytes and the log's rows do not lead to a checkpoint that one of our keys has signed.
    Altered,
}

/// That an event is in the log: everything needed to check it elsewhere.
#[derive(Clone, Debug)]
pub struct Proved {
    /// Its leaf.
    pub leaf: Leaf,
    /// Its canonical bytes.
    pub body: String,
    /// From the leaf's neighbour up (RFC 9162 §2.1.3), each of 32 bytes.
    pub path: Vec<merkle::Hash>,
    /// The checkpoint it leads to. Its time is the database's word: the note alone is signed.
    pub checkpoint: Signed,
}

impl Proved {
    /// As a file of its own: `{"format":"pulih-proof-1","index","event" (canonical bytes as text),"proof" (base64 hashes),
    /// "checkpoint" (signed note)}`.
    pub fn file(&self) -> Value {
        let path: Vec<String> = self.path.iter().map(|hash| BASE64.encode(hash)).collect();
        json!({
            "format": "pulih-proof-1",
            "index": self.leaf.index,
            "event": self.body,
            "proof": path,
            "checkpoint": self.checkpoint.note,
        })
    }
}

/// The proof that an event with these bytes is in the log, against a checkpoint: it is checked as whoever gets it would, so
/// that what is handed out holds. The leaf's row has to say what the bytes do, since it is shown beside them.
pub async fn event(
    read: &mut Read,
    event: Uuid,
    body: &str,
    checkpoint: &Signed,
    trusted: &[Verifier],
) -> Result<Result<Proved, NoProof>, Fault> {
    let proved = events(read, &[(event, body)], checkpoint, trusted).await?.pop();
    proved.ok_or_else(|| Fault::broken("an event has neither a proof nor a reason"))
}

/// As [`event`], of several and in their order: leaves and tiles are read for so many of them at once as `AT_ONCE` says.
pub async fn events(
    read: &mut Read,
    events: &[(Uuid, &str)],
    checkpoint: &Signed,
    trusted: &[Verifier],
) -> Result<Vec<Result<Proved, NoProof>>, Fault> {
    let size = unsigned(checkpoint.size)?;
    let signed = Checkpoint::open(&checkpoint.note, trusted).ok().filter(|signed| signed.size == size);
    let mut proved = Vec::with_capacity(events.len());
    for part in events.chunks(AT_ONCE) {
        let ids: Vec<Uuid> = part.iter().map(|(id, _)| *id).collect();
        let mut leaves = read::leaves_of(read, &ids).await?;
        let mut asked = Vec::with_capacity(part.len());
        for (id, body) in part {
            let leaf = leaves.remove(id).filter(|leaf| leaf.index < checkpoint.size);
            let found = leaf.map(|leaf| Ok((unsigned(leaf.index)?, leaf))).transpose()?;
            let proof = found.and_then(|(index, leaf)| Some((leaf, index, merkle::inclusion(index, size)?)));
            asked.push((*body, proof));
        }
        let proofs: Vec<&Proof> = asked.iter().filter_map(|(_, found)| Some(&found.as_ref()?.2)).collect();
        let mut paths = read::proofs(read, &proofs, size).await?.into_iter();
        for (body, found) in asked {
            let Some((leaf, index, _)) = found else {
                proved.push(Err(NoProof::NotSealed));
                continue;
            };
            let path = paths.next().flatten();
            let hash = merkle::leaf(body.as_bytes());
            let time = Says::of(body).and_then(|says| says.time());
            let shown = leaf.hash[..] == hash[..] && time.is_none_or(|at| at == leaf.event_at);
            let holds = |path: &Vec<_>| {
                signed.as_ref().is_some_and(|signed| merkle::verify_inclusion(&hash, index, size, path, &signed.root))
            };
            let Some(path) = path.filter(|path| shown && holds(path)) else {
                proved.push(Err(NoProof::Altered));
                continue;
            };
            proved.push(Ok(Proved { leaf, body: body.to_owned(), path, checkpoint: checkpoint.clone() }));
        }
    }
    Ok(proved)
}

/// The proof that the log of `old` leaves is the beginning of that of `new`; nothing where rows are missing.
pub async fn consistency(read: &mut Read, old: u64, new: u64) -> Result<Option<Vec<merkle::Hash>>, Fault> {
    let Some(proof) = merkle::consistency(old, new) else { return Ok(None) };
    read::prove(read, &proof, new).await
}

fn unsigned(number: i64) -> Result<u64, Fault> {
    u64::try_from(number).map_err(|e| Fault::bug("a leaf below the first", e))
}
