//! What the desk does with a case. Each change says which version of the case it saw.

pub mod claim;
pub mod end;
pub mod file;
pub mod link;
pub mod reveal;
pub mod talk;

use uuid::Uuid;

use crate::app::staff::{Helpdesk, Proof as _};
use crate::app::{App, Outcome};
use crate::base::fault::Fault;
use crate::model::event::{Actor, CaseRef, Desk, Event};
use crate::model::refusal::{Refusal, Stop};
use crate::store::Tx;
use crate::store::desk::{self, Held};

/// A case as somebody saw it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct At {
    /// The case.
    pub case: Uuid,
    /// The version they saw.
    pub version: i32,
}

/// What a verb did: its value and event, or why not.
type Did<T> = Result<Result<(T, Desk), Refusal>, Fault>;

/// Changes a case that is as it was seen; `refused` is the event of a change that came too late or cannot be.
async fn change<T>(
    app: &App,
    proof: Helpdesk,
    at: At,
    refused: impl Fn(CaseRef) -> Desk,
    work: impl AsyncFnOnce(&mut Tx, &Held) -> Did<T>,
) -> Result<T, Stop> {
    app.transact(Actor::Staff(proof.by().staff()), async |tx| {
        if app.still(tx, proof).await?.is_none() {
            return Ok(Outcome::Nothing(Err(Refusal::StaffSignInFirst)));
        }
        let Some(held) = desk::hold(tx, at.case).await? else {
            return Ok(Outcome::Nothing(Err(Refusal::NotFound)));
        };
        if held.version != at.version {
            return Ok(Outcome::Refused(Refusal::ChangedMeanwhile, Event::Desk(refused(held.subject()))));
        }
        Ok(match work(tx, &held).await? {
            Ok((value, event)) => Outcome::Done(Ok(value), Event::Desk(event)),
            Err(refusal) => Outcome::Refused(refusal, Event::Desk(refused(held.subject()))),
        })
    })
    .await?
    .map_err(Stop::from)
}
