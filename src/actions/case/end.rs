//! A case ends: refused with a reason, closed, or as no request at all.

use super::{At, change};
use crate::app::App;
use crate::app::staff::{Helpdesk, Proof as _};
use crate::model::desk::{CaseState, Ending};
use crate::model::event::{Desk, EndedRequests};
use crate::model::inbound::Box;
use crate::model::refusal::{Refusal, Stop};
use crate::model::request::State;
use crate::store::desk;
use crate::store::inbound::desk::change as mail;

/// Refuses the requests of a case, with the reason as a note.
pub async fn reject(app: &App, proof: Helpdesk, at: At, reason: &str) -> Result<(), Stop> {
    let me = proof.by().staff();
    let event = |case, ended, entry| Desk::Rejected { case, ended, entry, text: reason.to_owned() };
    change(
        app,
        proof,
        at,
        |case| event(case, EndedRequests::default(), None),
        async |tx, held| {
            if held.state()? == CaseState::Closed || held.proposed {
                return Ok(Err(Refusal::NotPossibleNow));
            }
            let entry = desk::enter(tx, held.id, me, reason, None).await?;
            let ended = desk::end_requests(tx, held.id, State::Rejected.code()).await?;
            desk::write(tx, held.id, Some(me), &held.change()?.closed(Ending::Rejected)).await?;
            Ok(Ok(((), event(held.subject(), ended, Some(entry)))))
        },
    )
    .await
}

/// Closes a case. As spam its requests are left alone, so that it can be undone; otherwise they end with it, and what was
/// written stays as a note.
pub async fn close(app: &App, proof: Helpdesk, at: At, ending: Ending, note: Option<&str>) -> Result<(), Stop> {
    let me = proof.by().staff();
    let event = |case, ended, entry| Desk::Closed { case, ending, ended, entry, text: note.map(ToOwned::to_owned) };
    change(
        app,
        proof,
        at,
        |case| event(case, EndedRequests::default(), None),
        async |tx, held| {
            if held.state()? == CaseState::Closed || held.proposed {
                return Ok(Err(Refusal::NotPossibleNow));
            }
            let entry = match note {
                Some(note) => Some(desk::enter(tx, held.id, me, note, None).await?),
                None => None,
            };
            let ended = if ending == Ending::Spam {
                EndedRequests::default()
            } else {
                desk::end_requests(tx, held.id, State::Closed.code()).await?
            };
            if ending == Ending::Spam {
                mail::put_case(tx, held.id, Box::Queue, Box::Spam, me).await?;
            }
            desk::write(tx, held.id, Some(me), &held.change()?.closed(ending)).await?;
            Ok(Ok(((), event(held.subject(), ended, entry))))
        },
    )
    .await
}
