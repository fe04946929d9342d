//! A link's time ran out.

use uuid::Uuid;

use crate::app::{App, Outcome};
use crate::model::event::{Actor, Event};
use crate::model::link::LinkEnd;
use crate::model::refusal::{Refusal, Stop};
use crate::model::request::Step;
use crate::store::{link, request};

/// Ends a link whose time ran out, and its request unless another link of it lives; false where it lives on.
pub async fn expire(app: &App, link_id: Uuid) -> Result<bool, Stop> {
    app.transact(Actor::Worker("sweeper"), async |tx| {
        let Some(held) = link::hold(tx, link_id).await? else { return Ok(Outcome::Nothing(false)) };
        let times = held.times()?;
        if times.ended.is_some() || times.step_open(held.now) || times.may_open(held.now) != Err(Refusal::LinkExpired) {
            return Ok(Outcome::Nothing(false));
        }
        link::end(tx, held.id, LinkEnd::Expired).await?;
        let alone = held.living_since.is_none();
        let from = held.state()?;
        if let (true, Ok(to)) = (alone, from.step(Step::Expire)) {
            request::advance(tx, held.request_id, from, to, None).await?;
        }
        Ok(Outcome::Done(true, Event::LinkExpired(held.subject())))
    })
    .await
}
