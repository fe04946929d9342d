//! A private cluster ends with the process that started it, and its data is found again.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use pulih::base::clock;
use pulih::base::cluster::{Cluster, Options};

/// A second process that runs a cluster until it is killed.
struct Holder {
    process: Child,
    socket: PathBuf,
}

fn hold(data: &str) -> Holder {
    let mut process = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "cluster::held_for_the_tests_below", "--ignored", "--nocapture"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    writeln!(process.stdin.as_mut().unwrap(), "{data}").unwrap();
    let mut lines = BufReader::new(process.stdout.take().unwrap()).lines().map(Result::unwrap);
    let socket = lines.find_map(|line| line.strip_prefix("socket ").map(PathBuf::from)).unwrap();
    Holder { process, socket }
}

#[test]
#[ignore = "run by the other tests here, in a process of its own"]
fn held_for_the_tests_below() {
    let mut lines = std::io::stdin().lines();
    let Some(Ok(data)) = lines.next() else { return };
    let data = (!data.is_empty()).then(|| PathBuf::from(data));
    let cluster = Cluster::start(Options { data, ..Options::default() }).unwrap();
    println!("\nsocket {}", cluster.socket_folder().display());
    // until the pipe closes or we are killed
    assert!(lines.next().is_none());
}

fn postmaster(socket: &Path) -> String {
    let file = std::fs::read_to_string(socket.join("data/postmaster.pid")).unwrap();
    format!("/proc/{}", file.lines().next().unwrap())
}

#[test]
fn a_cluster_ends_with_a_killed_parent_and_its_folder_is_swept() {
    let mut holder = hold("");
    let server = postmaster(&holder.socket);
    assert!(Path::new(&server).exists());
    holder.process.kill().unwrap();
    holder.process.wait().unwrap();
    let until = clock::instant() + Duration::from_secs(10);
    while Path::new(&server).join("cwd").read_link().is_ok() {
        assert!(clock::instant() < until, "the server outlived its parent");
        std::thread::sleep(Duration::from_millis(10));
    }
    drop(Cluster::start(Options::default()).unwrap());
    assert!(!holder.socket.exists(), "the next cluster clears away what a killed one left");
}

#[test]
fn kept_data_is_used_again_right_after_a_kill() {
    let dir =
        tempfile::Builder::new().permissions(std::os::unix::fs::PermissionsExt::from_mode(0o755)).tempdir().unwrap();
    for _ in 0..3 {
        let mut holder = hold(dir.path().to_str().unwrap());
        holder.process.kill().unwrap();
        holder.process.wait().unwrap();
    }
    let kept = Options { data: Some(dir.path().to_owned()), ..Options::default() };
    Cluster::start(kept).unwrap();
}
