//! Somebody elsewhere follows the log: their copy grows, survives a kill, and catches a log that changes its story.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use pulih::audit::copy::Why;
use pulih::audit::folder::Folder;
use pulih::audit::follow::{Follower, NoFollower};
use pulih::audit::prove;
use pulih::audit::remote::Remote;
use pulih::audit::source::{Files as _, Source};
use pulih::audit::verify::{self, Options, Progress};
use pulih::base::keyring::Key;
use pulih::base::note::{Signer, Verifier};
use secrecy::SecretString;

use super::ear::Ear;
use super::kit::{ASLEEP, exported, seal_anew, sealed, verified, written};
use crate::support::house::{TestApp, until};

const TOKEN: &str = "pulih_log_canary";

/// A log that is served out of folders: whichever is named now.
struct Served {
    url: String,
    folder: Arc<Mutex<PathBuf>>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Served {
    fn start(folder: &Path) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let folder = Arc::new(Mutex::new(folder.to_owned()));
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (served, seen) = (Arc::clone(&folder), Arc::clone(&asked));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let folder = served.lock().unwrap().clone();
                // whoever asks may be gone before the answer
                let _ = answer(stream, &folder, &seen);
            }
        });
        Self { url, folder, asked }
    }

    fn show(&self, folder: &Path) {
        folder.clone_into(&mut self.folder.lock().unwrap());
    }

    fn remote(&self) -> Remote {
        Remote::new(&self.url, Some(SecretString::from(TOKEN.to_owned())), None).unwrap()
    }

    fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.asked.lock().unwrap())
    }
}

fn answer(mut stream: TcpStream, folder: &Path, asked: &Mutex<Vec<String>>) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    let first = lines.next().unwrap_or_else(|| Ok(String::new()))?;
    let headers: Vec<String> = lines.map_while(|line| line.ok().filter(|line| !line.is_empty())).collect();
    let bearer = format!("bearer {TOKEN}");
    let known = headers.iter().any(|h| h.to_lowercase().strip_prefix("authorization: ").is_some_and(|h| h == bearer));
    let path = first.split(' ').nth(1).and_then(|path| path.strip_prefix("/log/")).unwrap_or("-").to_owned();
    let body = fs::read(folder.join(&path)).ok();
    asked.lock().unwrap().push(path);
    let (status, body) = match (known, body) {
        (false, _) => ("401 Unauthorized", Vec::new()),
        (true, None) => ("404 Not Found", Vec::new()),
        (true, Some(body)) => ("200 OK", body),
    };
    write!(stream, "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len())?;
    stream.write_all(&body)
}

/// A folder's name under a home, made.
fn under(home: &tempfile::TempDir, name: &str) -> PathBuf {
    let path = home.path().join(name);
    fs::create_dir_all(&path).unwrap();
    path
}

