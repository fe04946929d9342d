//! The demo without a phone at hand: its own authenticator page stands in for one.

use std::time::Duration;

use serde_json::Value;

use crate::support::chromium::Chromium;

/// From "TOTP Berhasil di Reset" on: activation, and in again, with codes from `/demo/authenticator` alone.
pub async fn come_home(url: &str, me: &Value, chromium: &Chromium) {
    chromium.sees(&chromium.t("done-title")).await;
    chromium.tap("a.main[href='/activate']").await;
    chromium.type_password(me).await;
    chromium.sees(&chromium.t("done-next-title")).await;
    chromium.keep("activate").await;
    let first = chromium.code_beside(url, me, "").await;
    chromium.give_code("/activate", &first).await;
    chromium.sees(&chromium.t("codes-title")).await;
    chromium.keep("codes").await;
    chromium.tap("form[action='/activate/codes'] button").await;
    chromium.sees(&chromium.t("account-title")).await;
    chromium.tap("form[action='/logout'] button").await;
    chromium.type_password(me).await;
    chromium.sees(&chromium.t("login-code-title-totp")).await;
    let next = chromium.code_beside(url, me, &first).await;
    chromium.give_code("/login/totp", &next).await;
    chromium.sees(&chromium.t("account-title")).await;
    chromium.keep("account").await;
    chromium.is_content().await;
}

impl Chromium {
    /// The first two steps, as the person of the demo's list.
    async fn type_password(&self, me: &Value) {
        let typed = |key: &str| me[key].as_str().unwrap().to_owned();
        self.sees(&self.t("login-title")).await;
        self.tap(&format!("label[for={}]", typed("user_type"))).await;
        self.tap("#user_id").await;
        self.client.active_element().await.unwrap().clear().await.unwrap();
        self.tap("#user_id").await;
        self.write(&typed("user_id")).await;
        self.tap("button[value=login]").await;
        self.sees(&self.t("login-password-title")).await;
        self.tap("#password").await;
        self.write(&typed("password")).await;
        self.tap("form[action='/login/password'] button").await;
    }

    /// The person's code on the authenticator page, read in a window of its own, once it is another one than `used`.
    async fn code_beside(&self, url: &str, me: &Value, used: &str) -> String {
        let home = self.client.window().await.unwrap();
        let beside = self.client.new_window(true).await.unwrap().handle;
        self.client.switch_to_window(beside).await.unwrap();
        let mut code = used.to_owned();
        // codes change every 30 s
        for _ in 0..45 {
            self.open(&format!("{url}/demo/authenticator")).await;
            self.sees(&self.t("authenticator-title")).await;
            code = self.code_of(me["user_id"].as_str().unwrap()).await;
            if code != used {
                break;
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        assert!(code != used && code.len() == 6, "{code:?} after {used:?}");
        self.client.close_window().await.unwrap();
        self.client.switch_to_window(home).await.unwrap();
        code
    }

    async fn code_of(&self, user_id: &str) -> String {
        let row = format!(
            "return [...document.querySelectorAll('tbody tr')].find((row) => row.cells[0].firstElementChild.textContent
                === {user_id:?}).querySelector('td .code')?.textContent ?? ''"
        );
        self.ask(&row).await.as_str().unwrap().to_owned()
    }
}
