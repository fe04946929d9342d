//! The house in a process of its own, so that its processor time and memory are told from the client's.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::Duration;

use pulih::app::App;
use pulih::base::clock::Clock;
use pulih::base::keyring::Keyring;
use pulih::config::{CaptchaMode, Config, LimitsMode, MailTls};
use pulih::server;
use pulih::web::House;
use pulih::web::routes::{ROUTES, api};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use crate::ground::Ground;
use crate::p4_pages::{self, Asked};
use crate::visitor::ORIGIN;

/// Linux tells processor time in hundredths of a second, whatever the machine (`USER_HZ`).
const TICKS_PER_SECOND: u64 = 100;

/// The argument that makes this program a house.
pub const FLAG: &str = "--house";

/// What house it is to be.
#[derive(Debug, Serialize, Deserialize)]
pub struct Plan {
    /// URL of its database.
    pub database: String,
    /// Folder of its keys.
    pub keys: PathBuf,
    /// Connections at most.
    pub pool: usize,
    /// Whether workers run.
    pub workers: bool,
    /// Hashes at most for the proof of work; 0 asks for none.
    pub work: u32,
    /// Whether limits are counted, though set so high that nothing here meets them.
    pub limits: bool,
    /// Port of its relay.
    pub relay: u16,
    /// Requests whose answers a bare handler beside the house gives as well.
    pub bare: Vec<Asked>,
}

/// Where it is.
#[derive(Debug, Serialize, Deserialize)]
struct Ready {
    public: SocketAddr,
    bare: Option<SocketAddr>,
}

/// A house in another process; it ends when this is dropped.
pub struct HouseProcess {
    child: Child,
    // it lives as long as this is open
    _life: Option<ChildStdin>,
    /// Where people reach it.
    pub public: SocketAddr,
    /// Where the bare handler is.
    pub bare: Option<SocketAddr>,
}

impl Plan {
    /// A house on that ground: no workers, no proof of work, limits off.
    pub fn on(ground: &Ground, pool: usize) -> Self {
        Self {
            database: ground.url(),
            keys: ground.keys_folder(),
            pool,
            workers: false,
            work: 0,
            limits: false,
            relay: 9,
            bare: Vec::new(),
        }
    }

    fn config(&self) -> Config {
        let mut config = Config::default();
        let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        (config.server.listen, config.server.ops_listen) = (any, any);
        ORIGIN.clone_into(&mut config.server.base_url);
        config.database.url = SecretString::from(self.database.clone());
        config.database.pool = self.pool;
        config.captcha.mode = if self.work == 0 { CaptchaMode::Off } else { CaptchaMode::Pow };
        config.captcha.work = self.work;
        config.limits.mode = if self.limits { LimitsMode::On } else { LimitsMode::Off };
        (config.limits.network_per_10_min, config.limits.wall_per_second) = (u32::MAX, 10_000_000);
        config.limits.key_per_second = 10_000_000;
        config.smtp.host = Ipv4Addr::LOCALHOST.to_string();
        config.smtp.port = self.relay;
        config.smtp.tls = MailTls::None;
        "no-reply@lpse.example".clone_into(&mut config.smtp.from_address);
        "helpdesk@lpse.example".clone_into(&mut config.helpdesk.address);
        config
    }
}

/// Is the house that the plan (JSON) describes, until standard input ends.
pub fn run(plan: &str) {
    let plan: Plan = serde_json::from_str(plan).expect("a plan");
    let _ = rustls::crypto::ring::default_provider().install_default();
    // the log is written as an installation writes it
    tracing_subscriber::fmt().json().flatten_event(true).with_writer(std::io::stderr).init();
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let keys = Keyring::load(&plan.keys).expect("key files");
        let app = App::new(plan.config(), keys, Clock::system()).expect("a house");
        let running = if plan.workers {
            server::run(&app, None)
        } else {
            let ready = server::ready(&app).expect("a check");
            server::start(House::new(app.clone(), None).expect("a web floor"), &[ROUTES, api::ROWS], ready)
        };
        let running = running.expect("a running house");
        let public = running.public;
        let bare = if plan.bare.is_empty() { None } else { Some(p4_pages::bare(&app, public, plan.bare).await) };
        println!("{}", serde_json::to_string(&Ready { public, bare }).expect("JSON"));
        let stop = running.stop.clone();
        tokio::task::spawn_blocking(move || {
            let _ = std::io::stdin().read_to_end(&mut Vec::new());
            stop.cancel();
        });
        running.ended().await;
        std::process::exit(0);
    });
}

impl HouseProcess {
    /// Starts it and waits until it listens. Its log is a file on that ground.
    pub fn start(ground: &Ground, plan: &Plan) -> Self {
        let log = File::create(ground.folder().join("house.log")).expect("a file for the log");
        let mut child = Command::new(std::env::current_exe().expect("this program"))
            .arg(FLAG)
            .arg(serde_json::to_string(plan).expect("JSON"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .expect("the house's process");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("its output")).read_line(&mut line).expect("its address");
        let Ok(Ready { public, bare }) = serde_json::from_str(&line) else {
            let said = std::fs::read_to_string(ground.folder().join("house.log")).unwrap_or_default();
            panic!("the house did not start: {line}{said}");
        };
        let life = child.stdin.take();
        Self { child, _life: life, public, bare }
    }

    /// Processor time it has used so far.
    pub fn cpu(&self) -> Duration {
        cpu(self.child.id())
    }

    /// A line of what the kernel says of its memory, in MiB.
    pub fn memory(&self, field: &str) -> f64 {
        memory(self.child.id(), field)
    }
}

impl Drop for HouseProcess {
    fn drop(&mut self) {
        drop(self._life.take());
        let _ = self.child.wait();
    }
}

/// Processor time that a process has used so far, in user and system mode.
pub fn cpu(pid: u32) -> Duration {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).expect("the process");
    // the name of the program, in brackets, may hold blanks
    let fields: Vec<&str> = stat.rsplit_once(')').map_or("", |(_, rest)| rest).split_whitespace().collect();
    let ticks: u64 = fields[11..13].iter().map(|n| n.parse::<u64>().expect("ticks")).sum();
    Duration::from_millis(ticks * 1000 / TICKS_PER_SECOND)
}

/// Memory of a process from `/proc/<pid>/status`, in MiB: `VmRSS` now, `VmHWM` at most.
pub fn memory(pid: u32, field: &str) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("the process");
    let line = status.lines().find_map(|l| l.strip_prefix(field)?.strip_prefix(':')).expect("a field");
    line.trim().trim_end_matches(" kB").parse::<f64>().expect("a number") / 1024.0
}
