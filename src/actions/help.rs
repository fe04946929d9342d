//! Somebody whose request does not move asks the desk for help.

use uuid::Uuid;

use crate::app::{App, Outcome};
use crate::model::event::{Actor, Event};
use crate::model::refusal::Stop;
use crate::store::request;

/// Puts a request, which its own person was shown, into the helpdesk's queue; asking twice is asking once.
pub async fn ask_help(app: &App, request: Uuid) -> Result<(), Stop> {
    app.transact(Actor::User, async |tx| {
        if request::ask_help(tx, request).await? {
            Ok(Outcome::Done((), Event::HelpAsked { request }))
        } else {
            Ok(Outcome::Nothing(()))
        }
    })
    .await
}
