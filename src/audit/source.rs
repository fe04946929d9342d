//! Where a log is read from: the database, a folder, or a server elsewhere.

use std::fmt;
use std::sync::Arc;

use crate::app::App;
use crate::base::fault::Fault;

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
}
