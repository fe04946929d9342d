//! Makes foreign words fit for one line: of a header, of a letter, of the outbox.

/// One line of at most `most` characters: control characters, line ends of every kind, and signs that turn or hide
/// text become spaces; runs of spaces become one.
pub fn line(raw: &str, most: usize) -> String {
    let spaced: String = raw.chars().map(|c| if breaks(c) { ' ' } else { c }).collect();
    let mut out = String::with_capacity(spaced.len().min(most * 4));
    for word in spaced.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    head(&out, most).trim_end().to_owned()
}

/// The first `most` characters of `text`, or all of it.
pub fn head(text: &str, most: usize) -> &str {
    text.char_indices().nth(most).map_or(text, |(end, _)| &text[..end])
}

/// Whether `c` could end a line, steer a terminal, or turn or hide what stands beside it.
fn breaks(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_end_survives() {
        assert_eq!(line("Rina\r\nBcc: x@y\u{85}\u{2028}z\0", 99), "Rina Bcc: x@y z");
        assert_eq!(line("a\u{202e}b\u{200b}c", 99), "a b c");
    }

    #[test]
    fn length_is_counted_in_characters() {
        assert_eq!(line("ééééé", 3), "ééé");
        assert_eq!(line("ab cd", 3), "ab");
        assert_eq!(line("ab cd", 0), "");
    }
}
