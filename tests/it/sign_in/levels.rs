//! What a session opens that has shown the password alone, and what none opens.

use chrono::TimeDelta;
use pulih::web::routes::{Enter, ROUTES, Route};
use reqwest::{Method, StatusCode};

use crate::support::browser::{Browser, Page};
use crate::support::house::{PASSWORD, SECRET, TestApp};
use crate::support::signing::{Phone, RINA};

/// Everything any form of the pages behind these rows could send.
async fn fields(app: &TestApp, browser: &Browser) -> Vec<(String, String)> {
    let csrf = browser.clone().open("/login").await.form("/login").value("csrf").to_owned();
    let code = Phone::imported().code(app, 0);
    let new = "perahu kayu tua";
    let all = [
        ("csrf", csrf.as_str()),
        ("password", PASSWORD),
        ("new_password", new),
        ("new_password_again", new),
        ("code", &code),
        ("method", "totp"),
        ("session", "others"),
    ];
    all.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec()
}

async fn ask(browser: &Browser, row: &Route, fields: &[(String, String)]) -> Page {
    match row.method.as_str() {
        "GET" => browser.answer(browser.request(Method::GET, row.path)).await,
        _ => browser.press(row.path, fields).await,
    }
}

/// That each row of that kind leads to the sign-in and writes nothing.
async fn assert_shut(app: &TestApp, browser: &Browser, which: &[Enter]) {
    let fields = fields(app, browser).await;
    let before = app.rows().await;
    let mut tried = 0;
    for row in ROUTES.iter().filter(|row| which.contains(&row.enter)) {
        let page = ask(browser, row, &fields).await;
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{} {}: {}", row.method, row.path, page.text());
        assert!(page.header("location").starts_with("/login"), "{} {}", row.path, page.header("location"));
        assert!(page.body.is_empty() || !page.body.contains("Rina"), "{} {}", row.path, page.body);
        tried += 1;
    }
    assert!(tried > 5, "{tried}");
    assert_eq!(app.rows().await, before, "and nothing was written");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_half_session_opens_the_code_step_and_nothing_of_the_account() {
    let app = TestApp::start().await;
    app.people_with_passwords().await;
    let mut eve = app.browser();
    eve.password(RINA, PASSWORD).await.assert_at("/login/totp");
    assert_shut(&app, &eve, &[Enter::User]).await;
    assert!(eve.is_in().await, "and stays what it is");
    // activation tells that TOTP is active, and begins nothing
    let secrets = app.value("select count(*) from enrolment").await;
    assert!(!eve.open("/activate").await.body.contains("otpauth:"), "{}", eve.page.text());
    let fields = fields(&app, &eve).await;
    for path in ["/activate", "/activate/start", "/activate/link"] {
        let page = eve.press(path, &fields).await;
        assert!(page.status.is_redirection() || page.status.is_client_error(), "{path}: {}", page.status);
    }
    assert_eq!(app.value("select count(*) from enrolment").await, secrets);
    assert_eq!(app.value("select count(*) from credential where revoked_at is null").await, "2");
    assert_eq!(app.value("select count(*) from letter").await, "0");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_half_session_that_may_enrol_opens_nothing_of_the_account_either() {
    let app = TestApp::start().await;
    app.import("AMANAH7,penyedia,Rina Wijaya,rina@amanah.example,,,,\n").await;
    app.sql(&format!("update account set password_hash = '{}'", crate::support::signing::hash())).await;
    let mut rina = app.browser();
    rina.password(RINA, PASSWORD).await.assert_at("/activate");
    assert_shut(&app, &rina, &[Enter::User]).await;
    let mut tries = rina.clone();
    tries.open("/login/totp").await.assert_at("/activate");
    rina.open("/activate").await;
    rina.activate(&app).await;
    rina.page.assert_at("/activate/codes");
    app.settle().await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_session_nothing_opens() {
    let app = TestApp::start().await;
    app.people_with_passwords().await;
    let mut nobody = app.browser();
    nobody.open("/login").await;
    assert_shut(&app, &nobody, &[Enter::User, Enter::Password]).await;
    let mut left = app.browser();
    left.sign_in(&app, RINA, &Phone::imported()).await.assert_at("/account");
    let dead = left.cookie("pulih_session").unwrap();
    left.send("/logout", &[]).await;
    left.plant("pulih_session", &dead);
    left.open("/login").await;
    assert_shut(&app, &left, &[Enter::User, Enter::Password]).await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_totp_is_not_demanded_who_enabled_it_is_asked_for_it() {
    let app = TestApp::with(|plan| plan.config.totp.required = false).await;
    app.import(&format!(
        "AMANAH7,penyedia,Rina Wijaya,rina@amanah.example,,,{SECRET},\n\
         CERIA9,penyedia,Citra,citra@ceria.example,,,,\n"
    ))
    .await;
    app.sql(&format!("update account set password_hash = '{}'", crate::support::signing::hash())).await;
    let mut rina = app.browser();
    rina.password(RINA, PASSWORD).await.assert_at("/login/totp");
    assert_shut(&app, &rina, &[Enter::User]).await;
    let mut citra = app.browser();
    citra.password(("CERIA9", "penyedia"), PASSWORD).await.assert_at("/account");
    // her phone was lost to a reset: from now on the password alone is not enough
    citra.send("/account/enable", &[]).await;
    citra.page.assert_at("/activate");
    citra.activate(&app).await;
    app.settle().await;
    citra.lose_phone(&app, ("CERIA9", "penyedia"), "citra@ceria.example").await;
    app.settle().await;
    let mut thief = app.browser();
    thief.password(("CERIA9", "penyedia"), PASSWORD).await.assert_at("/activate");
    assert!(!thief.page.body.contains("otpauth:"), "{}", thief.page.text());
    assert_shut(&app, &thief, &[Enter::User]).await;
    app.advance(TimeDelta::minutes(21)).await;
    assert_shut(&app, &thief, &[Enter::User, Enter::Password]).await;
    app.end().await;
}
