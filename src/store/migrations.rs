//! Migrations: embedded, run by the owner's role, redone by a test.

use std::sync::Arc;

use diesel::migration::{Migration, MigrationSource};
use diesel::pg::Pg;
use diesel_async::{AsyncMigrationHarness, AsyncPgConnection};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use secrecy::{ExposeSecret, SecretString};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::pool::tls;
use crate::base::fault::Fault;
use crate::config::Database;

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");

/// What is to be done with the migrations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task {
    /// Apply what is missing.
    Up,
    /// Revert all and apply all again; for tests.
    Redo,
    /// Only look.
    Pending,
}

/// Does it with the role of `url`; returns the names of the migrations concerned. Blocks.
pub fn run(settings: &Database, url: &SecretString, task: Task) -> Result<Vec<String>, Fault> {
    let tls = Arc::new(tls(settings)?);
    let url = url.clone();
    // the harness blocks inside a runtime and needs one with several threads, which actix's are not
    let work = move || -> Result<Vec<String>, Fault> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .map_err(|e| Fault::bug("starting a runtime", e))?;
        runtime.block_on(async move {
            let connection = connect(&url, &tls).await?;
            tokio::task::spawn_blocking(move || apply(connection, task))
                .await
                .map_err(|e| Fault::bug("running the migrations", e))?
        })
    };
    std::thread::spawn(work).join().map_err(|_| Fault::broken("the migrations panicked"))?
}

async fn connect(url: &SecretString, tls: &Arc<rustls::ClientConfig>) -> Result<AsyncPgConnection, Fault> {
    let (client, connection) = tokio_postgres::connect(url.expose_secret(), MakeRustlsConnect::new((**tls).clone()))
        .await
        .map_err(|e| Fault::away("connecting to the database as owner", e))?;
    tokio::spawn(connection);
    AsyncPgConnection::try_from(client).await.map_err(|e| Fault::away("connecting to the database as owner", e))
}

fn apply(connection: AsyncPgConnection, task: Task) -> Result<Vec<String>, Fault> {
    let mut harness = AsyncMigrationHarness::new(connection);
    let bug = |e| Fault::bug("applying the migrations", e);
    if task == Task::Redo {
        harness.revert_all_migrations(MIGRATIONS).map_err(bug)?;
    }
    let pending = harness.pending_migrations(MIGRATIONS).map_err(bug)?;
    let names = pending.iter().map(|migration| migration.name().to_string()).collect();
    if task != Task::Pending {
        harness.run_pending_migrations(MIGRATIONS).map_err(bug)?;
    }
    Ok(names)
}

/// The names of all migrations, oldest first.
pub fn names() -> Result<Vec<String>, Fault> {
    let all: Vec<Box<dyn Migration<Pg>>> =
        MIGRATIONS.migrations().map_err(|e| Fault::bug("listing the migrations", e))?;
    let mut names: Vec<String> = all.iter().map(|migration| migration.name().to_string()).collect();
    names.sort();
    Ok(names)
}
