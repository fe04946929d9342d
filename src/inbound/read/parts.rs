//! Takes a mail's parts apart in one pass over its lines (RFC 2046 §5.1); what hangs on it as a mail is not opened.

use std::collections::HashMap;

use mail_parser::parsers::MessageStream;
use mail_parser::{ContentType, HeaderValue};

use super::fields::{Header, header, trimmed_end};
use crate::model::inbound::Park;

/// Parts a mail may have, wrappers included.
const PARTS_MAX: usize = 1_000;
/// How deep wrappers may lie in each other.
const DEPTH_MAX: usize = 30;
/// Bytes of a `Content-Type` we look at.
const PARAMETERS_MAX: usize = 4_096;

/// A part that is no wrapper.
#[derive(Debug)]
pub struct Part<'a> {
    /// Its header.
    pub header: Header<'a>,
    /// Its bytes as they were sent.
    pub body: &'a [u8],
    /// What it says it is.
    pub media: Media,
    /// The number of the `multipart/alternative` it is a version in.
    pub alternative: Option<usize>,
    /// The number of the delivery report it belongs to.
    pub report: Option<usize>,
}

/// A `Content-Type` or `Content-Disposition`, read.
#[derive(Clone, Debug, Default)]
pub struct Media {
    /// `text/plain`, in lower case; a bare word for a disposition.
    pub kind: String,
    parameters: Vec<(String, String)>,
}

impl Media {
    /// Reads such a value; without one, or one without sense, it is empty.
    pub fn read(value: Option<&[u8]>) -> Self {
        let Some(value) = value else { return Self::default() };
        let mut line = value[..value.len().min(PARAMETERS_MAX)].to_vec();
        line.push(b'\n');
        let HeaderValue::ContentType(read) = MessageStream::new(&line).parse_content_type() else {
            return Self::default();
        };
        Self { kind: kind(&read), parameters: parameters(&read) }
    }

    /// A parameter by its name in lower case.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

fn kind(read: &ContentType<'_>) -> String {
    let kind = match read.subtype() {
        Some(subtype) => format!("{}/{subtype}", read.ctype()),
        None => read.ctype().to_owned(),
    };
    kind.to_ascii_lowercase()
}

fn parameters(read: &ContentType<'_>) -> Vec<(String, String)> {
    let all = read.attributes().unwrap_or_default().iter();
    all.map(|each| (each.name.to_ascii_lowercase(), each.value.clone().into_owned())).collect()
}

/// A wrapper whose end has not come yet.
struct Wrapper {
    boundary: Vec<u8>,
    alternative: Option<usize>,
    report: Option<usize>,
    digest: bool,
}

/// The parts of a mail, and its own header.
pub struct Parts<'a> {
    /// The header of the whole mail.
    pub header: Header<'a>,
    /// Parts in the order they stand; a wrapper in which nothing is found is a part itself.
    pub parts: Vec<Part<'a>>,
}

/// Takes `raw` apart.
pub fn parts(raw: &[u8]) -> Result<Parts<'_>, Park> {
    let top = header(raw, |_| false)?;
    let copied = header(raw, |_| false)?;
    let mut walk = Walk { raw, open: Vec::new(), known: HashMap::new(), longest: 0, parts: Vec::new(), count: 0 };
    walk.all(copied)?;
    Ok(Parts { header: top, parts: walk.parts })
}

struct Walk<'a> {
    raw: &'a [u8],
    open: Vec<Wrapper>,
    /// The innermost open wrapper of each boundary: lines that look like delimiters may come by the million.
    known: HashMap<Vec<u8>, usize>,
    longest: usize,
    parts: Vec<Part<'a>>,
    count: usize,
}

impl<'a> Walk<'a> {
    fn all(&mut self, top: Header<'a>) -> Result<(), Park> {
        let mut next = Some((top, 0));
        while let Some((found, base)) = next {
            next = self.entity(found, base)?;
        }
        Ok(())
    }

