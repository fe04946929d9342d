//! The one binary: everything it can do is in [`pulih::cli`].

use std::process::ExitCode;

fn main() -> ExitCode {
    pulih::cli::main()
}
