//! Mails as others write them, signed or not, for the demo: there is nobody else who writes to it.

use chrono::{DateTime, Utc};
use data_encoding::BASE64;
use mail_auth::common::crypto::Ed25519Key;
use mail_auth::common::headers::HeaderWriter as _;
use mail_auth::dkim::{Canonicalization, DkimSigner};

use crate::base::fault::Fault;
use crate::base::random;
use crate::model::inbound::Mailbox;

/// The selector of the demo's key, below each domain.
pub const SELECTOR: &str = "pulih";
/// What the key signs; each name as often as a header of that name could be added.
const SIGNED: [&str; 7] = ["From", "From", "To", "To", "Subject", "Subject", "Date"];
/// Characters of one encoded word's content, in bytes before encoding (RFC 2047 §2: 75 in all).
const WORD: usize = 42;

/// Whose hand writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hand {
    /// Somebody, by their own mail program.
    Person,
    /// An autoresponder (RFC 3834).
    Autoresponder,
}

/// What is written.
#[derive(Clone, Debug)]
pub struct Draft {
    /// By whom.
    pub from: Mailbox,
    /// To whom.
    pub to: String,
    /// What about.
    pub subject: String,
    /// What it says.
    pub text: String,
    /// By whose hand.
    pub hand: Hand,
    /// When.
    pub date: DateTime<Utc>,
}

impl Draft {
    /// The mail, in lines ended by CRLF, unsigned.
    pub fn written(&self) -> String {
        let id = random::id().simple();
        let domain = domain(&self.from.address);
        let mut head = format!(
            "From: {} <{}>\r\nTo: <{}>\r\nSubject: {}\r\nDate: {}\r\nMessage-ID: <{id}@{domain}>\r\n",
            words(&self.from.name),
            plain(&self.from.address),
            plain(&self.to),
            words(&self.subject),
            self.date.to_rfc2822(),
        );
        if self.hand == Hand::Autoresponder {
            head.push_str("Auto-Submitted: auto-replied\r\nPrecedence: bulk\r\n");
        }
        head.push_str(
            "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n",
        );
        head + &base64(&self.text)
    }
}

/// A report that a letter did not arrive (RFC 3464).
pub fn report(letter: &str, recipient: &str, to: &str, date: DateTime<Utc>) -> String {
    let (id, boundary) = (random::id().simple(), random::id().simple());
    let (letter, recipient, to) = (plain(letter), plain(recipient), plain(to));
    format!(
        "From: Mail Delivery System <mailer-daemon@{host}>\r\nTo: <{to}>\r\nSubject: Undelivered Mail Returned to Sender\r\n\
        Date: {date}\r\nMessage-ID: <{id}@{host}>\r\nAuto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n\
        Content-Type: multipart/report; report-type=delivery-status; boundary=\"{boundary}\"\r\n\r\n\
        --{boundary}\r\nContent-Type: text/plain\r\n\r\nYour message could not be delivered.\r\n\r\n\
        --{boundary}\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; {host}\r\n\r\n\
        Final-Recipient: rfc822; {recipient}\r\nAction: failed\r\nStatus: 5.1.1\r\n\
        Diagnostic-Code: smtp; 550 5.1.1 <{recipient}>: user unknown\r\n\r\n\
        --{boundary}\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <{letter}>\r\n\r\n--{boundary}--\r\n",
        host = domain(recipient),
        date = date.to_rfc2822(),
    )
}

/// Signs for every domain of the demo (RFC 8463).
#[derive(Debug)]
pub struct Signer {
    pkcs8: Vec<u8>,
    record: String,
}

impl Signer {
    /// A signer with a fresh key.
    pub fn new() -> Result<Self, Fault> {
        let broken = |e| Fault::bug("the demo's signing key", e);
        let pkcs8 = Ed25519Key::generate_pkcs8().map_err(broken)?;
        let public = Ed25519Key::from_pkcs8_der(&pkcs8).map_err(broken)?.public_key();
        Ok(Self { record: format!("v=DKIM1; k=ed25519; p={}", BASE64.encode(&public)), pkcs8 })
    }

    /// The text record of its key.
    pub fn record(&self) -> &str {
        &self.record
    }

