//! *Disable TOTP* at a portal: for a right code the portal gets the grant with which the account enrols anew.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::app::guess::Guess;
use crate::app::once::Answer;
use crate::app::portal::{Disables, Scoped as _, whose};
use crate::app::{App, Outcome};
use crate::base::{random, secret_hash};
use crate::model::event::{Actor, Event};
use crate::model::portal::grant;
use crate::model::refusal::{Refusal, Stop};
use crate::model::session::Method;
use crate::store::answer::Once;
use crate::store::factor::Holder;

/// What the portal gets.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Disabled {
    /// The account.
    pub account: Uuid,
    /// The grant's text.
    pub grant: String,
    /// When it ends.
    pub grant_expires_at: DateTime<Utc>,
}

impl Answer for Disabled {
    fn account(&self) -> Option<Uuid> {
        Some(self.account)
    }
}

/// Revokes the TOTP with its recovery codes and ends every session of the account.
pub async fn disable(
    app: &App,
    by: Disables,
    user_id: &str,
    (method, typed): (Method, &str),
    once: Option<&Once>,
) -> Result<Disabled, Stop> {
    let portal = by.caller().portal();
    let actor = Actor::Portal(portal);
    let mut wrong = None;
    let disabled = app
        .transact_once(actor, once, async |tx| {
            let held = match app.hold_for_portal(tx, by, user_id, None).await? {
                Ok(held) => held,
                Err(refusal) => return Ok(Outcome::Nothing(Err(refusal))),
            };
            let account = held.guard.account_id;
            match app.guess(tx, &held.guard, method, typed).await? {
                Some(Guess::Right(right)) => right.use_up(tx, &held.guard).await?,
                Some(Guess::Wrong { refusal, in_row }) => {
                    wrong = Some((account, in_row, held.portal_name));
                    return Ok(Outcome::Refused(refusal, Event::TotpDisabled { account, effect: None }));
                }
                Some(Guess::Held(refusal)) => return Ok(Outcome::Nothing(Err(refusal))),
                None => return Ok(Outcome::Nothing(Err(Refusal::NotActive))),
            }
            let secret = random::bytes::<32>()?;
            let holder = Holder::Portal(portal, &secret_hash(&secret));
            let done = app.disable(tx, whose(&held)?, holder).await?;
            let disabled = Disabled { account, grant: grant::write(&secret), grant_expires_at: done.grant_expires_at };
            Ok(Outcome::Done(Ok(disabled), Event::TotpDisabled { account, effect: Some(done.effect) }))
        })
        .await;
    if let Some((account, in_row, place)) = wrong {
        app.warn_owner(actor, account, in_row, Some(&place)).await?;
    }
    disabled
}
