//! The cluster's folder: data, socket, log, and a lock that says whose it is.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use data_encoding::HEXLOWER;

use super::ClusterProblem;
use super::process;
use super::programs::ServerUser;
use crate::base::{clock, random};

// not TMPDIR: the server's user must be able to enter, and a socket's path must be short
const TEMP: &str = "/tmp";
/// A file system in memory, where the system has one: making a database is making a thousand files.
const MEMORY: &str = "/dev/shm";
/// What must be free there, in bytes: containers often have 64 MiB.
const MEMORY_MIN: u64 = 4 << 30;
const PREFIX: &str = "pulih-cluster-";
const LOCK: &str = "lock";
/// `sun_path` holds 108 bytes with the closing zero (unix(7)).
const LONGEST_SOCKET: usize = 107;

/// Where a cluster lives. Entered by the server's user and root alone.
#[derive(Debug)]
pub(super) struct Home {
    folder: PathBuf,
    temporary: bool,
    short: Option<PathBuf>,
    // locks end with the process, so that a folder whose owner was killed is known by its open lock
    locks: Vec<File>,
}

impl Home {
    pub(super) fn open(
        data: Option<&Path>,
        in_memory: bool,
        user: Option<&ServerUser>,
    ) -> Result<Self, ClusterProblem> {
        sweep(user);
        let Some(data) = data else {
            let (folder, lock) = make_temp(if in_memory { roomiest() } else { TEMP }, user)?;
            return Ok(Self { folder, temporary: true, short: None, locks: vec![lock] });
        };
        let wrong = || ClusterProblem::system(format!("the data folder {} cannot be used", data.display()));
        fs::create_dir_all(data).map_err(wrong())?;
        let folder = fs::canonicalize(data).map_err(wrong())?.join("postgres");
        match DirBuilder::new().mode(0o700).create(&folder) {
            Err(e) if e.kind() != ErrorKind::AlreadyExists => return Err(wrong()(e)),
            _ => own(&folder, user).map_err(wrong())?,
        }
        reachable(&folder, user)?;
        let lock = take_lock(&folder).map_err(wrong())?.ok_or_else(|| ClusterProblem::Busy(data.to_owned()))?;
        let mut home = Self { folder, temporary: false, short: None, locks: vec![lock] };
        if home.folder.join(".s.PGSQL.5432.lock").as_os_str().len() > LONGEST_SOCKET {
            let (short, lock) = make_temp(TEMP, user)?;
            home.short = Some(short);
            home.locks.push(lock);
        }
        Ok(home)
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(super) fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    pub(super) fn socket_folder(&self) -> &Path {
        self.short.as_deref().unwrap_or(&self.folder)
    }

    pub(super) fn is_temporary(&self) -> bool {
        self.temporary
    }

    /// Major version of the data, where there is any.
    pub(super) fn version(&self) -> Option<String> {
        fs::read_to_string(self.data().join("PG_VERSION")).ok().map(|text| text.trim().to_owned())
    }

    /// An empty place to make a cluster in: one that is half made never takes the place of the data.
    pub(super) fn fresh_data(&self) -> Result<PathBuf, ClusterProblem> {
        let fresh = self.folder.join("data.new");
        match fs::remove_dir_all(&fresh) {
            Err(e) if e.kind() != ErrorKind::NotFound => {
                Err(ClusterProblem::system(format!("{} cannot be removed", fresh.display()))(e))
            }
            _ => Ok(fresh),
        }
    }

    /// Makes a cluster that is made the data.
    pub(super) fn adopt(&self, fresh: &Path) -> Result<(), ClusterProblem> {
        fs::rename(fresh, self.data()).map_err(ClusterProblem::system("the new cluster cannot be moved into place"))
    }

    /// The log, for the server to write to.
    pub(super) fn log(&self) -> io::Result<File> {
        OpenOptions::new().create(true).append(true).mode(0o600).open(self.log_path())
    }

    /// The last lines of the log.
    pub(super) fn last_words(&self) -> String {
        let log = fs::read(self.log_path()).unwrap_or_default();
        let text = String::from_utf8_lossy(&log[log.len().saturating_sub(2000)..]).into_owned();
        let lines: Vec<&str> = text.trim().lines().rev().take(5).collect();
        lines.into_iter().rev().collect::<Vec<_>>().join(" / ")
    }

    fn log_path(&self) -> PathBuf {
        self.folder.join("postgres.log")
    }

    /// Whether the server of that pid accepts connections: the eighth line of its `postmaster.pid` says so.
    pub(super) fn is_ready(&self, pid: u32) -> bool {
        let lines = pid_lines(&self.data());
        lines.first().is_some_and(|first| first.trim() == pid.to_string())
            && lines.get(7).is_some_and(|state| state.trim() == "ready")
    }

    /// Waits until the server of a killed predecessor is gone from the data; says whether there was one. Its
    /// `postmaster.pid` is left for the next server to judge.
    pub(super) fn wait_for_predecessor(&self) -> bool {
        let data = self.data();
        if pid_lines(&data).is_empty() {
            return false;
        }
        if let Some(pid) = server_of(&data) {
            process::send(pid, libc::SIGINT);
        }
        let until = clock::instant() + Duration::from_mins(1);
        while server_of(&data).is_some() && clock::instant() < until {
            thread::sleep(Duration::from_millis(20));
        }
        true
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        for folder in self.short.iter().chain(self.temporary.then_some(&self.folder)) {
            let _ = fs::remove_dir_all(folder);
        }
    }
}

fn pid_lines(data: &Path) -> Vec<String> {
    let text = fs::read_to_string(data.join("postmaster.pid")).unwrap_or_default();
    text.lines().map(str::to_owned).collect()
}

/// The server that runs on that data. A pid is used again one day: the right one works in the data folder.
fn server_of(data: &Path) -> Option<u32> {
    let pid = pid_lines(data).first()?.trim().parse().ok()?;
    fs::read_link(format!("/proc/{pid}/cwd")).is_ok_and(|cwd| cwd == data).then_some(pid)
}

/// Fails where the server's user cannot get to the folder, which initdb would say in darker words.
fn reachable(folder: &Path, user: Option<&ServerUser>) -> Result<(), ClusterProblem> {
    let Some(user) = user else { return Ok(()) };
    let shut = |dir: &&Path| fs::metadata(dir).is_ok_and(|is| is.mode() & 0o001 == 0 && is.uid() != user.uid);
    match folder.ancestors().skip(1).find(shut) {
        Some(dir) => Err(ClusterProblem::Shut { folder: folder.to_owned(), dir: dir.to_owned() }),
        None => Ok(()),
    }
}

/// Memory, where there is enough of it.
fn roomiest() -> &'static str {
    let free = rustix::fs::statvfs(MEMORY).map_or(0, |is| is.f_bavail.saturating_mul(is.f_frsize));
    if free >= MEMORY_MIN { MEMORY } else { TEMP }
}

