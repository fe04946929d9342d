//! Codes: which steps are right, which are named as a clock's error, and that none is right twice.

use std::collections::HashSet;

use chrono::{NaiveDate, TimeDelta};
use pulih::base::keyring::Keyring;
use reqwest::StatusCode;

use crate::support::browser::{Browser, Page};
use crate::support::dice::Dice;
use crate::support::house::{PASSWORD, TestApp};
use crate::support::rounds;
use crate::support::signing::{Phone, RINA};

const REPLAYED: &str = "Kode ini sudah dipakai";
const WRONG: &str = "Kode salah atau sudah lewat";

/// A house without budgets in the way, and its phone.
async fn house() -> (TestApp, Phone) {
    let app = TestApp::with(|plan| {
        let limits = &mut plan.config.limits;
        (limits.codes_per_5_min, limits.codes_per_hour, limits.codes_per_day) = (1_000, 1_000, 1_000);
        limits.codes_in_row = 1_000;
    })
    .await;
    app.people_with_passwords().await;
    let phone = Phone::imported();
    phone.calm(&app).await;
    (app, phone)
}

async fn at_code(app: &TestApp) -> Browser {
    let mut browser = app.browser();
    browser.password(RINA, PASSWORD).await;
    browser.page.assert_at("/login/totp");
    browser
}

fn assert_refused(page: &Page, words: &str) {
    assert_eq!((page.status, page.path.as_str()), (StatusCode::UNPROCESSABLE_ENTITY, "/login/totp"));
    assert!(page.text().contains(words), "{words}: {}", page.text());
}

