//! `pulih accounts import|export`: accounts from and to CSV.

use std::path::PathBuf;

use super::failure::Failure;
use super::{Common, runtime};
use crate::app::App;
use crate::base::clock::Clock;
use crate::base::keyring::Keyring;
use crate::config::Purpose;
use crate::model::refusal::Stop;

mod export;
mod import;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Import new accounts: all lines of the file or none. Nothing that is there is overwritten.
    Import {
        /// CSV file in UTF-8 with the header
        /// `user_id,user_type,name,email,email_2,password_hash,totp_secret,protected`.
        file: PathBuf,
        /// Only say what would be done.
        #[arg(long)]
        dry_run: bool,
        /// Write JSON.
        #[arg(long)]
        json: bool,
    },
    /// Export accounts, without hashes and secrets; cells that look like formulas get a leading '.
    Export {
        /// File to write, which must not be there yet; `-` for stdout.
        #[arg(default_value = "-")]
        file: PathBuf,
    },
}

pub(super) fn run(common: &Common, command: &Command) -> Result<(), Failure> {
    let config = common.load(Purpose::Database)?.config;
    // An export opens nothing that is sealed, so it needs no keys.
    let keys = match command {
        Command::Import { .. } => keyring(&config.keys.dir)?,
        Command::Export { .. } => Keyring::ephemeral()?,
    };
    runtime()?.block_on(async {
        let app = App::new(config, keys, Clock::system())?;
        match command {
            Command::Import { file, dry_run, json } => import::run(&app, file, *dry_run, *json).await,
            Command::Export { file } => export::run(&app, file).await,
        }
    })
}

/// The keys, or every fault in them as a fault of the settings.
fn keyring(dir: &std::path::Path) -> Result<Keyring, Failure> {
    Keyring::load(dir).map_err(|problems| Failure::settings(problems.iter().map(ToString::to_string).collect()))
}

impl From<Stop> for Failure {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Fault(fault) => fault.into(),
            Stop::Refused(refusal) => Self::new(format!("refused: {}", refusal.code())),
        }
    }
}
