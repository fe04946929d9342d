//! Somebody of the desk is disabled by an admin: their sessions end at once.

use uuid::Uuid;

use crate::app::staff::{Admin, Proof};
use crate::app::{App, Outcome};
use crate::model::dual::Tie;
use crate::model::event::{Actor, Event, People};
use crate::model::refusal::{Refusal, Stop};
use crate::model::staff::{Role, Status};
use crate::store::staff::people;

/// Disables them; the last admin stays.
pub async fn disable(app: &App, proof: Admin, code: &str, staff: Uuid) -> Result<(), Stop> {
    let by = proof.by().staff();
    let done = app
        .transact(Actor::Staff(by), async |tx| {
            let refused = |refusal| {
                let event = Event::People(People::Disabled { staff, sessions: 0, proposals: 0 });
                Ok(Outcome::Refused(refusal, event))
            };
            people::hold_admins_and(tx, &[by, staff]).await?;
            if let Err(refusal) = app.step_up(tx, proof, code).await? {
                return refused(refusal);
            }
            let Some(member) = people::look(tx, staff).await? else {
                return Ok(Outcome::Nothing(Err(Refusal::NotFound)));
            };
            if member.status()? == Status::Disabled {
                return Ok(Outcome::Nothing(Ok(())));
            }
            let admin = member.status()? == Status::Active && member.roles()?.has(Role::Admin);
            if admin && !people::another_admin(tx, staff).await? {
                return refused(Refusal::LastAdmin);
            }
            if staff == by {
                return refused(Refusal::Tied(Tie::Oneself));
            }
            let (sessions, proposals) = people::disable(tx, &member).await?;
            Ok(Outcome::Done(Ok(()), Event::People(People::Disabled { staff, sessions, proposals })))
        })
        .await?;
    Ok(done?)
}
