//! The second verifier, which shares nothing with ours: `docs/verify.py`, by Python's standard library alone.

use std::fs;
use std::path::Path;
use std::process::Command;

use pulih::app::Outcome;
use pulih::audit::folder::Folder;
use pulih::audit::outside;
use pulih::audit::prove;
use pulih::audit::verify::Outside;
use pulih::model::event::{Actor, Audit, Event, detail_key};
use pulih::store::log::read;
use serde_json::{Value, json};

use super::kit::{exported, says, sealed, verified, written};
use crate::support::house::TestApp;

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/verify.py");
const INSTALL: &str = "the tests need Python: apt-get install python3";

/// Runs the verifier; whether all is right, and what it said.
fn python(arguments: &[&Path]) -> (bool, String) {
    let out = Command::new("python3").arg("-B").arg(SCRIPT).args(arguments).output().expect(INSTALL);
    let said = String::from_utf8_lossy(&out.stdout).into_owned() + &String::from_utf8_lossy(&out.stderr);
    assert!(matches!(out.status.code(), Some(0 | 1)), "{said}");
    (out.status.success(), said)
}

/// The proof of a leaf, as the file that is handed out.
async fn proof(app: &TestApp, index: u64) -> Value {
    let mut read = app.app.read().await.unwrap();
    let newest = read::latest(&mut read).await.unwrap().unwrap();
    let event = app.value(&format!("select event_id from leaf where index = {index}")).await;
    let body = app.value(&format!("select body from event where id = '{event}'")).await;
    prove::event(&mut read, event.parse().unwrap(), &body, &newest, &prove::verifiers(&app.app).unwrap())
        .await
        .unwrap()
        .unwrap()
        .file()
}

/// A folder with the log's verifier key.
fn desk(app: &TestApp) -> (tempfile::TempDir, std::path::PathBuf) {
    let home = tempfile::tempdir().unwrap();
    let key = home.path().join("log.vkey");
    fs::write(&key, prove::signer(&app.app).unwrap().verifier().text() + "\n").unwrap();
    (home, key)
}

/// Tries every bit of a file in one process; what is signed is looked at once.
const FLIP: &str = "
import functools, pathlib, sys
sys.path.insert(0, str(pathlib.Path(sys.argv[1]).parent))
import verify
verify.ed25519 = functools.lru_cache(maxsize=None)(verify.ed25519)
key, path = sys.argv[2], pathlib.Path(sys.argv[3])
trusted, whole = verify.keys(key), path.read_bytes()
def right():
    try:
        verify.one_file(path, trusted, [])
        return True
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, OSError, RecursionError):
        return False
