//! A private PostgreSQL cluster from the installed server programs, for the demo and the tests.
//!
//! It listens on a Unix socket in a folder that only its user (and root) can enter, and ends with this process, also
//! when that is killed.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::clock;
use home::Home;
use process::Server;
use programs::{Programs, ServerUser};

pub use problem::ClusterProblem;
pub use process::Shutdown;

mod home;
mod problem;
mod process;
mod programs;

const READY_WITHIN: Duration = Duration::from_mins(2);
const TICK: Duration = Duration::from_millis(10);

/// How a cluster is made.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Folder that keeps the data; it gets a subfolder `postgres`. Without one a temporary folder is used and removed.
    pub data: Option<PathBuf>,
    /// Whether a temporary folder is made in memory, where the system has enough of it.
    pub in_memory: bool,
    /// Whether commits reach the disk. Off is for tests.
    pub fsync: bool,
    /// Further server settings, such as `("max_connections", "200")`.
    pub settings: Vec<(String, String)>,
}

/// A running cluster. Dropping it stops the server and removes a temporary folder.
#[derive(Debug)]
pub struct Cluster {
    // the server goes before its home
    server: Option<Server>,
    home: Home,
    programs: Programs,
    user: Option<ServerUser>,
    settings: Vec<(String, String)>,
}

impl Cluster {
    /// Starts a cluster, made anew where the folder holds none, and returns when it accepts connections. The superuser
    /// is `postgres`; who reaches the socket is trusted.
    pub fn start(options: Options) -> Result<Self, ClusterProblem> {
        let user = ServerUser::find()?;
        let home = Home::open(options.data.as_deref(), options.in_memory, user.as_ref())?;
        let programs = Programs::find(home.version().as_deref()).ok_or(ClusterProblem::NoPrograms)?;
        let mut settings = fixed_settings(options.fsync);
        settings.extend(options.settings);
        let mut cluster = Self { server: None, home, programs, user, settings };
        if cluster.home.version().is_none() {
            cluster.init(options.fsync)?;
        }
        cluster.resume()?;
        Ok(cluster)
    }

    /// Starts the stopped server again on its data; does nothing while it runs.
    pub fn resume(&mut self) -> Result<(), ClusterProblem> {
        if self.server.is_some() {
            return Ok(());
        }
        let left_over = self.home.wait_for_predecessor();
        let first = self.serve();
        if first.is_err() && left_over {
            // the backends of a killed server hold its memory for a moment longer than the server itself
            std::thread::sleep(Duration::from_secs(1));
            return self.serve();
        }
        first
    }

    /// Stops the server and keeps its data, for [`Cluster::resume`].
    pub fn stop(&mut self, how: Shutdown) {
        if let Some(server) = self.server.take() {
            server.stop(how);
        }
    }

    /// The URL of a database, for libpq and tokio-postgres.
    pub fn url(&self, database: &str, user: &str) -> String {
        let host = self.home.socket_folder().to_string_lossy();
        format!("postgresql://{}@{}/{}", percent(user), percent(&host), percent(database))
    }

    /// Folder of the socket, whose port number is 5432.
    pub fn socket_folder(&self) -> &Path {
        self.home.socket_folder()
    }

    /// Folder of `psql`, `pgbench` and the other programs of the same version.
    pub fn programs(&self) -> &Path {
        self.programs.folder()
    }

    fn init(&self, fsync: bool) -> Result<(), ClusterProblem> {
        let fresh = self.home.fresh_data()?;
        // C.UTF-8 sorts by code point and knows letters beyond ASCII; C is always there
        let mut said = String::new();
        for locale in ["C.UTF-8", "C"] {
            let mut command = self.programs.command("initdb", self.user.as_ref());
            command.current_dir(self.home.folder()).arg("-D").arg(&fresh);
            command.args(["-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-instructions", "--locale", locale]);
            if !fsync {
                command.arg("--no-sync");
            }
            let output = command.output().map_err(ClusterProblem::system("initdb cannot be run"))?;
            if output.status.success() {
                return self.home.adopt(&fresh);
            }
            said = String::from_utf8_lossy(&output.stderr).into_owned();
            self.home.fresh_data()?;
        }
        Err(ClusterProblem::Refused {
            doing: format!("No cluster could be made in {}", fresh.display()),
            said: said.trim().to_owned(),
        })
    }

