//! People of the desk in tests: signed in without the way there.

use chrono::TimeDelta;
use data_encoding::{BASE32_NOPAD, BASE64URL_NOPAD, HEXLOWER};
use pulih::base::keyring::Purpose;
use pulih::base::{random, seal, secret_hash};
use uuid::Uuid;

use super::browser::{Browser, Page};
use super::house::{PASSWORD, TestApp};
use super::signing::{Phone, hash};

/// Somebody of the desk with their browser and phone.
pub struct Officer {
    /// Row id.
    pub id: Uuid,
    /// Their browser, signed in.
    pub browser: Browser,
    /// Their phone.
    pub phone: Phone,
}

impl Officer {
    /// A code that was not used yet: time goes on by a step first.
    pub async fn code(&self, app: &TestApp) -> String {
        app.advance(TimeDelta::seconds(30)).await;
        self.phone.code(app, 0)
    }
}

impl TestApp {
    /// Somebody of the desk who is there since a month, with these roles and the password of everybody; signed in.
    pub async fn officer(&self, username: &str, roles: &[&str]) -> Officer {
        let (id, secret) = self.staff(username, roles).await;
        let browser = self.staff_browser(id).await;
        Officer { id, browser, phone: Phone::holding(&BASE32_NOPAD.encode(&secret)) }
    }

    /// The same without a browser; returns their id and TOTP secret.
    pub async fn staff(&self, username: &str, roles: &[&str]) -> (Uuid, Vec<u8>) {
        let (id, factor, secret) = (random::id(), random::id(), random::bytes::<20>().unwrap());
        let sealed = seal::seal(self.app.keys().of(Purpose::Seal), factor, &secret).unwrap();
        self.sql(&format!(
            "insert into staff (id, username, username_folded, employee_number, employee_number_folded, name, address, roles,
                status, password_hash, created_at)
            values ('{id}', '{username}', lower('{username}'), 'NIP-{username}', 'nip' || lower('{username}'), initcap('{username}'),
                '{username}@lpse.example', '{{{}}}', 'active', '{}', pulih.now() - interval '30 days')",
            roles.join(","),
            hash()
        ))
        .await;
        self.sql(&format!(
            "insert into staff_factor (id, staff_id, sealed_secret, algorithm, digits, period, proved_at)
            values ('{factor}', '{id}', '\\x{}', 'SHA1', 6, 30, pulih.now())",
            HEXLOWER.encode(&sealed)
        ))
        .await;
        (id, secret.to_vec())
    }

    /// A browser in which that person is signed in.
    pub async fn staff_browser(&self, id: Uuid) -> Browser {
        let mut browser = self.browser();
        browser.open("/reset-totp").await;
        let known = BASE64URL_NOPAD.decode(browser.cookie("pulih").unwrap().as_bytes()).unwrap();
        let token = random::bytes::<32>().unwrap();
        self.sql(&format!(
            "insert into staff_session (id, staff_id, token_hash, browser_hash, network, level, expires_at)
            values ('{}', '{id}', '\\x{}', '\\x{}', '127.0.0.1/32', 'full', pulih.now() + interval '12 h')",
            random::id(),
            HEXLOWER.encode(&secret_hash(&token)),
            HEXLOWER.encode(&secret_hash(&known)),
        ))
        .await;
        browser.plant("pulih_staff", &BASE64URL_NOPAD.encode(&token));
        browser
    }
}

impl Browser {
    /// User name and password on the first page of the desk.
    pub async fn staff_password(&mut self, username: &str, password: &str) -> &Page {
        self.open("/staff/login").await;
        self.send("/staff/login", &[("username", username), ("password", password)]).await
    }

    /// Both steps of a sign-in of the desk, with a code that was not used yet.
    pub async fn staff_sign_in(&mut self, app: &TestApp, username: &str, phone: &Phone) -> &Page {
        self.staff_password(username, PASSWORD).await;
        app.advance(TimeDelta::seconds(30)).await;
        let code = phone.code(app, 0);
        self.send("/staff/login/totp", &[("code", &code)]).await
    }

    /// Enrols with the Secret Key that the page shows; returns the new phone.
    pub async fn staff_enrol(&mut self, app: &TestApp) -> Phone {
        let phone = Phone::holding(&self.page.secret_key());
        let code = phone.code(app, 0);
        self.send("/staff/enrol", &[("code", &code)]).await;
        phone
    }
}
