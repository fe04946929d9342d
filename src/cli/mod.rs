//! Commands for operators.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

mod accounts;
mod audit;
mod completions;
mod config;
mod demo;
mod doctor;
mod failure;
mod keys;
mod logs;
mod mail;
mod migrate;
mod serve;
mod staff;
mod version;

use crate::config::{Loaded, Purpose, Sources};
use failure::Failure;

/// Pulih, a self-hosted recovery desk for lost second factors.
///
/// Settings come from pulih.toml, then PULIH_SECTION__KEY and DATABASE_URL in the environment, then flags.
/// Exit codes: 0 ok, 1 failure, 2 usage, 3 configuration, 4 a dependency is down, 10 the log does not match;
/// `mail ingest` has those of sysexits.
#[allow(clippy::doc_markdown, reason = "shown on a terminal, where backticks only disturb")]
#[derive(Debug, Parser)]
#[command(name = "pulih", version, disable_help_subcommand = true)]
struct Cli {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Command,
}

/// What every command understands.
#[allow(clippy::doc_markdown, reason = "shown on a terminal, where backticks only disturb")]
#[derive(Clone, Debug, clap::Args)]
struct Common {
    /// Settings file; PULIH_CONFIG, ./pulih.toml and /etc/pulih/pulih.toml otherwise.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// One setting, as in `--set server.listen=127.0.0.1:9000`; may be repeated. Secrets are refused here.
    #[arg(long, global = true, value_name = "KEY=VALUE", value_parser = pair)]
    set: Vec<(String, String)>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Try everything at once: own database, seeded people, own mailbox; nothing to set up.
    Demo(demo::Options),
    /// Serve people, on this installation's database, relay and keys.
    Serve,
    /// Bring the database's tables up to this program, as their owner.
    Migrate(migrate::Options),
    /// Say what is wrong with this installation, and what mends it.
    Doctor(doctor::Options),
    /// Check or show the settings.
    #[command(subcommand)]
    Config(config::Command),
    /// Import or export accounts as CSV.
    #[command(subcommand)]
    Accounts(accounts::Command),
    /// Add, list or disable people of the desk; reset the TOTP of one.
    #[command(subcommand)]
    Staff(staff::Command),
    /// Take mail that comes in.
    #[command(subcommand)]
    Mail(mail::Command),
    /// Verify, prove, copy and follow the sealed log.
    #[command(subcommand)]
    Audit(audit::Command),
    /// Make key files, or keys of programs.
    #[command(subcommand)]
    Keys(keys::Command),
    /// Print completions for a shell.
    Completions(completions::Options),
    /// Print the version.
    Version(version::Options),
}

/// Runs the command of this process.
pub fn main() -> ExitCode {
    logs::panics();
    let _ = rustls::crypto::ring::default_provider().install_default();
    let Cli { common, command } = Cli::parse();
    let done = match command {
        Command::Demo(options) => demo::run(&common, &options),
        Command::Serve => serve::run(&common),
        Command::Migrate(options) => migrate::run(&common, &options),
        Command::Doctor(options) => doctor::run(&common, &options),
        Command::Config(command) => config::run(&common, &command),
        Command::Accounts(command) => accounts::run(&common, &command),
        Command::Staff(command) => staff::run(&common, &command),
        Command::Mail(command) => mail::run(&common, &command),
        Command::Audit(command) => audit::run(&common, &command),
        Command::Keys(command) => keys::run(&common, &command),
        Command::Completions(options) => completions::run(&options),
        Command::Version(options) => version::run(&options),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.tell(),
    }
}

impl Common {
    /// The settings for `purpose`, or all their faults.
    fn load(&self, purpose: Purpose) -> Result<Loaded, Failure> {
        Ok(crate::config::load(&self.sources(purpose))?)
    }

    /// Everything that may hold settings.
    fn sources(&self, purpose: Purpose) -> Sources {
        let mut sources = Sources::of_process(purpose, self.config.clone());
        sources.flags.extend(self.set.iter().map(|(key, value)| ("--set".to_owned(), key.clone(), value.clone())));
        sources
    }
}

/// The runtime on which a command's connections and workers live.
fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.map_err(|e| Failure::new(format!("cannot start a runtime: {e}")))
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or("write it as SECTION.KEY=VALUE")?;
    Ok((key.to_owned(), value.to_owned()))
}
