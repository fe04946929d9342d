//! How a command ends when it does not end well: plain words on stderr and an exit code.

use std::io::{ErrorKind, Write as _};
use std::process::ExitCode;

use crate::base::fault::{Fault, FaultKind};
use crate::config::Finding;

/// Why a command failed, in plain words, with its exit code.
#[derive(Debug)]
pub(super) struct Failure {
    code: u8,
    words: Vec<String>,
}

impl Failure {
    /// A failure of the ordinary kind: exit code 1.
    pub(super) fn new(words: impl Into<String>) -> Self {
        Self { code: 1, words: vec![words.into()] }
    }

    /// Something we depend on is down: exit code 4.
    pub(super) fn away(words: impl Into<String>) -> Self {
        Self { code: 4, words: vec![words.into()] }
    }

    /// Faults of the settings: exit code 3.
    pub(super) fn settings(words: Vec<String>) -> Self {
        Self { code: 3, words }
    }

    /// A failure that has been told already.
    pub(super) fn told(code: u8) -> Self {
        Self { code, words: Vec::new() }
    }

    /// The same with another exit code.
    pub(super) fn with_code(self, code: u8) -> Self {
        Self { code, ..self }
    }

    /// Says it on stderr and turns it into the exit code.
    pub(super) fn tell(self) -> ExitCode {
        let mut stderr = std::io::stderr().lock();
        for words in self.words {
            // Nobody is left to hear it where stderr is closed.
            let _ = writeln!(stderr, "pulih: {words}");
        }
        ExitCode::from(self.code)
    }
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        match fault.kind() {
            FaultKind::Away => Self::away(fault.to_string()),
            FaultKind::Bug => Self::new(fault.to_string()),
        }
    }
}

impl From<Vec<Finding>> for Failure {
    fn from(findings: Vec<Finding>) -> Self {
        Self::settings(findings.iter().map(ToString::to_string).collect())
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self::new(format!("{error:#}"))
    }
}

/// Writes to stdout; a reader that went away (`pulih … | head`) is no failure.
pub(super) fn print(text: &str) -> Result<(), Failure> {
    let mut stdout = std::io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(e) if e.kind() != ErrorKind::BrokenPipe => Err(Failure::new(format!("cannot write to stdout: {e}"))),
        _ => Ok(()),
    }
}

/// The same for several lines.
pub(super) fn print_lines(lines: impl IntoIterator<Item = String>) -> Result<(), Failure> {
    print(&lines.into_iter().flat_map(|line| [line, "\n".to_owned()]).collect::<String>())
}

/// The same for a value as one line of JSON.
pub(super) fn print_json(value: &impl serde::Serialize) -> Result<(), Failure> {
    let text = serde_json::to_string(value).map_err(|e| Failure::new(format!("cannot write JSON: {e}")))?;
    print(&format!("{text}\n"))
}
