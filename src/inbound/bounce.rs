//! Reads delivery reports (RFC 3464): what became of which letter, as far as the report says so in fields, not in prose.

use super::read::BYTES_MAX;
use super::read::fields::{Header, header, unfolded};
use super::read::parts::{Part, parts};
use super::read::{decode, message_id};
use crate::model::inbound::Bounce;
use crate::model::marks::is_hidden;

/// Recipients one report may speak of.
const RECIPIENTS_MAX: usize = 100;
/// Characters of a diagnostic that are kept.
const DIAGNOSTIC_MAX: usize = 500;
/// Characters of an address that are kept.
const ADDRESS_MAX: usize = 320;
/// Message-IDs of one letter that are kept.
const IDS_MAX: usize = 10;
/// Blocks of fields of one report that are looked at.
const BLOCKS_MAX: usize = 300;
/// What a report may say became of a letter (RFC 3464 §2.3.3).
const ACTIONS: &[&str] = &["failed", "delayed", "delivered", "relayed", "expanded"];

/// Each recipient a report speaks of. What is no report, or one in prose alone, gives none.
pub fn bounce(raw: &[u8]) -> Vec<Bounce> {
    if raw.len() > BYTES_MAX {
        return Vec::new();
    }
    let Ok(read) = parts(raw) else { return Vec::new() };
    let mut all = Vec::new();
    // each letter that was brought back is read once, however many reports stand before it
    let mut known: Vec<Option<Vec<String>>> = vec![None; read.parts.len()];
    for (at, part) in read.parts.iter().enumerate() {
        let Some(report) = part.report else { continue };
        if !matches!(part.media.kind.as_str(), "message/delivery-status" | "message/global-delivery-status") {
            continue;
        }
        let recipients = recipients(&decode::bytes(part));
        if recipients.is_empty() {
            continue;
        }
        let mut found = Vec::new();
        for (other, known) in read.parts.iter().zip(&mut known).skip(at + 1) {
            if other.report == Some(report) && found.len() < IDS_MAX {
                found.extend_from_slice(known.get_or_insert_with(|| ids(other)));
            }
        }
        found.truncate(IDS_MAX);
        for mut each in recipients {
            each.message_ids.clone_from(&found);
            all.push(each);
            if all.len() == RECIPIENTS_MAX {
                return all;
            }
        }
    }
    all
}

/// Message-IDs of the letter that a report brings back, whole or its header alone.
fn ids(part: &Part<'_>) -> Vec<String> {
    let original = matches!(
        part.media.kind.as_str(),
        "message/rfc822"
            | "text/rfc822-headers"
            | "message/rfc822-headers"
            | "message/global"
            | "message/global-headers"
    );
    if !original {
        return Vec::new();
    }
    let bytes = decode::bytes(part);
    let Ok(found) = header(bytes.trim_ascii_start(), |_| false) else { return Vec::new() };
    found.all("message-id").take(IDS_MAX).filter_map(message_id).map(|id| clean(&id, DIAGNOSTIC_MAX)).collect()
}

/// The blocks of fields after the first, each about one recipient (RFC 3464 §2.3).
fn recipients(body: &[u8]) -> Vec<Bounce> {
    let mut found = Vec::new();
    let mut rest = body;
    for _ in 0..BLOCKS_MAX {
        rest = without_empty_lines(rest);
        if rest.is_empty() {
            break;
        }
        let Ok(block) = header(rest, |_| false) else { break };
        found.extend(recipient(&block));
        rest = rest.get(block.end..).unwrap_or_default();
    }
    found
}

fn without_empty_lines(mut body: &[u8]) -> &[u8] {
    while let Some(rest) = body.strip_prefix(b"\r\n").or_else(|| body.strip_prefix(b"\n")) {
        body = rest;
    }
    body
}

fn recipient(block: &Header<'_>) -> Option<Bounce> {
    let action = block.first("action").map(|value| uncommented(&unfolded(value)).to_ascii_lowercase())?;
    let action = ACTIONS.iter().find(|known| **known == action)?;
    // cleaned before it is asked for: a name of nothing but hidden signs is none
    let cleaned = |name: &str| block.first(name).map(|value| clean(&typed(value), ADDRESS_MAX));
    let who = cleaned("original-recipient").filter(|who| who.contains('@'));
    let recipient = who.or_else(|| cleaned("final-recipient")).filter(|who| !who.is_empty())?;
    Some(Bounce {
        action: (*action).to_owned(),
        status: block.first("status").and_then(status).unwrap_or_default(),
        diagnostic: block.first("diagnostic-code").map(said).unwrap_or_default(),
        recipient,
        message_ids: Vec::new(),
    })
}

/// What follows the type: `rfc822; rina@example.id`, `utf-8;…`. Angle brackets around an address are no part of it.
fn typed(value: &[u8]) -> String {
    let text = unfolded(value);
    let address = text.split_once(';').map_or(text.as_str(), |(_, address)| address);
    address.trim().trim_matches(['<', '>']).trim().to_owned()
}

fn said(value: &[u8]) -> String {
    let text = decode::words(&unfolded(value));
    let words = match text.split_once(';') {
        Some((kind, words)) if !kind.trim().contains(' ') => words,
        _ => text.as_str(),
    };
    clean(words, DIAGNOSTIC_MAX)
}

/// An enhanced status code (RFC 3463 §2); a comment may follow it.
fn status(value: &[u8]) -> Option<String> {
    let text = unfolded(value);
    let code = uncommented(&text);
    let digits =
        |piece: &str, most: usize| (1..=most).contains(&piece.len()) && piece.bytes().all(|b| b.is_ascii_digit());
    let mut pieces = code.split('.');
    let (class, subject, detail) = (pieces.next()?, pieces.next()?, pieces.next()?);
    let right = matches!(class, "2" | "4" | "5") && digits(subject, 3) && digits(detail, 3) && pieces.next().is_none();
    right.then(|| code.to_owned())
}

/// The first word of a value.
fn uncommented(text: &str) -> &str {
    text.split(|c: char| c.is_whitespace() || c == '(').next().unwrap_or_default()
}

/// One line of characters that can be seen, cut.
fn clean(text: &str, most: usize) -> String {
    let spaced: String = text.chars().map(|c| if c.is_control() || is_hidden(c) { ' ' } else { c }).collect();
    let line = spaced.split_whitespace().collect::<Vec<_>>().join(" ");
    line.chars().take(most).collect()
}

#[cfg(test)]
mod tests;
