//! Keys for whoever follows the log from elsewhere: made and revoked by the operator.

use uuid::Uuid;

use crate::app::{App, Outcome};
use crate::base::{random, secret_hash};
use crate::model::access;
use crate::model::event::{Actor, Audit, Event};
use crate::model::refusal::Stop;
use crate::store::access::{self as keys, New};

/// A key that was made.
#[derive(Clone, Debug)]
pub struct Made {
    /// Its id.
    pub id: Uuid,
    /// Its token, which nobody can show again.
    pub token: String,
}

/// Makes a log key that lives for so many days, or until it is revoked; nothing where its name is taken.
pub async fn make(app: &App, name: &str, days: Option<i32>) -> Result<Option<Made>, Stop> {
    let (id, token) = (random::id(), random::bytes::<32>()?);
    let made = app
        .transact(Actor::Operator, async |tx| {
            let new = New { id, name, token_hash: &secret_hash(&token), days: days.unwrap_or(0) };
            if !keys::make(tx, &new).await? {
                return Ok(Outcome::Nothing(false));
            }
            Ok(Outcome::Done(true, Event::Audit(Audit::KeyMade { key: id, name: name.to_owned() })))
        })
        .await?;
    Ok(made.then(|| Made { id, token: access::write(access::Purpose::Log, &token) }))
}

/// Revokes a log key: from now on it opens nothing. Says whether it did before.
pub async fn revoke(app: &App, key: Uuid, name: &str) -> Result<bool, Stop> {
    app.transact(Actor::Operator, async |tx| {
        if !keys::revoke(tx, key).await? {
            return Ok(Outcome::Nothing(false));
        }
        Ok(Outcome::Done(true, Event::Audit(Audit::KeyRevoked { key, name: name.to_owned() })))
    })
    .await
}
