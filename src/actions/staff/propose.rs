//! Changes of people proposed by an admin: they take effect once a second person agrees.

use uuid::Uuid;

use crate::app::staff::{Admin, Proof};
use crate::app::{App, Outcome};
use crate::base::fault::Fault;
use crate::model::dual::Tie;
use crate::model::event::people::Proposed;
use crate::model::event::{Actor, Event, People};
use crate::model::refusal::{Refusal, Stop};
use crate::model::staff::{Change, Role, Roles, Status};
use crate::store::Tx;
use crate::store::staff::people::{self, Member, New};
use crate::store::staff::{invite, proposal};

/// Proposes somebody new; returns their id.
pub async fn somebody(app: &App, proof: Admin, code: &str, new: &New) -> Result<Uuid, Stop> {
    let by = proof.by().staff();
    let done = app
        .transact(Actor::Staff(by), async |tx| {
            let event = |staff, proposal| {
                let roles = Some(new.roles.clone());
                Event::People(People::Proposed(Proposed { change: Change::New, staff, proposal, roles }))
            };
            people::hold_admins_and(tx, &[by]).await?;
            if let Err(refusal) = app.step_up(tx, proof, code).await? {
                return Ok(Outcome::Refused(refusal, event(None, None)));
            }
            if people::taken(tx, new).await?.any() {
                return Ok(Outcome::Refused(Refusal::PersonThere, event(None, None)));
            }
            // somebody else may have been faster since
            let Some(staff) = people::add(tx, new, Status::Proposed).await? else {
                return Ok(Outcome::Nothing(Err(Refusal::PersonThere)));
            };
            let made = proposal::propose(tx, Change::New, staff, Some(&new.roles), by).await?;
            Ok(Outcome::Done(Ok(staff), event(Some(staff), made)))
        })
        .await?;
    Ok(done?)
}

/// Proposes other roles; for somebody disabled, or once proposed in vain, also that they come (back).
pub async fn roles(app: &App, proof: Admin, code: &str, staff: Uuid, roles: &Roles) -> Result<(), Stop> {
    propose(app, proof, code, staff, Change::Roles, Some(roles)).await
}

/// Proposes that somebody who lost their phone enrols anew.
pub async fn mfa(app: &App, proof: Admin, code: &str, staff: Uuid) -> Result<(), Stop> {
    propose(app, proof, code, staff, Change::Mfa, None).await
}

async fn propose(
    app: &App,
    proof: Admin,
    code: &str,
    staff: Uuid,
    change: Change,
    roles: Option<&Roles>,
) -> Result<(), Stop> {
    let by = proof.by().staff();
    let done = app
        .transact(Actor::Staff(by), async |tx| {
            let event = |proposal| {
                let roles = roles.cloned();
                Event::People(People::Proposed(Proposed { change, staff: Some(staff), proposal, roles }))
            };
            people::hold_admins_and(tx, &[by, staff]).await?;
            if let Err(refusal) = app.step_up(tx, proof, code).await? {
                return Ok(Outcome::Refused(refusal, event(None)));
            }
            let Some(member) = people::look(tx, staff).await? else {
                return Ok(Outcome::Nothing(Err(Refusal::NotFound)));
            };
            if let Some(refusal) = why_not(tx, by, &member, change, roles).await? {
                return Ok(Outcome::Refused(refusal, event(None)));
            }
            match proposal::propose(tx, change, staff, roles, by).await? {
                Some(id) => Ok(Outcome::Done(Ok(()), event(Some(id)))),
                None => Ok(Outcome::Nothing(Err(Refusal::ProposalThere))),
            }
        })
        .await?;
    Ok(done?)
}

/// Why that change of somebody cannot be proposed.
async fn why_not(
    tx: &mut Tx,
    by: Uuid,
    member: &Member,
    change: Change,
    roles: Option<&Roles>,
) -> Result<Option<Refusal>, Fault> {
    if member.id == by {
        return Ok(Some(Refusal::Tied(Tie::Oneself)));
    }
    // while their coming is undecided nothing else is
    if proposal::is_open(tx, Change::New, member.id).await? || proposal::is_open(tx, change, member.id).await? {
        return Ok(Some(Refusal::ProposalThere));
    }
    if change == Change::Mfa && member.status()? != Status::Active {
        return Ok(Some(Refusal::NotPossibleNow));
    }
    let loses_admin = member.status()? == Status::Active
        && member.roles()?.has(Role::Admin)
        && roles.is_some_and(|roles| !roles.has(Role::Admin));
    Ok((loses_admin && !people::another_admin(tx, member.id).await?).then_some(Refusal::LastAdmin))
}

/// Invites somebody again whose invitation was lost or ran out.
pub async fn invite(app: &App, proof: Admin, code: &str, staff: Uuid) -> Result<(), Stop> {
    let by = proof.by().staff();
    let key_id = app.link_key_id();
    let done = app
        .transact(Actor::Staff(by), async |tx| {
            let event = |link| Event::People(People::Invited { staff, link });
            people::hold_admins_and(tx, &[by, staff]).await?;
            if let Err(refusal) = app.step_up(tx, proof, code).await? {
                return Ok(Outcome::Refused(refusal, event(None)));
            }
            let Some(member) = people::look(tx, staff).await? else {
                return Ok(Outcome::Nothing(Err(Refusal::NotFound)));
            };
            if member.status()? != Status::Invited {
                return Ok(Outcome::Refused(Refusal::NotPossibleNow, event(None)));
            }
            let posted = invite::post(tx, staff, key_id).await?;
            Ok(Outcome::Done(Ok(()), event(Some(posted.link))))
        })
        .await?;
    Ok(done?)
}
