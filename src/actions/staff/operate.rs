//! What an operator does on the machine: the first people of the desk, and the glass that is broken.

use uuid::Uuid;

use crate::app::{App, Outcome};
use crate::base::fault::Fault;
use crate::model::event::{Actor, Event, People};
use crate::model::letter::LetterKind;
use crate::model::refusal::{Refusal, Stop};
use crate::model::staff::{Role, Status};
use crate::store::staff::invite::{self, Posted};
use crate::store::staff::people::{self, Made, Member, New};
use crate::store::staff::{factor, session};
use crate::store::{Tx, letter};

/// Adds somebody, who is invited at once; their id, and the invitation as it was posted.
pub async fn add(app: &App, new: &New) -> Result<(Uuid, Posted), Stop> {
    let added = app
        .transact(Actor::Operator, async |tx| {
            let event = |staff, link| Event::People(People::Added { staff, roles: new.roles.clone(), link });
            if people::taken(tx, new).await?.any() {
                return Ok(Outcome::Refused(Refusal::PersonThere, event(None, None)));
            }
            let Some(staff) = people::add(tx, new, Status::Invited).await? else {
                return Ok(Outcome::Nothing(Err(Refusal::PersonThere)));
            };
            people::note_change(tx, staff, None, Made::Created).await?;
            let posted = invite::post(tx, staff, app.link_key_id()).await?;
            tell(tx, &format!("staff-new:{}", new.username), None).await?;
            let link = posted.link;
            Ok(Outcome::Done(Ok((staff, posted)), event(Some(staff), Some(link))))
        })
        .await?;
    Ok(added?)
}

/// Disables somebody; the last admin stays.
pub async fn disable(app: &App, staff: Uuid) -> Result<(), Stop> {
    let done = app
        .transact(Actor::Operator, async |tx| {
            people::hold_admins_and(tx, &[staff]).await?;
            let Some(member) = people::look(tx, staff).await? else {
                return Ok(Outcome::Nothing(Err(Refusal::NotFound)));
            };
            if member.status()? == Status::Disabled {
                return Ok(Outcome::Nothing(Ok(())));
            }
            let admin = member.status()? == Status::Active && member.roles()?.has(Role::Admin);
            if admin && !people::another_admin(tx, staff).await? {
                let event = Event::People(People::Disabled { staff, sessions: 0, proposals: 0 });
                return Ok(Outcome::Refused(Refusal::LastAdmin, event));
            }
            let (sessions, proposals) = people::disable(tx, &member).await?;
            Ok(Outcome::Done(Ok(()), Event::People(People::Disabled { staff, sessions, proposals })))
        })
        .await?;
    Ok(done?)
}

/// Breaks the glass: revokes somebody's TOTP without a second person. All supervisors and auditors are told, and they.
pub async fn reset_mfa(app: &App, staff: Uuid) -> Result<(), Stop> {
    let done = app
        .transact(Actor::Operator, async |tx| {
            people::hold_admins_and(tx, &[staff]).await?;
            let Some(member) = people::look(tx, staff).await? else {
                return Ok(Outcome::Nothing(Err(Refusal::NotFound)));
            };
            let factor = factor::revoke(tx, staff).await?;
            let sessions = session::end_others(tx, staff, None).await?;
            let letters = tell(tx, &format!("mfa-broken:{}", member.username), Some(&member)).await?;
            Ok(Outcome::Done(Ok(()), Event::People(People::MfaReset { staff, factor, sessions, letters })))
        })
        .await?;
    Ok(done?)
}

/// Tells all supervisors and auditors, and whom it is about; says how many.
async fn tell(tx: &mut Tx, place: &str, about: Option<&Member>) -> Result<usize, Fault> {
    let mut told = people::overseers(tx).await?;
    if let Some(member) = about
        && member.status()? == Status::Active
        && !told.contains(&member.id)
    {
        told.push(member.id);
    }
    letter::post_staff(tx, LetterKind::StaffNotice, &told, Some(place), None).await?;
    Ok(told.len())
}
