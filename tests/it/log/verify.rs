//! The verifier over its three sources, and the log against another implementation of it.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use ct_merkle::mem_backed_tree::MemoryBackedTree;
use pulih::audit::copy::{Why, extend};
use pulih::audit::folder::Folder;
use pulih::audit::prove;
use pulih::audit::source::{Files, Source};
use pulih::audit::verify::{self, Options, Outside, Progress, Report};
use pulih::base::checkpoint::Checkpoint;
use pulih::base::fault::Fault;
use pulih::base::keyring::Key;
use pulih::base::merkle;
use pulih::base::note::Signer;
use pulih::base::tile;
use pulih::store::log::read;
use sha2::Sha256;

use super::kit::{codes, exported, kept, says, sealed, verified, written};
use crate::support::dice::Dice;
use crate::support::house::TestApp;

/// Verifies a folder by the key that lies in it.
async fn of_folder(folder: &Folder, against: Vec<Outside>) -> Report {
    let options = Options { trusted: folder.keys().unwrap(), against, lanes: None };
    let source = Source::Files(Arc::new(folder.clone()));
    verify::run(&source, &options, &Progress::default()).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_empty_log_and_one_of_real_actions_are_right() {
    let app = TestApp::start().await;
    let report = verified(&app, vec![]).await;
    assert!(report.is_right() && report.size == 0 && report.root == merkle::empty(), "{:?}", report.findings);
    app.people().await;
    app.officer("sari", &["auditor"]).await;
    app.seal().await;
    let progress = Progress::default();
    let options = Options { trusted: prove::verifiers(&app.app).unwrap(), against: vec![], lanes: None };
    let report = verify::run(&Source::Database(app.app.clone()), &options, &progress).await.unwrap();
    assert!(report.is_right() && report.size > 0, "{:?}", report.findings);
    assert_eq!(progress.so_far(), (report.size, report.size));
    assert_eq!(report.origin, app.app.config().log_origin());
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_grows_by_what_is_new_and_is_verified_without_a_database() {
    let app = sealed(&[300]).await;
    let home = tempfile::tempdir().unwrap();
    let folder = Folder::at(home.path().join("copy"));
    fs::create_dir(folder.path()).unwrap();
    assert_eq!(exported(&app, &folder).await, 300);
    assert_eq!(exported(&app, &folder).await, 300);
    for count in [100, 112, 1, 600] {
        written(&app, count).await;
        app.seal().await;
        exported(&app, &folder).await;
        let report = of_folder(&folder, vec![kept(&app).await]).await;
        assert!(report.is_right(), "{:?}", report.findings);
        assert_eq!(report.size.to_string(), app.value("select max(size) from checkpoint").await);
    }
    let report = of_folder(&folder, vec![]).await;
    assert_eq!((report.size, report.checkpoints), (1_113, 5));
    // nothing of the log's former ends is left over
    assert!(!folder.path().join("tile/0/001.p/44").exists() && folder.path().join("tile/0/004.p/89").exists());
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_is_changed_in_a_copy_is_found() {
    let app = sealed(&[300, 400]).await;
    let home = tempfile::tempdir().unwrap();
    let folder = Folder::at(home.path().to_owned());
    exported(&app, &folder).await;
    for (path, at, first, code) in [
        ("tile/entries/000", 60, Some(0), "tile-differs"),
        ("tile/entries/002.p/188", 100, Some(512), "tile-differs"),
        ("tile/0/001", 32 * 3, Some(259), "tile-differs"),
        ("tile/1/000.p/2", 40, None, "nodes-differ"),
        ("checkpoint", 150, None, "signature"),
    ] {
        let file = folder.path().join(path);
        let whole = fs::read(&file).unwrap();
        let mut flipped = whole.clone();
        flipped[at] ^= 1;
        fs::write(&file, flipped).unwrap();
        let report = of_folder(&folder, vec![]).await;
        assert_eq!(report.first_bad, first, "{path}: {:?}", report.findings);
        assert!(codes(&report).contains(&code), "{path}: {:?}", report.findings);
        fs::remove_file(&file).unwrap();
        assert!(!of_folder(&folder, vec![]).await.is_right(), "{path}");
        fs::write(&file, whole).unwrap();
        assert!(of_folder(&folder, vec![]).await.is_right(), "{path}");
    }
    // an entry that nobody has signed, behind the last one; and half of one
    let file = folder.path().join("tile/entries/002.p/188");
    let whole = fs::read(&file).unwrap();
    for (tail, code) in [(&b"\x00\x02{}"[..], "entries-beyond"), (&b"\x00\x09{}"[..], "entries-torn")] {
        fs::write(&file, [&whole, tail].concat()).unwrap();
        let report = of_folder(&folder, vec![]).await;
        assert!(codes(&report).contains(&code), "{code}: {:?}", report.findings);
    }
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_is_not_extended_by_a_log_that_contradicts_it() {
    let app = sealed(&[300, 50]).await;
    let home = tempfile::tempdir().unwrap();
    let folder = Folder::at(home.path().to_owned());
    exported(&app, &folder).await;
    let note = fs::read_to_string(folder.path().join("checkpoint")).unwrap();
    let trusted = prove::verifiers(&app.app).unwrap();
    let again = async || {
        let source = Source::Database(app.app.clone());
        extend(&folder, &source, &trusted, false, &Progress::default()).await.unwrap().unwrap_err()
    };
    app.sql("set session_replication_role = replica; delete from checkpoint where size > 300").await;
    let size: u64 = app.value("select max(size) from checkpoint").await.parse().unwrap();
    assert_eq!(again().await.why, Why::Rewound(size, 350));
    app.sql("set session_replication_role = replica; delete from checkpoint").await;
    assert_eq!(again().await.why, Why::Rewound(0, 350));
    assert_eq!(fs::read_to_string(folder.path().join("checkpoint")).unwrap(), note);
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn logs_of_any_growth_agree_with_another_implementation() {
    let mut dice = Dice::new(6);
    for round in 0..3 {
        let app = TestApp::start().await;
        let (mut oracle, mut size) = (MemoryBackedTree::<Sha256, Vec<u8>>::new(), 0);
        let mut before = Vec::new();
        for _ in 0..4 {
            written(&app, 1 + dice.throw([3, 300, 700][round])).await;
            app.seal().await;
            let bodies = app
                .column(&format!(
                    "select e.body from leaf l join event e on e.id = l.event_id where l.index >= {size} order by l.index"
                ))
                .await;
            size += bodies.len();
            for body in bodies {
                oracle.push(body.into_bytes());
            }
            let mut read = app.app.read().await.unwrap();
            let newest = read::latest(&mut read).await.unwrap().unwrap();
            let here = says(&newest.note);
            assert_eq!(here.size, size as u64);
            assert_eq!(here.root[..], oracle.root().as_bytes()[..]);
            for _ in 0..5 {
                let index = dice.throw(size);
                let event = app.value(&format!("select event_id from leaf where index = {index}")).await;
                let body = app.value(&format!("select body from event where id = '{event}'")).await;
                let ours = prove::event(
                    &mut read,
                    event.parse().unwrap(),
                    &body,
                    &newest,
                    &prove::verifiers(&app.app).unwrap(),
                )
                .await
                .unwrap()
                .unwrap();
                assert_eq!(ours.path.concat(), oracle.prove_inclusion(index).as_bytes());
            }
            for old in &before {
                let ours = prove::consistency(&mut read, *old, here.size).await.unwrap().unwrap();
                let added = usize::try_from(here.size - old).unwrap();
                assert_eq!(ours.concat(), oracle.prove_consistency(added).as_bytes());
            }
            before.push(here.size);
        }
        let report = verified(&app, vec![kept(&app).await]).await;
        assert!(report.is_right(), "{:?}", report.findings);
        app.end().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_beyond_one_range_and_one_tile_of_tiles_is_verified() {
    let app = TestApp::start().await;
    written(&app, 66_000).await;
    app.seal().await;
    let report = verified(&app, vec![]).await;
    assert!(report.is_right() && report.size == 66_000, "{:?}", report.findings);
    app.sql("set session_replication_role = replica; update tile set hashes = overlay(hashes placing sha256('x') from 65) where level = 1")
        .await;
    let report = verified(&app, vec![]).await;
    assert_eq!(codes(&report), ["nodes-differ"]);
    assert!(
        report.findings[0].to_string().contains(&tile::TileId { level: 1, index: 0 }.path(256)),
        "{:?}",
        report.findings
    );
    app.end().await;
}

/// A server that has an answer to everything: a log without end, in bundles of nothing.
#[derive(Debug, Default)]
struct Endless {
    asked: AtomicU64,
}

impl Files for Endless {
    fn bytes(&self, path: &str) -> Result<Option<Vec<u8>>, Fault> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        if path != "checkpoint" {
            return Ok(Some(vec![0; 256 * 65_537]));
        }
        let says = Checkpoint { origin: "log.example".to_owned(), size: 1 << 40, root: [7; 32] };
        Ok(Some(Signer::new("log.example", &Key::new([9; 32])).unwrap().sign(&says.text()).into_bytes()))
    }

    fn elsewhere(&self) -> bool {
        true
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_whose_end_nobody_trusted_has_signed_is_asked_for_nothing_more() {
    let server = Arc::new(Endless::default());
    let trusted = vec![Signer::new("log.example", &Key::new([1; 32])).unwrap().verifier()];
    let options = Options { trusted, against: vec![], lanes: None };
    let source = Source::Files(Arc::clone(&server) as Arc<dyn Files>);
    let report = verify::run(&source, &options, &Progress::default()).await.unwrap();
    assert_eq!((codes(&report), server.asked.load(Ordering::Relaxed)), (vec!["signature"], 1));
}
