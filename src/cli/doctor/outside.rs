//! What `doctor` finds at the places to which the log goes. None of them keeps the house from working.

use std::fs::OpenOptions;
use std::path::Path;

use super::{Finding, State, found, ok};
use crate::audit::http;
use crate::base::syslog::{self, Target};
use crate::config::Config;

/// Looks at every place; sends and writes nothing.
pub(super) async fn look(config: &Config) -> Vec<Finding> {
    let audit = &config.audit;
    let ca = audit.ca.as_deref();
    let mut findings = Vec::new();
    if audit.copy_file.is_none() && audit.copy_syslog.is_none() && audit.copy_http.is_none() {
        findings.push(if audit.copy_mail {
            ok("copies", "Checkpoints go to the auditors by mail once a day, and nowhere else.")
        } else {
            let mend = "set audit.copy_file, audit.copy_syslog, audit.copy_http or audit.copy_mail.";
            found("copies", State::Warn, "No checkpoint goes outside, so a rewritten log would not be found.", mend)
        });
    }
    for (check, key, file) in
        [("copies", "audit.copy_file", &audit.copy_file), ("stream", "audit.stream_file", &audit.stream_file)]
    {
        if let Some(file) = file {
            findings.push(written(check, key, file));
        }
    }
    for (check, key, target) in
        [("copies", "audit.copy_syslog", &audit.copy_syslog), ("stream", "audit.stream_syslog", &audit.stream_syslog)]
    {
        if let Some(target) = target.as_deref().and_then(Target::parse) {
            let there = syslog::probe(&target, ca).await;
            findings.push(reached(check, key, &target.to_string(), there));
        }
    }
    if let Some(url) = audit.copy_http.clone() {
        let (shown, ca) = (url.split(['?', '#']).next().unwrap_or_default().to_owned(), audit.ca.clone());
        let there = tokio::task::spawn_blocking(move || http::probe(&url, ca.as_deref())).await;
        let there = there.unwrap_or_else(|error| Err(error.to_string()));
        findings.push(reached("copies", "audit.copy_http", &shown, there));
    }
    findings
}

fn written(check: &'static str, key: &str, file: &Path) -> Finding {
    let folder = file.parent().unwrap_or(Path::new("/"));
    let wrong = if file.exists() {
        OpenOptions::new().append(true).open(file).err().map(|error| error.to_string())
    } else {
        (!folder.is_dir()).then(|| format!("{} is no folder", folder.display()))
    };
    match wrong {
        None => ok(check, format!("{key} can be written at {}.", file.display())),
        Some(why) => {
            let words = format!("{key} cannot be written at {}: {why}.", file.display());
            found(check, State::Warn, words, "make its folder, and let this user write there.")
        }
    }
}

fn reached(check: &'static str, key: &str, place: &str, there: Result<(), String>) -> Finding {
    match there {
        Ok(()) => ok(check, format!("{key} answers at {place}.")),
        Err(why) => {
            let words = format!("{key} does not answer at {place}: {why}.");
            found(check, State::Warn, words, "start that server, or correct the settings of [audit].")
        }
    }
}
