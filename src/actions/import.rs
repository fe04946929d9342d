//! Accounts of a file are taken over, all or none.

use uuid::Uuid;

use crate::app::{App, Outcome};
use crate::base::fault::Fault;
use crate::model::event::{Actor, Event};
use crate::model::refusal::Stop;
use crate::store;

/// What was staged and found right.
#[derive(Clone, Debug)]
pub struct Ready {
    /// The import whose lines are staged.
    pub import: Uuid,
    /// Lines of accounts that are not there yet.
    pub fresh: i64,
    /// Lines of accounts that are there with the same data.
    pub unchanged: i64,
    /// SHA-256 of the file, in hexadecimal.
    pub file_sha256: String,
}

/// Inserts the new accounts, their addresses and sealed secrets.
pub async fn import(app: &App, ready: &Ready) -> Result<(), Stop> {
    app.transact(Actor::Operator, async |tx| {
        let created = store::import::finish(tx, ready.import).await?;
        if created != ready.fresh {
            return Err(Fault::broken("accounts changed while the file was compared with them: import it again"));
        }
        let (unchanged, file_sha256) = (ready.unchanged, ready.file_sha256.clone());
        Ok(Outcome::Done((), Event::AccountsImported { created, unchanged, file_sha256 }))
    })
    .await
}
