//! `pulih demo`: the whole house with nothing to set up.

use std::net::SocketAddr;
use std::path::PathBuf;

use super::failure::{Failure, print, print_json};
use super::{Common, logs, runtime};
use crate::config::{Place, Purpose};
use crate::{demo, server};

#[derive(Debug, clap::Args)]
pub(super) struct Options {
    /// Where to listen.
    #[arg(long, default_value = "127.0.0.1:8080", value_name = "ADDR")]
    listen: SocketAddr,
    /// Accounts to seed.
    #[arg(long, default_value_t = 1_000, value_name = "N")]
    accounts: usize,
    /// Folder to keep; a temporary one otherwise, which goes with the demo.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Write one line of JSON when ready.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(common: &Common, options: &Options) -> Result<(), Failure> {
    let mut loaded = common.load(Purpose::Demo)?;
    if matches!(loaded.place("server.ops_listen"), Place::Default) {
        // several demos may run side by side
        loaded.config.server.ops_listen.set_port(0);
    }
    if matches!(loaded.place("log.filter"), Place::Default) {
        // what there is to try stays on the screen
        "warn".clone_into(&mut loaded.config.log.filter);
    }
    logs::start(&loaded.config.log)?;
    loaded.warnings.iter().for_each(|warning| tracing::warn!("{warning}"));
    let demo = demo::Options { listen: options.listen, accounts: options.accounts, data: options.data.clone() };
    let runtime = runtime()?;
    let done = runtime.block_on(async {
        let started = demo::start(loaded.config, &demo).await?;
        server::stop_at_signal(started.running.stop.clone())?;
        if options.json {
            print_json(&started.json())?;
        } else {
            print(&format!("{}\n", started.table()))?;
        }
        started.ended().await;
        Ok(())
    });
    // dropping it would wait for a worker that waits for the relay: what did not end in time ends with the process
    runtime.shutdown_background();
    done
}
