//! The log as programs elsewhere read it: by key alone, whole, and never more than was signed.

use std::collections::HashMap;
use std::process::Command;

use chrono::TimeDelta;
use pulih::actions::log_key;
use pulih::audit::prove;
use pulih::base::checkpoint::Checkpoint;
use pulih::base::merkle::{self, Hash};
use pulih::base::tile::{TileId, WIDTH, entries, entries_path, hashes};
use pulih::store::setup;
use reqwest::{Client, Method, StatusCode};

use super::seal::events;
use crate::support::house::{TestApp, cluster};

/// A program elsewhere: it knows the address, its key and whom to trust.
struct Follower {
    url: String,
    token: String,
    client: Client,
}

impl Follower {
    async fn of(app: &TestApp) -> Self {
        let made = log_key::make(&app.app, "BPKP", None).await.unwrap().unwrap();
        Self { url: app.url.clone(), token: made.token, client: Client::new() }
    }

    async fn ask(&self, path: &str) -> reqwest::Response {
        self.client.get(format!("{}/log/{path}", self.url)).bearer_auth(&self.token).send().await.unwrap()
    }

    async fn status(&self, path: &str) -> u16 {
        self.ask(path).await.status().as_u16()
    }

    async fn bytes(&self, path: &str) -> Vec<u8> {
        let answer = self.ask(path).await;
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        answer.bytes().await.unwrap().to_vec()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_follower_proves_every_event_by_plain_requests_alone() {
    let app = TestApp::start().await;
    app.people().await;
    events(&app, 600).await;
    app.seal().await;
    let follower = Follower::of(&app).await;
    let note = follower.ask("checkpoint").await;
    assert_eq!(note.headers()["content-type"], "text/plain; charset=utf-8");
    let trusted = prove::verifiers(&app.app).unwrap();
    let checkpoint = Checkpoint::open(&note.text().await.unwrap(), &trusted).unwrap();
    let size = checkpoint.size;
    assert!(size > 2 * WIDTH && !size.is_multiple_of(WIDTH), "{size}");
    // all tiles of all levels, and all entries
    let mut rows: HashMap<TileId, Vec<Hash>> = HashMap::new();
    for level in 0..8 {
        for index in 0.. {
            let tile = TileId { level, index };
            let width = tile.width(size);
            if width == 0 {
                break;
            }
            rows.insert(tile, hashes(&follower.bytes(&tile.path(width)).await).unwrap());
        }
    }
    let mut leaves = Vec::new();
    for index in 0..size.div_ceil(WIDTH) {
        let width = TileId { level: 0, index }.width(size);
        let bundle = follower.bytes(&entries_path(index, width)).await;
        let again = follower.bytes(&entries_path(index, width).replacen("tile/", "", 1)).await;
        assert_eq!(bundle, again, "both spellings are one bundle");
        leaves.extend(entries(&bundle, WIDTH).unwrap().iter().map(|entry| merkle::leaf(entry)));
        assert!(!String::from_utf8_lossy(&bundle).contains("rina@amanah.example"), "a personal detail");
    }
    assert_eq!(leaves.len() as u64, size);
    let node = |id| {
        let tile = TileId::of(id);
        tile.node(rows.get(&tile)?, id)
    };
    for (index, leaf) in (0..).zip(&leaves) {
        let path = merkle::inclusion(index, size).unwrap().hashes(node).expect("every node is in a tile");
        assert!(merkle::verify_inclusion(leaf, index, size, &path, &checkpoint.root), "leaf {index}");
    }
    assert_eq!(app.value("select count(*) from event where kind = 'log.key-made'").await, "1");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_what_was_signed_is_there_and_what_is_full_is_for_ever() {
    let app = TestApp::start().await;
    let follower = Follower::of(&app).await;
    for path in ["checkpoint", "tile/0/000.p/1", "tile/entries/000.p/1", "entries/000.p/1"] {
        assert_eq!(follower.status(path).await, 404, "an empty log: {path}");
    }
    app.seal().await;
    let has: usize = app.value("select count(*) from leaf").await.parse().unwrap();
    events(&app, 300 - has).await;
    app.seal().await;
    // written, and not signed
    events(&app, 20).await;
    for there in [
        "tile/0/000",
        "tile/0/000.p/1",
        "tile/0/000.p/255",
        "tile/0/001.p/44",
        "tile/0/001.p/7",
        "tile/1/000.p/1",
        "tile/entries/000",
        "tile/entries/001.p/44",
        "entries/001.p/1",
    ] {
        let answer = follower.ask(there).await;
        assert_eq!(answer.status(), StatusCode::OK, "{there}");
        assert_eq!(answer.headers()["content-type"], "application/octet-stream");
        let full = !there.contains(".p/");
        let cache = if full { "private, max-age=31536000, immutable" } else { "no-store" };
        assert_eq!(answer.headers()["cache-control"], cache, "{there}");
    }
    for not in [
        "tile/0/001",
        "tile/0/001.p/45",
        "tile/0/002.p/1",
        "tile/1/000",
        "tile/1/000.p/2",
        "tile/2/000.p/1",
        "tile/0/0",
        "tile/00/000",
        "tile/8/000.p/1",
        "tile/-1/000",
        "tile/x/000",
        "tile/0/000.p/256",
        "tile/0/000.p/0",
        "tile/0/000/",
        "tile/0/x000/000",
        "tile/entries/001.p/45",
        "tile/entries/002.p/1",
        "entries/001",
        "entries/../checkpoint/x",
        "",
        "tile/0/x999/x999/x999/x999/x999/x999/999",
    ] {
        assert_eq!(follower.status(not).await, 404, "{not}");
    }
    let posted = follower.client.post(format!("{}/log/checkpoint", app.url)).bearer_auth(&follower.token);
    assert_eq!(posted.send().await.unwrap().status(), StatusCode::METHOD_NOT_ALLOWED);
    let head = follower.client.head(format!("{}/log/tile/0/000", app.url)).bearer_auth(&follower.token);
    assert_eq!(head.send().await.unwrap().headers()["content-length"], "8192");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_opens_the_log_until_it_ends() {
    let app = TestApp::start().await;
    app.seal().await;
    events(&app, 1).await;
    app.seal().await;
    let ask = async |header: Option<&str>| {
        let mut request = Client::new().request(Method::GET, format!("{}/log/checkpoint", app.url));
        if let Some(header) = header {
            request = request.header("authorization", header);
        }
        let answer = request.send().await.unwrap();
        let challenge = answer.headers().get("www-authenticate").map(|v| v.to_str().unwrap().to_owned());
        assert_eq!(challenge.is_some(), answer.status() == StatusCode::UNAUTHORIZED);
        assert!(challenge.is_none_or(|challenge| challenge == "Bearer"));
        answer.status().as_u16()
    };
    let made = log_key::make(&app.app, "BPKP", Some(30)).await.unwrap().unwrap();
    let other = log_key::make(&app.app, "Inspektorat", None).await.unwrap().unwrap();
    assert!(log_key::make(&app.app, "bpkp", None).await.unwrap().is_none(), "the name is taken");
    assert_eq!(ask(Some(&format!("Bearer {}", made.token))).await, 200);
    assert_eq!(ask(Some(&format!("bearer {}", other.token))).await, 200);
    for wrong in [
        None,
        Some(String::new()),
        Some(made.token.clone()),
        Some(format!("Basic {}", made.token)),
        Some(format!("Bearer {}A", made.token)),
        Some(format!("Bearer {}", made.token.to_lowercase())),
        Some("Bearer pulih_log_".to_owned()),
    ] {
        assert_eq!(ask(wrong.as_deref()).await, 401, "{wrong:?}");
    }
    // nobody can show a token again
    assert_eq!(
        app.value(&format!("select count(*) from access_key where token_hash::text like '%{}%'", made.token)).await,
        "0"
    );
    assert_eq!(app.value("select uses from access_key where name = 'BPKP' and used_at is not null").await, "1");
    app.advance(TimeDelta::days(30)).await;
    assert_eq!(ask(Some(&format!("Bearer {}", made.token))).await, 401, "expired");
    assert_eq!(ask(Some(&format!("Bearer {}", other.token))).await, 200);
    assert!(log_key::revoke(&app.app, other.id, "Inspektorat").await.unwrap());
    assert!(!log_key::revoke(&app.app, other.id, "Inspektorat").await.unwrap());
    assert_eq!(ask(Some(&format!("Bearer {}", other.token))).await, 401, "revoked");
    assert!(log_key::make(&app.app, "Inspektorat", None).await.unwrap().is_some(), "its name is free again");
    let told = app.events().await;
    let count = |kind: &str| told.iter().filter(|told| *told == kind).count();
    assert_eq!((count("log.key-made"), count("log.key-revoked")), (3, 1));
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn guesses_of_one_network_are_few() {
    let app = TestApp::with(|plan| plan.config.limits.sprayed_per_10_min = 3).await;
    events(&app, 1).await;
    app.seal().await;
    let mut follower = Follower::of(&app).await;
    let right = follower.token.clone();
    let none = Client::new();
    for _ in 0..5 {
        let answer = none.get(format!("{}/log/checkpoint", app.url)).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED, "who shows no key guesses none");
    }
    for guess in ["a", "b", "c"] {
        follower.token = right.replace("pulih_log_", &format!("pulih_log_{guess}")).chars().take(right.len()).collect();
        assert_eq!(follower.status("checkpoint").await, 401);
    }
    follower.token = right;
    let held = follower.ask("checkpoint").await;
    assert_eq!(held.status(), StatusCode::TOO_MANY_REQUESTS);
    assert!(held.headers().contains_key("retry-after"));
    app.advance(TimeDelta::minutes(10)).await;
    assert_eq!(follower.status("checkpoint").await, 200);
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_operator_makes_lists_and_revokes_keys() {
    let app = TestApp::start().await;
    events(&app, 1).await;
    app.seal().await;
    let run = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pulih"));
        command.args(["keys", "log"]).args(arguments).current_dir("/").env_clear();
        let out = command.env("DATABASE_URL", cluster().url(&app.database, setup::APP)).output().unwrap();
        let words = |bytes| String::from_utf8(bytes).unwrap();
        (out.status.code().unwrap(), words(out.stdout), words(out.stderr))
    };
    let (code, told, error) = run(&["add", "BPKP, follower 2", "--days", "7"]);
    assert_eq!(code, 0, "{error}");
    let token = told.lines().last().unwrap().to_owned();
    let follower = Follower { url: app.url.clone(), token, client: Client::new() };
    assert_eq!(follower.status("checkpoint").await, 200);
    assert_eq!(run(&["add", "BPKP, follower 2"]).0, 1, "its name is taken");
    for (wrong, code) in [(vec!["add", " "], 2), (vec!["add", "x", "--days", "0"], 2), (vec!["revoke", "nobody"], 1)] {
        assert_eq!(run(&wrong).0, code, "{wrong:?}");
    }
    let (_, made, _) = run(&["add", "Inspektorat", "--json"]);
    let made: serde_json::Value = serde_json::from_str(&made).unwrap();
    let (_, listed, _) = run(&["list", "--json"]);
    let listed: serde_json::Value = serde_json::from_str(&listed).unwrap();
    let names: Vec<_> = listed.as_array().unwrap().iter().map(|k| (k["name"].as_str(), k["uses"].as_i64())).collect();
    assert_eq!(names, [(Some("BPKP, follower 2"), Some(1)), (Some("Inspektorat"), Some(0))]);
    assert!(!listed.to_string().contains("pulih_log_"));
    assert!(run(&["list"]).1.contains("Inspektorat"));
    assert_eq!(run(&["revoke", made["id"].as_str().unwrap()]).0, 0);
    assert_eq!(run(&["revoke", "bpkp, follower 2"]).0, 0);
    assert_eq!(follower.status("checkpoint").await, 401);
    assert_eq!(run(&["list"]).1.matches("revoked").count(), 2);
    app.end().await;
}
