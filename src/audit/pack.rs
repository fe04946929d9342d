//! The pack of one request: its events with their proofs against one checkpoint, and the keys of their personal details.

use std::collections::HashSet;

use data_encoding::{BASE64, HEXLOWER};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::prove::{self, NoProof};
use crate::base::fault::Fault;
use crate::base::json::canonical;
use crate::model::event::detail_key;
use crate::store::Read;
use crate::store::audit::case::{Request, Told};
use crate::store::log::read as log;

/// A pack.
#[derive(Clone, Debug)]
pub struct Pack {
    /// `{"format":"pulih-pack-1","reference","checkpoint" (signed note),"events":[{"index","event" (canonical bytes as text),
    /// "proof" (base64 hashes),"personal":{name:{"value","key" (hexadecimal)}}}],"waiting" (events that are not sealed yet)}`.
    pub json: String,
    /// Leaves of events that it proves, by event.
    pub leaves: Vec<(Uuid, i64)>,
    /// Leaves of its checkpoint.
    pub size: Option<i64>,
    /// Events whose proof the log's own rows do not give.
    pub unproved: HashSet<Uuid>,
}

/// Makes the pack of a request out of its events.
pub async fn make(read: &mut Read, request: &Request, told: &[Told]) -> Result<Pack, Fault> {
    let (mut events, mut leaves, mut unproved) = (Vec::new(), Vec::new(), HashSet::new());
    let checkpoint = log::latest(read).await?;
    let mut waiting = 0;
    for event in told {
        let proved = match &checkpoint {
            Some(checkpoint) => prove::event(read, event.id, &event.body, checkpoint).await?,
            None => Err(NoProof::NotSealed),
        };
        match proved {
            Ok(proved) => {
                leaves.push((event.id, proved.leaf.index));
                let path: Vec<String> = proved.path.iter().map(|hash| BASE64.encode(hash)).collect();
                events.push(json!({
                    "index": proved.leaf.index,
                    "event": event.body,
                    "proof": path,
                    "personal": personal(event),
                }));
            }
            Err(NoProof::NotSealed) => waiting += 1,
            Err(NoProof::Altered) => {
                unproved.insert(event.id);
            }
        }
    }
    let whole = json!({
        "format": "pulih-pack-1",
        "reference": request.reference,
        "checkpoint": checkpoint.as_ref().map(|signed| &signed.note),
        "events": events,
        "waiting": waiting,
    });
    let json = canonical(&whole).map_err(|e| Fault::bug("a pack has no canonical form", e))?;
    Ok(Pack { json, leaves, size: checkpoint.map(|signed| signed.size), unproved })
}

/// What opens the commitments of an event: each detail with its own key, which opens no other.
fn personal(event: &Told) -> Value {
    let salt: Option<[u8; 32]> = event.salt.as_ref().and_then(|salt| salt.as_slice().try_into().ok());
    let (Some(salt), Some(Value::Object(details))) = (salt, &event.details) else { return json!({}) };
    let open = |(name, value): (&String, &Value)| {
        (name.clone(), json!({ "value": value, "key": HEXLOWER.encode(&detail_key(&salt, name)) }))
    };
    Value::Object(details.iter().map(open).collect::<Map<_, _>>())
}
