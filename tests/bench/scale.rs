//! How much is measured.

/// How often each thing is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// As little as shows that the measurement works.
    Tiny,
    /// Minutes.
    Normal,
    /// The counts that are reported.
    Full,
}

impl Scale {
    /// What `PULIH_ROUNDS` says.
    #[allow(clippy::disallowed_methods, reason = "a measurement has no settings but this one")]
    pub fn of_environment() -> Self {
        match std::env::var("PULIH_ROUNDS").as_deref() {
            Ok("full") => Self::Full,
            Ok("tiny") => Self::Tiny,
            _ => Self::Normal,
        }
    }

    /// The count for this scale.
    pub fn of<T>(self, tiny: T, normal: T, full: T) -> T {
        match self {
            Self::Tiny => tiny,
            Self::Normal => normal,
            Self::Full => full,
        }
    }
}
