//! What scripts add to sign-in and activation: the warning before a step ends, its extension, and the copy buttons.

use chrono::TimeDelta;
use serde_json::json;

use super::portal::{Person, wrong_code};
use crate::support::chromium::{Chromium, Look};
use crate::support::house::{PASSWORD, SECRET, TestApp};
use crate::support::oath;

/// The device's clock, which the test moves: it is laid beside every page before its own scripts.
const CLOCK: &str = "
    const now = Date.now.bind(Date);
    window.ahead = 0;
    Date.now = () => now() + window.ahead;";

impl Chromium {
    /// A browser whose clock can be moved.
    async fn with_clock() -> Self {
        let chromium = Self::start(Look::PHONE).await;
        chromium.cdp("Page.addScriptToEvaluateOnNewDocument", json!({ "source": CLOCK })).await;
        chromium
    }

    /// Time passes for the house and for the page that stands open.
    async fn wait(&self, app: &TestApp, minutes: i64) {
        app.advance(TimeDelta::minutes(minutes)).await;
        self.ask(&format!("window.ahead += {minutes} * 60000")).await;
    }

    /// The warning comes at its time and not before, and "Ya, lanjutkan" makes it go.
    async fn stay(&self, app: &TestApp) {
        let until = self.text("#until").await;
        self.wait(app, 17).await;
        tokio::time::sleep(std::time::Duration::from_millis(1500)).await;
        assert!(!self.shows(".ending").await, "three minutes are left");
        self.wait(app, 1).await;
        self.until(".ending", true).await;
        assert!(self.text(".ending").await.contains(&self.t("step-warn")));
        self.tap(".ending button").await;
        self.until(".ending", false).await;
        assert_ne!(self.text("#until").await, until, "the page says until when");
        self.is_content().await;
    }

    async fn value(&self, css: &str) -> String {
        self.ask(&format!("return document.querySelector({css:?}).value")).await.as_str().unwrap().to_owned()
    }

