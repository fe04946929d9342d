//! Erasing a person's details: why, how much goes, and what has to end first.

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::words::words;

words! {
    /// Why a person's details are erased; message keys `erase-ground-<code>`.
    Ground {
        /// Their owner asked for it.
        Asked = "asked",
        /// An authority or a court ordered it.
        Ordered = "ordered",
        /// They are needed for nothing any more.
        Unneeded = "unneeded",
        /// They should never have been here.
        Mistaken = "mistaken",
    }
}

/// The longest number of a legal document, in characters.
pub const REFERENCE_MAX: usize = 60;

/// How much goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Events whose details go; their bytes stay.
    pub events: i64,
    /// Requests.
    pub requests: i64,
    /// Letters.
    pub letters: i64,
    /// Mails that came in.
    pub mails: i64,
    /// Notes and replies of the desk.
    pub notes: i64,
    /// Addresses on file.
    pub addresses: i64,
    /// Files that prove.
    pub files: i64,
    /// Proposals about it.
    pub proposals: i64,
}

impl Counts {
    /// Each with its word: suffix of the message key `erase-count-<word>`, and its name in events.
    pub fn list(&self) -> [(&'static str, i64); 8] {
        [
            ("events", self.events),
            ("requests", self.requests),
            ("letters", self.letters),
            ("mails", self.mails),
            ("notes", self.notes),
            ("addresses", self.addresses),
            ("files", self.files),
            ("proposals", self.proposals),
        ]
    }

    /// The same as an object.
    pub fn json(&self) -> Value {
        Value::Object(self.list().into_iter().map(|(word, count)| (word.to_owned(), json!(count))).collect())
    }
}

/// What an erasure erased.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Erased {
    /// How much went.
    pub counts: Counts,
    /// Which events of no account lost their details, as [`others`] tells it.
    pub others: [u8; 32],
}

/// How the log tells which events of no account lost their details: SHA-256 of their ids in order, with commas between. Those of
/// the account say themselves whose they are.
pub fn others(mut events: Vec<Uuid>) -> [u8; 32] {
    events.sort_unstable();
    let ids: Vec<String> = events.iter().map(|event| event.hyphenated().to_string()).collect();
    Sha256::digest(ids.join(",")).into()
}

/// What is under way, and has to end before anything is erased.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hindrance {
    /// Requests.
    pub requests: i64,
    /// Cases of the desk.
    pub cases: i64,
    /// Other proposals.
    pub proposals: i64,
    /// Letters that are being handed over.
    pub letters: i64,
    /// Events of it that an auditor has a question about or a finding in, not closed yet.
    pub marks: i64,
    /// One of those events.
    pub marked: Option<Uuid>,
}

impl Hindrance {
    /// Whether there is any.
    pub fn any(&self) -> bool {
        self.requests + self.cases + self.proposals + self.letters + self.marks > 0
    }
}

/// Whether a text names the person: their User ID, name or an address, where those are long enough to be told from a number.
/// What justifies an erasure stays, so it must not.
pub fn names(text: &str, user_id: &str, name: &str, addresses: &[String]) -> bool {
    let text = text.to_lowercase();
    let parts = [user_id, name].into_iter().chain(addresses.iter().map(String::as_str));
    parts.map(|part| part.trim().to_lowercase()).any(|part| part.chars().count() > 2 && text.contains(&part))
}

/// Whether that can be the number of a legal document: a line that holds no address.
pub fn is_reference(text: &str) -> bool {
    let length = text.chars().count();
    (3..=REFERENCE_MAX).contains(&length) && !text.contains('@') && !text.chars().any(char::is_control)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_names_the_person_in_whatever_case() {
        let addresses = ["Rina@Amanah.example".to_owned()];
        let named = |text| names(text, "AMANAH7", "Rina Wijaya", &addresses);
        assert!(named("Akun amanah7 dihapus") && named("RINA WIJAYA") && named("kirim ke rina@amanah.example ya"));
        assert!(!named("Putusan 12/Pdt/2026") && !names("x", "", "", &[]));
    }

    #[test]
    fn a_reference_is_short_and_holds_no_address() {
        assert!(is_reference("12/Pdt.G/2026/PN Jkt") && is_reference("B-7"));
        assert!(!is_reference("12") && !is_reference(&"1".repeat(61)) && !is_reference("a@b.example"));
    }

    #[test]
    fn other_events_are_told_in_whatever_order_they_come() {
        let [one, two] = [1, 2].map(Uuid::from_u128);
        assert_eq!(others(vec![two, one]), others(vec![one, two]));
        assert_ne!(others(vec![one]), others(vec![one, two]));
        let text = "00000000-0000-0000-0000-000000000001,00000000-0000-0000-0000-000000000002";
        assert_eq!(others(vec![one, two])[..], Sha256::digest(text)[..]);
    }

    #[test]
    fn counts_are_told_by_name() {
        let counts = Counts { events: 3, files: 1, ..Counts::default() };
        assert_eq!(counts.json()["events"], 3);
        assert_eq!(counts.json().as_object().map(serde_json::Map::len), Some(8));
        assert!(Hindrance { letters: 1, ..Hindrance::default() }.any());
        assert!(Hindrance { marks: 1, ..Hindrance::default() }.any() && !Hindrance::default().any());
    }
}
