//! How much a session has shown, and how long it lives.

use super::words::words;

words! {
    /// What a session may do.
    Level {
        /// The password was right: it may give a code or activate, nothing else.
        Password = "password",
        /// Signed in.
        Full = "full",
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

words! {
    /// By what somebody proves the second factor.
    Method {
        /// A code of the authenticator app (RFC 6238).
        Totp = "totp",
        /// One of the recovery codes.
        Recovery = "recovery",
    }
}
