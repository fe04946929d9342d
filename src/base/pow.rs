//! Proof of work for Kode Keamanan, in the form of ALTCHA version 1.

use chrono::{DateTime, Utc};
use data_encoding::{BASE64, HEXLOWER};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::fault::Fault;
use super::keyring::Key;
use super::random;

const ALGORITHM: &str = "SHA-256";

/// What the browser gets: find the number below `maxnumber` with SHA-256(salt ‖ number in decimal) = challenge.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Challenge {
    /// Always `SHA-256`.
    pub algorithm: String,
    /// Hash to be met, in hexadecimal.
    pub challenge: String,
    /// Text hashed before the number; carries expiry, form and level.
    pub salt: String,
    /// Our signature of the challenge, in hexadecimal.
    pub signature: String,
    /// The number is at most this.
    pub maxnumber: u32,
}

/// What the browser sends back, as base64 of JSON.
#[derive(Serialize, Deserialize)]
struct Payload {
    algorithm: String,
    challenge: String,
    number: u64,
    salt: String,
    signature: String,
}

/// Why a proof is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PowRefusal {
    /// No proof in the form of ALTCHA.
    Unreadable,
    /// Not made from a challenge of ours, or the number is wrong.
    Forged,
    /// Made for another form.
    OtherForm,
    /// Its time is over.
    Old,
}

/// A new challenge for that form, of at most `max` hashes.
pub fn issue(key: &Key, form: &str, level: u8, max: u32, expires: DateTime<Utc>) -> Result<Challenge, Fault> {
    let nonce = HEXLOWER.encode(&random::bytes::<12>()?);
    // the closing & keeps digits of the number from being read as the end of a parameter
    let salt = format!("{nonce}?expires={}&form={form}&level={level}&", expires.timestamp());
    let number = u64::from_be_bytes(random::bytes()?) % (u64::from(max) + 1);
    let challenge = hash(&salt, number);
    let signature = HEXLOWER.encode(&sign(key, &challenge));
    Ok(Challenge { algorithm: ALGORITHM.to_owned(), challenge, salt, signature, maxnumber: max })
}

/// Checks a proof (base64 of JSON) made for that form; gives the level it was issued at. That it is used once is for
/// the caller to see to, by the form's id.
pub fn verify(key: &Key, payload: &str, form: &str, now: DateTime<Utc>) -> Result<u8, PowRefusal> {
    if payload.len() > 2048 {
        return Err(PowRefusal::Unreadable);
    }
    let json = BASE64.decode(payload.as_bytes()).map_err(|_| PowRefusal::Unreadable)?;
    let proof: Payload = serde_json::from_slice(&json).map_err(|_| PowRefusal::Unreadable)?;
    let challenge = hash(&proof.salt, proof.number);
    let signature = HEXLOWER.encode(&sign(key, &challenge));
    let signed: bool = signature.as_bytes().ct_eq(proof.signature.as_bytes()).into();
    if !signed || proof.challenge != challenge || proof.algorithm != ALGORITHM {
        return Err(PowRefusal::Forged);
    }
    // the signature proves that salt ‖ number is ours; that the salt ends where ours did is what is read here
    let (expires, bound_form, level) = parameters(&proof.salt).ok_or(PowRefusal::Forged)?;
    if bound_form != form {
        return Err(PowRefusal::OtherForm);
    }
    if now.timestamp() >= expires {
        return Err(PowRefusal::Old);
    }
    Ok(level)
}

/// Does the work, as the browser's script does: for clients in tests and measurements.
pub fn solve(challenge: &Challenge) -> Option<String> {
    let number = (0..=u64::from(challenge.maxnumber)).find(|n| hash(&challenge.salt, *n) == challenge.challenge)?;
    let Challenge { algorithm, challenge, salt, signature, .. } = challenge.clone();
    serde_json::to_vec(&Payload { algorithm, challenge, number, salt, signature }).ok().map(|json| BASE64.encode(&json))
}

fn hash(salt: &str, number: u64) -> String {
    HEXLOWER.encode(&Sha256::new().chain_update(salt).chain_update(number.to_string()).finalize())
}

fn sign(key: &Key, challenge: &str) -> [u8; 32] {
    key.mac(&[b"pulih proof of work", challenge.as_bytes()])
}

/// Reads `…?expires=E&form=F&level=L&`, exactly as [`issue`] writes it.
fn parameters(salt: &str) -> Option<(i64, &str, u8)> {
    let (_, rest) = salt.split_once("?expires=")?;
    let (expires, rest) = rest.split_once("&form=")?;
    let (form, rest) = rest.split_once("&level=")?;
    Some((expires.parse().ok()?, form, rest.strip_suffix('&')?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(s: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(s, 0).unwrap()
    }

    fn proof(change: impl FnOnce(&mut Payload)) -> String {
        let made = issue(&Key::new([1; 32]), "form-1", 3, 2000, at(1000)).unwrap();
        let solved = BASE64.decode(solve(&made).unwrap().as_bytes()).unwrap();
        let mut payload: Payload = serde_json::from_slice(&solved).unwrap();
        change(&mut payload);
        BASE64.encode(&serde_json::to_vec(&payload).unwrap())
    }

    fn tried(payload: &str) -> Result<u8, PowRefusal> {
        verify(&Key::new([1; 32]), payload, "form-1", at(999))
    }

    #[test]
    fn work_done_is_taken_for_its_form_and_time_alone() {
        let done = proof(|_| ());
        assert_eq!(tried(&done), Ok(3));
        assert_eq!(verify(&Key::new([1; 32]), &done, "form-2", at(999)), Err(PowRefusal::OtherForm));
        assert_eq!(verify(&Key::new([1; 32]), &done, "form-1", at(1000)), Err(PowRefusal::Old));
        assert_eq!(verify(&Key::new([2; 32]), &done, "form-1", at(999)), Err(PowRefusal::Forged));
    }

    #[test]
    fn a_changed_proof_is_forged() {
        let changes: [fn(&mut Payload); 7] = [
            |p| p.number += 1,
            |p| p.salt = p.salt.replace("expires=1000", "expires=9999"),
            |p| p.salt = p.salt.replace("level=3", "level=4"),
            |p| p.challenge.make_ascii_uppercase(),
            |p| p.signature.make_ascii_uppercase(),
            |p| p.signature.clear(),
            |p| p.algorithm = "SHA-1".to_owned(),
        ];
        for (i, change) in changes.into_iter().enumerate() {
            assert_eq!(tried(&proof(change)), Err(PowRefusal::Forged), "change {i}");
        }
    }

    #[test]
    fn digits_of_the_number_cannot_move_into_the_salt() {
        // number 123 with salt "…&" hashes like number 23 with salt "…&1"; the closing & refuses the second
        let bent = loop {
            let mut whole = false;
            let bent = proof(|p| {
                let digits = p.number.to_string();
                whole = digits.len() > 1 && !digits[1..].starts_with('0');
                if whole {
                    p.salt.push_str(&digits[..1]);
                    p.number = digits[1..].parse().unwrap();
                }
            });
            if whole {
                break bent;
            }
        };
        assert_eq!(tried(&bent), Err(PowRefusal::Forged));
    }

    #[test]
    fn anything_else_is_unreadable() {
        for text in ["", "e30=", "{}", "!!!", "bnVsbA==", &"A".repeat(100_000), "W10="] {
            assert_eq!(tried(text), Err(PowRefusal::Unreadable), "{text}");
        }
    }
}
