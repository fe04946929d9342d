//! Recovery codes: ten, each for one time, shown until they are kept, dead with the TOTP they came with.

use std::collections::BTreeSet;

use chrono::{NaiveDate, TimeDelta};
use pulih::base::keyring::{Keyring, Purpose};
use reqwest::StatusCode;

use super::activation::{BUDIS, reset};
use crate::support::acts::at_once;
use crate::support::browser::{Browser, Page};
use crate::support::house::{PASSWORD, TestApp};
use crate::support::signing::{BUDI, Phone};

/// The recovery codes that a page shows.
pub fn shown(page: &Page) -> Vec<String> {
    page.body.split("<li class=\"code\">").skip(1).map(|piece| piece.split('<').next().unwrap().to_owned()).collect()
}

/// Budi at his recovery codes, with his phone.
async fn at_the_codes(app: &TestApp) -> (Browser, Phone) {
    let mut budi = reset(app).await;
    budi.password(BUDI, PASSWORD).await;
    let phone = budi.activate(app).await;
    app.settle().await;
    assert_eq!(budi.page.path, "/activate/codes", "{}", budi.page.text());
    (budi, phone)
}

/// Gives a recovery code after the password, in a browser of its own; where that leads.
async fn give(app: &TestApp, code: &str) -> Browser {
    let mut browser = app.browser();
    browser.password(BUDI, PASSWORD).await;
    browser.open("/login/totp?method=recovery").await;
    browser.send("/login/totp", &[("code", code)]).await;
    browser
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_of_the_ten_codes_signs_in_once_however_it_is_typed() {
    let app = TestApp::start().await;
    let (budi, _) = at_the_codes(&app).await;
    let codes = shown(&budi.page);
    assert_eq!(codes.iter().collect::<BTreeSet<_>>().len(), 10, "{codes:?}");
    for (number, code) in codes.iter().enumerate() {
        let typed = match number % 3 {
            0 => code.clone(),
            1 => code.to_lowercase().replace('-', ""),
            _ => format!(" {} ", code.replace('-', " ").replace('0', "o").replace('1', "l")),
        };
        let mut browser = give(&app, &typed).await;
        assert_eq!(browser.page.path, "/account", "{typed}: {}", browser.page.text());
        let left = format!("Sisa kode pemulihan {}", 9 - number);
        assert!(browser.page.text().contains(&left), "{}", browser.page.text());
        browser.send("/logout", &[]).await;
        let again = give(&app, code).await;
        assert_eq!(again.page.status, StatusCode::UNPROCESSABLE_ENTITY, "{code} a second time");
        assert!(again.page.text().contains("tidak cocok atau sudah dipakai"), "{}", again.page.text());
        app.advance(TimeDelta::minutes(6)).await;
        if number % 4 == 3 {
            app.advance(TimeDelta::hours(1)).await;
        }
    }
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_code_in_many_browsers_at_once_signs_in_one() {
    let app = TestApp::start().await;
    let (budi, _) = at_the_codes(&app).await;
    let code = shown(&budi.page)[0].clone();
    let mut ready = Vec::new();
    for _ in 0..4 {
        let mut browser = app.browser();
        browser.password(BUDI, PASSWORD).await;
        browser.open("/login/totp?method=recovery").await;
        ready.push(browser);
    }
    let answers = at_once(ready.len(), |n| {
        let (browser, code) = (ready[n].clone(), code.clone());
        async move { browser.press("/login/totp", &browser.page.form("/login/totp").filled(&[("code", &code)])).await }
    });
    let in_now = answers.await.iter().filter(|answer| answer.status == StatusCode::SEE_OTHER).count();
    assert_eq!(in_now, 1);
    assert_eq!(app.value("select count(*) from recovery_code where used_at is not null").await, "1");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_codes_are_shown_until_they_are_kept_and_to_their_session_alone() {
    let app = TestApp::start().await;
    let (mut budi, phone) = at_the_codes(&app).await;
    let codes = shown(&budi.page);
    budi.open("/account").await;
    assert_eq!(shown(budi.open("/activate/codes").await), codes, "on reload");
    assert_eq!(shown(budi.open("/activate").await), codes);
    app.advance(TimeDelta::seconds(30)).await;
    let mut other = app.browser();
    other.sign_in(&app, BUDI, &phone).await;
    let kept = budi.page.form("/activate/codes");
    for path in ["/activate/codes", "/activate", "/account"] {
        assert!(shown(other.open(path).await).is_empty(), "{path}");
        assert!(codes.iter().all(|code| !other.page.body.contains(code)), "{path}");
    }
    budi.post("/activate/codes", &kept.fields).await;
    assert_eq!(budi.page.path, "/account?note=codes-kept");
    for path in ["/activate/codes", "/activate"] {
        assert!(shown(budi.open(path).await).is_empty(), "{path} after they were kept");
    }
    budi.post("/activate/codes", &kept.fields).await;
    assert_eq!(budi.page.path, "/account?note=codes-kept", "a second click says the same");
    let told = app.events().await.into_iter().filter(|event| event == "recovery-codes.kept").count();
    assert_eq!(told, 1);
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn codes_that_were_not_kept_are_shown_again_to_the_browser_that_activated() {
    let app = TestApp::start().await;
    let (mut budi, phone) = at_the_codes(&app).await;
    let codes = shown(&budi.page);
    // the answer to the first code was lost on the way: the browser knows no session
    app.advance(TimeDelta::minutes(31)).await;
    let mut elsewhere = app.browser();
    elsewhere.sign_in(&app, BUDI, &phone).await;
    assert_eq!(elsewhere.page.path, "/account");
    assert!(shown(elsewhere.open("/activate/codes").await).is_empty(), "never to another browser");
    app.advance(TimeDelta::seconds(30)).await;
    budi.sign_in(&app, BUDI, &phone).await;
    assert_eq!(budi.page.path, "/activate/codes");
    assert_eq!(shown(&budi.page), codes);
    budi.send("/activate/codes", &[]).await;
    app.advance(TimeDelta::minutes(31)).await;
    budi.sign_in(&app, BUDI, &phone).await;
    assert_eq!(budi.page.path, "/account", "kept codes are never shown again");
    assert!(shown(budi.open("/activate/codes").await).is_empty());
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn codes_die_with_the_totp_they_came_with() {
    for end in ["reset", "disable"] {
        let app = TestApp::start().await;
        let (mut budi, phone) = at_the_codes(&app).await;
        let codes = shown(&budi.page);
        app.advance(TimeDelta::minutes(61)).await;
        if end == "reset" {
            budi.lose_phone(&app, BUDI, BUDIS).await;
        } else {
            budi.sign_in(&app, BUDI, &phone).await;
            app.advance(TimeDelta::seconds(30)).await;
            budi.open("/account/disable").await;
            let code = phone.code(&app, 0);
            budi.send("/account/disable", &[("password", PASSWORD), ("code", &code)]).await;
        }
        app.settle().await;
        let dead = give_by_hand(&app, &codes[0]).await;
        assert_ne!(dead.page.path, "/account", "{end}: before the next activation");
        budi.password(BUDI, PASSWORD).await;
        budi.activate(&app).await;
        assert_eq!(budi.page.path, "/activate/codes", "{end}: {}", budi.page.text());
        let new = shown(&budi.page);
        assert!(new.iter().all(|code| !codes.contains(code)), "{end}");
        for code in &codes[..3] {
            assert_eq!(give(&app, code).await.page.status, StatusCode::UNPROCESSABLE_ENTITY, "{end}");
        }
        assert_eq!(give(&app, &new[9]).await.page.path, "/account", "{end}");
        app.settle().await;
        app.end().await;
    }
}

/// Gives a recovery code with a form of one's own making, where no page offers one.
async fn give_by_hand(app: &TestApp, code: &str) -> Browser {
    let mut browser = app.browser();
    browser.password(BUDI, PASSWORD).await;
    let csrf = browser.page.forms().iter().map(|form| form.value("csrf").to_owned()).find(|csrf| !csrf.is_empty());
    let csrf = csrf.unwrap();
    let fields = [("csrf", csrf.as_str()), ("method", "recovery"), ("code", code)];
    let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned()));
    browser.post("/login/totp", &fields).await;
    browser
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_codes_shown_are_right_even_if_the_key_was_rotated_meanwhile() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("keys");
    let day = |n| NaiveDate::from_ymd_opt(2026, 1, n).unwrap();
    Keyring::init(&dir, day(1)).unwrap();
    let keys = || Keyring::load(&dir).unwrap();
    let mut app = TestApp::with(|plan| plan.keys = Some(keys())).await;
    // begun with one key, finished with the next, shown with a third
    let mut budi = reset(&app).await;
    budi.password(BUDI, PASSWORD).await;
    Keyring::rotate(&dir, Purpose::Seal, day(2)).unwrap();
    app.rekey(keys()).await;
    budi.activate(&app).await;
    let codes = shown(&budi.page);
    Keyring::rotate(&dir, Purpose::Seal, day(3)).unwrap();
    app.rekey(keys()).await;
    assert_eq!(shown(budi.open("/activate/codes").await), codes);
    for code in &codes[..2] {
        assert_eq!(give(&app, code).await.page.path, "/account");
    }
    app.settle().await;
    app.end().await;
}
