//! Copies of checkpoints outside: each place at its own pace, and a log that went back is found by them.

use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::TimeDelta;
use pulih::app::App;
use pulih::audit::prove;
use pulih::audit::seal::Sealer;
use pulih::base::checkpoint::Checkpoint;
use pulih::base::clock::{self, Clock};
use pulih::base::keyring::Keyring;
use pulih::store::log::copy::{self, Place};
use pulih::workers::copier::Copier;
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use super::ear::Ear;
use super::seal::events;
use crate::support::house::{TestApp, free_port, until};

/// Checkpoints in a file, as an auditor reads them.
fn lines(app: &App, file: &Path) -> Vec<Checkpoint> {
    let trusted = prove::verifiers(app).unwrap();
    let read = |line: &str| {
        let line: Value = serde_json::from_str(line).unwrap();
        let checkpoint = Checkpoint::open(line["note"].as_str().unwrap(), &trusted).unwrap();
        assert_eq!(line["size"].as_u64(), Some(checkpoint.size));
        assert!(line["at"].as_str().unwrap().ends_with('Z'));
        checkpoint
    };
    std::fs::read_to_string(file).unwrap_or_default().lines().map(read).collect()
}

async fn places(app: &TestApp) -> Vec<Place> {
    copy::places(&mut app.app.read().await.unwrap()).await.unwrap()
}

