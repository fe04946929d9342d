//! A sheet as plain text, in lines of at most 78 columns; links stand alone on their line and are never broken.

use super::compose::Heading;
use super::sheet::{Block, Pen, Sheet};
use super::{clean, paper};

/// The widest line (RFC 5322 §2.1.1).
const WIDTH: usize = 78;

/// The whole text part, its lines ended by `\n`.
pub fn text(pen: Pen<'_>, heading: &Heading, sheet: &Sheet) -> String {
    let mut out = String::new();
    paragraph(&mut out, &sheet.subject);
    if let Some(greeting) = paper::greeting(pen, heading) {
        paragraph(&mut out, &greeting);
    }
    for block in &sheet.blocks {
        match block {
            Block::Words(words) => paragraph(&mut out, words),
            Block::Facts(facts) => {
                for (label, value) in facts {
                    wrap(&mut out, &format!("{label}: {value}"));
                }
                out.push('\n');
            }
            Block::Button { label, copy: _, url } => {
                wrap(&mut out, &format!("{label}:"));
                link(&mut out, url);
            }
            Block::Note(text) => {
                out.push_str(text.trim_end());
                out.push_str("\n\n");
            }
            Block::Alarm { words, label, url } => {
                paragraph(&mut out, words);
                wrap(&mut out, &format!("{label}:"));
                link(&mut out, url);
            }
        }
    }
    // the line by which mail programs know a signature
    out.push_str("-- \n");
    for words in paper::foot(pen) {
        wrap(&mut out, &words);
    }
    out
}

fn paragraph(out: &mut String, words: &str) {
    wrap(out, words);
    out.push('\n');
}

fn link(out: &mut String, url: &str) {
    out.push_str(url);
    out.push_str("\n\n");
}

/// Appends `words` in lines of at most [`WIDTH`] characters, cutting words that are wider.
fn wrap(out: &mut String, words: &str) {
    let mut column = 0;
    for word in words.split_whitespace() {
        let mut rest = word;
        while !rest.is_empty() {
            let piece = clean::head(rest, WIDTH);
            rest = &rest[piece.len()..];
            let width = piece.chars().count();
            if column > 0 && column + 1 + width > WIDTH {
                out.push('\n');
                column = 0;
            }
            if column > 0 {
                out.push(' ');
                column += 1;
            }
            out.push_str(piece);
            column += width;
        }
    }
    out.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_wrapped_and_wide_words_cut() {
        let mut out = String::new();
        wrap(&mut out, &format!("{} {} end", "word ".repeat(30), "x".repeat(200)));
        assert!(out.lines().all(|line| line.chars().count() <= WIDTH), "{out}");
        assert_eq!(out.matches('x').count(), 200);
    }
}
