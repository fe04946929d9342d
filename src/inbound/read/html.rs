//! Makes a fragment out of a mail's HTML that loads nothing and leads nowhere, and text out of that fragment.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use ammonia::Builder;

mod level;

/// What may stay: none of these loads, runs or styles anything.
const TAGS: &[&str] = &[
    "b",
    "blockquote",
    "br",
    "div",
    "em",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "li",
    "ol",
    "p",
    "pre",
    "strong",
    "table",
    "tbody",
    "td",
    "th",
    "thead",
    "tr",
    "u",
    "ul",
];
/// Characters of a host that are shown after a link's text.
const HOST_MAX: usize = 100;

/// Sanitises a mail's HTML: no attribute is left, and after the text of a link stands its host in brackets.
pub fn fragment(html: &str) -> String {
    // what ammonia gets is level already: its parser takes quadratic time and memory for some of what mails hold
    let level = level::level(html);
    let mut tags: HashSet<&str> = TAGS.iter().copied().collect();
    tags.insert("a");
    let mut builder = Builder::empty();
    builder
        .tags(tags)
        .tag_attributes(HashMap::from([("a", HashSet::from(["href"]))]))
        .url_schemes(HashSet::from(["http", "https", "mailto"]))
        .link_rel(None)
        .attribute_filter(|_, _, address| host(address).map(Cow::Owned));
    unlinked(&builder.clean(&level).to_string())
}

/// The host an address leads to, of characters alone that cannot end an attribute.
fn host(address: &str) -> Option<String> {
    let address: String = address.chars().filter(|c| !c.is_whitespace() && !c.is_control()).collect();
    let lower = address.to_ascii_lowercase();
    let rest = match lower.strip_prefix("mailto:") {
        Some(rest) => rest,
        None => lower.strip_prefix("https:").or_else(|| lower.strip_prefix("http:"))?,
    };
    let authority = rest.trim_start_matches(['/', '\\']).split(['/', '\\', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    let shown: String = host
        .chars()
        .map(|c| if c.is_alphanumeric() || matches!(c, '.' | '-' | ':' | '_') { c } else { '\u{fffd}' })
        .take(HOST_MAX)
        .collect();
    (!shown.is_empty()).then_some(shown)
}

/// Takes the links away that ammonia left, whose addresses are hosts alone by now.
fn unlinked(clean: &str) -> String {
    let mut out = String::with_capacity(clean.len());
    let mut hosts: Vec<&str> = Vec::new();
    let mut rest = clean;
    while let Some(at) = rest.find('<') {
        out.push_str(&rest[..at]);
        let Some(end) = rest[at..].find('>') else { break };
        let tag = &rest[at + 1..at + end];
        rest = &rest[at + end + 1..];
        if tag == "a" || tag.starts_with("a ") {
            hosts.push(tag.split('"').nth(1).unwrap_or_default());
        } else if tag == "/a" {
            if let Some(host) = hosts.pop().filter(|host| !host.is_empty()) {
                out.push_str(" [");
                out.push_str(host);
                out.push(']');
            }
        } else if TAGS.contains(&tag.trim_start_matches('/')) {
            out.push('<');
            out.push_str(tag);
            out.push('>');
        }
        // nothing else is left; if it were, it would go here
    }
    if !rest.contains('<') {
        out.push_str(rest);
    }
    out
}

/// The text of such a fragment: blocks on lines of their own, quotes behind `> `.
pub fn text(fragment: &str) -> String {
    let mut page = Page::default();
    let mut rest = fragment;
    while let Some(at) = rest.find('<') {
        page.words(&rest[..at]);
        let Some(end) = rest[at..].find('>') else { break };
        page.tag(&rest[at + 1..at + end]);
        rest = &rest[at + end + 1..];
    }
    page.words(rest);
    page.out.trim().to_owned()
}

#[derive(Default)]
struct Page {
    out: String,
    quotes: usize,
    verbatim: usize,
}

impl Page {
    fn tag(&mut self, tag: &str) {
        match tag {
            "br" => self.line(),
            "blockquote" => {
                self.fresh();
                self.quotes += 1;
            }
            "/blockquote" => {
                self.fresh();
                self.quotes = self.quotes.saturating_sub(1);
            }
            "pre" | "/pre" => {
                self.fresh();
                self.verbatim = if tag == "pre" { self.verbatim + 1 } else { self.verbatim.saturating_sub(1) };
            }
            "/td" | "/th" => self.out.push('\t'),
            "/p" | "/ul" | "/ol" | "/table" => {
                self.fresh();
                self.line();
            }
            "li" => {
                self.fresh();
                self.words("– ");
            }
            _ if matches!(tag.trim_start_matches('/'), "b" | "i" | "u" | "em" | "strong" | "td" | "th") => {}
            _ => self.fresh(),
        }
    }

    /// Ends the line, unless nothing stands on it yet.
    fn fresh(&mut self) {
        if !self.out.is_empty() && !self.out.ends_with('\n') {
            self.out.push('\n');
        }
    }

    /// Ends the line; two empty lines in a row are one.
    fn line(&mut self) {
        if !self.out.ends_with("\n\n") {
            self.out.push('\n');
        }
    }

    fn words(&mut self, raw: &str) {
        let plain = raw
            .replace("&nbsp;", " ")
            .replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&quot;", "\"")
            .replace("&amp;", "&");
        if self.verbatim > 0 {
            for (number, line) in plain.split('\n').enumerate() {
                if number > 0 {
                    self.out.push('\n');
                }
                self.write(line);
            }
            return;
        }
        let led = plain.starts_with(char::is_whitespace);
        let trailed = plain.ends_with(char::is_whitespace);
        for (number, word) in plain.split_whitespace().enumerate() {
            if (number > 0 || led) && !self.out.ends_with(char::is_whitespace) && !self.out.is_empty() {
                self.out.push(' ');
            }
            self.write(word);
        }
        if trailed && !self.out.ends_with(char::is_whitespace) && !self.out.is_empty() {
            self.out.push(' ');
        }
    }

    fn write(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        if self.quotes > 0 && (self.out.is_empty() || self.out.ends_with('\n')) {
            for _ in 0..self.quotes {
                self.out.push('>');
            }
            self.out.push(' ');
        }
        self.out.push_str(text);
    }
}

#[cfg(test)]
mod tests;