async fn grow(app: &TestApp, by: usize) {
    events(app, by).await;
    app.seal().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_place_gets_the_newest_checkpoint_at_its_time() {
    let folder = tempfile::tempdir().unwrap();
    let (file, ear, sink) = (folder.path().join("checkpoints"), Ear::syslog().await, Ear::http().await);
    let (port, http) = (ear.port(), sink.port());
    let app = TestApp::with(|plan| {
        let audit = &mut plan.config.audit;
        audit.copy_file = Some(file.clone());
        audit.copy_syslog = Some(format!("tcp://127.0.0.1:{port}"));
        audit.copy_http = Some(format!("http://127.0.0.1:{http}/keep?who=us"));
        audit.copy_http_token = Some("s3cret".into());
    })
    .await;
    let copier = Copier::new(&app.app);
    copier.step(&app.app).await.unwrap();
    assert!(
        lines(&app.app, &file).is_empty() && ear.heard().is_empty() && sink.heard().is_empty(),
        "nothing is sealed"
    );
    grow(&app, 3).await;
    // a new process does not wait for its time
    let copier = Copier::new(&app.app);
    copier.step(&app.app).await.unwrap();
    let copied = lines(&app.app, &file);
    assert_eq!(copied.len(), 1);
    let said: Value = serde_json::from_str(&ear.texts()[0]).unwrap();
    assert_eq!(said["size"].as_u64(), Some(copied[0].size));
    assert!(ear.heard()[0].starts_with("<110>1 ") && ear.heard()[0].contains(" pulih - checkpoint - {"));
    let posted = sink.heard().remove(0);
    assert!(posted.starts_with("POST /keep?who=us HTTP/1.1\r\n"), "{posted}");
    assert!(posted.to_lowercase().contains("content-type: text/plain"), "{posted}");
    assert!(posted.contains("Bearer s3cret"), "{posted}");
    let note = posted.split_once("\r\n\r\n").unwrap().1;
    assert_eq!(Checkpoint::open(note, &prove::verifiers(&app.app).unwrap()).unwrap(), copied[0]);
    let there = places(&app).await;
    assert_eq!(there.iter().map(|place| place.kind.as_str()).collect::<Vec<_>>(), ["file", "http", "syslog"]);
    assert!(there.iter().all(|place| place.error.is_none() && place.at.is_some()), "{there:?}");
    assert!(there.iter().all(|place| !place.place.contains("who=us") && place.size == 3), "{there:?}");
    // before its time, and with nothing new, nobody is bothered
    grow(&app, 3).await;
    copier.step(&app.app).await.unwrap();
    assert_eq!((lines(&app.app, &file).len(), ear.heard().len(), sink.heard().len()), (1, 1, 1));
    app.advance(TimeDelta::minutes(5)).await;
    copier.step(&app.app).await.unwrap();
    app.advance(TimeDelta::minutes(5)).await;
    copier.step(&app.app).await.unwrap();
    Copier::new(&app.app).step(&app.app).await.unwrap();
    assert_eq!((lines(&app.app, &file).len(), ear.heard().len(), sink.heard().len()), (2, 2, 2));
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_place_that_hangs_holds_nobody_up() {
    let folder = tempfile::tempdir().unwrap();
    let (file, ear) = (folder.path().join("checkpoints"), Ear::syslog().await);
    let (port, http) = (ear.port(), free_port());
    ear.hold(true);
    let app = TestApp::with(|plan| {
        let audit = &mut plan.config.audit;
        audit.copy_file = Some(file.clone());
        audit.copy_syslog = Some(format!("tcp://127.0.0.1:{port}"));
        audit.copy_http = Some(format!("http://127.0.0.1:{http}/"));
    })
    .await;
    grow(&app, 1).await;
    let (copier, end) = (Copier::new(&app.app), CancellationToken::new());
    let watched = async {
        until(10, "the syslog server heard it", async || ear.heard().len() == 1).await;
        until(10, "the file has it", async || lines(&app.app, &file).len() == 1).await;
        until(10, "that nobody answers by HTTP is known", async || {
            places(&app).await.iter().any(|place| place.kind == "http" && place.error.is_some())
        })
        .await;
        grow(&app, 1).await;
        app.advance(TimeDelta::minutes(6)).await;
        until(10, "the file has the next one", async || lines(&app.app, &file).len() == 2).await;
        assert!(places(&app).await.iter().any(|place| place.kind == "syslog" && place.at.is_none()));
        end.cancel();
        clock::instant()
    };
    let (ended, cancelled) = tokio::join!(
        async {
            copier.run(&app.app, end.clone()).await;
            clock::instant()
        },
        watched
    );
    assert!(ended - cancelled < Duration::from_secs(2), "the end waits for nobody");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_not_taken_is_sent_again_later_and_later() {
    let sink = Ear::http().await;
    let port = sink.port();
    let app = TestApp::with(|plan| plan.config.audit.copy_http = Some(format!("http://127.0.0.1:{port}/keep"))).await;
    grow(&app, 1).await;
    let copier = Copier::new(&app.app);
    let round = async |after: i64| {
        app.advance(TimeDelta::seconds(after)).await;
        copier.step(&app.app).await.unwrap();
        sink.heard().len()
    };
    sink.answer(500);
    assert_eq!(round(0).await, 1);
    assert_eq!(round(0).await, 1, "not at once");
    assert_eq!(round(2).await, 2);
    sink.answer(307);
    assert_eq!(round(1).await, 2, "the pause has grown");
    assert_eq!(round(4).await, 3, "no redirect is followed");
    let there = places(&app).await.remove(0);
    assert!(there.failures == 3 && there.error.as_deref().is_some_and(|words| words.contains("307")), "{there:?}");
    sink.answer(200);
    assert_eq!(round(60).await, 4);
    assert_eq!(round(60).await, 4);
    let there = places(&app).await.remove(0);
    assert!(there.failures == 0 && there.error.is_none() && there.size == 1, "{there:?}");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_servers_send_one_copy() {
    let ear = Ear::syslog().await;
    let port = ear.port();
    let app = TestApp::with(|plan| plan.config.audit.copy_syslog = Some(format!("tcp://127.0.0.1:{port}"))).await;
    grow(&app, 1).await;
    let copiers: Vec<Copier> = (0..4).map(|_| Copier::new(&app.app)).collect();
    for round in 1..=3 {
        futures_util::future::join_all(copiers.iter().map(|copier| copier.step(&app.app))).await;
        assert_eq!(ear.heard().len(), round);
        grow(&app, 1).await;
        app.advance(TimeDelta::minutes(6)).await;
    }
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tls_is_believed_only_where_somebody_vouches_for_it() {
    let folder = tempfile::tempdir().unwrap();
    let ((ear, ca), (_, other)) = (Ear::guarded().await, Ear::guarded().await);
    let (right, wrong) = (folder.path().join("ca.pem"), folder.path().join("other.pem"));
    std::fs::write(&right, ca).unwrap();
    std::fs::write(&wrong, other).unwrap();
    for (file, taken) in [(Some(wrong), false), (None, false), (Some(right), true)] {
        let port = ear.port();
        let app = TestApp::with(|plan| {
            plan.config.audit.copy_syslog = Some(format!("tls://127.0.0.1:{port}"));
            plan.config.audit.ca = file;
        })
        .await;
        grow(&app, 1).await;
        Copier::new(&app.app).step(&app.app).await.unwrap();
        assert_eq!(ear.heard().len(), usize::from(taken));
        let there = places(&app).await.remove(0);
        assert_eq!(there.error.is_none(), taken, "{there:?}");
        app.end().await;
    }
}

/// Cuts the log off after so many leaves, as an older backup would.
async fn rewind(app: &TestApp, to: usize) {
    for table in ["leaf", "tile", "checkpoint"] {
        app.sql(&format!("alter table {table} disable trigger all")).await;
    }
    app.sql(&format!(
        "delete from leaf where index >= {to}; delete from tile where (index + 1) * 256 > {to};
         delete from checkpoint where size > {to}; delete from seal_queue"
    ))
    .await;
    for table in ["leaf", "tile", "checkpoint"] {
        app.sql(&format!("alter table {table} enable trigger all")).await;
    }
}

/// A house that keeps its file of copies, and the folder of its keys.
async fn keeping(file: &Path) -> (TestApp, PathBuf) {
    let keys = file.with_file_name("keys");
    Keyring::init(&keys, Clock::system().now().date_naive()).unwrap();
    let app = TestApp::with(|plan| {
        plan.config.audit.copy_file = Some(file.to_owned());
        plan.keys = Some(Keyring::load(&keys).unwrap());
    })
    .await;
    (app, keys)
}

/// Another server of that house, which has no such file.
fn without_file(app: &TestApp, keys: &Path) -> App {
    let mut config = app.app.config().clone();
    config.audit.copy_file = None;
    App::new(config, Keyring::load(keys).unwrap(), app.app.clock().clone()).unwrap()
}

/// What a server says that starts now and seals.
async fn sealing(app: &App, house: &TestApp) -> Result<(), String> {
    let sealer = Sealer::default();
    for _ in 0..500 {
        match sealer.step(app).await {
            Err(fault) => return Err(fault.to_string()),
            Ok(Some(_)) => return Ok(()),
            Ok(None) => {}
        }
        assert_ne!(house.value("select count(*) from seal_queue").await, "0", "something waits");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("events were not sealed within ten seconds");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_that_was_rewound_is_sealed_no_further_until_somebody_decides() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("checkpoints");
    let (app, keys) = keeping(&file).await;
    grow(&app, 300).await;
    grow(&app, 50).await;
    Copier::new(&app.app).step(&app.app).await.unwrap();
    assert_eq!(lines(&app.app, &file)[0].size, 350);
    let kept = std::fs::read(&file).unwrap();
    rewind(&app, 300).await;
    events(&app, 100).await;
    let told = sealing(&app.app, &app).await.unwrap_err();
    assert!(told.contains("350 leaves") && told.contains("has 300") && told.contains("rewound"), "{told}");
    // the place says so too, so that servers without the file hear of it
    let copier = Copier::new(&app.app);
    copier.step(&app.app).await.unwrap();
    let there = places(&app).await.remove(0);
    assert!(there.contradiction.as_deref().is_some_and(|words| words.contains("rewound")), "{there:?}");
    let other = without_file(&app, &keys);
    assert!(sealing(&other, &app).await.unwrap_err().contains("rewound"));
    // nothing was signed and nothing was written over
    assert_eq!(app.value("select max(size) from checkpoint").await, "300");
    assert_eq!(std::fs::read(&file).unwrap(), kept);
    // the operator goes on consciously
    std::fs::rename(&file, folder.path().join("checkpoints.before-restore")).unwrap();
    app.advance(TimeDelta::minutes(1)).await;
    copier.step(&app.app).await.unwrap();
    sealing(&app.app, &app).await.unwrap();
    assert_eq!(lines(&app.app, &file)[0].size, 300);
    assert!(places(&app).await[0].contradiction.is_none());
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_that_was_written_anew_is_known_by_its_root() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("checkpoints");
    let (app, keys) = keeping(&file).await;
    grow(&app, 300).await;
    let copier = Copier::new(&app.app);
    copier.step(&app.app).await.unwrap();
    // the same house without its file: whoever holds the keys can sign anything
    rewind(&app, 0).await;
    events(&app, 400).await;
    let forger = without_file(&app, &keys);
    sealing(&forger, &app).await.unwrap();
    assert_eq!(app.value("select max(size) from checkpoint").await, "400");
    events(&app, 1).await;
    let told = sealing(&app.app, &app).await.unwrap_err();
    assert!(told.contains("300 leaves") && told.contains("rewritten"), "{told}");
    // a server that goes on running finds it with its next copy
    app.advance(TimeDelta::minutes(6)).await;
    copier.step(&app.app).await.unwrap();
    assert!(places(&app).await[0].contradiction.as_deref().is_some_and(|words| words.contains("rewritten")));
    assert_eq!(lines(&app.app, &file).len(), 1);
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_of_somebody_else_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("checkpoints");
    std::fs::write(&file, "shopping list\n").unwrap();
    let app = TestApp::with(|plan| plan.config.audit.copy_file = Some(file.clone())).await;
    grow(&app, 1).await;
    Copier::new(&app.app).step(&app.app).await.unwrap();
    let there = places(&app).await.remove(0);
    assert!(there.error.is_some() && there.contradiction.is_none(), "{there:?}");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "shopping list\n");
    events(&app, 1).await;
    sealing(&app.app, &app).await.unwrap();
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn auditors_get_the_newest_checkpoint_by_mail_once_a_day() {
    let app = TestApp::start().await;
    let copier = Copier::new(&app.app);
    grow(&app, 5).await;
    copier.step(&app.app).await.unwrap();
    assert_eq!(app.value("select count(*) from letter").await, "0", "nobody to tell");
    for (name, roles) in [("sari", ["auditor"]), ("tono", ["auditor"]), ("budi", ["admin"])] {
        app.staff(name, &roles).await;
    }
    app.sql("update staff set language = 'en' where username = 'tono'").await;
    for _ in 0..3 {
        copier.step(&app.app).await.unwrap();
        Copier::new(&app.app).step(&app.app).await.unwrap();
    }
    app.settle().await;
    assert_eq!(app.letters().len(), 2);
    let trusted = prove::verifiers(&app.app).unwrap();
    for (who, begins) in [("sari@lpse.example", "Checkpoint harian"), ("tono@lpse.example", "Daily checkpoint")] {
        let letter = app.letter_to(who);
        assert!(letter.subject.starts_with(begins), "{}", letter.subject);
        // copied as the letter says: from its first line to the line of the signature
        let text = letter.text.replace("\r\n", "\n");
        let origin = app.app.config().log_origin();
        let begin = text.find(&format!("\n{origin}\n")).expect("the note") + 1;
        let end = begin + text[begin..].find("\n\u{2014} ").unwrap() + 1;
        let end = end + text[end..].find('\n').unwrap() + 1;
        let checkpoint = Checkpoint::open(&text[begin..end], &trusted).unwrap();
        assert_eq!(checkpoint.size, 5);
        assert!(letter.html.contains(checkpoint.text().lines().nth(2).unwrap()));
    }
    let count = async || app.value("select count(*) from event where kind = 'log.mailed'").await;
    assert_eq!(count().await, "1");
    app.seal().await;
    app.advance(TimeDelta::days(1)).await;
    copier.step(&app.app).await.unwrap();
    app.settle().await;
    assert_eq!((app.letters().len(), count().await.as_str()), (4, "2"));
    app.end().await;
    // and not at all where that is not wanted
    let app = TestApp::with(|plan| plan.config.audit.copy_mail = false).await;
    app.staff("sari", &["auditor"]).await;
    grow(&app, 1).await;
    Copier::new(&app.app).step(&app.app).await.unwrap();
    assert_eq!(app.value("select count(*) from letter").await, "0");
    app.end().await;
}
