//! Shows what cannot be seen: control characters, direction marks and characters without a shape.

use std::borrow::Cow;
use std::fmt::Write;

/// Whether nobody sees `c`, or sees something else than what stands there. Line ends and tabs are no harm in a text.
pub fn is_hidden(c: char) -> bool {
    matches!(c, '\0'..='\u{8}' | '\u{b}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{ad}' | '\u{34f}' | '\u{61c}'
        | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
        | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// The text with a mark such as `⟦U+202E⟧` in place of each character that cannot be seen.
pub fn marked(text: &str) -> Cow<'_, str> {
    if !text.contains(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if is_hidden(c) {
            // writing to a String cannot fail
            let _ = write!(out, "⟦U+{:04X}⟧", u32::from(c));
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_turns_or_hides_text_is_shown_as_a_mark() {
        assert_eq!(marked("a\u{202e}b"), "a⟦U+202E⟧b");
        assert_eq!(marked("\u{200b}\0\u{e0041}"), "⟦U+200B⟧⟦U+0000⟧⟦U+E0041⟧");
        assert!(matches!(marked("Rina – \n\t é 你"), Cow::Borrowed(_)));
    }

    proptest::proptest! {
        #[test]
        fn nothing_hidden_is_left(text in "\\PC*|.*") {
            proptest::prop_assert!(!marked(&text).contains(is_hidden));
        }
    }
}
