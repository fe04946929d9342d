//! *Ini bukan saya* in a notice about the account itself: whoever did that is shut out, and the desk gets a case.

use chrono::TimeDelta;
use uuid::Uuid;

use crate::app::{App, Outcome};
use crate::base::{crockford, random};
use crate::model::event::{Actor, Event};
use crate::model::letter::LetterKind;
use crate::model::refusal::{Refusal, Stop};
use crate::store::notice::{self, Notice};
use crate::store::{account, link};

/// How long after a notice it can be disputed.
const DISPUTE: TimeDelta = TimeDelta::days(7);
/// How much older than its letter an activation can be.
const ACTIVATED_BEFORE: TimeDelta = TimeDelta::minutes(1);
/// Why an account is locked after a dispute.
const LOCK_REASON: &str = "disputed";

/// Whether the holder of that notice can still dispute what it tells.
pub fn may_dispute(notice: &Notice) -> bool {
    notice.now < notice.issued_at + DISPUTE
}

/// The holder of a notice says that it was not them. From the registered address what was enrolled since is revoked,
/// sessions end and the account is locked; from the second address the desk is told and nothing more. Returns the case.
pub async fn dispute(app: &App, link_id: Uuid) -> Result<String, Stop> {
    let reference = crockford::reference()?;
    app.transact(Actor::User, async |tx| {
        let Some(held) = notice::hold(tx, link_id).await? else {
            return Ok(Outcome::Nothing(Err(Refusal::LinkUnknown)));
        };
        let event = Event::AccountDisputed { link: held.subject(), letter: held.letter.clone() };
        if let Some(case) = &held.case {
            return Ok(Outcome::Nothing(Ok(case.clone())));
        }
        if !may_dispute(&held) {
            return Ok(Outcome::Refused(Refusal::LinkExpired, event));
        }
        if held.position == 1 {
            link::cancel_all(tx, held.account_id).await?;
            // an activation is a moment older than its letter; what another letter tells of made no factor
            let activated = held.letter == LetterKind::Activated.code();
            let since = if activated { held.issued_at - ACTIVATED_BEFORE } else { held.issued_at };
            account::revoke_factor(tx, held.account_id, Some(since)).await?;
            account::lock(tx, held.account_id, LOCK_REASON).await?;
            account::mark_cancelled(tx, held.account_id, 0).await?;
        }
        notice::open_case(tx, &held, random::id(), &reference).await?;
        Ok(Outcome::Done(Ok(reference.clone()), event))
    })
    .await?
    .map_err(Stop::from)
}
