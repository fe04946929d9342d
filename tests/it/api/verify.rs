//! Whether a code is right: once, within budgets that nobody widens by asking in parallel, and telling strangers nothing.

mod races;
mod strangers;
mod warned;

use chrono::TimeDelta;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::acts::at_once;
use crate::support::house::{PASSWORD, TestApp};
use crate::support::portal::{Answer, Portal, read};
use crate::support::signing::{Phone, RINA};

const RINAS: &str = "/accounts/AMANAH7/verify";

async fn house() -> (TestApp, Portal, Phone) {
    let app = TestApp::with(|plan| plan.config.database.pool = 32).await;
    app.people_with_passwords().await;
    let (portal, phone) = (Portal::of(&app, "spse").await, Phone::imported());
    phone.calm(&app).await;
    (app, portal, phone)
}

/// Another portal's hands on the same connection pool would wait for each other.
fn apart(portal: &Portal) -> Portal {
    Portal { client: reqwest::Client::new(), ..portal.clone() }
}

fn code(code: &str) -> Value {
    json!({ "code": code })
}

/// What a code was, where it was looked at.
fn result(answer: &Answer) -> &str {
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    answer.body["result"].as_str().unwrap()
}

async fn in_row(app: &TestApp) -> String {
    app.value("select coalesce(sum(in_row), 0) from code_limit").await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_is_right_once_and_the_log_says_so() {
    let (mut app, portal, phone) = house().await;
    let now = phone.code(&app, 0);
    let right = portal.post(RINAS, &code(&format!(" {} {}", &now[..3], &now[3..]))).await;
    assert_eq!(right.body, json!({ "result": "right", "attempts_left": 5 }), "blanks do not matter");
    let again = portal.post(RINAS, &code(&now)).await;
    assert_eq!(again.body, json!({ "result": "replayed", "attempts_left": 4 }));
    let earlier = portal.post("/accounts/%20amanah7%20/verify", &code(&phone.code(&app, -1))).await;
    assert_eq!(result(&earlier), "replayed", "nor is one before it; case and blanks of a User ID do not matter");
    app.restart().await;
    let again = apart(&portal).post(RINAS, &code(&now)).await;
    assert_eq!(again.body, json!({ "result": "replayed", "attempts_left": 2 }), "nor after a restart");
    assert_eq!(result(&apart(&portal).post(RINAS, &code(&phone.code(&app, 1))).await), "right");
    assert_eq!(in_row(&app).await, "0", "a right one makes the count whole");
    let events = app.events().await;
    let verified: Vec<_> = events.iter().filter(|kind| kind.starts_with("code.")).collect();
    let refused = "code.verified!code-replayed";
    assert_eq!(verified, ["code.verified", refused, refused, refused, "code.verified"]);
    let facts = "select body::jsonb -> 'facts' from event where kind = 'code.verified' and outcome = 'refused' order by id limit 1";
    let facts: Value = serde_json::from_str(&app.value(facts).await).unwrap();
    let expected =
        json!({ "key": portal.key, "method": "totp", "clock_seconds": null, "known_device": false, "in_row": 1 });
    assert_eq!(facts, expected);
    let about = "select count(*) from event e join account a on a.id = e.account_id
        where e.kind = 'code.verified' and a.user_id = 'AMANAH7'";
    assert_eq!(app.value(about).await, "5");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_code_in_sixty_four_calls_by_two_keys_is_right_once() {
    let (app, first, phone) = house().await;
    let second = Portal::of(&app, "spse").await;
    app.warm().await;
    let now = phone.code(&app, 0);
    let answers = at_once(64, |i| {
        let (portal, body) = (apart(if i % 2 == 0 { &first } else { &second }), code(&now));
        async move { portal.post(RINAS, &body).await }
    })
    .await;
    let said = |what: &str| answers.iter().filter(|a| a.body["result"] == what).count();
    let held = answers.iter().filter(|a| a.status == StatusCode::TOO_MANY_REQUESTS).count();
    assert_eq!((said("right"), said("replayed"), held), (1, 5, 58), "{answers:?}");
    assert_eq!(app.value("select count(*) from event where kind = 'code.verified'").await, "6");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_recovery_code_in_thirty_two_calls_is_right_once() {
    let (app, portal, _) = house().await;
    let account = app.id("select id from account where user_id = 'AMANAH7'").await;
    let typed = "AAAA-BBBB-CCCC-DDDD";
    let hash = data_encoding::HEXLOWER.encode(&pulih::base::recovery::hash(account, typed));
    app.sql(&format!(
        "insert into recovery_code (id, account_id, credential_id, hash)
            select gen_random_uuid(), account_id, id, '\\x{hash}' from credential where account_id = '{account}'"
    ))
    .await;
    let body = json!({ "code": " aaaabbbb ccccdddd", "method": "recovery", "device": "hp" });
    let answers = at_once(32, |_| {
        let (portal, body) = (apart(&portal), body.clone());
        async move { portal.post(RINAS, &body).await }
    })
    .await;
    assert_eq!(answers.iter().filter(|a| a.body["result"] == "right").count(), 1, "{answers:?}");
    assert!(answers.iter().all(|a| a.status == StatusCode::OK || a.status == StatusCode::TOO_MANY_REQUESTS));
    assert_eq!(app.value("select count(*) from recovery_code where used_at is not null").await, "1");
    assert_eq!(app.value("select count(*) from known_browser").await, "1");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_that_is_off_is_told_in_seconds_and_a_future_step_is_burned() {
    let (app, portal, phone) = house().await;
    let fast = phone.code(&app, 6);
    for (typed, seconds) in [(phone.code(&app, -20), -600), (fast.clone(), 180), (fast.clone(), 180)] {
        let answer = portal.post(RINAS, &code(&typed)).await;
        assert_eq!((result(&answer), &answer.body["clock_offset_seconds"]), ("clock", &json!(seconds)));
    }
    assert_eq!(result(&portal.post(RINAS, &code(&phone.code(&app, -21))).await), "wrong");
    assert_eq!(app.value("select array_length(burned, 1) from credential where burned <> '{}'").await, "1");
    app.advance(TimeDelta::seconds(180)).await;
    assert_eq!(phone.code(&app, 0), fast);
    let answer = portal.post(RINAS, &code(&fast)).await;
    assert_eq!((result(&answer), &answer.body["attempts_left"]), ("replayed", &json!(0)));
    let told = answer.body["retry_at"].as_str().unwrap().parse::<chrono::DateTime<chrono::Utc>>().unwrap();
    let wait = told - app.app.clock().now();
    assert!((90..=121).contains(&wait.num_seconds()), "five minutes after the first: {wait}");
    app.advance(TimeDelta::seconds(150)).await;
    assert_eq!(result(&portal.post(RINAS, &code(&phone.code(&app, 0))).await), "right");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn steps_and_budgets_are_those_of_our_own_pages() {
    let (app, portal, phone) = house().await;
    let mut rina = app.browser();
    rina.sign_in(&app, RINA, &phone).await;
    let used = phone.code(&app, 0);
    assert_eq!(result(&portal.post(RINAS, &code(&used)).await), "replayed", "what was used here");
    let next = phone.code(&app, 1);
    assert_eq!(result(&portal.post(RINAS, &code(&next)).await), "right");
    app.advance(TimeDelta::seconds(60)).await;
    for _ in 0..3 {
        portal.post(RINAS, &code(&phone.wrong(&app))).await;
    }
    let mut other = app.browser();
    other.password(RINA, PASSWORD).await;
    assert_eq!(other.code(&next).await.status, StatusCode::UNPROCESSABLE_ENTITY, "what was used there");
    let last = portal.post(RINAS, &code(&phone.wrong(&app))).await;
    assert_eq!(last.body["attempts_left"], 0, "{last:?}");
    let held = portal.post(RINAS, &code(&phone.code(&app, 0))).await;
    assert_eq!((held.status, held.problem()), (StatusCode::TOO_MANY_REQUESTS, "codes-held"));
    assert!(held.headers.contains_key("retry-after") && held.body["retry_at"].is_string(), "{held:?}");
    assert_eq!(other.code(&phone.code(&app, 0)).await.status, StatusCode::TOO_MANY_REQUESTS);
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_that_is_repeated_under_its_key_is_one_guess() {
    let (app, portal, phone) = house().await;
    let (now, wrong) = (phone.code(&app, 0), phone.wrong(&app));
    let call = |key: &str, body: Value| {
        read(apart(&portal).call(Method::POST, RINAS).header("idempotency-key", key).json(&body))
    };
    let first = call("a", code(&wrong)).await;
    for _ in 0..8 {
        assert_eq!(call("a", code(&wrong)).await.body, first.body);
    }
    assert_eq!(first.body, json!({ "result": "wrong", "attempts_left": 4 }));
    assert_eq!(in_row(&app).await, "1");
    let answers = at_once(16, |_| {
        let call = apart(&portal).call(Method::POST, RINAS).header("idempotency-key", "b").json(&code(&now));
        async move { read(call).await.body }
    })
    .await;
    assert!(answers.iter().all(|body| body["result"] == "right"), "{answers:?}");
    let other = call("b", code(&wrong)).await;
    assert_eq!((other.status, other.problem()), (StatusCode::CONFLICT, "key-reused"));
    let device = json!({ "code": phone.code(&app, 1), "device": "hp" });
    assert_eq!(call("c", device.clone()).await.body, call("c", device).await.body);
    let nobody = |key: &str| {
        let call = portal.call(Method::POST, "/accounts/NOBODY1/verify").header("idempotency-key", key.to_owned());
        read(call.json(&code(&wrong)))
    };
    assert_eq!(nobody("d").await.body, nobody("d").await.body);
    assert_eq!(nobody("e").await.body["attempts_left"], 3);
    assert_eq!(app.value("select count(*) from event where kind = 'code.verified'").await, "5");
    assert_eq!(app.value("select count(*) from known_browser").await, "1");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn accounts_without_totp_and_locked_ones_are_problems_and_nothing_is_counted() {
    let (app, portal, phone) = house().await;
    app.sql("update account set status = 'locked', locked_reason = 'tested' where user_id = 'AMANAH7'").await;
    app.import("SEDANG9,penyedia,Sari,sari@sedang.example,,,,\n").await;
    let before = app.events().await;
    for (path, status, problem) in [(RINAS, 403, "locked"), ("/accounts/SEDANG9/verify", 409, "not-active")] {
        for key in [None, Some("x")] {
            let call = portal.call(Method::POST, path).json(&code(&phone.code(&app, 0)));
            let answer = read(key.map_or(call.try_clone().unwrap(), |key| call.header("idempotency-key", key))).await;
            assert_eq!((answer.status.as_u16(), answer.problem()), (status, problem));
        }
    }
    assert_eq!(app.events().await, before);
    assert_eq!(app.value("select (select count(*) from code_limit) + (select count(*) from api_answer)").await, "0");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_call_of_this_kind_is_refused_before_anything_is_looked_up() {
    let (app, portal, _) = house().await;
    for (body, at) in [
        (json!({}), "/code"),
        (json!({ "code": 123_456 }), "/code"),
        (json!({ "code": "1", "secret": "x" }), "/secret"),
        (json!({ "code": "1", "method": "sms" }), "/method"),
        (json!({ "code": "1".repeat(65) }), "/code"),
        (json!({ "code": "1", "device": "" }), "/device"),
        (json!({ "code": "1", "device": "x".repeat(129) }), "/device"),
    ] {
        let answer = portal.post(RINAS, &body).await;
        assert_eq!((answer.status, answer.problem()), (StatusCode::UNPROCESSABLE_ENTITY, "form-invalid"), "{body}");
        assert_eq!(answer.body["errors"][0]["at"], at, "{body}");
    }
    for path in ["/accounts/%00/verify", &format!("/accounts/{}/verify", "x".repeat(65))] {
        assert_eq!(portal.post(path, &code("1")).await.problem(), "not-found", "{path}");
    }
    assert_eq!(app.value("select count(*) from event where kind = 'code.verified'").await, "0");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_owner_is_told_at_the_tenth_and_the_hundredth_closes_the_path() {
    let (app, portal, phone) = house().await;
    for n in 1..=11 {
        if n % 5 == 1 {
            app.advance(TimeDelta::minutes(6)).await;
        }
        assert_eq!(result(&portal.post(RINAS, &code(&phone.wrong(&app))).await), "wrong", "{n}");
    }
    let told = app.events().await.iter().filter(|kind| *kind == "login.warned").count();
    assert_eq!(told, 1);
    assert_eq!(app.value("select count(*) from letter where kind = 'codes-failing'").await, "1");
    app.sql("update code_limit set in_row = 99, hits = hits[1:1]").await;
    app.advance(TimeDelta::minutes(6)).await;
    let last = portal.post(RINAS, &code(&phone.wrong(&app))).await;
    assert_eq!(last.body, json!({ "result": "wrong", "attempts_left": 0 }), "it opens at no time");
    app.advance(TimeDelta::days(2)).await;
    let closed = portal.post(RINAS, &code(&phone.code(&app, 0))).await;
    assert_eq!((closed.status, closed.problem()), (StatusCode::FORBIDDEN, "codes-closed"));
    app.settle().await;
    app.end().await;
}
