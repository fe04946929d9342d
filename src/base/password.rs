//! Passwords: Argon2id for our own (19 MiB, two passes), and which foreign hashes we can take over.

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};

use super::fault::Fault;
use super::random;

const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
// what a hash that came from elsewhere may cost us at most
const MOST_MEMORY_KIB: u32 = 256 * 1024;
const MOST_PASSES: u32 = 16;
const MOST_LANES: u32 = 16;

/// Hashes a password with a new salt; gives the PHC string. Takes some 60 ms: not for an async thread.
pub fn hash(plain: &str) -> Result<String, Fault> {
    let failed = |e| Fault::broken(format!("the password cannot be hashed: {e}"));
    let params = Params::new(MEMORY_KIB, PASSES, 1, None).map_err(|e| failed(e.into()))?;
    let salt = random::bytes::<16>()?;
    let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    argon.hash_password_with_salt(plain.as_bytes(), &salt).map(|hash: PasswordHash| hash.to_string()).map_err(failed)
}

/// Whether that is the password of that Argon2id hash. Anything but such a hash verifies nothing.
pub fn verify(plain: &str, phc: &str) -> bool {
    argon2id(phc).is_some_and(|hash| Argon2::default().verify_password(plain.as_bytes(), &hash).is_ok())
}

/// Whether that is a hash an account may bring along: Argon2id or PBKDF2 in PHC form, or bcrypt, of bearable cost.
pub fn is_known_hash(text: &str) -> bool {
    argon2id(text).is_some() || is_bcrypt(text) || is_pbkdf2(text)
}

fn argon2id(text: &str) -> Option<PasswordHash> {
    let hash = PasswordHash::new(text).ok()?;
    let params = Params::try_from(&hash).ok()?;
    let bearable =
        params.m_cost() <= MOST_MEMORY_KIB && params.t_cost() <= MOST_PASSES && params.p_cost() <= MOST_LANES;
    let whole = hash.algorithm.as_str() == "argon2id" && hash.salt.is_some() && hash.hash.is_some();
    (bearable && whole).then_some(hash)
}

/// `$2b$12$` and 53 signs of salt and hash.
fn is_bcrypt(text: &str) -> bool {
    let Some(rest) = ["$2a$", "$2b$", "$2y$"].iter().find_map(|head| text.strip_prefix(head)) else { return false };
    let Some((cost, body)) = rest.split_once('$') else { return false };
    cost.len() == 2
        && cost.parse().is_ok_and(|cost: u8| (4..=16).contains(&cost))
        && body.len() == 53
        && body.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'/'))
}

/// `$pbkdf2-sha256$i=600000,l=32$salt$hash`, or with the bare number of rounds as passlib writes it.
fn is_pbkdf2(text: &str) -> bool {
    let parts: Vec<&str> = text.split('$').collect();
    let ["", "pbkdf2" | "pbkdf2-sha1" | "pbkdf2-sha256" | "pbkdf2-sha512", rounds, salt, hash] = parts[..] else {
        return false;
    };
    let rounds = rounds.split(',').next().map(|first| first.strip_prefix("i=").unwrap_or(first));
    let base64 = |text: &str| text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'/' | b'+'));
    rounds.and_then(|rounds| rounds.parse().ok()).is_some_and(|rounds: u32| (1..=10_000_000).contains(&rounds))
        && (1..=128).contains(&salt.len())
        && (20..=128).contains(&hash.len())
        && base64(salt)
        && base64(hash)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_opens_its_own_hash_alone() {
        let phc = hash("rahasia 1 é").unwrap();
        assert!(phc.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{phc}");
        assert!(verify("rahasia 1 é", &phc));
        assert_ne!(phc, hash("rahasia 1 é").unwrap());
        for (plain, phc) in [("rahasia", phc.as_str()), ("", &phc), ("x", ""), ("x", "$argon2id$"), ("x", "plain")] {
            assert!(!verify(plain, phc));
        }
    }

    #[test]
    fn hashes_we_can_take_over_are_known() {
        let bcrypt = "$2b$12$EixZaYVK1fsbw1ZfbX3OXePaWxn96p36WQoeG6Lruj3vjPGga31lW";
        let salt = "c2FsdHNhbHRzYWx0";
        let hash = "b3m3mlqGeUhvUDwoWyAzpbmdmlqGeUhvUDwoWyAzpbk";
        for known in [
            bcrypt.to_owned(),
            bcrypt.replace("$2b$", "$2y$"),
            format!("$argon2id$v=19$m=65536,t=3,p=4${salt}${hash}"),
            format!("$pbkdf2-sha256$i=600000,l=32${salt}${hash}"),
            format!("$pbkdf2-sha512$25000${salt}${hash}"),
        ] {
            assert!(is_known_hash(&known), "{known}");
        }
        for unknown in [
            String::new(),
            "rahasia".to_owned(),
            bcrypt[..59].to_owned(),
            bcrypt.replace("$12$", "$31$"),
            bcrypt.replace('E', "\0"),
            format!("$argon2i$v=19$m=65536,t=3,p=4${salt}${hash}"),
            format!("$argon2id$v=19$m=4194304,t=3,p=4${salt}${hash}"),
            format!("$argon2id$v=19$m=65536,t=3,p=4${salt}"),
            format!("$pbkdf2-sha256$i=0,l=32${salt}${hash}"),
            format!("$pbkdf2-md5$25000${salt}${hash}"),
            "5f4dcc3b5aa765d61d8327deb882cf99".to_owned(),
        ] {
            assert!(!is_known_hash(&unknown), "{unknown}");
        }
    }
}
