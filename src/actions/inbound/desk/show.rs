//! Somebody of the desk fetches the bytes of a mail, or of what hangs on it.

use uuid::Uuid;

use crate::app::staff::{Helpdesk, Proof as _};
use crate::app::{App, Outcome};
use crate::model::event::{Actor, Event, Inbound, MailRef};
use crate::model::refusal::{Refusal, Stop};

/// Notes that it was fetched: `what` is `raw` or `attachment`, `sha256` of what was fetched, in hexadecimal.
pub async fn show(app: &App, proof: Helpdesk, of: MailRef, what: &'static str, sha256: String) -> Result<(), Stop> {
    app.transact(Actor::Staff(proof.by().staff()), async |tx| {
        if app.still(tx, proof).await?.is_none() {
            return Ok(Outcome::Nothing(Err(Refusal::StaffSignInFirst)));
        }
        Ok(Outcome::Done(Ok(()), Event::Inbound(Inbound::Shown { of, what, sha256 })))
    })
    .await?
    .map_err(Stop::from)
}

/// What events say of a mail.
pub fn subject(mail: Uuid, request: Option<Uuid>, case: Option<Uuid>, account: Option<Uuid>) -> MailRef {
    MailRef { mail, request, case, account }
}
