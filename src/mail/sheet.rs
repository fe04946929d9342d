//! What a letter says, before it becomes text and HTML: both are drawn from one sheet and so say the same.

use crate::i18n::Lang;

use super::House;
use super::clean;

/// The longest piece of foreign text in a letter, in characters.
const FOREIGN_MAX: usize = 120;

/// The words of one letter.
pub struct Sheet {
    /// Subject and heading.
    pub subject: String,
    /// The line that mail programs show beside the subject.
    pub preheader: String,
    /// Its pieces, in reading order.
    pub blocks: Vec<Block>,
}

/// A piece of a letter.
pub enum Block {
    /// A paragraph.
    Words(String),
    /// Facts with their labels.
    Facts(Vec<(String, String)>),
    /// What to do next: a button, and the same link to copy.
    Button {
        /// The button's words.
        label: String,
        /// Words before the bare link.
        copy: String,
        /// Where both lead.
        url: String,
    },
    /// A text that stays as it is, byte by byte, its lines too.
    Note(String),
    /// *Ini bukan saya*, set apart.
    Alarm {
        /// When to follow it, and what it does.
        words: String,
        /// The link's words.
        label: String,
        /// Where it leads.
        url: String,
    },
}

/// What every letter is written with: the house, and the reader's language.
#[derive(Clone, Copy)]
pub struct Pen<'a> {
    /// Who writes.
    pub house: &'a House,
    /// In which language.
    pub lang: Lang,
}

impl Pen<'_> {
    /// Words without variables.
    pub fn t(self, key: &str) -> String {
        self.lang.t(key)
    }

    /// Words with variables, each made fit for one line.
    pub fn ta(self, key: &str, args: &[(&'static str, &str)]) -> String {
        let clean: Vec<(&'static str, String)> = args.iter().map(|(k, v)| (*k, clean::line(v, FOREIGN_MAX))).collect();
        let args: Vec<(&'static str, &str)> = clean.iter().map(|(k, v)| (*k, v.as_str())).collect();
        self.lang.ta(key, &args)
    }

    /// A paragraph without variables.
    pub fn words(self, key: &str) -> Block {
        Block::Words(self.t(key))
    }

    /// A fact: its label's words, and its value made fit for one line.
    pub fn fact(self, key: &str, value: &str) -> (String, String) {
        (self.t(key), clean::line(value, FOREIGN_MAX))
    }

    /// A moment in words.
    pub fn moment(self, at: chrono::DateTime<chrono::Utc>) -> String {
        super::time::moment(self.lang, self.house.zone, at)
    }

    /// When something was done under this label, and by which browser or portal where that is known.
    pub fn seen(self, label: &str, at: chrono::DateTime<chrono::Utc>, place: Option<&str>) -> Block {
        let mut facts = vec![self.fact(label, &self.moment(at))];
        facts.extend(place.map(|place| self.fact("mail-fact-way", place)));
        Block::Facts(facts)
    }

    /// *Ini bukan saya*, with the words that fit the letter.
    pub fn alarm(self, words: &str, url: &str) -> Block {
        Block::Alarm { words: self.t(words), label: self.t("mail-not-me"), url: url.to_owned() }
    }
}
