//! What the settings' types refuse, in plain words: what is wrong, and the mend.

use toml::Value;

use super::super::print::SECRETS;

/// The most of a value that is shown back.
const SHOWN: usize = 60;

/// Words for serde's message about the value of `key`.
pub(super) fn plain(key: &str, value: &Value, message: &str) -> (String, String) {
    if let Some(rest) = message.strip_prefix("unknown field `") {
        let known = rest.split_once("expected ").map_or("", |(_, known)| known);
        return ("is no setting of ours".to_owned(), format!("known here: {}", names(known)));
    }
    if let Some(rest) = message.strip_prefix("unknown variant `") {
        let known = rest.split_once("expected ").map_or("", |(_, known)| known);
        return (format!("is {}, which it cannot be", shown(key, value)), format!("take {}", names(known)));
    }
    let (kind, mend) = expected(key, message);
    (format!("is {}, which is no {kind}", shown(key, value)), mend.to_owned())
}

/// What would be right at this key.
fn expected(key: &str, message: &str) -> (&'static str, &'static str) {
    let says = |word: &str| message.contains(word);
    match key {
        "locale.zone" => ("time zone that we know", "take an IANA name like \"Asia/Jakarta\""),
        "server.listen" | "server.ops_listen" => ("address with a port", "write it like \"127.0.0.1:8080\""),
        _ if says("expected u16") => ("whole number from 1 to 65535", "write it without quotes, like 587"),
        _ if says("expected u") => ("whole number of 0 or more", "write it without quotes, like 10"),
        _ if says("expected a boolean") => ("true or false", "write true or false without quotes"),
        _ if says("expected a sequence") => ("list", "write it like [\"10.0.0.0/8\"]"),
        _ => ("text", "write it in quotes, like \"text\""),
    }
}

/// The value as far as it may be seen.
fn shown(key: &str, value: &Value) -> String {
    if SECRETS.contains(&key) {
        return "a secret".to_owned();
    }
    let whole = value.to_string();
    let mut start: String = whole.chars().take(SHOWN).collect();
    if start.len() < whole.len() {
        start.push('…');
    }
    start
}

/// serde's list of names (``one of `a`, `b` ``) without its marks.
fn names(listed: &str) -> String {
    listed.trim_start_matches("one of ").replace('`', "")
}
