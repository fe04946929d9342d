//! Settings in the environment: `DATABASE_URL` and `PULIH_SECTION__KEY`.

use std::ffi::{OsStr, OsString};

use super::super::source::{Finding, Place};
use super::{Written, from_text};

/// Names that begin like settings and are none: the file's path, the rounds of our own measurements, and the key with
/// which a command reads a log elsewhere.
const NO_SETTINGS: [&str; 3] = ["PULIH_CONFIG", "PULIH_ROUNDS", super::super::source::LOG_KEY];

/// The variable's value, where it is set and not empty.
pub(super) fn named<'a>(environment: &'a [(OsString, OsString)], name: &str) -> Option<&'a OsStr> {
    let (_, value) = environment.iter().find(|(n, _)| n == name)?;
    (!value.is_empty()).then_some(value.as_os_str())
}

/// All settings of the environment. A variable that is set to nothing counts as not set.
pub(super) fn read(environment: &[(OsString, OsString)], faults: &mut Vec<Finding>) -> Vec<Written> {
    let mut ours: Vec<_> =
        environment.iter().filter_map(|(name, value)| key_of(name).map(|k| (k, name, value))).collect();
    // `DATABASE_URL` comes first, so that the longer name, which is meant for us alone, wins.
    ours.sort_by_key(|(_, name, _)| (*name != "DATABASE_URL", (*name).clone()));
    let mut written = Vec::new();
    for (key, name, value) in ours {
        if value.is_empty() {
            continue;
        }
        let place = Place::Environment(name.to_string_lossy().into_owned());
        let wrong = match (key.contains('.'), value.to_str()) {
            (true, Some(text)) => {
                let value = from_text(&key, text);
                written.push(Written { key, place, value });
                continue;
            }
            (true, None) => ("is not UTF-8", "write it in UTF-8"),
            (false, _) => ("is no setting of ours", "name it PULIH_SECTION__KEY, with two underscores, or unset it"),
        };
        faults.push(Finding { key, place, wrong: wrong.0.to_owned(), mend: wrong.1.to_owned() });
    }
    written
}

/// `server.base_url` for `PULIH_SERVER__BASE_URL`; what is not ours is nothing.
fn key_of(name: &OsStr) -> Option<String> {
    let name = name.to_string_lossy();
    if name == "DATABASE_URL" {
        return Some("database.url".to_owned());
    }
    if NO_SETTINGS.contains(&name.as_ref()) {
        return None;
    }
    let rest = name.strip_prefix("PULIH_")?;
    Some(rest.to_lowercase().replacen("__", ".", 1))
}
