//! Reads lists of addresses (RFC 5322 §3.4) by hand, so that nothing two readers read differently goes unnoticed.

use super::decode;
use super::fields::unfolded;
use crate::model::inbound::Mailbox;
use crate::model::marks::is_hidden;

/// Addresses of one list that are kept.
const BOXES_MAX: usize = 200;
/// Characters of a name that are kept.
const NAME_MAX: usize = 300;
/// Characters of an address that are kept; RFC 5321 allows 320.
const ADDRESS_MAX: usize = 400;

/// A list of addresses, and what is strange about it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct List {
    /// Every address in it, in order.
    pub boxes: Vec<Mailbox>,
    /// Whether another reader could find another address: groups, routes, quoted local parts, text where none belongs.
    pub doubtful: bool,
    /// Whether a name, a comment or an encoded word holds an address.
    pub hides: bool,
}

/// What a list is made of.
enum Piece {
    Text(String),
    Quoted(String),
    Angle(String),
    Comment(String),
}

/// Reads the value of one field.
pub fn list(value: &[u8]) -> List {
    let text = unfolded(value);
    let mut list = List::default();
    let mut held = Vec::new();
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        match c {
            '(' => held.push(Piece::Comment(until_comment_ends(&mut rest, &mut list.doubtful))),
            '"' => held.push(Piece::Quoted(until(&mut rest, '"', &mut list.doubtful))),
            '<' => held.push(Piece::Angle(until(&mut rest, '>', &mut list.doubtful))),
            ',' => add(&mut list, &std::mem::take(&mut held)),
            ';' | ':' => {
                list.doubtful = true;
                add(&mut list, &std::mem::take(&mut held));
            }
            '\\' => {
                list.doubtful = true;
                push(&mut held, rest.next().unwrap_or(c));
            }
            _ => push(&mut held, c),
        }
    }
    add(&mut list, &held);
    list
}

fn push(held: &mut Vec<Piece>, c: char) {
    if let Some(Piece::Text(text)) = held.last_mut() {
        text.push(c);
    } else {
        held.push(Piece::Text(c.to_string()));
    }
}

/// Up to the closing sign, a backslash keeping the next character; in an angle a quoted part may hold the sign.
fn until(rest: &mut std::str::Chars<'_>, end: char, doubtful: &mut bool) -> String {
    let mut out = String::new();
    let mut quoted = false;
    while let Some(c) = rest.next() {
        if c == end && !quoted {
            return out;
        }
        match c {
            '\\' => {
                *doubtful |= end == '>';
                out.extend(rest.next());
            }
            '"' if end == '>' => {
                quoted = !quoted;
                out.push(c);
            }
            '<' if end == '>' => {
                *doubtful = true;
                out.push(c);
            }
            _ => out.push(c),
        }
    }
    *doubtful = true;
    out
}

fn until_comment_ends(rest: &mut std::str::Chars<'_>, doubtful: &mut bool) -> String {
    let mut out = String::new();
    let mut depth = 1;
    while let Some(c) = rest.next() {
        match c {
            '\\' => out.extend(rest.next()),
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => out.push(c),
        }
        if depth == 0 {
            return out;
        }
    }
    *doubtful = true;
    out
}

/// Adds what stands between two commas.
fn add(list: &mut List, held: &[Piece]) {
    let mut names = Vec::new();
    let mut angles = Vec::new();
    let mut comments = Vec::new();
    for piece in held {
        match piece {
            Piece::Text(text) if angles.is_empty() || text.trim().is_empty() => names.push(text.trim()),
            Piece::Quoted(text) if angles.is_empty() => names.push(text),
            // what stands after the address is no part of it
            Piece::Text(text) | Piece::Quoted(text) => {
                list.doubtful = true;
                names.push(text);
            }
            Piece::Angle(text) => angles.push(text.as_str()),
            Piece::Comment(text) => comments.push(text.trim()),
        }
    }
    if angles.is_empty() {
        bare(list, held, &names, &comments);
        return;
    }
    list.doubtful |= angles.len() > 1;
    let name = named(&names, &comments);
    for angle in angles {
        // a route (RFC 5321 §4.1.2, obsolete): the address stands after the last colon
        let address = match angle.rsplit_once(':') {
            Some((_, address)) => {
                list.doubtful = true;
                address
            }
            None => angle,
        };
        let address: String = address.split_whitespace().collect();
        keep(list, &name, &address, angle.split_whitespace().count() > 1);
    }
}

/// An address that stands alone; its name may be a comment.
fn bare(list: &mut List, held: &[Piece], names: &[&str], comments: &[&str]) {
    let quoted = held.iter().any(|piece| matches!(piece, Piece::Quoted(_)));
    let joined = if quoted { names.concat() } else { names.join(" ") };
    let mut found = false;
    for word in joined.split_whitespace().filter(|word| word.contains('@')) {
        list.doubtful |= found || quoted;
        found = true;
        keep(list, &named(&[], comments), word, joined.split_whitespace().count() > 1);
    }
    if !found {
        let name = named(names, comments);
        list.hides |= holds_address(&name);
        list.doubtful |= !name.is_empty();
    }
}

fn named(names: &[&str], comments: &[&str]) -> String {
    let written = names.iter().filter(|name| !name.is_empty()).copied().collect::<Vec<_>>().join(" ");
    let comment = comments.join(" ");
    let raw = match (written.is_empty(), comment.is_empty()) {
        (_, true) => written,
        (true, false) => comment,
        (false, false) => format!("{written} ({comment})"),
    };
    let decoded = decode::words(&raw);
    let line: Vec<&str> = decoded.split([' ', '\t', '\n', '\r']).filter(|word| !word.is_empty()).collect();
    line.join(" ").chars().take(NAME_MAX).collect()
}

