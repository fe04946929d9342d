//! What strangers drive through a portal's form: they learn nothing, and lock nobody out.

use chrono::TimeDelta;
use reqwest::header::HeaderMap;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::{RINAS, apart, code, house, result};
use crate::support::acts::at_once;
use crate::support::house::TestApp;
use crate::support::portal::{Answer, Portal, read};
use crate::support::signing::Phone;

const NOBODYS: &str = "/accounts/NOBODY7/verify";

/// Two hundred wrong codes in one moment; how many were looked at, and how many held.
async fn two_hundred(app: &TestApp, portal: &Portal, path: &'static str) -> (usize, usize) {
    app.warm().await;
    let near: Vec<String> = (-45..=45).map(|steps| Phone::imported().code(app, steps)).collect();
    let wrong: Vec<String> = (0..1_000).map(|n| format!("{n:06}")).filter(|c| !near.contains(c)).take(200).collect();
    let answers = at_once(200, |i| {
        let (portal, body) = (apart(portal), code(&wrong[i]));
        async move { portal.post(path, &body).await }
    })
    .await;
    let count = |status: StatusCode| answers.iter().filter(|a| a.status == status).count();
    (count(StatusCode::OK), count(StatusCode::TOO_MANY_REQUESTS))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_codes_at_once_get_five_tries_whoever_has_the_user_id() {
    let (app, portal, _) = house().await;
    assert_eq!(two_hundred(&app, &portal, RINAS).await, (5, 195));
    assert_eq!(two_hundred(&app, &portal, NOBODYS).await, (5, 195));
    let rows = "select string_agg(body::jsonb -> 'facts' ->> 'in_row', ',' order by id) from event
        where kind = 'code.verified' group by account_id";
    assert_eq!(app.column(rows).await, ["1,2,3,4,5"; 2], "each is counted, and told with its number");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_right_code_among_two_hundred_is_as_likely_as_among_five() {
    let (app, portal, phone) = house().await;
    app.warm().await;
    let (now, wrong) = (phone.code(&app, 0), phone.wrong(&app));
    let answers = at_once(200, |i| {
        let (portal, body) = (apart(&portal), code(if i == 137 { &now } else { &wrong }));
        async move { portal.post(RINAS, &body).await }
    })
    .await;
    // what the log says happened one after the other
    let outcomes =
        app.column("select outcome from event where kind = 'code.verified' order by body::jsonb ->> 'at', id").await;
    let right = outcomes.iter().filter(|o| *o == "done").count();
    assert_eq!(answers.iter().filter(|a| a.body["result"] == "right").count(), right);
    let refused = outcomes.len() - right;
    assert!(refused <= 5 + 5 * right, "{outcomes:?}");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn strangers_do_not_hold_a_device_that_the_account_knows_nor_the_other_way_round() {
    let (app, portal, phone) = house().await;
    let from = |device: &str, typed: String| json!({ "code": typed, "device": device });
    assert_eq!(result(&portal.post(RINAS, &from("hp-rina", phone.code(&app, 0))).await), "right");
    assert_eq!(two_hundred(&app, &portal, RINAS).await.0, 5);
    let stranger = portal.post(RINAS, &from("hp-lain", phone.code(&app, 1))).await;
    assert_eq!(stranger.problem(), "codes-held");
    let owner = portal.post(RINAS, &from("hp-rina", phone.wrong(&app))).await;
    assert_eq!(owner.body, json!({ "result": "wrong", "attempts_left": 4 }), "it has a share of its own");
    assert_eq!(result(&portal.post(RINAS, &from("hp-rina", phone.code(&app, 1))).await), "right");
    // another portal's device of that name is another device
    let other = Portal::of(&app, "lain").await;
    assert_eq!(other.post(RINAS, &from("hp-rina", phone.wrong(&app))).await.problem(), "codes-held");
    app.advance(TimeDelta::minutes(6)).await;
    for _ in 0..5 {
        portal.post(RINAS, &from("hp-rina", phone.wrong(&app))).await;
    }
    assert_eq!(portal.post(RINAS, &from("hp-rina", phone.code(&app, 0))).await.problem(), "codes-held");
    assert_eq!(result(&portal.post(RINAS, &from("hp-baru", phone.code(&app, 0))).await), "right");
    app.end().await;
}

/// What an answer shows but for what is of the moment: the names and values of its headers, and its body.
fn shape(answer: &Answer) -> (StatusCode, Vec<(String, String)>, Value) {
    let of_the_moment = ["date", "x-request-id", "ratelimit", "retry-after"];
    let value = |headers: &HeaderMap, name: &str| headers[name].to_str().unwrap().to_owned();
    let headers = answer.headers.keys().map(|name| {
        let masked = of_the_moment.contains(&name.as_str());
        (name.to_string(), if masked { String::new() } else { value(&answer.headers, name.as_str()) })
    });
    // they have no order
    let headers = headers.collect::<std::collections::BTreeMap<_, _>>().into_iter();
    let mut body = answer.body.clone();
    for moment in ["instance", "retry_at"] {
        if let Some(value) = body.get_mut(moment) {
            *value = json!("masked");
        }
    }
    (answer.status, headers.collect(), body)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_and_another_portals_account_are_answered_as_a_wrong_code_is() {
    let (app, portal, phone) = house().await;
    Portal::of(&app, "lain").await;
    app.sql("update account set portal_id = (select id from portal where slug = 'lain') where user_id = 'BAHTERA8'")
        .await;
    for n in 1..=6 {
        let wrong = phone.wrong(&app);
        for (method, device) in [("totp", None), ("recovery", Some("hp"))] {
            if n > 1 && method == "recovery" {
                continue;
            }
            let body = json!({ "code": wrong, "method": method, "device": device });
            let mut shapes = Vec::new();
            for path in [RINAS, NOBODYS, "/accounts/BAHTERA8/verify"] {
                shapes.push(shape(&portal.post(path, &body).await));
            }
            assert_eq!(shapes[0], shapes[1], "try {n}, {method}");
            assert_eq!(shapes[0], shapes[2], "try {n}, {method}");
        }
    }
    let writes =
        |of: &str| format!("select count(*) from event where kind = 'code.verified' and account_id is {of} null");
    assert_eq!(app.value(&writes("not")).await, "5");
    assert_eq!(app.value(&writes("")).await, "10");
    let told = "select p.details ->> 'user_id' from event e join event_personal p on p.event_id = e.id
        where e.kind = 'code.verified' order by e.id limit 1";
    assert_eq!(app.value(told).await, "NOBODY7");
    let leaked = "select count(*) from event where body like '%NOBODY7%'";
    assert_eq!(app.value(leaked).await, "0", "what nobody is called is personal");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_portals_strays_are_not_anothers_and_are_forgotten_after_a_month() {
    let (app, portal, phone) = house().await;
    let other = Portal::of(&app, "lain").await;
    let wrong = code(&phone.wrong(&app));
    for _ in 0..6 {
        portal.post(NOBODYS, &wrong).await;
    }
    assert_eq!(portal.post("/accounts/nobody7/verify", &wrong).await.problem(), "codes-held", "however it is typed");
    assert_eq!(other.post(NOBODYS, &wrong).await.body["attempts_left"], 4);
    app.advance(TimeDelta::days(29)).await;
    pulih::workers::sweeper::tidy(&app.app).await.unwrap();
    assert_eq!(app.value("select count(*) from stray_guess").await, "2");
    app.advance(TimeDelta::days(2)).await;
    pulih::workers::sweeper::tidy(&app.app).await.unwrap();
    assert_eq!(app.value("select count(*) from stray_guess").await, "0");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_that_is_not_right_is_answered_on_the_tick() {
    let (app, portal, phone) = house().await;
    for path in [RINAS, NOBODYS] {
        let call = portal.call(Method::POST, path).json(&code(&phone.wrong(&app)));
        let began = pulih::base::clock::instant();
        assert_eq!(result(&read(call).await), "wrong");
        assert!(began.elapsed().as_millis() >= 10, "{path}: {:?}", began.elapsed());
    }
    app.end().await;
}
