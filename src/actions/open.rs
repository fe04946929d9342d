//! The "Reset TOTP" button: a link's holder opens the confirm step. It may be repeated.

use uuid::Uuid;

use crate::app::{App, Outcome};
use crate::model::event::{Actor, Event, LinkRef};
use crate::model::link::TRIES;
use crate::model::refusal::{Refusal, Stop};
use crate::model::request::Step;
use crate::store::{link, request};

/// Opens the confirm step of a link whose token was proved.
pub async fn open(app: &App, link_id: Uuid) -> Result<(), Stop> {
    let minutes = i32::try_from(app.config().link.step_minutes).unwrap_or(i32::MAX);
    app.transact(Actor::User, async |tx| {
        let Some(held) = link::hold(tx, link_id).await? else {
            return Ok(Outcome::Refused(Refusal::LinkUnknown, Event::LinkOpened(LinkRef::gone(link_id))));
        };
        let event = Event::LinkOpened(held.subject());
        let from = held.state()?;
        let allowed = held.times()?.may_open(held.now).and_then(|()| from.step(Step::Open));
        match allowed {
            Ok(_) if held.tries >= TRIES => Ok(Outcome::Refused(Refusal::NotPossibleNow, event)),
            Ok(to) => {
                link::open(tx, held.id, minutes).await?;
                request::advance(tx, held.request_id, from, to, None).await?;
                Ok(Outcome::Done((), event))
            }
            Err(refusal) => Ok(Outcome::Refused(refusal, event)),
        }
    })
    .await
}
