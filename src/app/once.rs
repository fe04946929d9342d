//! What a program may repeat: an action that is asked twice under one key is done once, and answered twice alike.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{App, Outcome};
use crate::base::fault::Fault;
use crate::base::keyring::Purpose;
use crate::base::{random, seal};
use crate::model::event::Actor;
use crate::model::refusal::{Refusal, Stop};
use crate::store::Tx;
use crate::store::answer::{self, Given, Once};

/// What is answered to a program.
pub trait Answer: Serialize + DeserializeOwned {
    /// The account it is about: an erasure takes it along.
    fn account(&self) -> Option<Uuid>;

    /// The enrolment whose secret it holds: it is not given again once that is proved, or over.
    fn enrolment(&self) -> Option<Uuid> {
        None
    }

    /// What is answered again once nobody sends the call anew for want of an answer.
    #[must_use]
    fn late(self) -> Self {
        self
    }
}

/// An answer as it is kept.
#[derive(Debug, Serialize, Deserialize)]
enum Kept<T> {
    Done(T),
    Refused(Refusal),
}

impl App {
    /// As [`App::transact`]; what was answered under `once` before, or refused with an event, is answered again. What was
    /// forgotten since is looked at anew.
    pub async fn transact_once<T: Answer>(
        &self,
        actor: Actor,
        once: Option<&Once>,
        work: impl AsyncFnOnce(&mut Tx) -> Result<Outcome<Result<T, Refusal>>, Fault>,
    ) -> Result<T, Stop> {
        let Some(once) = once else { return Ok(self.transact(actor, work).await??) };
        let id = random::id();
        let mut unchanged = None;
        let answer = self
            .transact(actor, async |tx| {
                let id = match answer::claim(tx, id, once).await? {
                    None => id,
                    Some(given) => match self.again(&given)? {
                        Some(again) => return Ok(Outcome::Nothing(again)),
                        None => given.id,
                    },
                };
                let outcome = work(tx).await?;
                let (sealed, account, enrolment) = match &outcome {
                    Outcome::Done(Ok(value), _) | Outcome::Told(Ok(value), ..) => {
                        (self.kept(id, &Kept::Done(value))?, value.account(), value.enrolment())
                    }
                    Outcome::Refused(refusal, _) => (self.kept(id, &Kept::<T>::Refused(*refusal))?, None, None),
                    Outcome::Nothing(Ok(value)) => {
                        // an enrolment's secret is looked up each time
                        if value.enrolment().is_none() {
                            unchanged = Some((id, self.kept(id, &Kept::Done(value))?, value.account()));
                        }
                        return Ok(outcome);
                    }
                    Outcome::Done(Err(_), _) | Outcome::Told(Err(_), ..) | Outcome::Nothing(Err(_)) => {
                        return Ok(outcome);
                    }
                };
                answer::keep(tx, id, &sealed, account, enrolment).await?;
                Ok(outcome)
            })
            .await?;
        if let Some((id, sealed, account)) = unchanged {
            // what was touched was rolled back, and the key with it
            answer::note(&mut self.read().await?, id, once, &sealed, account).await?;
        }
        Ok(answer?)
    }

    /// What was answered under `once` before, for what commits by a statement of its own.
    pub async fn answered<T: Answer>(&self, once: &Once) -> Result<Option<Result<T, Refusal>>, Fault> {
        match answer::given(&mut self.read().await?, once).await? {
            Some(given) => self.again(&given),
            None => Ok(None),
        }
    }

    /// Keeps the answer to what has committed by a statement of its own. Bookkeeping, no action.
    pub async fn note_answer<T: Answer>(&self, once: &Once, value: &T) -> Result<(), Fault> {
        let id = random::id();
        let sealed = self.kept(id, &Kept::Done(value))?;
        answer::note(&mut self.read().await?, id, once, &sealed, value.account()).await
    }

    /// What was answered under a key before; nothing where that was forgotten, and can be looked at anew.
    fn again<T: Answer>(&self, given: &Given) -> Result<Option<Result<T, Refusal>>, Fault> {
        if !given.same {
            return Ok(Some(Err(Refusal::KeyReused)));
        }
        let Some(sealed) = &given.answer else {
            // another secret than the one that was shown would be a surprise
            return Ok(given.enrolled.then_some(Err(Refusal::EnrolmentGone)));
        };
        let plain = seal::open(self.keys().of(Purpose::Seal), given.id, sealed)?;
        Ok(Some(
            match serde_json::from_slice::<Kept<T>>(&plain).map_err(|e| Fault::bug("an answer that was kept", e))? {
                Kept::Done(value) if given.late => Ok(value.late()),
                Kept::Done(value) => Ok(value),
                Kept::Refused(refusal) => Err(refusal),
            },
        ))
    }

    /// An answer, sealed for the row of that id.
    fn kept<T: Serialize>(&self, id: Uuid, kept: &Kept<T>) -> Result<Vec<u8>, Fault> {
        let plain = serde_json::to_vec(kept).map_err(|e| Fault::bug("keeping an answer", e))?;
        seal::seal(self.keys().of(Purpose::Seal), id, &plain)
    }
}
