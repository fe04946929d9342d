//! `pulih accounts import`: reads the file once, stages what is right, and takes it over only when all of it is.

use std::fs::File;
use std::io::{self, BufReader, Read, Write as _};
use std::path::Path;

use serde::Serialize;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::actions::import::{Ready, compare, import, staged};
use crate::app::App;
use crate::base::fault::Fault;
use crate::base::random;
use crate::cli::failure::{Failure, print, print_json};
use crate::model::account_csv::{self, Flaw};
use crate::store::import::{self as staging, Conflict};

/// Lines staged with one statement.
const BATCH: usize = 1_000;
/// Bad lines that are shown; more are only counted.
const SHOWN: usize = 100;
/// Lines between two words of progress.
const PROGRESS: usize = 20_000;

/// What an import did, or would do.
#[derive(Serialize)]
struct Report {
    imported: i64,
    unchanged: i64,
    dry_run: bool,
    bad: usize,
    /// The first hundred of them.
    bad_lines: Vec<BadLine>,
}

#[derive(Serialize)]
struct BadLine {
    line: u64,
    reason: String,
}

pub(super) async fn run(app: &App, path: &Path, dry_run: bool, json: bool) -> Result<(), Failure> {
    let file = File::open(path).map_err(|e| Failure::new(format!("cannot read {}: {e}", path.display())))?;
    let id = random::id();
    let report = read_and_import(app, Hashed::new(BufReader::new(file)), id, dry_run).await;
    // Scratch rows go whatever happened; what is left over after a crash goes with the next import.
    let cleared = clear(app, id).await;
    let report = report?;
    cleared?;
    tell(&report, json)
}

async fn clear(app: &App, id: Uuid) -> Result<(), Fault> {
    staging::clear(&mut app.read().await?, id).await
}

async fn read_and_import(app: &App, file: Hashed<BufReader<File>>, id: Uuid, dry_run: bool) -> Result<Report, Failure> {
    let mut lines = account_csv::lines(file);
    let (mut flaws, mut count) = (Vec::new(), 0_usize);
    let mut batch = Vec::with_capacity(BATCH);
    for line in lines.by_ref() {
        count += 1;
        match line {
            // After the first flaw nothing will be imported: the rest is only read for more flaws.
            Ok(line) if flaws.is_empty() => batch.push(staged(app, line)?),
            Ok(_) => {}
            Err(flaw) => flaws.push(flaw),
        }
        if batch.len() == BATCH {
            staging::stage(&mut app.read().await?, id, &batch).await?;
            batch.clear();
        }
        if count.is_multiple_of(PROGRESS) {
            let _ = writeln!(io::stderr(), "{count} lines read");
        }
    }
    let file_sha256 = lines.into_inner().digest();
    if !flaws.is_empty() {
        return Ok(refused(flaws, dry_run));
    }
    staging::stage(&mut app.read().await?, id, &batch).await?;
    let flaws = overwriting(app, id).await?;
    if !flaws.is_empty() {
        return Ok(refused(flaws, dry_run));
    }
    let fresh = staging::fresh(&mut app.read().await?, id).await?;
    let unchanged = i64::try_from(count).unwrap_or(i64::MAX) - fresh;
    if fresh > 0 && !dry_run {
        let _ = writeln!(io::stderr(), "{count} lines are right; importing");
        import(app, &Ready { import: id, fresh, unchanged, file_sha256 }).await?;
    }
    Ok(Report { imported: fresh, unchanged, dry_run, bad: 0, bad_lines: Vec::new() })
}

/// Lines that would overwrite something of an account that is there.
async fn overwriting(app: &App, id: Uuid) -> Result<Vec<Flaw>, Fault> {
    let flaw = |c: Conflict| Flaw {
        line: u64::try_from(c.line).unwrap_or(0),
        reason: format!("would overwrite {}; this needs a proposal", c.columns),
    };
    Ok(compare(app, id).await?.into_iter().map(flaw).collect())
}

fn refused(flaws: Vec<Flaw>, dry_run: bool) -> Report {
    let bad = flaws.len();
    let bad_lines = flaws.into_iter().take(SHOWN).map(|f| BadLine { line: f.line, reason: f.reason }).collect();
    Report { imported: 0, unchanged: 0, dry_run, bad, bad_lines }
}

fn tell(report: &Report, json: bool) -> Result<(), Failure> {
    if json {
        print_json(report)?;
    } else if report.bad == 0 {
        let word = if report.dry_run { "would be imported (dry run)" } else { "imported" };
        print(&format!("{} accounts {word}, {} unchanged\n", report.imported, report.unchanged))?;
    } else {
        let mut stderr = io::stderr().lock();
        for bad in &report.bad_lines {
            let _ = writeln!(stderr, "line {}: {}", bad.line, bad.reason);
        }
        if report.bad > report.bad_lines.len() {
            let _ = writeln!(stderr, "… and {} more", report.bad - report.bad_lines.len());
        }
    }
    if report.bad == 0 {
        return Ok(());
    }
    let lines = if report.bad == 1 { "line is" } else { "lines are" };
    Err(Failure::new(format!("{} {lines} wrong; nothing was imported", report.bad)))
}

/// A reader that hashes what passes through it.
struct Hashed<R> {
    inner: R,
    hash: Sha256,
}

impl<R: Read> Hashed<R> {
    fn new(inner: R) -> Self {
        Self { inner, hash: Sha256::new() }
    }

    fn digest(self) -> String {
        data_encoding::HEXLOWER.encode(&self.hash.finalize())
    }
}

impl<R: Read> Read for Hashed<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(into)?;
        self.hash.update(&into[..n]);
        Ok(n)
    }
}
