//! People who sign in: their passwords, their phones, and the three steps.

use std::sync::LazyLock;

use data_encoding::BASE32_NOPAD;
use pulih::base::password;
use pulih::base::totp::{self, Params};

use super::browser::{Browser, Page};
use super::house::{PASSWORD, SECRET, TestApp};

static HASH: LazyLock<String> = LazyLock::new(|| password::hash(PASSWORD).unwrap());

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
        self.reset(&app.letter_to(address).link("/r/")).await
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
