//! Makes exports of the history, a part at a time, so that a server that ends midway loses nothing that was made.

use std::collections::HashSet;

use uuid::Uuid;

use crate::actions::audit::export::made;
use crate::app::App;
use crate::audit::export::{self, Personal};
use crate::base::fault::{Fault, FaultKind};
use crate::base::{deflate, random};
use crate::model::history;
use crate::model::refusal::Stop;
use crate::store::Read;
use crate::store::audit::export_rows::{self, Cursor};
use crate::store::audit::exports::{self, Export};
use crate::store::audit::job::{self, Part};
use crate::store::audit::search;
use crate::store::log::erased;

/// Leaves that are looked up for one part.
const LEAVES: i64 = 2_000;

/// What one process makes exports as.
#[derive(Debug)]
pub struct Exporter {
    who: Uuid,
}

impl Default for Exporter {
    fn default() -> Self {
        Self { who: random::id() }
    }
}

impl Exporter {
    /// Makes one part of one export, or ends it; says whether there may be more to do.
    pub async fn step(&self, app: &App) -> Result<bool, Stop> {
        let mut read = app.read().await?;
        let Some(id) = job::claim(&mut read, self.who).await? else { return Ok(false) };
        let Some(found) = exports::find(&mut read, id).await? else { return Ok(true) };
        let size = found.size.unwrap_or_default();
        // the first part is made whatever there is, since a CSV file begins with its header
        let over = found.parts > 0 && found.next_leaf >= size;
        let step = if over {
            self.vouch(app, &mut read, &found).await
        } else {
            self.part(app, &mut read, &found, size).await.map(|()| None)
        };
        drop(read);
        let ended = match step {
            Ok(None) => return Ok(true),
            Ok(Some(ended)) => Some(ended),
            // the log itself is not whole: that will not pass
            Err(fault) if fault.kind() == FaultKind::Bug => {
                tracing::error!(export = %id, fault = %fault, "an export cannot be made");
                None
            }
            Err(fault) => return Err(fault.into()),
        };
        made(app, &found, self.who, ended.as_ref().map(|(sha256, manifest)| (sha256, manifest.as_str()))).await?;
        Ok(true)
    }

    async fn part(&self, app: &App, read: &mut Read, found: &Export, size: i64) -> Result<(), Fault> {
        let terms = history::parse(&found.query).map_err(|_| Fault::broken("an export of a query that is none"))?;
        let query = search::whole(read, &terms, app.config().locale.zone).await?;
        let cursor = Cursor { next: found.next_leaf, size };
        let (rows, next_leaf) = export_rows::page(read, &query, cursor, LEAVES).await?;
        let erased: Option<HashSet<Uuid>> = if found.personal_too {
            Some(erased::by(read, export::bare(&rows)).await?.into_keys().collect())
        } else {
            None
        };
        let personal = erased.as_ref().map_or(Personal::Without, Personal::But);
        let bytes = export::part(&rows, found.format()?, personal, found.parts == 0)?;
        let packed = deflate::pack(&bytes)?;
        let rows = rows.iter().filter(|row| row.fits).count();
        let part = Part { number: found.parts, body: &packed, bytes: count(bytes.len()), rows: count(rows), next_leaf };
        if !job::keep(read, found.id, self.who, part).await? {
            tracing::info!(export = %found.id, "another server goes on with this export");
        }
        Ok(())
    }

    /// Hashes what was made and signs for it; nothing where another server goes on with it.
    async fn vouch(&self, app: &App, read: &mut Read, found: &Export) -> Result<Option<([u8; 32], String)>, Fault> {
        let go_on = async |read: &mut Read| job::renew(read, found.id, self.who).await;
        let Some(sha256) = export::hash(read, found, go_on).await? else { return Ok(None) };
        Ok(Some((sha256, export::manifest(app, read, found, &sha256).await?)))
    }
}

fn count(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}
