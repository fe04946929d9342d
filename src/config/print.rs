//! The effective settings as TOML, each with its source; secrets are never shown.

use std::fmt::Write as _;

use secrecy::{ExposeSecret as _, SecretString};
use serde::{Serialize, Serializer};

use super::load::Loaded;
use super::source::Place;

/// Keys whose values are never shown nor taken from the command line.
pub const SECRETS: [&str; 5] =
    ["database.url", "database.owner_url", "smtp.password", "inbound.imap_password", "audit.copy_http_token"];

/// What stands for a secret that is there.
const SET: &str = "(set)";

pub(super) fn secret<S: Serializer>(value: &SecretString, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(if value.expose_secret().is_empty() { "" } else { SET })
}

#[allow(clippy::ref_option, reason = "serde calls it so")]
pub(super) fn optional_secret<S: Serializer>(value: &Option<SecretString>, to: S) -> Result<S::Ok, S::Error> {
    match value {
        Some(value) => secret(value, to),
        None => to.serialize_none(),
    }
}

/// One setting as it holds.
#[derive(Clone, Debug, Serialize)]
pub struct Setting {
    /// `section.key`.
    pub key: String,
    /// Its value; `(set)` for a secret.
    pub value: toml::Value,
    /// Where it stands.
    pub source: Place,
}

/// Every setting that has a value, by section.
pub fn settings(loaded: &Loaded) -> Vec<Setting> {
    let tables = toml::Table::try_from(&loaded.config).unwrap_or_default();
    let mut all = Vec::new();
    for (section, table) in tables {
        let toml::Value::Table(table) = table else { continue };
        for (name, value) in table {
            let key = format!("{section}.{name}");
            let source = loaded.place(&key);
            all.push(Setting { key, value, source });
        }
    }
    all
}

/// The same as a TOML file that could be read again, less the secrets.
pub fn as_toml(loaded: &Loaded) -> String {
    let mut text = String::new();
    let mut open = String::new();
    for setting in settings(loaded) {
        let (section, name) = setting.key.split_once('.').unwrap_or_default();
        if section != open {
            let gap = if open.is_empty() { "" } else { "\n" };
            let _ = writeln!(text, "{gap}[{section}]");
            section.clone_into(&mut open);
        }
        let _ = writeln!(text, "{name} = {} # {}", setting.value, setting.source);
    }
    text
}
