//! `pulih audit follow`: an own copy of a log elsewhere, best on a machine that its operators do not reach.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use serde_json::json;
use tokio::runtime::Runtime;

use super::{Access, Bar, MISMATCH, USAGE, eprint, keys};
use crate::audit::copy::Copied;
use crate::audit::folder::Folder;
use crate::audit::follow::{Follower, NoFollower};
use crate::audit::verify::Progress;
use crate::base::clock::Clock;
use crate::base::fault::{Fault, FaultKind};
use crate::cli::Common;
use crate::cli::failure::{Failure, print, print_json};

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Follow {
    /// Address of the server, as `https://pulih.example.go.id`.
    #[arg(value_name = "URL")]
    url: String,
    /// Folder of the copy.
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    #[command(flatten)]
    access: Access,
    /// File with the log's verifier key; needed the first time.
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// Look once.
    #[arg(long)]
    once: bool,
    /// Seconds between two looks.
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    every: u64,
    /// Write JSON, a line for each look.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(common: &Common, options: &Follow, runtime: &Runtime) -> Result<(), Failure> {
    let keys = options.key.as_deref().map(keys).transpose()?.unwrap_or_default();
    let remote = options.access.open(common, &options.url)?;
    let folder = Folder::at(options.folder.clone());
    let follower = Follower::new(folder, remote, keys).map_err(|no| match no {
        NoFollower::NoKey => Failure::new(no.to_string()).with_code(USAGE),
        NoFollower::OtherKey(_) => Failure::new(no.to_string()).with_code(MISMATCH),
        NoFollower::Fault(fault) => fault.into(),
    })?;
    runtime.block_on(async {
        loop {
            match look(&follower).await? {
                Ok(copied) => tell(options, &copied, follower.quiet(Clock::system().now())?)?,
                Err(fault) if options.once => return Err(fault.into()),
                // a server that is away is asked again; what it says later is compared all the same
                Err(fault) => eprint(&format!("{fault}")),
            }
            if options.once {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_secs(options.every)).await;
        }
    })
}

/// One look; a contradiction ends it all.
async fn look(follower: &Follower) -> Result<Result<Copied, Fault>, Failure> {
    let progress = Arc::new(Progress::default());
    let bar = Bar::of(&progress);
    let looked = follower.look(Clock::system().now(), &progress).await;
    drop(bar);
    match looked {
        Ok(Ok(copied)) => Ok(Ok(copied)),
        Ok(Err(contradiction)) => {
            let words = format!("{contradiction}; both checkpoints are kept in evidence/");
            Err(Failure::new(words).with_code(MISMATCH))
        }
        Err(fault) if fault.kind() == FaultKind::Away => Ok(Err(fault)),
        Err(fault) => Err(fault.into()),
    }
}

fn tell(options: &Follow, copied: &Copied, quiet: Option<TimeDelta>) -> Result<(), Failure> {
    let minutes = quiet.map(|quiet| quiet.num_minutes());
    if let Some(minutes) = minutes {
        eprint(&format!(
            "the log has not grown for {minutes} minutes: its sealer stands, or an old state is shown here"
        ));
    }
    if options.json {
        let root = data_encoding::HEXLOWER.encode(&copied.root);
        return print_json(
            &json!({ "size": copied.size, "added": copied.added, "root": root, "quiet_minutes": minutes }),
        );
    }
    print(&format!("{} leaves are new, {} in all.\n", copied.added, copied.size))
}
