//! Canonical JSON, read where it stands: whether a text is canonical and what its members say, with nothing made of it.

use super::GREATEST;

/// How deep arrays and objects may stand within each other: what `serde_json` reads.
const DEPTH: u8 = 127;

/// Whether a text is canonical: it reads as JSON and would be written by [`super::canonical`] as it is.
pub fn is_canonical(text: &str) -> bool {
    walk(text, |_, _, _| ())
}

/// Walks through a text; says whether it is canonical. `each` hears of every member of the outermost object, and of every member
/// of such a member: the outer name, the inner one, and the value, all as they are spelled. A canonical text has one spelling
/// for each name and value. Before the end nothing says that the rest is canonical too.
pub fn walk<'a>(text: &'a str, mut each: impl FnMut(&'a str, Option<&'a str>, &'a str)) -> bool {
    let mut scan = Scan { text, bytes: text.as_bytes(), at: 0 };
    scan.outermost(&mut each).is_some() && scan.at == text.len()
}

/// What a value says, if it is a string and spelled without escapes, as most are; others are read the long way.
pub fn string(spelled: &str) -> Option<std::borrow::Cow<'_, str>> {
    let inner = spelled.strip_prefix('"')?.strip_suffix('"')?;
    if inner.contains('\\') { serde_json::from_str(spelled).ok().map(String::into) } else { Some(inner.into()) }
}

/// A place in a text. Whatever it reads answers with nothing where the text is not canonical.
struct Scan<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Scan<'a> {
    fn outermost(&mut self, each: &mut impl FnMut(&'a str, Option<&'a str>, &'a str)) -> Option<()> {
        if self.next()? != b'{' {
            return self.value(DEPTH);
        }
        self.members(DEPTH, &mut |scan, depth, outer| {
            let from = scan.at;
            if scan.next()? == b'{' {
                scan.members(depth, &mut |scan, depth, inner| {
                    let from = scan.at;
                    scan.value(depth)?;
                    each(outer, Some(inner), scan.since(from)?);
                    Some(())
                })?;
            } else {
                scan.value(depth)?;
            }
            each(outer, None, scan.since(from)?);
            Some(())
        })
    }

    fn value(&mut self, depth: u8) -> Option<()> {
        match self.next()? {
            b'"' => self.string().map(drop),
            b'{' => self.members(depth, &mut |scan, depth, _| scan.value(depth)),
            b'[' => self.items(depth),
            b't' => self.word(b"true"),
            b'f' => self.word(b"false"),
            b'n' => self.word(b"null"),
            _ => self.number(),
        }
    }

    /// An object; `value` reads the value of each member, whose name it gets.
    fn members(&mut self, depth: u8, value: &mut dyn FnMut(&mut Self, u8, &'a str) -> Option<()>) -> Option<()> {
        let within = depth.checked_sub(1)?;
        self.at += 1;
        if self.next()? == b'}' {
            self.at += 1;
            return Some(());
        }
        let mut last: Option<&str> = None;
        loop {
            let name = self.string()?;
            if last.is_some_and(|last| !before(last, name)) {
                return None;
            }
            last = Some(name);
            self.word(b":")?;
            value(self, within, name)?;
            if self.ends(b'}')? {
                return Some(());
            }
        }
    }

    fn items(&mut self, depth: u8) -> Option<()> {
        let within = depth.checked_sub(1)?;
        self.at += 1;
        if self.next()? == b']' {
            self.at += 1;
            return Some(());
        }
        loop {
            self.value(within)?;
            if self.ends(b']')? {
                return Some(());
            }
        }
    }

    /// Whether what holds values ends here; a comma otherwise.
    fn ends(&mut self, end: u8) -> Option<bool> {
        let here = self.next()?;
        self.at += 1;
        if here == end { Some(true) } else { (here == b',').then_some(false) }
    }

    /// A string; what stands between its quotation marks.
    fn string(&mut self) -> Option<&'a str> {
        self.word(b"\"")?;
        let from = self.at;
        loop {
            let special = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..=0x1f);
            self.at += self.bytes.get(self.at..)?.iter().position(special)?;
            match self.next()? {
                b'"' => break,
                b'\\' => self.at += escape(self.bytes.get(self.at + 1..)?)?,
                _ => return None,
            }
        }
        let inner = self.since(from);
        self.at += 1;
        inner
    }

    /// An integer that every reader takes exactly.
    fn number(&mut self) -> Option<()> {
        let negative = self.word(b"-").is_some();
        let from = self.at;
        while self.next().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        let digits = self.since(from)?;
        let right = match digits.as_bytes() {
            [b'0'] => !negative,
            [b'1'..=b'9', rest @ ..] => rest.len() < 16 && digits.parse::<u64>().is_ok_and(|n| n <= GREATEST),
            _ => false,
        };
        right.then_some(())
    }

    fn word(&mut self, word: &[u8]) -> Option<()> {
        self.bytes.get(self.at..)?.starts_with(word).then(|| self.at += word.len())
    }

    fn next(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn since(&self, from: usize) -> Option<&'a str> {
        self.text.get(from..self.at)
    }
}