async fn in_row(app: &TestApp) -> usize {
    app.value("select coalesce(sum(in_row), 0) from code_limit").await.parse().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_step_before_and_the_step_after_are_right_too() {
    let (app, phone) = house().await;
    for steps in [-1, 0, 1] {
        phone.calm(&app).await;
        let mut rina = at_code(&app).await;
        assert_eq!(rina.code(&phone.code(&app, steps)).await.path, "/account", "{steps}");
        app.advance(TimeDelta::minutes(3)).await;
    }
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_that_is_off_is_named_with_minutes_and_direction_and_never_let_in() {
    let (app, phone) = house().await;
    let mut rina = at_code(&app).await;
    let mut counted = 0;
    for (steps, minutes) in [(2, 1), (3, 2), (4, 2), (5, 3), (6, 3), (9, 5), (10, 5), (19, 10), (20, 10)] {
        for (sign, direction) in [(-1, "terlambat"), (1, "terlalu cepat")] {
            phone.calm(&app).await;
            let page = rina.code(&phone.code(&app, sign * steps)).await.clone();
            assert_refused(&page, &format!("jam HP Anda {direction} sekitar {minutes} menit"));
            let link = format!("/help/clock?off={}", sign * steps * 30);
            assert!(page.body.contains(&format!("href=\"{link}\"")), "{link}");
            let clock = app.browser().open(&link).await.text();
            assert!(clock.contains(&format!("sekitar {minutes} menit")), "{clock}");
            counted += 1;
            assert_eq!(in_row(&app).await, counted, "counted like any wrong code");
        }
    }
    for steps in [-40, -22, -21, 21, 22, 40] {
        phone.calm(&app).await;
        assert_refused(rina.code(&phone.code(&app, steps)).await, WRONG);
    }
    let named = "select count(*) from event where kind = 'login.code' and body::jsonb ->> 'refusal' = 'code-elsewhere'";
    assert_eq!(app.value(named).await, counted.to_string());
    assert_eq!(app.value("select count(*) from session where level = 'full'").await, "0");
    app.settle().await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_future_step_once_presented_is_burned() {
    let (mut app, phone) = house().await;
    // two phones that run fast, in two browsers; the second shows its code twice
    let (mut eve, mut rina) = (at_code(&app).await, at_code(&app).await);
    let (sixth, ninth) = (phone.code(&app, 6), phone.code(&app, 9));
    assert_refused(eve.code(&sixth).await, "terlalu cepat");
    assert_refused(rina.code(&ninth).await, "terlalu cepat");
    assert_refused(rina.code(&ninth).await, "terlalu cepat");
    assert_eq!(app.value("select array_length(burned, 1) from credential where burned <> '{}'").await, "2");
    // mending the clock works at once
    rina.code(&phone.code(&app, 0)).await.assert_at("/account");
    app.restart().await;
    for (burned, early) in [(sixth, 5), (ninth, 2)] {
        app.advance(TimeDelta::seconds(30 * early)).await;
        let mut rina = at_code(&app).await;
        assert_eq!(phone.code(&app, 1), burned);
        assert_refused(rina.code(&burned).await, REPLAYED);
        app.advance(TimeDelta::seconds(30)).await;
        assert_refused(rina.code(&burned).await, REPLAYED);
        assert_eq!(rina.code(&phone.code(&app, 1)).await.path, "/account", "the code after it works");
    }
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_is_right_once_in_whatever_session_on_whatever_server_after_whatever_restart() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("keys");
    Keyring::init(&dir, NaiveDate::from_ymd_opt(2026, 1, 1).unwrap()).unwrap();
    let keys = || Keyring::load(&dir).unwrap();
    let mut app = TestApp::with(|plan| plan.keys = Some(keys())).await;
    app.people_with_passwords().await;
    let phone = Phone::imported();
    phone.calm(&app).await;
    let mut rina = at_code(&app).await;
    let mut waiting = at_code(&app).await;
    let (before, code) = (phone.code(&app, -1), phone.code(&app, 0));
    assert_eq!(rina.code(&code).await.path, "/account");
    assert_refused(waiting.code(&code).await, REPLAYED);
    assert_refused(waiting.code(&before).await, REPLAYED);
    app.restart().await;
    assert_refused(at_code(&app).await.code(&code).await, REPLAYED);
    let (_second, url, running) = app.second_with(keys());
    let mut elsewhere = Browser::new(&url);
    elsewhere.password(RINA, PASSWORD).await;
    assert_refused(elsewhere.code(&code).await, REPLAYED);
    elsewhere.code(&phone.code(&app, 1)).await.assert_at("/account");
    running.stop.cancel();
    running.ended().await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_step_is_accepted_twice_however_clocks_jump() {
    let (mut app, phone) = house().await;
    let mut dice = Dice::new(3);
    let mut accepted = HashSet::new();
    let mut rina = at_code(&app).await;
    for round in 0..rounds(40, 1_000) {
        let jump = match dice.throw(4) {
            0 => TimeDelta::hours(1),
            1 => TimeDelta::hours(-1),
            _ => TimeDelta::seconds(10),
        };
        app.advance(jump).await;
        for steps in [-1, 0, 1] {
            let code = phone.code(&app, steps);
            let last = app
                .value(
                    "select last_step from credential c join account a on a.id = c.account_id
                where a.user_id = 'AMANAH7'",
                )
                .await;
            if rina.page.path != "/login/totp" {
                rina = at_code(&app).await;
            }
            if rina.code(&code).await.path == "/account" {
                let now = app
                    .value(
                        "select last_step from credential c join account a on a.id = c.account_id
                    where a.user_id = 'AMANAH7'",
                    )
                    .await;
                assert_ne!(now, last, "round {round}");
                assert!(accepted.insert(now.clone()), "round {round}: step {now} was accepted twice");
            }
        }
    }
    assert!(accepted.len() > 3, "{accepted:?}");
    // what was posted in the future is not due yet
    app.leave_letters();
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_may_be_typed_as_it_is_read_and_nothing_else() {
    let (app, phone) = house().await;
    let mut rina = at_code(&app).await;
    let code = phone.code(&app, 0);
    let (left, right) = code.split_at(3);
    let arabic: String = code.bytes().map(|b| char::from_u32(0x660 + u32::from(b - b'0')).unwrap()).collect();
    for typed in
        [&code[1..], &format!("{code}0"), &format!("{code}\0"), &arabic, &format!("x{code}"), &"9".repeat(4_000)]
    {
        assert_refused(rina.code(typed).await, WRONG);
    }
    assert_refused(rina.code("   ").await, "Masukkan kodenya");
    assert_eq!(in_row(&app).await, 6, "an empty field is no guess");
    rina.code(&format!(" {left} {right}\t")).await.assert_at("/account");
    app.end().await;
}
