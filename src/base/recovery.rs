//! Recovery codes for a lost device: derived by keyed hash from the credential, stored as hashes alone.

use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::crockford;
use super::keyring::Key;

/// Codes of one credential.
pub const CODES: usize = 10;

const DIGITS: usize = 16;
const BYTES: usize = 10;
/// More than a code with all its blanks could need.
const MOST_TYPED: usize = 80;

/// The ten codes of a credential, 80 bits each, as `XXXX-XXXX-XXXX-XXXX`; the same each time.
pub fn derive(key: &Key, credential: Uuid) -> [String; CODES] {
    let mut number = 0_u8;
    [(); CODES].map(|()| {
        number += 1;
        let mac = key.mac(&[b"pulih recovery code", credential.as_bytes(), &[number]]);
        let bits = mac[..BYTES].iter().fold(0_u128, |bits, byte| bits << 8 | u128::from(*byte));
        let digits: Vec<char> = (0..DIGITS).rev().map(|i| crockford::digit(bits >> (5 * i))).collect();
        canonical(&digits)
    })
}

/// A code as it was shown, from what people type: case, blanks and hyphens do not matter, nor O for 0, nor I or L
/// for 1.
pub fn normalise(typed: &str) -> Option<String> {
    if typed.len() > MOST_TYPED {
        return None;
    }
    let signs = typed.chars().filter(|c| !(c.is_whitespace() || *c == '-'));
    let digits: Vec<char> = signs.map(crockford::meant).collect::<Option<_>>()?;
    (digits.len() == DIGITS).then(|| canonical(&digits))
}

/// What is stored of an account's code: SHA-256, bound to the account. What is no code has a hash that no code has.
pub fn hash(account: Uuid, code: &str) -> [u8; 32] {
    let canonical = normalise(code);
    let label: &[u8] = if canonical.is_some() { b"pulih recovery hash" } else { b"pulih recovery none" };
    let code = canonical.as_deref().unwrap_or(code);
    Sha256::new().chain_update(label).chain_update(account.as_bytes()).chain_update(code).finalize().into()
}

fn canonical(digits: &[char]) -> String {
    let groups: Vec<String> = digits.chunks(4).map(|group| group.iter().collect()).collect();
    groups.join("-")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const ACCOUNT: Uuid = Uuid::from_u128(7);

    #[test]
    fn codes_are_the_same_each_time_and_differ_by_key_and_credential() {
        let keys = [Key::new([1; 32]), Key::new([2; 32])];
        let mut all = BTreeSet::new();
        for key in &keys {
            for credential in [Uuid::from_u128(1), Uuid::from_u128(2)] {
                let codes = derive(key, credential);
                assert_eq!(codes, derive(key, credential));
                all.extend(codes);
            }
        }
        assert_eq!(all.len(), 4 * CODES);
    }

    #[test]
    fn a_code_is_eighty_bits_of_the_keyed_hash() {
        let (key, credential) = (Key::new([1; 32]), Uuid::from_u128(1));
        for (number, code) in (1_u8..).zip(derive(&key, credential)) {
            let mac = key.mac(&[b"pulih recovery code", credential.as_bytes(), &[number]]);
            let mut spec = data_encoding::Specification::new();
            spec.symbols.push_str("0123456789ABCDEFGHJKMNPQRSTVWXYZ");
            let plain = spec.encoding().unwrap().encode(&mac[..10]);
            assert_eq!(code.replace('-', ""), plain);
            assert_eq!((code.len(), code.matches('-').count()), (19, 3));
        }
    }

    #[test]
    fn a_code_is_read_as_people_type_it() {
        let code = "01AB-CDEF-GHJK-MNPQ";
        for typed in [code, "01abcdefghjkmnpq", " oIab cdef ghjk mnpq\n", "OLAB-CDEF-GHJK-MNPQ", "0-1-a-bcdefghjkmnp q"]
        {
            assert_eq!(normalise(typed).as_deref(), Some(code), "{typed}");
            assert_eq!(hash(ACCOUNT, typed), hash(ACCOUNT, code));
        }
        for made in derive(&Key::new([3; 32]), ACCOUNT) {
            assert_eq!(normalise(&made), Some(made));
        }
    }

    #[test]
    fn what_is_no_code_is_refused() {
        let long = "-".repeat(10_000);
        for typed in ["", "01AB", "01AB-CDEF-GHJK-MNP", "01AB-CDEF-GHJK-MNPQR", "01AB-CDEF-GHJK-MNPU", "é", &long] {
            assert_eq!(normalise(typed), None, "{typed:.30}");
        }
    }

    #[test]
    fn a_hash_is_of_one_account_and_one_code() {
        let codes = derive(&Key::new([3; 32]), ACCOUNT);
        let mut hashes = BTreeSet::new();
        for account in [ACCOUNT, Uuid::from_u128(8)] {
            hashes.extend(codes.iter().map(|code| hash(account, code)));
            hashes.insert(hash(account, ""));
        }
        assert_eq!(hashes.len(), 2 * (CODES + 1));
    }
}
