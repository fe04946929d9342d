//! The desk sends the link for a mailed request: to the registered address, whatever address the mail came from.

use uuid::Uuid;

use super::{At, change};
use crate::app::App;
use crate::app::staff::{Helpdesk, Proof as _};
use crate::base::fault::Fault;
use crate::base::{crockford, random};
use crate::model::desk::CaseState;
use crate::model::event::Inbound;
use crate::model::inbound::Box;
use crate::model::letter::LetterKind;
use crate::model::refusal::{Refusal, Stop};
use crate::model::request::{State, Step};
use crate::store::desk::case::{self, Addressee};
use crate::store::desk::{self, Held as Case};
use crate::store::inbound::desk::change::Held;
use crate::store::letter::{self, Post};
use crate::store::{Tx, request};

/// Mails the link. Whatever the mail proves, a person of the desk does so; where that is not enough, they say why.
pub async fn send(app: &App, proof: Helpdesk, at: At, note: &str) -> Result<(), Stop> {
    let me = proof.by().staff();
    let event =
        |held: &Held, link| Inbound::Linked { of: held.subject(), link, verdict: held.verdict, note: note.to_owned() };
    change(
        app,
        proof,
        at,
        None,
        |held| event(held, None),
        async |tx, held| {
            if held.is_weak() && note.is_empty() {
                return Ok(Err(Refusal::FormInvalid));
            }
            let open = |case: &&Case| case.state().is_ok_and(|state| state != CaseState::Closed) && !case.proposed;
            let Some(case) = held.case.as_ref().filter(|_| held.place == Box::Queue).filter(open) else {
                return Ok(Err(Refusal::NotPossibleNow));
            };
            let who = case::addressee(tx, case.id).await?.filter(|who| who.may_reset);
            let (Some(who), Some(account)) = (who, case.account_id) else { return Ok(Err(Refusal::NotPossibleNow)) };
            if held.request.is_some() && held.account_id != Some(account) {
                return Ok(Err(Refusal::NotPossibleNow));
            }
            let request = match request_of(tx, held, case, &who).await? {
                Ok(request) => request,
                Err(refusal) => return Ok(Err(refusal)),
            };
            let letter = app.letter(account, LetterKind::Link, who.language(account)?);
            let post = Post { request: Some(request), inbound: Some(held.id), uncounted: true, ..letter };
            let link = letter::post(tx, &post).await?;
            desk::write(tx, case.id, Some(me), &case.change()?).await?;
            Ok(Ok(((), event(held, Some(link)))))
        },
    )
    .await
}

/// The request that the link belongs to: the mail's own, or the newest of its case that can still be answered.
async fn request_of(tx: &mut Tx, held: &Held, case: &Case, who: &Addressee) -> Result<Result<Uuid, Refusal>, Fault> {
    let own = held.request.map(|(id, _)| id);
    for id in own.into_iter().chain(who.request) {
        let from = letter::request_state(tx, id).await?;
        let step = if from == State::Received { Step::Match } else { Step::Reissue };
        if let Ok(to) = from.step(step) {
            request::advance(tx, id, from, to, None).await?;
            return Ok(Ok(id));
        }
        if from == State::Waiting || from == State::Contested {
            return Ok(Err(Refusal::NotPossibleNow));
        }
    }
    let id = random::id();
    case::ask(tx, id, &crockford::reference()?, case.id, who).await?;
    Ok(Ok(id))
}
