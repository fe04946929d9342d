//! An event is read with its details, or its proof taken: nothing is shown before that is told in the log.

use uuid::Uuid;

use crate::app::staff::{Auditor, Proof};
use crate::app::{App, Outcome};
use crate::audit::columns;
use crate::audit::prove::{self, NoProof, Proved};
use crate::base::fault::Fault;
use crate::model::event::{Actor, Audit, Event};
use crate::model::refusal::{Refusal, Stop};
use crate::store::Read;
use crate::store::audit::record::{self, Kept};
use crate::store::log::read;

/// An event and whether the log proves it; nothing where there is none of that id.
pub async fn read(app: &App, auditor: Auditor, id: Uuid) -> Result<Option<(Kept, Result<Proved, NoProof>)>, Stop> {
    let mut read = app.read().await?;
    let Some(kept) = record::find(&mut read, id).await? else { return Ok(None) };
    let proved = proof(app, &mut read, &kept).await?;
    drop(read);
    tell(app, auditor, Audit::Read { event: id }).await?;
    Ok(Some((kept, proved)))
}

/// The proof of an event to take away; nothing where there is none (yet).
pub async fn take(app: &App, auditor: Auditor, id: Uuid) -> Result<Option<Proved>, Stop> {
    let mut read = app.read().await?;
    let Some(kept) = record::find(&mut read, id).await? else { return Ok(None) };
    let Ok(proved) = proof(app, &mut read, &kept).await? else { return Ok(None) };
    drop(read);
    let told = Audit::ProofTaken { event: id, index: proved.leaf.index, size: proved.checkpoint.size };
    tell(app, auditor, told).await?;
    Ok(Some(proved))
}

async fn proof(app: &App, read: &mut Read, kept: &Kept) -> Result<Result<Proved, NoProof>, Fault> {
    match read::latest(read).await? {
        Some(_) if !columns::agree(&kept.event) => Ok(Err(NoProof::Altered)),
        Some(latest) => prove::event(read, kept.event.id, &kept.event.body, &latest, &prove::verifiers(app)?).await,
        None => Ok(Err(NoProof::NotSealed)),
    }
}

async fn tell(app: &App, auditor: Auditor, told: Audit) -> Result<(), Stop> {
    app.transact(Actor::Staff(auditor.by().staff()), async |tx| {
        if app.still(tx, auditor).await?.is_none() {
            return Ok(Outcome::Nothing(Err(Refusal::StaffSignInFirst)));
        }
        Ok(Outcome::Done(Ok(()), Event::Audit(told)))
    })
    .await?
    .map_err(Stop::from)
}