    /// Reads the entity whose header is `found`; answers the header of the one after it, with where it begins.
    fn entity(&mut self, found: Header<'a>, base: usize) -> Result<Option<(Header<'a>, usize)>, Park> {
        self.count += 1;
        if self.count > PARTS_MAX {
            return Err(Park::TooManyParts);
        }
        let body = base + found.end;
        let media = self.media(&found);
        let inside = media.kind.starts_with("multipart/").then(|| self.wrapper(&media)).flatten();
        if let Some(wrapper) = inside {
            self.open.push(wrapper);
            self.learn();
            if self.open.len() > DEPTH_MAX {
                return Err(Park::TooManyParts);
            }
            let depth = self.open.len();
            if let Some((_, after)) = self.seek(body).filter(|(at, _)| self.opens(*at, depth)) {
                return self.next(after);
            }
            self.leave(depth - 1);
        }
        let (end, after) = self.seek(body).unwrap_or((self.raw.len(), self.raw.len()));
        let last = self.open.last();
        self.parts.push(Part {
            header: found,
            body: without_line_end(self.raw, body, end),
            media,
            alternative: last.and_then(|wrapper| wrapper.alternative),
            report: last.and_then(|wrapper| wrapper.report),
        });
        self.settle(end, after)
    }

    /// After a delimiter: the next entity, or the next delimiter outside.
    fn settle(&mut self, mut at: usize, mut after: usize) -> Result<Option<(Header<'a>, usize)>, Park> {
        while at < self.raw.len() {
            let line = trimmed_end(&self.raw[at..after]);
            let Some((index, closing)) = self.matched(line) else { return Ok(None) };
            if !closing {
                self.leave(index + 1);
                return self.next(after);
            }
            self.leave(index);
            (at, after) = self.seek(after).unwrap_or((self.raw.len(), self.raw.len()));
        }
        Ok(None)
    }

    fn next(&self, at: usize) -> Result<Option<(Header<'a>, usize)>, Park> {
        let found = header(&self.raw[at..], |line| self.matched(line).is_some())?;
        Ok(Some((found, at)))
    }

    /// The next delimiter from `at` on, with the beginning of the line after it.
    fn seek(&self, mut at: usize) -> Option<(usize, usize)> {
        if self.open.is_empty() {
            return None;
        }
        while at < self.raw.len() {
            let next = self.raw[at..].iter().position(|b| *b == b'\n').map_or(self.raw.len(), |end| at + end + 1);
            if self.matched(trimmed_end(&self.raw[at..next])).is_some() {
                return Some((at, next));
            }
            at = next;
        }
        None
    }

    /// Whether the delimiter at `at` opens a part of the wrapper at that depth.
    fn opens(&self, at: usize, depth: usize) -> bool {
        let line = self.raw[at..].split(|b| *b == b'\n').next().unwrap_or_default();
        self.matched(trimmed_end(line)) == Some((depth - 1, false))
    }

    /// The innermost open wrapper whose delimiter this line is, and whether it closes it.
    fn matched(&self, line: &[u8]) -> Option<(usize, bool)> {
        let said = line.strip_prefix(b"--").filter(|_| !self.open.is_empty())?.trim_ascii_end();
        if said.len() > self.longest + 2 {
            return None;
        }
        let opens = self.known.get(said).map(|index| (*index, false));
        let closes = said.strip_suffix(b"--").and_then(|said| self.known.get(said)).map(|index| (*index, true));
        opens.max(closes)
    }

    /// Leaves all wrappers but the outer `kept`.
    fn leave(&mut self, kept: usize) {
        if kept < self.open.len() {
            self.open.truncate(kept);
            self.learn();
        }
    }

    fn learn(&mut self) {
        self.known = self.open.iter().enumerate().map(|(index, each)| (each.boundary.clone(), index)).collect();
        self.longest = self.open.iter().map(|each| each.boundary.len()).max().unwrap_or_default();
    }

