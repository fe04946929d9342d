//! W5: no token, secret or password in any log line, metric, address, page or column.

use std::io::Write;
use std::sync::{Arc, Mutex};

use data_encoding::{BASE32_NOPAD, BASE64, BASE64URL_NOPAD, HEXLOWER};
use pulih::base::password;
use serde_json::json;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

use super::RINA;
use crate::support::house::{PASSWORD, SECRET, TestApp};
use crate::support::portal::Portal;
use crate::support::signing::Phone;

/// Everything that was logged, whoever logged it.
#[derive(Clone, Default)]
struct Book(Arc<Mutex<Vec<u8>>>);

impl Write for Book {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Book {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// The spellings in which these bytes might stand somewhere.
fn spellings(bytes: &[u8]) -> Vec<String> {
    let hex = HEXLOWER.encode(bytes);
    let text = String::from_utf8(bytes.to_vec()).ok();
    let all = [
        BASE64URL_NOPAD.encode(bytes),
        BASE64.encode(bytes),
        BASE32_NOPAD.encode(bytes),
        hex.to_uppercase(),
        format!("{bytes:?}").trim_matches(['[', ']']).to_owned(),
        hex,
    ];
    all.into_iter().chain(text).collect()
}

/// What a portal is given and gives, all of which is seen in its answers alone.
async fn portals_secrets(app: &TestApp) -> Vec<(&'static str, Vec<u8>)> {
    let mut canaries = Vec::new();
    let portal = Portal::of(app, "spse").await;
    let begun = portal.post("/accounts/AMANAH7/enrolment", &json!({})).await;
    assert_eq!(begun.problem(), "grant-required");
    app.import("CITRA9,penyedia,Citra Lestari,citra@cahaya.example,,,,\n").await;
    let begun = portal.post("/accounts/CITRA9/enrolment", &json!({})).await;
    let secret = begun.body["secret"].as_str().unwrap();
    canaries.push(("a portal's secret", BASE32_NOPAD.decode(secret.as_bytes()).unwrap()));
    let path = format!("/accounts/CITRA9/enrolment/{}/confirm", begun.body["enrolment"].as_str().unwrap());
    let proved = portal.post(&path, &json!({ "code": Phone::holding(secret).code(app, 0) })).await;
    let codes = proved.body["recovery_codes"].as_array().unwrap();
    canaries.extend(codes.iter().map(|code| ("a recovery code", code.as_str().unwrap().as_bytes().to_vec())));
    let first = codes[0].as_str().unwrap();
    let disabled = portal.post("/accounts/CITRA9/disable", &json!({ "code": first, "method": "recovery" })).await;
    let handed = disabled.body["grant"].as_str().unwrap().strip_prefix("pulih_grant_").unwrap();
    canaries.push(("a portal's grant", BASE64URL_NOPAD.decode(handed.as_bytes()).unwrap()));
    app.settle().await;
    // a portal's key: right, mistyped, and of another kind
    let (start, token) = portal.token.split_at("pulih_portal_".len());
    canaries.push(("a portal's token", BASE64URL_NOPAD.decode(token.as_bytes()).unwrap()));
    canaries.push(("a portal's token as sent", token.as_bytes()[..40].to_vec()));
    let wrong = [format!("{start}{}", &token[..42]), format!("pulih_log_{token}"), token.to_owned()];
    for token in std::iter::once(portal.token.clone()).chain(wrong) {
        let asker = Portal { token, ..portal.clone() };
        asker.get("/portal").await;
        asker.get("/nowhere").await;
    }
    assert_eq!(portal.get("/portal").await.status.as_u16(), 200);
    canaries
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_secret_is_seen_anywhere() {
    let book = Book::default();
    // all of the house's own, and not what the browsers of these tests say of themselves
    let filter = EnvFilter::new("debug,hyper_util=off,reqwest=off,cookie_store=off");
    let lines = tracing_subscriber::fmt().json().with_env_filter(filter).with_writer(book.clone());
    lines.try_init().expect("nobody else in these tests listens to the log");

    let app = TestApp::with(|plan| plan.config.reset.require_password = true).await;
    app.people().await;
    let hash = password::hash(PASSWORD).unwrap();
    app.sql(&format!("update account set password_hash = '{hash}'")).await;
    let mut canaries: Vec<(&str, Vec<u8>)> = vec![
        ("the password", PASSWORD.as_bytes().to_vec()),
        ("the TOTP secret", BASE32_NOPAD.decode(SECRET.as_bytes()).unwrap()),
        ("the TOTP secret as typed", SECRET.as_bytes().to_vec()),
        ("a mistyped password", b"rahasia-54321".to_vec()),
    ];
    let mut rina = app.browser();
    let mut seen = Vec::new();
    rina.kirim("AMANAH7", RINA, "penyedia").await;
    seen.push(rina.page.clone());
    app.settle().await;
    let letter = app.letter_to(RINA);
    for path in ["/r/", "/not-me/"] {
        let link = letter.link(path);
        rina.open(&link).await;
        seen.push(rina.page.clone());
        // and one that nearly is one
        let half = &link[..link.len() - 9];
        seen.push(rina.clone().open(half).await.clone());
        let token = link.rsplit('/').next().unwrap();
        canaries.push(("a token", token.as_bytes()[..40].to_vec()));
        canaries.push(("a token's proof", BASE64URL_NOPAD.decode(token.as_bytes()).unwrap()[16..].to_vec()));
        seen.push(rina.clone().open(&format!("/nowhere/{token}?token={token}")).await.clone());
        seen.push(rina.clone().open(&format!("/requests/{token}")).await.clone());
    }
    rina.open(&letter.link("/r/")).await;
    rina.send("/reset-totp/open", &[]).await;
    seen.push(rina.page.clone());
    rina.send("/reset-totp/confirm", &[("password", "rahasia-54321")]).await;
    seen.push(rina.page.clone());
    rina.send("/reset-totp/confirm", &[("password", PASSWORD)]).await;
    seen.push(rina.page.clone());
    assert_eq!(rina.page.heading(), "TOTP Berhasil di Reset");
    app.settle().await;
    let grant = rina.cookie("pulih_grant").unwrap();
    canaries.push(("the grant", BASE64URL_NOPAD.decode(grant.as_bytes()).unwrap()));
    let browser = rina.cookie("pulih").unwrap();
    canaries.push(("the browser's id", BASE64URL_NOPAD.decode(browser.as_bytes()).unwrap()));
    canaries.extend(portals_secrets(&app).await);
    // a failure of ours is logged too
    app.sql("alter table request rename to away").await;
    seen.push(rina.open("/reset-totp/confirm").await.clone());
    assert_eq!(rina.page.status.as_u16(), 500);
    app.sql("alter table away rename to request").await;

    let metrics = reqwest::get(format!("http://{}/metrics", app.ops)).await.unwrap().text().await.unwrap();
    let dump = app.dump().await;
    let log = String::from_utf8(book.0.lock().unwrap().clone()).unwrap();
    assert!(log.contains("\"answered\"") && log.contains("/reset-totp/confirm"), "the log is heard");
    assert!(metrics.contains("/reset-totp/confirm") && dump.contains("amanah7"));
    for line in log.lines() {
        serde_json::from_str::<serde_json::Value>(line).unwrap_or_else(|e| panic!("no JSON: {e}: {line}"));
    }
    let bodies: String = seen.iter().map(|page| page.body.as_str()).collect();
    for (what, bytes) in &canaries {
        for spelling in spellings(bytes) {
            for (place, text) in [("log", &log), ("metrics", &metrics), ("tables", &dump), ("pages", &bodies)] {
                if let Some(at) = text.find(&spelling) {
                    let from = text.floor_char_boundary(at.saturating_sub(200));
                    panic!("{what} stands in the {place}: {}", &text[from..text.ceil_char_boundary(at + 80)]);
                }
            }
        }
    }
    // an address that held a token holds none any more; the others were made up above
    let made_up = ["/nowhere/", "/requests/", "/r/", "/not-me/"];
    let long = seen.iter().map(|page| page.path.as_str()).filter(|path| path.len() > 60);
    assert_eq!(
        long.filter(|path| !made_up.iter().any(|start| path.starts_with(start))).collect::<Vec<_>>(),
        Vec::<&str>::new()
    );
    // what was typed is in the log no more than what was secret
    for typed in [RINA, "AMANAH7", "amanah7"] {
        let ours: Vec<_> =
            log.lines().filter(|line| line.contains("\"target\":\"pulih") && line.contains(typed)).collect();
        assert_eq!(ours, Vec::<&str>::new(), "{typed}");
    }
    app.end().await;
}