assert right(), 'the file itself'
passed = []
for bit in range(len(whole) * 8):
    flipped = bytearray(whole)
    flipped[bit // 8] ^= 1 << bit % 8
    path.write_bytes(flipped)
    if right():
        passed.append((bit, whole[max(0, bit // 8 - 20):bit // 8 + 20]))
print(len(whole) * 8, passed)
";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_proof_is_verified_offline_and_no_flipped_bit_passes() {
    let app = sealed(&[270, 30]).await;
    let (home, key) = desk(&app);
    for index in [0, 255, 256, 299] {
        let path = home.path().join("proof.json");
        fs::write(&path, serde_json::to_string_pretty(&proof(&app, index).await).unwrap()).unwrap();
        let (right, said) = python(&[&key, &path]);
        assert!(right && said.contains("1 events are in the log of 300 leaves"), "{said}");
    }
    let path = home.path().join("proof.json");
    let out = Command::new("python3").args(["-B", "-c", FLIP, SCRIPT]).args([&key, &path]).output().expect(INSTALL);
    let said = String::from_utf8_lossy(&out.stdout).into_owned();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    assert!(said.trim().ends_with(" []"), "these flipped bits passed: {said}");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn personal_details_in_a_proof_are_opened_and_no_flipped_bit_of_them_passes() {
    let app = TestApp::start().await;
    let told = Event::Audit(Audit::Searched { query: "kind:reset".to_owned(), found: 1, further: false });
    app.app.transact(Actor::Operator, async |_| Ok(Outcome::Done((), told.clone()))).await.unwrap();
    app.seal().await;
    let (home, key) = desk(&app);
    let salt = app.value("select encode(salt, 'hex') from event_personal").await;
    let salt: [u8; 32] = data_encoding::HEXLOWER.decode(salt.as_bytes()).unwrap().try_into().unwrap();
    let index = app.value("select index from leaf where event_id = (select event_id from event_personal)").await;
    let mut file = proof(&app, index.parse().unwrap()).await;
    let opens = data_encoding::HEXLOWER.encode(&detail_key(&salt, "query"));
    file["personal"] = json!({ "query": { "value": "kind:reset", "key": opens } });
    let path = home.path().join("proof.json");
    fs::write(&path, file.to_string()).unwrap();
    let out = Command::new("python3").args(["-B", "-c", FLIP, SCRIPT]).args([&key, &path]).output().expect(INSTALL);
    let said = String::from_utf8_lossy(&out.stdout).into_owned();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    assert!(said.trim().ends_with(" []"), "these flipped bits passed: {said}");
    // a detail without its key opens nothing
    file["personal"]["query"] = json!({ "value": "kind:link" });
    fs::write(&path, file.to_string()).unwrap();
    let (right, said) = python(&[&key, &path]);
    assert!(!right && said.contains("query is not opened"), "{said}");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_is_worked_out_whole_and_compared_with_checkpoints() {
    let app = sealed(&[300, 211]).await;
    let (home, key) = desk(&app);
    let copy = home.path().join("copy");
    fs::create_dir(&copy).unwrap();
    let folder = Folder::at(copy.clone());
    exported(&app, &folder).await;
    written(&app, 4).await;
    app.seal().await;
    exported(&app, &folder).await;
    let kept = home.path().join("kept");
    fs::write(&kept, app.column("select note from checkpoint order by size").await.concat()).unwrap();
    let (right, said) = python(&[&key, &copy, &kept]);
    assert!(right && said.contains("515 leaves, 2 checkpoints of its own"), "{said}");
    // another log's checkpoint, a longer one's, a flipped entry, a flipped tile
    let signer = prove::signer(&app.app).unwrap();
    let other = home.path().join("other");
    for (size, words) in [(300, "rewritten"), (900, "rewound")] {
        let text = pulih::base::checkpoint::Checkpoint { origin: prove::origin(&app.app), size, root: [7; 32] }.text();
        fs::write(&other, signer.sign(&text)).unwrap();
        let (right, said) = python(&[&key, &copy, &other]);
        assert!(!right && said.contains(words), "{said}");
    }
    for (name, at, leaf) in [("tile/entries/001", 50, "leaf 256"), ("tile/0/001", 64, "leaf 258")] {
        let path = copy.join(name);
        let whole = fs::read(&path).unwrap();
        let mut flipped = whole.clone();
        flipped[at] ^= 1;
        fs::write(&path, flipped).unwrap();
        let (right, said) = python(&[&key, &copy]);
        assert!(!right && said.contains(leaf), "{said}");
        fs::write(&path, whole).unwrap();
    }
    // whom nobody trusts
    let stranger = home.path().join("stranger.vkey");
    fs::write(&stranger, "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW\n").unwrap();
    let (right, said) = python(&[&stranger, &copy]);
    assert!(!right && said.contains("no trusted key"), "{said}");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lines_that_a_crash_has_torn_are_passed_over_by_both_verifiers() {
    let app = sealed(&[30, 11]).await;
    let (home, key) = desk(&app);
    let kept = home.path().join("kept.jsonl");
    let notes = app.column("select note from checkpoint order by size").await;
    let lines: Vec<String> = notes.iter().map(|note| json!({ "size": 1, "note": note }).to_string()).collect();
    let torn = |bytes: &[u8]| {
        let whole = fs::read(&kept).unwrap_or_default();
        fs::write(&kept, [&whole, bytes].concat()).unwrap();
    };
    // killed within a letter of several bytes, then within a word at the very end
    torn(&lines[0].as_bytes()[..=lines[0].find('\u{2014}').unwrap()]);
    let (right, said) = python(&[&key, &kept]);
    assert!(!right && Outside::read(&kept).is_err(), "no checkpoint is left: {said}");
    for line in &lines {
        outside::append(&kept, line).unwrap();
    }
    torn(b"{\"size\":41,\"no");
    let (right, said) = python(&[&key, &kept]);
    assert!(right && said.contains("2 checkpoints are signed") && said.contains("2 torn lines"), "{said}");
    let origin = prove::origin(&app.app);
    for outside in [Outside::read(&kept).unwrap(), Outside::added_to(&kept, &origin).unwrap()] {
        let report = verified(&app, vec![outside]).await;
        assert!(report.is_right() && report.outside == 2, "{:?}", report.findings);
        assert!(report.unread.len() == 1 && report.unread[0].contains("2 torn lines"), "{:?}", report.unread);
    }
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn manifests_and_case_packs_are_verified() {
    let app = sealed(&[270]).await;
    let (home, key) = desk(&app);
    let signer = prove::signer(&app.app).unwrap();
    let (file, manifest) = (home.path().join("export.csv"), home.path().join("export.csv.manifest"));
    fs::write(&file, "index,body\n0,{}\n").unwrap();
    let digest = ring::digest::digest(&ring::digest::SHA256, &fs::read(&file).unwrap());
    let about = json!({ "file_sha256": data_encoding::HEXLOWER.encode(digest.as_ref()), "rows": 1, "size": 270, "labels": ["staff"] });
    fs::write(&manifest, signer.sign(&format!("{}/export\n{about}\n", prove::origin(&app.app)))).unwrap();
    let (right, said) = python(&[&key, &manifest]);
    assert!(right && said.contains("1 rows") && said.contains("labels: staff"), "{said}");
    fs::write(&file, "index,body\n0,{} \n").unwrap();
    assert!(!python(&[&key, &manifest]).0);

    let (one, two) = (proof(&app, 3).await, proof(&app, 260).await);
    assert_eq!(says(one["checkpoint"].as_str().unwrap()).size, 270);
    let pack = home.path().join("pack.json");
    let mut whole = json!({ "format": "pulih-pack-1", "checkpoint": one["checkpoint"], "events": [one, two] });
    fs::write(&pack, whole.to_string()).unwrap();
    let (right, said) = python(&[&key, &pack]);
    assert!(right && said.contains("2 events"), "{said}");
    whole["unproved"] = json!([{ "id": "x", "event": "{}" }]);
    fs::write(&pack, whole.to_string()).unwrap();
    let (right, said) = python(&[&key, &pack]);
    assert!(!right && said.contains("nothing proves"), "{said}");
    whole["unproved"] = json!([]);
    whole["events"][1]["index"] = json!(261);
    fs::write(&pack, whole.to_string()).unwrap();
    assert!(!python(&[&key, &pack]).0);
    app.end().await;
}
