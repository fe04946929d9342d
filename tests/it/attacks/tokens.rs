//! T1–T3: a token opens one link for one purpose, and cannot be guessed.

use chrono::TimeDelta;
use data_encoding::BASE64URL_NOPAD;
use pulih::base::random;
use pulih::config::LimitsMode;
use reqwest::{Method, StatusCode};

use super::pairs;
use crate::support::house::{SECRET, TestApp};
use crate::support::rounds;

/// A link of a letter: its id, and its two tokens.
struct Mailed {
    id: String,
    tokens: [String; 2],
}

const COOKIES: [&str; 2] = ["pulih_link", "pulih_not_me"];

async fn four_links(app: &TestApp) -> Vec<Mailed> {
    let line = |n| format!("AMANAH{n},penyedia,Rina,rina{n}@amanah.example,,,{SECRET},\n");
    app.import(&(0..3).map(line).collect::<String>()).await;
    let mut mailed = Vec::new();
    // three people, and one of them twice
    for n in [0, 1, 2, 0] {
        let address = format!("rina{n}@amanah.example");
        app.browser().kirim(&format!("AMANAH{n}"), &address, "penyedia").await;
        app.settle().await;
        let letter = app.letter_to(&address);
        let tokens = ["/r/", "/not-me/"].map(|path| letter.link(path).rsplit('/').next().unwrap().to_owned());
        let bytes = BASE64URL_NOPAD.decode(tokens[0].as_bytes()).unwrap();
        mailed.push(Mailed { id: uuid::Uuid::from_slice(&bytes[..16]).unwrap().to_string(), tokens });
        app.advance(TimeDelta::seconds(61)).await;
    }
    mailed
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_token_is_good_for_anything_but_its_own_link_and_purpose() {
    let app = TestApp::start().await;
    let mailed = four_links(&app).await;
    let before = app.rows().await;
    let mut refused = 0;
    for (i, shown) in mailed.iter().enumerate() {
        for (p, token) in shown.tokens.iter().enumerate() {
            // the other purpose's address
            let page = app.browser().open(&format!("{}{token}", ["/not-me/", "/r/"][p])).await.clone();
            assert_eq!((page.status, page.heading().as_str()), (StatusCode::GONE, "Tautan ini tidak kami kenali"));
            refused += 1;
            for (j, wanted) in mailed.iter().enumerate() {
                for (q, cookie) in COOKIES.into_iter().enumerate().filter(|(q, _)| (j, *q) != (i, p)) {
                    let mut browser = app.browser();
                    let csrf = browser.open("/reset-totp").await.form("/reset-totp").value("csrf").to_owned();
                    browser.plant(cookie, token);
                    for action in [["/reset-totp/open", "/reset-totp/confirm"], ["/not-me", "/not-me/confirm"]][q] {
                        let page = browser.press(action, &pairs(&[("csrf", &csrf), ("link", &wanted.id)])).await;
                        assert!(matches!(page.status.as_u16(), 409 | 410), "{i} {p} at {j} {q}: {}", page.text());
                    }
                    refused += 1;
                }
            }
        }
    }
    assert_eq!(refused, 64);
    assert_eq!(app.rows().await, before);
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn guesses_hit_nothing() {
    let app = TestApp::with(|plan| plan.config.limits.mode = LimitsMode::Off).await;
    let mailed = four_links(&app).await;
    let genuine = BASE64URL_NOPAD.decode(mailed[0].tokens[0].as_bytes()).unwrap();
    let browser = app.browser();
    for n in 0..rounds(300, 10_000) {
        let mut guess = genuine.clone();
        match n % 3 {
            // the right link, and a random rest
            0 => guess[16..].copy_from_slice(&random::bytes::<32>().unwrap()),
            // one bit beside
            1 => guess[n / 3 % 48] ^= 1 << (n / 144 % 8),
            _ => guess.copy_from_slice(&[random::bytes::<32>().unwrap().as_slice(), &[7; 16]].concat()),
        }
        let token = BASE64URL_NOPAD.encode(&guess);
        for path in ["/r/", "/not-me/"] {
            let answer = browser.answer(browser.request(Method::GET, &format!("{path}{token}"))).await;
            assert_eq!(answer.status, StatusCode::GONE, "{token}");
            assert_eq!(answer.header("set-cookie"), "", "{token}");
        }
    }
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_token_is_stored() {
    let app = TestApp::start().await;
    let mailed = four_links(&app).await;
    let dump = app.dump().await;
    for token in mailed.iter().flat_map(|link| &link.tokens) {
        let bytes = BASE64URL_NOPAD.decode(token.as_bytes()).unwrap();
        assert!(!dump.contains(token.as_str()) && !dump.contains(&data_encoding::HEXLOWER.encode(&bytes[16..])));
    }
    assert!(dump.contains("rina0@amanah.example"), "the dump holds what is stored");
    app.end().await;
}
