//! What the courier reports: a letter was taken, refused, given up, dropped or set aside.

use chrono::TimeDelta;
use uuid::Uuid;

use crate::app::{App, Outcome};
use crate::base::fault::Fault;
use crate::model::account::fold_address;
use crate::model::event::{Actor, Event};
use crate::model::letter::LetterKind;
use crate::model::link::{self, LinkEnd};
use crate::model::refusal::Stop;
use crate::model::request::{QueueReason, Step};
use crate::store::inbound::permission;
use crate::store::letter::{self, Answer, Leased, LetterEnd};
use crate::store::{Tx, account, link as links, request};

const COURIER: Actor = Actor::Worker("courier");

/// The relay answered 250: the link's life begins. False where the lease was lost meanwhile.
pub async fn accepted(app: &App, letter: &Leased, courier: Uuid, answer: Answer<'_>) -> Result<bool, Stop> {
    let ttl = TimeDelta::minutes(app.config().link.ttl_minutes.into());
    let life = link::life(ttl, letter.p95_seconds.map(|s| TimeDelta::seconds(s.into())));
    app.transact(COURIER, async |tx| {
        if !letter::end(tx, letter, courier, LetterEnd::Sent, answer).await? {
            return Ok(Outcome::Nothing(false));
        }
        if let Some(link) = letter.link_id {
            letter::hand_over(tx, link, life).await?;
        }
        step_request(tx, letter, Step::HandOver).await?;
        if letter.kind()? == LetterKind::Permitted {
            permission::told(tx, letter.id).await?;
        }
        let (letter, attempts) = (letter.subject()?, letter.attempts);
        Ok(Outcome::Done(true, Event::MailAccepted { letter, attempts, code: answer.code.unwrap_or_default() }))
    })
    .await
}

/// The relay refused for good, or we gave up: the request becomes undeliverable and the desk is told.
pub async fn failed(app: &App, letter: &Leased, courier: Uuid, answer: Answer<'_>) -> Result<bool, Stop> {
    app.transact(COURIER, async |tx| {
        if !letter::end(tx, letter, courier, LetterEnd::Failed, answer).await? {
            return Ok(Outcome::Nothing(false));
        }
        let subject = letter.subject()?;
        if let (Some(account), Some(address)) = (letter.account_id, letter.address.as_deref()) {
            account::suspect(tx, account, &fold_address(address)).await?;
        }
        if subject.kind == LetterKind::Link {
            if let Some(link) = letter.link_id {
                links::end(tx, link, LinkEnd::Undeliverable).await?;
            }
            step_request(tx, letter, Step::Bounce).await?;
            if let Some(id) = letter.request_id {
                request::queue(tx, id, QueueReason::Undeliverable).await?;
            }
        }
        let event = Event::MailFailed { letter: subject, attempts: letter.attempts, code: answer.code };
        Ok(Outcome::Done(true, event))
    })
    .await
}

/// The letter's link has ended: it is not sent.
pub async fn dropped(app: &App, letter: &Leased, courier: Uuid) -> Result<bool, Stop> {
    let answer = Answer { code: None, text: "not sent: its link has ended" };
    app.transact(COURIER, async |tx| {
        if !letter::end(tx, letter, courier, LetterEnd::Dropped, answer).await? {
            return Ok(Outcome::Nothing(false));
        }
        Ok(Outcome::Done(true, Event::MailDropped { letter: letter.subject()? }))
    })
    .await
}

/// The letter cannot be composed: it is set aside with the reason, and the desk is told.
pub async fn parked(app: &App, letter: &Leased, courier: Uuid, reason: &str) -> Result<bool, Stop> {
    app.transact(COURIER, async |tx| {
        if !letter::end(tx, letter, courier, LetterEnd::Parked, Answer { code: None, text: reason }).await? {
            return Ok(Outcome::Nothing(false));
        }
        let subject = letter.subject()?;
        if subject.kind == LetterKind::Link {
            if let Some(link) = letter.link_id {
                links::end(tx, link, LinkEnd::Undeliverable).await?;
            }
            step_request(tx, letter, Step::Bounce).await?;
            if let Some(id) = letter.request_id {
                request::queue(tx, id, QueueReason::Undeliverable).await?;
            }
        }
        Ok(Outcome::Done(true, Event::MailParked { letter: subject }))
    })
    .await
}

/// Moves the letter's request, where the letter carried its link; a request that has gone on or ended stays.
async fn step_request(tx: &mut Tx, letter: &Leased, step: Step) -> Result<(), Fault> {
    let (Some(id), LetterKind::Link) = (letter.request_id, letter.kind()?) else { return Ok(()) };
    let from = letter::request_state(tx, id).await?;
    if let Ok(to) = from.step(step) {
        request::advance(tx, id, from, to, None).await?;
    }
    Ok(())
}