    /// What lies in the clipboard.
    async fn clipboard(&self) -> String {
        let read = self.ask("return navigator.clipboard.readText()").await;
        read.as_str().unwrap().to_owned()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_stays_keeps_the_typed_password_and_the_step() {
    let app = TestApp::start().await;
    let who = Person::settled(&app, 0, SECRET).await;
    let rina = Chromium::with_clock().await;
    rina.open(&format!("{}/login", app.url)).await;
    rina.name_oneself(&who).await;
    rina.tap("#password").await;
    rina.write(&PASSWORD[..8]).await;
    rina.stay(&app).await;
    assert_eq!(rina.value("#password").await, PASSWORD[..8], "what was typed is still there");
    assert_eq!(rina.ask("return document.activeElement.id").await, json!("password"));
    // a second time, and past the end of the first
    rina.stay(&app).await;
    rina.write(&PASSWORD[8..]).await;
    rina.tap("form[action='/login/password'] button[type=submit]").await;
    rina.sees(&rina.t("login-code-title-totp")).await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_stays_keeps_the_typed_code_and_the_step() {
    let app = TestApp::start().await;
    let who = Person::settled(&app, 0, SECRET).await;
    let rina = Chromium::with_clock().await;
    rina.give_password(&app, &who).await;
    rina.sees(&rina.t("login-code-title-totp")).await;
    rina.tap("#code").await;
    rina.write("123").await;
    rina.stay(&app).await;
    assert_eq!(rina.value("#code").await, "123", "what was typed is still there");
    rina.stay(&app).await;
    rina.client.find(fantoccini::Locator::Css("#code")).await.unwrap().clear().await.unwrap();
    rina.give_code("/login/totp", &oath::code(&app, SECRET)).await;
    rina.sees(&rina.t("account-title")).await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_does_not_stay_is_told_and_loses_the_password_alone() {
    let app = TestApp::start().await;
    let who = Person::settled(&app, 0, SECRET).await;
    let rina = Chromium::with_clock().await;
    rina.open(&format!("{}/login", app.url)).await;
    rina.name_oneself(&who).await;
    rina.tap("#password").await;
    rina.write(PASSWORD).await;
    rina.wait(&app, 25).await;
    rina.until(".ending", true).await;
    assert_eq!(rina.text(".ending").await, rina.t("login-password-over"));
    rina.tap("form[action='/login/password'] button[type=submit]").await;
    rina.until("#password-error", true).await;
    assert_eq!(rina.text("#password-error").await, rina.t("password-trouble-late"));
    assert_eq!(rina.value("#user_id").await, who.user_id);
    assert_eq!(rina.value("#password").await, "");
    rina.tap("#password").await;
    rina.write(PASSWORD).await;
    rina.tap("form[action='/login/password'] button[type=submit]").await;
    rina.sees(&rina.t("login-code-title-totp")).await;

    // the code's step cannot be picked up: the sign-in begins again, with the User ID
    rina.wait(&app, 25).await;
    rina.until(".ending", true).await;
    assert_eq!(rina.text(".ending").await, rina.t("login-code-over"));
    rina.give_code("/login/totp", &oath::code(&app, SECRET)).await;
    rina.sees(&rina.t("login-password-title")).await;
    assert_eq!(rina.value("#user_id").await, who.user_id);
    rina.is_content().await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cut_line_while_staying_is_named_and_loses_nothing() {
    let app = TestApp::start().await;
    let who = Person::settled(&app, 0, SECRET).await;
    let rina = Chromium::with_clock().await;
    rina.open(&format!("{}/login", app.url)).await;
    rina.name_oneself(&who).await;
    rina.tap("#password").await;
    rina.write(PASSWORD).await;
    rina.wait(&app, 18).await;
    rina.until(".ending", true).await;
    let line =
        |offline: bool| json!({ "offline": offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1 });
    rina.cdp("Network.emulateNetworkConditions", line(true)).await;
    rina.tap(".ending button").await;
    let mut said = String::new();
    for _ in 0..100 {
        said = rina.text(".ending p").await;
        if said == rina.t("offline") {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert_eq!(said, rina.t("offline"));
    rina.cdp("Network.emulateNetworkConditions", line(false)).await;
    rina.tap(".ending button").await;
    rina.until(".ending", false).await;
    rina.wait(&app, 10).await;
    rina.tap("form[action='/login/password'] button[type=submit]").await;
    rina.sees(&rina.t("login-code-title-totp")).await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn secret_key_and_recovery_codes_are_copied_as_apps_and_people_want_them() {
    let app = TestApp::start().await;
    let who = Person::settled(&app, 0, "").await;
    let rina = Chromium::start(Look::PHONE).await;
    let may = json!({ "permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"], "origin": app.url });
    rina.cdp("Browser.grantPermissions", may).await;
    rina.give_password(&app, &who).await;
    rina.sees(&rina.t("done-next-title")).await;
    let shown: String = rina.text("#secret").await.split_whitespace().collect();
    rina.tap("[data-copy=secret]").await;
    rina.until("[data-copy=secret] + [role=status]", true).await;
    assert_eq!(rina.text("[data-copy=secret] + [role=status]").await, rina.t("copy-done"));
    assert_eq!(rina.clipboard().await, shown);
    // pasted with blanks as some apps copy it, a code is taken too
    let code = oath::code(&app, &shown);
    assert_ne!(code, wrong_code(&app, &shown));
    rina.give_code("/activate", &format!(" {} {} ", &code[..3], &code[3..])).await;
    rina.sees(&rina.t("codes-title")).await;
    let codes = rina.text("#codes").await;
    rina.tap("[data-copy=codes]").await;
    rina.until("[data-copy=codes] + [role=status]", true).await;
    assert_eq!(rina.clipboard().await.lines().collect::<Vec<_>>(), codes.lines().collect::<Vec<_>>());
    assert_eq!(codes.lines().count(), 10);
    rina.is_content().await;
    app.settle().await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_button_promises_copying_where_scripts_are_off() {
    let app = TestApp::start().await;
    let who = Person::settled(&app, 0, "").await;
    let rina = Chromium::start(Look { scripts: false, ..Look::PHONE }).await;
    rina.give_password(&app, &who).await;
    rina.sees(&rina.t("done-next-title")).await;
    assert!(rina.shows("#secret").await && !rina.shows("[data-copy]").await);
    app.end().await;
}
