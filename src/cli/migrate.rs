//! `pulih migrate`: brings the database's tables up to this program.

use super::Common;
use super::failure::{Failure, print, print_json, print_lines};
use crate::config::Purpose;
use crate::store::migrations::{self, Task};

#[derive(Debug, clap::Args)]
pub(super) struct Options {
    /// Only say what is missing.
    #[arg(long)]
    dry_run: bool,
    /// Write JSON.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(common: &Common, options: &Options) -> Result<(), Failure> {
    let database = common.load(Purpose::Database)?.config.database;
    // Without an owner's role of its own, a small installation may migrate with the one it has; `doctor` tells it.
    let url = database.owner_url.as_ref().unwrap_or(&database.url);
    let task = if options.dry_run { Task::Pending } else { Task::Up };
    let names = migrations::run(&database, url, task)?;
    if options.json {
        let key = if options.dry_run { "pending" } else { "applied" };
        return print_json(&serde_json::json!({ key: names }));
    }
    if names.is_empty() {
        return print("The tables are as new as this program.\n");
    }
    let word = if options.dry_run { "missing" } else { "applied" };
    print_lines(names.iter().map(|name| format!("{word}: {name}")))
}
