//! The desk searches accounts: counted, limited, and told in the log.

use crate::app::staff::{Helpdesk, Proof};
use crate::app::{App, Outcome};
use crate::model::account::{fold_address, fold_user_id};
use crate::model::event::{Actor, Event, Upkeep};
use crate::model::refusal::{Refusal, Stop};
use crate::store::lookup::{self, Found};
use crate::store::staff::limit::Counted;

/// Accounts found at most.
pub const MOST: i64 = 20;

/// Searches by the beginning of a User ID, or by a whole address where the term holds an `@`. One more than [`MOST`] says
/// that there are more.
pub async fn search(app: &App, desk: Helpdesk, term: &str) -> Result<Vec<Found>, Stop> {
    let by_address = term.contains('@');
    let by = if by_address { "address" } else { "user-id" };
    let staff = desk.by().staff();
    app.transact(Actor::Staff(staff), async |tx| {
        if app.still(tx, desk).await?.is_none() {
            return Ok(Outcome::Nothing(Err(Refusal::StaffSignInFirst)));
        }
        if let Some(until) = app.too_many(tx, staff, Counted::Search).await? {
            return Ok(Outcome::Nothing(Err(Refusal::TooMany(until))));
        }
        let found = if by_address {
            lookup::by_address(tx, &fold_address(term), MOST + 1).await?
        } else {
            lookup::by_user_id(tx, &fold_user_id(term), MOST + 1).await?
        };
        let event = Upkeep::Searched { by, term: term.to_owned(), found: Some(found.len()) };
        Ok(Outcome::Done(Ok(found), Event::Upkeep(event)))
    })
    .await?
    .map_err(Stop::from)
}
