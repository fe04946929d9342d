//! `pulih audit export`: the log as a folder, which anybody can verify without us.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use tokio::runtime::Runtime;

use super::{Bar, MISMATCH, open};
use crate::actions::tell_log;
use crate::audit::copy::extend;
use crate::audit::folder::Folder;
use crate::audit::prove;
use crate::audit::source::Source;
use crate::audit::verify::Progress;
use crate::cli::Common;
use crate::cli::failure::{Failure, print};

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Export {
    /// The folder; what is there is extended.
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// Begin anew: what is there is kept beside it, under another name.
    #[arg(long)]
    from_scratch: bool,
    /// Copy personal details as well, in `personal/`. Only what is new: details erased since stay in an older copy.
    #[arg(long)]
    personal: bool,
}

pub(super) fn run(common: &Common, options: &Export, runtime: &Runtime) -> Result<(), Failure> {
    let app = open(common, false)?;
    let cannot = |e: std::io::Error| Failure::new(format!("{} cannot be written: {e}", options.folder.display()));
    if options.from_scratch && options.folder.exists() {
        let mut aside = options.folder.clone().into_os_string();
        aside.push(format!(".{}", app.clock().now().format("%Y%m%dT%H%M%SZ")));
        fs::rename(&options.folder, &aside).map_err(cannot)?;
    }
    private(&options.folder).map_err(cannot)?;
    let folder = Folder::at(options.folder.clone());
    runtime.block_on(async {
        let trusted = prove::verifiers(&app)?;
        let progress = Arc::new(Progress::default());
        let bar = Bar::of(&progress);
        let source = Source::Database(app.clone());
        let copied = extend(&folder, &source, &trusted, options.personal, &progress).await?;
        drop(bar);
        let copied = copied.map_err(|c| Failure::new(format!("nothing was copied: {c}")).with_code(MISMATCH))?;
        let keys: String = trusted.iter().map(|key| key.text() + "\n").collect();
        fs::write(folder.path().join("log.vkey"), keys).map_err(cannot)?;
        tell_log::copied(&app, copied.size, options.personal).await?;
        print(&format!("{} leaves copied, {} in all.\n", copied.added, copied.size))
    })
}

/// Makes the folder for its owner alone: events say who did what.
fn private(path: &std::path::Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    if path.is_dir() {
        return Ok(());
    }
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path)
}
