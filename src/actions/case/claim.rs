//! Who works on a case: taken, given back, given to somebody, and all that undone within a minute.

use chrono::TimeDelta;
use uuid::Uuid;

use super::{At, change};
use crate::app::App;
use crate::app::staff::{Helpdesk, Proof as _};
use crate::model::desk::{Bulk, CaseState, Ending};
use crate::model::event::Desk;
use crate::model::inbound::Box;
use crate::model::refusal::{Refusal, Stop};
use crate::store::desk;
use crate::store::inbound::desk::change as mail;

/// How long what was done to several cases can be undone.
pub const UNDO: TimeDelta = TimeDelta::seconds(60);

/// Takes a case, from whoever has it; returns who that was.
pub async fn take(app: &App, proof: Helpdesk, at: At) -> Result<Option<Uuid>, Stop> {
    let me = proof.by().staff();
    change(
        app,
        proof,
        at,
        |case| Desk::Taken { case, from: None },
        async |tx, held| {
            if held.state()? == CaseState::Closed {
                return Ok(Err(Refusal::NotPossibleNow));
            }
            desk::write(tx, held.id, Some(me), &given(held, Some(me))?).await?;
            Ok(Ok((held.taken_by, Desk::Taken { case: held.subject(), from: held.taken_by })))
        },
    )
    .await
}

/// Gives a case back to everybody.
pub async fn release(app: &App, proof: Helpdesk, at: At) -> Result<(), Stop> {
    let me = proof.by().staff();
    change(app, proof, at, Desk::Released, async |tx, held| {
        if held.state()? == CaseState::Closed || held.taken_by.is_none() {
            return Ok(Err(Refusal::NotPossibleNow));
        }
        desk::write(tx, held.id, Some(me), &given(held, None)?).await?;
        Ok(Ok(((), Desk::Released(held.subject()))))
    })
    .await
}

/// Gives a case to somebody who works the queue; returns who had it.
pub async fn assign(app: &App, proof: Helpdesk, at: At, to: Uuid) -> Result<Option<Uuid>, Stop> {
    let me = proof.by().staff();
    change(
        app,
        proof,
        at,
        |case| Desk::Assigned { case, to, from: None },
        async |tx, held| {
            if held.state()? == CaseState::Closed || desk::colleague(tx, to).await?.is_none() {
                return Ok(Err(Refusal::NotPossibleNow));
            }
            desk::write(tx, held.id, Some(me), &given(held, Some(to))?).await?;
            Ok(Ok((held.taken_by, Desk::Assigned { case: held.subject(), to, from: held.taken_by })))
        },
    )
    .await
}

/// The case in those hands; one that waits goes on waiting.
fn given(held: &desk::Held, to: Option<Uuid>) -> Result<desk::Change, crate::base::fault::Fault> {
    let change = desk::Change { taken_by: to, ..held.change()? };
    Ok(if change.state == CaseState::Waiting { change } else { change.going_on() })
}

/// Undoes what the same person did to a case within the last minute, where nobody changed it since. `before` had it.
pub async fn undo(app: &App, proof: Helpdesk, at: At, what: Bulk, before: Option<Uuid>) -> Result<(), Stop> {
    let me = proof.by().staff();
    change(
        app,
        proof,
        at,
        |case| Desk::Undone { case, what: what.code() },
        async |tx, held| {
            let mine = held.changed_by == Some(me) && held.now < held.changed_at + UNDO;
            let spam = held.ending()? == Some(Ending::Spam);
            if !mine || spam != (what == Bulk::Spam) || (held.state()? == CaseState::Closed && !spam) {
                return Ok(Err(Refusal::NotPossibleNow));
            }
            let other = match held.account_id {
                Some(account) if spam => desk::open_of(tx, account).await?,
                _ => None,
            };
            let before = match before {
                Some(id) => desk::colleague(tx, id).await?.map(|colleague| colleague.id),
                None => None,
            };
            if other.is_some() {
                return Ok(Err(Refusal::NotPossibleNow));
            }
            let taken_by = if spam { held.taken_by } else { before };
            let undone = desk::Change { taken_by, ..held.change()? };
            let undone = if undone.state == CaseState::Waiting { undone } else { undone.going_on() };
            if spam {
                mail::put_case(tx, held.id, Box::Spam, Box::Queue, me).await?;
            }
            desk::write(tx, held.id, Some(me), &undone).await?;
            Ok(Ok(((), Desk::Undone { case: held.subject(), what: what.code() })))
        },
    )
    .await
}
