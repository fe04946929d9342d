//! After an outage: everybody whose link came too late gets a new one. Links, never resets.

use uuid::Uuid;

use crate::app::staff::{Proof, Supervisor};
use crate::app::{App, Outcome};
use crate::model::event::{Actor, Event, LinkRef, Upkeep};
use crate::model::letter::LetterKind;
use crate::model::link::LinkEnd;
use crate::model::refusal::Stop;
use crate::model::request::Step;
use crate::store::letter::{self, Post};
use crate::store::{link, outbox, request};

/// Days that are looked back.
pub const DAYS: i32 = 3;

/// Marks everybody who was late; a worker sends the links. Returns how many.
pub async fn renew_all(app: &App, supervisor: Supervisor, code: &str) -> Result<i64, Stop> {
    app.transact(Actor::Staff(supervisor.by().staff()), async |tx| {
        let event = |requests| Event::Upkeep(Upkeep::LinksRenewed { requests, days: DAYS });
        if let Err(refusal) = app.step_up(tx, supervisor, code).await? {
            return Ok(Outcome::Refused(refusal, event(0)));
        }
        let marked = outbox::renew_late(tx, DAYS).await?;
        Ok(Outcome::Done(marked, event(marked)))
    })
    .await
}

/// Mails a new link for one of them, which does not count against its new mails.
pub async fn renew(app: &App, request_id: Uuid) -> Result<(), Stop> {
    app.transact(Actor::Worker("renewer"), async |tx| {
        let Some(held) = link::hold_youngest(tx, request_id).await? else {
            outbox::renewed(tx, request_id).await?;
            let event = Event::LinkReissued { link: LinkRef::gone(request_id), new_link: None, queued: false };
            return Ok(Outcome::Done((), event));
        };
        let from = held.state()?;
        let possible =
            held.has_factor && !held.locked && !held.barred && held.held_until.is_none_or(|until| until <= held.now);
        outbox::renewed(tx, request_id).await?;
        let new_link = match from.step(Step::Reissue) {
            Ok(to) if possible && held.living_since.is_none() && from != to => {
                link::end(tx, held.id, LinkEnd::Expired).await?;
                let post = Post {
                    request: Some(held.request_id),
                    uncounted: true,
                    ..app.letter(held.account_id, LetterKind::Link, held.language()?)
                };
                let new = letter::post(tx, &post).await?;
                request::advance(tx, held.request_id, from, to, None).await?;
                Some(new)
            }
            _ => None,
        };
        Ok(Outcome::Done((), Event::LinkReissued { link: held.subject(), new_link, queued: false }))
    })
    .await
}
