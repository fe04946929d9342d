//! A stranger learns nothing at the password step: whoever is tried, the answers are the same.

use data_encoding::BASE64URL_NOPAD;
use reqwest::StatusCode;

use crate::support::browser::{Browser, Page};
use crate::support::house::{PASSWORD, TestApp};

const WRONG: &str = "bukan-ini-12345";
const FOREIGN: &str = "$2b$04$abcdefghijklmnopqrstuu5FszY6gDWIjsRp/OgQr7vApVRkpsIfW";

/// A name, a User ID (of one length for all), and what is typed as password.
const CLASSES: [(&str, &str, &str); 7] = [
    ("unknown", "AMANAHX", WRONG),
    ("wrong password", "AMANAH1", WRONG),
    ("right password, wrong Tipe User", "AMANAH2", PASSWORD),
    ("locked, wrong password", "AMANAH3", WRONG),
    ("without a password", "AMANAH4", WRONG),
    ("a hash of another system", "AMANAH5", WRONG),
    ("no TOTP, wrong password", "AMANAH6", WRONG),
];

async fn house() -> TestApp {
    let app = TestApp::with(|plan| plan.config.limits.sprayed_per_10_min = 1_000_000).await;
    let line = |n| format!("AMANAH{n},penyedia,Rina Wijaya,rina{n}@a.example,,,{},\n", crate::support::house::SECRET);
    app.import(&(1..6).map(line).collect::<String>()).await;
    app.import("AMANAH6,penyedia,Rina Wijaya,rina6@a.example,,,,\n").await;
    app.sql(&format!("update account set password_hash = '{}'", crate::support::signing::hash())).await;
    app.sql(&format!(
        "update account set kind = 'non_penyedia' where user_id = 'AMANAH2';
        update account set status = 'locked', locked_reason = 'x' where user_id = 'AMANAH3';
        update account set password_hash = null where user_id = 'AMANAH4';
        update account set password_hash = '{FOREIGN}' where user_id = 'AMANAH5'"
    ))
    .await;
    app
}

/// Status, headers and body, with what is random, typed or a digit masked.
fn masked(page: &Page, user_id: &str, browser: &Browser) -> String {
    let mut lines: Vec<String> = page
        .headers
        .iter()
        .filter(|(name, _)| !["date", "x-request-id"].contains(&name.as_str()))
        .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()))
        .collect();
    lines.sort();
    let mut text = format!("{} {}\n{}\n\n{}", page.status, page.path, lines.join("\n"), page.body);
    let mut secrets: Vec<String> =
        page.forms().iter().flat_map(|form| [form.value("csrf"), form.value("form")].map(str::to_owned)).collect();
    secrets.extend(["pulih", "pulih_session"].iter().filter_map(|cookie| browser.cookie(cookie)));
    secrets.push(user_id.to_owned());
    secrets.push(BASE64URL_NOPAD.encode(format!("penyedia {user_id}").as_bytes()));
    for secret in secrets.iter().filter(|secret| !secret.is_empty()) {
        text = text.replace(secret.as_str(), "###");
    }
    text.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect()
}

/// Tries a password again and again in one browser; every answer, the first page first.
async fn tries(app: &TestApp, user_id: &str, passwords: &[&str]) -> (Vec<String>, Vec<StatusCode>) {
    let mut browser = app.browser();
    browser.open("/login").await;
    browser.send("/login", &[("user_id", user_id), ("user_type", "penyedia")]).await;
    let mut seen = vec![masked(&browser.page.clone(), user_id, &browser)];
    let mut statuses = Vec::new();
    for password in passwords {
        let page = browser.send("/login/password", &[("password", password)]).await.clone();
        seen.push(masked(&page, user_id, &browser));
        statuses.push(page.status);
    }
    // and what the browser is shown afterwards
    for path in ["/login", "/login/password", "/login/totp", "/activate", "/account"] {
        let page = browser.open(path).await.clone();
        seen.push(masked(&page, user_id, &browser));
    }
    (seen, statuses)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_wrong_sign_in_looks_the_same_until_and_beyond_its_limit() {
    let app = house().await;
    let mut all = Vec::new();
    for (name, user_id, password) in CLASSES {
        let (seen, statuses) = tries(&app, user_id, &[password; 12]).await;
        assert_eq!(statuses[..10], [StatusCode::UNPROCESSABLE_ENTITY; 10], "{name}");
        assert_eq!(statuses[10..], [StatusCode::TOO_MANY_REQUESTS; 2], "{name}");
        assert!(seen[1].contains("Data Login tidak cocok"), "{name}: {}", seen[1]);
        all.push((name, seen));
    }
    for (name, seen) in &all[1..] {
        for (n, (page, unknown)) in seen.iter().zip(&all[0].1).enumerate() {
            assert_eq!(page, unknown, "{name}, page {n}");
        }
    }
    assert_eq!(app.value("select count(*) from session").await, "0");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn empty_broken_and_endless_passwords_look_the_same_for_everybody() {
    let app = house().await;
    let endless = "a".repeat(5_000);
    let bytes = "a".repeat(1_025);
    let typed =
        ["", " ", "\0", "rahasia\0", "\u{202e}x", bytes.as_str(), endless.as_str(), "' or 1=1 --", "$argon2id$"];
    let mut all = Vec::new();
    for user_id in ["AMANAHX", "AMANAH1", "AMANAH3", "AMANAH4", "AMANAH5"] {
        let (seen, statuses) = tries(&app, user_id, &typed).await;
        assert!(statuses.iter().all(StatusCode::is_client_error), "{user_id}: {statuses:?}");
        assert!(seen[1].contains("Masukkan Password."), "{}", seen[1]);
        all.push(seen);
    }
    for seen in &all[1..] {
        for (n, (page, unknown)) in seen.iter().zip(&all[0]).enumerate() {
            assert_eq!(page, unknown, "page {n}");
        }
    }
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_miss_writes_what_a_hit_writes() {
    let app = house().await;
    let mut written = Vec::new();
    for (name, user_id, password) in CLASSES {
        let mark = app.mark().await;
        tries(&app, user_id, &[password]).await;
        written.push((name, app.written_since(mark).await));
    }
    for (name, rows) in &written[1..] {
        assert_eq!(*rows, written[0].1, "{name}");
    }
    app.end().await;
}
