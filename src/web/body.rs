//! Forms as browsers send them (WHATWG URL §5.1), read within a size and a deadline; nothing in them is a failure of ours.

use std::borrow::Cow;
use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_web::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use actix_web::web::BytesMut;
use futures_util::StreamExt as _;

use crate::model::refusal::{Refusal, Stop};

/// Bytes of a form at most.
const LIMIT: usize = 64 * 1024;

/// A form's fields in the order they came.
#[derive(Debug, Default)]
pub struct Form {
    fields: Vec<(String, Value)>,
}

/// A field's value; what is no UTF-8 is kept as far as it can be shown again.
#[derive(Debug)]
enum Value {
    Text(String),
    Broken(String),
}

/// A field as it came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field<'a> {
    /// It did not come.
    Missing,
    /// It came more than once, or as an array.
    Repeated,
    /// It is no UTF-8.
    Unreadable,
    /// Its text, whatever it holds.
    Text(&'a str),
}

/// Why a field's text cannot be taken, whatever it was to mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// It did not come.
    Missing,
    /// It came more than once, or as an array.
    Repeated,
    /// It is no UTF-8.
    Unreadable,
    /// It holds NUL or another control character.
    Control,
    /// It holds a character that turns the direction of text, or one that is not seen.
    Hidden,
}

impl<'a> Field<'a> {
    /// Its text, where it came once and is text.
    pub fn text(self) -> Option<&'a str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// Its text, where it is one line of characters that can be seen.
    pub fn line(self) -> Result<&'a str, Trouble> {
        match self {
            Self::Missing => Err(Trouble::Missing),
            Self::Repeated => Err(Trouble::Repeated),
            Self::Unreadable => Err(Trouble::Unreadable),
            Self::Text(text) if text.chars().any(char::is_control) => Err(Trouble::Control),
            Self::Text(text) if text.chars().any(is_hidden) => Err(Trouble::Hidden),
            Self::Text(text) => Ok(text),
        }
    }

    /// What is wrong with it as one line of text, if anything.
    pub fn problem(self) -> Option<Trouble> {
        self.line().err()
    }
}

/// Direction controls (Unicode `Bidi_Control`), zero-width and other characters without a shape.
fn is_hidden(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

impl Form {
    /// Reads the whole body of a request as a form.
    pub async fn read(req: &HttpRequest, payload: Payload, deadline: Duration) -> Result<Self, Stop> {
        let kind = req.headers().get(CONTENT_TYPE).map_or(&b""[..], |v| v.as_bytes());
        let kind = kind.split(|b| *b == b';').next().unwrap_or_default().trim_ascii();
        if !kind.eq_ignore_ascii_case(b"application/x-www-form-urlencoded") {
            return Err(Refusal::FormUnreadable.into());
        }
        let declared = req.headers().get(CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.parse::<usize>().ok());
        if declared.is_some_and(|n| n > LIMIT) {
            return Err(Refusal::TooLarge.into());
        }
        let body = tokio::time::timeout(deadline, collect(payload, LIMIT)).await.map_err(|_| Refusal::TooSlow)??;
        Ok(Self::parse(&body))
    }

    /// Reads a form out of bytes; any bytes are some form.
    pub fn parse(body: &[u8]) -> Self {
        let pairs = body.split(|b| *b == b'&').filter(|pair| !pair.is_empty());
        let fields = pairs.map(|pair| {
            let at = pair.iter().position(|b| *b == b'=').unwrap_or(pair.len());
            let name = String::from_utf8_lossy(&decode(&pair[..at])).into_owned();
            (name, decode(pair.get(at + 1..).unwrap_or_default()).into_owned())
        });
        Self::of(fields)
    }

    /// A form of these fields, whatever bytes they hold.
    pub fn of(fields: impl IntoIterator<Item = (String, Vec<u8>)>) -> Self {
        let value = |bytes| match String::from_utf8(bytes) {
            Ok(text) => Value::Text(text),
            Err(e) => Value::Broken(String::from_utf8_lossy(e.as_bytes()).into_owned()),
        };
        Self { fields: fields.into_iter().map(|(name, bytes)| (name, value(bytes))).collect() }
    }

    /// The field of that name, which should come once; `name[]` and `name[0]` are arrays of it.
    pub fn one(&self, name: &str) -> Field<'_> {
        let mut found = Field::Missing;
        for (field, value) in &self.fields {
            let Some(rest) = field.strip_prefix(name) else { continue };
            if rest.starts_with('[') {
                return Field::Repeated;
            }
            if rest.is_empty() {
                found = match (found, value) {
                    (Field::Missing, Value::Text(text)) => Field::Text(text),
                    (Field::Missing, Value::Broken(_)) => Field::Unreadable,
                    _ => return Field::Repeated,
                };
            }
        }
        found
    }

    /// All texts of the fields of that name, in order.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let named = self.fields.iter().filter(move |(field, _)| field == name);
        named.filter_map(|(_, value)| if let Value::Text(text) = value { Some(text.as_str()) } else { None })
    }

    /// What was typed into that field, as far as it can be shown again: the first value, marks in place of what is no
    /// text. Not for use, only for display.
    pub fn typed(&self, name: &str) -> String {
        let value = self.fields.iter().find(|(field, _)| field.split('[').next() == Some(name)).map(|(_, value)| value);
        let Some(Value::Text(text) | Value::Broken(text)) = value else { return String::new() };
        text.chars().map(|c| if c.is_control() && c != '\n' { '\u{fffd}' } else { c }).collect()
    }
}

