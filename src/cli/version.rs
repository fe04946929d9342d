//! `pulih version`.

use super::failure::{Failure, print, print_json};

#[derive(Debug, clap::Args)]
pub(super) struct Options {
    /// Write JSON.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(options: &Options) -> Result<(), Failure> {
    let version = env!("CARGO_PKG_VERSION");
    if options.json {
        print_json(&serde_json::json!({"version": version}))
    } else {
        print(&format!("pulih {version}\n"))
    }
}
