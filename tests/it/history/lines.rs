//! Every line that a server writes is one JSON object, whatever is sent to it.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use futures_util::future::join_all;
use pulih::store::setup;
use reqwest::StatusCode;
use serde_json::Value;

use crate::support::browser::{Form, Page};
use crate::support::house::{TestApp, cluster, free_port, until};
use crate::support::sink::{Rule, Stage};

/// The proxy in front, which the settings name.
const ORIGIN: &str = "https://pulih.example.go.id";

/// `pulih serve` on a house's database and relay.
struct Served {
    child: Child,
    port: u16,
    home: tempfile::TempDir,
}

impl Served {
    async fn start(app: &TestApp) -> Self {
        let (home, port) = (tempfile::tempdir().unwrap(), free_port());
        let settings = format!(
            "[server]\nlisten = \"127.0.0.1:{port}\"\nops_listen = \"127.0.0.1:{}\"\nbase_url = \"{ORIGIN}\"\n\
             [smtp]\nhost = \"127.0.0.1\"\nport = {}\ntls = \"none\"\nfrom_address = \"no-reply@lpse.example\"\n\
             [helpdesk]\naddress = \"desk@lpse.example\"\n[keys]\ndir = \"keys\"\n[captcha]\nmode = \"off\"\n\
             [limits]\nwall_per_second = 10000\n[log]\nfilter = \"trace\"\n",
            free_port(),
            app.sink.port()
        );
        std::fs::write(home.path().join("pulih.toml"), settings).unwrap();
        let command = |argument: &[&str]| {
            let mut command = Command::new(env!("CARGO_BIN_EXE_pulih"));
            command.args(argument).current_dir(home.path()).env_clear();
            command.env("DATABASE_URL", cluster().url(&app.database, setup::APP));
            command
        };
        assert!(command(&["keys", "init"]).output().unwrap().status.success());
        // into a file: a pipe that nobody empties would stop the server
        let log = std::fs::File::create(home.path().join("log")).unwrap();
        let child = command(&["serve"]).stdout(Stdio::null()).stderr(log).spawn().unwrap();
        let mut served = Self { child, port, home };
        for _ in 0..200 {
            if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return served;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
            assert!(served.child.try_wait().unwrap().is_none(), "the server ended: {}", served.log());
        }
        panic!("the server does not listen: {}", served.log())
    }

    /// The form of a browser that has just come, and its cookie.
    async fn form(&self) -> (Form, String) {
        let answer = reqwest::get(format!("http://127.0.0.1:{}/reset-totp", self.port)).await.unwrap();
        let cookie = answer.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
        let page = Page { body: answer.text().await.unwrap(), ..Page::default() };
        (page.form("/reset-totp"), cookie)
    }

    async fn post(&self, cookie: String, body: String) -> StatusCode {
        let post = reqwest::Client::new().post(format!("http://127.0.0.1:{}/reset-totp", self.port)).body(body);
        let post = post.header("content-type", "application/x-www-form-urlencoded").header("origin", ORIGIN);
        post.header("cookie", cookie).send().await.unwrap().status()
    }

    /// Bytes as they are; whatever comes back.
    async fn raw(&self, bytes: Vec<u8>) -> String {
        let port = self.port;
        let talk = move || {
            let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
            stream.set_read_timeout(Some(Duration::from_millis(300))).unwrap();
            let _refused_midway = stream.write_all(&bytes);
            let mut answer = [0; 4096];
            let read = stream.read(&mut answer).unwrap_or(0);
            String::from_utf8_lossy(&answer[..read]).into_owned()
        };
        tokio::task::spawn_blocking(talk).await.unwrap()
    }

    fn log(&self) -> String {
        String::from_utf8(std::fs::read(self.home.path().join("log")).unwrap()).expect("a log in UTF-8")
    }

