//! What the desk does with a mail. Nothing of it resets anything: the most is a link to the registered address.

pub mod answer;
pub mod link;
pub mod place;
pub mod shift;
pub mod show;

use uuid::Uuid;

use crate::app::staff::{Helpdesk, Proof as _};
use crate::app::{App, Outcome};
use crate::base::fault::Fault;
use crate::model::event::{Actor, Event, Inbound};
use crate::model::refusal::{Refusal, Stop};
use crate::store::Tx;
use crate::store::inbound::desk::change::{self as store, Held};

/// A mail as somebody saw it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct At {
    /// The mail.
    pub mail: Uuid,
    /// The version of its case that they saw; 0 where it had none.
    pub version: i32,
}

/// What a verb did: its value and event, or why not.
type Did<T> = Result<Result<(T, Inbound), Refusal>, Fault>;

/// Changes a mail whose case is as it was seen; `also` is one more account that is locked. `refused` is the event of a
/// change that came too late or cannot be.
async fn change<T>(
    app: &App,
    proof: Helpdesk,
    at: At,
    also: Option<Uuid>,
    refused: impl Fn(&Held) -> Inbound,
    work: impl AsyncFnOnce(&mut Tx, &Held) -> Did<T>,
) -> Result<T, Stop> {
    app.transact(Actor::Staff(proof.by().staff()), async |tx| {
        if app.still(tx, proof).await?.is_none() {
            return Ok(Outcome::Nothing(Err(Refusal::StaffSignInFirst)));
        }
        let Some(held) = store::hold(tx, at.mail, also).await? else {
            return Ok(Outcome::Nothing(Err(Refusal::NotFound)));
        };
        if held.version() != at.version {
            return Ok(Outcome::Refused(Refusal::ChangedMeanwhile, Event::Inbound(refused(&held))));
        }
        Ok(match work(tx, &held).await? {
            Ok((value, event)) => Outcome::Done(Ok(value), Event::Inbound(event)),
            Err(refusal) => Outcome::Refused(refusal, Event::Inbound(refused(&held))),
        })
    })
    .await?
    .map_err(Stop::from)
}
