//! The steps of sign-in and activation: what a person does on each page, and what a phone sees of it.

use data_encoding::{BASE32_NOPAD, BASE64};
use pulih::base::totp::{self, Params, Verdict};
use serde_json::json;

use crate::support::chromium::Chromium;
use crate::support::house::{PASSWORD, TestApp};
use crate::support::oath;

/// Somebody who signs in.
pub struct Person {
    /// User ID.
    pub user_id: String,
    /// Tipe User.
    pub kind: &'static str,
    /// Registered address.
    pub address: String,
}

impl Person {
    /// A person of that number, who knows the password and whose lost phone held `secret`; empty for none.
    pub async fn settled(app: &TestApp, number: usize, secret: &str) -> Self {
        let (user_id, address) = (format!("ORANG{number}"), format!("orang{number}@contoh.example"));
        let kind = ["penyedia", "non_penyedia"][number % 2];
        app.import(&format!("{user_id},{kind},Orang Contoh,{address},,,{secret},\n")).await;
        app.give_passwords().await;
        Self { user_id, kind, address }
    }
}

/// A code that this secret makes at no time near.
pub fn wrong_code(app: &TestApp, secret: &str) -> String {
    let secret = BASE32_NOPAD.decode(secret.as_bytes()).unwrap();
    let now = app.app.clock().now();
    let wrong = |code: &String| totp::judge(&secret, &Params::default(), now, code).unwrap() == Verdict::Wrong;
    (0..100).map(|n| format!("{:06}", n * 9_973)).find(wrong).unwrap()
}

impl Chromium {
    /// From Beranda through Tipe User and User ID to the password, and past it.
    pub async fn give_password(&self, app: &TestApp, who: &Person) {
        self.open(&format!("{}/?lang={}", app.url, self.look.lang.code())).await;
        self.sees(&self.t("home-title")).await;
        self.tap("a[href='/login']").await;
        self.name_oneself(who).await;
        self.tap("#password").await;
        self.write(PASSWORD).await;
        self.tap("form[action='/login/password'] button").await;
    }

    /// The first step: Tipe User and User ID.
    pub async fn name_oneself(&self, who: &Person) {
        self.sees(&self.t("login-title")).await;
        self.tap(&format!("label[for={}]", who.kind)).await;
        self.client.find(fantoccini::Locator::Css("#user_id")).await.unwrap().clear().await.unwrap();
        self.tap("#user_id").await;
        self.write(&who.user_id).await;
        self.tap("button[value=login]").await;
        self.sees(&self.t("login-password-title")).await;
    }

    /// Types a code and sends it.
    pub async fn give_code(&self, action: &str, code: &str) {
        self.tap("#code").await;
        self.write(code).await;
        self.tap(&format!("form[action='{action}'] button")).await;
    }

    /// The first code for the QR that a phone reads off this screen, up to the account; returns the secret.
    pub async fn activate_by_camera(&self, app: &TestApp) -> String {
        self.sees(&self.t("done-next-title")).await;
        let secret = secret_of(&self.camera().await);
        self.give_code("/activate", &oath::code(app, &secret)).await;
        self.sees(&self.t("codes-title")).await;
        assert_eq!(self.ask("return document.querySelectorAll('#codes li').length").await, json!(10));
        self.tap("form[action='/activate/codes'] button").await;
        self.sees(&self.t("account-title")).await;
        secret
    }

    /// Keluar.
    pub async fn sign_out(&self) {
        self.tap("form[action='/logout'] button").await;
        self.sees(&self.t("login-title")).await;
    }

    /// What the camera of another phone reads off the screen, once the QR was scrolled there.
    pub async fn camera(&self) -> String {
        let read = oath::zbarimg(&self.screen(".scan").await);
        read.unwrap_or_else(|| panic!("no QR can be read from the screen: {:?}", self.look))
    }

    /// The window's own picture, with what a selector finds in its middle.
    pub async fn screen(&self, css: &str) -> Vec<u8> {
        self.ask(&format!("document.querySelector({css:?})?.scrollIntoView({{ block: 'center' }})")).await;
        let shot = self.cdp("Page.captureScreenshot", json!({})).await;
        BASE64.decode(shot["data"].as_str().unwrap().as_bytes()).unwrap()
    }
}

/// The secret in an otpauth URI.
pub fn secret_of(uri: &str) -> String {
    assert!(uri.starts_with("otpauth://totp/"), "{uri}");
    let secret = uri.split("secret=").nth(1).unwrap();
    secret.chars().take_while(char::is_ascii_alphanumeric).collect()
}
