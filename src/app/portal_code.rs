//! What a portal may do for a right code alone.

use uuid::Uuid;

use super::guess::Guess;
use super::once::Answer;
use super::portal::{Scoped, name_hash};
use super::{App, Outcome};
use crate::base::fault::Fault;
use crate::model::event::{Actor, Event};
use crate::model::refusal::{Refusal, Stop};
use crate::model::session::Method;
use crate::store::Tx;
use crate::store::answer::Once;
use crate::store::portal::held::Held;

/// A code that a portal brings.
#[derive(Clone, Copy, Debug)]
pub struct Brought<'a> {
    /// Whose, as typed.
    pub user_id: &'a str,
    /// What it is a code of.
    pub method: Method,
    /// The code, as typed.
    pub code: &'a str,
    /// What the portal calls the person's device, where it has a name.
    pub device: Option<&'a str>,
}

impl App {
    /// Uses a right code up and does `work` with the account, which is held. A wrong one is counted and refused with the
    /// event that `undone` makes of the account and its credential, and the owner is warned at the tenth.
    pub async fn for_a_code<T: Answer>(
        &self,
        by: impl Scoped,
        brought: Brought<'_>,
        once: Option<&Once>,
        undone: impl FnOnce(Uuid, Uuid) -> Event,
        work: impl AsyncFnOnce(&mut Tx, Held, Uuid) -> Result<Outcome<Result<T, Refusal>>, Fault>,
    ) -> Result<T, Stop> {
        let Brought { user_id, method, code, device } = brought;
        let portal = by.caller().portal();
        let (actor, device) = (Actor::Portal(portal), device.map(|device| name_hash(portal, device)));
        self.transact_once(actor, once, async |tx| {
            let held = match self.hold_for_portal(tx, by, user_id, device.as_ref()).await? {
                Ok(held) => held,
                Err(refusal) => return Ok(Outcome::Nothing(Err(refusal))),
            };
            let (account, credential) = (held.guard.account_id, held.guard.credential_id);
            let Some(credential) = credential else { return Ok(Outcome::Nothing(Err(Refusal::NotActive))) };
            match self.guess(tx, &held.guard, method, code).await? {
                Some(Guess::Right(right)) => right.use_up(tx, &held.guard).await?,
                Some(Guess::Wrong { refusal, in_row }) => {
                    self.warn_owner(tx, account, in_row, Some(&held.portal_name)).await?;
                    return Ok(Outcome::Refused(refusal, undone(account, credential)));
                }
                Some(Guess::Held(refusal)) => return Ok(Outcome::Nothing(Err(refusal))),
                None => return Ok(Outcome::Nothing(Err(Refusal::NotActive))),
            }
            work(tx, held, credential).await
        })
        .await
    }
}
