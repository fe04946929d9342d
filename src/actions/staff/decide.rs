//! A second person decides about a change of people.

use data_encoding::HEXLOWER;
use uuid::Uuid;

use crate::app::staff::{Admin, Lead, Proof};
use crate::app::{App, Outcome};
use crate::base::fault::Fault;
use crate::model::dual::{Tie, apart};
use crate::model::event::people::{Decided, Effect};
use crate::model::event::{Actor, Event, People};
use crate::model::letter::LetterKind;
use crate::model::refusal::{Refusal, Stop};
use crate::model::staff::{Change, Role, Roles, Status};
use crate::store::staff::people::{self, Made, Member};
use crate::store::staff::proposal::{self, End, Proposal};
use crate::store::staff::{self, factor, invite, session};
use crate::store::{Tx, letter};

/// Decides about a proposal that was seen as `shown` says. It takes effect at once where it is confirmed.
pub async fn decide(app: &App, proof: Lead, code: &str, id: Uuid, shown: &[u8; 32], confirm: bool) -> Result<(), Stop> {
    let me = proof.by().staff();
    let before = proposal::find(&mut app.read().await?, id).await?.ok_or(Refusal::NotFound)?;
    let (about, change) = (before.staff_id, before.kind()?);
    let done = app
        .transact(Actor::Staff(me), async |tx| {
            let event = |effect| {
                let shown = HEXLOWER.encode(shown);
                let decided = Decided { change, staff: about, proposal: id, roles: before.roles(), shown, effect };
                Event::People(if confirm { People::Confirmed(decided) } else { People::Rejected(decided) })
            };
            let all: Vec<Uuid> = [me, about].into_iter().chain(before.proposed_by).collect();
            people::hold_admins_and(tx, &all).await?;
            if let Err(refusal) = app.step_up(tx, proof, code).await? {
                return Ok(Outcome::Refused(refusal, event(None)));
            }
            let (there, member) = (proposal::hold(tx, id).await?, people::look(tx, about).await?);
            let (Some(there), Some(member)) = (there, member) else {
                return Ok(Outcome::Nothing(Err(Refusal::NotFound)));
            };
            if let Some(refusal) = why_not(tx, me, &there, &member, shown, confirm).await? {
                return Ok(Outcome::Refused(refusal, event(None)));
            }
            if confirm {
                let effect = take_effect(app, tx, &there, &member).await?;
                proposal::decide(tx, id, me, End::Done, shown).await?;
                return Ok(Outcome::Done(Ok(()), event(Some(effect))));
            }
            proposal::decide(tx, id, me, End::Rejected, shown).await?;
            give_up(tx, &there, &member).await?;
            Ok(Outcome::Done(Ok(()), event(None)))
        })
        .await?;
    Ok(done?)
}

/// Who proposed it takes it back.
pub async fn withdraw(app: &App, proof: Admin, id: Uuid) -> Result<(), Stop> {
    let me = proof.by().staff();
    let before = proposal::find(&mut app.read().await?, id).await?.ok_or(Refusal::NotFound)?;
    let about = before.staff_id;
    let done = app
        .transact(Actor::Staff(me), async |tx| {
            people::hold_admins_and(tx, &[me, about]).await?;
            if app.still(tx, proof).await?.is_none() {
                return Ok(Outcome::Nothing(Err(Refusal::StaffSignInFirst)));
            }
            let (there, member) = (proposal::hold(tx, id).await?, people::look(tx, about).await?);
            let (Some(there), Some(member)) = (there.filter(|p| p.open && p.proposed_by == Some(me)), member) else {
                return Ok(Outcome::Nothing(Err(Refusal::ProposalGone)));
            };
            let shown = there.shown(&member)?;
            let decided = Decided {
                change: there.kind()?,
                staff: about,
                proposal: id,
                roles: there.roles(),
                shown: HEXLOWER.encode(&shown),
                effect: None,
            };
            proposal::decide(tx, id, me, End::Withdrawn, &shown).await?;
            give_up(tx, &there, &member).await?;
            Ok(Outcome::Done(Ok(()), Event::People(People::Withdrawn(decided))))
        })
        .await?;
    Ok(done?)
}

