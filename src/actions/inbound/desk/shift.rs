//! The desk puts a mail elsewhere: into the queue, or among what is no request.

use uuid::Uuid;

use super::{At, change};
use crate::app::App;
use crate::app::staff::{Helpdesk, Proof as _};
use crate::base::fault::Fault;
use crate::base::{crockford, random};
use crate::i18n::Lang;
use crate::model::desk::{CaseState, Ending};
use crate::model::event::Inbound;
use crate::model::inbound::Box;
use crate::model::refusal::{Refusal, Stop};
use crate::model::request::State;
use crate::store::Tx;
use crate::store::desk::{self, Held as Case};
use crate::store::inbound::desk::change::{self as store, Held, NewRequest};

/// Puts a mail that was seen at `from` to `to`. One that stands there already stays, whoever put it there.
pub async fn shift(app: &App, proof: Helpdesk, at: At, from: Box, to: Box) -> Result<(), Stop> {
    let me = proof.by().staff();
    let event = |held: &Held| Inbound::Moved { of: held.subject(), from: held.place, to };
    change(app, proof, at, None, event, async |tx, held| {
        if held.place == to {
            return Ok(Err(Refusal::NotPossibleNow));
        }
        if held.place != from {
            return Ok(Err(Refusal::ChangedMeanwhile));
        }
        let moved = match (from, to) {
            (Box::Quarantine | Box::Spam | Box::Done, Box::Queue) => into_queue(tx, held, me).await?,
            (Box::Queue, Box::Spam) => out_of_queue(tx, held, me).await?,
            (Box::Quarantine, Box::Spam) => Ok(held.clone()),
            _ => Err(Refusal::NotPossibleNow),
        };
        let moved = match moved {
            Ok(moved) => moved,
            Err(refusal) => return Ok(Err(refusal)),
        };
        store::put(tx, held.id, to, me).await?;
        Ok(Ok(((), event(&moved))))
    })
    .await
}

/// It becomes a request, or the one that it began is asked about again.
async fn into_queue(tx: &mut Tx, held: &Held, me: Uuid) -> Result<Result<Held, Refusal>, Fault> {
    match (&held.case, held.request) {
        // its case was closed as no request: that is undone, unless its account has another one
        (Some(case), Some((request, _))) if case.ending()? == Some(Ending::Spam) => {
            let other = match case.account_id {
                Some(account) => desk::open_of(tx, account).await?,
                None => None,
            };
            if other.is_some() {
                store::requeue(tx, request).await?;
            } else {
                desk::write(tx, case.id, Some(me), &case.change()?.going_on()).await?;
            }
        }
        // an answer within a thread is asked about in its case
        (Some(_), _) => {}
        (None, Some((request, state))) if !state.is_final() => store::requeue(tx, request).await?,
        (None, Some(_)) => return Ok(Err(Refusal::NotPossibleNow)),
        (None, None) => {
            let (id, reference) = (random::id(), crockford::reference()?);
            let new = NewRequest {
                id,
                reference: &reference,
                mail: held.id,
                address: &held.from_address,
                language: Lang::default(),
                account: None,
            };
            store::file_request(tx, &new).await?;
            return Ok(Ok(Held { request: Some((id, State::Received)), ..held.clone() }));
        }
    }
    Ok(Ok(held.clone()))
}

/// Its case ends as no request, where that began with it and holds nothing else; otherwise the mail alone goes.
async fn out_of_queue(tx: &mut Tx, held: &Held, me: Uuid) -> Result<Result<Held, Refusal>, Fault> {
    let Some((request, state)) = held.request else { return Ok(Ok(held.clone())) };
    let own = |case: &&Case| case.request_id == request;
    if let Some(case) = held.case.as_ref().filter(own) {
        let open = case.state()? != CaseState::Closed;
        if (open && case.proposed) || store::requests(tx, case.id).await? > 1 {
            return Ok(Err(Refusal::NotPossibleNow));
        }
        if open {
            desk::write(tx, case.id, Some(me), &case.change()?.closed(Ending::Spam)).await?;
        }
    } else if state == State::Received {
        store::unqueue(tx, request).await?;
        if let Some(case) = &held.case {
            desk::write(tx, case.id, Some(me), &case.change()?).await?;
        }
    } else {
        return Ok(Err(Refusal::NotPossibleNow));
    }
    Ok(Ok(held.clone()))
}
