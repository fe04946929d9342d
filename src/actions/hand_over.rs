//! A browser takes its grant to the portal it came from.

use uuid::Uuid;

use crate::app::{App, Outcome};
use crate::base::{random, secret_hash};
use crate::model::activation::Shown;
use crate::model::event::{self, Actor, Event};
use crate::model::portal::{bring, grant};
use crate::model::refusal::{Refusal, Stop};
use crate::store::way_back;

/// Hands the grant that the browser shows to the portal of a mailed link whose token was proved. Returns where the
/// browser goes with it: the registered return URL, whatever it was asked with.
///
/// Each call makes a new token in place of the one before, since a page may be pressed twice or gone back to, until the
/// portal has shown one.
pub async fn hand_over(app: &App, link: Uuid, shown: &Shown) -> Result<String, Stop> {
    let token = random::bytes::<32>()?;
    let url = app
        .transact(Actor::User, async |tx| {
            let Some(way) = way_back::hold(tx, link).await?.filter(|way| !way.locked) else {
                return Ok(Outcome::Nothing(Err(Refusal::NotPossibleNow)));
            };
            let account = way.account_id;
            let Some(held) = way_back::held_grant(tx, account, shown).await?.filter(|grant| !grant.taken) else {
                return Ok(Outcome::Nothing(Err(Refusal::GrantRequired)));
            };
            way_back::hand(tx, held.id, way.portal_id, &secret_hash(&token)).await?;
            let url = bring(&way.return_url, &grant::write(&token), way.reference.as_deref());
            let event = event::Portal::GrantHanded { account, portal: way.portal_id, grant: held.id };
            Ok(Outcome::Done(Ok(url), Event::Portal(event)))
        })
        .await??;
    Ok(url)
}
