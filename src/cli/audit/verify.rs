//! `pulih audit verify`: the whole log, worked out anew.

use std::path::PathBuf;
use std::sync::Arc;

use tokio::runtime::Runtime;

use super::{Access, Bar, MISMATCH, USAGE, eprint, keys, open};
use crate::actions::tell_log;
use crate::app::App;
use crate::audit::folder::Folder;
use crate::audit::prove;
use crate::audit::source::Source;
use crate::audit::verify::{self, Options, Outside, Progress, Report};
use crate::base::note::Verifier;
use crate::cli::Common;
use crate::cli::failure::{Failure, print_json, print_lines};
use crate::model::event::Actor;

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Verify {
    /// Verify the copy in this folder instead of the database.
    #[arg(long, value_name = "DIR", conflicts_with = "remote")]
    folder: Option<PathBuf>,
    /// Verify the log of the server at this address instead; needs --key.
    #[arg(long, value_name = "URL", requires = "key")]
    remote: Option<String>,
    #[command(flatten)]
    access: Access,
    /// Something that was kept outside: a file of checkpoints, or a folder with a copy; may be repeated.
    #[arg(long, value_name = "FILE|DIR")]
    against: Vec<PathBuf>,
    /// Your own copy of the log's verifier key; without it the house's own keys are trusted.
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// Write JSON.
    #[arg(long)]
    json: bool,
}

/// Whose word the verdict rests on.
#[derive(Clone, Copy)]
enum Key {
    /// The auditor's own copy.
    Given,
    /// What the server itself signs with.
    House,
    /// What lies in the folder that is verified.
    Folder,
}

impl Key {
    /// Its word, for programs.
    fn code(self) -> &'static str {
        match self {
            Self::Given => "given",
            Self::House => "house",
            Self::Folder => "folder",
        }
    }

    /// What the verdict does not prove.
    fn words(self) -> Option<&'static str> {
        match self {
            Self::Given => None,
            Self::House => {
                Some("Verified by the key that this server signs with; your own copy (--key) would prove more.")
            }
            Self::Folder => Some(
                "Verified by the key that lies in the folder itself: this proves only that the folder is whole, \
                 not whose it is. Give your own copy with --key.",
            ),
        }
    }
}

pub(super) fn run(common: &Common, options: &Verify, runtime: &Runtime) -> Result<(), Failure> {
    let given = options.key.as_deref().map(keys).transpose()?;
    let against = options.against.iter().map(|path| Outside::read(path)).collect::<Result<Vec<_>, _>>();
    let against = against.map_err(|words| Failure::new(words).with_code(USAGE))?;
    let (source, app) = source(common, options, given.is_some())?;
    let by = match (&given, &app) {
        (Some(_), _) => Key::Given,
        (None, Some(_)) => Key::House,
        (None, None) => Key::Folder,
    };
    let trusted = match given {
        Some(keys) => keys,
        None => trusted(options, app.as_ref())?,
    };
    let report = runtime.block_on(async {
        let progress = Arc::new(Progress::default());
        let bar = Bar::of(&progress);
        let report = verify::run(&source, &Options { trusted, against, lanes: None }, &progress).await?;
        drop(bar);
        if let Some(app) = &app {
            // an auditor's role may only read: what was found is told all the same
            if tell_log::verified(app, Actor::Operator, &report, "command").await.is_err() {
                eprint("this verification could not be told in the log itself");
            }
        }
        Ok::<_, Failure>(report)
    })?;
    if options.json {
        let mut json = report.json();
        json["key"] = by.code().into();
        print_json(&json)?;
    } else {
        print_lines(words(&report, by))?;
    }
    if report.is_right() { Ok(()) } else { Err(Failure::told(MISMATCH)) }
}

fn source(common: &Common, options: &Verify, key_given: bool) -> Result<(Source, Option<App>), Failure> {
    if let Some(path) = &options.folder {
        if !path.is_dir() {
            return Err(Failure::new(format!("{} is no folder", path.display())).with_code(USAGE));
        }
        return Ok((Source::Files(Arc::new(Folder::at(path.clone()))), None));
    }
    if let Some(url) = &options.remote {
        return Ok((Source::Files(Arc::new(options.access.open(common, url)?)), None));
    }
    let app = open(common, key_given)?;
    Ok((Source::Database(app.clone()), Some(app)))
}

/// Whom to trust where nobody says it.
fn trusted(options: &Verify, app: Option<&App>) -> Result<Vec<Verifier>, Failure> {
    if let Some(app) = app {
        return Ok(prove::verifiers(app)?);
    }
    let folder = options.folder.clone().map(Folder::at);
    let keys = folder.map(|folder| folder.keys()).transpose()?.unwrap_or_default();
    if keys.is_empty() {
        return Err(Failure::new("the folder holds no log.vkey: give the verifier key with --key").with_code(USAGE));
    }
    Ok(keys)
}

fn words(report: &Report, by: Key) -> Vec<String> {
    let name = if report.origin.is_empty() { "The log" } else { &report.origin };
    let root = data_encoding::BASE64.encode(&report.root);
    let mut lines = vec![
        format!("{name}: {} leaves, root {root}", report.size),
        format!("{} checkpoints looked at, {} from outside compared.", report.checkpoints, report.outside),
    ];
    if report.waiting > 0 || report.erased > 0 {
        let (waiting, erased) = (report.waiting, report.erased);
        lines.push(format!("{waiting} events wait for their leaf; personal details of {erased} were erased."));
    }
    lines.extend(report.unread.iter().map(|what| format!("Not looked at: {what}.")));
    lines.extend(by.words().map(str::to_owned));
    lines.extend(report.findings.iter().map(ToString::to_string));
    let more = report.found - report.findings.len() as u64;
    if more > 0 {
        lines.push(format!("… and {more} more."));
    }
    lines.push(match (report.is_right(), report.first_bad) {
        (true, _) if report.size == 0 => "THE LOG IS EMPTY: nothing was verified.".to_owned(),
        (true, _) => "Everything matches.".to_owned(),
        (false, Some(index)) => format!("THE LOG DOES NOT MATCH: {} findings, first bad leaf {index}.", report.found),
        (false, None) => format!("THE LOG DOES NOT MATCH: {} findings.", report.found),
    });
    lines
}
