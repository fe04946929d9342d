//! People who sign in: their passwords, their phones, and the three steps.

use std::collections::HashSet;
use std::sync::LazyLock;

use chrono::TimeDelta;
use data_encoding::BASE32_NOPAD;
use pulih::base::password;
use pulih::base::totp::{self, Params};
use reqwest::Method;

use super::browser::{Browser, Page};
use super::house::{PASSWORD, SECRET, TestApp};

static HASH: LazyLock<String> = LazyLock::new(|| password::hash(PASSWORD).unwrap());

/// The hash of everybody's password.
pub fn hash() -> &'static str {
    &HASH
}

/// Rina: User ID and Tipe User.
pub const RINA: (&str, &str) = ("AMANAH7", "penyedia");
/// Budi.
pub const BUDI: (&str, &str) = ("BAHTERA8", "non_penyedia");

/// An authenticator app that holds one secret and never leaves.
#[derive(Clone, Debug)]
pub struct Phone {
    secret: Vec<u8>,
}

impl Phone {
    /// A phone that holds this secret, in base 32 as a person types it.
    pub fn holding(secret: &str) -> Self {
        let plain: String = secret.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_uppercase();
        Self { secret: BASE32_NOPAD.decode(plain.as_bytes()).unwrap() }
    }

    /// The phone of the people that `TestApp::people` imports.
    pub fn imported() -> Self {
        Self::holding(SECRET)
    }

    /// The code it shows so many steps from now.
    pub fn code(&self, app: &TestApp, steps: i64) -> String {
        let params = Params::default();
        totp::code(&self.secret, &params, totp::step(app.app.clock().now(), &params) + steps).unwrap()
    }

    /// A code that is right at no time near.
    pub fn wrong(&self, app: &TestApp) -> String {
        let near: HashSet<String> = (-45..=45).map(|steps| self.code(app, steps)).collect();
        (0..1_000).map(|n| format!("{n:06}")).find(|code| !near.contains(code)).unwrap()
    }

    /// Lets time pass until a step has just begun and no code near is that of two steps.
    pub async fn calm(&self, app: &TestApp) {
        loop {
            let into = app.app.clock().now().timestamp().rem_euclid(30);
            app.advance(TimeDelta::seconds(30 - into)).await;
            let near: HashSet<String> = (-45..=45).map(|steps| self.code(app, steps)).collect();
            if near.len() == 91 {
                break;
            }
        }
    }
}

impl TestApp {
    /// Rina and Budi, who know their password (`PASSWORD`).
    pub async fn people_with_passwords(&self) {
        self.people().await;
        self.give_passwords().await;
    }

    /// Everybody knows their password from now on (`PASSWORD`).
    pub async fn give_passwords(&self) {
        self.sql(&format!("update account set password_hash = '{}'", *HASH)).await;
    }
}

impl Browser {
    /// The first two steps of a sign-in.
    pub async fn password(&mut self, (user_id, user_type): (&str, &str), password: &str) -> &Page {
        self.open("/login").await;
        self.send("/login", &[("user_id", user_id), ("user_type", user_type)]).await;
        self.send("/login/password", &[("password", password)]).await
    }

    /// All three steps, with the code that the phone shows now.
    pub async fn sign_in(&mut self, app: &TestApp, who: (&str, &str), phone: &Phone) -> &Page {
        self.password(who, PASSWORD).await;
        let code = phone.code(app, 0);
        self.send("/login/totp", &[("code", &code)]).await
    }

    /// Gives a code at the third step.
    pub async fn code(&mut self, code: &str) -> &Page {
        self.send("/login/totp", &[("code", code)]).await
    }

    /// Whether a session token is worth anything in this browser.
    pub async fn holds(&self, token: &str) -> bool {
        let other = Self::new(&self.origin());
        other.plant("pulih", &self.cookie("pulih").unwrap());
        other.plant("pulih_session", token);
        let page = other.answer(other.request(Method::GET, "/activate")).await;
        !page.header("location").starts_with("/login")
    }

    /// Whether the session it holds goes on.
    pub async fn is_in(&self) -> bool {
        match self.cookie("pulih_session") {
            Some(token) => self.holds(&token).await,
            None => false,
        }
    }

    /// Activates with the Secret Key that the page shows, from the page of the QR on; returns the new phone.
    pub async fn activate(&mut self, app: &TestApp) -> Phone {
        let phone = Phone::holding(&self.page.secret_key());
        let code = phone.code(app, 0);
        self.send("/activate", &[("code", &code)]).await;
        phone
    }

    /// The whole way of somebody who lost the phone: Reset TOTP, the mail, OK.
    pub async fn lose_phone(&mut self, app: &TestApp, (user_id, user_type): (&str, &str), address: &str) -> &Page {
        self.kirim(user_id, address, user_type).await;
        app.settle().await;
        self.reset(&app.link_to(address, "/r/")).await
    }
}

impl Page {
    /// The Secret Key that the page shows, without its blanks.
    pub fn secret_key(&self) -> String {
        let uri = self.body.split("otpauth://totp/").nth(1).unwrap_or_else(|| panic!("no QR here: {}", self.text()));
        let secret = uri.split("secret=").nth(1).unwrap();
        secret.chars().take_while(char::is_ascii_alphanumeric).collect()
    }
}
