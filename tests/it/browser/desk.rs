//! The queue in real Chromium: side by side, and by keyboard alone.

use std::time::Duration;

use pulih::i18n::Lang;
use serde_json::json;

use crate::support::chromium::{Chromium, Look};
use crate::support::desk::Officer;
use crate::support::gallery::Gallery;
use crate::support::house::TestApp;

const WIDE: Look = Look { width: 1280, ..Look::PHONE };
const ENTER: char = '\u{e007}';

impl Chromium {
    /// Signs in as an officer, with the cookies of their browser.
    pub async fn sit_down(&self, app: &TestApp, officer: &Officer) {
        for name in ["pulih", "pulih_staff"] {
            let value = officer.browser.cookie(name).unwrap();
            self.cdp("Network.setCookie", json!({ "name": name, "value": value, "url": app.url })).await;
        }
        self.open(&format!("{}/staff/requests", app.url)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_case_taken_in_one_browser_shows_in_the_other_within_two_seconds() {
    let app = TestApp::start().await;
    let case = app.strangers(2).await[0];
    let (rina, budi) = (app.officer("rina", &["helpdesk"]).await, app.officer("budi", &["helpdesk"]).await);
    let (one, other) = (Chromium::start(WIDE).await, Chromium::start(WIDE).await);
    one.sit_down(&app, &rina).await;
    other.sit_down(&app, &budi).await;
    let row = format!("tr[data-case='{case}']");
    other.until(&row, true).await;
    // what Budi picked stays picked
    other.ask("document.querySelectorAll('#queue input[type=checkbox]')[1].click()").await;
    // the stream is open, and has told of what was there
    tokio::time::sleep(Duration::from_millis(2500)).await;
    one.tap(&format!("{row} a")).await;
    one.tap("[data-take] button").await;
    one.until(".notice.good", true).await;
    let began = pulih::base::clock::instant();
    other.until(&row, false).await;
    assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
    assert_eq!(other.text("#live").await, other.t("desk-changed"));
    assert_eq!(other.ask("return document.querySelectorAll('#queue input:checked').length").await, json!(1));
    one.is_content().await;
    other.is_content().await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_requests_are_triaged_by_keyboard_alone() {
    let app = TestApp::start().await;
    app.strangers(20).await;
    let rina = app.officer("rina", &["helpdesk"]).await;
    let chromium = Chromium::start(WIDE).await;
    chromium.sit_down(&app, &rina).await;
    // help, and back
    chromium.key('?').await;
    chromium.until("#keys", true).await;
    chromium.key('\u{e00c}').await;
    chromium.until("#keys", false).await;
    // five by themselves
    for n in 1..=5 {
        chromium.key('j').await;
        chromium.key('a').await;
        crate::support::house::until(10, "taken", async || {
            app.value("select count(*) from desk_case where taken_by is not null").await == n.to_string()
        })
        .await;
        chromium.until(".notice.good", true).await;
    }
    // fifteen together
    for _ in 0..15 {
        chromium.key('j').await;
        chromium.key('x').await;
    }
    chromium.key('a').await;
    crate::support::house::until(10, "all taken", async || {
        app.value("select count(*) from desk_case where taken_by is not null").await == "20"
    })
    .await;
    chromium.until("#queue .empty", true).await;
    // one of them: open it, write a note
    chromium.open(&format!("{}/staff/requests?view=mine", app.url)).await;
    chromium.key('j').await;
    chromium.key(ENTER).await;
    chromium.until("#timeline-title", true).await;
    chromium.key('c').await;
    chromium.write("Sudah ditelepon: a").await;
    chromium.key('\u{e004}').await;
    chromium.key(ENTER).await;
    chromium.until("p.note", true).await;
    assert_eq!(chromium.text("p.note").await, "Sudah ditelepon: a");
    chromium.key('g').await;
    chromium.key('q').await;
    chromium.until("#queue", true).await;
    chromium.is_content().await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_that_are_switched_off_do_nothing() {
    let app = TestApp::start().await;
    app.strangers(1).await;
    let rina = app.officer("rina", &["helpdesk"]).await;
    app.sql("update staff set shortcuts = false").await;
    let chromium = Chromium::start(WIDE).await;
    chromium.sit_down(&app, &rina).await;
    chromium.key('j').await;
    chromium.key('a').await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(app.value("select count(*) from desk_case where taken_by is not null").await, "0");
    app.end().await;
}

/// Pages of the queue, in states that look unlike each other.
const SHOWN: [&str; 9] = [
    "queue",
    "queue-did-spam",
    "queue-bad-status",
    "case",
    "case-risks",
    "case-trouble-0",
    "case-stale",
    "canned-trouble-text",
    "hours-trouble-all",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_page_of_the_queue_shuts_anybody_out() {
    Gallery::open().await.is_open_to_all(&[(320, Lang::Id), (1280, Lang::Id)], &SHOWN).await;
}