    /// Stops it as an operator does; its log.
    fn stop(mut self) -> String {
        assert!(Command::new("kill").arg(self.child.id().to_string()).status().unwrap().success());
        assert!(self.child.wait().unwrap().success());
        self.log()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // only where the test failed before it stopped the server
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn nasty() -> Vec<Vec<u8>> {
    let texts = [
        "a\nb",
        "a\r\nb\r\n\r\n{}",
        "\"}\n{\"level\":\"FAKE\"}",
        "\\",
        "\\\"",
        "\u{1b}[31mred\u{1b}[0m",
        "\u{0}\u{1}\u{8}\u{c}\u{7f}",
        "\u{2028}\u{2029}\u{85}",
        "\u{202e}abc",
        "\u{feff}",
        "\u{1F511}",
        "%0a%0d",
        "${jndi:ldap://x}",
        "{}{}",
        "%s%n",
    ];
    let mut all: Vec<Vec<u8>> = texts.into_iter().map(|text| text.as_bytes().to_vec()).collect();
    all.extend([
        vec![0xff, 0xfe, 0x80],
        vec![0xed, 0xa0, 0x80],
        vec![0xc0, 0xaf],
        b"\xe2\x82".to_vec(),
        vec![b'"'; 10_000],
    ]);
    all.push("\n".repeat(10_000).into_bytes());
    all
}

fn escaped(bytes: &[u8]) -> String {
    url::form_urlencoded::byte_serialize(bytes).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_line_of_the_log_is_one_json_object() {
    let mut app = TestApp::start().await;
    app.people().await;
    app.sink.script(Rule::at(Stage::Rcpt).answer(550, "no \"such\" \\ mailbox \u{1b}[31m \u{7}{\"level\":\"FAKE\"}"));
    let served = Served::start(&app).await;
    let rina = [("user_id", "AMANAH7"), ("email", "rina@amanah.example"), ("user_type", "penyedia")];
    let (form, cookie) = served.form().await;
    let typed = form.filled(&rina).into_iter().map(|(name, value)| format!("{name}={}", escaped(value.as_bytes())));
    served.post(cookie, typed.collect::<Vec<_>>().join("&")).await;
    for bytes in nasty() {
        for field in ["user_id", "email", "user_type", "form", "csrf", "kode_keamanan"] {
            let (form, cookie) = served.form().await;
            let typed = form.filled(&rina).into_iter().filter(|(name, _)| name != field);
            let mut pairs: Vec<_> =
                typed.map(|(name, value)| format!("{name}={}", escaped(value.as_bytes()))).collect();
            pairs.push(format!("{field}={}&{}=x", escaped(&bytes), escaped(&bytes)));
            assert!(!served.post(cookie, pairs.join("&")).await.is_server_error());
        }
        let path =
            [b"GET /r/".as_slice(), &bytes, b"?x=", &bytes, b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"]
                .concat();
        served.raw(path).await;
        let encoded = escaped(&bytes);
        served
            .raw(format!("GET /{encoded}?{encoded} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").into_bytes())
            .await;
        let headers = [
            "Host",
            "User-Agent",
            "Cookie",
            "X-Forwarded-For",
            "Accept-Language",
            "Origin",
            "Content-Type",
            "X-Request-Id",
            "traceparent",
        ];
        let asked = headers.map(|header| {
            let begin = format!("POST /reset-totp HTTP/1.1\r\n{header}: pulih=");
            served.raw([begin.as_bytes(), &bytes, b"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"].concat())
        });
        join_all(asked).await;
        served.raw([&bytes, b" / HTTP/1.1\r\n\r\n".as_slice()].concat()).await;
    }
    until(20, "the relay's words arrive", async || {
        app.value("select count(*) from letter where state = 'failed'").await != "0"
    })
    .await;
    let log = served.stop();
    assert!(log.ends_with('\n'));
    assert!(log.lines().count() > 500, "{}", log.lines().count());
    for line in log.lines() {
        let entry: Value = serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line:?}"));
        let level = entry["level"].as_str().unwrap_or_default();
        assert!(["TRACE", "DEBUG", "INFO", "WARN", "ERROR"].contains(&level), "{line:?}");
        assert!(entry["timestamp"].is_string() && entry["target"].is_string(), "{line:?}");
        assert!(!line.contains(|c: char| c.is_control()), "{line:?}");
    }
    assert!(log.lines().any(|line| line.contains("\"answered\"")));
    app.leave_letters();
    app.end().await;
}
