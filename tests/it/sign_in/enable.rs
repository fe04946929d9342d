//! Enable TOTP, where people choose.

use chrono::TimeDelta;
use pulih::config::EnrolFirst;
use reqwest::StatusCode;

use super::activation::{ACTIVE, BUDIS};
use super::grants::{CITRA, CITRAS, citra};
use crate::support::browser::Browser;
use crate::support::house::{PASSWORD, TestApp};
use crate::support::signing::{BUDI, Phone};

/// A house where TOTP is a choice, and Citra, who never chose it.
async fn house() -> TestApp {
    let app = TestApp::with(|plan| plan.config.totp.required = false).await;
    citra(&app).await;
    app
}

async fn signed_in(app: &TestApp) -> Browser {
    let mut citra = app.browser();
    citra.password(CITRA, PASSWORD).await;
    assert_eq!(citra.page.path, "/account", "{}", citra.page.text());
    citra
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_never_enabled_totp_signs_in_by_password_until_they_enable_it() {
    let app = house().await;
    let mut citra = signed_in(&app).await;
    let mut elsewhere = signed_in(&app).await;
    let old = citra.cookie("pulih_session");
    citra.send("/account/enable", &[]).await;
    assert_eq!(citra.page.path, "/activate");
    assert_eq!(elsewhere.open("/account").await.status, StatusCode::OK, "nothing is enabled before the first code");
    let phone = citra.activate(&app).await;
    assert_eq!(citra.page.path, "/activate/codes", "{}", citra.page.text());
    assert_ne!(citra.cookie("pulih_session"), old, "the session is another one");
    assert_eq!(elsewhere.open("/account").await.path, "/login?note=ended", "sessions without a code end");
    citra.send("/activate/codes", &[]).await;
    citra.send("/logout", &[]).await;
    app.advance(TimeDelta::seconds(30)).await;
    citra.password(CITRA, PASSWORD).await;
    assert_eq!(citra.page.path, "/login/totp");
    assert_eq!(citra.open("/account").await.path, "/login?note=ended", "not before the code");
    citra.sign_in(&app, CITRA, &phone).await;
    assert_eq!(citra.page.path, "/account");
    app.settle().await;
    assert_eq!(app.letter_to(CITRAS).subject, "Aktivasi TOTP Berhasil");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn enabling_can_be_left_and_signing_in_stays_as_it_was() {
    let app = house().await;
    let mut citra = signed_in(&app).await;
    citra.send("/account/enable", &[]).await;
    citra.open("/account").await;
    citra.send("/logout", &[]).await;
    let mut citra = signed_in(&app).await;
    citra.send("/account/enable", &[]).await;
    citra.activate(&app).await;
    assert_eq!(citra.page.path, "/activate/codes");
    app.settle().await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_disabled_it_is_asked_to_activate_even_where_it_is_a_choice() {
    let app = house().await;
    app.people_with_passwords().await;
    let mut budi = app.browser();
    budi.sign_in(&app, BUDI, &Phone::imported()).await;
    app.advance(TimeDelta::seconds(30)).await;
    budi.open("/account/disable").await;
    let code = Phone::imported().code(&app, 0);
    budi.send("/account/disable", &[("password", PASSWORD), ("code", &code)]).await;
    let mut stranger = app.browser();
    stranger.password(BUDI, PASSWORD).await;
    assert_eq!(stranger.page.path, "/activate", "a stolen password opens nothing after Disable TOTP");
    assert_eq!(stranger.open("/account").await.path, "/login?note=ended");
    app.settle().await;
    budi.password(BUDI, PASSWORD).await;
    budi.activate(&app).await;
    assert_eq!(budi.page.path, "/activate/codes");
    app.settle().await;
    assert_eq!(app.letter_to(BUDIS).subject, "Aktivasi TOTP Berhasil");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_the_first_activation_needs_a_grant_enable_leads_to_the_letter() {
    let change = |plan: &mut crate::support::house::Plan| {
        plan.config.totp.required = false;
        plan.config.enrol.first = EnrolFirst::Grant;
    };
    let app = TestApp::with(change).await;
    citra(&app).await;
    let mut citra = signed_in(&app).await;
    citra.send("/account/enable", &[]).await;
    assert_eq!(citra.page.path, "/activate");
    assert!(!citra.page.body.contains("otpauth"));
    citra.send("/activate/link", &[]).await;
    app.settle().await;
    citra.open(&app.link_to(CITRAS, "/activate/")).await;
    citra.send("/activate/start", &[]).await;
    citra.activate(&app).await;
    assert_eq!(citra.page.path, "/activate/codes", "{}", citra.page.text());
    app.settle().await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn enable_does_nothing_to_who_has_it() {
    let app = house().await;
    app.people_with_passwords().await;
    let mut budi = app.browser();
    budi.sign_in(&app, BUDI, &Phone::imported()).await;
    let before = app.value(ACTIVE).await;
    let csrf = budi.page.form("/logout");
    for path in ["/account/enable", "/activate/start"] {
        budi.post(path, &csrf.fields).await;
        assert_eq!(budi.page.path, "/activate");
        assert!(!budi.page.body.contains("otpauth"), "{path}");
    }
    assert_eq!(app.value(ACTIVE).await, before);
    assert_eq!(app.value("select count(*) from enrolment").await, "0");
    app.end().await;
}
