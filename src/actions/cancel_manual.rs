//! The holder of a mailed link stops what the desk agreed to while it waits.

use uuid::Uuid;

use crate::app::{App, Outcome};
use crate::model::event::{Actor, Dual, Event, LinkRef};
use crate::model::letter::LetterKind;
use crate::model::link::LinkKind;
use crate::model::proposal::State;
use crate::model::refusal::{Refusal, Stop};
use crate::model::request::{self, Step};
use crate::store::letter::Post;
use crate::store::link::{self, Link};
use crate::store::proposal::{self, settle};
use crate::store::request as requests;

/// Whether that link still stops something.
pub fn may_cancel(link: &Link) -> bool {
    link.kind == LinkKind::Cancel.code() && link.state == request::State::Waiting.code()
}

/// Cancels. From a mailbox that is said to be lost it only contests: a supervisor decides after a call-back. Returns
/// whether it did so.
pub async fn cancel(app: &App, link_id: Uuid) -> Result<bool, Stop> {
    app.transact(Actor::User, async |tx| {
        let refused = |link, refusal| {
            let event = Dual::Cancelled { link, proposal: None, contested: false, letters: 0 };
            Ok(Outcome::Refused(refusal, Event::Dual(event)))
        };
        let Some(held) = link::hold(tx, link_id).await? else {
            return refused(LinkRef::gone(link_id), Refusal::LinkUnknown);
        };
        let open = proposal::of_request(tx, held.request_id).await?;
        let Some(open) = open.filter(|_| may_cancel(&held)) else {
            return refused(held.subject(), Refusal::LinkEnded);
        };
        let contested = open.mailbox_lost && held.position > 0;
        let from = held.state()?;
        let to = match from.step(if contested { Step::Contest } else { Step::Cancel }) {
            Ok(to) => to,
            Err(refusal) => return refused(held.subject(), refusal),
        };
        requests::advance(tx, held.request_id, from, to, held.due_at.filter(|_| contested)).await?;
        settle::settle(tx, open.id, if contested { State::Contested } else { State::Cancelled }, None).await?;
        let mut letters = 0;
        if !contested {
            let letter = Post {
                request: Some(held.request_id),
                proposal: Some(open.id),
                ..app.letter(held.account_id, LetterKind::ManualCancelled, held.language()?)
            };
            letters = app.tell_all(tx, letter, held.addresses, open.new_address()).await?;
        }
        let event = Dual::Cancelled { link: held.subject(), proposal: Some(open.id), contested, letters };
        Ok(Outcome::Done(contested, Event::Dual(event)))
    })
    .await
}
