//! Disable TOTP: by password and code, and what it leaves.

use chrono::TimeDelta;
use reqwest::StatusCode;

use super::activation::{ACTIVE, BUDIS, OFFICE, reset};
use super::recovery::shown;
use crate::support::acts::at_once;
use crate::support::browser::Browser;
use crate::support::house::{PASSWORD, TestApp};
use crate::support::signing::{BUDI, Phone};

/// Budi signed in, a fresh code at hand, on the page of Disable TOTP.
async fn at_disable(app: &TestApp) -> Browser {
    app.people_with_passwords().await;
    let mut budi = app.browser();
    budi.sign_in(app, BUDI, &Phone::imported()).await;
    app.advance(TimeDelta::seconds(30)).await;
    budi.open("/account/disable").await;
    budi
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn password_and_code_are_both_asked_and_wrong_ones_are_counted() {
    let app = TestApp::start().await;
    let mut budi = at_disable(&app).await;
    let code = Phone::imported().code(&app, 0);
    let long = "x".repeat(5_000);
    for (number, (password, code)) in
        [("salah-sekali", code.as_str()), ("", &code), (PASSWORD, "000000"), (PASSWORD, ""), (&long, &code)]
            .into_iter()
            .enumerate()
    {
        budi.send("/account/disable", &[("password", password), ("code", code)]).await;
        assert_eq!(budi.page.status, StatusCode::UNPROCESSABLE_ENTITY, "{number}");
        assert!(budi.page.forms().iter().all(|form| form.value("password").is_empty()), "no password is sent back");
    }
    assert_eq!(app.value("select max(cardinality(hits)) from code_limit").await, "5");
    budi.send("/account/disable", &[("password", PASSWORD), ("code", &code)]).await;
    assert!(budi.page.text().contains("Terlalu banyak"), "even the right ones wait now: {}", budi.page.text());
    assert!(app.value(ACTIVE).await.contains("BAHTERA8"));
    app.advance(TimeDelta::minutes(6)).await;
    let code = Phone::imported().code(&app, 0);
    budi.send("/account/disable", &[("password", PASSWORD), ("code", &code)]).await;
    assert_eq!(budi.page.path, "/login?note=disabled", "{}", budi.page.text());
    assert!(!app.value(ACTIVE).await.contains("BAHTERA8"));
    app.settle().await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_that_signed_in_does_not_disable() {
    let app = TestApp::start().await;
    app.people_with_passwords().await;
    let mut budi = app.browser();
    let code = Phone::imported().code(&app, 0);
    budi.sign_in(&app, BUDI, &Phone::imported()).await;
    budi.open("/account/disable").await;
    budi.send("/account/disable", &[("password", PASSWORD), ("code", &code)]).await;
    assert_eq!(budi.page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(budi.page.text().contains("sudah dipakai"), "{}", budi.page.text());
    assert!(app.value(ACTIVE).await.contains("BAHTERA8"));
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn disable_ends_every_session_and_this_browser_enrols_anew_at_once() {
    let app = TestApp::start().await;
    let mut budi = at_disable(&app).await;
    let mut office = app.browser();
    office.sign_in(&app, BUDI, &Phone::imported()).await;
    assert_eq!(office.page.path, "/account");
    let mut half = app.browser();
    half.password(BUDI, PASSWORD).await;
    app.advance(TimeDelta::seconds(30)).await;
    let code = Phone::imported().code(&app, 0);
    budi.send("/account/disable", &[("password", PASSWORD), ("code", &code)]).await;
    assert_eq!(app.value("select count(*) from session where ended_at is null").await, "0");
    assert_eq!(office.open("/account").await.path, "/login?note=ended");
    let csrf = half.page.form("/login/totp");
    assert!(half.post("/login/totp", &csrf.filled(&[("code", &code)])).await.path.starts_with("/login"));
    app.settle().await;
    for to in [BUDIS, OFFICE] {
        assert_eq!(app.letter_to(to).subject, "TOTP Dinonaktifkan");
        assert!(!app.letter_to(to).text.contains("/activate/"), "the grant is in the browser, not in the mail");
    }

    office.password(BUDI, PASSWORD).await;
    assert_eq!(office.page.path, "/activate", "the password alone opens no account that had TOTP");
    assert!(!office.page.body.contains("otpauth"), "another browser needs the mailed link");
    budi.password(BUDI, PASSWORD).await;
    let new = budi.activate(&app).await;
    assert_eq!(budi.page.path, "/activate/codes", "{}", budi.page.text());
    assert_ne!(new.code(&app, 0), Phone::imported().code(&app, 0));
    app.settle().await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_disable_another_browser_activates_by_the_mailed_link() {
    let app = TestApp::start().await;
    let mut budi = at_disable(&app).await;
    let code = Phone::imported().code(&app, 0);
    budi.send("/account/disable", &[("password", PASSWORD), ("code", &code)]).await;
    app.settle().await;
    let mut phone = app.browser();
    phone.password(BUDI, PASSWORD).await;
    phone.send("/activate/link", &[]).await;
    app.settle().await;
    phone.open(&app.link_to(BUDIS, "/activate/")).await;
    phone.send("/activate/start", &[]).await;
    phone.activate(&app).await;
    assert_eq!(phone.page.path, "/activate/codes", "{}", phone.page.text());
    budi.password(BUDI, PASSWORD).await;
    assert_eq!(budi.page.path, "/login/totp", "the grant of the first browser is spent with it");
    app.settle().await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_recovery_code_disables_in_place_of_the_phone() {
    let app = TestApp::start().await;
    let mut budi = reset(&app).await;
    budi.password(BUDI, PASSWORD).await;
    budi.activate(&app).await;
    let codes = shown(&budi.page);
    budi.open("/account/disable?method=recovery").await;
    budi.send("/account/disable", &[("password", PASSWORD), ("code", "AAAA-AAAA-AAAA-AAAA")]).await;
    assert_eq!(budi.page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(budi.page.form("/account/disable").value("method"), "recovery", "it asks the same again");
    budi.send("/account/disable", &[("password", PASSWORD), ("code", &codes[3].to_lowercase())]).await;
    assert_eq!(budi.page.path, "/login?note=disabled", "{}", budi.page.text());
    app.settle().await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_double_click_disables_once_and_keeps_the_grant() {
    let app = TestApp::start().await;
    let mut budi = at_disable(&app).await;
    let code = Phone::imported().code(&app, 0);
    let fields = budi.page.form("/account/disable").filled(&[("password", PASSWORD), ("code", &code)]);
    let answers = at_once(3, |_| {
        let (budi, fields) = (budi.clone(), fields.clone());
        async move { budi.press("/account/disable", &fields).await }
    });
    let answers = answers.await;
    assert!(answers.iter().all(|answer| answer.status == StatusCode::SEE_OTHER));
    assert_eq!(app.events().await.into_iter().filter(|event| event == "totp.disabled").count(), 1);
    assert_eq!(app.value("select count(*) from activation_grant where revoked_at is null").await, "1");
    budi.password(BUDI, PASSWORD).await;
    budi.activate(&app).await;
    assert_eq!(budi.page.path, "/activate/codes", "whichever answer came last: {}", budi.page.text());
    app.settle().await;
    app.end().await;
}
