//! What keeps a new password from being taken: its length and what anybody would guess, never its mix of signs
//! (NIST SP 800-63B, 5.1.1.2).

const LEAST: usize = 10;
const MOST: usize = 128;
/// A User ID shorter than this may stand within a good password by chance.
const TELLING: usize = 4;
/// Signs that add little to a word everybody knows: a year, a date, an exclamation mark.
const ADDED: usize = 8;

/// Rows that fingers run along; each also backwards, and from its end to its start.
const ROWS: [&str; 5] = [
    "1234567890",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiopasdfghjklzxcvbnm",
    "1q2w3e4r5t6y7u8i9o0p",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
];

/// The letters of the commonest passwords.
const COMMON: [&str; 56] = [
    "password",
    "passwrd",
    "psswrd",
    "pass",
    "passphrase",
    "admin",
    "administrator",
    "root",
    "user",
    "test",
    "login",
    "welcome",
    "letmein",
    "changeme",
    "default",
    "secret",
    "master",
    "monkey",
    "dragon",
    "football",
    "princess",
    "iloveyou",
    "qwerty",
    "abc",
    "abcd",
    "asdf",
    "indonesia",
    "jakarta",
    "bandung",
    "surabaya",
    "garuda",
    "merdeka",
    "pancasila",
    "bismillah",
    "alhamdulillah",
    "rahasia",
    "sayang",
    "sayangku",
    "cinta",
    "cintaku",
    "aku",
    "kamu",
    "ganteng",
    "cantik",
    "doraemon",
    "persib",
    "persija",
    "katasandi",
    "sandi",
    "selamat",
    "datang",
    "lpse",
    "spse",
    "penyedia",
    "pengadaan",
    "totp",
];

/// Why a password cannot be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasswordFlaw {
    /// Fewer than 10 characters.
    Short,
    /// More than 128 characters.
    Long,
    /// One of the first that anybody would try.
    Guessable,
}

impl PasswordFlaw {
    /// Its name in words and events.
    pub fn code(self) -> &'static str {
        match self {
            Self::Short => "short",
            Self::Long => "long",
            Self::Guessable => "guessable",
        }
    }
}

/// What is wrong with `new` as the password of that user, if anything.
pub fn flaw(new: &str, user_id: &str) -> Option<PasswordFlaw> {
    match new.chars().count() {
        ..LEAST => return Some(PasswordFlaw::Short),
        LEAST..=MOST => {}
        _ => return Some(PasswordFlaw::Long),
    }
    let (folded, user_id) = (new.to_lowercase(), user_id.trim().to_lowercase());
    let named = user_id.chars().count() >= TELLING && folded.contains(&user_id);
    let signs: Vec<char> = folded.chars().collect();
    (named || repeats(&signs) || runs(&signs) || common(&signs)).then_some(PasswordFlaw::Guessable)
}

/// One to three signs over and over.
fn repeats(signs: &[char]) -> bool {
    (1..=3).any(|length| signs.iter().zip(&signs[length..]).all(|(sign, later)| sign == later))
}

/// A walk along one row, forwards or backwards.
fn runs(signs: &[char]) -> bool {
    ROWS.iter().any(|row| {
        let row: Vec<char> = row.chars().collect();
        let follows = |from: char, to: char| {
            row.iter().position(|sign| *sign == from).is_some_and(|at| row[(at + 1) % row.len()] == to)
        };
        signs.windows(2).all(|pair| follows(pair[0], pair[1])) || signs.windows(2).all(|pair| follows(pair[1], pair[0]))
    })
}

/// Common words alone, with little added.
fn common(signs: &[char]) -> bool {
    let letters: String = signs.iter().filter(|sign| sign.is_alphabetic()).collect();
    if letters.is_empty() || signs.len() - signs.iter().filter(|sign| sign.is_alphabetic()).count() > ADDED {
        return false;
    }
    // which starts of the letters are made of words: each start is looked at once
    let mut made = vec![false; letters.len() + 1];
    made[0] = true;
    for start in 0..letters.len() {
        if made[start] {
            for word in COMMON.iter().filter(|word| letters.as_bytes()[start..].starts_with(word.as_bytes())) {
                made[start + word.len()] = true;
            }
        }
    }
    made[letters.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_is_counted_in_characters() {
        for (new, expected) in [
            ("", Some(PasswordFlaw::Short)),
            ("k8#vQ2!xz", Some(PasswordFlaw::Short)),
            ("ééàüöéçñø", Some(PasswordFlaw::Short)),
            ("k8#vQ2!xzé", None),
            (&"k8#vQ2!xzé".repeat(12), None),
            (&"perahu di laut yang tenang ".repeat(5)[..128], None),
            (&"perahu di laut yang tenang ".repeat(5)[..129], Some(PasswordFlaw::Long)),
        ] {
            assert_eq!(flaw(new, "budi01"), expected, "{new}");
        }
    }

    #[test]
    fn no_mix_of_signs_is_asked() {
        for new in [
            "perahu kayu tua",
            "kudalumpingmenari",
            "8293018475",
            "KERETAPAGITELAT",
            "rahasia perahu kayu",
            "sandi 829301847562",
            "mangga-durian-salak",
        ] {
            assert_eq!(flaw(new, "budi01"), None, "{new}");
        }
    }

    #[test]
    fn what_anybody_would_try_is_guessable() {
        for new in [
            "aaaaaaaaaa",
            "1212121212",
            "abcabcabcabc",
            "1234567890",
            "0123456789",
            "123456789012345",
            "9876543210",
            "abcdefghij",
            "zyxwvutsrq",
            "qwertyuiop",
            "QwertyUiopAsdf",
            "poiuytrewq",
            "1q2w3e4r5t",
            "1qaz2wsx3edc",
            "indonesia45",
            "Indonesia2024!",
            "bismillah1",
            "BISMILLAH123",
            "rahasia1234",
            "sayang12345",
            "Sayangku!!!",
            "akusayangkamu",
            "P@ssw0rd123",
            "password12345678",
            "admin#lpse",
            "Selamat Datang 1",
        ] {
            assert_eq!(flaw(new, "budi01"), Some(PasswordFlaw::Guessable), "{new}");
        }
    }

    #[test]
    fn a_password_does_not_hold_its_user_id() {
        for new in ["budi01-perahu", "perahuBUDI01", "xxBuDi01xx"] {
            assert_eq!(flaw(new, " Budi01 "), Some(PasswordFlaw::Guessable), "{new}");
            assert_eq!(flaw(new, "joko77"), None, "{new}");
        }
        assert_eq!(flaw("perahu tua", "ahu"), None, "three letters stand there by chance");
        assert_eq!(flaw("perahu tua", ""), None);
    }

    #[test]
    fn a_word_that_begins_like_a_longer_one_is_not_missed() {
        assert_eq!(flaw(&"abcabcd".repeat(18), "budi01"), Some(PasswordFlaw::Guessable));
        assert_eq!(flaw(&format!("{}x", "passpassword".repeat(10)), "budi01"), None);
    }
}