fn keep(list: &mut List, name: &str, address: &str, spaced: bool) {
    if address.is_empty() {
        list.doubtful = true;
        list.hides |= holds_address(name);
        return;
    }
    list.doubtful |= spaced || !is_plain(address);
    list.hides |= holds_address(name) && !name.trim().eq_ignore_ascii_case(address);
    if list.boxes.len() < BOXES_MAX {
        list.boxes.push(Mailbox { name: name.to_owned(), address: address.chars().take(ADDRESS_MAX).collect() });
    }
}

/// Whether an address can be read in one way alone: one `@`, no quotes, comments, spaces, controls or encoded words.
pub fn is_plain(address: &str) -> bool {
    let Some((local, domain)) = address.split_once('@') else { return false };
    let odd = |c: char| c.is_whitespace() || is_hidden(c) || "<>()[]\\,;:\"@\u{ff20}\u{fe6b}\u{fffd}".contains(c);
    !local.is_empty()
        && !domain.is_empty()
        && !local.contains(odd)
        && !domain.contains(odd)
        && !local.contains("=?")
        && address.chars().count() <= ADDRESS_MAX
}

/// Whether text holds something that people take for an address.
pub fn holds_address(text: &str) -> bool {
    let at = |c: char| matches!(c, '@' | '\u{ff20}' | '\u{fe6b}');
    let mut before = ' ';
    let mut signs = text.chars().filter(|c| !is_hidden(*c)).peekable();
    while let Some(c) = signs.next() {
        let joined = |c: char| c.is_alphanumeric() || "._-+'\"".contains(c);
        if at(c) && joined(before) && signs.peek().is_some_and(|next| joined(*next) || *next == '[') {
            return true;
        }
        before = c;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(value: &str) -> (Vec<(String, String)>, bool, bool) {
        let list = list(value.as_bytes());
        (list.boxes.into_iter().map(|b| (b.name, b.address)).collect(), list.doubtful, list.hides)
    }

    fn one(name: &str, address: &str) -> Vec<(String, String)> {
        vec![(name.to_owned(), address.to_owned())]
    }

    #[test]
    fn ordinary_lists_are_read_without_doubt() {
        for (value, name, address) in [
            ("rina@a.id", "", "rina@a.id"),
            ("<rina@a.id>", "", "rina@a.id"),
            ("Rina <rina@a.id>", "Rina", "rina@a.id"),
            ("\"Rina, S.T.\" <rina@a.id>", "Rina, S.T.", "rina@a.id"),
            ("PT. Maju Jaya\r\n <rina@a.id>", "PT. Maju Jaya", "rina@a.id"),
            ("rina@a.id (Rina)", "Rina", "rina@a.id"),
            ("=?utf-8?q?R=C3=ADna?= <rina@a.id>", "Rína", "rina@a.id"),
            ("\"rina@a.id\" <rina@a.id>", "rina@a.id", "rina@a.id"),
            ("<rína@á.id>", "", "rína@á.id"),
        ] {
            assert_eq!(read(value), (one(name, address), false, false), "{value}");
        }
        assert_eq!(read("a@b, C <c@d>").0.len(), 2);
        assert_eq!(read(""), (Vec::new(), false, false));
    }

    #[test]
    fn tricks_leave_doubt() {
        for value in [
            "a@b c@d",
            "<a@b> <c@d>",
            "<a@b>c@d",
            "Rina <a@b> x",
            "group: a@b, c@d;",
            "<@x.id,@y.id:a@b>",
            "\"a@b\"@c.id",
            "\"rina\"@a.id",
            "<a@b@c.id>",
            "<a@b\0@c.id>",
            "a@b\0, c@d",
            "<a@b",
            "\"Rina <a@b>",
            "(x <a@b>",
            "<a @b>",
            "<a\\@b>",
            "=?utf-8?q?a=40b?=",
            "<=?utf-8?q?a=40b?=>",
            "<a@b\u{200b}>",
            "<<a@b>>",
            "Rina",
        ] {
            assert!(read(value).1, "{value:?}: {:?}", read(value));
        }
        assert_eq!(read("<@x.id:a@b>").0, one("", "a@b"));
    }

    #[test]
    fn addresses_hidden_in_names_are_found() {
        for value in [
            "\"boss@a.id\" <evil@b.id>",
            "boss@a.id <evil@b.id>",
            "evil@b.id (boss@a.id)",
            "=?utf-8?b?Ym9zc0BhLmlk?= <evil@b.id>",
            "=?utf-8?q?boss=40a.id?= <evil@b.id>",
            "boss＠a.id <evil@b.id>",
            "\"boss@\u{200b}a.id\" <evil@b.id>",
            "=?utf-8?q?boss=40a.id?=",
        ] {
            assert!(read(value).2, "{value:?}: {:?}", read(value));
        }
        assert!(!read("\"Budi @ Kantor\" <budi@a.id>").2);
    }

    proptest::proptest! {
        #[test]
        fn any_value_is_some_list(value: Vec<u8>, text in "[a-z@<>()\",;:\\\\ =?]{0,80}") {
            list(&value);
            let read = list(text.as_bytes());
            proptest::prop_assert!(read.boxes.len() <= BOXES_MAX);
            for each in &read.boxes {
                proptest::prop_assert!(read.doubtful || is_plain(&each.address), "{:?}", read);
            }
        }
    }
}
