//! Sign-in of the desk: whatever is wrong is told alike, held alike, and each rise has a token of its own.

use chrono::TimeDelta;
use data_encoding::BASE32_NOPAD;
use reqwest::{Method, StatusCode};

use crate::support::browser::Page;
use crate::support::house::{PASSWORD, TestApp};
use crate::support::signing::Phone;

const WRONG: &str = "Nama pengguna, password, atau kode salah.";

/// What a stranger sees: status, headers and body, without what differs at each answer.
fn seen(page: &Page, username: &str) -> (StatusCode, Vec<String>, String) {
    let mut names: Vec<String> = page.headers.keys().map(ToString::to_string).filter(|name| name != "date").collect();
    names.sort();
    let mut body = page.body.replace(&format!("value=\"{username}\""), "value=\"\"");
    let token = page.form("/staff/login").value("csrf").to_owned();
    body = body.replace(&token, "");
    (page.status, names, body)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn unknown_wrong_disabled_and_invited_look_the_same() {
    let app = TestApp::start().await;
    for name in ["rina", "budi", "sari"] {
        app.staff(name, &["helpdesk"]).await;
    }
    app.sql("update staff set status = 'disabled', disabled_at = pulih.now() where username = 'budi'").await;
    app.sql("update staff set status = 'invited', password_hash = null where username = 'sari'").await;
    let mut answers = Vec::new();
    for (name, password) in [("nobody", PASSWORD), ("rina", "wrong"), ("budi", PASSWORD), ("sari", PASSWORD)] {
        let page = app.browser().staff_password(name, password).await.clone();
        assert!(page.text().contains(WRONG), "{name}: {}", page.text());
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        answers.push((seen(&page, name), page.header("content-length").len()));
    }
    for other in &answers[1..] {
        assert_eq!(*other, answers[0]);
    }
    // each left the same: one event, refused, of nobody's own
    let events = app.events().await;
    assert_eq!(events, vec!["staff.password!staff-login-wrong"; 4]);
    assert_eq!(app.value("select count(*) from event where staff_id is not null").await, "0");
    assert_eq!(app.value("select count(*) from staff_session").await, "0");
    assert_eq!(app.value("select count(*) from password_limit").await, "4");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_eleventh_is_held_with_a_time_even_if_it_is_right() {
    let app = TestApp::start().await;
    let (_, _) = app.staff("rina", &["helpdesk"]).await;
    for name in ["rina", "nobody"] {
        let mut browser = app.browser();
        for _ in 0..10 {
            assert_eq!(browser.staff_password(name, "wrong").await.status, StatusCode::UNPROCESSABLE_ENTITY);
        }
        let page = browser.staff_password(name, PASSWORD).await;
        assert_eq!(page.status, StatusCode::TOO_MANY_REQUESTS, "{name}");
        let seconds: i64 = page.header("retry-after").parse().unwrap();
        assert!((200..=301).contains(&seconds), "{seconds}");
        assert!(page.text().contains("Coba lagi") && page.text().contains("WIB"), "{}", page.text());
    }
    // nobody else is held by it, and time heals it
    app.staff("budi", &["helpdesk"]).await;
    app.browser().staff_password("budi", PASSWORD).await.assert_at("/staff/login/totp");
    app.advance(TimeDelta::minutes(6)).await;
    app.browser().staff_password("RINA ", PASSWORD).await.assert_at("/staff/login/totp");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_rise_has_a_token_of_its_own_and_ends_the_one_before() {
    let app = TestApp::start().await;
    let (_, secret) = app.staff("rina", &["supervisor"]).await;
    let phone = Phone::holding(&BASE32_NOPAD.encode(&secret));
    let mut browser = app.browser();
    browser.staff_password("rina", PASSWORD).await.assert_at("/staff/login/totp");
    let half = browser.cookie("pulih_staff").unwrap();
    let code = phone.code(&app, 0);
    let page = browser.send("/staff/login/totp", &[("code", &code)]).await;
    assert!(page.path.starts_with("/staff/requests"), "{}", page.path);
    let full = browser.cookie("pulih_staff").unwrap();
    assert_ne!(half, full);
    browser.open("/staff/activity").await.assert_at("/staff/activity");

    // the older token is worth nothing, and the newer one nothing in another browser
    browser.plant("pulih_staff", &half);
    browser.open("/staff/activity").await.assert_at("/staff/login?note=ended");
    let mut thief = app.browser();
    thief.open("/reset-totp").await;
    thief.plant("pulih_staff", &full);
    thief.open("/staff/activity").await.assert_at("/staff/login?note=ended");

    // a used code is used
    let mut again = app.browser();
    again.staff_password("rina", PASSWORD).await;
    let page = again.send("/staff/login/totp", &[("code", &code)]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(app.events().await, ["staff.password", "staff.code", "staff.password", "staff.code!code-replayed"]);
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_ends_by_itself_and_by_its_person() {
    let app = TestApp::start().await;
    let (_, secret) = app.staff("rina", &["auditor"]).await;
    let phone = Phone::holding(&BASE32_NOPAD.encode(&secret));
    let mut browser = app.browser();
    browser.staff_sign_in(&app, "rina", &phone).await.assert_at("/audit");
    browser.open("/staff/login").await.assert_at("/audit");
    app.advance(TimeDelta::minutes(31)).await;
    browser.open("/staff").await.assert_at("/staff/login");

    browser.staff_sign_in(&app, "rina", &phone).await.assert_at("/audit");
    assert!(browser.page.text().contains("Masuk sebelumnya"), "{}", browser.page.text());
    browser.send("/staff/logout", &[]).await.assert_at("/staff/login?note=signed-out");
    browser.open("/staff/activity").await.assert_at("/staff/login?note=ended");

    // twelve hours are the most, however busy it is
    browser.staff_sign_in(&app, "rina", &phone).await.assert_at("/audit");
    for _ in 0..28 {
        app.advance(TimeDelta::minutes(25)).await;
        browser.open("/staff/activity").await.assert_at("/staff/activity");
    }
    app.advance(TimeDelta::minutes(21)).await;
    browser.open("/staff/activity").await.assert_at("/staff/login?note=ended");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_code_step_waits_twenty_minutes() {
    let app = TestApp::start().await;
    app.staff("rina", &["helpdesk"]).await;
    let mut browser = app.browser();
    browser.staff_password("rina", PASSWORD).await.assert_at("/staff/login/totp");
    app.advance(TimeDelta::minutes(21)).await;
    let page = browser.answer(browser.request(Method::GET, "/staff/login/totp")).await;
    assert_eq!(page.header("location"), "/staff/login?note=ended");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_that_is_off_is_told_with_help() {
    let app = TestApp::start().await;
    let (_, secret) = app.staff("rina", &["helpdesk"]).await;
    let phone = Phone::holding(&BASE32_NOPAD.encode(&secret));
    phone.calm(&app).await;
    let mut browser = app.browser();
    browser.staff_password("rina", PASSWORD).await;
    let early = phone.code(&app, 8);
    let page = browser.send("/staff/login/totp", &[("code", &early)]).await;
    assert!(page.body.contains("/help/clock?off="), "{}", page.text());
    // what was shown too early is not right in time either
    app.advance(TimeDelta::seconds(240)).await;
    let page = browser.send("/staff/login/totp", &[("code", &early)]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", page.text());
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_password_sprayed_over_the_desk_is_seen_and_holds_nobody() {
    let app = TestApp::start().await;
    for n in 0..20 {
        app.staff(&format!("orang{n}"), &["helpdesk"]).await;
    }
    let mut browser = app.browser();
    let mut before = 0;
    for n in 0..20 {
        before = crate::sign_in::passwords::sprayed(&app).await;
        browser.open("/staff/login").await;
        let name = format!("orang{n}");
        browser.send("/staff/login", &[("username", &name), ("password", "Indonesia2026!")]).await;
    }
    assert!(crate::sign_in::passwords::sprayed(&app).await > before, "seen at the twentieth");
    for n in 0..20 {
        browser.open("/staff/login").await;
        let name = format!("orang{n}");
        browser
            .send("/staff/login", &[("username", &name), ("password", PASSWORD)])
            .await
            .assert_at("/staff/login/totp");
    }
    app.end().await;
}
