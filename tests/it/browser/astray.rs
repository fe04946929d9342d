//! Sign-in and activation off the straight way: pressed twice, gone back, reloaded, in two tabs.

use chrono::TimeDelta;

use super::portal::{Person, secret_of};
use crate::support::chromium::{Chromium, Look};
use crate::support::house::TestApp;
use crate::support::oath;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn codes_pressed_twice_count_once_and_show_the_recovery_codes() {
    let app = TestApp::start().await;
    let who = Person::settled(&app, 0, "").await;
    let rina = Chromium::start(Look::PHONE).await;
    rina.give_password(&app, &who).await;
    rina.sees(&rina.t("done-next-title")).await;
    let secret = secret_of(&rina.camera().await);
    rina.tap("#code").await;
    rina.write(&oath::code(&app, &secret)).await;
    rina.double_click("form[action='/activate'] button").await;
    rina.sees(&rina.t("codes-title")).await;
    // and they can be looked at again until they are said to be kept
    let codes = rina.text("#codes").await;
    rina.client.refresh().await.unwrap();
    rina.sees(&rina.t("codes-title")).await;
    assert_eq!(rina.text("#codes").await, codes);
    assert_eq!(codes.lines().count(), 10);
    rina.double_click("form[action='/activate/codes'] button").await;
    rina.sees(&rina.t("account-title")).await;
    rina.sign_out().await;
    app.advance(TimeDelta::seconds(30)).await;

    rina.give_password(&app, &who).await;
    rina.sees(&rina.t("login-code-title-totp")).await;
    rina.tap("#code").await;
    rina.write(&oath::code(&app, &secret)).await;
    rina.double_click("form[action='/login/totp'] button").await;
    rina.sees(&rina.t("account-title")).await;
    let events = app.events().await;
    for kind in ["totp.activated", "recovery-codes.kept", "login.code"] {
        assert_eq!(events.iter().filter(|event| event.starts_with(kind)).count(), 1, "{kind} in {events:?}");
    }
    rina.is_content().await;
    app.settle().await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn back_shows_neither_a_dead_qr_nor_the_recovery_codes_nor_the_account_again() {
    let app = TestApp::start().await;
    for scripts in [true, false] {
        let who = Person::settled(&app, usize::from(scripts), "").await;
        let rina = Chromium::start(Look { scripts, ..Look::PHONE }).await;
        rina.give_password(&app, &who).await;
        rina.sees(&rina.t("done-next-title")).await;
        let secret = secret_of(&rina.camera().await);
        rina.give_code("/activate", &oath::code(&app, &secret)).await;
        rina.sees(&rina.t("codes-title")).await;
        let code = rina.text("#codes li").await;
        rina.client.back().await.unwrap();
        rina.sees(&rina.t("codes-title")).await;
        assert!(!rina.shows(".scan").await);
        rina.tap("form[action='/activate/codes'] button").await;
        rina.sees(&rina.t("account-title")).await;
        rina.client.back().await.unwrap();
        rina.until("#codes", false).await;
        assert!(!rina.client.source().await.unwrap().contains(&code), "recovery codes are shown once");
        rina.open(&format!("{}/account", app.url)).await;
        rina.sign_out().await;
        rina.client.back().await.unwrap();
        rina.sees(&rina.t("login-title")).await;
        assert!(!rina.client.source().await.unwrap().contains("Orang Contoh"));
        rina.is_content().await;
    }
    app.settle().await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tab_with_an_older_qr_says_so_and_shows_the_one_that_counts() {
    let app = TestApp::start().await;
    let who = Person::settled(&app, 0, "").await;
    let rina = Chromium::start(Look::PHONE).await;
    rina.give_password(&app, &who).await;
    rina.sees(&rina.t("done-next-title")).await;
    let old = secret_of(&rina.camera().await);
    let tab = rina.client.window().await.unwrap();
    let other = rina.client.new_window(true).await.unwrap().handle;
    rina.client.switch_to_window(other).await.unwrap();
    rina.open(&format!("{}/activate", app.url)).await;
    assert_eq!(secret_of(&rina.camera().await), old, "another tab shows the same");
    rina.tap("section.other form[action='/activate/start'] button").await;
    rina.sees(&rina.t("done-next-title")).await;
    let new = secret_of(&rina.camera().await);
    assert_ne!(new, old);
    rina.client.switch_to_window(tab).await.unwrap();
    rina.give_code("/activate", &oath::code(&app, &old)).await;
    rina.until("main .notice.wait", true).await;
    assert!(rina.text("main").await.contains(&rina.t("activate-renewed")));
    assert_eq!(rina.activate_by_camera(&app).await, new);
    app.settle().await;
    app.end().await;
}
