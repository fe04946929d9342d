//! Resets that a portal asks for by its own form, and how they stand.

use chrono::TimeDelta;
use pulih::workers::sweeper::tidy;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::house::{SECRET, TestApp};
use crate::support::letters::list;
use crate::support::portal::{Answer, Portal, read};
use crate::support::sink::{Rule, Stage};

const RINA: &str = "rina@amanah.example";

/// What a portal sends for a penyedia.
fn typed(user_id: &str, email: &str) -> Value {
    json!({ "user_id": user_id, "email": email, "user_type": "penyedia" })
}

async fn asked(portal: &Portal, user_id: &str, email: &str) -> String {
    let answer = portal.post("/resets", &typed(user_id, email)).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED, "{answer:?}");
    answer.body["reference"].as_str().unwrap().to_owned()
}

async fn state(portal: &Portal, reference: &str) -> String {
    let answer = portal.get(&format!("/resets/{reference}")).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    assert_eq!(answer.body["reference"], reference);
    answer.body["state"].as_str().unwrap().to_owned()
}

/// Status, headers and body with what is random, typed or of the clock masked.
fn masked(answer: &Answer, typed: &[&str]) -> String {
    let told = |name: &str| !["date", "x-request-id", "ratelimit"].contains(&name);
    let mut lines: Vec<String> = answer
        .headers
        .iter()
        .filter(|(name, _)| told(name.as_str()))
        .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()))
        .collect();
    lines.sort();
    let mut body = answer.body.clone();
    for (name, length) in [("reference", 11), ("asked_at", 20), ("retry_at", 20), ("instance", 45)] {
        if let Some(value) = body.get_mut(name) {
            assert_eq!(value.as_str().unwrap().len(), length, "{answer:?}");
            *value = Value::Null;
        }
    }
    let text = format!("{}\n{}\n{body}", answer.status, lines.join("\n"));
    typed.iter().fold(text, |text, word| text.replace(word, "###"))
}

