//! The clerk files what was queued, and closes what has settled itself.

use uuid::Uuid;

use crate::app::{App, Outcome};
use crate::base::random;
use crate::model::desk::{CaseState, Ending, Reason};
use crate::model::event::{Actor, CaseRef, Desk, Event};
use crate::model::refusal::Stop;
use crate::store::desk::{self, clerk, setting};
use crate::store::inbound::desk::change as mail;

const CLERK: Actor = Actor::Worker("clerk");

/// Puts a queued request into the open case of its account, into the case that once began with it, or into a new one.
pub async fn file(app: &App, request: Uuid) -> Result<(), Stop> {
    app.transact(CLERK, async |tx| {
        let Some(request) = clerk::hold(tx, request).await? else { return Ok(Outcome::Nothing(())) };
        let reason = request.reason()?;
        let hours = setting::held(tx, app.config().locale.zone).await?.hours;
        let due = hours.after(request.now, app.answer_within());
        let open = match request.account_id {
            Some(account) => desk::open_of(tx, account).await?,
            None => None,
        };
        if let Some(case) = open {
            let mut change = case.resumed(&hours)?;
            if reason == Reason::Disputed {
                change.reason = reason;
            }
            clerk::file(tx, request.id, case.id).await?;
            desk::write(tx, case.id, None, &change).await?;
            let joined = Desk::Joined { case: case.subject(), joined: request.id, reason };
            return Ok(Outcome::Done((), Event::Desk(joined)));
        }
        let reference = request.reference.clone();
        let (case, again) = if let Some(closed) = desk::begun_with(tx, request.id).await? {
            let change = desk::Change { due_at: due, reason, ..closed.change()?.going_on() };
            clerk::file(tx, request.id, closed.id).await?;
            desk::write(tx, closed.id, None, &change).await?;
            (closed.subject(), true)
        } else {
            let id = random::id();
            clerk::open(tx, id, &request, reason, due).await?;
            (CaseRef { case: id, request: request.id, account: request.account_id }, false)
        };
        Ok(Outcome::Done((), Event::Desk(Desk::Opened { case, reference, reason, due, again })))
    })
    .await
}

/// Closes a case whose person has reset since it was opened.
pub async fn settle(app: &App, case: Uuid) -> Result<(), Stop> {
    app.transact(CLERK, async |tx| {
        let Some(held) = desk::hold(tx, case).await? else { return Ok(Outcome::Nothing(())) };
        let open = held.state()? != CaseState::Closed && held.reason()? != Reason::Disputed;
        if !open || !clerk::was_reset(tx, case).await? {
            return Ok(Outcome::Nothing(()));
        }
        mail::settle(tx, case).await?;
        desk::write(tx, case, None, &held.change()?.closed(Ending::Reset)).await?;
        let closed = Desk::ClosedItself { case: held.subject(), ending: Ending::Reset };
        Ok(Outcome::Done((), Event::Desk(closed)))
    })
    .await
}
