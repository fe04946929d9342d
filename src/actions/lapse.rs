//! A proposal that nobody agreed to in time is void.

use uuid::Uuid;

use crate::app::{App, Outcome};
use crate::base::fault::Fault;
use crate::model::event::{Actor, Dual, Event};
use crate::model::letter::LetterKind;
use crate::model::proposal::{Kind, State};
use crate::model::refusal::Stop;
use crate::model::request::Step;
use crate::store::letter::Post;
use crate::store::proposal::{self, settle, subject};
use crate::store::{letter, request};

/// Ends it; false where somebody decided meanwhile.
pub async fn lapse(app: &App, id: Uuid) -> Result<bool, Stop> {
    app.transact(Actor::Worker("sweeper"), async |tx| {
        let Some(held) = proposal::hold(tx, id).await?.filter(proposal::Proposal::is_over) else {
            return Ok(Outcome::Nothing(false));
        };
        let own = held.kind()? == Kind::SelfReset;
        if let Some(request) = held.request_id {
            let from = letter::request_state(tx, request).await?;
            let to = from
                .step(if own { Step::Cancel } else { Step::Lapse })
                .map_err(|_| Fault::broken(format!("request {request} stands at {}", from.code())))?;
            request::advance(tx, request, from, to, None).await?;
        }
        settle::settle(tx, id, State::Expired, None).await?;
        let account = match held.account_id {
            Some(account) => subject::hold(tx, account).await?,
            None => None,
        };
        if let Some(account) = account.filter(|_| own) {
            let (request, language) = (held.request_id, account.language()?);
            let letter =
                Post { request, proposal: Some(id), ..app.letter(account.id, LetterKind::ManualCancelled, language) };
            app.tell_all(tx, letter, account.count(), None).await?;
        }
        Ok(Outcome::Done(true, Event::Dual(Dual::Lapsed(held.subject()?))))
    })
    .await
}