/// A kind of Kirim: its name, what is typed (of one length for all), and what makes it so.
const CLASSES: [(&str, &str, &str, &str); 10] = [
    ("known", "AMANAH1", "rina1@amanah.example", ""),
    ("wrong address", "AMANAH2", "rinaX@amanah.example", ""),
    ("unknown", "AMANAHX", "rina1@amanah.example", ""),
    ("wrong type", "AMANAH3", "rina3@amanah.example", "kind = 'non_penyedia'"),
    ("locked", "AMANAH4", "rina4@amanah.example", "status = 'locked', locked_reason = 'x'"),
    ("held", "AMANAH5", "rina5@amanah.example", "resets_held_until = pulih.now() + interval '7 days'"),
    (
        "of another portal",
        "AMANAH6",
        "rina6@amanah.example",
        "portal_id = (select id from portal where slug = 'lpse-2')",
    ),
    ("of this portal", "AMANAH7", "rina7@amanah.example", "portal_id = (select id from portal where slug = 'spse')"),
    ("undeliverable", "AMANAH8", "rina8@amanah.example", ""),
    ("frozen", "AMANAH9", "rina9@amanah.example", ""),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_portals_own_form_learns_nothing_of_who_exists() {
    let app = TestApp::start().await;
    let line = |n| format!("AMANAH{n},penyedia,Rina Wijaya,rina{n}@amanah.example,,,{SECRET},\n");
    app.import(&(1..10).map(line).collect::<String>()).await;
    app.sink.script(Rule::at(Stage::Rcpt).to("rina8@amanah.example").answer(550, "5.1.1 no such user"));
    Portal::of(&app, "lpse-2").await;
    let portal = Portal::of(&app, "spse").await;
    let (mut answers, mut references) = (Vec::new(), Vec::new());
    for (name, user_id, email, before) in CLASSES {
        if !before.is_empty() {
            app.sql(&format!("update account set {before} where user_id = '{user_id}'")).await;
        }
        if name == "frozen" {
            app.sql("insert into frozen (scope, reason) values ('web', 'x')").await;
        }
        let answer = portal.post("/resets", &typed(user_id, email)).await;
        assert_eq!(answer.status, StatusCode::ACCEPTED, "{name}: {answer:?}");
        references.push(answer.body["reference"].as_str().unwrap().to_owned());
        let mut seen = vec![masked(&answer, &[user_id, email])];
        let path = format!("/resets/{}", references.last().unwrap());
        seen.push(masked(&portal.get(&path).await, &[]));
        let mark = app.mark().await;
        app.resolve().await;
        seen.push(format!("{:?}", app.written_since(mark).await));
        app.settle().await;
        seen.push(masked(&portal.get(&path).await, &[]));
        app.sql("delete from frozen").await;
        answers.push((name, seen));
    }
    for (name, seen) in &answers[1..] {
        assert_eq!(seen, &answers[0].1, "{name}");
    }
    for reference in &references {
        assert_eq!(state(&portal, reference).await, "open");
    }
    app.advance(TimeDelta::hours(24)).await;
    app.settle().await;
    for reference in &references {
        assert_eq!(state(&portal, reference).await, "ended");
    }
    let linked = app.letters().into_iter().filter(|l| l.subject == "Konfirmasi Permintaan Reset TOTP");
    let linked: Vec<String> = linked.map(|letter| letter.to).collect();
    assert_eq!(linked, ["rina1@amanah.example", "rina7@amanah.example"]);
    assert_eq!(
        app.value("select account_id is null from request where typed_user_id = 'AMANAH6'").await,
        "t",
        "another portal's account is none"
    );
    app.advance(TimeDelta::days(30)).await;
    for reference in &references {
        let answer = portal.get(&format!("/resets/{reference}")).await;
        assert_eq!((answer.status, answer.problem()), (StatusCode::NOT_FOUND, "not-found"));
    }
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reset_by_a_portals_form_goes_the_way_of_all_resets() {
    let app = TestApp::start().await;
    app.people().await;
    let portal = Portal::of(&app, "spse").await;
    let body = json!({ "user_id": " amanah7 ", "email": "RINA@Amanah.example", "user_type": "penyedia",
        "language": "en", "client_ip": "2001:db8:1:2:3::4" });
    let answer = portal.post("/resets", &body).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED, "{answer:?}");
    let reference = answer.body["reference"].as_str().unwrap().to_owned();
    let now = app.app.clock().now().to_rfc3339();
    assert_eq!(answer.body["asked_at"].as_str().unwrap()[..13], now[..13]);
    let told = "select actor || ' ' || (body::jsonb -> 'facts' ->> 'channel') || ' ' || (p.details ->> 'network')
        from event e join event_personal p on p.event_id = e.id where kind = 'reset.asked'";
    assert_eq!(app.value(told).await, "portal portal 2001:db8:1:2::/64");
    let id = app.value("select id from portal").await;
    assert!(app.value("select body from event where kind = 'reset.asked'").await.contains(&id), "who acted is told");
    let seen = app.app.networks().seen("2001:db8:1:2::/64", "kirim", pulih::base::slots::slot(app.app.clock().now()));
    assert_eq!(seen, 1, "it counts as a Kirim of that network");
    app.settle().await;
    let letter = app.letter_to(RINA);
    assert_eq!(letter.subject, "Confirmation of your Reset TOTP request");
    assert_eq!(state(&portal, &reference).await, "open");
    let mut rina = app.browser();
    rina.open(&letter.link("/r/")).await;
    rina.send("/reset-totp/open", &[]).await;
    assert_eq!(state(&portal, &reference).await, "open");
    rina.send("/reset-totp/confirm", &[]).await;
    assert_eq!(state(&portal, &reference).await, "done");
    app.settle().await;
    app.advance(TimeDelta::days(2)).await;
    assert_eq!(state(&portal, &reference).await, "done");
    let spelt = portal.get(&format!("/resets/{}", reference.to_lowercase())).await;
    assert_eq!(spelt.body["reference"], reference.as_str());
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_network_nothing_is_noted_of_one() {
    let app = TestApp::start().await;
    let portal = Portal::of(&app, "spse").await;
    asked(&portal, "AMANAH7", RINA).await;
    assert_eq!(app.value("select network is null and browser_name is null from request").await, "t");
    let details = app.value("select details from event_personal order by at desc limit 1").await;
    assert!(details.contains("AMANAH7") && !details.contains("network"), "{details}");
    app.settle().await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reset_that_waits_and_one_that_was_cancelled_are_told_so() {
    let app = TestApp::start().await;
    app.people().await;
    let portal = Portal::of(&app, "spse").await;
    app.sql("update account set address_changed_at = pulih.now() where user_id = 'AMANAH7'").await;
    let reference = asked(&portal, "AMANAH7", RINA).await;
    app.settle().await;
    app.browser().reset(&app.link_to(RINA, "/r/")).await;
    app.settle().await;
    assert_eq!(state(&portal, &reference).await, "waiting");
    app.advance(TimeDelta::hours(25)).await;
    app.settle().await;
    assert_eq!(state(&portal, &reference).await, "done");
    let budi = json!({ "user_id": "BAHTERA8", "email": "budi@bahtera.example", "user_type": "non_penyedia" });
    let answer = portal.post("/resets", &budi).await;
    app.settle().await;
    let mut phone = app.browser();
    phone.open(&app.link_to("budi@bahtera.example", "/not-me/")).await;
    phone.send("/not-me", &[]).await;
    phone.send("/not-me/confirm", &[]).await;
    assert_eq!(state(&portal, answer.body["reference"].as_str().unwrap()).await, "ended");
    app.settle().await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_call_is_one_reset_however_often_it_is_sent() {
    let app = TestApp::start().await;
    app.people().await;
    let (portal, other) = (Portal::of(&app, "spse").await, Portal::of(&app, "lpse-2").await);
    let send = async |portal: &Portal, key: &str, body: &Value| {
        read(portal.call(Method::POST, "/resets").header("idempotency-key", key).json(body)).await
    };
    let body = typed("AMANAH7", RINA);
    let first = futures_util::future::join_all((0..8).map(|_| send(&portal, "a", &body))).await;
    app.advance(TimeDelta::minutes(5)).await;
    let later = send(&portal, "a", &body).await;
    for answer in first.iter().chain([&later]) {
        assert_eq!(answer.status, StatusCode::ACCEPTED, "{answer:?}");
        assert_eq!(answer.body, first[0].body);
    }
    assert_eq!(app.value("select count(*) from request").await, "1");
    for changed in [
        typed("AMANAH8", RINA),
        json!({ "user_id": "AMANAH7", "email": RINA, "user_type": "penyedia", "language": "en" }),
    ] {
        let answer = send(&portal, "a", &changed).await;
        assert_eq!((answer.status, answer.problem()), (StatusCode::CONFLICT, "key-reused"));
    }
    assert_eq!(app.value("select count(*) from request").await, "1");
    let theirs = send(&other, "a", &body).await;
    assert_ne!(theirs.body["reference"], later.body["reference"], "a name is a portal's own");
    let second = send(&portal, "b", &body).await;
    assert_ne!(second.body["reference"], later.body["reference"]);
    app.settle().await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_name_is_one_call_for_a_day_whoever_exists() {
    let app = TestApp::start().await;
    app.people().await;
    let portal = Portal::of(&app, "spse").await;
    let people = [("AMANAH7", RINA), ("NOBODY7", "nemo@amanah.example")];
    let all = async || {
        let mut told = Vec::new();
        for (user_id, email) in people {
            let call = portal.call(Method::POST, "/resets").header("idempotency-key", format!("k {user_id}"));
            let answer = read(call.json(&typed(user_id, email))).await;
            assert_eq!(answer.status, StatusCode::ACCEPTED, "{answer:?}");
            told.push(answer.body);
        }
        app.settle().await;
        told
    };
    let first = all().await;
    app.advance(TimeDelta::hours(23)).await;
    tidy(&app.app).await.unwrap();
    assert_eq!(all().await, first);
    // nor does it matter where the answer could not be kept
    app.sql("delete from api_answer").await;
    assert_eq!(all().await, first);
    app.sql("delete from api_answer").await;
    let mut known = vec![first];
    for days in [1, 31] {
        app.advance(TimeDelta::days(days) + TimeDelta::hours(2)).await;
        app.sweep().await;
        while tidy(&app.app).await.unwrap() {}
        let later = all().await;
        for told in &known {
            assert!(told.iter().zip(&later).all(|(was, is)| was["reference"] != is["reference"]), "{told:?} {later:?}");
        }
        assert_eq!(all().await, later);
        known.push(later);
    }
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_name_of_another_call_asks_for_no_reset_nor_the_other_way_round() {
    let app = TestApp::start().await;
    app.people().await;
    let portal = Portal::of(&app, "spse").await;
    let reset = |key: &str| {
        let call = portal.call(Method::POST, "/resets").header("idempotency-key", key.to_owned());
        read(call.json(&typed("AMANAH7", RINA)))
    };
    let verify = |key: &str| {
        let call = portal.call(Method::POST, "/accounts/NOBODY7/verify").header("idempotency-key", key.to_owned());
        read(call.json(&json!({ "code": "123456" })))
    };
    assert_eq!(verify("a").await.status, StatusCode::OK);
    assert_eq!(reset("a").await.problem(), "key-reused");
    assert_eq!(app.value("select count(*) from request").await, "0");
    assert_eq!(reset("b").await.status, StatusCode::ACCEPTED);
    assert_eq!(verify("b").await.problem(), "key-reused");
    assert_eq!(app.value("select count(*) from event where kind = 'code.verified'").await, "1");
    app.settle().await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_typed_is_limited_for_everybody_alike_on_every_way() {
    let app = TestApp::start().await;
    app.people().await;
    let portal = Portal::of(&app, "spse").await;
    let mut told = Vec::new();
    for (user_id, email) in [("AMANAH7", RINA), ("AMANAHX", RINA), ("AMANAH7", "eve1@amanah.example")] {
        for _ in 0..2 {
            asked(&portal, user_id, email).await;
            app.advance(TimeDelta::seconds(61)).await;
        }
        app.browser().kirim(user_id, email, "penyedia").await;
        app.advance(TimeDelta::seconds(61)).await;
        let answer = portal.post("/resets", &typed(user_id, email)).await;
        assert_eq!((answer.status, answer.problem()), (StatusCode::TOO_MANY_REQUESTS, "too-many"));
        let wait: u32 = answer.headers["retry-after"].to_str().unwrap().parse().unwrap();
        assert!((3_300..=3_600).contains(&wait), "{wait}");
        let mut answer = answer;
        answer.headers.remove("retry-after");
        told.push(masked(&answer, &[]));
        app.settle().await;
    }
    assert_eq!(told[0], told[1]);
    assert_eq!(told[0], told[2]);
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_right_is_named_and_nothing_is_asked() {
    let app = TestApp::start().await;
    app.people().await;
    let portal = Portal::of(&app, "spse").await;
    let mut good = typed("AMANAH7", RINA);
    let long = "a".repeat(300);
    let tricks = [
        ("user_id", vec!["", " ", "A\nB", "A\u{0}B", "AMANAH7\u{200b}", "\u{202e}7HANAMA", &long]),
        (
            "email",
            vec![
                "",
                "rina",
                "rina@amanah",
                "rina@amanah.example, eve@evil.example",
                "rina@amanah.example;x",
                "rina@amanah.example\r\nBcc: eve@evil.example",
                "<rina@amanah.example>",
                "rina@@amanah.example",
                "rina@amanah.example\u{0}",
                "rina@.example",
                &long,
            ],
        ),
        ("user_type", vec!["", "Penyedia", "admin"]),
        ("language", vec!["", "de", "ID"]),
        ("client_ip", vec!["", "1.2.3", "localhost", "10.0.0.0/8"]),
    ];
    for (field, values) in tricks {
        for value in values {
            let mut body = good.clone();
            body[field] = json!(value);
            let answer = portal.post("/resets", &body).await;
            assert_eq!((answer.status, answer.problem()), (StatusCode::UNPROCESSABLE_ENTITY, "form-invalid"), "{body}");
            assert_eq!(answer.body["errors"][0]["at"], format!("/{field}"), "{body}: {answer:?}");
        }
    }
    good["captcha"] = json!("x");
    let answer = portal.post("/resets", &good).await;
    assert_eq!(answer.body["errors"][0]["at"], "/captcha", "{answer:?}");
    let answer = portal.post("/resets", &json!({ "email": "", "user_id": "", "user_type": "" })).await;
    assert_eq!(answer.body["errors"].as_array().unwrap().len(), 3, "all at once: {answer:?}");
    assert_eq!(app.value("select count(*) from request").await, "0");
    // what reads alike is not the same: mail goes to the stored address or nowhere
    for (user_id, email) in [
        ("AMANAH7", "rina+x@amanah.example"),
        ("AMANAH7", "r.ina@amanah.example"),
        ("AMANAH7", "rina@amanah.example.evil.example"),
        ("\u{410}MANAH7", RINA),
        ("AMANAH7", "rin\u{430}@amanah.example"),
    ] {
        asked(&portal, user_id, email).await;
    }
    app.settle().await;
    assert_eq!(list(&app.letters()), Vec::<String>::new());
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reference_is_its_own_portals_alone() {
    let app = TestApp::start().await;
    app.people().await;
    let (portal, other) = (Portal::of(&app, "spse").await, Portal::of(&app, "lpse-2").await);
    let reference = asked(&portal, "AMANAH7", RINA).await;
    let mut rina = app.browser();
    app.advance(TimeDelta::minutes(2)).await;
    rina.kirim("AMANAH7", RINA, "penyedia").await;
    let plain = rina.page.path.split("r=").nth(1).unwrap().to_owned();
    let unknown = masked(&other.get("/resets/R-0000-0000").await, &[]);
    assert!(unknown.starts_with("404"));
    for reference in [reference.as_str(), &plain, "x", "R-0000-000U", "%00"] {
        let answer = other.get(&format!("/resets/{reference}")).await;
        assert_eq!(masked(&answer, &[]), unknown, "{reference}");
    }
    assert_eq!(portal.get(&format!("/resets/{plain}")).await.status, StatusCode::NOT_FOUND, "asked at no portal");
    let scopes: Vec<_> = pulih::model::portal::Scope::ALL.iter().copied().filter(|s| s.code() != "resets").collect();
    let without = Portal::with(&app, "spse", &scopes).await;
    for answer in [without.get(&format!("/resets/{reference}")).await, without.post("/resets", &typed("A", RINA)).await]
    {
        assert_eq!((answer.status, answer.problem()), (StatusCode::FORBIDDEN, "scope-missing"));
    }
    app.settle().await;
    app.end().await;
}
