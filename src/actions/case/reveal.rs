//! The registered address is shown to somebody of the desk, with a reason.

use super::{At, change};
use crate::app::App;
use crate::app::staff::{Helpdesk, Proof as _};
use crate::model::event::Desk;
use crate::model::refusal::{Refusal, Stop};
use crate::store::desk::case;
use crate::store::staff::limit::Counted;

/// The registered address of the account of a case.
pub async fn reveal(app: &App, proof: Helpdesk, at: At, reason: &str) -> Result<String, Stop> {
    change(
        app,
        proof,
        at,
        |case| Desk::Revealed { case, reason: reason.to_owned() },
        async |tx, held| {
            let Some(who) = case::addressee(tx, held.id).await? else { return Ok(Err(Refusal::NotPossibleNow)) };
            if let Some(until) = app.too_many(tx, proof.by().staff(), Counted::Reveal).await? {
                return Ok(Err(Refusal::TooMany(until)));
            }
            Ok(Ok((who.address, Desk::Revealed { case: held.subject(), reason: reason.to_owned() })))
        },
    )
    .await
}
