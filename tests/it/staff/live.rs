//! Live updates: ids alone, within two seconds, also of what another server changed.

use std::time::Duration;

use reqwest::Method;

use crate::support::house::TestApp;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_is_told_within_two_seconds_by_its_id_alone() {
    let app = TestApp::start().await;
    let case = app.strangers(1).await[0];
    let rina = app.officer("rina", &["helpdesk"]).await;
    let mut answer = rina.browser.request(Method::GET, "/staff/requests/live").send().await.unwrap();
    assert_eq!(answer.headers()["content-type"], "text/event-stream");
    assert_eq!(answer.headers()["cache-control"], "no-store");
    // what changed just before is told first
    let mut heard = String::new();
    let mut wait = async |what: &str| {
        let all = tokio::time::timeout(Duration::from_secs(4), async {
            while !heard.contains(what) {
                heard.push_str(std::str::from_utf8(&answer.chunk().await.unwrap().unwrap()).unwrap());
            }
        });
        all.await.unwrap_or_else(|_| panic!("no {what} in {heard}"));
        std::mem::take(&mut heard)
    };
    wait(&case.to_string()).await;
    let began = pulih::base::clock::instant();
    app.sql(&format!("update desk_case set version = version + 1, changed_at = pulih.now() where id = '{case}'")).await;
    let told = wait("data:").await;
    assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
    assert_eq!(told.trim(), format!("data: {{\"cases\":[\"{case}\"]}}"));
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn strangers_hear_nothing() {
    let app = TestApp::start().await;
    let answer = app.browser().request(Method::GET, "/staff/requests/live").send().await.unwrap();
    assert_eq!(answer.status(), 303);
    app.end().await;
}
