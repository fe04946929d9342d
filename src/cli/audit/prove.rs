//! `pulih audit checkpoint` and `pulih audit prove`: what is kept elsewhere, and what is shown to others.

use serde_json::json;
use tokio::runtime::Runtime;
use uuid::Uuid;

use super::{MISMATCH, open};
use crate::actions::tell_log;
use crate::app::App;
use crate::audit::prove::{self, Proved};
use crate::cli::failure::{Failure, print, print_json};
use crate::store::log::{read, verify};

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Checkpoint {
    /// Print the verifier key instead: whom to trust. Keep it where nobody who can change the log reaches.
    #[arg(long)]
    key: bool,
    /// Write JSON: note, key, size and time.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Prove {
    /// The event's id, or its leaf's number.
    #[arg(value_name = "EVENT_ID|INDEX")]
    which: String,
}

pub(super) fn checkpoint(common: &Common, options: &Checkpoint, runtime: &Runtime) -> Result<(), Failure> {
    let app = open(common, false)?;
    let key = prove::signer(&app)?.verifier().text();
    if options.key && !options.json {
        return print(&format!("{key}\n"));
    }
    let newest = runtime.block_on(async { read::latest(&mut app.read().await?).await })?;
    let newest = newest.ok_or_else(|| Failure::new("nothing is sealed yet"))?;
    if options.json {
        return print_json(&json!({ "size": newest.size, "at": newest.at, "note": newest.note, "key": key }));
    }
    print(&newest.note)
}

pub(super) fn run(common: &Common, options: &Prove, runtime: &Runtime) -> Result<(), Failure> {
    let app = open(common, false)?;
    let file = runtime.block_on(async {
        let proved = proof(&app, &options.which).await?;
        tell_log::proof_taken(&app, proved.leaf.event_id, proved.leaf.index, proved.checkpoint.size).await?;
        Ok::<_, Failure>(proved.file())
    })?;
    let text = serde_json::to_string_pretty(&file).map_err(|e| Failure::new(format!("cannot write JSON: {e}")))?;
    print(&format!("{text}\n"))
}

async fn proof(app: &App, which: &str) -> Result<Proved, Failure> {
    let mut read = app.read().await?;
    let leaf = match (which.parse::<i64>(), which.parse::<Uuid>()) {
        (Ok(index), _) => verify::leaf_at(&mut read, index).await?,
        (_, Ok(event)) => read::leaf_of(&mut read, event).await?,
        _ => return Err(Failure::new("write an event's id or a leaf's number").with_code(super::USAGE)),
    };
    let leaf = leaf.ok_or_else(|| Failure::new("there is no such leaf: no such event, or it is not sealed yet"))?;
    let altered = || Failure::new("the log's rows do not lead to its checkpoint: verify it").with_code(MISMATCH);
    let entry = read::entries(&mut read, leaf.index, leaf.index.saturating_add(1)).await?.into_iter().next();
    let body = entry.and_then(|entry| entry.body).ok_or_else(altered)?;
    let newest = read::latest(&mut read).await?.ok_or_else(altered)?;
    let proved = prove::event(&mut read, leaf.event_id, &body, &newest, &prove::verifiers(app)?).await?;
    proved.map_err(|_| altered())
}
