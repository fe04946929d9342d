//! The desk sends a link to the registered address: never a reset.

use uuid::Uuid;

use super::{At, change};
use crate::app::App;
use crate::app::staff::{Helpdesk, Proof as _};
use crate::base::fault::Fault;
use crate::base::{crockford, random};
use crate::model::desk::CaseState;
use crate::model::event::Desk;
use crate::model::letter::LetterKind;
use crate::model::refusal::{Refusal, Stop};
use crate::model::request::Step;
use crate::store::desk::case::{self, Addressee};
use crate::store::desk::{self, Held};
use crate::store::letter::{self, Post};
use crate::store::{Tx, request};

/// Mails a new link for the newest request of the case that can still be answered, or for one that the desk asks itself.
/// Links that are on their way live on.
pub async fn send(app: &App, proof: Helpdesk, at: At) -> Result<(), Stop> {
    let me = proof.by().staff();
    change(
        app,
        proof,
        at,
        |case| Desk::LinkSent { case, link: None, for_request: None },
        async |tx, held| {
            let who = case::addressee(tx, held.id).await?;
            let Some(who) = who.filter(|who| who.may_reset) else { return Ok(Err(Refusal::NotPossibleNow)) };
            let Some(account) = held.account_id.filter(|_| !held.proposed) else {
                return Ok(Err(Refusal::NotPossibleNow));
            };
            // what a mail began is answered from the mail, where one sees what it proves
            if held.state()? == CaseState::Closed || who.mailed {
                return Ok(Err(Refusal::NotPossibleNow));
            }
            let request = match request_of(tx, held, &who).await? {
                Ok(request) => request,
                Err(refusal) => return Ok(Err(refusal)),
            };
            let letter = app.letter(account, LetterKind::Link, who.language(account)?);
            let link = letter::post(tx, &Post { request: Some(request), uncounted: true, ..letter }).await?;
            desk::write(tx, held.id, Some(me), &held.change()?).await?;
            let event = Desk::LinkSent { case: held.subject(), link: Some(link), for_request: Some(request) };
            Ok(Ok(((), event)))
        },
    )
    .await
}

/// The request that the link belongs to.
async fn request_of(tx: &mut Tx, held: &Held, who: &Addressee) -> Result<Result<Uuid, Refusal>, Fault> {
    if let Some(id) = who.request {
        let from = letter::request_state(tx, id).await?;
        return Ok(match from.step(Step::Reissue) {
            Ok(to) => {
                request::advance(tx, id, from, to, None).await?;
                Ok(id)
            }
            Err(refusal) => Err(refusal),
        });
    }
    let id = random::id();
    case::ask(tx, id, &crockford::reference()?, held.id, who).await?;
    Ok(Ok(id))
}
