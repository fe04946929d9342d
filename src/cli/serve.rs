//! `pulih serve`: the house on an installation's own database, relay and keys.

use super::failure::Failure;
use super::{Common, logs, runtime};
use crate::app::App;
use crate::base::clock::Clock;
use crate::base::keyring::Keyring;
use crate::config::Purpose;
use crate::server;

pub(super) fn run(common: &Common) -> Result<(), Failure> {
    let loaded = common.load(Purpose::Serve)?;
    logs::start(&loaded.config.log)?;
    loaded.warnings.iter().for_each(|warning| tracing::warn!("{warning}"));
    let keys = Keyring::load(&loaded.config.keys.dir)
        .map_err(|problems| Failure::settings(problems.iter().map(ToString::to_string).collect()))?;
    let runtime = runtime()?;
    let done = runtime.block_on(async {
        let app = App::new(loaded.config, keys, Clock::system())?;
        let running = server::run(&app, None)?;
        server::stop_at_signal(running.stop.clone())?;
        tracing::info!(public = %running.public, ops = %running.ops, "ready");
        running.ended().await;
        Ok(())
    });
    // dropping it would wait for a worker that waits for the relay: what did not end in time ends with the process
    runtime.shutdown_background();
    done
}
