//! `pulih doctor`: what is wrong with an installation, and what mends it.

use serde::Serialize;

use super::Common;
use super::failure::{Failure, print_json, print_lines};
use crate::base::keyring::Keyring;
use crate::config::{self, Config, Purpose};

mod database;
mod keys;
mod mailbox;
mod outside;
mod relay;

#[derive(Debug, clap::Args)]
pub(super) struct Options {
    /// Write JSON.
    #[arg(long)]
    json: bool,
}

/// How a thing is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum State {
    Ok,
    Warn,
    Fail,
    /// Something we depend on is away.
    Down,
}

/// What was looked at and what was found.
#[derive(Clone, Debug, Serialize)]
struct Finding {
    check: &'static str,
    state: State,
    words: String,
    /// Empty where nothing needs mending.
    mend: String,
}

fn ok(check: &'static str, words: impl Into<String>) -> Finding {
    Finding { check, state: State::Ok, words: words.into(), mend: String::new() }
}

fn found(check: &'static str, state: State, words: impl Into<String>, mend: impl Into<String>) -> Finding {
    Finding { check, state, words: words.into(), mend: mend.into() }
}

pub(super) fn run(common: &Common, options: &Options) -> Result<(), Failure> {
    let loaded = match config::load(&common.sources(Purpose::Serve)) {
        Ok(loaded) => loaded,
        Err(faults) => {
            let findings: Vec<Finding> = faults.iter().map(|fault| setting(fault, State::Fail)).collect();
            tell(&findings, options.json)?;
            return Err(Failure::told(3));
        }
    };
    let mut findings = vec![ok("settings", "The settings are right.")];
    findings.extend(loaded.warnings.iter().map(|warning| setting(warning, State::Warn)));
    findings.extend(keys(&loaded.config));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|e| Failure::new(format!("cannot start a runtime: {e}")))?;
    runtime.block_on(async {
        findings.extend(database::look(&loaded.config).await);
        findings.extend(relay::look(&loaded.config).await);
        findings.extend(mailbox::look(&loaded.config).await);
        findings.extend(outside::look(&loaded.config).await);
    });
    tell(&findings, options.json)?;
    let worst = |state| findings.iter().any(|finding| finding.state == state);
    match (worst(State::Down), worst(State::Fail)) {
        (true, _) => Err(Failure::told(4)),
        (false, true) => Err(Failure::told(1)),
        (false, false) => Ok(()),
    }
}

fn setting(finding: &config::Finding, state: State) -> Finding {
    let words = format!("{} ({}) {}.", finding.key, finding.place, finding.wrong);
    found("settings", state, words, format!("{}.", finding.mend))
}

fn keys(config: &Config) -> Vec<Finding> {
    match Keyring::load(&config.keys.dir) {
        Ok(_) => vec![ok("keys", format!("Every purpose has its key in {}.", config.keys.dir.display()))],
        Err(problems) => problems.iter().map(|problem| found("keys", State::Fail, problem.to_string(), "")).collect(),
    }
}

fn tell(findings: &[Finding], json: bool) -> Result<(), Failure> {
    if json {
        let well = findings.iter().all(|finding| matches!(finding.state, State::Ok | State::Warn));
        return print_json(&serde_json::json!({ "ok": well, "findings": findings }));
    }
    print_lines(findings.iter().map(line))
}

fn line(finding: &Finding) -> String {
    let word = match finding.state {
        State::Ok => "ok  ",
        State::Warn => "warn",
        State::Fail => "FAIL",
        State::Down => "DOWN",
    };
    let gap = if finding.mend.is_empty() { "" } else { " To mend: " };
    format!("{word}  {:<10} {}{gap}{}", finding.check, finding.words, finding.mend)
}