/// Why that person does not decide about that proposal now.
async fn why_not(
    tx: &mut Tx,
    me: Uuid,
    there: &Proposal,
    member: &Member,
    shown: &[u8; 32],
    confirm: bool,
) -> Result<Option<Refusal>, Fault> {
    if !there.open || there.shown(member)? != *shown {
        return Ok(Some(Refusal::ProposalGone));
    }
    if member.id == me {
        return Ok(Some(Refusal::Tied(Tie::Oneself)));
    }
    let proposer = there.proposed_by.unwrap_or_default();
    let both = staff::persons(tx, &[me, proposer]).await?;
    let one = |id: Uuid| both.iter().find(|person| person.id == id);
    let (Some(decider), Some(other)) = (one(me), one(proposer)) else { return Ok(Some(Refusal::ProposalGone)) };
    if let Err(tie) = apart(other, decider, there.now) {
        return Ok(Some(Refusal::Tied(tie)));
    }
    let loses_admin = confirm
        && there.kind()? == Change::Roles
        && member.status()? == Status::Active
        && member.roles()?.has(Role::Admin)
        && there.roles().is_some_and(|roles| !roles.has(Role::Admin));
    Ok((loses_admin && !people::another_admin(tx, member.id).await?).then_some(Refusal::LastAdmin))
}

/// The change happens; supervisors and auditors are told, and whom it is about.
async fn take_effect(app: &App, tx: &mut Tx, there: &Proposal, member: &Member) -> Result<Effect, Fault> {
    let change = there.kind()?;
    let mut effect = Effect { sessions: 0, link: None, factor: None, letters: 0 };
    match change {
        Change::New | Change::Roles => {
            let roles = there.roles().ok_or_else(|| Fault::broken("a proposal of roles names none"))?;
            let (status, made) = becomes(member, &roles)?;
            people::change(tx, member.id, &roles, status).await?;
            if let Some(made) = made {
                people::note_change(tx, member.id, there.proposed_by, made).await?;
            }
            if status == Status::Invited && member.status()? != Status::Invited {
                effect.link = Some(invite::post(tx, member.id, app.link_key_id()).await?.link);
            }
        }
        Change::Mfa => {
            effect.factor = factor::revoke(tx, member.id).await?;
            // who opened the way for another phone is no second person beside whoever holds it
            people::note_change(tx, member.id, there.proposed_by, Made::Promoted).await?;
        }
    }
    // whatever was open knew the old roles, or the old phone
    effect.sessions = session::end_others(tx, member.id, None).await?;
    let mut told = people::overseers(tx).await?;
    if member.status()? == Status::Active && !told.contains(&member.id) {
        told.push(member.id);
    }
    let place = format!("{}:{}", change.code(), member.username);
    letter::post_staff(tx, LetterKind::StaffNotice, &told, Some(&place), Some(there.id)).await?;
    effect.letters = told.len();
    Ok(effect)
}

/// The status that roles lead to, and what is to be noted about it.
fn becomes(member: &Member, roles: &Roles) -> Result<(Status, Option<Made>), Fault> {
    let old = member.roles()?;
    let more = roles.iter().any(|role| !old.has(role));
    Ok(match member.status()? {
        Status::Disabled if member.has_password => (Status::Active, Some(Made::Promoted)),
        Status::Proposed | Status::Disabled => (Status::Invited, Some(Made::Created)),
        status @ (Status::Active | Status::Invited) => (status, more.then_some(Made::Promoted)),
    })
}

/// Somebody new who was not wanted is nobody who may come.
async fn give_up(tx: &mut Tx, there: &Proposal, member: &Member) -> Result<(), Fault> {
    if there.kind()? == Change::New && member.status()? == Status::Proposed {
        people::change(tx, member.id, &member.roles()?, Status::Disabled).await?;
    }
    Ok(())
}
