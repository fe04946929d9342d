//! *Ini bukan saya*: before a reset it cancels what is open; after one it locks the account and calls the desk.

use chrono::TimeDelta;
use uuid::Uuid;

use crate::app::{App, Outcome};
use crate::base::fault::Fault;
use crate::model::event::{Actor, Event, LinkRef};
use crate::model::letter::LetterKind;
use crate::model::refusal::{Refusal, Stop};
use crate::model::request::{QueueReason, State};
use crate::store::letter::{self, Post};
use crate::store::link::{self, Link};
use crate::store::{Tx, account, request};

/// How long after a reset *Ini bukan saya* still undoes it.
const DISPUTE: TimeDelta = TimeDelta::days(7);
/// Days for which resets can be held.
pub const HOLD_DAYS: i32 = 7;
/// Why an account is locked after a dispute.
const LOCK_REASON: &str = "disputed";

/// What saying so would do, and did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotMe {
    /// Everything open is cancelled; nothing was reset.
    Cancels,
    /// The reset is disputed: the account is locked until two people of the desk unlock it.
    Disputes,
    /// It came from the second address: the desk is told and nothing else happens.
    Reports,
}

/// What *Ini bukan saya* does by this link at its `now`: only the very request that ended in a reset disputes it, so
/// that a stranger's older request cannot make its owner undo a reset of their own.
pub fn effect(link: &Link) -> NotMe {
    let done = link.state == State::Done.code();
    if link.position != 1 {
        NotMe::Reports
    } else if done && link.request_ended_at.is_some_and(|at| link.now < at + DISPUTE) {
        NotMe::Disputes
    } else {
        NotMe::Cancels
    }
}

/// The holder of a letter says that it was not them; `a_week` asks to hold resets so long.
pub async fn not_me(app: &App, link_id: Uuid, a_week: bool) -> Result<NotMe, Stop> {
    app.transact(Actor::User, async |tx| {
        let Some(held) = link::hold(tx, link_id).await? else {
            let event = Event::ResetCancelled { link: LinkRef::gone(link_id), requests: 0, held_until: None };
            return Ok(Outcome::Refused(Refusal::LinkUnknown, event));
        };
        match effect(&held) {
            NotMe::Reports if told(&held) => {
                Ok(Outcome::Refused(Refusal::LinkEnded, Event::ResetDisputed { link: held.subject(), locked: false }))
            }
            NotMe::Reports => {
                request::queue(tx, held.request_id, QueueReason::Disputed).await?;
                Ok(Outcome::Done(NotMe::Reports, Event::ResetDisputed { link: held.subject(), locked: false }))
            }
            NotMe::Disputes if held.locked && told(&held) => {
                Ok(Outcome::Refused(Refusal::LinkEnded, Event::ResetDisputed { link: held.subject(), locked: true }))
            }
            NotMe::Disputes => {
                dispute(tx, &held).await?;
                Ok(Outcome::Done(NotMe::Disputes, Event::ResetDisputed { link: held.subject(), locked: true }))
            }
            NotMe::Cancels => cancel(app, tx, &held, a_week).await,
        }
    })
    .await
}

/// Whether the desk was told of it before.
fn told(held: &Link) -> bool {
    held.queue_reason.as_deref() == Some(QueueReason::Disputed.code())
}

async fn cancel(app: &App, tx: &mut Tx, held: &Link, a_week: bool) -> Result<Outcome<NotMe>, Fault> {
    let already = told(held) && held.state()?.is_final();
    if already && !(a_week && held.held_until.is_none_or(|until| until <= held.now)) {
        let event = Event::ResetCancelled { link: held.subject(), requests: 0, held_until: None };
        return Ok(Outcome::Refused(Refusal::LinkEnded, event));
    }
    let requests = link::cancel_all(tx, held.account_id).await?;
    let held_until = account::mark_cancelled(tx, held.account_id, if a_week { HOLD_DAYS } else { 0 }).await?;
    request::queue(tx, held.request_id, QueueReason::Disputed).await?;
    if requests > 0 {
        letter::post(
            tx,
            &Post {
                request: Some(held.request_id),
                ..app.letter(held.account_id, LetterKind::Cancelled, held.language()?)
            },
        )
        .await?;
    }
    Ok(Outcome::Done(NotMe::Cancels, Event::ResetCancelled { link: held.subject(), requests, held_until }))
}

async fn dispute(tx: &mut Tx, held: &Link) -> Result<(), Fault> {
    link::cancel_all(tx, held.account_id).await?;
    account::revoke_factor(tx, held.account_id, None).await?;
    account::lock(tx, held.account_id, LOCK_REASON).await?;
    account::mark_cancelled(tx, held.account_id, 0).await?;
    request::queue(tx, held.request_id, QueueReason::Disputed).await?;
    Ok(())
}
