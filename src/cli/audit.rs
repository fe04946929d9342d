//! `pulih audit verify|checkpoint|prove|export|follow`: the sealed log under an operator's and an auditor's eyes.

use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use secrecy::SecretString;

use super::failure::Failure;
use super::{Common, runtime};
use crate::app::App;
use crate::audit::folder;
use crate::audit::remote::Remote;
use crate::audit::verify::Progress;
use crate::base::clock::Clock;
use crate::base::keyring::Keyring;
use crate::base::note::Verifier;
use crate::config::Purpose;

mod export;
mod follow;
mod prove;
mod verify;

/// The log is not what it must be.
const MISMATCH: u8 = 10;
/// What was typed cannot be meant.
const USAGE: u8 = 2;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Work the whole log out anew, and compare it with what was kept outside. Exit code 10 where anything is wrong.
    Verify(verify::Verify),
    /// Print the newest checkpoint, to be kept elsewhere.
    Checkpoint(prove::Checkpoint),
    /// Print the proof that an event is in the log, as a file that docs/verify.py checks.
    Prove(prove::Prove),
    /// Copy the log into a folder, or what is new since it was copied there last.
    Export(export::Export),
    /// Keep an own copy of a log that is served elsewhere. Exit code 10 where it contradicts the copy.
    Follow(follow::Follow),
}

/// How a log elsewhere is reached. The key that reads it never stands on the command line.
#[derive(Debug, clap::Args)]
struct Access {
    /// File with the key that reads the log; `PULIH_AUDIT_TOKEN` otherwise.
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
}

pub(super) fn run(common: &Common, command: &Command) -> Result<(), Failure> {
    let runtime = runtime()?;
    // connections belong to the runtime on which their pool is made
    let _here = runtime.enter();
    match command {
        Command::Verify(options) => verify::run(common, options, &runtime),
        Command::Checkpoint(options) => prove::checkpoint(common, options, &runtime),
        Command::Prove(options) => prove::run(common, options, &runtime),
        Command::Export(options) => export::run(common, options, &runtime),
        Command::Follow(options) => follow::run(common, options, &runtime),
    }
}

/// The house on its database. Who brings the verifier key needs none of its keys.
fn open(common: &Common, key_given: bool) -> Result<App, Failure> {
    let config = common.load(Purpose::Database)?.config;
    if !key_given && config.server.base_url.is_empty() && config.audit.origin.is_none() {
        // the log's name is made of it: without it no signature of our own would be known again
        let words =
            "server.base_url (not set): is missing; set it as the server has it, or give the verifier key by --key";
        return Err(Failure::settings(vec![words.to_owned()]));
    }
    let keys = match Keyring::load(&config.keys.dir) {
        Ok(keys) => keys,
        Err(_) if key_given => Keyring::ephemeral()?,
        Err(problems) => return Err(Failure::settings(problems.iter().map(ToString::to_string).collect())),
    };
    Ok(App::new(config, keys, Clock::system())?)
}

/// Whom to trust, out of a file with one verifier key a line.
fn keys(path: &Path) -> Result<Vec<Verifier>, Failure> {
    let usage = |words: String| Failure::new(words).with_code(USAGE);
    let text = std::fs::read_to_string(path).map_err(|e| usage(format!("{} cannot be read: {e}", path.display())))?;
    folder::keys(&text).ok_or_else(|| usage(format!("{} holds no verifier key", path.display())))
}

impl Access {
    fn open(&self, common: &Common, url: &str) -> Result<Remote, Failure> {
        let usage = |words: String| Failure::new(words).with_code(USAGE);
        let token = match &self.token_file {
            Some(path) => {
                let text = std::fs::read_to_string(path);
                let text = text.map_err(|e| usage(format!("{} cannot be read: {e}", path.display())))?;
                Some(SecretString::from(text.trim().to_owned()))
            }
            None => common.sources(Purpose::Files).log_key().map(SecretString::from),
        };
        let ca = common.load(Purpose::Files)?.config.audit.ca;
        Remote::new(url, token, ca.as_deref()).map_err(usage)
    }
}

/// Says on stderr what ends nothing.
fn eprint(words: &str) {
    // nobody is left to hear it where stderr is closed
    let _ = writeln!(std::io::stderr(), "pulih: {words}");
}

/// A bar on stderr while something runs, where somebody is there to see it.
struct Bar {
    over: Arc<AtomicBool>,
    drawn: Option<JoinHandle<()>>,
}

impl Bar {
    fn of(progress: &Arc<Progress>) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let (ends, progress) = (Arc::clone(&over), Arc::clone(progress));
        let draw = move || {
            let mut stderr = std::io::stderr();
            while !ends.load(Ordering::Relaxed) {
                let (done, total) = progress.so_far();
                let parts = usize::try_from(done.saturating_mul(40) / total.max(1)).unwrap_or(0).min(40);
                let bar = "#".repeat(parts);
                let _ = write!(stderr, "\r[{bar:<40}] {done} of {total} ").and_then(|()| stderr.flush());
                std::thread::sleep(Duration::from_millis(200));
            }
            let _ = write!(stderr, "\r{:79}\r", "").and_then(|()| stderr.flush());
        };
        Self { over, drawn: std::io::stderr().is_terminal().then(|| std::thread::spawn(draw)) }
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        // a bar that broke breaks nothing else
        let _ = self.drawn.take().map(JoinHandle::join);
    }
}
