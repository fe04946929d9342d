//! Canonical JSON (RFC 8785), the bytes of audit events: one value, one spelling, for ever.

mod scan;

use std::fmt::Write;

use serde_json::Value;

pub use scan::{is_canonical, string, walk};

/// Greatest integer that every reader of JSON takes exactly (RFC 7493 §2.2): 2^53 − 1.
const GREATEST: u64 = (1 << 53) - 1;

/// Why a value has no canonical form here.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotCanonical {
    /// A number with a fraction or an exponent; we write none, and spelling them is where implementations differ.
    #[error("{0} is not an integer")]
    Fraction(String),
    /// An integer some readers would round.
    #[error("{0} is beyond ±(2^53 − 1)")]
    TooGreat(String),
}

/// The canonical text of a value: no blanks, members sorted by the UTF-16 code units of their names, the shortest
/// escapes. Integers up to ±(2^53 − 1) are the only numbers taken.
pub fn canonical(value: &Value) -> Result<String, NotCanonical> {
    let mut out = String::new();
    write_value(&mut out, value)?;
    Ok(out)
}

fn write_value(out: &mut String, value: &Value) -> Result<(), NotCanonical> {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        Value::String(text) => write_string(out, text),
        Value::Number(number) if number.is_f64() => return Err(NotCanonical::Fraction(number.to_string())),
        Value::Number(number) => match number.as_i64() {
            Some(integer) if integer.unsigned_abs() <= GREATEST => out.push_str(&integer.to_string()),
            _ => return Err(NotCanonical::TooGreat(number.to_string())),
        },
        Value::Array(items) => {
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                out.push_str(if i == 0 { "" } else { "," });
                write_value(out, item)?;
            }
            out.push(']');
        }
        Value::Object(members) => {
            let mut sorted: Vec<_> = members.iter().collect();
            // not the order of UTF-8: a character beyond U+FFFF begins with a surrogate, which sorts before U+E000
            sorted.sort_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
            out.push('{');
            for (i, (name, member)) in sorted.into_iter().enumerate() {
                out.push_str(if i == 0 { "" } else { "," });
                write_string(out, name);
                out.push(':');
                write_value(out, member)?;
            }
            out.push('}');
        }
    }
    Ok(())
}

/// A string with the escapes of RFC 8785 §3.2.2.2: those that JSON demands, in their shortest form.
fn write_string(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\u{c}' => out.push_str("\\f"),
            '\r' => out.push_str("\\r"),
            '\0'..='\u{1f}' => {
                let _ = write!(out, "\\u{:04x}", u32::from(c)); // writing to a String cannot fail
            }
            other => out.push(other),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn text(json: &str) -> String {
        canonical(&serde_json::from_str(json).unwrap()).unwrap()
    }

    #[test]
    fn members_sort_as_in_rfc_8785_section_3_2_3() {
        let unsorted = r#"{"\u20ac":"Euro Sign","\r":"Carriage Return","\ufb33":"Hebrew Letter Dalet With Dagesh",
            "1":"One","\ud83d\ude00":"Emoji: Grinning Face","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis"}"#;
        let sorted = "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\u{80}\":\"Control\",\
            \"ö\":\"Latin Small Letter O With Diaeresis\",\"€\":\"Euro Sign\",\
            \"😀\":\"Emoji: Grinning Face\",\"\u{fb33}\":\"Hebrew Letter Dalet With Dagesh\"}";
        assert_eq!(text(unsorted), sorted);
    }

    #[test]
    fn strings_and_literals_are_written_as_in_rfc_8785_section_3_2_2() {
        let given = r#"{ "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/", "literals": [null, true, false] }"#;
        // the RFC's own bytes
        let written = "{\"literals\":[null,true,false],\"string\":\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}";
        assert_eq!(text(given), written);
    }

    #[test]
    fn every_control_character_has_one_escape() {
        let short = [(8, "\\b"), (9, "\\t"), (10, "\\n"), (12, "\\f"), (13, "\\r")];
        for code in 0..0x20_u32 {
            let escape = short.iter().find(|(c, _)| *c == code).map(|(_, e)| (*e).to_owned());
            let escape = escape.unwrap_or_else(|| format!("\\u{code:04x}"));
            let value = Value::String(char::from_u32(code).unwrap().to_string());
            assert_eq!(canonical(&value).unwrap(), format!("\"{escape}\""));
        }
        // no others are escaped: DEL, NEL, the line separators, those beyond the first plane, non-characters
        for plain in ["\u{7f}", "\u{85}", "\u{2028}\u{2029}", "𝄞", "\u{ffff}", "\u{feff}", "/", "<&>'"] {
            assert_eq!(canonical(&json!(plain)).unwrap(), format!("\"{plain}\""));
        }
    }

    #[test]
    fn names_sort_by_utf_16_and_not_by_utf_8() {
        assert_eq!(
            text(r#"{"\uffee":1,"\ud800\udc00":2,"\ud7ff":3,"":4,"a":5,"A":6,"aa":7,"a b":8}"#),
            "{\"\":4,\"A\":6,\"a\":5,\"a b\":8,\"aa\":7,\"\u{d7ff}\":3,\"\u{10000}\":2,\"\u{ffee}\":1}"
        );
    }

    #[test]
    fn numbers_are_exact_integers_or_refused() {
        assert_eq!(text("[0,1,-1,9007199254740991,-9007199254740991]"), "[0,1,-1,9007199254740991,-9007199254740991]");
        for number in ["1.5", "1.0", "1e3", "-0.0", "-0"] {
            let value: Value = serde_json::from_str(number).unwrap();
            assert!(matches!(canonical(&json!({ "n": [value] })), Err(NotCanonical::Fraction(_))), "{number}");
        }
        for number in ["9007199254740992", "-9007199254740992", "18446744073709551615", "-9223372036854775808"] {
            let value: Value = serde_json::from_str(number).unwrap();
            assert_eq!(canonical(&value), Err(NotCanonical::TooGreat(number.to_owned())));
        }
    }

    #[test]
    fn empty_and_nested_values_hold_no_blanks() {
        assert_eq!(
            text(r#" { "b" : [ ] , "a" : { } , "c" : [ { "z" : "" , "y" : [ 1 , [ 2 ] ] } ] } "#),
            r#"{"a":{},"b":[],"c":[{"y":[1,[2]],"z":""}]}"#
        );
    }

    pub(super) fn values() -> impl Strategy<Value = Value> {
        let greatest = i64::try_from(GREATEST).unwrap();
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            (-greatest..=greatest).prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                prop::collection::vec((any::<String>(), inner), 0..6)
                    .prop_map(|m| Value::Object(m.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn any_value_reads_back_and_is_written_the_same_again(value in values()) {
            let once = canonical(&value).unwrap();
            let back: Value = serde_json::from_str(&once).unwrap();
            prop_assert_eq!(&back, &value);
            prop_assert_eq!(canonical(&back).unwrap(), once);
        }
    }
}
