//! An installation as an operator has it: the program as a process of its own that can be killed, its own cluster that
//! writes to disk, key files, and a relay.

use std::fs::{self, OpenOptions};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::Arc;
use std::time::Duration;

use pulih::base::clock;
use pulih::base::cluster::{Cluster, Options, Shutdown};
use pulih::store::setup;
use rustix::process::{Pid, Signal, kill_process};

use super::house::{SECRET, free_port, query, until};
use super::sink::Sink;

/// The origin that links and forms carry; a proxy would stand in front.
pub const ORIGIN: &str = "https://pulih.example.go.id";

/// An installation.
pub struct Installation {
    /// The relay.
    pub sink: Arc<Sink>,
    /// Where people reach it.
    pub public: SocketAddr,
    /// Listener of `/healthz`, `/readyz`, `/metrics`.
    pub ops: SocketAddr,
    environment: Vec<(String, String)>,
    process: Option<Child>,
    home: tempfile::TempDir,
    // the last to go
    cluster: Option<Cluster>,
}

impl Installation {
    /// Database and keys are made; nothing serves yet. `settings` are variables of the environment.
    pub async fn make(settings: &[(&str, &str)]) -> Self {
        let cluster = blocking(|| Cluster::start(Options { fsync: true, ..Options::default() }).unwrap()).await;
        setup::prepare("pulih", |database, user| cluster.url(database, user)).await.unwrap();
        let sink = Arc::new(Sink::start().await);
        let home = tempfile::tempdir().unwrap();
        let at = |port| SocketAddr::from(([127, 0, 0, 1], port));
        let (public, ops) = (at(free_port()), at(free_port()));
        let keys = home.path().join("keys");
        let mut environment: Vec<(String, String)> = [
            ("DATABASE_URL", cluster.url("pulih", setup::APP)),
            ("PULIH_SERVER__BASE_URL", ORIGIN.to_owned()),
            ("PULIH_SERVER__LISTEN", public.to_string()),
            ("PULIH_SERVER__OPS_LISTEN", ops.to_string()),
            ("PULIH_SERVER__WORKERS", "2".to_owned()),
            ("PULIH_SMTP__HOST", "127.0.0.1".to_owned()),
            ("PULIH_SMTP__PORT", sink.port().to_string()),
            ("PULIH_SMTP__TLS", "none".to_owned()),
            ("PULIH_SMTP__TIMEOUT_SECONDS", "5".to_owned()),
            ("PULIH_SMTP__FROM_ADDRESS", "no-reply@lpse.example".to_owned()),
            ("PULIH_HELPDESK__ADDRESS", "helpdesk@lpse.example".to_owned()),
            ("PULIH_KEYS__DIR", keys.display().to_string()),
            ("PULIH_CAPTCHA__MODE", "off".to_owned()),
            ("PULIH_LIMITS__MODE", "off".to_owned()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into();
        environment.extend(settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let made = Self { sink, public, ops, environment, process: None, home, cluster: Some(cluster) };
        let (code, _, told) = made.run(&["keys", "init"]);
        assert_eq!(code, 0, "{told}");
        made
    }

    /// An installation that serves, with so many people.
    pub async fn start(people: usize) -> Self {
        let mut made = Self::make(&[]).await;
        made.import(people);
        made.serve();
        made.ready(Duration::from_secs(30)).await;
        made
    }

    /// Runs another command of the program: exit code, stdout, stderr.
    pub fn run(&self, arguments: &[&str]) -> (i32, String, String) {
        let Output { status, stdout, stderr } = self.command(arguments).output().unwrap();
        let words = |bytes| String::from_utf8(bytes).unwrap();
        (status.code().unwrap(), words(stdout), words(stderr))
    }

    /// The same, not yet run.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pulih"));
        command.args(arguments).current_dir(self.home.path()).env_clear();
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }

    /// The variables that its commands see.
    #[allow(dead_code, reason = "the tests of the whole chain use it")]
    pub fn environment(&self) -> &[(String, String)] {
        &self.environment
    }

    /// Imports people 0, 1, 2 …, all with TOTP.
    pub fn import(&self, people: usize) {
        let file = self.people(people);
        let (code, _, told) = self.run(&["accounts", "import", file.to_str().unwrap()]);
        assert_eq!(code, 0, "{told}");
    }

    /// The file of these people.
    pub fn people(&self, people: usize) -> PathBuf {
        let header = pulih::model::account_csv::HEADER.join(",") + "\n";
        let line = |n| format!("{},penyedia,Orang {n},{},,,{SECRET},\n", user_id(n), email(n));
        let file = self.home.path().join("people.csv");
        fs::write(&file, header + &(0..people).map(line).collect::<String>()).unwrap();
        file
    }

    /// Starts the server.
    pub fn serve(&mut self) {
        let log = OpenOptions::new().create(true).append(true).open(self.log_file()).unwrap();
        let mut command = self.command(&["serve"]);
        self.process = Some(command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).spawn().unwrap());
    }

    /// Waits until it is ready; tells how long that took.
    pub async fn ready(&self, patience: Duration) -> Duration {
        let began = clock::instant();
        until(patience.as_secs(), "the server is ready", async || self.asks("/readyz").await == Some(200)).await;
        began.elapsed()
    }

    /// Status of an address of the second listener, where it answers.
    pub async fn asks(&self, path: &str) -> Option<u16> {
        let answer = reqwest::get(format!("http://{}{path}", self.ops)).await.ok()?;
        Some(answer.status().as_u16())
    }

    /// Kills the server, which hears nothing of it.
    pub fn kill(&mut self) {
        let mut process = self.process.take().unwrap();
        process.kill().unwrap();
        process.wait().unwrap();
    }

    /// Asks the server to end.
    pub fn terminate(&self) {
        kill_process(Pid::from_child(self.process.as_ref().unwrap()), Signal::TERM).unwrap();
    }

    /// Waits for its end.
    pub async fn ended(&mut self, patience: Duration) -> (ExitStatus, Duration) {
        let mut process = self.process.take().unwrap();
        let began = clock::instant();
        loop {
            if let Some(status) = process.try_wait().unwrap() {
                return (status, began.elapsed());
            }
            if began.elapsed() > patience {
                process.kill().unwrap();
                process.wait().unwrap();
                panic!("the server did not end within {patience:?}: {}", self.log());
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// KiB of memory the server holds.
    pub fn resident_kib(&self) -> u64 {
        let id = self.process.as_ref().unwrap().id();
        let status = fs::read_to_string(format!("/proc/{id}/status")).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    }

    /// Stops Postgres as a power cut would.
    pub async fn cut_postgres(&mut self) {
        let mut cluster = self.cluster.take().unwrap();
        let cut = move || {
            cluster.stop(Shutdown::Immediate);
            cluster
        };
        self.cluster = Some(blocking(cut).await);
    }

    /// Starts Postgres again.
    pub async fn resume_postgres(&mut self) {
        let mut cluster = self.cluster.take().unwrap();
        let resume = move || {
            cluster.resume().unwrap();
            cluster
        };
        self.cluster = Some(blocking(resume).await);
    }

    /// The address of the database for a role.
    pub fn url(&self, user: &str) -> String {
        self.cluster.as_ref().unwrap().url("pulih", user)
    }

    /// Runs SQL as superuser; rows as lists of texts.
    pub async fn sql(&self, statement: &str) -> Vec<Vec<Option<String>>> {
        query(&self.url("postgres"), statement).await
    }

    /// The first column of a query.
    pub async fn column(&self, query: &str) -> Vec<String> {
        self.sql(query).await.into_iter().map(|row| row.into_iter().next().flatten().unwrap_or_default()).collect()
    }

    /// The one value of a query.
    pub async fn value(&self, query: &str) -> String {
        self.column(query).await.into_iter().next().unwrap_or_default()
    }

    /// The end of what the server logged.
    pub fn log(&self) -> String {
        let log = fs::read_to_string(self.log_file()).unwrap_or_default();
        let dull = [r#""message":"answered""#, r#""kind":"away""#, r#""target":"actix_server"#];
        let lines: Vec<&str> = log.lines().filter(|line| !dull.iter().any(|words| line.contains(words))).collect();
        lines[lines.len().saturating_sub(20)..].join("\n")
    }

    /// Whether the server ever panicked.
    pub fn panicked(&self) -> bool {
        fs::read_to_string(self.log_file()).unwrap_or_default().contains(r#""target":"panic""#)
    }

    /// Id of the current link key.
    pub fn link_key(&self) -> String {
        let names = fs::read_dir(self.home.path().join("keys")).unwrap().map(|file| file.unwrap().file_name());
        let ids = names.filter_map(|name| Some(name.to_str()?.strip_prefix("link-")?.strip_suffix(".key")?.to_owned()));
        ids.max().unwrap()
    }

    fn log_file(&self) -> PathBuf {
        self.home.path().join("log")
    }
}

impl Drop for Installation {
    fn drop(&mut self) {
        if let Some(process) = &mut self.process {
            let _ = process.kill();
            let _ = process.wait();
        }
        if std::thread::panicking() {
            eprintln!("the server's log ends with:\n{}", self.log());
        }
    }
}

/// User ID of a person.
pub fn user_id(person: usize) -> String {
    format!("ORANG{person:06}")
}

/// Address of a person.
pub fn email(person: usize) -> String {
    format!("orang{person:06}@people.example")
}

pub async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.unwrap()
}
