//! The journey by keyboard alone, with a focus that can always be seen.

use serde_json::json;

use super::portal::Person;
use super::{ESC, house};
use crate::support::chromium::{Chromium, Look};
use crate::support::house::{PASSWORD, TestApp};
use crate::support::oath;

const TAB: char = '\u{e004}';
const ENTER: char = '\u{e007}';

/// What has the focus, and whether an outline shows it; a radio's is drawn around its label.
const FOCUS: &str = "
    const at = document.activeElement, look = getComputedStyle(at), box = at.getBoundingClientRect();
    return {
        tag: at.tagName + '#' + at.id + '.' + at.className,
        seen: look.outlineStyle !== 'none' && parseFloat(look.outlineWidth) >= 2 && box.width > 0 && box.height > 0
            && box.top >= 0 && box.bottom <= innerHeight,
    }";

impl Chromium {
    /// Presses Tab until the focus is on what the selector finds; each stop on the way can be seen.
    async fn tab_to(&self, css: &str) {
        let mut stops = Vec::new();
        for _ in 0..40 {
            self.key(TAB).await;
            let stop = self.ask(FOCUS).await;
            assert_eq!(stop["seen"], json!(true), "the focus is not to be seen at {stop}, {}", self.path().await);
            stops.push(stop["tag"].to_string());
            if self.ask(&format!("return document.activeElement.matches({css:?})")).await == json!(true) {
                return;
            }
        }
        panic!("no way to {css} by Tab: {stops:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_journey_needs_no_mouse() {
    let app = house().await;
    let rina = Chromium::start(Look { width: 1280, ..Look::PHONE }).await;
    rina.open(&app.url).await;
    rina.key(TAB).await;
    assert!(
        rina.ask("return document.activeElement.matches('.skip')").await == json!(true),
        "first comes the way past"
    );
    rina.tab_to("a[href='/reset-totp']").await;
    rina.key(ENTER).await;
    rina.sees(&rina.t("reset-title")).await;
    rina.tab_to("#user_id").await;
    rina.write("amanah7").await;
    rina.tab_to("#email").await;
    rina.write("rina@amanah.example").await;
    rina.tab_to("#penyedia").await;
    rina.key(' ').await;
    rina.tab_to("#kirim").await;
    rina.key(ENTER).await;
    rina.sees(&rina.t("sent-title")).await;
    app.settle().await;
    rina.open(&app.link_to("rina@amanah.example", "/r/")).await;
    rina.tab_to("#opener button").await;
    rina.key(ENTER).await;
    rina.until("dialog", true).await;
    assert_eq!(rina.ask("return document.activeElement.id").await, json!("popup-title"));
    rina.key(ESC).await;
    rina.until("dialog", false).await;
    assert_eq!(rina.ask(FOCUS).await["seen"], json!(true), "back on its button");
    rina.key(ENTER).await;
    rina.until("dialog", true).await;
    rina.tab_to("dialog .danger").await;
    rina.key(ENTER).await;
    rina.sees(&rina.t("done-title")).await;
    rina.is_content().await;
    app.settle().await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mistakes_take_the_focus_and_lead_to_their_fields() {
    let app = house().await;
    let rina = Chromium::start(Look::PHONE).await;
    rina.open(&format!("{}/reset-totp", app.url)).await;
    rina.tap("#kirim").await;
    rina.until(".summary", true).await;
    assert_eq!(rina.ask("return document.activeElement.className").await, json!("summary"));
    rina.tab_to(".summary a[href='#email']").await;
    rina.key(ENTER).await;
    assert_eq!(rina.ask("return document.activeElement.id").await, json!("email"));
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sign_in_and_activation_need_no_mouse() {
    let app = TestApp::start().await;
    let who = Person::settled(&app, 0, "").await;
    let rina = Chromium::start(Look { width: 1280, ..Look::PHONE }).await;
    let mut secret = String::new();
    for first in [true, false] {
        rina.open(&app.url).await;
        rina.tab_to("a[href='/login']").await;
        rina.key(ENTER).await;
        rina.sees(&rina.t("login-title")).await;
        rina.tab_to("[name=user_type]").await;
        rina.key(' ').await;
        rina.tab_to("#user_id").await;
        rina.write(&who.user_id).await;
        rina.tab_to("button[value=login]").await;
        rina.key(ENTER).await;
        rina.sees(&rina.t("login-password-title")).await;
        rina.tab_to("#password").await;
        rina.write(PASSWORD).await;
        // Enter in a field is enough
        rina.key(ENTER).await;
        if first {
            rina.sees(&rina.t("done-next-title")).await;
            secret = rina.text("#secret").await.split_whitespace().collect();
        } else {
            rina.sees(&rina.t("login-code-title-totp")).await;
        }
        rina.tab_to("#code").await;
        rina.write("12345").await;
        rina.key(ENTER).await;
        rina.until(".summary", true).await;
        assert_eq!(rina.ask("return document.activeElement.className").await, json!("summary"));
        rina.tab_to(".summary a[href='#code']").await;
        rina.key(ENTER).await;
        assert_eq!(rina.ask("return document.activeElement.id").await, json!("code"));
        rina.write(&oath::code(&app, &secret)).await;
        rina.key(ENTER).await;
        if first {
            rina.sees(&rina.t("codes-title")).await;
            rina.tab_to("form[action='/activate/codes'] button").await;
            rina.key(ENTER).await;
        }
        rina.sees(&rina.t("account-title")).await;
        rina.tab_to("form[action='/logout'] button").await;
        rina.key(ENTER).await;
        rina.sees(&rina.t("login-title")).await;
        app.advance(chrono::TimeDelta::seconds(30)).await;
    }
    rina.is_content().await;
    app.settle().await;
    app.end().await;
}
