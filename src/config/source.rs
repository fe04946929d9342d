//! Where settings come from, and how a fault in one is named.

use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;

use serde::Serialize;

/// The variable that holds the key with which a command reads a log elsewhere. It is no setting.
pub(super) const LOG_KEY: &str = "PULIH_AUDIT_TOKEN";

/// What the settings are wanted for, which decides what must be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Serving people: everything must be right.
    Serve,
    /// The demo, which brings its own database, relay and keys.
    Demo,
    /// A command that speaks to the database.
    Database,
    /// A command that needs neither database nor relay.
    Files,
}

/// Everything that may hold settings, weakest first: file, environment, flags.
#[derive(Clone, Debug)]
pub struct Sources {
    /// What the settings are wanted for.
    pub purpose: Purpose,
    /// The file named by `--config`.
    pub file: Option<PathBuf>,
    /// The process's environment.
    pub environment: Vec<(OsString, OsString)>,
    /// Settings given as flags: the flag as typed, the key (`server.listen`) and its value.
    pub flags: Vec<(String, String, String)>,
}

impl Sources {
    /// This process's environment, and whatever file it or the machine names.
    pub fn of_process(purpose: Purpose, file: Option<PathBuf>) -> Self {
        Self { purpose, file, environment: std::env::vars_os().collect(), flags: Vec::new() }
    }

    /// The key with which a command reads a log elsewhere, where the environment holds one.
    pub fn log_key(&self) -> Option<String> {
        let (_, value) = self.environment.iter().find(|(name, _)| name == LOG_KEY)?;
        value.to_str().map(|key| key.trim().to_owned()).filter(|key| !key.is_empty())
    }
}

/// Where a value stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// Nowhere: it is the default.
    Default,
    /// In a file, at a line (the first is 1).
    File(PathBuf, usize),
    /// In an environment variable of this name.
    Environment(String),
    /// In a flag of the command line.
    Flag(String),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(path, line) => write!(f, "{}:{line}", path.display()),
            Self::Environment(name) => write!(f, "environment {name}"),
            Self::Flag(flag) => write!(f, "flag {flag}"),
        }
    }
}

impl Serialize for Place {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

/// A fault in the settings, or a thing to be warned of. Shown as one line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The key, `section.key`.
    pub key: String,
    /// Where its value stands.
    pub place: Place,
    /// What is wrong.
    pub wrong: String,
    /// What mends it.
    pub mend: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = if self.place == Place::Default { "not set".to_owned() } else { self.place.to_string() };
        write!(f, "{} ({}): {}; {}", line(&self.key), line(&place), line(&self.wrong), line(&self.mend))
    }
}

/// Keeps a fault on its one line whatever was typed.
fn line(text: &str) -> String {
    text.chars().flat_map(|c| if c.is_control() { c.escape_default().collect() } else { vec![c] }).collect()
}
