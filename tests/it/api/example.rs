//! The portal of `docs/examples/portal`, as its people see it: login, activation, reset by our pages, and back.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};

use chrono::TimeDelta;
use pulih::actions::portal_key;
use pulih::i18n::Lang;
use pulih::model::portal::Scope;
use serde_json::json;

use crate::browser::portal::{secret_of, wrong_code};
use crate::support::browser::Browser;
use crate::support::chromium::{Chromium, Look};
use crate::support::house::{TestApp, free_port, until};
use crate::support::oath::{oathtool, zbarimg};
use crate::support::portal::Portal;

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/examples/portal/portal.py");
const INSTALL: &str = "the tests need Python: apt-get install python3";
/// What its key needs, as its first lines say.
const SCOPES: [Scope; 5] = [Scope::AccountsRead, Scope::AccountsWrite, Scope::Enrol, Scope::Verify, Scope::Events];

/// The example, running.
struct Example {
    url: String,
    process: Child,
    said: Arc<Mutex<Vec<String>>>,
    _home: tempfile::TempDir,
}

impl Example {
    /// Made known to the house, with a key in a file.
    async fn start(app: &TestApp) -> Self {
        let listen = format!("127.0.0.1:{}", free_port());
        let url = format!("http://{listen}");
        let key = Portal::with(app, "contoh", &SCOPES).await;
        portal_key::register(&app.app, "contoh", "Portal Contoh", Some(&format!("{url}/back"))).await.unwrap();
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("portal.key");
        std::fs::write(&file, key.token + "\n").unwrap();
        let mut command = Command::new("python3");
        command.args(["-B", SCRIPT]).env_clear().env("PATH", std::env::var_os("PATH").unwrap());
        command.env("PULIH_URL", &app.url).env("PULIH_KEY_FILE", &file).env("PORTAL_LISTEN", &listen);
        let mut process = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect(INSTALL);
        let said = Arc::new(Mutex::new(Vec::new()));
        let (out, err) = (process.stdout.take().unwrap(), process.stderr.take().unwrap());
        let pipes: [Box<dyn std::io::Read + Send>; 2] = [Box::new(out), Box::new(err)];
        for pipe in pipes {
            let said = Arc::clone(&said);
            std::thread::spawn(move || {
                BufReader::new(pipe).lines().map_while(Result::ok).for_each(|line| said.lock().unwrap().push(line));
            });
        }
        let example = Self { url, process, said, _home: home };
        until(20, "the example answers", async || reqwest::get(&example.url).await.is_ok()).await;
        example
    }

    /// What it printed so far.
    fn said(&self) -> String {
        self.said.lock().unwrap().join("\n")
    }
}

impl Drop for Example {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        if std::thread::panicking() {
            eprintln!("the example said:\n{}", self.said());
        }
    }
}

/// The code that a device shows so many seconds from now. The clock moves on with each that is to be taken: one of the step
/// before would come too late where typing it takes into the next.
fn code(app: &TestApp, secret: &str, seconds: i64) -> String {
    let at = format!("--now=@{}", app.app.clock().now().timestamp() + seconds);
    oathtool(&["--totp", "--base32", &at, secret]).concat()
}

/// One of its people.
struct Person {
    user_id: &'static str,
    password: &'static str,
    address: &'static str,
}

const SARI: Person = Person { user_id: "ANGGREK1", password: "rahasia-portal-1", address: "sari@anggrek.example" };
const JOKO: Person = Person { user_id: "MELATI2", password: "rahasia-portal-2", address: "joko@melati.example" };

async fn fill(chromium: &Chromium, fields: &[(&str, &str)], button: &str) {
    for (name, value) in fields {
        chromium.tap(&format!("#{name}")).await;
        chromium.write(value).await;
    }
    chromium.tap(button).await;
}

async fn login(chromium: &Chromium, example: &Example, who: &Person, password: &str) {
    chromium.open(&example.url).await;
    chromium.sees("Login").await;
    fill(chromium, &[("user_id", who.user_id), ("password", password)], "form[action='/login'] button").await;
}

async fn logout(chromium: &Chromium) {
    chromium.tap("form[action='/logout'] button").await;
    chromium.sees("Login").await;
}

async fn give(chromium: &Chromium, action: &str, code: &str) {
    fill(chromium, &[("code", code)], &format!("form[action='{action}'] button")).await;
}

/// Nothing on the page shuts anybody out.
async fn is_fit(chromium: &Chromium) {
    if chromium.look.scripts {
        assert_eq!(chromium.faults().await, Vec::<String>::new(), "at {}", chromium.path().await);
    }
    assert!(chromium.overhang().await <= 0, "too wide at {}", chromium.path().await);
}

