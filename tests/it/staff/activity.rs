//! One's own sessions, actions, password and keys.

use chrono::TimeDelta;
use reqwest::StatusCode;

use crate::support::house::{PASSWORD, TestApp};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_sees_and_ends_ones_own_sessions_alone() {
    let app = TestApp::start().await;
    let mut rina = app.officer("rina", &["auditor"]).await;
    let budi = app.officer("budi", &["auditor"]).await;
    let (mut second, mut third) = (app.staff_browser(rina.id).await, app.staff_browser(rina.id).await);
    let session =
        |n: &str| format!("select id from staff_session where staff_id = '{}' order by id limit 1 offset {n}", rina.id);
    let other = app.value(&session("1")).await;
    let theirs = app.value(&format!("select id from staff_session where staff_id = '{}'", budi.id)).await;
    rina.browser.open("/staff/activity").await;
    assert_eq!(rina.browser.page.body.matches("name=\"session\"").count(), 3, "two others, and all others");
    assert!(!rina.browser.page.body.contains(&theirs));
    let csrf = rina.browser.page.form("/staff/logout").value("csrf").to_owned();
    let end = |id: &str| [("csrf".to_owned(), csrf.clone()), ("session".to_owned(), id.to_owned())];
    rina.browser.press("/staff/activity/sessions", &end(&theirs)).await;
    assert_eq!(app.value(&format!("select ended_at is null from staff_session where id = '{theirs}'")).await, "t");
    rina.browser.press("/staff/activity/sessions", &end(&other)).await;
    second.open("/staff/activity").await.assert_at("/staff/login?note=ended");
    third.open("/staff/activity").await.assert_at("/staff/activity");
    rina.browser.press("/staff/activity/sessions", &end("others")).await;
    third.open("/staff/activity").await.assert_at("/staff/login?note=ended");
    rina.browser.open("/staff/activity").await.assert_at("/staff/activity");
    assert_eq!(app.events().await, ["staff.session-ended", "staff.session-ended"]);
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_sees_ones_own_actions_page_by_page() {
    let app = TestApp::start().await;
    let mut rina = app.officer("rina", &["helpdesk"]).await;
    let mut budi = app.officer("budi", &["helpdesk"]).await;
    budi.browser.open("/staff/activity").await;
    assert!(budi.browser.page.text().contains("Tindakan Anda akan muncul di sini."));
    for _ in 0..60 {
        rina.browser.open("/staff/activity").await;
        rina.browser.send("/staff/activity/shortcuts", &[]).await;
    }
    let count = |body: &str| body.matches("Pintasan papan ketik diatur").count();
    rina.browser.open("/staff/activity").await;
    assert_eq!(count(&rina.browser.page.body), 50);
    let older = rina.browser.page.body.split("/staff/activity?before=").nth(1).unwrap().split('"').next().unwrap();
    let older = format!("/staff/activity?before={older}");
    rina.browser.open(&older).await;
    assert_eq!(count(&rina.browser.page.body), 10);
    // another's cursor shows nothing of theirs
    budi.browser.open(&older).await;
    assert_eq!(count(&budi.browser.page.body), 0);
    assert_eq!(app.value("select bool_and(shortcuts) from staff").await, "t", "on and off, thirty times");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_password_changes_with_the_old_one_and_a_fresh_code() {
    let app = TestApp::start().await;
    let mut rina = app.officer("rina", &["auditor"]).await;
    let mut other = app.staff_browser(rina.id).await;
    let path = "/staff/activity/password";
    let new = "tiga kuda makan pagi";
    let token = rina.browser.cookie("pulih_staff").unwrap();
    for (old, again, status, words) in [
        ("wrong", new, StatusCode::UNPROCESSABLE_ENTITY, "Password sekarang tidak cocok"),
        (PASSWORD, "lain sama sekali", StatusCode::UNPROCESSABLE_ENTITY, "tidak sama"),
        (PASSWORD, new, StatusCode::OK, "Password sudah diganti"),
    ] {
        rina.browser.open(path).await;
        let code = rina.code(&app).await;
        let fields = [("password", old), ("new_password", new), ("new_password_again", again), ("code", &code)];
        let page = rina.browser.send(path, &fields).await;
        assert_eq!(page.status, status, "{}", page.text());
        assert!(page.text().contains(words), "{}", page.text());
    }
    assert_ne!(rina.browser.cookie("pulih_staff").unwrap(), token);
    other.open("/staff/activity").await.assert_at("/staff/login?note=ended");
    let mut fresh = app.browser();
    fresh.staff_password("rina", PASSWORD).await.assert_at("/staff/login");
    fresh.staff_password("rina", new).await.assert_at("/staff/login/totp");
    app.advance(TimeDelta::seconds(1)).await;
    app.end().await;
}
