//! Finds what is odd about a mail's form: what it says twice, what it hides, and what servers would read differently.

use chrono::{DateTime, Duration, Utc};

use super::address::{self, List};
use super::fields::Header;
use crate::model::inbound::{Mailbox, Message, Reason};
use crate::model::marks::is_hidden;

/// Fields that may stand once (RFC 5322 §3.6).
const ONCE: &[&str] =
    &["from", "to", "cc", "subject", "date", "message-id", "sender", "reply-to", "in-reply-to", "references"];
/// How long before it came a mail may have been written.
const OLD: Duration = Duration::days(3);
/// How far a sender's clock may go ahead.
const AHEAD: Duration = Duration::minutes(10);

/// What is odd, in the order of [`Reason::ALL`]. `from` are the lists of all `From`, `came` is when the mail did.
pub fn oddities(raw: &[u8], header: &Header<'_>, from: &[List], message: &Message, came: DateTime<Utc>) -> Vec<Reason> {
    let found = |reason: Reason| match reason {
        Reason::FromMissing => from_missing(header, message),
        Reason::FromSeveral => from.len() > 1 || message.from.len() > 1 || from.iter().any(|list| list.doubtful),
        Reason::HeaderTwice => ONCE.iter().any(|name| header.all(name).count() > 1),
        Reason::ReplyToDiffers => differs(&message.reply_to, &message.from),
        Reason::SenderDiffers => differs(&message.sender, &message.from),
        Reason::AddressInName => {
            from.iter().any(|list| list.hides) || lists(header, &["sender", "reply-to"]).any(|list| list.hides)
        }
        Reason::BareLineEnds => has_bare_line_ends(raw),
        Reason::HeaderControls => header.torn || has_controls(raw, header, message) || is_folded_strangely(header),
        Reason::Old => message.date.is_some_and(|written| came - written > OLD),
        Reason::DateOdd => message.date.is_none_or(|written| written - came > AHEAD),
        _ => false,
    };
    Reason::ALL.iter().copied().filter(|reason| found(*reason)).collect()
}

/// No address in `From`, none that can be read in one way, or a `From` that strict readers do not see.
fn from_missing(header: &Header<'_>, message: &Message) -> bool {
    let strict = header.fields.iter().any(|field| field.name == "from" && !field.disguised);
    !strict || !message.from.iter().any(|each| address::is_plain(&each.address))
}

fn lists<'h>(header: &'h Header<'_>, names: &'h [&str]) -> impl Iterator<Item = List> + 'h {
    names.iter().flat_map(|name| header.all(name)).take(10).map(address::list)
}

/// Whether one of these addresses is none of those.
fn differs(others: &[Mailbox], from: &[Mailbox]) -> bool {
    others.iter().any(|other| !from.iter().any(|each| each.address.eq_ignore_ascii_case(&other.address)))
}

/// A lone CR anywhere, NUL, or a lone LF where line ends are CRLF. A file wholly in LF came through a local pipe.
fn has_bare_line_ends(raw: &[u8]) -> bool {
    let (mut whole, mut bare) = (false, false);
    let mut before = 0;
    for byte in raw {
        match (before, *byte) {
            (b'\r', b'\n') => whole = true,
            (_, 0) | (b'\r', _) => return true,
            (_, b'\n') => bare = true,
            _ => {}
        }
        before = *byte;
    }
    before == b'\r' || (whole && bare)
}

fn has_controls(raw: &[u8], header: &Header<'_>, message: &Message) -> bool {
    let written = raw.get(..header.end).unwrap_or_default();
    let control = |byte: &u8| byte.is_ascii_control() && !matches!(byte, b'\r' | b'\n' | b'\t');
    // what encoded words hid; direction and zero-width signs in a name or subject are shown as marks, and no deceit
    let named = message.from.iter().chain(&message.sender).chain(&message.reply_to).map(|each| each.name.as_str());
    let mut decoded = named.chain([message.subject.as_str()]);
    written.iter().any(control)
        || decoded
            .any(|text| text.contains(|c: char| (c.is_control() && c != '\t') || c == '\u{2028}' || c == '\u{2029}'))
        || message.from.iter().any(|each| each.address.contains(is_hidden))
}

/// Whether a `From` is folded where some readers stop: before anything stands on its first line, or within its address.
fn is_folded_strangely(header: &Header<'_>) -> bool {
    header.all("from").any(|value| {
        let mut lines = value.split(|b| *b == b'\n');
        let first = lines.next().unwrap_or_default();
        let folded = lines.next().is_some();
        let mut open = false;
        let mut within = false;
        for byte in value {
            match byte {
                b'<' => open = true,
                b'>' => open = false,
                b'\n' => within |= open,
                _ => {}
            }
        }
        (folded && first.trim_ascii().is_empty()) || within
    })
}
