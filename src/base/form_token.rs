//! Form tokens, which make a repeated POST the same POST; and the picture's answer, which is derived from one.

use chrono::{DateTime, TimeDelta, Utc};
use data_encoding::BASE64URL_NOPAD;
use subtle::ConstantTimeEq;
use uuid::Uuid;

use super::keyring::Key;

/// Signs that no one mistakes for another, however they are drawn: without 0 O Q D, 1 I L, 2 Z, 5 S, 8 B, 6 G, U V.
pub(super) const SIGNS: &[u8; 18] = b"ACEFHJKMNPRTWXY347";
const ANSWER_LEN: usize = 5;

/// A form token that proved to be ours and this browser's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FormToken {
    /// The form's id.
    pub id: Uuid,
    /// When the form was drawn, to the second.
    pub issued_at: DateTime<Utc>,
}

/// Why a form token is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormTokenProblem {
    /// Not ours, or another browser's.
    Forged,
    /// Ours, but drawn too long ago.
    Old,
}

/// The token of a form drawn now for that browser: `<id>.<seconds since 1970>.<HMAC-SHA-256>`, in hexadecimal twice
/// and base64url.
pub fn issue(key: &Key, browser: &[u8], id: Uuid, now: DateTime<Utc>) -> String {
    let named = format!("{}.{:x}", id.simple(), now.timestamp().max(0));
    let mac = BASE64URL_NOPAD.encode(&mac(key, browser, &named));
    format!("{named}.{mac}")
}

/// Reads a form token of that browser. Any other spelling of it is refused too.
pub fn read(
    key: &Key,
    browser: &[u8],
    text: &str,
    now: DateTime<Utc>,
    max_age: TimeDelta,
) -> Result<FormToken, FormTokenProblem> {
    let token = parse(key, browser, text).ok_or(FormTokenProblem::Forged)?;
    if now - token.issued_at > max_age { Err(FormTokenProblem::Old) } else { Ok(token) }
}

fn parse(key: &Key, browser: &[u8], text: &str) -> Option<FormToken> {
    if text.len() > 120 {
        return None;
    }
    let (named, shown) = text.rsplit_once('.')?;
    let shown = BASE64URL_NOPAD.decode(shown.as_bytes()).ok()?;
    if !bool::from(mac(key, browser, named).as_slice().ct_eq(&shown)) {
        return None;
    }
    let (id, seconds) = named.split_once('.')?;
    let issued_at = DateTime::from_timestamp(i64::from_str_radix(seconds, 16).ok()?, 0)?;
    Some(FormToken { id: Uuid::try_parse(id).ok()?, issued_at })
}

fn mac(key: &Key, browser: &[u8], named: &str) -> [u8; 32] {
    key.mac(&[b"pulih form token", browser, named.as_bytes()])
}

/// What the picture of that form shows this browser: five signs, the same at every call.
pub fn picture_answer(key: &Key, browser: &[u8], form_id: Uuid) -> String {
    let mac = key.mac(&[b"pulih picture", browser, form_id.as_bytes()]);
    let (signs, _) = mac.as_chunks::<4>();
    let sign = |bytes: &[u8; 4]| char::from(SIGNS[u32::from_be_bytes(*bytes) as usize % SIGNS.len()]);
    signs.iter().take(ANSWER_LEN).map(sign).collect()
}

/// What decides how that form's picture is drawn, so that it looks the same at every call.
pub fn picture_seed(key: &Key, browser: &[u8], form_id: Uuid) -> [u8; 32] {
    key.mac(&[b"pulih picture's look", browser, form_id.as_bytes()])
}

/// Whether what was typed is that answer; case and blanks do not matter.
pub fn answers(typed: &str, answer: &str) -> bool {
    let plain = |c: &char| !c.is_whitespace() && *c != '-';
    let typed: String = typed.chars().filter(plain).take(ANSWER_LEN + 1).map(|c| c.to_ascii_uppercase()).collect();
    typed.as_bytes().ct_eq(answer.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: [u8; 32] = [1; 32];

    fn at(s: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(s, 0).unwrap()
    }

    fn reading(text: &str, browser: &[u8], now: i64) -> Result<FormToken, FormTokenProblem> {
        read(&Key::new(KEY), browser, text, at(now), TimeDelta::hours(1))
    }

    #[test]
    fn a_form_token_is_one_browsers_for_its_time() {
        let id = Uuid::from_u128(42);
        let text = issue(&Key::new(KEY), b"me", id, at(1000));
        assert_eq!(reading(&text, b"me", 4600), Ok(FormToken { id, issued_at: at(1000) }));
        assert_eq!(reading(&text, b"me", 0).map(|t| t.id), Ok(id), "a clock set back hurts nobody");
        assert_eq!(reading(&text, b"me", 4601), Err(FormTokenProblem::Old));
        assert_eq!(reading(&text, b"you", 1000), Err(FormTokenProblem::Forged));
        assert_eq!(
            read(&Key::new([2; 32]), b"me", &text, at(1000), TimeDelta::hours(1)),
            Err(FormTokenProblem::Forged)
        );
    }

    #[test]
    fn any_other_spelling_is_forged() {
        let text = issue(&Key::new(KEY), b"me", Uuid::from_u128(0xabc), at(1000));
        for i in 0..text.len() {
            let mut bent = text.clone().into_bytes();
            bent[i] ^= 1;
            let bent = String::from_utf8(bent).unwrap();
            assert_eq!(reading(&bent, b"me", 1000), Err(FormTokenProblem::Forged), "{bent}");
        }
        for bent in [text.to_uppercase(), format!("{text}="), String::new(), "..".to_owned(), "a".repeat(10_000)] {
            assert_eq!(reading(&bent, b"me", 1000), Err(FormTokenProblem::Forged), "{bent}");
        }
    }

    #[test]
    fn the_picture_belongs_to_form_and_browser() {
        let answer = |browser: &[u8], form| picture_answer(&Key::new(KEY), browser, Uuid::from_u128(form));
        assert_eq!(answer(b"me", 1), answer(b"me", 1));
        assert_ne!(answer(b"me", 1), answer(b"me", 2));
        assert_ne!(answer(b"me", 1), answer(b"you", 1));
        let many: String = (0..2000).map(|form| answer(b"me", form)).collect();
        for sign in SIGNS {
            let share = many.bytes().filter(|b| b == sign).count();
            assert!((400..720).contains(&share), "{} came {share} times", char::from(*sign));
        }
    }

    #[test]
    fn an_answer_is_taken_as_people_type_it() {
        for typed in ["ACE34", "ace34", " a c e 3 4 ", "ACE-34\n"] {
            assert!(answers(typed, "ACE34"), "{typed}");
        }
        for typed in ["", "ACE3", "ACE344", "ACE34A", "ACE3\u{ff14}", "4ECA3", "ACE34ACE34"] {
            assert!(!answers(typed, "ACE34"), "{typed}");
        }
    }
}
