//! Codes of authenticator apps: TOTP (RFC 6238) over HOTP (RFC 4226), and how a secret reaches an app.

use std::fmt::Write as _;

use chrono::{DateTime, Utc};
use data_encoding::BASE32_NOPAD;
use ring::hmac;
use serde::{Deserialize, Serialize};
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};
use zeroize::Zeroizing;

use super::fault::Fault;
use super::random;

/// Steps before and after now whose code is right.
pub const WINDOW: i64 = 1;
/// Steps before and after now whose code is recognised as that of a device whose clock is wrong.
pub const SEARCH: i64 = 20;

/// What apps take where nothing is said.
const DEFAULT: Params = Params { algorithm: Algorithm::Sha1, digits: 6, period: 30 };
const SECRET_BYTES: usize = 20;

/// The hash function of a code.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Algorithm {
    /// What every app knows.
    #[default]
    Sha1,
    /// SHA-256.
    Sha256,
    /// SHA-512.
    Sha512,
}

impl Algorithm {
    /// Its name in the database and in otpauth URIs.
    pub fn code(self) -> &'static str {
        match self {
            Self::Sha1 => "SHA1",
            Self::Sha256 => "SHA256",
            Self::Sha512 => "SHA512",
        }
    }

    /// The algorithm of that name.
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Sha1, Self::Sha256, Self::Sha512].into_iter().find(|algorithm| algorithm.code() == code)
    }
}

/// How codes are made of a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Params {
    /// The hash function.
    pub algorithm: Algorithm,
    /// Digits of a code: 6 or 8.
    pub digits: u8,
    /// Seconds of a step: 15 to 120.
    pub period: u32,
}

impl Default for Params {
    fn default() -> Self {
        DEFAULT
    }
}

/// What a typed code is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Right now, or one step beside.
    Right {
        /// The step whose code it is, which must not be used again.
        step: i64,
    },
    /// Right at another time: the device's clock is wrong. Never accepted.
    Elsewhere {
        /// The step whose code it is, which must not be used when its time comes.
        step: i64,
        /// Seconds the device's clock is ahead; negative where it is behind.
        seconds: i64,
    },
    /// No code of this secret anywhere near.
    Wrong,
}

/// A new secret of 160 random bits, as RFC 4226 recommends.
pub fn generate() -> Result<Zeroizing<Vec<u8>>, Fault> {
    let bytes = Zeroizing::new(random::bytes::<SECRET_BYTES>()?);
    Ok(Zeroizing::new(bytes.to_vec()))
}

/// The step that holds at that time.
pub fn step(at: DateTime<Utc>, params: &Params) -> i64 {
    at.timestamp().div_euclid(i64::from(params.period.max(1)))
}

/// The code of that step, with its leading zeros.
pub fn code(secret: &[u8], params: &Params, step: i64) -> Result<String, Fault> {
    let number = Numbers::of(secret, *params)?.at(step)?;
    Ok(format!("{number:0width$}", width = usize::from(params.digits)))
}

/// The codes of one secret as numbers (RFC 4226 §5.3), keyed once for however many steps.
struct Numbers {
    key: hmac::Key,
    modulus: u32,
}

impl Numbers {
    fn of(secret: &[u8], params: Params) -> Result<Self, Fault> {
        let algorithm = match params.algorithm {
            Algorithm::Sha1 => hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
            Algorithm::Sha256 => hmac::HMAC_SHA256,
            Algorithm::Sha512 => hmac::HMAC_SHA512,
        };
        let modulus = match params.digits {
            6 => 1_000_000,
            8 => 100_000_000,
            other => return Err(Fault::broken(format!("a code cannot have {other} digits"))),
        };
        Ok(Self { key: hmac::Key::new(algorithm, secret), modulus })
    }

    fn at(&self, step: i64) -> Result<u32, Fault> {
        let mac = hmac::sign(&self.key, &step.to_be_bytes());
        let cut = || Fault::broken("a code cannot be made of so short a hash");
        let offset = usize::from(mac.as_ref().last().ok_or_else(cut)? & 15);
        let four = mac.as_ref().get(offset..).and_then(|rest| rest.first_chunk::<4>()).ok_or_else(cut)?;
        Ok((u32::from_be_bytes(*four) & 0x7fff_ffff) % self.modulus)
    }
}

/// What `typed` is at `now`; blanks and hyphens in it do not matter. Every candidate is computed and compared, so the
/// time says nothing about which one was met.
pub fn judge(secret: &[u8], params: &Params, now: DateTime<Utc>, typed: &str) -> Result<Verdict, Fault> {
    let Some(typed) = digits(typed, params.digits).and_then(|typed| typed.parse::<u32>().ok()) else {
        return Ok(Verdict::Wrong);
    };
    let numbers = Numbers::of(secret, *params)?;
    let current = step(now, params);
    let mut nearest = 0;
    let mut found = Choice::from(0);
    for distance in 0..=2 * SEARCH {
        // 0, -1, 1, -2, 2 and so on: the nearest comes first
        let offset = if distance % 2 == 1 { -((distance + 1) / 2) } else { distance / 2 };
        let same = numbers.at(current + offset)?.ct_eq(&typed);
        nearest = i64::conditional_select(&nearest, &offset, same & !found);
        found |= same;
    }
    let step = current + nearest;
    Ok(match (bool::from(found), nearest.abs() <= WINDOW) {
        (false, _) => Verdict::Wrong,
        (true, true) => Verdict::Right { step },
        (true, false) => Verdict::Elsewhere { step, seconds: nearest * i64::from(params.period) },
    })
}

/// The URI apps read from the QR. A colon ends the issuer there, so the names go without.
pub fn uri(issuer: &str, account: &str, secret: &[u8], params: &Params) -> String {
    let (issuer, account) = (encoded(issuer), encoded(account));
    let named = !issuer.is_empty();
    let label = if named { format!("{issuer}:{account}") } else { account };
    // apps that know only the defaults may refuse even these where they are spelt out
    let rest = [
        named.then(|| format!("&issuer={issuer}")),
        (params.algorithm != DEFAULT.algorithm).then(|| format!("&algorithm={}", params.algorithm.code())),
        (params.digits != DEFAULT.digits).then(|| format!("&digits={}", params.digits)),
        (params.period != DEFAULT.period).then(|| format!("&period={}", params.period)),
    ];
    let secret = Zeroizing::new(BASE32_NOPAD.encode(secret));
    format!("otpauth://totp/{label}?secret={}{}", *secret, rest.into_iter().flatten().collect::<String>())
}

/// The Secret Key as people type it: base 32 in groups of four.
pub fn groups(secret: &[u8]) -> Vec<String> {
    let text = Zeroizing::new(BASE32_NOPAD.encode(secret));
    text.as_bytes().chunks(4).map(|group| group.iter().copied().map(char::from).collect()).collect()
}

/// The digits of a typed code, if it is `count` of them.
fn digits(typed: &str, count: u8) -> Option<String> {
    let kept = typed.chars().filter(|c| !(c.is_whitespace() || *c == '-'));
    // one more than needed tells a longer one apart, and a very long one costs nothing
    let code: String = kept.take(usize::from(count) + 1).collect();
    (code.len() == usize::from(count) && code.bytes().all(|b| b.is_ascii_digit())).then_some(code)
}

/// Percent-encoded as apps read it: a blank is `%20`, since some show a `+` as it stands.
fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.trim().bytes().filter(|byte| *byte != b':') {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests;
