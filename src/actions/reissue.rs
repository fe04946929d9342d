//! A late link's holder taps once and gets a new mail.

use chrono::TimeDelta;
use uuid::Uuid;

use crate::app::{App, Outcome};
use crate::base::fault::Fault;
use crate::model::event::{Actor, Event, LinkRef};
use crate::model::letter::LetterKind;
use crate::model::link::LinkEnd;
use crate::model::refusal::{Refusal, Stop};
use crate::model::request::{QueueReason, State, Step};
use crate::store::letter::{self, Post};
use crate::store::link::{self, Link};
use crate::store::request;

/// New mails for one request.
pub const REISSUES: i16 = 3;
/// A second tap within this time is the same tap.
const SAME_TAP: TimeDelta = TimeDelta::seconds(60);

/// Mails a new link for a request whose link came too late; the second time the desk is told as well.
pub async fn reissue(app: &App, link_id: Uuid) -> Result<(), Stop> {
    app.transact(Actor::User, async |tx| {
        let refused =
            |refusal, link| Ok(Outcome::Refused(refusal, Event::LinkReissued { link, new_link: None, queued: false }));
        let Some(held) = link::hold(tx, link_id).await? else {
            return refused(Refusal::LinkUnknown, LinkRef::gone(link_id));
        };
        if held.living_since.is_some_and(|since| since > held.issued_at && held.now < since + SAME_TAP) {
            return Ok(Outcome::Nothing(()));
        }
        let from = held.state()?;
        let to = match may_reissue(&held, from)? {
            Ok(to) => to,
            Err(refusal) => return refused(refusal, held.subject()),
        };
        link::end(tx, held.id, LinkEnd::Expired).await?;
        let new_link = letter::post(
            tx,
            &Post {
                request: Some(held.request_id),
                uncounted: true,
                ..app.letter(held.account_id, LetterKind::Link, held.language()?)
            },
        )
        .await?;
        request::advance(tx, held.request_id, from, to, None).await?;
        request::count_reissue(tx, held.request_id).await?;
        let queued = held.reissues >= 1 && request::queue(tx, held.request_id, QueueReason::Late).await?;
        Ok(Outcome::Done((), Event::LinkReissued { link: held.subject(), new_link: Some(new_link), queued }))
    })
    .await
}

fn may_reissue(held: &Link, from: State) -> Result<Result<State, Refusal>, Fault> {
    Ok(match held.times()?.may_open(held.now) {
        // it was never mailed: whoever holds it never read a letter
        _ if held.is_permit() => Err(Refusal::NotPossibleNow),
        // it is not late: it can simply be used
        Ok(()) => Err(Refusal::StepClosed),
        Err(Refusal::LinkExpired) if held.reissues >= REISSUES => Err(Refusal::NoMoreMail),
        Err(Refusal::LinkExpired) if !held.has_factor || held.locked || held.barred => Err(Refusal::NotPossibleNow),
        Err(Refusal::LinkExpired) => from.step(Step::Reissue),
        Err(refusal) => Err(refusal),
    })
}
