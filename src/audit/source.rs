//! Where a log is read from: the database, a folder, or a server elsewhere.

use std::fmt;
use std::sync::Arc;

use super::verify::outside::Notes;
use crate::app::App;
use crate::base::fault::Fault;
use crate::base::tile::{WIDTH, entries, entries_path};
use crate::store::log::read;

/// A log.
#[derive(Clone)]
pub enum Source {
    /// The one in the database.
    Database(App),
    /// Files at the paths of C2SP tlog-tiles, in a folder or served elsewhere.
    Files(Arc<dyn Files>),
}

/// Files at the paths of C2SP tlog-tiles below one prefix. Blocks.
pub trait Files: Send + Sync + fmt::Debug {
    /// The bytes at a path (`checkpoint`, `tile/0/000`); nothing where there is no such file.
    fn bytes(&self, path: &str) -> Result<Option<Vec<u8>>, Fault>;

    /// Older checkpoints that are kept with them, as signed notes.
    fn older(&self) -> Result<Notes, Fault> {
        Ok(Notes::default())
    }

    /// Whether somebody else answers, who may go on for as long as they like.
    fn elsewhere(&self) -> bool {
        false
    }
}

impl Source {
    /// The newest checkpoint, as a signed note; none of an empty log.
    pub async fn newest(&self) -> Result<Option<String>, Fault> {
        match self {
            Self::Database(app) => Ok(read::latest(&mut app.read().await?).await?.map(|newest| newest.note)),
            Self::Files(files) => {
                let bytes = blocking(files, |files| files.bytes("checkpoint")).await?;
                Ok(bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()))
            }
        }
    }

    /// The first `width` entries of a bundle of 256; nothing where one of them is missing.
    pub async fn entries(&self, bundle: u64, width: u64) -> Result<Option<Vec<Vec<u8>>>, Fault> {
        match self {
            Self::Database(app) => {
                let number = |n: u64| i64::try_from(n).map_err(|e| Fault::bug("a bundle beyond the end of the log", e));
                let first = bundle.saturating_mul(WIDTH);
                let (from, to) = (number(first)?, number(first.saturating_add(width))?);
                let found = read::entries(&mut app.read().await?, from, to).await?;
                let bodies: Option<Vec<Vec<u8>>> =
                    found.into_iter().map(|entry| entry.body.map(String::into_bytes)).collect();
                Ok(bodies.filter(|bodies| bodies.len() as u64 == width))
            }
            Self::Files(files) => {
                let path = entries_path(bundle, width);
                let bytes = blocking(files, move |files| files.bytes(&path)).await?.unwrap_or_default();
                let found = entries(&bytes, width).filter(|found| found.len() as u64 == width);
                Ok(found.map(|found| found.into_iter().map(<[u8]>::to_vec).collect()))
            }
        }
    }
}

/// Asks for files on a thread where waiting holds nobody up.
pub(super) async fn blocking<T: Send + 'static>(
    files: &Arc<dyn Files>,
    ask: impl FnOnce(&dyn Files) -> Result<T, Fault> + Send + 'static,
) -> Result<T, Fault> {
    let files = Arc::clone(files);
    let answer = tokio::task::spawn_blocking(move || ask(&*files));
    answer.await.map_err(|e| Fault::bug("reading a log's files", e))?
}
