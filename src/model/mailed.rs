//! What a mail may be about: User IDs and names its writer gives. Found words are shown to the desk; they decide nothing.

use super::account::{USER_ID_MAX, fold_user_id};

/// Words looked up as User IDs at most.
const WORDS_MAX: usize = 200;
/// Names looked up at most.
const NAMES_MAX: usize = 5;

/// What a writer says of themselves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Claims {
    /// The User ID they give by name ("User ID: …"), as written.
    pub user_id: Option<String>,
    /// Every word that could be one, folded; what is given by name first.
    pub words: Vec<String>,
    /// Names they give.
    pub names: Vec<String>,
}

/// Reads claims out of a subject and the part of a text that its writer wrote.
pub fn claims(subject: &str, text: &str, display_name: &str) -> Claims {
    let mut claims = Claims::default();
    for line in std::iter::once(subject).chain(text.lines()) {
        if let Some(user_id) = after(line, &["user id", "userid", "user-id", "id user", "username"]) {
            let word = user_id.split_whitespace().next().map(trimmed).unwrap_or_default();
            if claims.user_id.is_none() && is_word(word) {
                claims.user_id = Some(word.to_owned());
                push(&mut claims.words, word, WORDS_MAX);
            }
        }
        if let Some(name) = after(line, &["nama penyedia", "nama non penyedia", "nama perusahaan", "nama", "name"]) {
            name_of(&mut claims.names, name);
        }
    }
    name_of(&mut claims.names, display_name);
    for word in subject.split_whitespace().chain(text.split_whitespace()) {
        let word = trimmed(word);
        if is_word(word) {
            push(&mut claims.words, word, WORDS_MAX);
        }
    }
    claims
}

/// What follows one of these labels and a colon, an equals sign or nothing, at the beginning of a line or after it.
fn after<'a>(line: &'a str, labels: &[&str]) -> Option<&'a str> {
    labels.iter().find_map(|label| {
        let at = find_folded(line, label)?;
        let before = line[..at].chars().next_back();
        let rest = line[at + label.len()..].trim_start();
        let named = rest.strip_prefix([':', '=']).map(str::trim_start);
        let apart = before.is_none_or(|c| !c.is_alphanumeric());
        named.filter(|rest| apart && !rest.is_empty())
    })
}

/// Where an ASCII label stands in a line, whatever its case.
fn find_folded(line: &str, label: &str) -> Option<usize> {
    let (line, label) = (line.as_bytes(), label.as_bytes());
    line.windows(label.len()).position(|window| window.eq_ignore_ascii_case(label))
}

fn trimmed(word: &str) -> &str {
    word.trim_matches(|c: char| !c.is_alphanumeric())
}

fn is_word(word: &str) -> bool {
    (3..=USER_ID_MAX).contains(&word.chars().count()) && !word.contains('@') && !word.contains(char::is_control)
}

fn push(words: &mut Vec<String>, word: &str, most: usize) {
    let folded = fold_user_id(word);
    if words.len() < most && !words.contains(&folded) {
        words.push(folded);
    }
}

fn name_of(names: &mut Vec<String>, name: &str) {
    let name: String = name.trim().chars().filter(|c| !c.is_control()).take(200).collect();
    if names.len() < NAMES_MAX && name.chars().filter(|c| c.is_alphanumeric()).count() >= 4 && !names.contains(&name) {
        names.push(name);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_a_writer_gives_by_name_comes_first() {
        let found = claims(
            "Mohon reset TOTP",
            "Yth. Helpdesk\nNama Penyedia : PT Amanah Jaya\nUser ID: amanah7.\nTerima kasih",
            "Rina <x>",
        );
        assert_eq!(found.user_id.as_deref(), Some("amanah7"));
        assert_eq!(found.words[0], "amanah7");
        assert_eq!(found.names, ["PT Amanah Jaya", "Rina <x>"]);
        assert!(found.words.contains(&"helpdesk".to_owned()) && !found.words.contains(&"id".to_owned()));
    }

    #[test]
    fn a_label_stands_alone() {
        for (line, id) in [
            ("Reset TOTP userid=BUDI_1", Some("BUDI_1")),
            ("USER ID :  \"Budi.2\",", Some("Budi.2")),
            ("my username: joko", Some("joko")),
            ("superuser id: x", None),
            ("User ID:", None),
            ("User ID saya hilang", None),
        ] {
            assert_eq!(claims(line, "", "").user_id.as_deref(), id, "{line}");
        }
    }

    proptest! {
        #[test]
        fn any_text_gives_few_short_words(subject in ".*", text in "(?s).{0,2000}", name in ".*") {
            let found = claims(&subject, &text, &name);
            prop_assert!(found.words.len() <= WORDS_MAX && found.names.len() <= NAMES_MAX);
            prop_assert!(found.words.iter().all(|word| word.chars().count() <= 3 * USER_ID_MAX));
        }
    }
}
