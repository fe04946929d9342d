//! Somebody with a stolen password, a stolen mailbox, or both, who tries every page.

use std::collections::BTreeSet;

use actix_web::http::Method;
use chrono::TimeDelta;
use pulih::web::routes::ROUTES;

use super::RINAS;
use crate::support::browser::Browser;
use crate::support::dice::Dice;
use crate::support::house::{PASSWORD, TestApp};
use crate::support::signing::{Phone, RINA};

/// Somebody with what they stole.
pub struct Thief {
    /// Theirs.
    pub browser: Browser,
    dice: Dice,
    password: Option<&'static str>,
    mailbox: bool,
    /// Texts that may be worth something: tokens, ids, codes.
    loot: Vec<String>,
    /// Secrets seen on pages.
    pub secrets: BTreeSet<String>,
    csrf: String,
}

impl Thief {
    /// A thief who knows all ids there are.
    pub async fn new(app: &TestApp, password: bool, mailbox: bool, seed: usize) -> Self {
        let mut loot: Vec<String> =
            ["", "000000", "0198f0aa", "others", "AAAA-AAAA-AAAA-AAAA"].map(str::to_owned).into();
        // ids that no page shows: even these open nothing
        for table in ["enrolment", "session", "credential", "activation_grant", "link", "request"] {
            loot.extend(app.ids(&format!("select id from {table} limit 3")).await.iter().map(ToString::to_string));
        }
        let mut thief = Self {
            browser: app.browser(),
            dice: Dice::new(seed),
            password: password.then_some(PASSWORD),
            mailbox,
            loot,
            secrets: BTreeSet::new(),
            csrf: String::new(),
        };
        thief.get("/reset-totp").await;
        thief
    }

    /// Reads the mailbox: the tokens of all links in it.
    async fn mail(&mut self, app: &TestApp) {
        app.settle().await;
        if !self.mailbox {
            return;
        }
        for letter in app.letters().iter().filter(|letter| letter.to == RINAS) {
            let tokens = letter.text.split_whitespace().filter(|word| word.starts_with("http"));
            for token in tokens.filter_map(|link| link.rsplit('/').next()).map(str::to_owned) {
                if token.len() > 60 && !self.loot.contains(&token) {
                    self.loot.push(token);
                }
            }
        }
    }

    fn see(&mut self) {
        let page = &self.browser.page;
        assert!(page.status.as_u16() < 500, "{} {}", page.path, page.status);
        if page.body.contains("otpauth:") || page.body.contains("id=\"secret\"") {
            self.secrets.insert(page.secret_key());
        }
        assert!(!page.body.contains("id=\"codes\"") || !self.secrets.is_empty(), "recovery codes at {}", page.path);
        for form in page.forms() {
            for (name, value) in form.fields {
                if name == "csrf" {
                    self.csrf = value;
                } else if !self.loot.contains(&value) {
                    self.loot.push(value);
                }
            }
        }
    }

    async fn get(&mut self, path: &str) {
        self.browser.open(path).await;
        self.see();
    }

    async fn post(&mut self, path: &str, fields: &[(String, String)]) {
        self.browser.post(path, fields).await;
        self.see();
    }

    /// A path of the table, its names filled in.
    fn path(&mut self, path: &str) -> String {
        let loot: Vec<String> =
            self.loot.iter().filter(|text| text.len() > 5 && !text.contains('/')).cloned().collect();
        let name = path.split(['{', '}']).nth(1).map(str::to_owned);
        let value = self.dice.pick(&loot).cloned().unwrap_or_default();
        name.map_or_else(|| path.to_owned(), |name| path.replace(&format!("{{{name}}}"), &value))
    }

