//! Message-IDs that stay the same over retries, and that nobody else can make up.

use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use uuid::Uuid;

/// `<letter.seal@host>`, where the seal is 16 bytes of HMAC-SHA-256 over the letter's id (RFC 5322 §3.6.4).
pub fn message_id(key: &[u8], letter_id: Uuid, host: &str) -> String {
    format!("<{}.{}@{host}>", letter_id.simple(), seal(key, letter_id))
}

fn seal(key: &[u8], letter_id: Uuid) -> String {
    // HMAC takes keys of every length, so this cannot fail; were it to, the seal would be one that never matches.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return String::new() };
    mac.update(b"message-id");
    mac.update(letter_id.as_bytes());
    HEXLOWER.encode(&mac.finalize().into_bytes()[..16])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_id_is_stable_and_keyed() {
        let id = Uuid::from_u128(7);
        let made = message_id(b"key", id, "lpse.example");
        assert_eq!(made, message_id(b"key", id, "lpse.example"));
        assert_ne!(made, message_id(b"other", id, "lpse.example"));
        assert_ne!(made, message_id(b"key", Uuid::from_u128(8), "lpse.example"));
        assert!(made.starts_with("<00000000000000000000000000000007.") && made.ends_with("@lpse.example>"));
        assert_eq!(made.len(), 1 + 32 + 1 + 32 + 1 + 12 + 1);
    }
}
