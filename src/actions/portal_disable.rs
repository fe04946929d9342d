//! *Disable TOTP* at a portal: for a right code the portal gets the grant with which the account enrols anew.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::app::once::Answer;
use crate::app::portal::{Disables, Scoped as _, whose};
use crate::app::portal_code::Brought;
use crate::app::{App, Outcome};
use crate::base::{random, secret_hash};
use crate::model::event::Event;
use crate::model::portal::grant;
use crate::model::refusal::Stop;
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
pub async fn disable(app: &App, by: Disables, brought: Brought<'_>, once: Option<&Once>) -> Result<Disabled, Stop> {
    let undone = |account, _| Event::TotpDisabled { account, effect: None };
    app.for_a_code(by, brought, once, undone, async |tx, held, _| {
        let account = held.guard.account_id;
        let secret = random::bytes::<32>()?;
        let holder = Holder::Portal(by.caller().portal(), &secret_hash(&secret));
        let done = app.disable(tx, whose(&held)?, holder).await?;
        let disabled = Disabled { account, grant: grant::write(&secret), grant_expires_at: done.grant_expires_at };
        Ok(Outcome::Done(Ok(disabled), Event::TotpDisabled { account, effect: Some(done.effect) }))
    })
    .await
}
