//! Sessions: a new token at each rise, dead at once everywhere when they are ended, over in time, swept and purged.

use chrono::TimeDelta;
use pulih::workers::sweeper;
use reqwest::{Method, StatusCode};

use crate::support::browser::Browser;
use crate::support::house::{PASSWORD, TestApp};
use crate::support::signing::{BUDI, Phone, RINA};

const NEW: &str = "perahu kayu tua";

async fn house() -> (TestApp, Phone) {
    let app = TestApp::start().await;
    app.people_with_passwords().await;
    let phone = Phone::imported();
    phone.calm(&app).await;
    (app, phone)
}

fn token(browser: &Browser) -> String {
    browser.cookie("pulih_session").unwrap()
}

/// Two browsers signed in and one past the password.
async fn three(app: &TestApp, who: (&str, &str), phone: &Phone) -> [Browser; 3] {
    let mut browsers = [app.browser(), app.browser(), app.browser()];
    for browser in &mut browsers[..2] {
        browser.sign_in(app, who, phone).await.assert_at("/account");
        app.advance(TimeDelta::seconds(30)).await;
    }
    browsers[2].password(who, PASSWORD).await.assert_at("/login/totp");
    browsers
}

/// Which of them are still in, here and at another server.
async fn alive(app: &TestApp, browsers: &[Browser]) -> Vec<bool> {
    let (_second, url, running) = app.second();
    let mut alive = Vec::new();
    for browser in browsers {
        let elsewhere = Browser::new(&url);
        for cookie in ["pulih", "pulih_session"] {
            elsewhere.plant(cookie, &browser.cookie(cookie).unwrap_or_default());
        }
        let here = browser.is_in().await;
        assert_eq!(elsewhere.is_in().await, here, "all servers are of one mind");
        alive.push(here);
    }
    running.stop.cancel();
    running.ended().await;
    alive
}

