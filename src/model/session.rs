//! How much a session has shown, and how long it lives.

/// What a session may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// The password was right: it may give a code or activate, nothing else.
    Password,
    /// Signed in.
    Full,
}

impl Level {
    /// The word in the database.
    pub fn code(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Full => "full",
        }
    }

    /// Reads that word.
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Password, Self::Full].into_iter().find(|l| l.code() == code)
    }
}

/// The lives of sessions, by the settings.
#[derive(Clone, Copy, Debug)]
pub struct Lives {
    /// Minutes between the password and the code, or the end of activation.
    pub step_minutes: i32,
    /// Minutes after which a session nobody uses is over.
    pub idle_minutes: i32,
    /// Minutes after which any session is over.
    pub absolute_minutes: i32,
}

impl Lives {
    /// Minutes a session of that level lives at most.
    pub fn minutes(self, level: Level) -> i32 {
        match level {
            Level::Password => self.step_minutes,
            Level::Full => self.absolute_minutes,
        }
    }
}

/// By what somebody proves the second factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// A code of the authenticator app (RFC 6238).
    Totp,
    /// One of the recovery codes.
    Recovery,
}

impl Method {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Totp, Self::Recovery];

    /// The word in forms and events.
    pub fn code(self) -> &'static str {
        match self {
            Self::Totp => "totp",
            Self::Recovery => "recovery",
        }
    }

    /// Reads that word.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|m| m.code() == code)
    }
}
