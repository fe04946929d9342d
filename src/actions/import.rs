//! Accounts of a file: compared with what is there, and taken over, all or none. What would overwrite waits for a second person.

use subtle::ConstantTimeEq as _;
use uuid::Uuid;

use crate::app::staff::{Lead, Proof};
use crate::app::{App, Outcome};
use crate::base::fault::Fault;
use crate::base::keyring::Purpose;
use crate::base::{random, seal};
use crate::model::account_csv::Line;
use crate::model::event::{Actor, Event, Upkeep};
use crate::model::refusal::{Refusal, Stop};
use crate::store::import::{self as staging, Conflict, Staged};

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

/// Gives a line its ids and seals its secret for its credential's row.
pub fn staged(app: &App, line: Line) -> Result<Staged, Fault> {
    let credential = random::id();
    let keys = app.keys().of(Purpose::Seal);
    let sealed_secret = line.totp_secret.as_ref().map(|secret| seal::seal(keys, credential, &secret.0)).transpose()?;
    Ok(Staged { line, account: random::id(), credential, sealed_secret })
}

/// Staged lines that would overwrite something of an account that is there, in order.
pub async fn compare(app: &App, import: Uuid) -> Result<Vec<Conflict>, Fault> {
    let mut read = app.read().await?;
    let mut conflicts = staging::conflicts(&mut read, import).await?;
    let keys = app.keys().of(Purpose::Seal);
    for pair in staging::secrets(&mut read, import).await? {
        let staged = seal::open(keys, pair.staged_row, &pair.staged)?;
        let stored = seal::open(keys, pair.stored_row, &pair.stored)?;
        if bool::from(staged.as_slice().ct_eq(&stored)) {
            continue;
        }
        match conflicts.iter_mut().find(|conflict| conflict.line == pair.line) {
            Some(conflict) => conflict.columns.push_str(", totp_secret"),
            None => conflicts.push(Conflict { line: pair.line, columns: "totp_secret".to_owned() }),
        }
    }
    conflicts.sort_by_key(|conflict| conflict.line);
    Ok(conflicts)
}

/// Inserts the new accounts, their addresses and sealed secrets.
pub async fn import(app: &App, ready: &Ready) -> Result<(), Stop> {
    app.transact(Actor::Operator, async |tx| {
        let created = staging::finish(tx, ready.import).await?;
        if created != ready.fresh {
            return Err(Fault::broken("accounts changed while the file was compared with them: import it again"));
        }
        let (unchanged, file_sha256) = (ready.unchanged, ready.file_sha256.clone());
        Ok(Outcome::Done((), Event::AccountsImported { created, unchanged, file_sha256 }))
    })
    .await
}

/// What an import by the desk did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taken {
    /// Accounts made.
    pub created: i64,
    /// Lines that wait for a second person.
    pub proposed: i64,
}

/// The same by the desk, with a fresh code: new accounts are made, and each line that would overwrite becomes a proposal.
/// Lines of accounts for which one is open already are left out.
pub async fn import_as(
    app: &App,
    lead: Lead,
    ready: &Ready,
    conflicts: &[Conflict],
    code: &str,
) -> Result<Taken, Stop> {
    let staff = lead.by().staff();
    app.transact(Actor::Staff(staff), async |tx| {
        let event = |taken: Option<Taken>| {
            Event::Upkeep(Upkeep::Uploaded {
                created: taken.map(|t| t.created),
                proposed: taken.map(|t| t.proposed),
                unchanged: ready.unchanged,
                file_sha256: ready.file_sha256.clone(),
            })
        };
        if let Err(refusal) = app.step_up(tx, lead, code).await? {
            return Ok(Outcome::Refused(refusal, event(None)));
        }
        if staging::staged_by(tx, ready.import, staff).await?.as_ref() != Some(&ready.file_sha256) {
            return Ok(Outcome::Refused(Refusal::ChangedMeanwhile, event(None)));
        }
        let created = staging::finish(tx, ready.import).await?;
        let proposed = staging::propose(tx, ready.import, conflicts, staff, app.approval_hours()).await?;
        staging::unstage(tx, ready.import).await?;
        let taken = Taken { created, proposed };
        Ok(Outcome::Done(taken, event(Some(taken))))
    })
    .await
}
