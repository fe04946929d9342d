//! Reads settings from all their places and merges them, collecting every fault on the way.

use std::collections::BTreeMap;
use std::path::PathBuf;

use toml::{Table, Value};

use super::print::SECRETS;
use super::source::{Finding, Place, Purpose, Sources};
use super::{Config, check};

mod environment;
mod file;
mod words;

/// Settings that hold, with the place of each.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The settings.
    pub config: Config,
    /// The file they came from, if any.
    pub file: Option<PathBuf>,
    /// What works but should be known.
    pub warnings: Vec<Finding>,
    places: BTreeMap<String, Place>,
}

impl Loaded {
    /// Where the value of `section.key` stands.
    pub fn place(&self, key: &str) -> Place {
        self.places.get(key).cloned().unwrap_or(Place::Default)
    }
}

/// One value as it was written.
struct Written {
    key: String,
    place: Place,
    value: Value,
}

/// Merges defaults, file, environment and flags, and checks the whole; otherwise every fault there is.
pub fn load(sources: &Sources) -> Result<Loaded, Vec<Finding>> {
    let mut faults = Vec::new();
    let path = file::find(sources);
    let mut written = path.as_ref().map(|path| file::read(path, &mut faults)).unwrap_or_default();
    // What stands in a file that is no TOML is anybody's guess: nothing is said of its values.
    let unreadable = !faults.is_empty() && written.is_empty();
    written.extend(environment::read(&sources.environment, &mut faults));
    written.extend(flags(&sources.flags, &mut faults));

    let mut merged = Table::new();
    let mut places = BTreeMap::new();
    let mut broken = Vec::new();
    for one in written {
        if let Err(fault) = accepted(&one) {
            broken.push(one.key);
            faults.push(fault);
            continue;
        }
        if let Some((section, name)) = one.key.split_once('.') {
            let table = merged.entry(section).or_insert_with(|| Value::Table(Table::new()));
            if let Value::Table(table) = table {
                table.insert(name.to_owned(), one.value);
            }
        }
        places.insert(one.key, one.place);
    }
    if unreadable {
        return Err(faults);
    }
    let config: Config = merged.try_into().map_err(|e: toml::de::Error| {
        vec![Finding {
            key: "settings".to_owned(),
            place: Place::Default,
            wrong: e.message().to_owned(),
            mend: "mend the settings named here".to_owned(),
        }]
    })?;

    let mut loaded = Loaded { config, file: path, warnings: Vec::new(), places };
    let found = check::check(&loaded.config, sources.purpose);
    // A value that could not be read has been named already: what its default lacks is no second fault.
    let found = found.into_iter().filter(|f| !broken.iter().any(|key| key == f.key));
    faults.extend(found.map(|f| f.at(loaded.place(f.key))));
    if !faults.is_empty() {
        return Err(faults);
    }
    if sources.purpose != Purpose::Files {
        let warnings = check::warnings(&loaded.config, sources.purpose);
        loaded.warnings = warnings.into_iter().map(|f| f.at(loaded.place(f.key))).collect();
        loaded.warnings.extend(file::open_to_others(&loaded));
    }
    Ok(loaded)
}

/// Whether the settings take this value at this key.
fn accepted(one: &Written) -> Result<(), Finding> {
    try_value(&one.key, &one.value).map_err(|message| {
        let (wrong, mend) = words::plain(&one.key, &one.value, &message);
        Finding { key: one.key.clone(), place: one.place.clone(), wrong, mend }
    })
}

/// Asks the settings' own types; the message of the refusal otherwise.
fn try_value(key: &str, value: &Value) -> Result<(), String> {
    let Some((section, name)) = key.split_once('.') else {
        return Err("stands outside a section".to_owned());
    };
    let inner = Table::from_iter([(name.to_owned(), value.clone())]);
    let outer = Table::from_iter([(section.to_owned(), Value::Table(inner))]);
    outer.try_into::<Config>().map(drop).map_err(|e| e.message().to_owned())
}

/// Reads a value that has no type of its own: as text where the key takes text, else as what the key takes.
fn from_text(key: &str, text: &str) -> Value {
    let as_text = Value::String(text.to_owned());
    let number = text.trim().parse().ok().map(Value::Integer);
    let truth = text.trim().parse().ok().map(Value::Boolean);
    let parts = text.trim().trim_start_matches('[').trim_end_matches(']').split(',');
    let parts = parts.map(|part| part.trim().trim_matches('"').to_owned()).filter(|part| !part.is_empty());
    let list = Some(Value::Array(parts.map(Value::String).collect()));
    let fits = |value: &Value| try_value(key, value).is_ok();
    if fits(&as_text) {
        return as_text;
    }
    let number_like = number.clone();
    [number, truth, list].into_iter().flatten().find(fits).or(number_like).unwrap_or(as_text)
}

/// Settings of the command line; a secret there would be seen by everybody on the machine.
fn flags(flags: &[(String, String, String)], faults: &mut Vec<Finding>) -> Vec<Written> {
    let mut written = Vec::new();
    for (flag, key, value) in flags {
        let place = Place::Flag(flag.clone());
        if SECRETS.contains(&key.as_str()) {
            faults.push(Finding {
                key: key.clone(),
                place,
                wrong: "is a secret, which others on this machine can read on a command line".to_owned(),
                mend: "put it into the environment or the file".to_owned(),
            });
        } else {
            written.push(Written { key: key.clone(), place, value: from_text(key, value) });
        }
    }
    written
}

#[cfg(test)]
mod tests;