    /// Everything a form of ours can hold, as plausible as the thief can make it.
    fn fields(&mut self) -> Vec<(String, String)> {
        let secret = self.secrets.iter().next_back().cloned();
        let known = self.password.unwrap_or("salah-12345");
        let method = (*self.dice.pick(&["totp", "recovery"]).unwrap()).to_owned();
        let new = "tiga kuda makan pagi".to_owned();
        let mut fields: Vec<(String, String)> = vec![
            ("csrf".into(), self.csrf.clone()),
            ("user_id".into(), RINA.0.into()),
            ("user_type".into(), RINA.1.into()),
            ("password".into(), known.into()),
            ("email".into(), RINAS.into()),
            ("method".into(), method),
            ("new_password".into(), new.clone()),
            ("new_password_again".into(), new),
        ];
        for name in ["enrolment", "link", "session", "form", "step", "code"] {
            let value = self.dice.pick(&self.loot).cloned().unwrap_or_default();
            fields.push((name.into(), value));
        }
        // who has seen a secret has the phone to it
        fields.retain(|(name, _)| name != "code" || secret.is_none());
        fields
    }

    /// Sends a form: as the page at hand has it, or one of the thief's own making.
    async fn write(&mut self, app: &TestApp, path: &str, own_making: bool) {
        let path = self.path(path);
        let mut fields = self.fields();
        if let Some(secret) = self.secrets.iter().next_back() {
            fields.push(("code".into(), Phone::holding(secret).code(app, 0)));
        }
        let form = self.browser.page.forms().into_iter().find(|form| form.method == "POST" && form.action == path);
        if let Some(form) = form.filter(|_| !own_making) {
            let own = ["enrolment", "link", "form", "csrf", "method"];
            let filled: Vec<_> = fields.iter().filter(|(name, _)| !own.contains(&name.as_str())).collect();
            fields = form.filled(&filled.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect::<Vec<_>>());
        }
        self.post(&path, &fields).await;
    }

    fn plant(&mut self) {
        let names = ["pulih_grant", "pulih_activate", "pulih_link", "pulih_not_me", "pulih_session"];
        let name = *self.dice.pick(&names).unwrap();
        let tokens: Vec<String> = self.loot.iter().filter(|text| !text.contains(' ')).cloned().collect();
        let value = self.dice.pick(&tokens).cloned().unwrap_or_default();
        self.browser.plant(name, &value);
    }

    /// The ways that pages themselves offer, once.
    async fn straight(&mut self, app: &TestApp) {
        self.mail(app).await;
        let known = self.password.unwrap_or("salah-12345");
        if self.mailbox {
            self.browser.kirim(RINA.0, RINAS, RINA.1).await;
            self.mail(app).await;
            for token in self.loot.clone().into_iter().filter(|text| text.len() > 60) {
                self.get(&format!("/r/{token}")).await;
                for path in ["/reset-totp/open", "/reset-totp/confirm", "/reset-totp/activation-link"] {
                    if self.browser.page.forms().iter().any(|form| form.method == "POST" && form.action == path) {
                        self.browser.send(path, &[]).await;
                        self.see();
                    }
                }
                self.get(&format!("/activate/{token}")).await;
            }
            self.mail(app).await;
        }
        self.browser.password(RINA, known).await;
        self.see();
        for path in ["/activate", "/activate/link", "/activate/start", "/activate"] {
            if self.browser.page.forms().iter().any(|form| form.method == "POST" && form.action == path) {
                self.write(app, path, false).await;
            }
            self.mail(app).await;
            self.get("/activate").await;
        }
    }

    /// Every route of the table there and back, then as the dice fall.
    pub async fn everything(&mut self, app: &TestApp, steps: usize) {
        self.straight(app).await;
        // it locks the account, and then there is nothing left to steal
        let rows: Vec<_> = ROUTES.iter().filter(|row| row.path != "/not-me/confirm").collect();
        let there_and_back = rows.iter().chain(rows.iter().rev());
        for row in there_and_back {
            self.step(app, row.method == Method::GET, row.path).await;
        }
        self.straight(app).await;
        for _ in 0..steps {
            match self.dice.throw(12) {
                0 => self.plant(),
                1 => self.mail(app).await,
                2 => app.advance(TimeDelta::seconds(31)).await,
                _ => {}
            }
            let row = *self.dice.pick(&rows).unwrap();
            self.step(app, row.method == Method::GET, row.path).await;
        }
    }

    async fn step(&mut self, app: &TestApp, reads: bool, path: &str) {
        if reads {
            let path = self.path(path);
            self.get(&path).await;
        } else {
            let own_making = self.dice.one_in(3);
            self.write(app, path, own_making).await;
        }
    }
}