/// Makes a temporary folder and locks it.
fn make_temp(root: &str, user: Option<&ServerUser>) -> Result<(PathBuf, File), ClusterProblem> {
    let name = random::bytes::<6>().map_err(io::Error::other);
    let wrong = || ClusterProblem::system(format!("no temporary folder can be made in {root}"));
    let folder = Path::new(root).join(format!("{PREFIX}{}", HEXLOWER.encode(&name.map_err(wrong())?)));
    DirBuilder::new().mode(0o700).create(&folder).map_err(wrong())?;
    // locked before it bears its name, lest the sweep of another process take it for abandoned
    let new = folder.join("lock.new");
    let lock = File::create(&new).and_then(|file| file.lock().map(|()| file)).map_err(wrong())?;
    fs::rename(&new, folder.join(LOCK)).and_then(|()| own(&folder, user)).map_err(wrong())?;
    Ok((folder, lock))
}

fn take_lock(folder: &Path) -> io::Result<Option<File>> {
    let file = OpenOptions::new().create(true).append(true).mode(0o600).open(folder.join(LOCK))?;
    Ok(file.try_lock().is_ok().then_some(file))
}

fn own(folder: &Path, user: Option<&ServerUser>) -> io::Result<()> {
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700))?;
    user.map_or(Ok(()), |user| chown(folder, Some(user.uid), Some(user.gid)))
}

/// Removes temporary folders whose owner was killed.
fn sweep(user: Option<&ServerUser>) {
    let roots = [TEMP, MEMORY].into_iter().filter_map(|root| fs::read_dir(root).ok());
    for entry in roots.flatten().flatten() {
        let folder = entry.path();
        let ours = entry.file_name().to_string_lossy().starts_with(PREFIX)
            && fs::symlink_metadata(&folder).is_ok_and(|is| is.is_dir() && user.is_none_or(|u| u.uid == is.uid()));
        if ours && is_abandoned(&folder) && server_of(&folder.join("data")).is_none() {
            let _ = fs::remove_dir_all(&folder);
        }
    }
}

fn is_abandoned(folder: &Path) -> bool {
    let careful = libc::O_NOFOLLOW | libc::O_NONBLOCK;
    let lock = OpenOptions::new().read(true).custom_flags(careful).open(folder.join(LOCK));
    lock.is_ok_and(|lock| lock.try_lock().is_ok())
}
