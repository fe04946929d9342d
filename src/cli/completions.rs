//! `pulih completions SHELL`: what a shell needs to complete our commands.

use clap::CommandFactory as _;
use clap_complete::Shell;

use super::failure::{Failure, print};

#[derive(Debug, clap::Args)]
pub(super) struct Options {
    /// The shell.
    shell: Shell,
}

pub(super) fn run(options: &Options) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(options.shell, &mut super::Cli::command(), "pulih", &mut script);
    print(&String::from_utf8_lossy(&script))
}
