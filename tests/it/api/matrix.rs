//! W9 and W10 for keys: every row of the API × every kind of key, and what belongs to another portal.

use chrono::TimeDelta;
use pulih::actions::log_key;
use pulih::actions::portal_key::{self, Wanted};
use pulih::model::portal::Scope;
use pulih::web::routes::api::ROWS;
use pulih::web::routes::{Enter, Route};
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};

use crate::support::house::TestApp;
use crate::support::portal::{Answer, Portal, read};
use crate::support::signing::{Phone, RINA};

/// How another portal's id is tried at each row whose path has one: what is sent along. `CODE` is the code that the
/// other account's phone shows.
const OTHERS: &[(&str, &str, &str)] = &[
    (
        "PUT",
        "/api/v1/accounts/{user_id}",
        r#"{"user_type": "penyedia", "name": "Rina Wijaya", "email": "thief@amanah.example"}"#,
    ),
    ("GET", "/api/v1/accounts/{user_id}", ""),
    ("POST", "/api/v1/accounts/{user_id}/enrolment", "{}"),
    ("POST", "/api/v1/accounts/{user_id}/enrolment/{enrolment}/confirm", r#"{"code": "CODE"}"#),
    ("POST", "/api/v1/accounts/{user_id}/verify", r#"{"code": "CODE"}"#),
    ("POST", "/api/v1/accounts/{user_id}/recovery-codes", r#"{"code": "CODE"}"#),
    ("POST", "/api/v1/accounts/{user_id}/disable", r#"{"code": "CODE"}"#),
    ("GET", "/api/v1/resets/{reference}", ""),
];

/// An id that nobody has in each place.
const NOBODY: [(&str, &str); 3] =
    [("{user_id}", "NOBODY1"), ("{enrolment}", "0199f3a2-7c31-7d4e-9b1a-5d1f0c2e8a77"), ("{reference}", "R-ZZZZ-ZZZZ")];

fn at(path: &str, ids: &[(&str, &str)]) -> String {
    ids.iter().fold(path.to_owned(), |path, (place, id)| path.replace(place, id))
}

fn send(call: RequestBuilder, row: &Route, body: &Value) -> RequestBuilder {
    if row.method.as_str() == "GET" { call } else { call.json(body) }
}

/// What a kind of caller is told at a row.
#[derive(Clone, Copy, Debug)]
enum Told {
    /// Whoever comes without a key that opens something.
    KeyRequired,
    /// A key from where it may not come.
    NetworkRefused,
    /// A key with these scopes.
    Has(&'static [Scope]),
}

impl Told {
    /// The status and problem it ends with; none where it gets past the door.
    fn at(self, row: &Route) -> Option<(u16, &'static str)> {
        let Enter::Portal(scope) = row.enter else { return None };
        match self {
            Self::KeyRequired => Some((401, "key-required")),
            Self::NetworkRefused => Some((403, "network-refused")),
            Self::Has(scopes) => scope.filter(|scope| !scopes.contains(scope)).map(|_| (403, "scope-missing")),
        }
    }
}

async fn try_all(who: &str, told: Told, call: impl Fn(Method, &str) -> RequestBuilder) {
    for row in ROWS {
        let path = at(row.path, &NOBODY);
        let method = Method::from_bytes(row.method.as_str().as_bytes()).unwrap();
        let answer = read(send(call(method, &path), row, &json!({}))).await;
        let what = format!("{who}: {} {}: {answer:?}", row.method, row.path);
        match told.at(row) {
            Some((status, problem)) => {
                assert_eq!((answer.status.as_u16(), answer.problem()), (status, problem), "{what}");
                let challenged = status == 401 || problem == "scope-missing";
                assert_eq!(answer.headers.contains_key("www-authenticate"), challenged, "{what}");
            }
            None => assert!(!matches!(answer.status.as_u16(), 401 | 403 | 500..), "{what}"),
        }
    }
}

/// A key of a portal of its own.
async fn key(app: &TestApp, slug: &str, scopes: &[Scope], networks: &[&str], days: Option<i32>) -> Portal {
    portal_key::register(&app.app, slug, slug, None).await.unwrap();
    let networks = networks.iter().map(|&network| network.to_owned()).collect();
    let wanted = Wanted { scopes: scopes.to_vec(), networks, days };
    let made = portal_key::make(&app.app, slug, &wanted).await.unwrap().unwrap();
    Portal { url: app.url.clone(), token: made.token, key: made.id, client: reqwest::Client::new() }
}

#[test]
fn every_row_says_who_may_enter_and_is_limited() {
    assert!(!ROWS.is_empty());
    for row in ROWS {
        let keyed = row.path.starts_with("/api/v1/");
        assert_eq!(matches!(row.enter, Enter::Portal(_)), keyed, "{} {}", row.method, row.path);
        assert_eq!(row.limit == pulih::web::routes::Limit::Key, keyed, "{} {}", row.method, row.path);
        let any = row.enter == Enter::Portal(None);
        assert!(!any || row.path == "/api/v1/portal", "{} is open to every key", row.path);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_key_enters_where_its_scopes_lead_and_nowhere_else() {
    let app = TestApp::with(|plan| plan.config.limits.sprayed_per_10_min = 1_000_000).await;
    app.people_with_passwords().await;
    let bearer = |token: String| {
        let (client, url) = (reqwest::Client::new(), app.url.clone());
        move |method: Method, path: &str| client.request(method, format!("{url}{path}")).bearer_auth(&token)
    };
    let expired = key(&app, "expired", Scope::ALL, &[], Some(1)).await;
    app.advance(TimeDelta::days(2)).await;
    let revoked = key(&app, "revoked", Scope::ALL, &[], None).await;
    portal_key::revoke(&app.app, revoked.key).await.unwrap();
    let log = log_key::make(&app.app, "follower", None).await.unwrap().unwrap();
    let half: String = revoked.token.chars().take(revoked.token.len() - 1).collect();
    let dead = [
        ("an expired key", expired.token),
        ("a revoked key", revoked.token),
        ("a log key", log.token),
        ("half a key", half),
        ("an empty one", String::new()),
    ];
    for (who, token) in dead {
        try_all(who, Told::KeyRequired, bearer(token)).await;
    }
    let (client, url) = (reqwest::Client::new(), &app.url);
    try_all("nobody", Told::KeyRequired, |method, path| client.request(method, format!("{url}{path}"))).await;
    let officer = app.officer("sari", &["supervisor", "admin"]).await;
    try_all("an admin's cookie", Told::KeyRequired, |method, path| officer.browser.request(method, path)).await;
    let mut rina = app.browser();
    rina.sign_in(&app, RINA, &Phone::imported()).await;
    try_all("a user's cookie", Told::KeyRequired, |method, path| rina.request(method, path)).await;

    let far = key(&app, "far", Scope::ALL, &["10.0.0.0/8", "2001:db8::/32"], None).await;
    try_all("a key from elsewhere", Told::NetworkRefused, bearer(far.token)).await;
    let bare = key(&app, "bare", &[], &[], None).await;
    try_all("a key without a scope", Told::Has(&[]), bearer(bare.token)).await;
    for (at, scope) in Scope::ALL.iter().enumerate() {
        let one = key(&app, &format!("only-{}", scope.code()), &[*scope], &[], None).await;
        try_all(scope.code(), Told::Has(&Scope::ALL[at..=at]), bearer(one.token)).await;
    }
    let near = key(&app, "near", Scope::ALL, &["127.0.0.0/8"], Some(30)).await;
    try_all("a key of all scopes", Told::Has(Scope::ALL), bearer(near.token)).await;
    app.settle().await;
    app.end().await;
}

#[test]
fn every_row_with_an_id_in_its_path_has_its_attempt_on_anothers() {
    for row in ROWS.iter().filter(|row| row.path.contains('{')) {
        let there = |(method, path, _): &&(&str, &str, &str)| *method == row.method.as_str() && *path == row.path;
        let found = OTHERS.iter().filter(there).count();
        assert_eq!(found, 1, "how is another's id tried at {} {}? Say it in OTHERS", row.method, row.path);
        let known = at(row.path, &NOBODY);
        assert!(!known.contains('{'), "{known}: what stands there for nobody's id?");
    }
}

/// The same but for what names the request itself.
fn plain(answer: &Answer) -> (StatusCode, Value) {
    let mut body = answer.body.clone();
    if let Some(body) = body.as_object_mut() {
        body.remove("instance");
        body.remove("retry_at");
    }
    (answer.status, body)
}

/// All that is kept of the one account.
async fn kept(app: &TestApp) -> String {
    let of = |table: &str, column: &str| {
        format!(
            "(select coalesce(jsonb_agg(to_jsonb(t) order by to_jsonb(t)::text), '[]') from {table} t where {column} = (select id from account where user_id = 'AMANAH7'))"
        )
    };
    let tables = ["credential", "enrolment", "activation_grant", "address", "request", "code_limit"];
    let all: Vec<String> = tables.iter().map(|table| of(table, "account_id")).collect();
    app.value(&format!("select jsonb_build_array({}, {})::text", of("account", "id"), all.join(", "))).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_another_portals_is_not_there() {
    let mut app = TestApp::start().await;
    app.leave_letters();
    app.people().await;
    let (ours, thief) = (Portal::of(&app, "ours").await, Portal::of(&app, "thief").await);
    let mut browser = app.browser();
    browser.kirim(RINA.0, "rina@amanah.example", "penyedia").await;
    app.resolve().await;
    app.sql(
        "update account set portal_id = (select id from portal where slug = 'ours') where user_id = 'AMANAH7';
        update request set portal_id = (select id from portal where slug = 'ours')",
    )
    .await;
    let reference = app.value("select reference from request").await;
    let own = [("{user_id}", RINA.0), ("{enrolment}", NOBODY[1].1), ("{reference}", reference.as_str())];
    let rows: Vec<_> = ROWS.iter().filter(|row| row.path.contains('{')).collect();
    let mut replies = Vec::new();
    for (n, row) in rows.iter().enumerate() {
        let body = OTHERS.iter().find(|(method, path, _)| *method == row.method.as_str() && *path == row.path);
        let body = body.unwrap().2.replace("CODE", &Phone::imported().code(&app, 0));
        let body: Value = if body.is_empty() { Value::Null } else { serde_json::from_str(&body).unwrap() };
        let ask = async |who: &Portal, path: &str| {
            let method = Method::from_bytes(row.method.as_str().as_bytes()).unwrap();
            let call = who.call(method, path.strip_prefix("/api/v1").unwrap());
            read(send(call.header("idempotency-key", format!("k-{n}")), row, &body)).await
        };
        let before = kept(&app).await;
        let stolen = ask(&thief, &at(row.path, &own)).await;
        let what = format!("{} {}: {stolen:?}", row.method, row.path);
        assert_eq!(kept(&app).await, before, "{what}");
        assert!(!stolen.body.to_string().contains("amanah.example"), "{what}");
        if row.method.as_str() == "PUT" {
            // who makes an account has to learn that the User ID is taken
            assert_eq!((stolen.status, stolen.problem()), (StatusCode::CONFLICT, "user-id-taken"), "{what}");
        } else {
            // of another key, since the same one with another address is refused for that alone
            let nobody = Portal { client: reqwest::Client::new(), ..thief.clone() };
            let call = nobody.call(
                Method::from_bytes(row.method.as_str().as_bytes()).unwrap(),
                at(row.path, &NOBODY).strip_prefix("/api/v1").unwrap(),
            );
            let nobodys = read(send(call, row, &body)).await;
            assert_eq!(plain(&stolen), plain(&nobodys), "{what}");
        }
        replies.push((row, body, stolen));
    }
    // it is there for whose it is, also under the thief's Idempotency-Key; reads first, since writes change it
    replies.sort_by_key(|(row, _, _)| row.method.as_str() != "GET");
    for (row, body, stolen) in replies {
        let n = rows.iter().position(|there| there.path == row.path && there.method == row.method).unwrap();
        let method = Method::from_bytes(row.method.as_str().as_bytes()).unwrap();
        let path = at(row.path, &own);
        let call = ours.call(method.clone(), path.strip_prefix("/api/v1").unwrap());
        let answer = read(send(call.header("idempotency-key", format!("k-{n}")), row, &body)).await;
        assert_ne!(answer.status, StatusCode::NOT_FOUND, "{method} {path}: {answer:?}");
        assert_ne!(plain(&answer), plain(&stolen), "{method} {path}");
        let call = thief.call(method, path.strip_prefix("/api/v1").unwrap());
        let again = read(send(call.header("idempotency-key", format!("k-{n}")), row, &body)).await;
        assert_eq!(plain(&again), plain(&stolen), "{path}: an answer of another's key was given");
    }
    // lists and single things of the thief's own tell nothing of it
    app.seal().await;
    for row in ROWS.iter().filter(|row| !row.path.contains('{') && row.method.as_str() == "GET") {
        let Some(path) = row.path.strip_prefix("/api/v1") else { continue };
        let answer = thief.get(path).await;
        let text = answer.body.to_string().to_lowercase();
        assert_eq!(answer.status, StatusCode::OK, "{path}: {answer:?}");
        for secret in ["amanah", &reference.to_lowercase(), "ours"] {
            assert!(!text.contains(secret), "{path} tells {secret}: {text}");
        }
    }
    app.end().await;
}
