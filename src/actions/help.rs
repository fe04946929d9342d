//! Somebody whose request does not move asks the desk for help.

use crate::app::{App, Outcome};
use crate::model::event::{Actor, Event};
use crate::model::refusal::{Refusal, Stop};
use crate::model::request::QueueReason;
use crate::store::request;

/// Puts a request of this browser into the helpdesk's queue; asking twice is asking once.
pub async fn ask_help(app: &App, reference: &str, browser_hash: &[u8; 32]) -> Result<(), Stop> {
    let mut read = app.read().await?;
    let own = request::own(&mut read, reference, browser_hash).await?.ok_or(Refusal::NotFound)?;
    drop(read);
    app.transact(Actor::User, async |tx| {
        if request::queue(tx, own.id, QueueReason::Help).await? {
            Ok(Outcome::Done((), Event::HelpAsked { request: own.id }))
        } else {
            Ok(Outcome::Nothing(()))
        }
    })
    .await
}
