//! New recovery codes at a portal, for a right code of the app.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::app::guess::Guess;
use crate::app::once::Answer;
use crate::app::portal::{Enrols, Scoped as _};
use crate::app::{App, Outcome};
use crate::model::event::{Actor, Event, Portal};
use crate::model::refusal::{Refusal, Stop};
use crate::model::session::Method;
use crate::store::answer::Once;

/// New recovery codes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Renewed {
    /// The account.
    pub account: Uuid,
    /// The codes.
    pub recovery_codes: Vec<String>,
}

impl Answer for Renewed {
    fn account(&self) -> Option<Uuid> {
        Some(self.account)
    }
}

/// Gives the account ten new recovery codes; those that were are dead from now on.
pub async fn renew(app: &App, by: Enrols, user_id: &str, typed: &str, once: Option<&Once>) -> Result<Renewed, Stop> {
    let actor = Actor::Portal(by.caller().portal());
    let mut wrong = None;
    let renewed = app
        .transact_once(actor, once, async |tx| {
            let held = match app.hold_for_portal(tx, by, user_id, None).await? {
                Ok(held) => held,
                Err(refusal) => return Ok(Outcome::Nothing(Err(refusal))),
            };
            let guard = &held.guard;
            let account = guard.account_id;
            let Some(credential) = guard.credential_id else {
                return Ok(Outcome::Nothing(Err(Refusal::NotActive)));
            };
            let told =
                |recovery_codes| Event::Portal(Portal::RecoveryCodesRenewed { account, credential, recovery_codes });
            match app.guess(tx, guard, Method::Totp, typed).await? {
                Some(Guess::Right(right)) => right.use_up(tx, guard).await?,
                Some(Guess::Wrong { refusal, in_row }) => {
                    wrong = Some((account, in_row, held.portal_name));
                    return Ok(Outcome::Refused(refusal, told(None)));
                }
                Some(Guess::Held(refusal)) => return Ok(Outcome::Nothing(Err(refusal))),
                None => return Ok(Outcome::Nothing(Err(Refusal::NotActive))),
            }
            let codes = app.renew_recovery_codes(tx, account, credential).await?;
            let renewed = Renewed { account, recovery_codes: codes.to_vec() };
            Ok(Outcome::Done(Ok(renewed), told(Some(codes.len()))))
        })
        .await;
    if let Some((account, in_row, place)) = wrong {
        app.warn_owner(actor, account, in_row, Some(&place)).await?;
    }
    renewed
}
