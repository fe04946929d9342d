//! Crockford's base 32, and the reference numbers people read aloud in it: `R-XXXX-XXXX`.

use super::fault::Fault;
use super::random;

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// The digit of five bits; what lies above them does not count.
pub(super) fn digit(bits: u128) -> char {
    char::from(ALPHABET[(bits & 31) as usize])
}

/// The digit that is meant by a typed sign: either case, I and L for 1, O for 0.
pub(super) fn meant(typed: char) -> Option<char> {
    match typed.to_ascii_uppercase() {
        'I' | 'L' => Some('1'),
        'O' => Some('0'),
        upper if u8::try_from(upper).is_ok_and(|byte| ALPHABET.contains(&byte)) => Some(upper),
        _ => None,
    }
}

/// A new reference of 40 random bits, in its canonical form.
pub fn reference() -> Result<String, Fault> {
    Ok(canonical(&digits(random::bytes::<5>()?)))
}

/// Reads a reference as people type it: either case, I and L for 1, O for 0, dashes, blanks and the leading `R` as
/// they like. Gives its canonical form.
pub fn parse(typed: &str) -> Option<String> {
    if typed.len() > 40 {
        return None;
    }
    let typed = typed.trim_start();
    let marked = typed.get(..2).is_some_and(|head| head.eq_ignore_ascii_case("R-"));
    let mut digits = Vec::with_capacity(9);
    for c in typed.chars().filter(|c| !matches!(c, '-' | ' ' | '\t')) {
        digits.push(meant(c)?);
    }
    match digits.as_slice() {
        ['R', digits @ ..] if digits.len() == 8 => Some(canonical(digits)),
        // R is a digit too, but never the first one before a dash
        digits if digits.len() == 8 && !marked => Some(canonical(digits)),
        _ => None,
    }
}

/// A code of 40 bits, `XXXX-XXXX`.
pub fn code(bytes: [u8; 5]) -> String {
    grouped(&digits(bytes))
}

/// Reads such a code as people type it: either case, I and L for 1, O for 0, with its dash or without. Gives its canonical
/// form.
pub fn parse_code(typed: &str) -> Option<String> {
    if typed.len() > 9 {
        return None;
    }
    let bare = match typed.split_once('-') {
        Some((left, right)) if left.len() == 4 => format!("{left}{right}"),
        Some(_) => return None,
        None => typed.to_owned(),
    };
    let digits: Vec<char> = bare.chars().map(meant).collect::<Option<_>>()?;
    (digits.len() == 8).then(|| grouped(&digits))
}

fn digits(bytes: [u8; 5]) -> Vec<char> {
    let bits = bytes.iter().fold(0_u128, |bits, byte| bits << 8 | u128::from(*byte));
    (0..8).rev().map(|i| digit(bits >> (5 * i))).collect()
}

fn canonical(digits: &[char]) -> String {
    format!("R-{}", grouped(digits))
}

fn grouped(digits: &[char]) -> String {
    let (left, right) = digits.split_at(4);
    format!("{}-{}", left.iter().collect::<String>(), right.iter().collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_reference_reads_back_as_itself() {
        for _ in 0..1000 {
            let made = reference().unwrap();
            assert_eq!(made.len(), 11);
            assert_eq!(parse(&made).as_deref(), Some(made.as_str()));
            assert_eq!(parse(&made.to_lowercase().replace('-', "")).as_deref(), Some(made.as_str()));
        }
    }

    #[test]
    fn references_are_read_as_people_type_them() {
        for typed in ["R-7K3M-10AB", "r-7k3m-ioab", "7K3M-1OAB", " r 7k3m loab ", "r7k3ml0ab", "R7K3M10AB", "7k3m10ab"]
        {
            assert_eq!(parse(typed).as_deref(), Some("R-7K3M-10AB"), "{typed}");
        }
        assert_eq!(parse("RRRRRRRR").as_deref(), Some("R-RRRR-RRRR"), "eight digits are a code without its R");
        assert_eq!(parse("RRRRRRRRR").as_deref(), Some("R-RRRR-RRRR"));
    }

    #[test]
    fn a_code_reads_back_as_itself() {
        let made = code([0x0f, 0xff, 0x00, 0x01, 0x23]);
        assert_eq!(made, "1ZZG-0093");
        for typed in ["1ZZG-0093", "lzzg-oo93", "IZZGoO93"] {
            assert_eq!(parse_code(typed).as_deref(), Some("1ZZG-0093"), "{typed}");
        }
        for typed in
            ["", "1ZZG", "1ZZG-009", "1ZZG-00933", "1ZZ-G0093", "1ZZG 0093", "1ZZU-0093", "R-1ZZG-0093", "1ZZG-é93"]
        {
            assert_eq!(parse_code(typed), None, "{typed}");
        }
    }

    #[test]
    fn what_is_no_reference_is_refused() {
        for typed in
            ["", "R-7K3M-10A", "R-7K3M-10ABC", "X-7K3M-10AB", "R-7K3U-10AB", "R-7K3M-10A\0", "R-7K3M-10Aé", "R"]
        {
            assert_eq!(parse(typed), None, "{typed}");
        }
        assert_eq!(parse(&"-".repeat(10_000)), None);
    }
}
