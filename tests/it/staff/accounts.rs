//! Accounts at the desk: searched, locked and unlocked, exported.

use reqwest::StatusCode;

use crate::support::house::TestApp;
use crate::support::signing::{Phone, RINA};

async fn id_of(app: &TestApp, user_id: &str) -> String {
    app.value(&format!("select id::text from account where user_id = '{user_id}'")).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_search_finds_by_beginning_and_by_address_and_is_told_in_the_log() {
    let app = TestApp::start().await;
    app.people().await;
    let mut desk = app.officer("sari", &["helpdesk"]).await;
    desk.browser.open("/staff/accounts").await;
    let page = desk.browser.send("/staff/accounts", &[("term", "amanah")]).await;
    assert!(page.text().contains("AMANAH7") && !page.text().contains("BAHTERA8"), "{}", page.text());
    assert!(!page.body.contains("rina@amanah.example"), "addresses are masked");
    let page = desk.browser.send("/staff/accounts", &[("term", "KANTOR@bahtera.example")]).await;
    assert!(page.text().contains("BAHTERA8"), "{}", page.text());
    for nothing in ["ama%", "%%%", "___", "tidak-ada"] {
        let page = desk.browser.send("/staff/accounts", &[("term", nothing)]).await;
        assert!(page.text().contains("Tidak ada akun yang cocok."), "{nothing}: {}", page.text());
    }
    assert_eq!(app.events().await.iter().filter(|e| *e == "account.searched").count(), 6);
    let page = desk.browser.send("/staff/accounts", &[("term", "am")]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.text().contains("minimal 3 huruf"));
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn searches_are_limited_for_each_person() {
    let app = TestApp::with(|plan| plan.config.limits.searches_per_hour = 3).await;
    let mut desk = app.officer("sari", &["helpdesk"]).await;
    desk.browser.open("/staff/accounts").await;
    let mut last = StatusCode::OK;
    for _ in 0..4 {
        desk.browser.open("/staff/accounts").await;
        last = desk.browser.send("/staff/accounts", &[("term", "amanah")]).await.status;
    }
    assert_eq!(last, StatusCode::TOO_MANY_REQUESTS);
    assert!(desk.browser.page.header("retry-after").parse::<u32>().unwrap() > 3_000);
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_desk_locks_and_unlocks_with_reason_and_code() {
    let app = TestApp::start().await;
    app.people_with_passwords().await;
    let mut rina = app.browser();
    rina.sign_in(&app, RINA, &Phone::imported()).await;
    assert!(rina.is_in().await);
    let mut desk = app.officer("sari", &["helpdesk"]).await;
    let here = format!("/staff/accounts/{}", id_of(&app, "AMANAH7").await);
    let status = format!("{here}/status");
    desk.browser.open(&here).await;
    let code = desk.code(&app).await;
    let page = desk.browser.send(&status, &[("act", "lock"), ("reason", " "), ("code", &code)]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    let page = desk.browser.send(&status, &[("act", "lock"), ("reason", "HP dicuri"), ("code", "000000")]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.body.contains("HP dicuri"), "what was typed stays");
    let page = desk.browser.send(&status, &[("act", "lock"), ("reason", "HP dicuri"), ("code", &code)]).await;
    page.assert_at(&here);
    assert!(page.text().contains("Dikunci"));
    assert!(!rina.is_in().await, "sessions end at once");
    let code = desk.code(&app).await;
    let page = desk.browser.send(&status, &[("act", "unlock"), ("reason", "HP ketemu"), ("code", &code)]).await;
    page.assert_at(&here);
    assert!(!page.text().contains("Dikunci"));
    let events = app.events().await;
    for event in ["account.locked!code-wrong", "account.locked", "account.unlocked"] {
        assert!(events.iter().any(|e| e == event), "{event}: {events:?}");
    }
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_dispute_locked_nobody_unlocks_alone() {
    let app = TestApp::start().await;
    app.people().await;
    app.sql("update account set status = 'locked', locked_reason = 'disputed' where user_id = 'AMANAH7'").await;
    let mut desk = app.officer("sari", &["supervisor"]).await;
    let here = format!("/staff/accounts/{}", id_of(&app, "AMANAH7").await);
    let page = desk.browser.open(&here).await;
    assert!(page.forms().iter().all(|form| !form.action.ends_with("/status")));
    let csrf = page.form("/staff/logout").value("csrf").to_owned();
    let code = desk.code(&app).await;
    let fields = [("csrf", csrf.as_str()), ("act", "unlock"), ("reason", "sudah ditelepon"), ("code", &code)];
    let fields: Vec<(String, String)> = fields.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    let page = desk.browser.post(&format!("{here}/status"), &fields).await;
    assert_eq!(page.status, StatusCode::CONFLICT);
    assert_eq!(app.value("select status from account where user_id = 'AMANAH7'").await, "locked");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_export_holds_no_hash_and_no_secret_and_leaves_its_event_first() {
    let app = TestApp::start().await;
    app.people_with_passwords().await;
    let mut admin = app.officer("ani", &["admin"]).await;
    admin.browser.open("/staff/accounts").await;
    assert!(admin.browser.page.forms().iter().all(|form| form.action != "/staff/accounts"), "an admin searches nobody");
    let code = admin.code(&app).await;
    let page = admin.browser.send("/staff/accounts/export", &[("code", &code)]).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.header("content-disposition").starts_with("attachment"));
    assert!(page.body.contains("AMANAH7") && page.body.contains("rina@amanah.example"));
    assert!(!page.body.contains("argon2") && !page.body.contains("JBSWY3DP"));
    assert!(app.events().await.contains(&"accounts.exported".to_owned()));
    app.end().await;
}
