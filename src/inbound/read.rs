//! Reads a mail's raw bytes into a [`Message`] within limits that are checked before anything is parsed.

use std::time::Duration;

use chrono::{DateTime, Utc};
use mail_parser::HeaderValue;
use mail_parser::parsers::MessageStream;

use crate::model::inbound::{Mailbox, Message, Park};

pub(super) mod address;
mod attach;
mod automatic;
pub(super) mod decode;
pub(super) mod fields;
mod html;
mod odd;
pub(super) mod parts;
mod quote;

pub use automatic::is_machine;
pub use quote::unquoted;

use address::List;
use fields::{Header, unfolded};
use parts::Part;

/// Bytes a mail may have.
pub const BYTES_MAX: usize = 10 * 1024 * 1024;
/// Characters of text that are kept.
pub const TEXT_MAX: usize = 200_000;
/// Characters of a subject that are kept.
const SUBJECT_MAX: usize = 1_000;
/// Bytes of one text part that are decoded.
const DECODED_MAX: usize = 1024 * 1024;
/// Message-IDs that are kept, and the characters of each.
const IDS_MAX: (usize, usize) = (100, 500);
/// `Authentication-Results` that are kept, and the characters of each.
const RESULTS_MAX: (usize, usize) = (50, 8_000);
/// Fields of one name whose addresses are read.
const LISTS_MAX: usize = 10;
/// How long reading may take.
const DEADLINE: Duration = Duration::from_secs(5);
/// One of these stands in everything that is a mail.
const KNOWN: &[&str] = &["from", "to", "subject", "date", "message-id", "received", "return-path", "sender"];

/// Reads a mail that came at `came`. Text is whole: it holds no NUL, and line ends are `\n`.
pub fn read(raw: &[u8], came: DateTime<Utc>) -> Result<Message, Park> {
    if raw.len() > BYTES_MAX {
        return Err(Park::TooLarge);
    }
    let parts = parts::parts(raw)?;
    let header = &parts.header;
    if !header.fields.iter().any(|field| KNOWN.contains(&field.name.as_str())) {
        return Err(Park::NoMessage);
    }
    let from: Vec<List> = header.all("from").take(LISTS_MAX).map(address::list).collect();
    let boxes = |name: &str| -> Vec<Mailbox> {
        header.all(name).take(LISTS_MAX).flat_map(|value| address::list(value).boxes).collect()
    };
    let mut message = Message {
        from: from.iter().flat_map(|list| list.boxes.clone()).collect(),
        sender: boxes("sender"),
        reply_to: boxes("reply-to"),
        return_path: header.text("return-path").map(|path| path.trim_matches(['<', '>', ' ']).to_owned()),
        to: boxes("to"),
        cc: boxes("cc"),
        subject: header.text("subject").map(|raw| cut(&decode::words(&raw), SUBJECT_MAX)).unwrap_or_default(),
        date: header.first("date").and_then(date),
        message_id: header.first("message-id").and_then(message_id),
        answers: answers(header),
        results: results(header),
        ..Message::default()
    };
    body(&parts.parts, &mut message);
    let senders: Vec<&Mailbox> = message.from.iter().chain(&message.sender).collect();
    message.automatic = automatic::automatic(header, &senders, message.return_path.as_deref());
    message.oddities = odd::oddities(raw, header, &from, &message, came);
    Ok(message)
}

/// The same beside the runtime's own work: a reader that fails or takes too long ends as [`Park::TooCostly`].
pub async fn read_guarded(raw: Vec<u8>, came: DateTime<Utc>) -> Result<Message, Park> {
    guarded(DEADLINE, move || read(&raw, came)).await
}

async fn guarded<T: Send + 'static>(
    deadline: Duration,
    work: impl FnOnce() -> Result<T, Park> + Send + 'static,
) -> Result<T, Park> {
    match tokio::time::timeout(deadline, tokio::task::spawn_blocking(work)).await {
        Ok(Ok(read)) => read,
        // it ended the reader, or takes more than anything honest does
        Ok(Err(_)) | Err(_) => Err(Park::TooCostly),
    }
}

