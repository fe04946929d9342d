//! The first TOTP of somebody of the desk, shown to one browser.

use pulih::model::event::Actor;
use reqwest::StatusCode;

use crate::support::house::{PASSWORD, TestApp};
use crate::support::signing::Phone;

async fn without_phone(app: &TestApp, name: &str) {
    let (id, _) = app.staff(name, &["helpdesk"]).await;
    app.sql(&format!("update staff_factor set revoked_at = pulih.now(), sealed_secret = null where staff_id = '{id}'"))
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_first_code_proves_the_secret_and_signs_in() {
    let app = TestApp::start().await;
    without_phone(&app, "rina").await;
    let mut browser = app.browser();
    browser.staff_password("rina", PASSWORD).await.assert_at("/staff/enrol");
    assert!(browser.page.text().contains("Aktifkan keamanan akun sebelum mulai bekerja."), "{}", browser.page.text());
    let half = browser.cookie("pulih_staff").unwrap();
    let key = browser.page.secret_key();
    browser.open("/staff/enrol").await;
    assert_eq!(browser.page.secret_key(), key, "looking changes nothing");
    let wrong = Phone::holding(&key).wrong(&app);
    let page = browser.send("/staff/enrol", &[("code", &wrong)]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(page.secret_key(), key);
    let phone = browser.staff_enrol(&app).await;
    assert!(browser.page.path.starts_with("/staff/requests"), "{}", browser.page.path);
    assert_ne!(browser.cookie("pulih_staff").unwrap(), half);
    // the first code is used up, the page is shown no more, and the phone signs in from now on
    browser.open("/staff/enrol").await;
    assert!(!browser.page.path.contains("enrol") && !browser.page.body.contains(&key));
    app.browser().staff_sign_in(&app, "rina", &phone).await;
    assert_eq!(
        app.events().await,
        ["staff.password", "staff.enrolled!code-wrong", "staff.enrolled", "staff.password", "staff.code"]
    );
    let own = app.value("select count(*) from event where staff_id is not null").await;
    assert_eq!((own.as_str(), Actor::Operator.code()), ("3", "operator"));
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_secret_is_shown_to_one_browser_alone() {
    let app = TestApp::start().await;
    without_phone(&app, "rina").await;
    let (mut first, mut second) = (app.browser(), app.browser());
    first.staff_password("rina", PASSWORD).await.assert_at("/staff/enrol");
    let key = first.page.secret_key();
    second.staff_password("rina", PASSWORD).await.assert_at("/staff/enrol");
    let other = second.page.secret_key();
    assert_ne!(key, other);
    // the first browser is shown neither, and its code proves nothing
    let code = Phone::holding(&key).code(&app, 0);
    let page = first.send("/staff/enrol", &[("code", &code)]).await;
    assert_eq!(page.status, StatusCode::CONFLICT, "{}", page.text());
    first.open("/staff/enrol").await;
    assert!(!first.page.body.contains("otpauth:"), "{}", first.page.text());
    first.send("/staff/enrol/start", &[]).await.assert_at("/staff/enrol");
    assert!(![key, other].contains(&first.page.secret_key()));
    first.staff_enrol(&app).await;
    // whoever else was past the password is out
    second.open("/staff/enrol").await.assert_at("/staff/login?note=ended");
    app.end().await;
}
