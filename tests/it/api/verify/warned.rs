//! The owner's warning at the tenth wrong code: it is there as soon as the code is counted, whatever breaks off.

use chrono::TimeDelta;
use reqwest::{Method, StatusCode};
use serde_json::Value;

use super::{RINAS, code};
use crate::support::acts::at_once;
use crate::support::house::TestApp;
use crate::support::portal::{Answer, Portal, read};
use crate::support::signing::Phone;

const DISABLE: &str = "/accounts/AMANAH7/disable";

async fn house() -> (TestApp, Portal, Phone) {
    let app = TestApp::with(|plan| {
        plan.config.database.pool = 32;
        plan.config.limits.codes_per_5_min = 500;
        plan.config.limits.codes_per_hour = 500;
        plan.config.limits.codes_per_day = 500;
    })
    .await;
    app.people_with_passwords().await;
    let (portal, phone) = (Portal::of(&app, "spse").await, Phone::imported());
    phone.calm(&app).await;
    (app, portal, phone)
}

/// Letters that warn, and the events that say so.
async fn warned(app: &TestApp) -> (usize, usize) {
    app.settle().await;
    let letters = app.letters().iter().filter(|letter| letter.subject == "Kode TOTP Salah Berulang Kali").count();
    (letters, app.events().await.iter().filter(|event| *event == "login.warned").count())
}

async fn named(portal: &Portal, path: &str, body: &Value, key: Option<&str>) -> Answer {
    let call = portal.call(Method::POST, path).json(body);
    read(if let Some(key) = key { call.header("idempotency-key", key) } else { call }).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_tenth_wrong_code_and_its_warning_are_one() {
    let (app, portal, phone) = house().await;
    let wrong = code(&phone.wrong(&app));
    let ways = [(RINAS, None, 200), (RINAS, Some("one"), 200), (DISABLE, None, 422), (DISABLE, Some("two"), 422)];
    for (n, (path, key, status)) in ways.into_iter().enumerate() {
        for _ in 0..9 {
            assert_eq!(named(&portal, RINAS, &wrong, None).await.status, StatusCode::OK);
        }
        assert_eq!(warned(&app).await, (n, n), "{path} {key:?}");
        app.refuse_warnings(true).await;
        let broken = named(&portal, path, &wrong, key).await;
        assert_eq!(broken.status, StatusCode::INTERNAL_SERVER_ERROR, "{path} {key:?}");
        assert_eq!(app.value("select in_row from code_limit").await, "9", "{path} {key:?}");
        app.refuse_warnings(false).await;
        let tenth = named(&portal, path, &wrong, key).await;
        assert_eq!(tenth.status.as_u16(), status, "{tenth:?}");
        let last = "select kind || ' ' || outcome from event order by id desc limit 2";
        let kind = if path == RINAS { "code.verified refused" } else { "totp.disabled refused" };
        assert_eq!(app.column(last).await, ["login.warned done", kind], "{path} {key:?}");
        assert_eq!(warned(&app).await, (n + 1, n + 1), "{path} {key:?}");
        app.advance(TimeDelta::seconds(30)).await;
        let right = named(&portal, RINAS, &code(&phone.code(&app, 0)), None).await;
        assert_eq!(right.body["result"], "right", "{right:?}");
    }
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_codes_at_once_are_told_once() {
    let (app, portal, phone) = house().await;
    app.warm().await;
    let wrong = code(&phone.wrong(&app));
    at_once(24, |_| {
        let (portal, wrong) = (super::apart(&portal), wrong.clone());
        async move { assert_eq!(portal.post(RINAS, &wrong).await.status, StatusCode::OK) }
    })
    .await;
    assert_eq!(app.value("select in_row from code_limit").await, "24");
    assert_eq!(warned(&app).await, (1, 1));
    app.end().await;
}
