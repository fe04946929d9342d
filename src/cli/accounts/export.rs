//! `pulih accounts export`: accounts as CSV, without hashes and secrets.

use std::fs::OpenOptions;
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use crate::actions;
use crate::app::App;
use crate::cli::failure::Failure;
use crate::model::account_csv::Writer;
use crate::model::refusal::Stop;
use crate::store;

/// Accounts read with one statement.
const PAGE: i64 = 5_000;

pub(super) async fn run(app: &App, path: &Path) -> Result<(), Failure> {
    if path.as_os_str() == "-" {
        return match write(app, BufWriter::new(io::stdout())).await {
            // the reader has seen enough (`| head`)
            Err(WriteEnd::Write(e)) if e.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            end => Ok(end?),
        };
    }
    // Personal details: readable by this user alone, and no file is written over.
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    let file = file.map_err(|e| Failure::new(format!("cannot write {}: {e}", path.display())))?;
    let written = write(app, BufWriter::new(file)).await;
    if written.is_err() {
        // Half an export would be taken for a whole one.
        let _ = std::fs::remove_file(path);
    }
    Ok(written?)
}

/// Why an export ended early.
#[derive(Debug, thiserror::Error)]
enum WriteEnd {
    #[error("cannot write the export: {0}")]
    Write(#[from] io::Error),
    #[error(transparent)]
    Stop(#[from] Stop),
}

impl From<WriteEnd> for Failure {
    fn from(end: WriteEnd) -> Self {
        match end {
            WriteEnd::Stop(stop) => stop.into(),
            WriteEnd::Write(_) => Self::new(end.to_string()),
        }
    }
}

async fn write(app: &App, out: impl Write) -> Result<(), WriteEnd> {
    let rows = store::export::count(&mut app.read().await.map_err(Stop::from)?).await.map_err(Stop::from)?;
    actions::export::export(app, rows).await?;
    let mut writer = Writer::new(out)?;
    let mut after = String::new();
    loop {
        let mut read = app.read().await.map_err(Stop::from)?;
        let (page, next) = store::export::page(&mut read, &after, PAGE).await.map_err(Stop::from)?;
        for row in &page {
            writer.write(row)?;
        }
        let Some(next) = next else { break };
        after = next;
    }
    Ok(writer.finish()?)
}
