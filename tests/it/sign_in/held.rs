//! Wrong codes in a row: the owner is told at ten, and at a hundred the way is closed to strangers.

use chrono::TimeDelta;
use reqwest::StatusCode;

use super::budgets::{at_code, house, wrong};
use crate::support::acts::at_once;
use crate::support::browser::Browser;
use crate::support::house::{PASSWORD, TestApp};
use crate::support::signing::{BUDI, Phone, RINA};

const TOLD: &str = "Kode TOTP Salah Berulang Kali";

/// How often each of Budi's addresses was told.
async fn told(app: &TestApp) -> [usize; 2] {
    app.settle().await;
    let letters = app.letters();
    ["budi@bahtera.example", "kantor@bahtera.example"]
        .map(|to| letters.iter().filter(|letter| letter.to == to && letter.subject == TOLD).count())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_in_a_row_are_told_once_to_every_address() {
    let app = house().await;
    let mut eve = at_code(&app, BUDI).await;
    assert_eq!(wrong(&app, &mut eve, 5).await, [422; 5]);
    app.advance(TimeDelta::minutes(5)).await;
    assert_eq!(wrong(&app, &mut eve, 4).await, [422; 4]);
    assert_eq!(told(&app).await, [0, 0]);
    assert_eq!(wrong(&app, &mut eve, 2).await, [422, 429]);
    assert_eq!(told(&app).await, [1, 1]);
    for _ in 0..2 {
        app.advance(TimeDelta::minutes(5)).await;
        assert_eq!(wrong(&app, &mut eve, 5).await, [422; 5]);
    }
    assert_eq!(told(&app).await, [1, 1], "exactly once");
    assert_eq!(app.events().await.iter().filter(|event| *event == "login.warned").count(), 1);
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_four_wrong_ones_at_once_are_told_once() {
    let app = TestApp::with(|plan| {
        plan.config.database.pool = 64;
        plan.config.limits.codes_per_5_min = 1_000;
        plan.config.limits.codes_per_hour = 1_000;
        plan.config.limits.codes_per_day = 1_000;
    })
    .await;
    app.people_with_passwords().await;
    app.warm().await;
    let eve = at_code(&app, BUDI).await;
    let code = Phone::imported().wrong(&app);
    let fields = eve.page.form("/login/totp").filled(&[("code", &code)]);
    at_once(64, |_| {
        let (eve, fields) = (eve.clone(), fields.clone());
        async move { assert_eq!(eve.press("/login/totp", &fields).await.status, StatusCode::UNPROCESSABLE_ENTITY) }
    })
    .await;
    assert_eq!(app.value("select in_row from code_limit").await, "64");
    assert_eq!(told(&app).await, [1, 1]);
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn guesses_on_the_account_pages_share_the_budget_and_only_codes_are_codes_in_a_row() {
    let app = house().await;
    let phone = Phone::imported();
    phone.calm(&app).await;
    let mut stolen = app.browser();
    stolen.sign_in(&app, BUDI, &phone).await;
    stolen.open("/account/password").await;
    let new = "perahu kayu tua";
    let change = [("password", "salah-12345"), ("new_password", new), ("new_password_again", new)];
    for _ in 0..5 {
        assert_eq!(stolen.send("/account/password", &change).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    // held: not even with the right password
    let right = [("password", PASSWORD), ("new_password", new), ("new_password_again", new)];
    let held = stolen.send("/account/password", &right).await;
    assert!(held.text().contains("Terlalu banyak percobaan. Coba lagi"), "{}", held.text());
    stolen.open("/account/disable").await;
    let disable = [("password", PASSWORD), ("code", &phone.code(&app, 1))];
    let held = stolen.send("/account/disable", &disable).await;
    assert!(held.text().contains("Terlalu banyak kode salah"), "{}", held.text());
    assert_eq!(told(&app).await, [0, 0]);
    app.advance(TimeDelta::minutes(5)).await;
    stolen.open("/account/disable").await;
    for round in 0..2 {
        for _ in 0..5 {
            let code = phone.wrong(&app);
            stolen.send("/account/disable", &[("password", PASSWORD), ("code", &code)]).await;
        }
        assert_eq!(app.value("select in_row from code_limit").await, ((round + 1) * 5).to_string());
        app.advance(TimeDelta::minutes(5)).await;
        stolen.open("/account/disable").await;
    }
    assert_eq!(told(&app).await, [1, 1], "the owner is told, wherever the ten were typed");
    assert_eq!(app.value("select count(*) from credential where revoked_at is null").await, "2");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_in_a_row_close_the_way_to_strangers_until_a_reset() {
    let app = house().await;
    let phone = Phone::imported();
    phone.calm(&app).await;
    let mut known = app.browser();
    known.sign_in(&app, RINA, &phone).await;
    known.send("/logout", &[]).await;
    let mut eve = at_code(&app, RINA).await;
    assert_eq!(wrong(&app, &mut eve, 1).await, [422]);
    app.sql("update code_limit set in_row = 98").await;
    assert_eq!(wrong(&app, &mut eve, 1).await, [422], "the ninety-ninth");
    assert_eq!(wrong(&app, &mut eve, 1).await, [422], "the hundredth is looked at");
    app.advance(TimeDelta::days(2)).await;
    let mut new = at_closed(&app).await;
    assert_eq!(new.page.status, StatusCode::FORBIDDEN);
    assert!(new.page.text().contains("lakukan Reset TOTP lewat email"), "{}", new.page.text());
    assert!(new.page.body.contains("href=\"/reset-totp?user_id=AMANAH7\""), "{}", new.page.body);
    // the right code, sent past the page that has no field any more
    let csrf = new.open("/login").await.form("/login").value("csrf").to_owned();
    let typed = [("csrf".to_owned(), csrf), ("code".to_owned(), phone.code(&app, 0))];
    assert_eq!(new.press("/login/totp", &typed).await.status, StatusCode::FORBIDDEN);
    assert_eq!(app.value("select count(*) from session where level = 'full' and ended_at is null").await, "0");
    // the known browser goes on
    known.password(RINA, PASSWORD).await;
    known.code(&phone.code(&app, 0)).await.assert_at("/account");
    assert_eq!(at_closed(&app).await.page.status, StatusCode::FORBIDDEN, "which opens it for nobody else");
    app.settle().await;
    let mut phone_browser = app.browser();
    phone_browser.lose_phone(&app, RINA, "rina@amanah.example").await;
    app.settle().await;
    phone_browser.password(RINA, PASSWORD).await;
    let new_phone = phone_browser.activate(&app).await;
    phone_browser.page.assert_at("/activate/codes");
    let mut other = at_code(&app, RINA).await;
    assert_eq!(other.code(&new_phone.code(&app, 1)).await.path, "/account", "a Reset TOTP opens it");
    app.settle().await;
    app.end().await;
}

/// A stranger's browser, past the password, where no code is taken.
async fn at_closed(app: &TestApp) -> Browser {
    let mut browser = app.browser();
    browser.password(RINA, PASSWORD).await;
    assert_eq!(browser.page.path, "/login/totp");
    browser
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_tenth_is_not_counted_where_nobody_could_be_told() {
    let app = TestApp::with(|plan| plan.config.limits.codes_per_5_min = 50).await;
    app.people_with_passwords().await;
    let phone = Phone::imported();
    phone.calm(&app).await;
    let mut stolen = app.browser();
    stolen.sign_in(&app, BUDI, &phone).await;
    stolen.open("/account/disable").await;
    let mut eve = at_code(&app, BUDI).await;
    let in_rows = "select string_agg(in_row::text, ' ' order by in_row) from code_limit";
    let disable = async |stolen: &mut Browser| {
        let code = phone.wrong(&app);
        stolen.send("/account/disable", &[("password", PASSWORD), ("code", &code)]).await.status.as_u16()
    };
    assert_eq!(wrong(&app, &mut eve, 9).await, [422; 9]);
    for _ in 0..9 {
        assert_eq!(disable(&mut stolen).await, 422);
    }
    app.refuse_warnings(true).await;
    assert_eq!(eve.clone().code(&phone.wrong(&app)).await.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(disable(&mut stolen.clone()).await, 500);
    assert_eq!(app.value(in_rows).await, "9 9");
    app.refuse_warnings(false).await;
    assert_eq!(wrong(&app, &mut eve, 1).await, [422]);
    assert_eq!(told(&app).await, [1, 1]);
    assert_eq!(disable(&mut stolen).await, 422);
    assert_eq!(told(&app).await, [2, 2]);
    assert_eq!(app.value(in_rows).await, "10 10");
    assert_eq!(app.events().await.iter().filter(|event| *event == "login.warned").count(), 2);
    app.end().await;
}
