//! Budgets of wrong codes: exact, over parallel sessions and at once, and made whole by a right one.

use chrono::TimeDelta;
use reqwest::StatusCode;

use crate::support::acts::at_once;
use crate::support::browser::Browser;
use crate::support::house::{PASSWORD, TestApp};
use crate::support::signing::{BUDI, Phone, RINA};

/// A house whose half sessions outlive the budgets.
pub(super) async fn house() -> TestApp {
    let app = TestApp::with(|plan| plan.config.session.step_minutes = 60 * 24 * 3).await;
    app.people_with_passwords().await;
    app
}

pub(super) async fn at_code(app: &TestApp, who: (&str, &str)) -> Browser {
    let mut browser = app.browser();
    browser.password(who, PASSWORD).await;
    browser.page.assert_at("/login/totp");
    browser
}

/// Types wrong codes and tells how each was answered.
pub(super) async fn wrong(app: &TestApp, browser: &mut Browser, times: usize) -> Vec<u16> {
    let mut seen = Vec::new();
    for _ in 0..times {
        let code = Phone::imported().wrong(app);
        seen.push(browser.code(&code).await.status.as_u16());
    }
    seen
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_in_five_minutes_over_parallel_sessions_and_then_no_code_is_looked_at() {
    let app = house().await;
    let phone = Phone::imported();
    let mut sessions = [at_code(&app, RINA).await, at_code(&app, RINA).await, at_code(&app, RINA).await];
    let began = app.app.clock().now();
    for (session, times) in sessions.iter_mut().zip([2, 2, 1]) {
        assert_eq!(wrong(&app, session, times).await, vec![422; times]);
    }
    let before = app.events().await;
    for session in &mut sessions {
        let code = phone.code(&app, 0);
        let page = session.code(&code).await;
        assert_eq!(page.status, StatusCode::TOO_MANY_REQUESTS, "the right code is held too");
        assert!(page.text().contains("Terlalu banyak kode salah. Coba lagi"), "{}", page.text());
        assert!(page.text().contains(" WIB atau reset TOTP."), "{}", page.text());
        let opens = app.app.clock().now() + TimeDelta::seconds(page.header("retry-after").parse().unwrap());
        let expected = began + TimeDelta::minutes(5);
        assert!((opens - expected).num_seconds().abs() < 15, "{opens} {expected}");
        assert_eq!(session.open("/login/totp").await.status, StatusCode::TOO_MANY_REQUESTS, "the page says so at once");
        assert_eq!(session.open("/login/totp?method=recovery").await.status, StatusCode::TOO_MANY_REQUESTS);
    }
    sessions[0].open("/login/totp").await;
    assert_eq!(wrong(&app, &mut sessions[0], 3).await, [429; 3]);
    assert_eq!(app.value("select array_length(hits, 1) from code_limit").await, "5", "what is held is not counted");
    assert_eq!(app.events().await, before, "and is no event");
    // somebody else's account is not held
    assert_eq!(at_code(&app, BUDI).await.code(&phone.code(&app, 0)).await.path, "/account");
    app.advance(TimeDelta::minutes(5)).await;
    sessions[0].code(&phone.code(&app, 0)).await.assert_at("/account");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_four_wrong_codes_at_once_get_five_tries() {
    let app = TestApp::with(|plan| plan.config.database.pool = 64).await;
    app.people_with_passwords().await;
    app.warm().await;
    let mut sessions = Vec::new();
    for _ in 0..4 {
        sessions.push(at_code(&app, RINA).await);
    }
    let code = Phone::imported().wrong(&app);
    let answers = at_once(64, |i| {
        let (session, code) = (sessions[i % 4].clone(), code.clone());
        async move {
            let fields = session.page.form("/login/totp").filled(&[("code", &code)]);
            session.press("/login/totp", &fields).await.status.as_u16()
        }
    })
    .await;
    assert_eq!(answers.iter().filter(|status| **status == 422).count(), 5, "{answers:?}");
    assert_eq!(answers.iter().filter(|status| **status == 429).count(), 59, "{answers:?}");
    assert_eq!(app.value("select in_row from code_limit").await, "5");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_in_an_hour_and_fifty_in_a_day_however_patient_somebody_is() {
    let app = house().await;
    let mut eve = at_code(&app, RINA).await;
    let began = app.app.clock().now();
    let mut tries = Vec::new();
    let mut last_wait = 0;
    while app.app.clock().now() - began < TimeDelta::hours(25) {
        let status = wrong(&app, &mut eve, 1).await[0];
        if status == 422 {
            tries.push(app.app.clock().now() - began);
            assert!(tries.len() <= 70, "{tries:?}");
        } else {
            assert_eq!(status, 429);
            // comes again exactly when told to
            last_wait = eve.page.header("retry-after").parse::<i64>().unwrap();
            app.advance(TimeDelta::seconds(last_wait)).await;
        }
    }
    let within = |hours| tries.iter().filter(|at| **at < TimeDelta::hours(hours)).count();
    assert_eq!((within(1), within(2), within(24)), (20, 40, 50), "{tries:?}");
    assert!(last_wait > 0 && tries.len() > 50, "the day after, it opens again: {tries:?}");
    for (at, minutes, most) in tries.iter().flat_map(|at| [(at, 5, 5), (at, 60, 20), (at, 24 * 60, 50)]) {
        // answers take a moment
        let from = *at - TimeDelta::minutes(minutes) + TimeDelta::seconds(1);
        let seen = tries.iter().filter(|other| **other > from && *other <= at).count();
        assert!(seen <= most, "{seen} in {minutes} minutes: {tries:?}");
    }
    app.settle().await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn codes_count_only_after_the_right_password() {
    let app = house().await;
    let mut eve = app.browser();
    for _ in 0..6 {
        eve.password(RINA, "bukan-ini-12345").await;
    }
    let csrf = eve.page.form("/login/password").value("csrf").to_owned();
    for _ in 0..12 {
        let fields = [("csrf".to_owned(), csrf.clone()), ("code".to_owned(), Phone::imported().wrong(&app))];
        let page = eve.press("/login/totp", &fields).await;
        assert!(page.header("location").starts_with("/login"), "{} {}", page.status, page.text());
    }
    assert_eq!(app.value("select count(*) from code_limit").await, "0");
    let rina = at_code(&app, RINA).await.code(&Phone::imported().code(&app, 0)).await.path.clone();
    assert_eq!(rina, "/account");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_right_code_makes_the_count_whole() {
    let app = house().await;
    let phone = Phone::imported();
    phone.calm(&app).await;
    for steps in [-1, 0] {
        let mut rina = at_code(&app, RINA).await;
        assert_eq!(wrong(&app, &mut rina, 4).await, [422; 4]);
        rina.code(&phone.code(&app, steps)).await.assert_at("/account");
        app.sql("delete from known_browser").await;
    }
    let mut rina = at_code(&app, RINA).await;
    assert_eq!(wrong(&app, &mut rina, 6).await, [422, 422, 422, 422, 422, 429]);
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_stranger_used_up_does_not_hold_a_known_browser_nor_the_other_way_round() {
    let app = house().await;
    let phone = Phone::imported();
    phone.calm(&app).await;
    let mut known = app.browser();
    known.sign_in(&app, RINA, &phone).await;
    known.send("/logout", &[]).await;
    let mut eve = at_code(&app, RINA).await;
    assert_eq!(wrong(&app, &mut eve, 6).await.last(), Some(&429));
    app.advance(TimeDelta::seconds(30)).await;
    known.password(RINA, PASSWORD).await;
    assert_eq!(wrong(&app, &mut known, 2).await, [422; 2], "it has a share of its own");
    known.code(&phone.code(&app, 0)).await.assert_at("/account");
    assert_eq!(eve.code(&phone.code(&app, 1)).await.status, StatusCode::TOO_MANY_REQUESTS, "the stranger stays held");
    // the other way round, once the strangers' share is open again
    app.advance(TimeDelta::minutes(6)).await;
    known.send("/logout", &[]).await;
    known.password(RINA, PASSWORD).await;
    assert_eq!(wrong(&app, &mut known, 6).await.last(), Some(&429));
    let mut new = at_code(&app, RINA).await;
    new.code(&phone.code(&app, 0)).await.assert_at("/account");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stolen_browser_cookie_of_another_account_is_a_stranger_to_this_one() {
    let app = house().await;
    let mut budi = app.browser();
    budi.sign_in(&app, BUDI, &Phone::imported()).await;
    budi.send("/logout", &[]).await;
    let mut eve = at_code(&app, RINA).await;
    assert_eq!(wrong(&app, &mut eve, 5).await, [422; 5]);
    budi.password(RINA, PASSWORD).await;
    assert_eq!(wrong(&app, &mut budi, 1).await, [429], "one known to Budi has no share of Rina's");
    app.end().await;
}