    fn serve(&mut self) -> Result<(), ClusterProblem> {
        let mut command = self.programs.command("postgres", self.user.as_ref());
        let data = self.home.data();
        command.current_dir(&data).arg("-D").arg(&data).arg("-k").arg(self.home.socket_folder());
        for (name, value) in &self.settings {
            command.arg("-c").arg(format!("{name}={value}"));
        }
        let refused =
            |said| ClusterProblem::Refused { doing: format!("No server started in {}", data.display()), said };
        let log = self.home.log().map_err(ClusterProblem::system("the server's log cannot be opened"))?;
        command.stderr(log);
        let server = Server::spawn(command).map_err(ClusterProblem::system("postgres cannot be run"))?;
        let until = clock::instant() + READY_WITHIN;
        while !self.home.is_ready(server.pid()) {
            if server.is_gone() || clock::instant() > until {
                server.stop(Shutdown::Immediate);
                return Err(refused(self.home.last_words()));
            }
            std::thread::sleep(TICK);
        }
        self.server = Some(server);
        Ok(())
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.stop(if self.home.is_temporary() { Shutdown::Immediate } else { Shutdown::Fast });
    }
}

fn fixed_settings(fsync: bool) -> Vec<(String, String)> {
    let mut settings = vec![
        ("listen_addresses", ""),
        ("port", "5432"),
        ("unix_socket_permissions", "0700"),
        ("timezone", "UTC"),
        ("log_timezone", "UTC"),
        ("logging_collector", "off"),
        ("log_destination", "stderr"),
    ];
    if !fsync {
        settings.extend([("fsync", "off"), ("synchronous_commit", "off"), ("full_page_writes", "off")]);
    }
    settings.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

fn percent(text: &str) -> String {
    use std::fmt::Write;
    text.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use tokio_postgres::SimpleQueryMessage;

    use super::*;

    async fn answer(cluster: &Cluster, sql: &str) -> String {
        let url = cluster.url("postgres", "postgres");
        let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await.unwrap();
        tokio::spawn(connection);
        let messages = client.simple_query(sql).await.unwrap();
        let rows = messages.iter().filter_map(|m| if let SimpleQueryMessage::Row(row) = m { row.get(0) } else { None });
        rows.last().unwrap().to_owned()
    }

    #[tokio::test]
    async fn a_temporary_cluster_answers_and_leaves_nothing() {
        let settings = vec![("max_connections".to_owned(), "17".to_owned())];
        let cluster = Cluster::start(Options { settings, ..Options::default() }).unwrap();
        let folder = cluster.home.folder().to_owned();
        assert_eq!(answer(&cluster, "SHOW max_connections").await, "17");
        assert_eq!(answer(&cluster, "SHOW fsync").await, "off");
        assert_eq!(answer(&cluster, "SHOW server_encoding").await, "UTF8");
        assert_eq!(answer(&cluster, "SELECT lower('É')").await, "é");
        drop(cluster);
        assert!(!folder.exists());
    }

    #[tokio::test]
    async fn a_kept_cluster_is_found_again_after_any_stop() {
        let dir = tempfile::Builder::new().permissions(mode(0o755)).tempdir().unwrap();
        let kept = || Options { data: Some(dir.path().join("kept")), fsync: true, ..Options::default() };
        let mut cluster = Cluster::start(kept()).unwrap();
        assert!(matches!(Cluster::start(kept()), Err(ClusterProblem::Busy(_))));
        assert_eq!(answer(&cluster, "CREATE TABLE t AS SELECT 'kept' AS word; SELECT 'made'",).await, "made");
        cluster.stop(Shutdown::Immediate);
        cluster.resume().unwrap();
        drop(cluster);
        let again = Cluster::start(kept()).unwrap();
        assert_eq!(answer(&again, "SELECT word FROM t").await, "kept");
        assert_eq!(answer(&again, "SHOW fsync").await, "on");
    }

    #[test]
    fn a_bad_setting_is_told_in_the_servers_words() {
        let settings = vec![("max_connections".to_owned(), "many".to_owned())];
        let problem = Cluster::start(Options { settings, ..Options::default() }).unwrap_err().to_string();
        assert!(problem.contains("max_connections"), "{problem}");
    }

    #[test]
    fn a_folder_too_deep_for_a_socket_still_works() {
        let dir = tempfile::Builder::new().permissions(mode(0o755)).tempdir().unwrap();
        let deep = dir.path().join("d".repeat(60)).join("e".repeat(60));
        let cluster = Cluster::start(Options { data: Some(deep), ..Options::default() }).unwrap();
        assert!(cluster.socket_folder().join(".s.PGSQL.5432").exists());
        let short = cluster.socket_folder().to_owned();
        drop(cluster);
        assert!(!short.exists());
    }

    fn mode(bits: u32) -> std::fs::Permissions {
        std::os::unix::fs::PermissionsExt::from_mode(bits)
    }

    #[test]
    fn a_url_escapes_what_is_special_in_it() {
        assert_eq!(percent("/tmp/a b@%é"), "%2Ftmp%2Fa%20b%40%25%C3%A9");
    }
}
