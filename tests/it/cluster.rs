//! A private cluster ends with the process that started it, however that ends, and its data is found again.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use pulih::base::clock;
use serde_json::Value;

use crate::support::house::free_port;

/// A running demo.
struct Demo {
    process: Child,
    /// Its one line of JSON.
    told: Value,
    rest: BufReader<std::process::ChildStdout>,
}

impl Demo {
    fn start(port: u16, data: Option<&Path>) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pulih"));
        command.args(["demo", "--json", "--accounts", "12", "--listen", &format!("127.0.0.1:{port}")]);
        command.args(data.map(|data| ["--data".as_ref(), data.as_os_str()]).into_iter().flatten());
        command.env_clear().env("PATH", "/usr/bin:/bin").env("PULIH_SERVER__OPS_LISTEN", "127.0.0.1:0");
        command.env("PULIH_CAPTCHA__MODE", "off").stdout(Stdio::piped()).stderr(Stdio::null());
        let mut process = command.spawn().unwrap();
        let mut rest = BufReader::new(process.stdout.take().unwrap());
        let mut line = String::new();
        rest.read_line(&mut line).unwrap();
        let told = serde_json::from_str(&line).unwrap_or_else(|e| panic!("no line of JSON ({e}): {line}"));
        Self { process, told, rest }
    }

    /// The server of its cluster.
    fn postmaster(&self) -> PathBuf {
        let ours = self.process.id().to_string();
        let parent = |process: &Path| {
            let status = std::fs::read_to_string(process.join("status")).unwrap_or_default();
            status.lines().find_map(|line| line.strip_prefix("PPid:").map(|id| id.trim().to_owned()))
        };
        let all = std::fs::read_dir("/proc").unwrap().map(|entry| entry.unwrap().path());
        let mut children = all.filter(|process| parent(process).as_deref() == Some(ours.as_str()));
        children.next().expect("a demo has a cluster")
    }

    fn kill(mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A folder that the server's own user can enter.
fn folder() -> tempfile::TempDir {
    tempfile::Builder::new().permissions(std::os::unix::fs::PermissionsExt::from_mode(0o755)).tempdir().unwrap()
}

/// Waits until a process is gone; one that has ended works nowhere any more.
fn gone(process: &Path) {
    let until = clock::instant() + Duration::from_secs(20);
    while process.join("cwd").read_link().is_ok() {
        assert!(clock::instant() < until, "the server outlived its parent");
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn the_demo_tells_in_one_line_what_there_is_to_try() {
    let mut demo = Demo::start(free_port(), None);
    let told = &demo.told;
    assert_eq!(told["ready"], true);
    assert!(told["url"].as_str().unwrap().starts_with("http://127.0.0.1:"), "{told}");
    assert_eq!(told["accounts"].as_array().unwrap().len(), 5);
    for account in told["accounts"].as_array().unwrap() {
        for field in ["user_id", "email", "user_type", "name", "password", "totp_secret"] {
            assert!(account[field].as_str().is_some_and(|value| !value.is_empty()), "{field}: {account}");
        }
    }
    assert!(told["staff"].is_array(), "{told}");
    assert_eq!(told["operator"], Value::Null, "its keys are nowhere but in its memory");
    demo.process.kill().unwrap();
    let mut more = String::new();
    std::io::Read::read_to_string(&mut demo.rest, &mut more).unwrap();
    assert_eq!(more, "", "one line and no more");
}

#[test]
fn a_killed_demo_takes_its_cluster_along_and_leaves_no_folder() {
    let demo = Demo::start(free_port(), None);
    let server = demo.postmaster();
    let home = server.join("cwd").read_link().unwrap().parent().unwrap().to_owned();
    assert!(home.join("data").is_dir());
    demo.kill();
    gone(&server);
    // what a killed one left is cleared away by the next
    let next = Demo::start(free_port(), None);
    assert!(!home.exists(), "{} is still there", home.display());
    next.kill();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kept_data_is_used_again_right_after_a_kill() {
    let kept = folder();
    let data = kept.path().to_owned();
    let port = free_port();
    let start = async || {
        let data = data.clone();
        tokio::task::spawn_blocking(move || Demo::start(port, Some(&data))).await.unwrap()
    };
    let first = start().await;
    let mut rina = crate::support::browser::Browser::new(first.told["url"].as_str().unwrap());
    let account = first.told["accounts"][0].clone();
    let field = |name: &str| account[name].as_str().unwrap().to_owned();
    let page = rina.kirim(&field("user_id"), &field("email"), &field("user_type")).await;
    assert_eq!(page.heading(), "Berhasil Kirim Reset TOTP");
    let asked = page.path.clone();
    first.kill();

    let second = start().await;
    assert_eq!(second.told["accounts"][0], account, "the same people");
    // the browser is still known, and what it asked is still there
    let page = rina.open(&asked).await;
    assert_eq!((page.status.as_u16(), page.heading().as_str()), (200, "Berhasil Kirim Reset TOTP"));
    // what it prints lets the operator's commands find it
    let settings = second.told["operator"].as_str().unwrap();
    let verify = format!("{settings} {} audit verify --json", env!("CARGO_BIN_EXE_pulih"));
    let verified = Command::new("sh").args(["-c", &verify]).env_clear().output().unwrap();
    let said = String::from_utf8_lossy(&verified.stdout) + String::from_utf8_lossy(&verified.stderr);
    assert!(verified.status.success() && said.contains("\"ok\":true"), "{said}");
    second.kill();
    start().await.kill();
}
