//! The pack of one request: its events with their proofs against one checkpoint, and the keys of their personal details.

use data_encoding::{BASE64, HEXLOWER};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::columns;
use super::details::{self, Detail, Kept};
use super::prove::{self, NoProof, Proved};
use crate::app::App;
use crate::base::fault::Fault;
use crate::base::json::canonical;
use crate::model::event::detail_key;
use crate::store::Read;
use crate::store::audit::case::{Events, Request, Told};
use crate::store::log::read::{self as log, Signed};

/// A pack.
#[derive(Clone, Debug)]
pub struct Pack {
    /// `{"format":"pulih-pack-1","reference","checkpoint" (signed note),"events":[{"index","event" (canonical bytes as text),
    /// "proof" (base64 hashes),"personal":{name:{"value","key" (hexadecimal)}},"closed":{name:"erased"|"altered"|"gone"}}],
    /// "unproved":[{"id","event"}] (events that do not fit the log),"waiting" (events that are not sealed yet),
    /// "left_out" (events beyond the most that a pack holds)}`.
    pub json: String,
    /// How each event stands, in their order.
    pub events: Vec<Stands>,
    /// Leaves of its checkpoint.
    pub size: Option<i64>,
}

/// How an event stands.
#[derive(Clone, Debug)]
pub struct Stands {
    /// Its leaf, where that is proved.
    pub leaf: Result<i64, NoProof>,
    /// Its personal details.
    pub details: Vec<(String, Detail)>,
}

/// Makes the pack of a request out of its events.
pub async fn make(app: &App, read: &mut Read, request: &Request, told: &Events) -> Result<Pack, Fault> {
    let checkpoint = log::latest(read).await?;
    let leaves = prove(app, read, &told.events, checkpoint.as_ref()).await?;
    let (mut proved, mut unproved, mut stands) = (Vec::new(), Vec::new(), Vec::new());
    for (told, leaf) in told.events.iter().zip(leaves) {
        let event = &told.event;
        let kept = Kept { salt: told.salt.as_deref(), values: told.details.as_ref() };
        let details = details::of(read, event, kept).await?;
        let leaf = match leaf {
            Ok((leaf, path)) => {
                proved.push(json!({
                    "index": leaf,
                    "event": event.body,
                    "proof": path,
                    "personal": opened(told.salt.as_deref(), &details),
                    "closed": closed(&details),
                }));
                Ok(leaf)
            }
            Err(why) => {
                if why == NoProof::Altered {
                    unproved.push(json!({ "id": event.id, "event": event.body }));
                }
                Err(why)
            }
        };
        stands.push(Stands { leaf, details });
    }
    let whole = json!({
        "format": "pulih-pack-1",
        "reference": request.reference,
        "checkpoint": checkpoint.as_ref().map(|signed| &signed.note),
        "events": proved,
        "unproved": unproved,
        "waiting": stands.iter().filter(|event| event.leaf == Err(NoProof::NotSealed)).count(),
        "left_out": told.left_out,
    });
    let json = canonical(&whole).map_err(|e| Fault::bug("a pack has no canonical form", e))?;
    Ok(Pack { json, events: stands, size: checkpoint.map(|signed| signed.size) })
}

type Place = (i64, Vec<String>);

/// The leaf of each event and its path (base64), where its bytes are proved and its row says what they do.
async fn prove(
    app: &App,
    read: &mut Read,
    told: &[Told],
    checkpoint: Option<&Signed>,
) -> Result<Vec<Result<Place, NoProof>>, Fault> {
    let agrees: Vec<bool> = told.iter().map(|told| columns::agree(&told.event)).collect();
    let Some(checkpoint) = checkpoint else {
        let why = |agrees: bool| if agrees { NoProof::NotSealed } else { NoProof::Altered };
        return Ok(agrees.into_iter().map(|agrees| Err(why(agrees))).collect());
    };
    let asked: Vec<(Uuid, &str)> = told.iter().map(|told| (told.event.id, told.event.body.as_str())).collect();
    let proved = prove::events(read, &asked, checkpoint, &prove::verifiers(app)?).await?;
    let place = |proved: Proved| (proved.leaf.index, proved.path.iter().map(|hash| BASE64.encode(hash)).collect());
    let each = |(proved, agrees): (Result<Proved, NoProof>, bool)| {
        if agrees { proved.map(place) } else { Err(NoProof::Altered) }
    };
    Ok(proved.into_iter().zip(agrees).map(each).collect())
}

/// What opens the commitments of an event: each detail with its own key, which opens no other.
fn opened(salt: Option<&[u8]>, details: &[(String, Detail)]) -> Value {
    let Some(salt) = salt.and_then(|salt| <&[u8; 32]>::try_from(salt).ok()) else { return json!({}) };
    let open = |(name, detail): &(String, Detail)| match detail {
        Detail::Open(value) => {
            let key = HEXLOWER.encode(&detail_key(salt, name));
            Some((name.clone(), json!({ "value": value, "key": key })))
        }
        _ => None,
    };
    Value::Object(details.iter().filter_map(open).collect::<Map<_, _>>())
}

/// Why each detail that does not open stays closed.
fn closed(details: &[(String, Detail)]) -> Value {
    let why = |(name, detail): &(String, Detail)| {
        let why = match detail {
            Detail::Open(_) => return None,
            Detail::Altered(_) => "altered",
            Detail::Erased(_) => "erased",
            Detail::Gone => "gone",
        };
        Some((name.clone(), json!(why)))
    };
    Value::Object(details.iter().filter_map(why).collect::<Map<_, _>>())
}