async fn change_password(browser: &mut Browser) {
    browser.open("/account/password").await;
    let typed = [("password", PASSWORD), ("new_password", NEW), ("new_password_again", NEW)];
    browser.send("/account/password", &typed).await.assert_at("/account?note=password-changed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_rise_has_a_token_of_its_own_and_the_one_before_is_dead() {
    let (app, phone) = house().await;
    let mut rina = app.browser();
    let mut tokens = Vec::new();
    rina.password(RINA, PASSWORD).await;
    tokens.push(token(&rina));
    let code = phone.code(&app, 0);
    rina.code(&code).await.assert_at("/account");
    tokens.push(token(&rina));
    change_password(&mut rina).await;
    tokens.push(token(&rina));
    // a new phone
    app.settle().await;
    app.sql("update account set password_changed_at = null").await;
    rina.lose_phone(&app, RINA, "rina@amanah.example").await;
    assert!(!rina.is_in().await, "a reset ends the session of the very browser it is made in");
    rina.password(RINA, NEW).await.assert_at("/activate");
    tokens.push(token(&rina));
    rina.activate(&app).await;
    rina.page.assert_at("/activate/codes");
    tokens.push(token(&rina));
    for (n, token) in tokens.iter().enumerate() {
        assert_eq!(rina.holds(token).await, n + 1 == tokens.len(), "token {n}");
        assert_eq!(tokens.iter().filter(|other| *other == token).count(), 1);
        assert!(!app.dump().await.contains(token.as_str()), "the database has the hash alone");
    }
    app.settle().await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn logout_ends_one_session_and_the_buttons_end_others() {
    let (app, phone) = house().await;
    let mut browsers = three(&app, RINA, &phone).await;
    let old = token(&browsers[0]);
    browsers[0].send("/logout", &[]).await;
    assert!(!browsers[0].holds(&old).await, "its token is dead, not only forgotten");
    assert_eq!(alive(&app, &browsers).await, [false, true, true]);
    // one past the password is no session of the list yet, and ends with the others
    let mut third = app.browser();
    third.sign_in(&app, RINA, &phone).await.assert_at("/account");
    browsers[1].open("/account").await;
    browsers[1].send("/account/sessions/end", &[("session", "others")]).await;
    assert_eq!(alive(&app, &browsers).await, [false, true, false]);
    assert!(!third.is_in().await);
    // Budi cannot end what is Rina's
    let mut budi = app.browser();
    budi.sign_in(&app, BUDI, &phone).await.assert_at("/account");
    let rinas = app
        .value(
            "select s.id from session s join account a on a.id = s.account_id
            where a.user_id = 'AMANAH7' and s.ended_at is null",
        )
        .await;
    let csrf = budi.page.form("/logout").value("csrf").to_owned();
    budi.post("/account/sessions/end", &[("csrf".into(), csrf), ("session".into(), rinas)]).await;
    assert_eq!(alive(&app, &browsers[1..2]).await, [true]);
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reset_by_a_mailed_link_elsewhere_ends_all() {
    let (app, phone) = house().await;
    let browsers = three(&app, RINA, &phone).await;
    app.browser().lose_phone(&app, RINA, "rina@amanah.example").await;
    assert_eq!(alive(&app, &browsers).await, [false; 3]);
    app.settle().await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn disable_ends_all() {
    let (app, phone) = house().await;
    let mut browsers = three(&app, RINA, &phone).await;
    let code = phone.code(&app, 0);
    browsers[0].open("/account/disable").await;
    let disabled = browsers[0].send("/account/disable", &[("password", PASSWORD), ("code", &code)]).await;
    disabled.assert_at("/login?note=disabled");
    assert_eq!(alive(&app, &browsers).await, [false; 3]);
    app.settle().await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lock_after_a_reset_ends_all_and_the_right_password_says_so() {
    let (app, _) = house().await;
    let mut eve = app.browser();
    eve.lose_phone(&app, RINA, "rina@amanah.example").await;
    app.settle().await;
    let not_me = app.link_to("rina@amanah.example", "/not-me/");
    eve.password(RINA, PASSWORD).await.assert_at("/activate");
    let phone = eve.activate(&app).await;
    eve.send("/activate/codes", &[]).await;
    app.advance(TimeDelta::seconds(30)).await;
    let mut browsers = three(&app, RINA, &phone).await.to_vec();
    browsers.push(eve);
    let mut rina = app.browser();
    rina.open(&not_me).await;
    rina.send("/not-me", &[]).await;
    rina.send("/not-me/confirm", &[]).await;
    assert_eq!(alive(&app, &browsers).await, [false; 4]);
    let locked = browsers[0].password(RINA, PASSWORD).await;
    assert_eq!((locked.status, locked.heading().as_str()), (StatusCode::FORBIDDEN, "Akun ini dikunci"));
    app.settle().await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_of_password_ends_all_others() {
    let (app, phone) = house().await;
    let mut browsers = three(&app, RINA, &phone).await;
    change_password(&mut browsers[1]).await;
    assert_eq!(alive(&app, &browsers).await, [false, true, false]);
    // a password that was right a moment ago opens nothing
    let mut late = app.browser();
    assert_eq!(late.password(RINA, PASSWORD).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    late.password(RINA, NEW).await.assert_at("/login/totp");
    app.settle().await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_cookie_without_its_browser_cookie_is_nothing() {
    let (app, phone) = house().await;
    let mut rina = app.browser();
    rina.sign_in(&app, RINA, &phone).await.assert_at("/account");
    let mut other = app.browser();
    other.open("/login").await;
    for browser in [app.browser(), other] {
        browser.plant("pulih_session", &token(&rina));
        let page = browser.answer(browser.request(Method::GET, "/account")).await;
        assert_eq!((page.status, page.header("location")), (StatusCode::SEE_OTHER, "/login?note=ended"));
    }
    for broken in ["", "x", &"A".repeat(43), &"A".repeat(5_000), "%00", &format!("{}A", token(&rina))] {
        assert!(!rina.holds(broken).await, "{broken}");
    }
    assert!(rina.is_in().await);
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn idle_and_absolute_limits_end_a_session_and_the_sweeper_takes_it_away() {
    let (app, phone) = house().await;
    let [mut idle, mut busy, half] = three(&app, RINA, &phone).await;
    app.advance(TimeDelta::minutes(19)).await;
    busy.open("/account").await.assert_at("/account");
    app.advance(TimeDelta::minutes(2)).await;
    assert!(!half.is_in().await, "a step whose page nobody looks at is over");
    app.advance(TimeDelta::minutes(8)).await;
    busy.open("/account").await.assert_at("/account");
    app.advance(TimeDelta::minutes(2)).await;
    idle.open("/account").await.assert_at("/login?note=ended");
    for _ in 0..23 {
        busy.open("/account").await.assert_at("/account");
        app.advance(TimeDelta::minutes(29)).await;
    }
    busy.open("/account").await.assert_at("/account");
    app.advance(TimeDelta::minutes(23)).await;
    busy.open("/account").await.assert_at("/login?note=ended");

    assert_eq!(app.value("select count(*) from session where ended_at is null").await, "3", "nobody looked yet");
    sweeper::tidy(&app.app).await.unwrap();
    assert_eq!(app.value("select count(*) from session where ended_at is null").await, "0");
    assert_eq!(app.value("select count(*) from session where ended_at > pulih.now()").await, "0");
    app.advance(TimeDelta::days(29)).await;
    sweeper::tidy(&app.app).await.unwrap();
    assert_eq!(app.value("select count(*) from session where level = 'full'").await, "2");
    app.advance(TimeDelta::days(2)).await;
    while sweeper::tidy(&app.app).await.unwrap() {}
    assert_eq!(app.value("select count(*) from session").await, "0");
    app.end().await;
}
