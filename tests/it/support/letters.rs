//! Letters as the sink caught them, read by a parser that is not ours.

use mail_parser::MessageParser;

use super::house::TestApp;
use super::sink::Received;

/// A letter.
#[derive(Clone, Debug)]
pub struct Letter {
    /// Envelope recipient.
    pub to: String,
    /// Subject.
    pub subject: String,
    /// Text part.
    pub text: String,
    /// HTML part.
    pub html: String,
    /// Every byte.
    pub raw: Vec<u8>,
}

impl Letter {
    /// The first link whose path starts so.
    pub fn link(&self, path: &str) -> String {
        self.links(path).next().unwrap_or_else(|| panic!("no link to {path} in {}", self.text)).to_owned()
    }

    fn links(&self, path: &str) -> impl Iterator<Item = &str> {
        let links = self.text.split_whitespace().filter(|word| word.starts_with("http"));
        links.filter(|link| link.split('/').skip(3).collect::<Vec<_>>().join("/").starts_with(&path[1..]))
    }
}

impl TestApp {
    /// All letters so far, oldest first.
    pub fn letters(&self) -> Vec<Letter> {
        self.sink.mails().iter().map(read).collect()
    }

    /// The newest letter to an address.
    pub fn letter_to(&self, address: &str) -> Letter {
        let letters = self.letters();
        let newest = letters.iter().rev().find(|letter| letter.to == address);
        newest.unwrap_or_else(|| panic!("no letter to {address}, only {:?}", list(&letters))).clone()
    }

    /// The link whose path starts so in the newest letter to an address that has one. Letters that leave together
    /// arrive in any order.
    pub fn link_to(&self, address: &str, path: &str) -> String {
        let letters = self.letters();
        let mut newest = letters.iter().rev().filter(|letter| letter.to == address);
        let link = newest.find_map(|letter| letter.links(path).next().map(str::to_owned));
        link.unwrap_or_else(|| panic!("no link to {path} for {address}, only {:?}", list(&letters)))
    }
}

/// Who got what.
pub fn list(letters: &[Letter]) -> Vec<String> {
    letters.iter().map(|letter| format!("{}: {}", letter.to, letter.subject)).collect()
}

/// Reads a mail of the sink.
pub fn read(mail: &Received) -> Letter {
    let parsed = MessageParser::new().parse(&mail.raw).expect("a letter that can be parsed");
    Letter {
        to: mail.to.join(","),
        subject: parsed.subject().unwrap_or_default().to_owned(),
        text: parsed.body_text(0).unwrap_or_default().into_owned(),
        html: parsed.body_html(0).unwrap_or_default().into_owned(),
        raw: mail.raw.clone(),
    }
}
