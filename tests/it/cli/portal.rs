//! `pulih keys portal …` as an operator meets it, and what `doctor` says of keys.

use pulih::store::setup;
use reqwest::Client;
use serde_json::Value;

use super::Desk;
use crate::support::house::{TestApp, cluster};
use crate::support::portal::Portal;

fn desk(app: &TestApp) -> Desk {
    Desk::new(&cluster().url(&app.database, setup::APP))
}

fn run(desk: &Desk, arguments: &[&str]) -> (i32, String, String) {
    tokio::task::block_in_place(|| desk.run(&[&["keys", "portal"], arguments].concat()))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_operator_makes_lists_and_revokes_portal_keys() {
    let mut app = TestApp::start().await;
    app.leave_letters();
    app.officer("sari", &["supervisor"]).await;
    let desk = desk(&app);
    let run = |arguments: &[&str]| run(&desk, arguments);
    let scopes = ["--scope", "verify", "--scope", "enrol", "--scope", "verify"];
    let first = [&["add", "spse", "--name", "SPSE Kota", "--return-url", "https://spse.example/back"], &scopes[..]];
    let (code, told, error) = run(&[&first.concat()[..], &["--network", "127.0.0.0/8", "--days", "30"]].concat());
    assert_eq!(code, 0, "{error}");
    let token = told.lines().last().unwrap().to_owned();
    let portal = Portal { url: app.url.clone(), token, key: uuid::Uuid::nil(), client: Client::new() };
    let answer = portal.get("/portal").await;
    assert_eq!(answer.body["return_url"], "https://spse.example/back");

    // a second one changes what is given, and leaves the rest
    let (code, told, error) = run(&["add", "spse", "--name", "SPSE", "--scope", "verify", "--json"]);
    assert_eq!(code, 0, "{error}");
    let second: Value = serde_json::from_str(&told).unwrap();
    assert_eq!((&second["name"], &second["return_url"]), (&"SPSE".into(), &"https://spse.example/back".into()));
    assert!(second["token"].as_str().unwrap().starts_with("pulih_portal_"), "{told}");
    let (_, listed, _) = run(&["list", "--json"]);
    let all: Value = serde_json::from_str(&listed).unwrap();
    let keys = all[0]["keys"].as_array().unwrap();
    assert_eq!(keys[0]["scopes"], serde_json::json!(["enrol", "verify"]));
    assert_eq!((&keys[0]["uses"], &keys[0]["networks"][0]), (&1.into(), &"127.0.0.0/8".into()));
    assert!(!listed.contains("pulih_portal_") && !run(&["list"]).1.contains("pulih_portal_"));

    let (code, _, told) = run(&["add", "spse", "--scope", "verify"]);
    let ids: Vec<&str> = keys.iter().map(|key| key["id"].as_str().unwrap()).collect();
    assert!(code == 1 && ids.iter().all(|id| told.contains(id)), "it says which to revoke: {told}");

    // the ids of one moment begin alike
    assert_eq!(run(&["revoke", &ids[0][..3]]).0, 1, "several begin so");
    assert_eq!(run(&["revoke", ""]).0, 1);
    assert_eq!(run(&["revoke", ids[0]]).0, 0);
    assert_eq!(run(&["revoke", ids[0]]).0, 1, "it is revoked already");
    assert_eq!(run(&["revoke", &ids[1][..3]]).0, 0, "one alone is left");
    crate::support::house::until(2, "it opens nothing", async || portal.get("/portal").await.status == 401).await;
    assert_eq!(run(&["list"]).1.matches("revoked").count(), 2);
    let events = app.events().await;
    let of_keys: Vec<_> = events.iter().filter(|kind| kind.starts_with("portal.")).map(String::as_str).collect();
    let made = ["portal.made", "portal.key-made", "portal.changed", "portal.key-made"];
    assert_eq!(of_keys, [&made[..], &["portal.key-revoked"; 2]].concat());
    let told = app.column("select place from letter where kind = 'staff-notice'").await;
    assert_eq!(told, ["portal-key:spse", "portal-key:spse"], "the supervisor is told of each");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_is_refused_before_anything_is_made() {
    let app = TestApp::start().await;
    let desk = desk(&app);
    for wrong in [
        ["add", "SPSE", "--name", "SPSE", "--scope", "verify"].as_slice(),
        &["add", "spse", "--scope", "verify"],
        &["add", "spse", "--name", " ", "--scope", "verify"],
        &["add", "spse", "--name", "SPSE"],
        &["add", "spse", "--name", "SPSE", "--scope", "everything"],
        &["add", "spse", "--name", "SPSE", "--scope", "verify", "--network", "10.0.0.0/33"],
        &["add", "spse", "--name", "SPSE", "--scope", "verify", "--return-url", "http://spse.example/"],
        &["add", "spse", "--name", "SPSE", "--scope", "verify", "--days", "0"],
    ] {
        let (code, _, told) = run(&desk, wrong);
        assert!(code == 2 && !told.is_empty(), "{wrong:?}: {code} {told}");
    }
    assert_eq!(app.value("select count(*) from portal").await, "0");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_doctor_names_keys_that_end_soon_or_come_from_anywhere() {
    let app = TestApp::start().await;
    let desk = desk(&app);
    let doctor = || {
        let (_, found, told) = tokio::task::block_in_place(|| desk.run(&["doctor", "--json"]));
        let found: Value = serde_json::from_str(&found).unwrap_or_else(|e| panic!("{e}: {found}{told}"));
        let ours = found["findings"].as_array().unwrap().iter().filter(|f| f["check"] == "programs");
        ours.map(|f| format!("{} {}", f["state"].as_str().unwrap(), f["words"].as_str().unwrap())).collect::<Vec<_>>()
    };
    assert_eq!(doctor(), Vec::<String>::new());
    let add = ["add", "spse", "--name", "SPSE", "--scope", "verify", "--network", "10.0.0.0/8", "--days"];
    assert_eq!(run(&desk, &[&add[..], &["15"]].concat()).0, 0);
    assert_eq!(doctor(), ["ok 1 keys of programs are live."]);
    assert_eq!(run(&desk, &[&add[..], &["14"]].concat()).0, 0);
    app.advance(chrono::TimeDelta::minutes(5)).await;
    let found = doctor();
    assert!(found.len() == 1 && found[0].starts_with("warn Key ") && found[0].contains("spse ends at"), "{found:?}");
    assert_eq!(run(&desk, &["add", "e-katalog", "--name", "E", "--scope", "verify"]).0, 0);
    let found = doctor();
    assert!(found.len() == 2 && found[1].contains("portal e-katalog may come from any network"), "{found:?}");
    app.end().await;
}
