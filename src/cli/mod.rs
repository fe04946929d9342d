//! Commands for operators.

use std::process::ExitCode;

/// Runs the command of this process.
pub fn main() -> ExitCode {
    ExitCode::SUCCESS
}
