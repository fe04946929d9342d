//! Every page in every state, language and theme: open to everybody, narrow, light, and within our policy.

use std::collections::BTreeMap;
use std::path::Path;

use pulih::config::CaptchaMode;
use pulih::i18n::Lang;
use pulih::views::samples;
use serde_json::json;

use crate::browser::portal::{Person, secret_of};
use crate::support::chromium::{Chromium, Look};
use crate::support::gallery::Gallery;
use crate::support::house::TestApp;
use crate::support::{oath, rounds};

/// The narrowest window (WCAG 2.2, 1.4.10).
const NARROW: Look = Look { width: 320, ..Look::PHONE };

/// What a page fetched.
#[derive(Debug, Default)]
struct Weight {
    requests: Vec<String>,
    bytes: f64,
    script: f64,
}

fn is_script(url: &str) -> bool {
    Path::new(url).extension().is_some_and(|kind| kind == "js")
}

impl Chromium {
    /// Weighs a page, or the page of this moment, which must be narrow and within our policy.
    async fn look_at(&self, app: &TestApp, path: &str) -> (String, Weight) {
        if !path.is_empty() {
            self.open(&format!("{}{path}", app.url)).await;
        }
        let weight = self.weigh().await;
        assert_eq!(self.complaints().await, Vec::<String>::new(), "{path}");
        assert!(self.overhang().await <= 0, "{path} is too wide");
        (self.path().await, weight)
    }

    /// Loads the page anew without any cache and weighs what came over the wire.
    async fn weigh(&self) -> Weight {
        self.cdp("Network.setCacheDisabled", json!({ "cacheDisabled": true })).await;
        self.traffic().await;
        self.client.refresh().await.unwrap();
        // the proof of work fetches its script once the page is there
        self.ask("return new Promise((done) => setTimeout(done, 500))").await;
        let (mut names, mut weight) = (BTreeMap::new(), Weight::default());
        for (method, params) in self.traffic().await {
            let id = params["requestId"].as_str().unwrap_or_default().to_owned();
            let url = params["request"]["url"].as_str().unwrap_or_default();
            match method.as_str() {
                "Network.requestWillBeSent" if url.starts_with("http") => {
                    weight.requests.push(url.to_owned());
                    names.insert(id, url.to_owned());
                }
                "Network.loadingFinished" => {
                    let bytes = params["encodedDataLength"].as_f64().unwrap();
                    let script = names.remove(&id).is_some_and(|url| is_script(&url));
                    weight.bytes += bytes;
                    weight.script += if script { bytes } else { 0.0 };
                }
                _ => {}
            }
        }
        // what workers fetch is not told to their page
        for script in weight.requests.iter().filter(|url| is_script(url) && names.values().any(|name| name == *url)) {
            let answer = reqwest::Client::new().get(script).header("accept-encoding", "gzip").send().await.unwrap();
            let bytes = f64::from(u32::try_from(answer.bytes().await.unwrap().len()).unwrap());
            weight.bytes += bytes;
            weight.script += bytes;
        }
        weight
    }
}