/// How long the escape is whose backslash these bytes follow; nothing where it is not the shortest of its character.
fn escape(rest: &[u8]) -> Option<usize> {
    match rest {
        [b'"' | b'\\' | b'b' | b't' | b'n' | b'f' | b'r', ..] => Some(2),
        [b'u', b'0', b'0', b'0', b'0'..=b'7' | b'b' | b'e' | b'f', ..]
        | [b'u', b'0', b'0', b'1', b'0'..=b'9' | b'a'..=b'f', ..] => Some(6),
        _ => None,
    }
}

/// Whether a name stands before another in the order of UTF-16 code units.
fn before(a: &str, b: &str) -> bool {
    let plain = |name: &str| name.is_ascii() && !name.contains('\\');
    if plain(a) && plain(b) { a < b } else { units(a).lt(units(b)) }
}

/// The UTF-16 code units of a name that is spelled canonically.
fn units(spelled: &str) -> impl Iterator<Item = u16> {
    let mut rest = spelled.chars();
    let characters = std::iter::from_fn(move || {
        let plain = rest.next()?;
        if plain != '\\' {
            return Some(plain);
        }
        Some(match rest.next()? {
            'b' => '\u{8}',
            't' => '\t',
            'n' => '\n',
            'f' => '\u{c}',
            'r' => '\r',
            'u' => {
                let code =
                    rest.by_ref().take(4).filter_map(|digit| digit.to_digit(16)).fold(0, |code, d| code * 16 + d);
                char::from_u32(code)?
            }
            other => other,
        })
    });
    characters.flat_map(|character| {
        let mut units = [0; 2];
        let length = character.encode_utf16(&mut units).len();
        units.into_iter().take(length)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::super::tests::values;
    use super::*;
    use crate::base::json::canonical;

    /// What being canonical means.
    fn reads_and_is_written_the_same(text: &str) -> bool {
        serde_json::from_str::<Value>(text).is_ok_and(|value| canonical(&value).is_ok_and(|again| again == text))
    }

    #[test]
    fn what_is_spelled_otherwise_is_not_canonical() {
        let right = [
            r#"{"a":1,"b":[true,false,null,{}],"c":""}"#,
            r#"{"":-1,"\u0000":0,"\b":9007199254740991,"\t":-9007199254740991,"\n":[],"\u000b":"\u001f\\\"\f\r"}"#,
            "[]",
            "{}",
            "\"\"",
            "0",
            "null",
            "{\"\u{10000}\":1,\"\u{e000}\":2}",
            "{\"a\":1,\"aa\":2,\"\u{7f}\":3}",
        ];
        let wrong = [
            "",
            " ",
            "{",
            "}",
            "[",
            "{}}",
            "[1,]",
            "[,1]",
            "{,}",
            "{\"a\":1,}",
            "{\"a\"}",
            "{\"a\":}",
            "{a:1}",
            " 1",
            "1 ",
            "01",
            "-0",
            "-",
            "1.0",
            "1e2",
            "1E2",
            "0.5",
            "+1",
            "00",
            "9007199254740992",
            "-9007199254740992",
            "99999999999999999999999",
            "12345678901234567",
            "tru",
            "nulll",
            "True",
            "\"",
            "\"\\",
            "\"\\u",
            "\"\\u00\"",
            "\"\\u0041\"",
            "\"\\u000A\"",
            "\"\\u000a\"",
            "\"\\u001F\"",
            "\"\\u0008\"",
            "\"\\/\"",
            "\"\\u007f\"",
            "\"\n\"",
            "\"\u{0}\"",
            "{\"b\":1,\"a\":1}",
            "{\"a\":1,\"a\":1}",
            "{\"\\n\":1,\"\\t\":1}",
            "{\"aa\":1,\"a\":1}",
            "{\"\u{e000}\":1,\"\u{10000}\":2}",
            "{\"a\": 1}",
            "{\"a\":1, \"b\":1}",
            "[1 ]",
            "[ 1]",
            "{ }",
            "[ ]",
            "{\"a\" :1}",
            "\"a\"\"b\"",
            "1,2",
            "[1[",
            "[1}",
            "{\"a\":1]",
            "\u{feff}1",
            "\"\\ud83d\\ude00\"",
        ];
        for (texts, is) in [(&right[..], true), (&wrong, false)] {
            for text in texts {
                assert_eq!(reads_and_is_written_the_same(text), is, "{text:?}");
                assert_eq!(is_canonical(text), is, "{text:?}");
            }
        }
    }

    #[test]
    fn nests_as_deep_as_it_is_read() {
        for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
            for depth in [1, 2, 3, 126, 127, 128, 129, 5_000] {
                let text = format!("{}1{}", open.repeat(depth), close.repeat(depth));
                assert_eq!(is_canonical(&text), reads_and_is_written_the_same(&text), "{depth} of {open}");
            }
        }
    }

    #[test]
    fn members_are_told_as_they_are_spelled() {
        let mut told = Vec::new();
        let text = r#"{"a":{"b":[{"x":1}],"c":"\\"},"d":"é","e":{}}"#;
        assert!(walk(text, |outer, inner, value| told.push((outer, inner, value))));
        assert_eq!(
            told,
            [
                ("a", Some("b"), r#"[{"x":1}]"#),
                ("a", Some("c"), r#""\\""#),
                ("a", None, r#"{"b":[{"x":1}],"c":"\\"}"#),
                ("d", None, "\"é\""),
                ("e", None, "{}"),
            ]
        );
        assert_eq!(string(r#""\\""#).as_deref(), Some("\\"));
        assert_eq!(string("\"é\"").as_deref(), Some("é"));
        for none in ["1", "{}", "null", "\""] {
            assert_eq!(string(none), None);
        }
    }

    /// Canonical texts that were cut, or in which some bytes are others.
    fn mutated() -> impl Strategy<Value = String> {
        let pieces = prop_oneof![
            Just(""),
            Just("\""),
            Just("\\"),
            Just(","),
            Just(":"),
            Just("{"),
            Just("}"),
            Just("["),
            Just("]"),
            Just(" "),
            Just("0"),
            Just("-"),
            Just("1"),
            Just("."),
            Just("e"),
            Just("\\u0000"),
            Just("\\n"),
            Just("\n"),
            Just("\u{e000}"),
            Just("😀"),
            Just("a")
        ];
        (values(), prop::collection::vec((any::<prop::sample::Index>(), 0..3_usize, pieces), 1..4)).prop_map(
            |(value, changes)| {
                let mut text: Vec<char> = canonical(&value).unwrap_or_default().chars().collect();
                for (at, gone, piece) in changes {
                    let at = at.index(text.len() + 1);
                    let end = (at + gone).min(text.len());
                    text.splice(at..end, piece.chars());
                }
                text.into_iter().collect()
            },
        )
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn agrees_with_reading_and_writing_anew(value in values(), mutated in mutated(), any in ".{0,12}") {
            for text in [canonical(&value).unwrap(), value.to_string(), mutated, any] {
                prop_assert_eq!(is_canonical(&text), reads_and_is_written_the_same(&text), "{:?}", text);
            }
        }
    }
}
