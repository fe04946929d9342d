//! Settings in a file.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use toml::de::{DeTable, DeValue};

use super::super::print::SECRETS;
use super::super::source::{Finding, Place, Purpose, Sources};
use super::{Loaded, Written, environment};

/// Where a file is looked for when none is named.
const USUAL: [&str; 2] = ["pulih.toml", "/etc/pulih/pulih.toml"];

/// The file to read: named by flag, named by the environment, or in a usual place. The demo reads only a named one.
pub(super) fn find(sources: &Sources) -> Option<PathBuf> {
    let named =
        sources.file.clone().or_else(|| environment::named(&sources.environment, "PULIH_CONFIG").map(PathBuf::from));
    if named.is_some() || sources.purpose == Purpose::Demo {
        return named;
    }
    USUAL.into_iter().map(PathBuf::from).find(|path| path.exists())
}

/// All settings of the file; what cannot be read in it is a fault with its line.
pub(super) fn read(path: &Path, faults: &mut Vec<Finding>) -> Vec<Written> {
    let place = |line| Place::File(path.to_owned(), line);
    let mut fault = |key: &str, line, wrong: String, mend: &str| {
        faults.push(Finding { key: key.to_owned(), place: place(line), wrong, mend: mend.to_owned() });
    };
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(e) => {
            fault("settings", 1, format!("cannot read the file: {e}"), "name a file that this user may read");
            return Vec::new();
        }
    };
    let text = match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(e) => {
            let line = line_at(&e.as_bytes()[..e.utf8_error().valid_up_to()]);
            fault("settings", line, "is not UTF-8".to_owned(), "save the file as UTF-8");
            return Vec::new();
        }
    };
    let line = |at: usize| line_at(&text.as_bytes()[..at.min(text.len())]);
    let (document, errors) = DeTable::parse_recoverable(&text);
    if !errors.is_empty() {
        for e in errors {
            let at = e.span().map_or(1, |span| line(span.start));
            fault("settings", at, format!("is no TOML: {}", e.message()), "mend this line");
        }
        return Vec::new();
    }
    let mut written = Vec::new();
    for (section, table) in document.get_ref() {
        let DeValue::Table(table) = table.get_ref() else {
            let wrong = "stands outside a section".to_owned();
            fault(section.get_ref(), line(section.span().start), wrong, "put it under its [section]");
            continue;
        };
        for (name, value) in table {
            let key = format!("{}.{}", section.get_ref(), name.get_ref());
            let place = place(line(name.span().start));
            written.push(Written { key, place, value: plain(value.get_ref()) });
        }
    }
    written
}

/// Warns where the file holds a secret and everybody may read it.
pub(super) fn open_to_others(loaded: &Loaded) -> Option<Finding> {
    let path = loaded.file.as_ref()?;
    let secret = SECRETS.into_iter().find(|key| matches!(loaded.place(key), Place::File(..)))?;
    let mode = fs::metadata(path).ok()?.permissions().mode();
    (mode & 0o004 != 0).then(|| Finding {
        key: secret.to_owned(),
        place: loaded.place(secret),
        wrong: "is a secret in a file that everybody on this machine may read".to_owned(),
        mend: format!("chmod 640 {}", path.display()),
    })
}

/// The line (the first is 1) in which the byte after `before` stands.
fn line_at(before: &[u8]) -> usize {
    before.split(|b| *b == b'\n').count()
}

/// A value without its place.
fn plain(value: &DeValue<'_>) -> toml::Value {
    match value {
        DeValue::String(text) => toml::Value::String(text.to_string()),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
            .map_or_else(|_| toml::Value::String(number.to_string()), toml::Value::Integer),
        DeValue::Float(number) => {
            number.as_str().parse().map_or_else(|_| toml::Value::String(number.to_string()), toml::Value::Float)
        }
        DeValue::Boolean(truth) => toml::Value::Boolean(*truth),
        DeValue::Datetime(time) => toml::Value::Datetime(*time),
        DeValue::Array(items) => toml::Value::Array(items.iter().map(|item| plain(item.get_ref())).collect()),
        DeValue::Table(table) => toml::Value::Table(
            table.iter().map(|(name, value)| (name.get_ref().to_string(), plain(value.get_ref()))).collect(),
        ),
    }
}
