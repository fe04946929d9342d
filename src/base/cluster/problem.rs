//! Why there is no cluster, in sentences that say what to do.

use std::path::PathBuf;

/// Why there is no cluster.
#[derive(Debug, thiserror::Error)]
pub enum ClusterProblem {
    /// The server programs are missing.
    #[error(
        "PostgreSQL's server programs (initdb, postgres) are not installed: run `apt-get install postgresql`, or `make setup`."
    )]
    NoPrograms,
    /// We are root, and there is nobody to run the server as.
    #[error("PostgreSQL does not run as root, and this machine has neither a user postgres nor nobody.")]
    NoUser,
    /// The server's user cannot get to the data folder.
    #[error(
        "PostgreSQL does not run as root, and its user cannot enter {dir} on the way to {folder}: choose another data folder, for instance under /var/lib."
    )]
    Shut {
        /// The folder it should use.
        folder: PathBuf,
        /// The one that is shut.
        dir: PathBuf,
    },
    /// Another process runs the cluster in that folder.
    #[error("Another process is using the data folder {0}: stop it, or choose another folder.")]
    Busy(PathBuf),
    /// Something with files or programs failed.
    #[error("{doing}: {source}")]
    System {
        /// What was being done.
        doing: String,
        /// The system's words.
        source: std::io::Error,
    },
    /// The server programs refused.
    #[error("{doing}; PostgreSQL says: {said}")]
    Refused {
        /// What was being done.
        doing: String,
        /// Their last words.
        said: String,
    },
}

impl ClusterProblem {
    /// Names what was being done when the system refused.
    pub(super) fn system(doing: impl Into<String>) -> impl FnOnce(std::io::Error) -> Self {
        let doing = doing.into();
        |source| Self::System { doing, source }
    }
}