fn keys(app: &TestApp) -> Vec<Verifier> {
    prove::verifiers(&app.app).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_follower_fetches_what_is_new_and_keeps_a_copy_that_is_right() {
    let app = sealed(&[300]).await;
    let home = tempfile::tempdir().unwrap();
    let (shown, own) = (under(&home, "shown"), home.path().join("own"));
    let house = Folder::at(shown.clone());
    exported(&app, &house).await;
    let served = Served::start(&shown);
    let follower = Follower::new(Folder::at(own.clone()), served.remote(), keys(&app)).unwrap();
    let look = async || follower.look(app.app.clock().now(), &Progress::default()).await.unwrap().unwrap();
    assert_eq!((look().await.added, look().await.added), (300, 0));
    served.asked();
    for count in [1, 500] {
        written(&app, count).await;
        app.seal().await;
        exported(&app, &house).await;
        assert_eq!(look().await.added, count as u64);
    }
    let asked = served.asked();
    assert!(!asked.iter().any(|path| path == "tile/entries/000"), "what it has is not fetched again: {asked:?}");
    let copy = Folder::at(own.clone());
    let options = Options { trusted: keys(&app), against: vec![], lanes: None };
    let report = verify::run(&Source::Files(Arc::new(copy.clone())), &options, &Progress::default()).await.unwrap();
    assert!(report.is_right() && report.size == 801 && report.checkpoints == 3, "{:?}", report.findings);
    // the log at the server itself, and the database against the follower's copy
    let remote = Source::Files(Arc::new(served.remote()));
    let report = verify::run(&remote, &options, &Progress::default()).await.unwrap();
    assert!(report.is_right() && report.size == 801, "{:?}", report.findings);
    let report = verified(&app, vec![verify::Outside::Folder(own.clone())]).await;
    assert!(report.is_right() && report.outside == 3, "{:?}", report.findings);
    // the key is kept: the next time it need not be given, and another one is refused
    assert!(Follower::new(copy.clone(), served.remote(), vec![]).is_ok());
    let other = Signer::new("other/log", &Key::new([1; 32])).unwrap().verifier();
    assert!(matches!(Follower::new(copy, served.remote(), vec![other]), Err(NoFollower::OtherKey(_))));
    let nowhere = Folder::at(home.path().join("new"));
    assert!(matches!(Follower::new(nowhere, served.remote(), vec![]), Err(NoFollower::NoKey)));
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_follower_that_was_killed_midway_goes_on() {
    let app = sealed(&[300]).await;
    let home = tempfile::tempdir().unwrap();
    let (shown, own) = (under(&home, "shown"), home.path().join("own"));
    let house = Folder::at(shown.clone());
    exported(&app, &house).await;
    let served = Served::start(&shown);
    let follower = Follower::new(Folder::at(own.clone()), served.remote(), keys(&app)).unwrap();
    follower.look(app.app.clock().now(), &Progress::default()).await.unwrap().unwrap();
    written(&app, 700).await;
    app.seal().await;
    exported(&app, &house).await;
    // the server is cut off in the middle, which leaves what a kill leaves: tiles without a checkpoint, and torn files
    let missing = shown.join("tile/entries/002");
    let aside = home.path().join("aside");
    fs::rename(&missing, &aside).unwrap();
    let no = follower.look(app.app.clock().now(), &Progress::default()).await.unwrap().unwrap_err();
    assert_eq!(no.why, Why::Entry(512));
    assert!(own.join("tile/0/001").exists(), "it was in the middle");
    fs::write(own.join("tile/0/002.part"), "torn").unwrap();
    fs::write(own.join("tile/entries/002"), "torn").unwrap();
    let mut checkpoints = fs::OpenOptions::new().append(true).open(own.join("checkpoints")).unwrap();
    checkpoints.write_all(b"{\"size\":1000,\"note\":\"pul").unwrap();
    fs::rename(&aside, &missing).unwrap();
    let copied = follower.look(app.app.clock().now(), &Progress::default()).await.unwrap().unwrap();
    assert_eq!((copied.size, copied.added), (1_000, 700));
    let options = Options { trusted: keys(&app), against: vec![], lanes: None };
    let source = Source::Files(Arc::new(Folder::at(own)));
    let report = verify::run(&source, &options, &Progress::default()).await.unwrap();
    assert!(report.is_right() && report.checkpoints == 2, "{:?}", report.findings);
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_that_changes_its_story_is_caught_with_both_checkpoints_as_evidence() {
    let app = sealed(&[300]).await;
    let home = tempfile::tempdir().unwrap();
    let (early, late, forked) = (under(&home, "early"), under(&home, "late"), under(&home, "forked"));
    exported(&app, &Folder::at(early.clone())).await;
    written(&app, 100).await;
    app.seal().await;
    exported(&app, &Folder::at(late.clone())).await;
    // everything after leaf 300 is told anew, with the server's own key
    app.sql(&format!(
        "{ASLEEP} delete from event e using leaf l where l.event_id = e.id and l.index >= 300;
        delete from leaf where index >= 300; delete from checkpoint where size > 300"
    ))
    .await;
    written(&app, 100).await;
    seal_anew(&app).await;
    let fork = Folder::at(forked.clone());
    exported(&app, &fork).await;
    assert!(verified(&app, vec![]).await.is_right(), "nothing shows it from within");

    let served = Served::start(&late);
    let own = home.path().join("own");
    let follower = Follower::new(Folder::at(own.clone()), served.remote(), keys(&app)).unwrap();
    let look = async || follower.look(app.app.clock().now(), &Progress::default()).await.unwrap();
    assert_eq!(look().await.unwrap().size, 400);
    served.show(&forked);
    assert_eq!(look().await.unwrap_err().why, Why::Forked(400));
    served.show(&early);
    assert_eq!(look().await.unwrap_err().why, Why::Rewound(300, 400));
    written(&app, 30).await;
    seal_anew(&app).await;
    exported(&app, &fork).await;
    served.show(&forked);
    // its open bundle has another event already
    assert_eq!(look().await.unwrap_err().why, Why::Entry(300));
    look().await.unwrap_err();
    let evidence: Vec<_> = fs::read_dir(own.join("evidence")).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(evidence.len(), 3 * 3 + 1, "each contradiction is kept once: {evidence:?}");
    let newest = fs::read_to_string(own.join("evidence/newest")).unwrap();
    assert_eq!(newest, fs::read_to_string(forked.join("checkpoint")).unwrap());
    // the copy is still the one it was
    served.show(&late);
    assert_eq!(look().await.unwrap().added, 0);
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_refuses_or_is_away_is_no_contradiction() {
    let app = sealed(&[3]).await;
    let home = tempfile::tempdir().unwrap();
    let shown = under(&home, "shown");
    exported(&app, &Folder::at(shown.clone())).await;
    let served = Served::start(&shown);
    let stranger = Remote::new(&served.url, Some(SecretString::from("other".to_owned())), None).unwrap();
    let follower = Follower::new(Folder::at(home.path().join("own")), stranger, keys(&app)).unwrap();
    let fault = follower.look(app.app.clock().now(), &Progress::default()).await.unwrap_err();
    assert!(fault.to_string().contains("refuses the key"), "{fault}");
    let gone = Remote::new("http://127.0.0.1:1", None, None).unwrap();
    let follower = Follower::new(Folder::at(home.path().join("own")), gone, keys(&app)).unwrap();
    let fault = follower.look(app.app.clock().now(), &Progress::default()).await.unwrap_err();
    assert_eq!(fault.kind(), pulih::base::fault::FaultKind::Away);
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_is_read_by_tls_and_as_slowly_as_it_wants() {
    let (ear, ca) = Ear::https().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ca.pem");
    fs::write(&file, ca).unwrap();
    let remote = |ca: Option<&Path>| {
        let url = format!("https://127.0.0.1:{}", ear.port());
        Remote::new(&url, Some(SecretString::from(TOKEN.to_owned())), ca).unwrap()
    };
    ear.answer(429);
    let patient = remote(Some(&file));
    let reading = tokio::task::spawn_blocking(move || patient.bytes("checkpoint"));
    until(20, "it is asked more often than a server that fails", async || ear.heard().len() > 5).await;
    ear.answer(200);
    assert_eq!(reading.await.unwrap().unwrap(), Some(Vec::new()));
    let heard = ear.heard();
    assert!(heard[0].starts_with("GET /log/checkpoint ") && heard[0].contains(TOKEN), "{}", heard[0]);
    // whoever nobody vouches for learns no key
    let stranger = remote(None);
    tokio::task::spawn_blocking(move || stranger.bytes("checkpoint")).await.unwrap().unwrap_err();
    assert_eq!(ear.heard().len(), heard.len());
    fs::write(&file, "no certificate").unwrap();
    assert!(Remote::new("https://127.0.0.1", None, Some(&file)).unwrap_err().contains("no certificate"));
}
