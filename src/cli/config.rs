//! `pulih config check|print`: what holds, where it comes from, and what is wrong with it.

use super::Common;
use super::failure::{Failure, print, print_json, print_lines};
use crate::config::{self, Purpose};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Name every fault in the settings, one a line; exit code 3 where there is one.
    Check {
        /// Write JSON.
        #[arg(long)]
        json: bool,
    },
    /// Show the settings that hold, each with its source; secrets are shown as "(set)".
    Print {
        /// Write JSON.
        #[arg(long)]
        json: bool,
    },
}

pub(super) fn run(common: &Common, command: &Command) -> Result<(), Failure> {
    match command {
        Command::Check { json } => check(common, *json),
        Command::Print { json } => show(common, *json),
    }
}

fn check(common: &Common, json: bool) -> Result<(), Failure> {
    let (faults, warnings) = match config::load(&common.sources(Purpose::Serve)) {
        Ok(loaded) => (Vec::new(), loaded.warnings),
        Err(faults) => (faults, Vec::new()),
    };
    if json {
        print_json(&serde_json::json!({"ok": faults.is_empty(), "faults": faults, "warnings": warnings}))?;
        return if faults.is_empty() { Ok(()) } else { Err(Failure::told(3)) };
    }
    if !faults.is_empty() {
        return Err(faults.into());
    }
    print_lines(warnings.iter().map(|warning| format!("warning: {warning}")))?;
    print("The settings are right.\n")
}

fn show(common: &Common, json: bool) -> Result<(), Failure> {
    let loaded = common.load(Purpose::Files)?;
    if json { print_json(&config::print::settings(&loaded)) } else { print(&config::print::as_toml(&loaded)) }
}