/// The decoded bytes of what hangs on a mail, by its SHA-256 in hex.
pub fn attachment(raw: &[u8], sha256: &str) -> Option<Vec<u8>> {
    if raw.len() > BYTES_MAX {
        return None;
    }
    let parts = parts::parts(raw).ok()?.parts;
    let mut all = parts.iter().filter(|part| !attach::is_inline_text(part)).map(attach::attachment);
    all.find(|(attachment, _)| attachment.sha256 == sha256).map(|(_, bytes)| bytes)
}

fn body(parts: &[Part<'_>], message: &mut Message) {
    let plain: Vec<Option<usize>> =
        parts.iter().filter(|part| is_plain(part)).filter_map(|part| part.alternative.map(Some)).collect();
    let mut pages = Vec::new();
    for part in parts {
        if !attach::is_inline_text(part) {
            message.attachments.push(attach::attachment(part).0);
        } else if message.text.len() + pages.iter().map(String::len).sum::<usize>() > TEXT_MAX * 4 {
            message.cut = true;
        } else if part.media.kind == "text/html" {
            let page = html::fragment(&decoded(part, &mut message.cut));
            if !plain.contains(&part.alternative) || part.alternative.is_none() {
                add(&mut message.text, &html::text(&page));
            }
            pages.push(page);
        } else {
            add(&mut message.text, &decoded(part, &mut message.cut));
        }
    }
    let kept = cut(&message.text, TEXT_MAX);
    message.cut |= kept.len() < message.text.len();
    message.text = kept;
    message.html = Some(pages.join("<hr>")).filter(|page| !page.is_empty());
}

fn is_plain(part: &Part<'_>) -> bool {
    part.media.kind != "text/html" && attach::is_inline_text(part) && !part.body.trim_ascii().is_empty()
}

/// The text of a part, line ends `\n`.
fn decoded(part: &Part<'_>, was_cut: &mut bool) -> String {
    let mut bytes = decode::bytes(part);
    *was_cut |= bytes.len() > DECODED_MAX;
    bytes.truncate(DECODED_MAX);
    let text = decode::text(&bytes, part.media.parameter("charset"));
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let kept = cut(&text, TEXT_MAX);
    *was_cut |= kept.len() < text.len();
    kept
}

fn add(text: &mut String, more: &str) {
    let more = more.trim_end();
    if !text.is_empty() && !more.is_empty() {
        text.push_str("\n\n");
    }
    text.push_str(more);
}

/// The first `most` characters.
fn cut(text: &str, most: usize) -> String {
    text.char_indices().nth(most).map_or(text, |(end, _)| &text[..end]).to_owned()
}

fn date(value: &[u8]) -> Option<DateTime<Utc>> {
    let mut line = unfolded(&value[..value.len().min(200)]).into_bytes();
    line.push(b'\n');
    match MessageStream::new(&line).parse_date() {
        HeaderValue::DateTime(date) if date.is_valid() => DateTime::from_timestamp(date.to_timestamp(), 0),
        _ => None,
    }
}

/// What stands in the first pair of angle brackets, or all of it.
pub(super) fn message_id(value: &[u8]) -> Option<String> {
    let text = unfolded(value);
    let id = bracketed(&text).next().unwrap_or_else(|| text.trim().to_owned());
    (!id.is_empty()).then(|| cut(&id, IDS_MAX.1))
}

fn bracketed(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split('<').skip(1).filter_map(|piece| piece.split_once('>')).map(|(id, _)| cut(id.trim(), IDS_MAX.1))
}

/// Oldest first: what the newest answers to stands last (RFC 5322 §3.6.4).
fn answers(header: &Header<'_>) -> Vec<String> {
    let mut ids: Vec<String> = Vec::new();
    for name in ["references", "in-reply-to"] {
        for value in header.all(name).take(LISTS_MAX) {
            let named: Vec<String> = bracketed(&unfolded(value)).filter(|id| !id.is_empty()).collect();
            for id in named.into_iter().rev().take(IDS_MAX.0).rev() {
                ids.retain(|known| *known != id);
                ids.push(id);
            }
        }
    }
    ids.split_off(ids.len().saturating_sub(IDS_MAX.0))
}

fn results(header: &Header<'_>) -> Vec<String> {
    let all = header.all("authentication-results").take(RESULTS_MAX.0);
    all.map(|value| cut(&unfolded(value), RESULTS_MAX.1)).collect()
}

#[cfg(test)]
mod tests;
