//! What insiders and thieves tried, and what stands in their way.

use reqwest::StatusCode;

use crate::support::house::TestApp;

const RINA: &str = "rina@amanah.example";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_freeze_stops_links_that_were_mailed_before() {
    let app = TestApp::start().await;
    app.people().await;
    let mut rina = app.browser();
    rina.kirim("AMANAH7", RINA, "penyedia").await;
    app.settle().await;
    rina.open(&app.link_to(RINA, "/r/")).await;
    rina.send("/reset-totp/open", &[]).await;
    app.sql("insert into frozen (scope, reason) values ('penyedia', 'penyusupan')").await;
    assert_eq!(rina.send("/reset-totp/confirm", &[]).await.status, StatusCode::CONFLICT);
    assert_eq!(app.value("select count(*) from credential where revoked_at is not null").await, "0");
    app.settle().await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_keeps_a_notice_of_a_decision_from_going() {
    let app = TestApp::start().await;
    app.people().await;
    let mut rina = app.browser();
    rina.kirim("AMANAH7", RINA, "penyedia").await;
    app.settle().await;
    rina.reset(&app.link_to(RINA, "/r/")).await;
    let mut lead = app.officer("sari", &["supervisor", "admin"]).await;
    let csrf = lead.browser.open("/staff/outbox").await.form("/staff/logout").value("csrf").to_owned();
    assert!(lead.browser.page.forms().iter().all(|form| form.action != "/staff/outbox/cancel"));
    let letter = app.value("select id::text from letter where kind = 'done' limit 1").await;
    let fields = [("csrf".to_owned(), csrf), ("letter".to_owned(), letter)];
    assert_eq!(lead.browser.post("/staff/outbox/cancel", &fields).await.status, StatusCode::CONFLICT);
    app.settle().await;
    assert_eq!(app.letter_to(RINA).subject, "TOTP Berhasil di Reset");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_case_that_comes_back_after_a_reset_stays_open() {
    let app = TestApp::start().await;
    app.people().await;
    let case = app.helped("AMANAH7", RINA).await;
    let mut rina = app.browser();
    rina.reset(&app.link_to(RINA, "/r/")).await;
    app.settle().await;
    assert_eq!(app.of_case(case, "outcome").await, "reset", "it closes itself when the person has reset");
    app.sql("update request set case_id = null, queued_at = pulih.now() where queued_at is not null").await;
    app.settle().await;
    app.settle().await;
    assert_eq!(app.value("select count(*) from desk_case where closed_at is null").await, "1");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_hurries_is_told_of_once() {
    let app = TestApp::with(|plan| plan.config.limits.hurried_per_10_min = 3).await;
    let mut desk = app.officer("wati", &["helpdesk"]).await;
    app.officer("sari", &["supervisor"]).await;
    for _ in 0..4 {
        desk.browser.open("/staff/accounts").await;
        desk.browser.send("/staff/accounts", &[("term", "amanah")]).await;
    }
    for _ in 0..2 {
        pulih::workers::watchman::step(&app.app).await.unwrap();
    }
    app.settle().await;
    assert!(app.letter_to("sari@lpse.example").text.contains("wati"));
    assert_eq!(app.letters().len(), 1);
    assert_eq!(app.events().await.iter().filter(|e| *e == "staff.hurried").count(), 1);
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn addresses_are_shown_so_often_an_hour() {
    let app = TestApp::with(|plan| plan.config.limits.reveals_per_hour = 2).await;
    app.people().await;
    let case = app.helped("AMANAH7", RINA).await;
    let mut desk = app.officer("wati", &["helpdesk"]).await;
    let mut last = StatusCode::OK;
    for _ in 0..3 {
        desk.case(case).await;
        last = desk.act(case, "reveal", &[("why", "pemohon menelepon")]).await.status;
    }
    assert_eq!(last, StatusCode::TOO_MANY_REQUESTS);
    app.end().await;
}
