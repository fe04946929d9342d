//! Portals and their keys: made, changed and revoked by the operator.

use uuid::Uuid;

use crate::app::{App, Outcome, portal_key};
use crate::base::random;
use crate::model::event::{Actor, Event, Portal as Told};
use crate::model::refusal::Stop;
use crate::store::portal::{self, Portal};

pub use crate::app::portal_key::{Made, Wanted};

/// Makes a portal known, or changes its name and return URL. Says whether anything changed.
pub async fn register(app: &App, slug: &str, name: &str, return_url: Option<&str>) -> Result<bool, Stop> {
    app.transact(Actor::Operator, async |tx| {
        let there = portal::hold(tx, slug).await?;
        let id = there.as_ref().map_or_else(random::id, |portal| portal.id);
        let return_url = return_url.map(str::to_owned);
        let portal = Portal { id, slug: slug.to_owned(), name: name.to_owned(), return_url };
        let known = portal_key::known(&portal);
        match there {
            Some(there) if there.name == portal.name && there.return_url == portal.return_url => {
                Ok(Outcome::Nothing(false))
            }
            Some(_) => {
                portal::change(tx, &portal).await?;
                Ok(Outcome::Done(true, Event::Portal(Told::Changed(known))))
            }
            None if portal::make(tx, &portal).await? => Ok(Outcome::Done(true, Event::Portal(Told::Made(known)))),
            // somebody made it at the same time
            None => Ok(Outcome::Nothing(false)),
        }
    })
    .await
}

/// Why no key was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotMade {
    /// No portal is called so.
    NoPortal,
    /// It has two that live.
    TooMany,
}

/// Makes a key for a portal.
pub async fn make(app: &App, slug: &str, wanted: &Wanted) -> Result<Result<Made, NotMade>, Stop> {
    let id = random::id();
    app.transact(Actor::Operator, async |tx| {
        let Some(portal) = portal::hold(tx, slug).await? else { return Ok(Outcome::Nothing(Err(NotMade::NoPortal))) };
        if portal_key::is_full(tx, &portal).await? {
            return Ok(Outcome::Nothing(Err(NotMade::TooMany)));
        }
        Ok(match portal_key::make(tx, id, &portal, wanted).await? {
            Some(made) => Outcome::Done(Ok(made), wanted.event(portal.id, id)),
            None => Outcome::Nothing(Err(NotMade::TooMany)),
        })
    })
    .await
}

/// Revokes a key: a second later it opens nothing anywhere. Says whether it did before.
pub async fn revoke(app: &App, key: Uuid) -> Result<bool, Stop> {
    app.transact(Actor::Operator, async |tx| {
        Ok(match portal_key::end(tx, key).await? {
            Some(event) => Outcome::Done(true, event),
            None => Outcome::Nothing(false),
        })
    })
    .await
}
