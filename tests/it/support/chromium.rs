//! Real Chromium, driven by its own driver as a person uses it: windows as wide as a phone, light or dark, with
//! scripts and without.

use std::cell::Cell;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use data_encoding::BASE64;
use fantoccini::actions::{InputSource as _, KeyAction, KeyActions, MOUSE_BUTTON_LEFT, MouseActions, PointerAction};
use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use pulih::i18n::Lang;
use serde_json::{Value, json};
use tempfile::TempDir;
use url::Url;

/// How a person's browser is set up.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    /// Width of the window in CSS pixels.
    pub width: u32,
    /// Whether the system is dark.
    pub dark: bool,
    /// Whether scripts run.
    pub scripts: bool,
    /// The language the person chooses.
    pub lang: Lang,
}

impl Look {
    /// A phone in Indonesian, light, with scripts.
    pub const PHONE: Self = Self { width: 360, dark: false, scripts: true, lang: Lang::Id };
}

/// One browser with a profile of its own; it ends when dropped.
pub struct Chromium {
    /// The driver's session.
    pub client: Client,
    /// How it is set up.
    pub look: Look,
    /// Taps so far.
    pub taps: Cell<u32>,
    session: String,
    _profile: TempDir,
}

impl Chromium {
    /// Starts a browser.
    pub async fn start(look: Look) -> Self {
        let port = tokio::task::spawn_blocking(driver).await.unwrap();
        let profile = tempfile::Builder::new().prefix("pulih-chromium-").tempdir().unwrap();
        let args: Vec<String> = FLAGS.iter().map(|flag| (*flag).to_owned()).collect();
        let args = [args, vec![format!("--user-data-dir={}", profile.path().display())]].concat();
        let javascript = if look.scripts { 1 } else { 2 };
        let options = json!({
            "args": args,
            "prefs": { "profile.managed_default_content_settings.javascript": javascript },
        });
        let capabilities = json!({
            "goog:chromeOptions": options,
            "goog:loggingPrefs": { "browser": "ALL", "performance": "ALL" },
        });
        let Value::Object(capabilities) = capabilities else { unreachable!() };
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities)
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .expect(
                "Chromium did not start; if it is missing: apt-get install chromium chromium-driver (or `make setup`)",
            );
        let session = client.session_id().await.unwrap().unwrap();
        let chromium = Self { client, look, taps: Cell::new(0), session, _profile: profile };
        chromium.resize(look.width).await;
        chromium.paint(look.dark).await;
        chromium
    }

    /// Makes the window so wide, as tall as a phone.
    pub async fn resize(&self, width: u32) {
        let size = json!({ "width": width, "height": 740, "deviceScaleFactor": 1, "mobile": width < 600 });
        self.cdp("Emulation.setDeviceMetricsOverride", size).await;
    }

    /// Turns the system light or dark.
    pub async fn paint(&self, dark: bool) {
        let value = if dark { "dark" } else { "light" };
        let features = json!({ "features": [
            { "name": "prefers-color-scheme", "value": value }, { "name": "prefers-reduced-motion", "value": "reduce" },
        ] });
        self.cdp("Emulation.setEmulatedMedia", features).await;
    }

    /// Opens an address.
    pub async fn open(&self, url: &str) {
        self.client.goto(url).await.unwrap();
    }

    /// Taps what a CSS selector finds, as a finger would: at its middle, where it must be visible.
    pub async fn tap(&self, css: &str) {
        self.taps.set(self.taps.get() + 1);
        let found = self.client.wait().at_most(WAIT).for_element(Locator::Css(css)).await;
        let element = found.unwrap_or_else(|e| panic!("nothing to tap at {css}: {e}"));
        element.click().await.unwrap_or_else(|e| panic!("{css} cannot be tapped: {e}"));
    }

    /// Presses the mouse twice within a blink.
    pub async fn double_click(&self, css: &str) {
        let element = self.client.find(Locator::Css(css)).await.unwrap();
        self.client.execute("arguments[0].scrollIntoView()", vec![json!(element)]).await.unwrap();
        let mut mouse = MouseActions::new("mouse".into()).then(PointerAction::MoveToElement {
            element,
            duration: None,
            x: 0.0,
            y: 0.0,
        });
        for _ in 0..2 {
            mouse = mouse.then(PointerAction::Down { button: MOUSE_BUTTON_LEFT });
            mouse = mouse.then(PointerAction::Up { button: MOUSE_BUTTON_LEFT });
        }
        self.client.perform_actions(mouse).await.unwrap();
    }

    /// Types where the focus is.
    pub async fn write(&self, text: &str) {
        self.client.active_element().await.unwrap().send_keys(text).await.unwrap();
    }

    /// Presses a key, wherever the focus is.
    pub async fn key(&self, key: char) {
        let keys =
            KeyActions::new("keys".into()).then(KeyAction::Down { value: key }).then(KeyAction::Up { value: key });
        self.client.perform_actions(keys).await.unwrap();
    }

    /// Waits until the page's heading is this.
    pub async fn sees(&self, heading: &str) {
        let mut last = String::new();
        for _ in 0..200 {
            last = self.text("h1").await;
            if last == heading {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("waited for {heading:?}, but there is {last:?} at {}", self.path().await);
    }

    /// The visible text of what a CSS selector finds first; empty where there is none.
    pub async fn text(&self, css: &str) -> String {
        match self.client.find(Locator::Css(css)).await {
            Ok(element) => element.text().await.unwrap_or_default(),
            Err(_) => String::new(),
        }
    }

    /// Whether a CSS selector finds something that can be seen.
    pub async fn shows(&self, css: &str) -> bool {
        match self.client.find(Locator::Css(css)).await {
            Ok(element) => element.is_displayed().await.unwrap_or(false),
            Err(_) => false,
        }
    }

    /// Waits until a CSS selector finds something visible, or nothing visible.
    pub async fn until(&self, css: &str, shown: bool) {
        for _ in 0..200 {
            if self.shows(css).await == shown {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{css} {} at {}", if shown { "never showed" } else { "never went" }, self.path().await);
    }

    /// Path and query of the page.
    pub async fn path(&self) -> String {
        self.client.current_url().await.unwrap()[url::Position::BeforePath..].to_owned()
    }

    /// Asks the page itself; the driver may, even where the page's own scripts may not.
    pub async fn ask(&self, script: &str) -> Value {
        self.client.execute(script, vec![]).await.unwrap_or_else(|e| panic!("{script:.200}: {e}"))
    }

    /// One command of the browser's own protocol.
    pub async fn cdp(&self, method: &str, params: Value) -> Value {
        let body = json!({ "cmd": method, "params": params });
        self.command("goog/cdp/execute", body).await
    }

    /// What the browser complained about since the last call: violations of the policy, broken scripts.
    pub async fn complaints(&self) -> Vec<String> {
        let lines = self.command("se/log", json!({ "type": "browser" })).await;
        let lines = lines.as_array().cloned().unwrap_or_default();
        // an answer of 4xx is told as a network error, but is a page of ours
        let grave = |l: &&Value| l["source"] != "network" && (l["level"] == "WARNING" || l["level"] == "SEVERE");
        lines.iter().filter(grave).map(|l| l["message"].to_string()).collect()
    }

    /// Events of the browser's own protocol since the last call, as (method, parameters).
    pub async fn traffic(&self) -> Vec<(String, Value)> {
        let lines = self.command("se/log", json!({ "type": "performance" })).await;
        let lines = lines.as_array().cloned().unwrap_or_default();
        let events = lines.iter().filter_map(|l| serde_json::from_str::<Value>(l["message"].as_str()?).ok());
        events
            .filter_map(|event| {
                let message = &event["message"];
                Some((message["method"].as_str()?.to_owned(), message["params"].clone()))
            })
            .collect()
    }

    /// The page as PNG: all of it, or what the window shows, where a pop-up stands in it.
    pub async fn picture(&self) -> Vec<u8> {
        let size = "const page = document.documentElement; return document.querySelector('dialog.modal[open]')
            ? innerHeight : Math.max(page.scrollHeight, page.offsetHeight)";
        let clip = json!({ "x": 0, "y": 0, "width": self.look.width, "height": self.ask(size).await, "scale": 1 });
        let shot = self.cdp("Page.captureScreenshot", json!({ "captureBeyondViewport": true, "clip": clip })).await;
        BASE64.decode(shot["data"].as_str().unwrap().as_bytes()).unwrap()
    }

    async fn command(&self, path: &'static str, body: Value) -> Value {
        self.client.issue_cmd(Own { path, body }).await.unwrap_or_else(|e| panic!("{path}: {e}"))
    }
}

impl Drop for Chromium {
    /// Ends the browser also where a test panics; asynchronous words are not to be had here.
    fn drop(&mut self) {
        let Ok(mut stream) = TcpStream::connect(("127.0.0.1", driver())) else { return };
        let _ = stream.set_read_timeout(Some(Duration::from_secs(5)));
        let _ =
            write!(stream, "DELETE /session/{} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n", self.session);
        let _ = stream.read(&mut [0]);
    }
}

const WAIT: Duration = Duration::from_secs(20);

const FLAGS: [&str; 8] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
];

/// Where the driver of this test run listens. It and its browsers end with this process, however that ends: a shell
/// waits for the end of its input, and then ends the group it leads.
fn driver() -> u16 {
    static DRIVER: OnceLock<(u16, Child)> = OnceLock::new();
    let start = || {
        let needs = "the tests need Chromium: apt-get install chromium chromium-driver (or `make setup`)";
        Command::new("chromedriver").arg("--version").output().expect(needs);
        let mut shell = Command::new("sh")
            .args(["-c", "chromedriver --port=0 & cat >/dev/null; kill -KILL 0"])
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(shell.stdout.take().unwrap()).lines().map_while(Result::ok);
        let port = lines.find_map(|line| {
            let (_, port) = line.split_once("started successfully on port ")?;
            port.trim_end_matches('.').parse().ok()
        });
        std::thread::spawn(move || lines.count());
        (port.expect(needs), shell)
    };
    DRIVER.get_or_init(start).0
}

/// A command of Chromium's own driver.
#[derive(Debug)]
struct Own {
    path: &'static str,
    body: Value,
}

impl WebDriverCompatibleCommand for Own {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, url::ParseError> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.path))
    }

    fn method_and_body(&self, _: &Url) -> (reqwest::Method, Option<String>) {
        (reqwest::Method::POST, Some(self.body.to_string()))
    }
}
