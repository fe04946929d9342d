//! A search as it was typed, cut into pieces: words, phrases, and operators with their values.

use std::ops::Range;

/// The most pieces of a search.
pub const PIECES_MAX: usize = 20;
/// The longest search, in bytes.
pub const LENGTH_MAX: usize = 400;

/// A word, a phrase, or an operator with its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Whether a minus stands before it.
    pub not: bool,
    /// The operator before the colon, in small letters.
    pub name: Option<String>,
    /// The rest, without quotes.
    pub value: String,
    /// Where it stands in what was typed, in bytes.
    pub span: Range<usize>,
}

/// Why the rest cannot be cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Uncut {
    /// A phrase that does not end.
    Quote,
    /// More than is read.
    TooLong,
}

/// The pieces of a search in their order; where one cannot be cut, it is the last, with where it stands.
pub fn pieces(text: &str) -> impl Iterator<Item = Result<Piece, (Uncut, Range<usize>)>> {
    let mut at = 0;
    let mut seen = 0;
    std::iter::from_fn(move || {
        if text.len() > LENGTH_MAX && at == 0 {
            at = text.len();
            return Some(Err((Uncut::TooLong, floor(text, LENGTH_MAX)..text.len())));
        }
        let start = text[at..].find(|c: char| !c.is_whitespace()).map(|n| at + n)?;
        let span = match span(text, start) {
            Ok(span) => span,
            Err(span) => {
                at = text.len();
                return Some(Err((Uncut::Quote, span)));
            }
        };
        (at, seen) = (span.end, seen + 1);
        if seen > PIECES_MAX {
            at = text.len();
            return Some(Err((Uncut::TooLong, span)));
        }
        Some(Ok(piece(text, span)))
    })
}

fn piece(text: &str, span: Range<usize>) -> Piece {
    let whole = &text[span.clone()];
    let (not, whole) = match whole.strip_prefix('-') {
        Some(rest) if !rest.is_empty() => (true, rest),
        _ => (false, whole),
    };
    let named = whole.split_once(':').filter(|(name, _)| !name.is_empty() && name.chars().all(char::is_alphabetic));
    match named {
        Some((name, value)) => Piece { not, name: Some(name.to_lowercase()), value: unquoted(value), span },
        None => Piece { not, name: None, value: unquoted(whole), span },
    }
}

fn unquoted(text: &str) -> String {
    text.replace('"', "").trim().to_owned()
}

/// The longest head of at most `most` bytes that ends between characters.
fn floor(text: &str, most: usize) -> usize {
    (0..=most.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

/// Where the piece that begins at `start` ends: at white space outside quotes; else where the open quote stands.
fn span(text: &str, start: usize) -> Result<Range<usize>, Range<usize>> {
    let mut quote = None;
    for (n, c) in text[start..].char_indices() {
        match c {
            '"' if quote.is_some() => quote = None,
            '"' => quote = Some(start + n),
            c if c.is_whitespace() && quote.is_none() => return Ok(start..start + n),
            _ => {}
        }
    }
    match quote {
        Some(open) => Err(open..text.len()),
        None => Ok(start..text.len()),
    }
}
