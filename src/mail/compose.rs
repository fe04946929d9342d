//! Makes a letter into the bytes that go over the wire (RFC 5322, RFC 2046).

use std::time::SystemTime;

use chrono::{DateTime, Utc};
use lettre::Address;
use lettre::address::Envelope;
use lettre::message::header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::message::{Body, Mailbox, Message, MultiPart, SinglePart};
use thiserror::Error;
use uuid::Uuid;

use super::letters::Letter;
use super::sheet::Pen;
use super::{House, clean, paper, plain};
use crate::i18n::Lang;
use crate::model::account::ADDRESS_MAX;
use crate::model::letter::LetterKind;

/// The longest name in a header, in characters.
pub const NAME_MAX: usize = 78;
/// The longest Message-ID, in bytes.
const MESSAGE_ID_MAX: usize = 320;
/// The longest foreign Message-ID that is answered, in bytes.
const ANSWERED_MAX: usize = 250;
/// The largest HTML part, in bytes.
const HTML_MAX: usize = 20 * 1024;

/// What stands on the outside of a letter.
#[derive(Clone, Debug)]
pub struct Heading {
    /// The letter's row.
    pub letter_id: Uuid,
    /// Its Message-ID, the same at every attempt.
    pub message_id: String,
    /// The Message-ID of the mail it answers, without its angle brackets; a foreign word, left out where it is none.
    pub answers: Option<String>,
    /// Where reports of its failure come back to; the `From` address where none is set apart.
    pub bounce_address: Option<String>,
    /// The account's name; may be empty.
    pub to_name: String,
    /// The one address it goes to.
    pub to_address: String,
    /// The reader's language.
    pub lang: Lang,
    /// When it is sent.
    pub date: DateTime<Utc>,
}

/// A letter ready for the wire: ASCII lines ended by CRLF.
#[derive(Clone, Debug)]
pub struct Composed {
    /// From whom and to whom the relay carries it.
    pub envelope: Envelope,
    /// Headers and body.
    pub bytes: Vec<u8>,
}

/// Why a letter cannot be composed. It holds no address and no name.
#[derive(Debug, Error)]
pub enum ComposeFault {
    /// An address of the named header is not one that can be mailed.
    #[error("the address for {0} cannot be mailed")]
    Address(&'static str),
    /// The Message-ID is not one.
    #[error("the Message-ID is malformed")]
    MessageId,
    /// A link is not a plain link of ours.
    #[error("a link of the letter is malformed")]
    Link,
    /// The HTML part is larger than mail programs show.
    #[error("the letter is too large ({0} bytes)")]
    Large(usize),
    /// The MIME library refused.
    #[error("the letter could not be built: {0}")]
    Build(String),
}

/// Composes `letter` as `heading` says.
pub fn compose(house: &House, heading: &Heading, letter: &Letter) -> Result<Composed, ComposeFault> {
    let from = address(&house.from_address, "From")?;
    let to = address(&heading.to_address, "To")?;
    let reply_to = address(&house.helpdesk.address, "Reply-To")?;
    if !is_message_id(&heading.message_id) {
        return Err(ComposeFault::MessageId);
    }
    if !letter.links().into_iter().all(|link| is_link(house, link)) {
        return Err(ComposeFault::Link);
    }
    let pen = Pen { house, lang: heading.lang };
    let sheet = letter.sheet(pen);
    let html = paper::page(pen, heading, &sheet);
    if html.len() > HTML_MAX {
        return Err(ComposeFault::Large(html.len()));
    }
    let text = plain::text(pen, heading, &sheet);
    let parts = MultiPart::alternative()
        .boundary(format!("=_{}", heading.letter_id.simple()))
        .singlepart(part(ContentType::TEXT_PLAIN, text)?)
        .singlepart(part(ContentType::TEXT_HTML, html)?);
    let mut message = Message::builder()
        .from(mailbox(&house.from_name, from.clone()))
        .to(mailbox(&heading.to_name, to.clone()))
        .reply_to(mailbox("", reply_to))
        .subject(clean::line(&sheet.subject, 200))
        .message_id(Some(heading.message_id.clone()))
        .date(SystemTime::from(heading.date));
    if let Some(id) = heading.answers.as_deref().and_then(answered) {
        message = message.in_reply_to(id.clone()).references(id);
    }
    // RFC 3834 §5
    let submitted = if letter.kind() == LetterKind::Acknowledged { "auto-replied" } else { "auto-generated" };
    for (name, value) in
        [("Auto-Submitted", submitted), ("X-Auto-Response-Suppress", "All"), ("Content-Language", heading.lang.code())]
    {
        message = message.raw_header(HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned()));
    }
    let sender = heading.bounce_address.as_deref().map_or(Ok(from), |own| address(own, "MAIL FROM"))?;
    let envelope = Envelope::new(Some(sender), vec![to]).map_err(|e| ComposeFault::Build(e.to_string()))?;
    let message = message.multipart(parts).map_err(|e| ComposeFault::Build(e.to_string()))?;
    Ok(Composed { envelope, bytes: message.formatted() })
}

/// Always encoded, so that whatever the words are no line is too long, none is bare, and none begins with a dot
/// that the transport would have to stuff.
fn part(kind: ContentType, words: String) -> Result<SinglePart, ComposeFault> {
    let body = Body::new_with_encoding(words, ContentTransferEncoding::QuotedPrintable)
        .map_err(|_| ComposeFault::Build("quoted-printable refused".to_owned()))?;
    Ok(SinglePart::builder().header(kind).body(body))
}

/// Exactly one address in ASCII; the account's domain is stored in A-label form already.
fn address(raw: &str, header: &'static str) -> Result<Address, ComposeFault> {
    let plain = raw.len() <= ADDRESS_MAX
        && raw.bytes().all(|b| b.is_ascii_graphic() && !b"<>()[],;:\\\"".contains(&b))
        && raw.matches('@').count() == 1;
    if !plain {
        return Err(ComposeFault::Address(header));
    }
    raw.parse().map_err(|_| ComposeFault::Address(header))
}

fn mailbox(name: &str, address: Address) -> Mailbox {
    let name = clean::line(name, NAME_MAX);
    Mailbox::new((!name.is_empty()).then_some(name), address)
}

fn is_message_id(id: &str) -> bool {
    id.len() <= MESSAGE_ID_MAX
        && id.strip_prefix('<').and_then(|id| id.strip_suffix('>')).is_some_and(|id| {
            id.matches('@').count() == 1 && id.bytes().all(|b| b.is_ascii_graphic() && b != b'<' && b != b'>')
        })
}

/// A foreign Message-ID as a header names it: printable ASCII alone, so that it ends no line and begins no header.
fn answered(id: &str) -> Option<String> {
    let id = format!("<{}>", id.trim_matches(['<', '>']));
    let whole = !id.starts_with("<@") && !id.ends_with("@>");
    (whole && id.len() <= ANSWERED_MAX && is_message_id(&id)).then_some(id)
}

/// Whether a link leads to this house and can stand alone on a line.
fn is_link(house: &House, link: &str) -> bool {
    link.len() <= 500
        && link.bytes().all(|b| b.is_ascii_graphic() && !b"<>\"'".contains(&b))
        && link.strip_prefix(house.base_url.as_str()).is_some_and(|rest| rest.starts_with('/'))
}
