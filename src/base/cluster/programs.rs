//! Where the server programs are, and as whom they run.

use std::fs;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::{ClusterProblem, process};

/// The folder of `initdb`, `postgres` and their kin of one version.
#[derive(Debug)]
pub(super) struct Programs(PathBuf);

impl Programs {
    /// Those of the wanted major version if there are any, else the newest.
    pub(super) fn find(wanted: Option<&str>) -> Option<Self> {
        let mut folders = Vec::new();
        for entry in fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten() {
            if let Ok(version) = entry.file_name().to_string_lossy().parse::<u32>() {
                folders.push((wanted == Some(version.to_string().as_str()), version, entry.path().join("bin")));
            }
        }
        folders.sort();
        let installed = folders.into_iter().rev().map(|(_, _, folder)| folder);
        // elsewhere than on Debian they lie on the PATH, or pg_config knows
        installed.chain(asked("pg_config", &["--bindir"])).chain(on_path()).find(|folder| is_complete(folder)).map(Self)
    }

    pub(super) fn folder(&self) -> &Path {
        &self.0
    }

    /// A program that runs as the server's user and takes nothing from our environment.
    pub(super) fn command(&self, program: &str, user: Option<&ServerUser>) -> Command {
        let mut command = Command::new(self.0.join(program));
        command.env_clear().env("LC_ALL", "C").stdin(Stdio::null()).stdout(Stdio::null());
        if let Some(user) = user {
            command.uid(user.uid).gid(user.gid);
        }
        command
    }
}

fn is_complete(folder: &Path) -> bool {
    folder.join("initdb").is_file() && folder.join("postgres").is_file()
}

fn asked(program: &str, arguments: &[&str]) -> Option<PathBuf> {
    let output = Command::new(program).args(arguments).stdin(Stdio::null()).output().ok()?;
    let line = String::from_utf8(output.stdout).ok()?;
    (output.status.success() && !line.trim().is_empty()).then(|| PathBuf::from(line.trim()))
}

fn on_path() -> Option<PathBuf> {
    let initdb = fs::canonicalize(asked("sh", &["-c", "command -v initdb"])?).ok()?;
    initdb.parent().map(Path::to_owned)
}

/// Whom the server runs as when we are root.
#[derive(Debug)]
pub(super) struct ServerUser {
    pub(super) uid: u32,
    pub(super) gid: u32,
}

impl ServerUser {
    /// Postgres or nobody where we are root; nobody in particular where we are not.
    pub(super) fn find() -> Result<Option<Self>, ClusterProblem> {
        if !process::is_root() {
            return Ok(None);
        }
        let users = fs::read_to_string("/etc/passwd").map_err(ClusterProblem::system("/etc/passwd cannot be read"))?;
        let of = |name: &str| users.lines().find_map(|line| Self::parse(line, name));
        of("postgres").or_else(|| of("nobody")).map(Some).ok_or(ClusterProblem::NoUser)
    }

    fn parse(line: &str, name: &str) -> Option<Self> {
        let mut fields = line.split(':');
        (fields.next()? == name).then_some(())?;
        let _password = fields.next()?;
        Some(Self { uid: fields.next()?.parse().ok()?, gid: fields.next()?.parse().ok()? })
    }
}
