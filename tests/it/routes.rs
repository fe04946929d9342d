//! The table of routes: nothing is reachable that is not in it, and every write that reaches its action leaves its event.

use std::collections::BTreeSet;

use actix_web::http::Method;
use chrono::TimeDelta;
use pulih::model::event::KINDS;
use pulih::web::routes::{DEMO, ROUTES, Route};
use reqwest::StatusCode;

use crate::support::browser::Browser;
use crate::support::house::TestApp;

#[test]
fn every_row_is_the_only_one_of_its_kind_and_names_events_that_exist() {
    let rows: Vec<&Route> = ROUTES.iter().chain(DEMO).collect();
    let unique: BTreeSet<(String, &str)> = rows.iter().map(|row| (row.method.to_string(), row.path)).collect();
    assert_eq!(unique.len(), rows.len(), "two rows for one method and path");
    for row in rows {
        assert!(row.events.iter().all(|event| KINDS.contains(event)), "{} names an unknown event", row.path);
        assert!(row.method != Method::GET || row.events.is_empty(), "GET {} would write", row.path);
    }
}

/// A journey for each write of the table that reaches its action; a write without one fails the test.
async fn reach(app: &TestApp, browser: &mut Browser, path: &str) {
    let kirim = async |browser: &mut Browser| {
        browser.kirim("AMANAH7", "rina@amanah.example", "penyedia").await;
        app.settle().await;
    };
    match path {
        "/reset-totp" => kirim(browser).await,
        "/reset-totp/resend" => {
            kirim(browser).await;
            app.advance(TimeDelta::seconds(61)).await;
            browser.send("/reset-totp/resend", &[]).await;
        }
        "/reset-totp/open" | "/reset-totp/confirm" => {
            kirim(browser).await;
            browser.open(&app.letter_to("rina@amanah.example").link("/r/")).await;
            browser.send("/reset-totp/open", &[]).await;
            if path == "/reset-totp/confirm" {
                browser.send(path, &[]).await;
            }
        }
        "/reset-totp/reissue" => {
            kirim(browser).await;
            app.advance(TimeDelta::hours(7)).await;
            browser.open(&app.letter_to("rina@amanah.example").link("/r/")).await;
            browser.send(path, &[]).await;
        }
        "/not-me/confirm" => {
            kirim(browser).await;
            browser.open(&app.letter_to("rina@amanah.example").link("/not-me/")).await;
            browser.send("/not-me", &[]).await;
            browser.send(path, &[]).await;
        }
        "/requests/{reference}/help" => {
            kirim(browser).await;
            let reference = browser.page.path.split("r=").nth(1).unwrap().to_owned();
            browser.open(&format!("/requests/{reference}")).await;
            browser.send(&format!("/requests/{reference}/help"), &[]).await;
        }
        other => panic!("the write {other} has no journey here: add one"),
    }
    assert!(browser.page.status.is_success(), "{path}: {} {}", browser.page.status, browser.page.text());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_write_that_reaches_its_action_leaves_its_event() {
    for row in ROUTES.iter().filter(|row| row.method != Method::GET && !row.events.is_empty()) {
        let app = TestApp::start().await;
        app.people().await;
        reach(&app, &mut app.browser(), row.path).await;
        let events = app.events().await;
        assert!(row.events.iter().any(|event| events.iter().any(|e| e == event)), "{}: {events:?}", row.path);
        app.settle().await;
        app.end().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_in_the_table_is_not_there() {
    let app = TestApp::start().await;
    let mut browser = app.browser();
    for path in
        ["/demo", "/demo/mailbox.json", "/staff", "/audit", "/api/v1", "/metrics", "/healthz", "/.env", "/assets/x/y"]
    {
        assert_eq!(browser.open(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    app.end().await;
}
