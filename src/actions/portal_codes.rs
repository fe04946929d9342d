//! New recovery codes at a portal, for a right code of the app.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::app::once::Answer;
use crate::app::portal::{Enrols, whose};
use crate::app::portal_code::Brought;
use crate::app::{App, Outcome};
use crate::model::event::{Event, Portal};
use crate::model::refusal::Stop;
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
pub async fn renew(app: &App, by: Enrols, brought: Brought<'_>, once: Option<&Once>) -> Result<Renewed, Stop> {
    let told =
        |account, credential, renewed| Event::Portal(Portal::RecoveryCodesRenewed { account, credential, renewed });
    let undone = |account, credential| told(account, credential, None);
    app.for_a_code(by, brought, once, undone, async |tx, held, credential| {
        let account = held.guard.account_id;
        let (codes, letters) = app.renew_recovery_codes(tx, whose(&held)?, credential).await?;
        let renewed = Renewed { account, recovery_codes: codes.to_vec() };
        Ok(Outcome::Done(Ok(renewed), told(account, credential, Some((codes.len(), letters)))))
    })
    .await
}
