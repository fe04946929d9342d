//! Answers that are not given again: a right code after minutes, and everything once its account is locked or reset.

use chrono::TimeDelta;
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::enrol::{house, keyed};
use crate::support::acts::press_ok;
use crate::support::desk::Officer;
use crate::support::house::TestApp;
use crate::support::portal::Portal;
use crate::support::signing::Phone;

const VERIFY: &str = "/accounts/AMANAH7/verify";
const CODES: &str = "/accounts/AMANAH7/recovery-codes";
const DISABLE: &str = "/accounts/AMANAH7/disable";

fn code(app: &TestApp, steps: i64) -> Value {
    json!({ "code": Phone::imported().code(app, steps) })
}

/// Answers about an account that may be given again.
async fn kept(app: &TestApp) -> String {
    app.value("select count(*) from api_answer where answer is not null and account_id is not null").await
}

/// A code that was right under the name `k`.
async fn right(app: &TestApp, portal: &Portal) -> Value {
    let body = code(app, 0);
    for _ in 0..2 {
        let answer = keyed(portal, VERIFY, &body, "k").await;
        assert_eq!(answer.body["result"], "right", "{answer:?}");
    }
    body
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_right_code_is_right_again_for_two_minutes() {
    let (app, portal) = house().await;
    let body = right(&app, &portal).await;
    let wrong = json!({ "code": Phone::imported().wrong(&app) });
    let first = keyed(&portal, VERIFY, &wrong, "w").await;
    app.advance(TimeDelta::seconds(115)).await;
    assert_eq!(keyed(&portal, VERIFY, &body, "k").await.body["result"], "right");
    for hours in [0, 12] {
        app.advance(TimeDelta::seconds(10) + TimeDelta::hours(hours)).await;
        let late = keyed(&portal, VERIFY, &body, "k").await;
        assert_eq!((late.status, &late.body["result"]), (StatusCode::OK, &json!("replayed")), "{late:?}");
    }
    assert_eq!(keyed(&portal, VERIFY, &wrong, "w").await.body, first.body, "what was wrong stays so");
    assert_eq!(
        app.value("select count(*) from event where kind = 'code.verified'").await,
        "2",
        "nothing is counted anew"
    );
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_answered_again_about_a_locked_account() {
    let (app, portal) = house().await;
    let mut wati: Officer = app.officer("wati", &["supervisor"]).await;
    let account = app.id("select id from account where user_id = 'AMANAH7'").await;
    let mut set = async |verb: &str| {
        wati.browser.open(&format!("/staff/accounts/{account}")).await;
        let code = wati.code(&app).await;
        let fields = [("act", verb), ("reason", "Diminta lewat telepon."), ("code", code.as_str())];
        wati.browser.send(&format!("/staff/accounts/{account}/status"), &fields).await;
    };
    let body = right(&app, &portal).await;
    let renew = code(&app, 1);
    assert_eq!(keyed(&portal, CODES, &renew, "r").await.status, StatusCode::OK);
    assert_eq!(kept(&app).await, "2");
    set("lock").await;
    assert_eq!(kept(&app).await, "0");
    for (path, body, key) in [(VERIFY, &body, "k"), (CODES, &renew, "r")] {
        let locked = keyed(&portal, path, body, key).await;
        assert_eq!((locked.status, locked.problem()), (StatusCode::FORBIDDEN, "locked"), "{path}");
        let other = keyed(&portal, path, &json!({ "code": "1" }), key).await;
        assert_eq!(other.problem(), "key-reused", "{path}");
    }
    set("unlock").await;
    // looked at anew, once: it was used
    let again = keyed(&portal, VERIFY, &body, "k").await;
    assert_ne!(again.body["result"], "right", "{again:?}");
    assert_eq!(again.body["attempts_left"], 4, "{again:?}");
    assert_eq!(keyed(&portal, VERIFY, &body, "k").await.body, again.body);
    assert_eq!(keyed(&portal, CODES, &renew, "r").await.problem(), "code-replayed");
    app.settle().await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disputed_account_answers_nothing_again() {
    let (app, portal) = house().await;
    let body = right(&app, &portal).await;
    assert_eq!(keyed(&portal, CODES, &code(&app, 1), "r").await.status, StatusCode::OK);
    app.settle().await;
    let mut owner = app.browser();
    owner.open(&app.link_to("rina@amanah.example", "/not-me/")).await;
    owner.send("/not-me", &[]).await;
    owner.send("/not-me/confirm", &[]).await;
    assert_eq!(kept(&app).await, "0");
    assert_eq!(keyed(&portal, VERIFY, &body, "k").await.problem(), "locked");
    app.settle().await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_of_a_factor_that_is_no_more_is_right_under_no_name() {
    for reset in [true, false] {
        let (app, portal) = house().await;
        let body = right(&app, &portal).await;
        let off = code(&app, 1);
        if reset {
            app.ask("AMANAH7", "rina@amanah.example").await.unwrap();
            app.settle().await;
            let link = app.opened_link("AMANAH7").await;
            press_ok(&app.app, link, 1).await.unwrap();
        } else {
            let first = keyed(&portal, DISABLE, &off, "d").await;
            assert_eq!(first.status, StatusCode::OK, "{first:?}");
            assert_eq!(keyed(&portal, DISABLE, &off, "d").await.body, first.body, "its own answer is kept");
        }
        let gone = keyed(&portal, VERIFY, &body, "k").await;
        assert_eq!((gone.status, gone.problem()), (StatusCode::CONFLICT, "not-active"));
        app.settle().await;
        app.end().await;
    }
}
