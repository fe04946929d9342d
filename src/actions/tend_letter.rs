//! A letter of the outbox is tried again at once, or not sent.

use uuid::Uuid;

use crate::app::staff::{Lead, Proof};
use crate::app::{App, Outcome};
use crate::model::event::{Actor, Event, Upkeep};
use crate::model::letter::LetterKind;
use crate::model::link::LinkEnd;
use crate::model::refusal::{Refusal, Stop};
use crate::model::request::Step;
use crate::store::{letter, link, outbox, request};

/// Tries a letter again at once: one that waits, or one that failed. A failed mail with a link is not tried again, since its
/// link has ended with it: a new one is sent instead, from its case.
pub async fn retry(app: &App, lead: Lead, id: Uuid) -> Result<(), Stop> {
    app.transact(Actor::Staff(lead.by().staff()), async |tx| {
        if app.still(tx, lead).await?.is_none() {
            return Ok(Outcome::Nothing(Err(Refusal::StaffSignInFirst)));
        }
        let Some(held) = outbox::hold(tx, id).await? else { return Ok(Outcome::Nothing(Err(Refusal::NotFound))) };
        let subject = held.subject()?;
        let event = Event::Upkeep(Upkeep::MailRetried(subject));
        let may = match held.state.as_str() {
            "queued" => true,
            "failed" | "parked" => subject.kind != LetterKind::Link,
            _ => false,
        };
        if !may {
            return Ok(Outcome::Refused(Refusal::NotPossibleNow, event));
        }
        outbox::retry(tx, id).await?;
        Ok(Outcome::Done(Ok(()), event))
    })
    .await?
    .map_err(Stop::from)
}

/// A letter that waits is not sent, where it is no notice. With a mail its link ends, and the request with it where no other link lives.
pub async fn cancel(app: &App, lead: Lead, id: Uuid) -> Result<(), Stop> {
    app.transact(Actor::Staff(lead.by().staff()), async |tx| {
        if app.still(tx, lead).await?.is_none() {
            return Ok(Outcome::Nothing(Err(Refusal::StaffSignInFirst)));
        }
        let Some(held) = outbox::hold(tx, id).await? else { return Ok(Outcome::Nothing(Err(Refusal::NotFound))) };
        let subject = held.subject()?;
        let event = Event::Upkeep(Upkeep::MailCancelled(subject));
        // what tells people of a decision goes out: nobody keeps their own decision quiet
        let mere =
            matches!(subject.kind, LetterKind::Link | LetterKind::Activate | LetterKind::Hint | LetterKind::Reply);
        if held.state != "queued" || !mere {
            return Ok(Outcome::Refused(Refusal::NotPossibleNow, event));
        }
        if let (LetterKind::Link, Some(request)) = (subject.kind, subject.request) {
            let from = letter::request_state(tx, request).await?;
            if let (false, Ok(to)) = (held.others_live, from.step(Step::Cancel)) {
                request::advance(tx, request, from, to, None).await?;
            }
        }
        if let (LetterKind::Link | LetterKind::Activate, Some(id)) = (subject.kind, held.link_id) {
            link::end(tx, id, LinkEnd::Cancelled).await?;
        }
        outbox::cancel(tx, id).await?;
        Ok(Outcome::Done(Ok(()), event))
    })
    .await?
    .map_err(Stop::from)
}
