//! Levels HTML: in one pass, out come the few tags we keep, closed in order and never deeper than we bear.

use std::fmt::Write;

use super::TAGS;

/// How deep tags may lie in each other; deeper ones are left out, their text stays.
const DEPTH_MAX: usize = 40;
/// Tags whose content is nothing to read.
const SILENT: &[&str] = &[
    "script", "style", "title", "noscript", "noembed", "noframes", "iframe", "template", "object", "applet", "svg",
    "math", "select", "textarea", "xmp", "video", "audio", "canvas", "datalist", "frameset",
];
/// Characters of an address that are looked at.
const ADDRESS_MAX: usize = 4_096;

/// The same content in plain tags.
pub fn level(html: &str) -> String {
    let mut level = Level { out: String::with_capacity(html.len()), open: Vec::new() };
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        level.text(&rest[..at]);
        rest = level.after(&rest[at..]);
    }
    level.text(rest);
    while let Some(tag) = level.open.pop() {
        level.close(tag);
    }
    level.out
}

struct Level {
    out: String,
    open: Vec<&'static str>,
}

impl Level {
    /// Takes what begins with `<`; answers what follows it.
    fn after<'a>(&mut self, here: &'a str) -> &'a str {
        let inner = &here[1..];
        if let Some(comment) = inner.strip_prefix("!--") {
            return comment.find("-->").map_or("", |end| &comment[end + 3..]);
        }
        if inner.starts_with(['!', '?']) {
            return inner.find('>').map_or("", |end| &inner[end + 1..]);
        }
        let closing = inner.starts_with('/');
        let named = inner.strip_prefix('/').unwrap_or(inner);
        if !named.starts_with(|c: char| c.is_ascii_alphabetic()) {
            self.text("<");
            return inner;
        }
        let length = named.find(|c: char| c.is_ascii_whitespace() || matches!(c, '/' | '>')).unwrap_or(named.len());
        let name = named[..length].to_ascii_lowercase();
        let (end, href) = attributes(&named[length..], !closing && name == "a");
        let rest = &named[length + end..];
        if closing {
            self.end(&name);
            return rest;
        }
        self.begin(&name, href);
        if SILENT.contains(&name.as_str()) { past(rest, &name) } else { rest }
    }

    fn begin(&mut self, name: &str, href: Option<&str>) {
        match name {
            "br" | "hr" => {
                let _ = write!(self.out, "<{name}>");
            }
            "a" => self.open("a", href),
            // a new row or entry ends the one before it, as people leave out the ends
            "li" | "tr" | "td" | "th" | "p" => {
                if self.open.last().is_some_and(|last| *last == name) {
                    self.end(name);
                }
                self.known(name);
            }
            "img" => self.out.push(' '),
            "center" | "section" | "article" | "header" | "footer" | "form" | "dl" | "dt" | "dd" => {
                self.open("div", None);
            }
            _ => self.known(name),
        }
    }

    fn known(&mut self, name: &str) {
        if let Some(tag) = TAGS.iter().find(|tag| **tag == name) {
            self.open(tag, None);
        }
    }

    fn open(&mut self, tag: &'static str, href: Option<&str>) {
        if self.open.len() >= DEPTH_MAX || (tag == "a" && self.open.contains(&"a")) {
            return;
        }
        self.open.push(tag);
        let _ = match href {
            Some(address) => write!(self.out, "<{tag} href=\"{}\">", address.replace('"', "&quot;")),
            None => write!(self.out, "<{tag}>"),
        };
    }

    fn end(&mut self, name: &str) {
        let name = match name {
            "center" | "section" | "article" | "header" | "footer" | "form" | "dl" | "dt" | "dd" => "div",
            other => other,
        };
        if let Some(at) = self.open.iter().rposition(|tag| *tag == name) {
            while self.open.len() > at {
                if let Some(tag) = self.open.pop() {
                    self.close(tag);
                }
            }
        }
    }

    fn close(&mut self, tag: &str) {
        let _ = write!(self.out, "</{tag}>");
    }

    fn text(&mut self, text: &str) {
        self.out.push_str(&text.replace('<', "&lt;").replace('\0', "\u{fffd}"));
    }
}

/// How long the attributes up to and with `>` are, and the address among them. A quote that does not end takes all.
fn attributes(text: &str, wanted: bool) -> (usize, Option<&str>) {
    let bytes = text.as_bytes();
    let mut href = None;
    let mut name = 0..0;
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'>' => return (at + 1, href),
            b'=' => {
                let begin = at + 1 + bytes[at + 1..].iter().take_while(|b| b.is_ascii_whitespace()).count();
                let (value, next) = value(text, begin);
                if wanted && href.is_none() && text[name.clone()].eq_ignore_ascii_case("href") {
                    href = Some(value).filter(|value| value.len() <= ADDRESS_MAX);
                }
                (name, at) = (next..next, next);
            }
            b if b.is_ascii_whitespace() || matches!(b, b'/' | b'"' | b'\'') => at += 1,
            _ => {
                let length =
                    bytes[at..].iter().take_while(|b| !b.is_ascii_whitespace() && !b"=>/\"'".contains(b)).count();
                name = at..at + length.max(1);
                at = name.end;
            }
        }
    }
    (text.len(), href)
}

/// The value that begins at `begin`, and where what follows it begins.
fn value(text: &str, begin: usize) -> (&str, usize) {
    let rest = text.get(begin..).unwrap_or_default();
    if let Some(quote @ (b'"' | b'\'')) = rest.as_bytes().first() {
        let inner = &rest[1..];
        let end = inner.find(char::from(*quote)).unwrap_or(inner.len());
        return (&inner[..end], (begin + end + 2).min(text.len()));
    }
    let end = rest.find(|c: char| c.is_ascii_whitespace() || c == '>').unwrap_or(rest.len());
    (&rest[..end], (begin + end).min(text.len()))
}

/// What follows the end of a silent tag.
fn past<'a>(rest: &'a str, name: &str) -> &'a str {
    let mut from = 0;
    while let Some(at) = rest[from..].find("</") {
        let here = from + at + 2;
        let named = rest.as_bytes().get(here..here + name.len()).unwrap_or_default();
        if named.eq_ignore_ascii_case(name.as_bytes()) {
            return rest[here..].find('>').map_or("", |end| &rest[here + end + 1..]);
        }
        from = here;
    }
    ""
}