/// The weights a public page may have, with all that it fetches from our own house.
fn all_light(app: &TestApp, seen: &[(String, Weight)]) {
    for (path, weight) in seen {
        let Weight { requests, bytes, script } = weight;
        assert!(requests.iter().all(|url| url.starts_with(&app.url)), "{path}: {requests:?}");
        assert!(requests.len() <= 4 && *bytes <= 30.0 * 1024.0 && *script <= 8.0 * 1024.0, "{path}: {weight:?}");
        println!("{path}: {} requests, {bytes} bytes, {script} of them script", requests.len());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_shuts_people_out_is_found() {
    let gallery = Gallery::open().await;
    let chromium = Chromium::start(NARROW).await;
    chromium.bring_axe().await;
    chromium.open(&gallery.url(Lang::Id, "reset")).await;
    chromium
        .ask(
            "document.querySelector('label[for=email]').remove();
            document.querySelector('h1').style.width = '400px';
            const script = document.createElement('script');
            script.textContent = '1';
            document.body.append(script)",
        )
        .await;
    let faults = chromium.faults().await.join("\n");
    for word in ["Content Security Policy", "px too wide", "light: \"label\"", "dark: \"label\""] {
        assert!(faults.contains(word), "{word} in {faults}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_page_shuts_anybody_out() {
    let gallery = Gallery::open().await;
    let chromium = Chromium::start(NARROW).await;
    chromium.bring_axe().await;
    let mut faults = Vec::new();
    for (nth, lang) in Lang::ALL.into_iter().enumerate() {
        // each run a sample of the samples, another one in each language
        let (every, first) = rounds((14, 7 * nth), (1, 0));
        for sample in samples::all(lang).iter().skip(first).step_by(every) {
            if sample.name == "demo-message" {
                // it needs a wider policy, and a letter to frame: looked at in the demo itself
                continue;
            }
            chromium.open(&gallery.url(lang, &sample.name)).await;
            let found = chromium.faults().await;
            faults.extend(found.iter().map(|fault| format!("{} ({}): {fault}", sample.name, lang.code())));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_weighs_little_and_fetches_nothing_foreign() {
    let app = TestApp::with(|plan| plan.config.captcha.mode = CaptchaMode::Pow).await;
    app.people().await;
    let rina = Chromium::start(NARROW).await;
    let mut seen = Vec::new();
    let mut look = async |path: &str| seen.push(rina.look_at(&app, path).await);
    for path in ["/", "/reset-totp", "/help", "/help/clock", "/help/privacy", "/requests/R-0000-0000", "/nowhere"] {
        look(path).await;
    }
    rina.kirim(&app, "amanah7", "rina@amanah.example", "penyedia").await;
    look("").await;
    app.settle().await;
    let letter = app.letter_to("rina@amanah.example");
    rina.open(&letter.link("/not-me/")).await;
    look("").await;
    look("/not-me?step=2").await;
    rina.open(&letter.link("/r/")).await;
    look("").await;
    rina.tap("#opener button").await;
    rina.until("dialog", true).await;
    look("").await;
    rina.tap("dialog .danger").await;
    rina.sees(&rina.t("done-title")).await;
    look("").await;
    look("/reset-totp/confirm").await;
    all_light(&app, &seen);
    app.settle().await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sign_in_and_activation_weigh_little_and_fetch_nothing_foreign() {
    let app = TestApp::start().await;
    let who = Person::settled(&app, 0, "").await;
    let rina = Chromium::start(NARROW).await;
    let mut seen = Vec::new();
    let mut look = async |path: &str| seen.push(rina.look_at(&app, path).await);
    look("/login").await;
    rina.name_oneself(&who).await;
    look("").await;
    rina.give_password(&app, &who).await;
    rina.sees(&rina.t("done-next-title")).await;
    look("").await;
    let secret = secret_of(&rina.camera().await);
    rina.give_code("/activate", &oath::code(&app, &secret)).await;
    rina.sees(&rina.t("codes-title")).await;
    look("").await;
    rina.tap("form[action='/activate/codes'] button").await;
    rina.sees(&rina.t("account-title")).await;
    look("").await;
    for path in ["/activate", "/account/password", "/account/disable"] {
        look(path).await;
    }
    rina.open(&format!("{}/account", app.url)).await;
    rina.sign_out().await;
    rina.give_password(&app, &who).await;
    rina.sees(&rina.t("login-code-title-totp")).await;
    look("").await;
    look("/login/totp?method=recovery").await;
    all_light(&app, &seen);
    app.settle().await;
    app.end().await;
}

/// Pages that are others where scripts are off.
const PLAIN: [&str; 4] = ["reset", "reset-missing", "confirm-open", "clock"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_page_shuts_anybody_out_where_scripts_are_off() {
    let gallery = Gallery::open().await;
    // axe itself needs scripts: the pages come as browsers without them build them
    let chromium = Chromium::start(NARROW).await;
    chromium.bring_axe().await;
    for name in PLAIN {
        chromium.open(&gallery.plain(Lang::En, name)).await;
        assert_eq!(chromium.faults().await, Vec::<String>::new(), "{name}");
    }
}