/// From the QR to "Signed in": what is scanned is the Secret Key beside it, ten recovery codes come once.
async fn activate(app: &TestApp, chromium: &Chromium) -> String {
    chromium.sees("Aktivasi TOTP").await;
    let scanned = zbarimg(&chromium.screen(".qr").await).expect("no QR can be read from the screen");
    let secret = chromium.text("#secret").await;
    assert_eq!(secret_of(&scanned), secret);
    is_fit(chromium).await;
    give(chromium, "/enrol", &wrong_code(app, &secret)).await;
    chromium.until("[role=alert]", true).await;
    assert_eq!(chromium.text("#secret").await, secret, "a wrong code changes nothing");
    give(chromium, "/enrol", &code(app, &secret, 0)).await;
    chromium.sees("Recovery codes").await;
    assert_eq!(chromium.ask("return document.querySelectorAll('#codes li').length").await, json!(10));
    is_fit(chromium).await;
    chromium.tap("#on").await;
    chromium.sees("Signed in").await;
    app.settle().await;
    app.advance(TimeDelta::seconds(30)).await;
    secret
}

/// Password and code, after codes that are wrong or of another time.
async fn with_code(app: &TestApp, chromium: &Chromium, example: &Example, who: &Person, secret: &str) {
    login(chromium, example, who, who.password).await;
    chromium.sees("Code").await;
    is_fit(chromium).await;
    for (typed, told) in [(wrong_code(app, secret), "tries are left"), (code(app, secret, 300), "ahead")] {
        give(chromium, "/code", &typed).await;
        // the page before may have had an alert too
        until(20, told, async || chromium.text("[role=alert]").await.contains(told)).await;
    }
    give(chromium, "/code", &code(app, secret, 0)).await;
    chromium.sees("Signed in").await;
}

/// "Reset TOTP?" by our pages and the mailed link, and back with the grant.
async fn reset(app: &TestApp, chromium: &Chromium, example: &Example, who: &Person) {
    login(chromium, example, who, who.password).await;
    chromium.sees("Code").await;
    chromium.tap("#lost").await;
    chromium.sees(&chromium.t("reset-title")).await;
    assert_eq!(chromium.ask("return document.querySelector('#user_id').value").await, json!(who.user_id));
    chromium.tap("#email").await;
    chromium.write(who.address).await;
    chromium.tap("#kirim").await;
    chromium.sees(&chromium.t("sent-title")).await;
    app.settle().await;
    chromium.to_popup(&app.link_to(who.address, "/r/")).await;
    chromium.tap("dialog .danger").await;
    chromium.sees(&chromium.t("done-title")).await;
    app.settle().await;
    chromium.tap("form[action='/reset-totp/hand-over'] button").await;
    chromium.sees("Login").await;
    assert!(chromium.text("[role=alert]").await.contains("TOTP Berhasil di Reset"));
    assert_eq!(chromium.path().await, "/", "the grant leaves the address");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_example_portal_is_walked_from_the_first_login_through_a_lost_phone_with_scripts_and_without() {
    let app = TestApp::start().await;
    let example = Example::start(&app).await;
    for (who, scripts) in [(SARI, true), (JOKO, false)] {
        let chromium = Chromium::start(Look { scripts, lang: Lang::Id, ..Look::PHONE }).await;
        chromium.bring_axe().await;
        login(&chromium, &example, &who, "not it").await;
        chromium.until("[role=alert]", true).await;
        is_fit(&chromium).await;
        login(&chromium, &example, &who, who.password).await;
        let old = activate(&app, &chromium).await;
        logout(&chromium).await;
        with_code(&app, &chromium, &example, &who, &old).await;
        logout(&chromium).await;

        // another browser is signed in when the phone is lost
        app.advance(TimeDelta::seconds(30)).await;
        let mut other = Browser::new(&example.url);
        other.open("/").await;
        other.send("/login", &[("user_id", who.user_id), ("password", who.password)]).await;
        other.send("/code", &[("code", &code(&app, &old, 0))]).await;
        assert_eq!(other.page.heading(), "Signed in", "{}", other.page.text());

        reset(&app, &chromium, &example, &who).await;
        app.seal().await;
        let ended = async || other.clone().open("/").await.heading() == "Login";
        until(20, "the portal hears of the reset and ends the other session", ended).await;

        login(&chromium, &example, &who, who.password).await;
        let new = activate(&app, &chromium).await;
        assert_ne!(new, old);
        logout(&chromium).await;
        login(&chromium, &example, &who, who.password).await;
        chromium.sees("Code").await;
        give(&chromium, "/code", &code(&app, &old, 0)).await;
        chromium.until("[role=alert]", true).await;
        give(&chromium, "/code", &code(&app, &new, 0)).await;
        chromium.sees("Signed in").await;
        assert_eq!(chromium.complaints().await, Vec::<String>::new());

        let said = example.said();
        assert!(said.contains("POST /code 303"), "{said}");
        for secret in [old.as_str(), &new, "pulih_grant_", "pulih_portal_", who.password] {
            assert!(!said.contains(secret), "the example printed {secret}: {said}");
        }
    }
    app.end().await;
}
