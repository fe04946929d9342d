//! Makes the database of a private cluster: the roles that an installation has, and the migrated tables.

use secrecy::{ExposeSecret, SecretString};
use tokio_postgres::NoTls;

use super::migrations::{self, Task};
use crate::base::fault::Fault;
use crate::config::Database;

/// The role that owns the tables.
pub const OWNER: &str = "pulih_owner";
/// The role the app connects with.
pub const APP: &str = "pulih";

/// Runs statements of our own on a connection without TLS: the socket of a private cluster.
pub async fn run(url: &SecretString, statements: &str) -> Result<(), Fault> {
    let away = |e| Fault::away("setting up the private database", e);
    let (client, connection) = tokio_postgres::connect(url.expose_secret(), NoTls).await.map_err(away)?;
    let driver = tokio::spawn(connection);
    let done = client.batch_execute(statements).await.map_err(|e| Fault::bug("setting up the private database", e));
    drop(client);
    let _ = driver.await;
    done
}

/// Makes roles and an empty database where they are missing, and brings its tables up to this program.
///
/// `url` gives the address for a database and a role.
pub async fn prepare(database: &str, url: impl Fn(&str, &str) -> String) -> Result<(), Fault> {
    let admin = SecretString::from(url("postgres", "postgres"));
    let roles = format!(
        "do $$ begin
            if not exists (select from pg_roles where rolname = '{OWNER}') then
                create role {OWNER} login createrole;
            end if;
            if not exists (select from pg_roles where rolname = 'pulih_app') then
                create role pulih_app nologin;
            end if;
            if not exists (select from pg_roles where rolname = '{APP}') then
                create role {APP} login in role pulih_app;
            end if;
        end $$"
    );
    run(&admin, &roles).await?;
    // CREATE DATABASE knows no IF NOT EXISTS and wants no transaction
    let made = run(&admin, &format!("create database {database} owner {OWNER}")).await;
    let owner = SecretString::from(url(database, OWNER));
    if let Err(fault) = made
        && run(&owner, "select 1").await.is_err()
    {
        return Err(fault);
    }
    migrations::run(&Database::default(), &owner, Task::Up)?;
    Ok(())
}
