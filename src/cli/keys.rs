//! `pulih keys init|rotate|log|portal`: makes key files, which it never shows nor overwrites, and keys of programs.

use std::path::PathBuf;

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};

use super::Common;
use super::failure::{Failure, print, print_json, print_lines};
use crate::base::clock::Clock;
use crate::base::keyring::{Keyring, Purpose};
use crate::config;
use crate::store::access::Life;

mod log;
mod portal;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Make a key file for every purpose that has none, readable by this user alone.
    Init {
        /// Write JSON.
        #[arg(long)]
        json: bool,
    },
    /// Make a new current key; older ones stay and go on reading what they made.
    Rotate {
        /// What the key is for: link, seal, checkpoint, cookie or message-id.
        #[arg(value_parser = purpose)]
        purpose: Purpose,
        /// Write JSON.
        #[arg(long)]
        json: bool,
    },
    /// Keys for whoever follows the log from elsewhere.
    #[command(subcommand)]
    Log(log::Command),
    /// Keys for portals that keep their own login page.
    #[command(subcommand)]
    Portal(portal::Command),
}

pub(super) fn run(common: &Common, command: &Command) -> Result<(), Failure> {
    match command {
        Command::Log(command) => return log::run(common, command),
        Command::Portal(command) => return portal::run(common, command),
        Command::Init { .. } | Command::Rotate { .. } => {}
    }
    let dir = common.load(config::Purpose::Files)?.config.keys.dir;
    let today = Clock::system().now().date_naive();
    match command {
        Command::Log(_) | Command::Portal(_) => Ok(()),
        Command::Init { json } => {
            let made = Keyring::init(&dir, today)?;
            let advice = if made.is_empty() {
                format!("Every purpose has its key in {} already; nothing was made.\n", dir.display())
            } else {
                "Back these files up, apart from the database: without them no stored secret can be read.\n".to_owned()
            };
            tell(&made, *json, &advice)
        }
        Command::Rotate { purpose, json } => {
            let made = Keyring::rotate(&dir, *purpose, today)?;
            tell(&[made], *json, "It is used from the next start on. Back it up, and keep the older ones.\n")
        }
    }
}

fn tell(made: &[PathBuf], json: bool, advice: &str) -> Result<(), Failure> {
    if json {
        return print_json(&json!({ "made": made }));
    }
    print_lines(made.iter().map(|file| file.display().to_string()))?;
    print(advice)
}

fn purpose(name: &str) -> Result<Purpose, String> {
    let known = || Purpose::ALL.map(Purpose::name).join(", ");
    Purpose::ALL.into_iter().find(|p| p.name() == name).ok_or_else(|| format!("take one of {}", known()))
}

/// A key of a program in JSON: what it is, and how it lives.
fn written(mut key: Value, life: &Life) -> Value {
    let lives = [
        ("state", json!(life.state().code())),
        ("created", json!(time(Some(life.created_at)))),
        ("expires", json!(time(life.expires_at))),
        ("revoked", json!(time(life.revoked_at))),
        ("last_used", json!(time(life.used_at))),
        ("uses", json!(life.uses)),
    ];
    for (name, value) in lives {
        key[name] = value;
    }
    key
}

fn time(at: Option<DateTime<Utc>>) -> Option<String> {
    at.map(|at| at.to_rfc3339_opts(SecondsFormat::Secs, true))
}
