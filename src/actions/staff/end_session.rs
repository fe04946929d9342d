//! Sessions of the desk ended by their owner: this one, another, or all others.

use uuid::Uuid;

use crate::app::{App, Outcome};
use crate::model::event::{Actor, Event, People};
use crate::model::refusal::{Refusal, Stop};
use crate::store::staff::session;

/// Which sessions end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// The one that asks.
    This,
    /// That one.
    One(Uuid),
    /// All but the one that asks.
    Others,
}

/// Ends them. A session that is over already, or another's, ends nothing.
pub async fn end(
    app: &App,
    staff: Uuid,
    token_hash: &[u8; 32],
    browser_hash: &[u8; 32],
    which: Which,
) -> Result<(), Stop> {
    let ended = app
        .transact(Actor::Staff(staff), async |tx| {
            let held = session::hold(tx, token_hash, browser_hash, app.lives()).await?;
            let Some(held) = held.filter(|held| held.staff_id == staff) else {
                return Ok(Outcome::Nothing(Err(Refusal::StaffSignInFirst)));
            };
            let sessions = match which {
                Which::This => i64::from(session::end(tx, staff, held.id).await?),
                Which::One(id) => i64::from(session::end(tx, staff, id).await?),
                Which::Others => session::end_others(tx, staff, Some(held.id)).await?,
            };
            if sessions == 0 {
                return Ok(Outcome::Nothing(Ok(())));
            }
            let own = which == Which::This || which == Which::One(held.id);
            Ok(Outcome::Done(Ok(()), Event::People(People::SessionEnded { staff, sessions, own })))
        })
        .await?;
    Ok(ended?)
}