    fn media(&self, found: &Header<'_>) -> Media {
        let mut media = Media::read(found.first("content-type"));
        if media.kind.is_empty() {
            let digest = self.open.last().is_some_and(|wrapper| wrapper.digest);
            media.kind.push_str(if digest { "message/rfc822" } else { "text/plain" });
        }
        media
    }

    fn wrapper(&self, media: &Media) -> Option<Wrapper> {
        let boundary = media.parameter("boundary")?.trim_end().as_bytes().to_vec();
        if boundary.is_empty() {
            return None;
        }
        let outer = self.open.last();
        let within = outer.and_then(|wrapper| wrapper.alternative);
        let report = media.kind == "multipart/report"
            && media.parameter("report-type").is_none_or(|kind| kind.eq_ignore_ascii_case("delivery-status"));
        Some(Wrapper {
            boundary,
            alternative: if media.kind == "multipart/alternative" { Some(self.count) } else { within },
            report: if report { Some(self.count) } else { None },
            digest: media.kind == "multipart/digest",
        })
    }
}

/// The bytes between two places, less the line end that belongs to the delimiter after them.
fn without_line_end(raw: &[u8], begin: usize, end: usize) -> &[u8] {
    let body = raw.get(begin..end).unwrap_or_default();
    if end == raw.len() { body } else { trimmed_end(body) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(raw: &str) -> Vec<(String, String)> {
        let read = parts(raw.as_bytes()).unwrap();
        read.parts.iter().map(|p| (p.media.kind.clone(), String::from_utf8_lossy(p.body).into_owned())).collect()
    }

    fn pair(kind: &str, body: &str) -> (String, String) {
        (kind.to_owned(), body.to_owned())
    }

    #[test]
    fn nested_parts_are_found_with_their_own_bytes() {
        let raw = "Content-Type: multipart/mixed; boundary=a\r\n\r\npreamble\r\n--a\r\n\
            Content-Type: multipart/alternative; boundary=\"a b\"\r\n\r\n--a b\r\n\r\nplain\r\n--a b\r\n\
            Content-Type: text/html\r\n\r\n<p>html\r\n\r\n--a b--\r\nepilogue\r\n--a\r\n\
            Content-Type: application/pdf\r\n\r\n%PDF\r\n--a--\r\nafter\r\n";
        assert_eq!(
            kinds(raw),
            [pair("text/plain", "plain"), pair("text/html", "<p>html\r\n"), pair("application/pdf", "%PDF")]
        );
        let read = parts(raw.as_bytes()).unwrap();
        assert!(read.parts[0].alternative.is_some());
        assert_eq!(read.parts[0].alternative, read.parts[1].alternative);
        assert_eq!(read.parts[2].alternative, None);
    }

    #[test]
    fn a_wrapper_that_never_opens_is_a_part_itself() {
        let raw = "Content-Type: multipart/mixed; boundary=a\n\nhello\n";
        assert_eq!(kinds(raw), [pair("multipart/mixed", "hello\n")]);
    }

    #[test]
    fn a_mail_within_a_mail_is_not_opened() {
        let raw = "Content-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: message/rfc822\n\n\
            Content-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n--b--\n--a--\n";
        assert_eq!(kinds(raw).len(), 1);
    }

    #[test]
    fn an_outer_end_ends_what_lies_within() {
        let raw = "Content-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: multipart/mixed; boundary=b\n\n\
            --b\n\nx\n--a\n\ny\n--a--\n";
        assert_eq!(kinds(raw), [pair("text/plain", "x"), pair("text/plain", "y")]);
        let torn = "Content-Type: multipart/mixed; boundary=a\n\n--a\nX: y\n--a\n\nz\n--a--\n";
        assert_eq!(kinds(torn), [pair("text/plain", ""), pair("text/plain", "z")]);
    }
}
