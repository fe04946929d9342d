//! Texts for replies are written, changed and retired.

use data_encoding::HEXLOWER;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::app::staff::{Admin, Proof as _};
use crate::app::{App, Outcome};
use crate::model::event::{Actor, Desk, Event, Settled};
use crate::model::refusal::{Refusal, Stop};
use crate::store::desk::canned;

/// A text in both languages.
#[derive(Clone, Debug)]
pub struct Text {
    /// Its name.
    pub name: String,
    /// In Indonesian.
    pub text_id: String,
    /// In English.
    pub text_en: String,
}

impl Text {
    /// SHA-256 of both languages, a NUL between them, in hexadecimal.
    fn sha256(&self) -> String {
        HEXLOWER.encode(&Sha256::digest(format!("{}\0{}", self.text_id, self.text_en)))
    }
}

/// Writes a new text, or a new version of the one that was seen; a name keeps its versions.
pub async fn save(app: &App, proof: Admin, seen: Option<Uuid>, text: &Text) -> Result<(), Stop> {
    let me = proof.by().staff();
    app.transact(Actor::Staff(me), async |tx| {
        if app.still(tx, proof).await?.is_none() {
            return Ok(Outcome::Nothing(Err(Refusal::StaffSignInFirst)));
        }
        let (last, offered) = canned::last_version(tx, &text.name).await?;
        let old = match seen {
            Some(id) => canned::hold(tx, id).await?,
            None => None,
        };
        let changed = Event::Desk(Desk::Settled(Settled::CannedChanged {
            name: text.name.clone(),
            version: last + 1,
            sha256: text.sha256(),
        }));
        let fits = match (&old, seen) {
            (Some(old), _) => old.name == text.name,
            (None, Some(_)) => false,
            (None, None) => !offered,
        };
        if !fits {
            return Ok(Outcome::Refused(Refusal::ChangedMeanwhile, changed));
        }
        if let Some(old) = old {
            canned::retire(tx, old.id).await?;
        }
        canned::write(tx, &text.name, last + 1, (&text.text_id, &text.text_en), me).await?;
        Ok(Outcome::Done(Ok(()), changed))
    })
    .await?
    .map_err(Stop::from)
}

/// A text is offered no more.
pub async fn retire(app: &App, proof: Admin, id: Uuid) -> Result<(), Stop> {
    app.transact(Actor::Staff(proof.by().staff()), async |tx| {
        if app.still(tx, proof).await?.is_none() {
            return Ok(Outcome::Nothing(Err(Refusal::StaffSignInFirst)));
        }
        let Some(old) = canned::hold(tx, id).await? else { return Ok(Outcome::Nothing(Err(Refusal::NotFound))) };
        canned::retire(tx, id).await?;
        let retired = Settled::CannedRetired { name: old.name, version: old.version };
        Ok(Outcome::Done(Ok(()), Event::Desk(Desk::Settled(retired))))
    })
    .await?
    .map_err(Stop::from)
}
