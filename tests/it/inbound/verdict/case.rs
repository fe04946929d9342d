//! One mail of the corpus: what it says, who signs it, what becomes of it on the way, and what it comes to.

use pulih::inbound::judge::Ground;
use pulih::model::inbound::{Envelope, Reason, Verdict};

use super::{registered, unknown_way};
use crate::support::dkimpy::Wanted;

/// What is covered where nothing else is said.
pub const COVERS: &[&str] = &["from", "to", "subject", "date", "message-id"];
/// When signatures are made: a minute before they are judged.
pub const MADE: i64 = 1_795_143_540;

/// What happens to a signed mail.
#[derive(Clone, Debug)]
enum Change {
    Top(String),
    Swap(String, String),
    End(String),
    LineFeeds,
}

/// One mail.
#[derive(Clone, Debug)]
pub struct Case {
    pub name: String,
    pub wanted: Verdict,
    pub because: Option<Reason>,
    pub signs: Vec<Wanted>,
    pub envelope: Envelope,
    pub ground: Ground,
    headers: Vec<(String, String)>,
    body: String,
    changes: Vec<Change>,
}

impl Case {
    /// A good mail of Rina's, signed by her domain.
    pub fn new(name: impl Into<String>, wanted: Verdict) -> Self {
        let sign = Wanted {
            key: "rsa",
            selector: "rsa".to_owned(),
            domain: "perusahaan.co.id".to_owned(),
            canon: ["relaxed", "relaxed"],
            covers: COVERS.to_vec(),
            length: false,
            times: (MADE, None),
            sha1: false,
        };
        let headers = [
            ("From", "Rina Amanah <rina@perusahaan.co.id>"),
            ("To", "helpdesk@lpse.go.id"),
            ("Subject", "Mohon reset TOTP"),
            ("Date", "Fri, 20 Nov 2026 09:59:00 +0700"),
            ("Message-ID", "<1@perusahaan.co.id>"),
        ];
        Self {
            name: name.into(),
            wanted,
            because: None,
            signs: vec![sign],
            envelope: unknown_way(),
            ground: registered(),
            headers: headers.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec(),
            body: "Yth. Helpdesk,\r\n\r\nMohon reset TOTP untuk User ID AMANAH7.\r\n\r\nRina\r\n".to_owned(),
            changes: Vec::new(),
        }
    }

    /// The same under another name.
    pub fn named(mut self, name: &str) -> Self {
        self.name = format!("{name}: {}", self.name);
        self
    }

    pub fn because(mut self, reason: Reason) -> Self {
        self.because = Some(reason);
        self
    }

    /// Sets a header; an empty value takes it away.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        match self.headers.iter_mut().find(|(known, _)| known == name) {
            Some(_) if value.is_empty() => self.headers.retain(|(known, _)| known != name),
            Some((_, known)) => value.clone_into(known),
            None => self.headers.push((name.to_owned(), value.to_owned())),
        }
        self
    }

    /// From this address, signed by its domain.
    pub fn from(self, address: &str) -> Self {
        let domain = address.rsplit_once('@').unwrap().1.to_owned();
        self.header("From", &format!("Rina <{address}>")).signer(&domain)
    }

    pub fn body(mut self, body: &str) -> Self {
        body.clone_into(&mut self.body);
        self
    }

    fn each(mut self, change: impl Fn(&mut Wanted)) -> Self {
        self.signs.iter_mut().for_each(change);
        self
    }

    pub fn signer(self, domain: &str) -> Self {
        self.each(|sign| domain.clone_into(&mut sign.domain))
    }

    /// Signed with this key, which its selector names.
    pub fn key(self, key: &'static str) -> Self {
        self.each(|sign| (sign.key, sign.selector) = (key, key.to_owned()))
    }

    /// Signed with the key as it is, but pointing to another record.
    pub fn selector(self, selector: &str) -> Self {
        self.each(|sign| selector.clone_into(&mut sign.selector))
    }

    pub fn canon(self, header: &'static str, body: &'static str) -> Self {
        self.each(|sign| sign.canon = [header, body])
    }

    pub fn covers(self, names: &[&'static str]) -> Self {
        self.each(|sign| sign.covers = names.to_vec())
    }

    pub fn partial(self) -> Self {
        self.each(|sign| sign.length = true)
    }

    pub fn sha1(self) -> Self {
        self.each(|sign| sign.sha1 = true)
    }

    /// Made and ending so many seconds from the moment it is judged.
    pub fn times(self, made: i64, ends: Option<i64>) -> Self {
        self.each(|sign| sign.times = (MADE + 60 + made, ends.map(|ends| MADE + 60 + ends)))
    }

    /// Signed once more, the same way, by another domain.
    pub fn also(mut self, domain: &str) -> Self {
        let mut sign = self.signs[0].clone();
        domain.clone_into(&mut sign.domain);
        self.signs.push(sign);
        self
    }

    pub fn unsigned(mut self) -> Self {
        self.signs.clear();
        self
    }

    /// A header that is put on top on the way.
    pub fn top(mut self, line: &str) -> Self {
        self.changes.push(Change::Top(line.to_owned()));
        self
    }

    /// Text that is changed on the way.
    pub fn swap(mut self, from: &str, to: &str) -> Self {
        self.changes.push(Change::Swap(from.to_owned(), to.to_owned()));
        self
    }

    /// Text that is put at the end on the way.
    pub fn end(mut self, text: &str) -> Self {
        self.changes.push(Change::End(text.to_owned()));
        self
    }

    /// Delivered as a file of this system.
    pub fn line_feeds(mut self) -> Self {
        self.changes.push(Change::LineFeeds);
        self
    }

    pub fn client(mut self, address: &str, helo: &str, sender: &str) -> Self {
        self.envelope = Envelope {
            client: Some(address.parse().unwrap()),
            helo: Some(helo.to_owned()),
            sender: Some(sender.to_owned()),
            recipient: None,
        };
        self
    }

    pub fn stranger(mut self) -> Self {
        self.ground.registered = false;
        self
    }

    pub fn like(mut self, registered: &str) -> Self {
        self.ground.look_alikes_of.push(registered.to_owned());
        self.stranger()
    }

    pub fn trusts(mut self, server: &str) -> Self {
        self.ground.trusted.push(server.to_owned());
        self
    }

    /// The mail before anybody signs it.
    pub fn draft(&self) -> String {
        let lines = self.headers.iter().map(|(name, value)| format!("{name}: {value}\r\n"));
        let headers = lines.collect::<Vec<_>>().concat();
        format!("{headers}\r\n{}", self.body)
    }

    /// What arrives.
    pub fn spoil(&self, signed: &[u8]) -> Vec<u8> {
        let mut mail = String::from_utf8(signed.to_vec()).unwrap();
        for change in &self.changes {
            mail = match change {
                Change::Top(line) => format!("{line}\r\n{mail}"),
                Change::Swap(from, to) => {
                    assert!(mail.contains(from.as_str()), "{}: {from} is not in it", self.name);
                    mail.replacen(from.as_str(), to, 1)
                }
                Change::End(text) => format!("{mail}{text}"),
                Change::LineFeeds => mail.replace("\r\n", "\n"),
            };
        }
        mail.into_bytes()
    }
}
