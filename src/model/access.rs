//! Keys of programs: of those that follow the log, and of portals.

use data_encoding::BASE64URL_NOPAD;

/// What a key is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Reading the log.
    Log,
    /// The API.
    Portal,
}

impl Purpose {
    /// What its tokens begin with, so that whoever finds one knows what it opens.
    fn prefix(self) -> &'static str {
        match self {
            Self::Log => "pulih_log_",
            Self::Portal => "pulih_portal_",
        }
    }
}

/// Whether a key opens anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It does.
    Live,
    /// Its time is over.
    Expired,
    /// It was revoked.
    Revoked,
}

impl State {
    /// Its word.
    pub fn code(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
        }
    }
}

/// The longest name of a key, in characters.
pub const NAME_MAX: usize = 80;
/// The longest life that may be asked for, in days.
pub const DAYS_MAX: u32 = 3650;

/// The text of a token; its 32 bytes are random.
pub fn write(purpose: Purpose, token: &[u8; 32]) -> String {
    format!("{}{}", purpose.prefix(), BASE64URL_NOPAD.encode(token))
}

/// The bytes of a token's text; nothing for any other text, nor for a token of another purpose.
pub fn read(purpose: Purpose, text: &str) -> Option<[u8; 32]> {
    BASE64URL_NOPAD.decode(text.strip_prefix(purpose.prefix())?.as_bytes()).ok()?.try_into().ok()
}

/// Whether a key may be called so: one line that is not empty.
pub fn named(name: &str) -> bool {
    name.trim() == name && (1..=NAME_MAX).contains(&name.chars().count()) && !name.chars().any(char::is_control)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_reads_back_and_nothing_else_does() {
        let text = write(Purpose::Log, &[7; 32]);
        assert_eq!(read(Purpose::Log, &text), Some([7; 32]));
        assert_eq!(read(Purpose::Portal, &text), None);
        for wrong in ["", "pulih_log_", &text[..text.len() - 1], &text[10..], &format!("{text}A"), &text.to_uppercase()]
        {
            assert_eq!(read(Purpose::Log, wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_name_is_one_line() {
        assert!(named("BPKP, follower 2") && named(&"é".repeat(NAME_MAX)));
        for wrong in ["", " ", "a ", "two\nlines", &"a".repeat(NAME_MAX + 1)] {
            assert!(!named(wrong), "{wrong:?}");
        }
    }
}
