//! The door before every call: what leaked keys and made-up ones cost those who call rightly, and keys revoked midway.

use std::time::Duration;

use pulih::actions::portal_key::{self, Wanted};
use pulih::base::{clock, random};
use pulih::model::portal::Scope;
use reqwest::{Method, StatusCode};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::house::{Plan, TestApp, until};
use crate::support::portal::{Answer, Portal, read};

const AGENCY: &str = "10.1.2.3";
const ELSEWHERE: &str = "203.0.113.9";

/// A house behind a proxy that says who calls.
async fn house(change: impl FnOnce(&mut Plan)) -> TestApp {
    TestApp::with(|plan| {
        plan.config.server.trusted_proxies = vec!["127.0.0.1".to_owned()];
        change(plan);
    })
    .await
}

/// A portal whose key may come from the agency's network alone.
async fn bound(app: &TestApp, scopes: &[Scope]) -> Portal {
    portal_key::register(&app.app, "spse", "SPSE", None).await.unwrap();
    let wanted = Wanted { scopes: scopes.to_vec(), networks: vec!["10.0.0.0/8".to_owned()], days: None };
    let made = portal_key::make(&app.app, "spse", &wanted).await.unwrap().unwrap();
    Portal { url: app.url.clone(), token: made.token, key: made.id, client: reqwest::Client::new() }
}

async fn from(network: &str, portal: &Portal, path: &str) -> Answer {
    read(portal.call(Method::GET, path).header("x-forwarded-for", network)).await
}

/// A token that looks like a key and is none.
fn made_up(portal: &Portal) -> Portal {
    let token = pulih::model::access::write(pulih::model::access::Purpose::Portal, &random::bytes::<32>().unwrap());
    Portal { token, ..portal.clone() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_leaked_key_takes_nothing_of_its_portals_calls() {
    let mut app = house(|plan| {
        plan.config.limits.key_per_second = 1;
        plan.config.limits.sprayed_per_10_min = 1_000_000;
    })
    .await;
    let portal = bound(&app, &[Scope::Events]).await;
    for _ in 0..40 {
        let answer = from(ELSEWHERE, &portal, "/portal").await;
        assert_eq!((answer.status, answer.problem()), (StatusCode::FORBIDDEN, "network-refused"));
        assert!(!answer.headers.contains_key("ratelimit"), "{answer:?}");
    }
    // nor what it may not do at all
    for _ in 0..40 {
        let answer = from(AGENCY, &portal, "/accounts/AMANAH7").await;
        assert_eq!((answer.status, answer.problem()), (StatusCode::FORBIDDEN, "scope-missing"));
    }
    let answer = from(AGENCY, &portal, "/portal").await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    assert!(answer.headers["ratelimit"].to_str().unwrap().starts_with("\"key\";r=9;"), "{answer:?}");
    app.stop().await;
    assert_eq!(app.value("select uses from access_key").await, "1", "what was refused is no use of it");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_calls_with_a_leaked_key_stands_before_the_wall() {
    let app = house(|plan| {
        plan.config.limits.wall_per_second = 1;
        plan.config.limits.sprayed_per_10_min = 1_000_000;
    })
    .await;
    let portal = bound(&app, Scope::ALL).await;
    let mut held = 0;
    for _ in 0..40 {
        let answer = from(ELSEWHERE, &portal, "/portal").await;
        held += usize::from(answer.status == StatusCode::TOO_MANY_REQUESTS);
    }
    assert!(held >= 20, "{held} of 40 were held");
    for _ in 0..40 {
        assert_eq!(from(AGENCY, &portal, "/portal").await.status, StatusCode::OK);
    }
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_made_up_in_a_held_network_are_not_looked_up_and_hold_nobody() {
    let app = house(|plan| plan.config.limits.sprayed_per_10_min = 3).await;
    let portal = bound(&app, Scope::ALL).await;
    for _ in 0..3 {
        let answer = from(AGENCY, &made_up(&portal), "/portal").await;
        assert_eq!((answer.status, answer.problem()), (StatusCode::UNAUTHORIZED, "key-required"));
    }
    // whoever asks the database now is told that it failed
    app.sql("alter table access_key rename to hidden").await;
    let (began, mut asked) = (clock::instant(), 0);
    for _ in 0..100 {
        let answer = from(AGENCY, &made_up(&portal), "/portal").await;
        if answer.status == StatusCode::INTERNAL_SERVER_ERROR {
            asked += 1;
        } else {
            assert_eq!((answer.status, answer.problem()), (StatusCode::TOO_MANY_REQUESTS, "too-many"));
        }
    }
    let seconds = began.elapsed().as_secs();
    assert!(asked <= 1 + seconds, "asked {asked} times in {seconds} s");
    app.sql("alter table hidden rename to access_key").await;
    // the right key of that network, which this process has never seen, and one that is made meanwhile
    let opens = async |portal: &Portal| from(AGENCY, portal, "/portal").await.status == StatusCode::OK;
    until(3, "the portal's key opens", async || opens(&portal).await).await;
    let second = bound(&app, Scope::ALL).await;
    until(3, "its second key opens", async || opens(&second).await).await;
    let revoked = portal_key::revoke(&app.app, portal.key).await.unwrap();
    assert!(revoked);
    until(3, "the first one is dead", async || !opens(&portal).await).await;
    assert_eq!(from(AGENCY, &portal, "/portal").await.status, StatusCode::TOO_MANY_REQUESTS, "as any wrong one is");
    app.end().await;
}

/// States an account by a body whose last byte comes after a pause, and what was answered.
async fn trickled(portal: &Portal, user_id: &str, pause: impl AsyncFnOnce()) -> String {
    let body = r#"{"user_type":"penyedia","name":"Rina Wijaya","email":"rina@amanah.example"}"#;
    let mut stream = TcpStream::connect(portal.url.strip_prefix("http://").unwrap()).await.unwrap();
    let head = format!(
        "PUT /api/v1/accounts/{user_id} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nConnection: close\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\nX-Forwarded-For: {AGENCY}\r\n\r\n",
        portal.token,
        body.len()
    );
    let (most, last) = body.split_at(body.len() - 1);
    stream.write_all(format!("{head}{most}").as_bytes()).await.unwrap();
    pause().await;
    stream.write_all(last.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer).lines().next().unwrap_or_default().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_that_is_revoked_while_a_body_comes_does_nothing() {
    let mut app = house(|_| {}).await;
    let portal = bound(&app, Scope::ALL).await;
    let slow = async || tokio::time::sleep(Duration::from_millis(1_500)).await;
    let made = trickled(&portal, "PELAN", slow).await;
    assert!(made.starts_with("HTTP/1.1 201"), "slow is not wrong: {made}");
    let refused = trickled(&portal, "TERLAMBAT", async || {
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert!(portal_key::revoke(&app.app, portal.key).await.unwrap());
        slow().await;
    })
    .await;
    assert!(refused.starts_with("HTTP/1.1 401"), "{refused}");
    assert_eq!(app.column("select user_id from account").await, ["PELAN"]);
    app.stop().await;
    assert_eq!(app.value("select uses from access_key").await, "2", "a call that was looked at twice is one use");
    app.end().await;
}
