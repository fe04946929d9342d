//! A failure that is told to us, never to visitors: a chain of contexts, logged once where it is handled.

use std::error::Error as StdError;
use std::fmt;

/// What kind of failure it is, which decides the answer's status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// Something we depend on is away (database, relay): 503, try again.
    Away,
    /// Our own mistake or a broken installation: 500.
    Bug,
}

/// A failure with what was being done when it happened.
#[derive(Debug)]
pub struct Fault {
    kind: FaultKind,
    context: String,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl Fault {
    /// Our own mistake, with its cause.
    pub fn bug(context: impl Into<String>, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self { kind: FaultKind::Bug, context: context.into(), source: Some(source.into()) }
    }

    /// Something we depend on is away, with its cause.
    pub fn away(context: impl Into<String>, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self { kind: FaultKind::Away, context: context.into(), source: Some(source.into()) }
    }

    /// Our own mistake, found by a check of ours.
    pub fn broken(context: impl Into<String>) -> Self {
        Self { kind: FaultKind::Bug, context: context.into(), source: None }
    }

    /// The same failure, one step further out.
    #[must_use]
    pub fn while_doing(mut self, doing: &str) -> Self {
        self.context = format!("{doing}: {}", self.context);
        self
    }

    /// Its kind.
    pub fn kind(&self) -> FaultKind {
        self.kind
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.context)?;
        let mut cause: Option<&dyn StdError> = self.source.as_deref().map(|s| s as &dyn StdError);
        while let Some(c) = cause {
            write!(f, ": {c}")?;
            cause = c.source();
        }
        Ok(())
    }
}

impl StdError for Fault {}
