//! Portals and their keys as an admin keeps them: each change asks a fresh code of their own.

use uuid::Uuid;

use crate::app::portal_key::{self, Made, Wanted};
use crate::app::staff::{Admin, Proof as _};
use crate::app::{App, Outcome};
use crate::base::fault::Fault;
use crate::model::event::{Actor, Event, Portal as Told};
use crate::model::refusal::{Refusal, Stop};
use crate::store::Tx;
use crate::store::portal::{self, Portal};
use crate::store::staff::factor;

/// Makes a portal known under the id that it brings; refused where one is called so already.
pub async fn add(app: &App, admin: Admin, code: &str, new: &Portal) -> Result<(), Stop> {
    app.transact(Actor::Staff(admin.by().staff()), async |tx| {
        let event = Event::Portal(Told::Made(portal_key::known(new)));
        if one_by_one(app, tx, admin).await? && portal::hold_by_id(tx, new.id).await?.is_some() {
            return Ok(Outcome::Nothing(Err(Refusal::ChangedMeanwhile)));
        }
        if let Err(refusal) = app.step_up(tx, admin, code).await? {
            return Ok(Outcome::Refused(refusal, event));
        }
        if portal::hold(tx, &new.slug).await?.is_some() {
            return Ok(Outcome::Refused(Refusal::ChangedMeanwhile, event));
        }
        if !portal::make(tx, new).await? {
            // somebody made it at the same time
            return Ok(Outcome::Nothing(Err(Refusal::ChangedMeanwhile)));
        }
        Ok(Outcome::Done(Ok(()), event))
    })
    .await?
    .map_err(Stop::from)
}

/// A form that is sent twice at once brings one code twice, which is no wrong one: the second waits here for what the first
/// makes, and sees it.
async fn one_by_one(app: &App, tx: &mut Tx, admin: Admin) -> Result<bool, Fault> {
    // the person first, as everywhere
    let there = app.still(tx, admin).await?.is_some();
    factor::hold(tx, admin.by().staff()).await?;
    Ok(there)
}

/// Changes a portal's name and return URL.
pub async fn change(
    app: &App,
    admin: Admin,
    code: &str,
    id: Uuid,
    name: &str,
    return_url: Option<&str>,
) -> Result<(), Stop> {
    app.transact(Actor::Staff(admin.by().staff()), async |tx| {
        let stepped = app.step_up(tx, admin, code).await?;
        let there = portal::hold_by_id(tx, id).await?;
        let Some(there) = there else { return Ok(Outcome::Nothing(Err(Refusal::NotFound))) };
        let changed = Portal { name: name.to_owned(), return_url: return_url.map(str::to_owned), ..there };
        let event = Event::Portal(Told::Changed(portal_key::known(&changed)));
        if let Err(refusal) = stepped {
            return Ok(Outcome::Refused(refusal, event));
        }
        portal::change(tx, &changed).await?;
        Ok(Outcome::Done(Ok(()), event))
    })
    .await?
    .map_err(Stop::from)
}

/// Makes a key of that id, which is its form's: a form that is sent twice makes one key.
pub async fn add_key(
    app: &App,
    admin: Admin,
    code: &str,
    portal: Uuid,
    key: Uuid,
    wanted: &Wanted,
) -> Result<Made, Stop> {
    let event = wanted.event(portal, key);
    app.transact(Actor::Staff(admin.by().staff()), async |tx| {
        if one_by_one(app, tx, admin).await? && portal::key::exists(tx, key).await? {
            return Ok(Outcome::Nothing(Err(Refusal::ChangedMeanwhile)));
        }
        if let Err(refusal) = app.step_up(tx, admin, code).await? {
            return Ok(Outcome::Refused(refusal, event));
        }
        let Some(portal) = portal::hold_by_id(tx, portal).await? else {
            return Ok(Outcome::Nothing(Err(Refusal::NotFound)));
        };
        if portal_key::is_full(tx, &portal).await? {
            return Ok(Outcome::Refused(Refusal::NotPossibleNow, event));
        }
        Ok(match portal_key::make(tx, key, &portal, wanted).await? {
            Some(made) => Outcome::Done(Ok(made), event),
            None => Outcome::Nothing(Err(Refusal::ChangedMeanwhile)),
        })
    })
    .await?
    .map_err(Stop::from)
}

/// Revokes a key of that portal: a second later it opens nothing anywhere.
pub async fn revoke(app: &App, admin: Admin, code: &str, portal: Uuid, key: Uuid) -> Result<(), Stop> {
    app.transact(Actor::Staff(admin.by().staff()), async |tx| {
        if let Err(refusal) = app.step_up(tx, admin, code).await? {
            return Ok(Outcome::Refused(refusal, Event::Portal(Told::KeyRevoked { portal, key })));
        }
        Ok(match portal_key::end(tx, key).await? {
            Some(event) => Outcome::Done((), event),
            // somebody else was quicker
            None => Outcome::Nothing(()),
        })
    })
    .await
}
