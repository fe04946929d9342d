//! The steps of the journey: what a person does on each page.

use data_encoding::BASE64URL_NOPAD;
use pulih::base::form_token;
use pulih::base::keyring::Purpose;
use uuid::Uuid;

use crate::support::chromium::Chromium;
use crate::support::house::TestApp;

impl Chromium {
    /// Words of the person's language.
    pub fn t(&self, key: &str) -> String {
        self.look.lang.t(key)
    }

    /// From Beranda to the filled form, by taps and keys alone.
    pub async fn fill(&self, app: &TestApp, user_id: &str, email: &str, kind: &str) {
        self.open(&format!("{}/?lang={}", app.url, self.look.lang.code())).await;
        self.sees(&self.t("home-title")).await;
        self.tap("a[href='/reset-totp']").await;
        self.sees(&self.t("reset-title")).await;
        self.tap("#user_id").await;
        self.write(user_id).await;
        self.tap("#email").await;
        self.write(email).await;
        if self.shows("#kode_keamanan").await {
            let answer = self.kode(app).await;
            self.tap("#kode_keamanan").await;
            self.write(&answer).await;
        }
        self.tap(&format!("label[for={kind}]")).await;
    }

    /// What the picture of this form says, worked out as the server does.
    pub async fn kode(&self, app: &TestApp) -> String {
        let cookie = self.client.get_named_cookie("pulih").await.unwrap();
        let browser = BASE64URL_NOPAD.decode(cookie.value().as_bytes()).unwrap();
        let form = self.ask("return document.querySelector('main [name=form]').value").await;
        let id = Uuid::parse_str(form.as_str().unwrap().split('.').next().unwrap()).unwrap();
        form_token::picture_answer(app.app.keys().of(Purpose::Cookie).current().1, &browser, id)
    }

    /// Kirim, up to the page that says it was sent.
    pub async fn kirim(&self, app: &TestApp, user_id: &str, email: &str, kind: &str) {
        self.fill(app, user_id, email, kind).await;
        self.tap("#kirim").await;
        self.sees(&self.t("sent-title")).await;
    }

    /// Kirim, and the link that came of it.
    pub async fn ask_for_link(&self, app: &TestApp) -> String {
        self.kirim(app, "amanah7", "rina@amanah.example", "penyedia").await;
        app.settle().await;
        app.link_to("rina@amanah.example", "/r/")
    }

    /// From the mailed link to the open pop-up.
    pub async fn to_popup(&self, link: &str) {
        self.open(link).await;
        self.sees(&self.t("confirm-title")).await;
        // a scanner may have pressed it before
        if !self.shows("dialog").await {
            self.tap("#opener button").await;
            self.until("dialog", true).await;
        }
        assert_eq!(self.text("dialog h2").await, self.t("popup-title"));
    }

    /// Both steps of "Ini bukan saya", up to the page that says what was done.
    pub async fn not_me(&self, app: &TestApp, done: &str) {
        self.sees(&self.t("not-me-title")).await;
        self.tap("form[method=post] button").await;
        self.sees(&self.t("not-me-second-title")).await;
        self.tap("form[method=post] .danger").await;
        self.sees(&self.t("not-me-done-title")).await;
        let text = self.text("main").await;
        assert!(text.contains(&self.t(done)), "{text}");
        app.settle().await;
    }

    /// Nothing broke the policy or a script.
    pub async fn is_content(&self) {
        assert_eq!(self.complaints().await, Vec::<String>::new(), "at {}", self.path().await);
    }
}
