//! Keys while they are used: two at once, counted, limited, and never seen again.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use pulih::actions::portal_key;
use pulih::base::clock;
use reqwest::StatusCode;

use crate::support::house::TestApp;
use crate::support::portal::Portal;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_takes_the_place_of_another_without_a_break() {
    let app = TestApp::start().await;
    let (old, new) = (Portal::of(&app, "spse").await, Portal::of(&app, "spse").await);
    assert_eq!(old.get("/portal").await.status, StatusCode::OK);
    let over = Arc::new(AtomicBool::new(false));
    let callers: Vec<_> = (0..4)
        .map(|_| {
            let (new, over) = (new.clone(), over.clone());
            tokio::spawn(async move {
                let mut calls = 0;
                while !over.load(Ordering::Relaxed) {
                    let answer = new.get("/portal").await;
                    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
                    calls += 1;
                }
                calls
            })
        })
        .collect();
    tokio::time::sleep(Duration::from_millis(200)).await;
    portal_key::revoke(&app.app, old.key).await.unwrap();
    let revoked = clock::instant();
    while old.get("/portal").await.status != StatusCode::UNAUTHORIZED {
        assert!(revoked.elapsed() < Duration::from_secs(2), "a revoked key lives on");
    }
    // and is dead for good
    assert_eq!(old.get("/portal").await.status, StatusCode::UNAUTHORIZED);
    over.store(true, Ordering::Relaxed);
    let mut calls = 0;
    for caller in callers {
        calls += caller.await.unwrap();
    }
    assert!(calls > 20, "{calls} calls of the new key");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_use_of_a_key_is_counted_once() {
    let mut app = TestApp::start().await;
    let portal = Portal::of(&app, "spse").await;
    let calls: Vec<_> = (0..64)
        .map(|_| {
            let portal = portal.clone();
            tokio::spawn(async move { portal.get("/portal").await.status })
        })
        .collect();
    for call in calls {
        assert_eq!(call.await.unwrap(), StatusCode::OK);
    }
    // what waits for the minute is noted at the end
    app.stop().await;
    assert_eq!(app.value(&format!("select uses from access_key where id = '{}'", portal.key)).await, "64");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_that_calls_too_often_waits_as_long_as_it_is_told() {
    let app = TestApp::with(|plan| plan.config.limits.key_per_second = 1).await;
    let (eager, other) = (Portal::of(&app, "spse").await, Portal::of(&app, "e-katalog").await);
    let mut held = None;
    for n in 0..40 {
        let answer = eager.get("/portal").await;
        if answer.status == StatusCode::TOO_MANY_REQUESTS {
            assert!(n >= 10, "ten at once may come, this was number {n}");
            held = Some(answer);
            break;
        }
        assert_eq!(answer.status, StatusCode::OK);
    }
    let held = held.expect("forty calls in a row are too many");
    assert_eq!(held.problem(), "too-many");
    assert_eq!(held.headers["ratelimit-policy"], "\"key\";q=10;w=10");
    assert!(held.headers["ratelimit"].to_str().unwrap().starts_with("\"key\";r=0;t="), "{held:?}");
    assert!(held.body["retry_at"].is_string());
    let wait: u64 = held.headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=3).contains(&wait), "{held:?}");
    assert_eq!(other.get("/portal").await.status, StatusCode::OK, "another key waits for nobody");
    tokio::time::sleep(Duration::from_secs(wait)).await;
    assert_eq!(eager.get("/portal").await.status, StatusCode::OK);
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_guesses_keys_is_soon_not_looked_at() {
    let app = TestApp::with(|plan| plan.config.limits.sprayed_per_10_min = 3).await;
    let portal = Portal::of(&app, "spse").await;
    let guess = |n: usize| {
        let (start, end) = portal.token.split_at("pulih_portal_".len());
        let last = char::from(b'b' + u8::try_from(n).unwrap());
        Portal { token: format!("{start}{last}{}", &end[1..]), ..portal.clone() }
    };
    let wrong = |n: usize| if guess(n).token == portal.token { guess(20) } else { guess(n) };
    for n in 0..3 {
        let answer = wrong(n).get("/portal").await;
        assert_eq!((answer.status, answer.problem()), (StatusCode::UNAUTHORIZED, "key-required"));
    }
    let answer = wrong(4).get("/portal").await;
    assert_eq!((answer.status, answer.problem()), (StatusCode::TOO_MANY_REQUESTS, "too-many"));
    assert!(answer.headers.contains_key("retry-after"), "{answer:?}");
    // a stranger in its network does not lock the portal out
    assert_eq!(portal.get("/portal").await.status, StatusCode::OK);
    let metrics = reqwest::get(format!("http://{}/metrics", app.ops)).await.unwrap().text().await.unwrap();
    let refused = metrics.lines().find(|line| line.starts_with("keys_refused_total") && line.contains("portal-key"));
    assert!(refused.is_some(), "{metrics}");
    app.end().await;
}
