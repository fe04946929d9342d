//! Keys, problems and the document: what every call stands on.

use std::collections::BTreeSet;

use pulih::actions::portal_key::{self, NotMade, Wanted};
use pulih::model::portal::Scope;
use pulih::web::api::document::document;
use pulih::web::routes::api::ROWS;
use reqwest::{Method, StatusCode};
use serde_json::Value;

use crate::support::house::TestApp;
use crate::support::portal::{Portal, read};

#[test]
fn the_document_holds_every_route_and_nothing_else() {
    let document = serde_json::to_value(document()).unwrap();
    let paths = document["paths"].as_object().unwrap();
    let told: BTreeSet<(String, String)> = paths
        .iter()
        .flat_map(|(path, all)| all.as_object().unwrap().keys().map(move |m| (path.clone(), m.to_uppercase())))
        .collect();
    let rows: BTreeSet<(String, String)> = ROWS
        .iter()
        .filter(|row| row.path.starts_with("/api/v1/"))
        .map(|row| (row.path.to_owned(), row.method.to_string()))
        .collect();
    assert_eq!(told, rows);
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_document_is_served_to_everybody() {
    let app = TestApp::start().await;
    let text = reqwest::get(format!("{}/api/openapi.json", app.url)).await.unwrap().text().await.unwrap();
    let told: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(told, serde_json::to_value(document()).unwrap());
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_portal_learns_who_it_is_and_how_often_it_may_call() {
    let app = TestApp::start().await;
    let portal = Portal::of(&app, "spse").await;
    let answer = read(portal.call(Method::GET, "/portal").header("x-request-id", "abc-1")).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.body["slug"], "spse");
    assert_eq!(answer.headers["x-request-id"], "abc-1");
    assert_eq!(answer.headers["ratelimit-policy"], "\"key\";q=2000;w=10");
    assert!(answer.headers["ratelimit"].to_str().unwrap().starts_with("\"key\";r=1"), "{answer:?}");
    assert_eq!(answer.headers["cache-control"], "no-store");
    for odd in ["a b", "x\"y", &"a".repeat(65)] {
        let answer = read(portal.call(Method::GET, "/portal").header("x-request-id", odd)).await;
        assert_ne!(answer.headers["x-request-id"], odd);
    }
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_key_a_wrong_one_and_one_that_is_over_open_nothing() {
    let app = TestApp::start().await;
    let portal = Portal::of(&app, "spse").await;
    let wrong = |token: &str| Portal { token: token.to_owned(), ..portal.clone() };
    let flip = if portal.token.ends_with('A') { 'Q' } else { 'A' };
    let flipped = format!("{}{flip}", &portal.token[..portal.token.len() - 1]);
    let other = portal.token.replace("pulih_portal_", "pulih_log_");
    for token in ["", "x", &flipped, &other] {
        let answer = wrong(token).get("/portal").await;
        assert_eq!((answer.status, answer.problem()), (StatusCode::UNAUTHORIZED, "key-required"), "{token}");
        assert_eq!(answer.headers["www-authenticate"], "Bearer");
    }
    assert!(portal_key::revoke(&app.app, portal.key).await.unwrap());
    let later = Portal { client: reqwest::Client::new(), ..portal };
    crate::support::house::until(5, "the key is dead", async || later.get("/portal").await.status == 401).await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_portal_has_two_live_keys_at_most() {
    let app = TestApp::start().await;
    let first = Portal::of(&app, "spse").await;
    let second = Portal::of(&app, "spse").await;
    assert_eq!(first.get("/portal").await.status, StatusCode::OK);
    assert_eq!(second.get("/portal").await.status, StatusCode::OK);
    let wanted = Wanted { scopes: vec![Scope::Verify], networks: Vec::new(), days: None };
    assert_eq!(portal_key::make(&app.app, "spse", &wanted).await.unwrap().unwrap_err(), NotMade::TooMany);
    portal_key::revoke(&app.app, first.key).await.unwrap();
    assert!(portal_key::make(&app.app, "spse", &wanted).await.unwrap().is_ok());
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_that_may_not_come_from_here_is_told_so_and_refusals_are_limited() {
    let app = TestApp::with(|plan| plan.config.limits.sprayed_per_10_min = 3).await;
    Portal::of(&app, "spse").await;
    let wanted = Wanted { scopes: Scope::ALL.to_vec(), networks: vec!["10.0.0.0/8".to_owned()], days: None };
    let made = portal_key::make(&app.app, "spse", &wanted).await.unwrap().unwrap();
    let here = Portal { token: made.token, key: made.id, url: app.url.clone(), client: reqwest::Client::new() };
    for _ in 0..3 {
        let answer = here.get("/portal").await;
        assert_eq!((answer.status, answer.problem()), (StatusCode::FORBIDDEN, "network-refused"));
    }
    let answer = here.get("/portal").await;
    assert_eq!((answer.status, answer.problem()), (StatusCode::TOO_MANY_REQUESTS, "too-many"));
    assert!(answer.headers.contains_key("retry-after") && answer.body["retry_at"].is_string(), "{answer:?}");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_goes_wrong_is_a_problem_in_json() {
    let app = TestApp::start().await;
    let portal = Portal::of(&app, "spse").await;
    let nothing = portal.get("/nothing/here").await;
    assert_eq!((nothing.status, nothing.problem()), (StatusCode::NOT_FOUND, "not-found"));
    let method = portal.post("/portal", &Value::Null).await;
    assert_eq!((method.status, method.problem()), (StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed"));
    assert_eq!(method.headers["allow"], "GET, HEAD");
    let indonesian = read(portal.call(Method::GET, "/nothing").header("accept-language", "id-ID,id;q=0.9")).await;
    assert_eq!(indonesian.headers["content-language"], "id");
    app.end().await;
}