/// Reads a whole body of at most `most` bytes.
pub async fn collect(mut payload: Payload, most: usize) -> Result<BytesMut, Refusal> {
    let mut body = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|e| match e {
            PayloadError::Overflow => Refusal::TooLarge,
            _ => Refusal::FormUnreadable,
        })?;
        if body.len() + chunk.len() > most {
            return Err(Refusal::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// Percent-decoding; a `%` that begins no escape stands for itself.
fn decode(text: &[u8]) -> Cow<'_, [u8]> {
    if !text.iter().any(|b| matches!(b, b'%' | b'+')) {
        return Cow::Borrowed(text);
    }
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let [first, tail @ ..] = rest {
        rest = tail;
        match (first, tail) {
            (b'+', _) => out.push(b' '),
            (b'%', [high, low, after @ ..]) => match (hex(*high), hex(*low)) {
                (Some(high), Some(low)) => {
                    out.push(high << 4 | low);
                    rest = after;
                }
                _ => out.push(b'%'),
            },
            (other, _) => out.push(*other),
        }
    }
    Cow::Owned(out)
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|d| u8::try_from(d).ok())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Field, Form, Trouble};

    #[test]
    fn fields_are_told_apart() {
        let form = Form::parse(
            b"a=1&b=x+y%2B%c3%a9&c=%ff&d=1&d=2&e[]=1&f%5B0%5D=1&g&%68=%zz%&i=\x00&j=%e2%80%aea&k=a%0ab&aa=2",
        );
        let table: [(&str, Field<'_>, Result<&str, Trouble>); 13] = [
            ("a", Field::Text("1"), Ok("1")),
            ("b", Field::Text("x y+é"), Ok("x y+é")),
            ("c", Field::Unreadable, Err(Trouble::Unreadable)),
            ("d", Field::Repeated, Err(Trouble::Repeated)),
            ("e", Field::Repeated, Err(Trouble::Repeated)),
            ("f", Field::Repeated, Err(Trouble::Repeated)),
            ("g", Field::Text(""), Ok("")),
            ("h", Field::Text("%zz%"), Ok("%zz%")),
            ("i", Field::Text("\0"), Err(Trouble::Control)),
            ("j", Field::Text("\u{202e}a"), Err(Trouble::Hidden)),
            ("k", Field::Text("a\nb"), Err(Trouble::Control)),
            ("l", Field::Missing, Err(Trouble::Missing)),
            ("aa", Field::Text("2"), Ok("2")),
        ];
        for (name, field, line) in table {
            assert_eq!((form.one(name), form.one(name).line()), (field, line), "{name}");
        }
        let typed = [("b", "x y+é"), ("c", "\u{fffd}"), ("d", "1"), ("e", "1"), ("i", "\u{fffd}"), ("l", "")];
        for (name, shown) in typed {
            assert_eq!(form.typed(name), shown, "{name}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_some_form(bytes: Vec<u8>, name in "[a-z]{0,2}") {
            let form = Form::parse(&bytes);
            prop_assert!(form.one(&name).text().is_none_or(|text| text.len() <= bytes.len()));
            prop_assert!(form.typed(&name).chars().count() <= bytes.len());
        }
    }
}
