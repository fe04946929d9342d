//! An invitation used: somebody of the desk sets their first password.

use uuid::Uuid;

use crate::app::{App, Outcome};
use crate::model::event::{Actor, Event, People};
use crate::model::refusal::{Refusal, Stop};
use crate::store::staff::invite::{self, Invite};

/// Spends the invitation, once.
pub async fn join(app: &App, link: Uuid, staff: Uuid, password_hash: &str) -> Result<(), Stop> {
    app.transact(Actor::Staff(staff), async |tx| {
        let event = Event::People(People::Joined { staff, link });
        let held = invite::hold(tx, link).await?;
        let Some(invite) = held.filter(|invite: &Invite| invite.open && invite.staff_id == staff) else {
            return Ok(Outcome::Refused(Refusal::LinkEnded, event));
        };
        invite::spend(tx, &invite, password_hash).await?;
        Ok(Outcome::Done((), event))
    })
    .await
}