    /// The mail with a signature of its sender's domain before it.
    pub fn sign(&self, draft: &Draft) -> Result<Vec<u8>, Fault> {
        let broken = |e| Fault::bug("signing a mail of the demo", e);
        let raw = draft.written();
        let signature = DkimSigner::from_key(Ed25519Key::from_pkcs8_der(&self.pkcs8).map_err(broken)?)
            .domain(domain(&draft.from.address))
            .selector(SELECTOR)
            .headers(SIGNED)
            .header_canonicalization(Canonicalization::Relaxed)
            .body_canonicalization(Canonicalization::Relaxed)
            .sign(raw.as_bytes())
            .map_err(broken)?;
        Ok((signature.to_header() + &raw).into_bytes())
    }
}

fn domain(address: &str) -> &str {
    address.rsplit_once('@').map_or("example", |(_, domain)| plain(domain))
}

/// The part of a text that can stand in a header as it is.
fn plain(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_ascii_graphic() || "<>".contains(c)).unwrap_or(text.len());
    &text[..end]
}

/// A text as encoded words (RFC 2047), one a line.
fn words(text: &str) -> String {
    let mut pieces = vec![String::new()];
    for c in text.chars().filter(|c| !c.is_control()) {
        if let Some(last) = pieces.last_mut().filter(|last| last.len() + c.len_utf8() <= WORD) {
            last.push(c);
        } else {
            pieces.push(c.to_string());
        }
    }
    let encoded: Vec<_> =
        pieces.iter().map(|piece| format!("=?utf-8?B?{}?=", BASE64.encode(piece.as_bytes()))).collect();
    encoded.join("\r\n ")
}

fn base64(text: &str) -> String {
    let text = text.lines().collect::<Vec<_>>().join("\r\n") + "\r\n";
    let encoded = BASE64.encode(text.as_bytes());
    let lines: Vec<_> = encoded.as_bytes().chunks(76).map(String::from_utf8_lossy).collect();
    lines.join("\r\n") + "\r\n"
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;
    use crate::base::clock::Clock;
    use crate::base::name_server::{NameServer, Reply};
    use crate::inbound::bounce::bounce;
    use crate::inbound::dns::Dns;
    use crate::inbound::judge::{Ground, judge};
    use crate::inbound::read::read;
    use crate::model::inbound::{Automatic, Envelope, Verdict};

    fn draft(hand: Hand) -> Draft {
        Draft {
            from: Mailbox {
                name: "Rina Wijaya, PT Amanah Jaya – Jakarta".to_owned(),
                address: "rina@amanah1.example".to_owned(),
            },
            to: "helpdesk@lpse.example".to_owned(),
            subject: "Mohon reset TOTP untuk User ID AMANAH001, HP saya hilang — terima kasih".to_owned(),
            text: "Yth. Helpdesk,\n\nNama: Rina Wijaya\nUser ID: AMANAH001\n".to_owned(),
            hand,
            date: Clock::system().now(),
        }
    }

    #[tokio::test]
    async fn a_signed_mail_proves_its_domain_and_a_forged_one_nothing() {
        let signer = Signer::new().unwrap();
        let zone =
            HashMap::from([("pulih._domainkey.amanah1.example".to_owned(), Reply::Txt(signer.record().to_owned()))]);
        let server = NameServer::serving(zone).await.unwrap();
        let dns = Dns::new(&[server.address]).unwrap();
        let ground = Ground { registered: true, look_alikes_of: Vec::new(), trusted: Vec::new() };
        let draft = draft(Hand::Person);
        for (raw, verdict) in
            [(signer.sign(&draft).unwrap(), Verdict::Verified), (draft.written().into_bytes(), Verdict::Unknown)]
        {
            let message = read(&raw, draft.date).unwrap();
            assert_eq!((&message.subject, &message.from[0].name), (&draft.subject, &draft.from.name));
            assert!(message.text.contains("User ID: AMANAH001"), "{}", message.text);
            let found = judge(&raw, &message, &Envelope::default(), &ground, &dns, draft.date).await;
            assert_eq!(found.verdict, verdict, "{found:#?}");
        }
    }

    #[test]
    fn a_machine_is_known_by_its_hand_and_a_report_by_its_form() {
        let auto = draft(Hand::Autoresponder);
        assert_eq!(read(auto.written().as_bytes(), auto.date).unwrap().automatic, Some(Automatic::AutoSubmitted));
        let raw = report("letter.seal@lpse.example", "rina@amanah1.example", "no-reply@lpse.example", auto.date);
        let found = bounce(raw.as_bytes());
        assert_eq!(found[0].message_ids, ["letter.seal@lpse.example"]);
        assert!(found[0].is_final() && found[0].recipient == "rina@amanah1.example");
    }
}
