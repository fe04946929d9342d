//! The desk says which account a mailed request is about.

use uuid::Uuid;

use super::{At, change};
use crate::app::App;
use crate::app::staff::{Helpdesk, Proof as _};
use crate::base::fault::Fault;
use crate::model::desk::{CaseState, Ending};
use crate::model::event::{Inbound, MailRef};
use crate::model::inbound::Box;
use crate::model::refusal::{Refusal, Stop};
use crate::model::request::State;
use crate::store::Tx;
use crate::store::desk::{self, Held as Case, setting};
use crate::store::inbound::desk::change as store;

/// Ties the request that a mail began to an account. Where that account has an open case already the request joins it,
/// and its own case ends as answered; true then. What is tied to that account already stays as it is.
pub async fn place(app: &App, proof: Helpdesk, at: At, account: Uuid) -> Result<bool, Stop> {
    let me = proof.by().staff();
    change(
        app,
        proof,
        at,
        Some(account),
        |held| Inbound::Placed { of: held.subject() },
        async |tx, held| {
            let Some((request, State::Received)) = held.request.filter(|_| held.place == Box::Queue) else {
                return Ok(Err(Refusal::NotPossibleNow));
            };
            // one that stands in somebody's case is not carried to somebody else
            let own = |case: &Case| {
                case.request_id == request
                    && !case.proposed
                    && case.state().is_ok_and(|state| state != CaseState::Closed)
            };
            if held.case.as_ref().is_some_and(|case| !own(case)) || held.account_id == Some(account) {
                return Ok(Err(Refusal::NotPossibleNow));
            }
            let of = MailRef { account: Some(account), ..held.subject() };
            let Some(case) = &held.case else {
                // the clerk has not filed it yet, and will into the case of that account
                store::place(tx, request, account).await?;
                return Ok(Ok((false, Inbound::Placed { of })));
            };
            let other = desk::open_of(tx, account).await?;
            if let Some(other) = other.filter(|other| other.id != case.id) {
                if store::requests(tx, case.id).await? != 1 {
                    return Ok(Err(Refusal::NotPossibleNow));
                }
                store::place(tx, request, account).await?;
                join(app, tx, me, (case, &other), request).await?;
                return Ok(Ok((true, Inbound::Placed { of: MailRef { case: Some(other.id), ..of } })));
            }
            store::place(tx, request, account).await?;
            store::place_case(tx, case.id, account).await?;
            desk::write(tx, case.id, Some(me), &case.change()?).await?;
            Ok(Ok((false, Inbound::Placed { of })))
        },
    )
    .await
}

/// The request moves into the other case, which goes on; its own ends.
async fn join(app: &App, tx: &mut Tx, me: Uuid, (own, other): (&Case, &Case), request: Uuid) -> Result<(), Fault> {
    desk::write(tx, own.id, Some(me), &own.change()?.closed(Ending::Answered)).await?;
    desk::clerk::file(tx, request, other.id).await?;
    let hours = setting::held(tx, app.config().locale.zone).await?.hours;
    desk::write(tx, other.id, Some(me), &other.resumed(&hours)?).await
}
