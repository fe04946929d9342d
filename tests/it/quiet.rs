//! Nothing to learn for a stranger: whatever is typed, the answers are the same and say nothing of accounts.

use chrono::TimeDelta;
use reqwest::StatusCode;

use crate::support::browser::{Browser, Page};
use crate::support::house::{SECRET, TestApp};
use crate::support::sink::{Rule, Stage};

/// A kind of Kirim: its name, what is typed (of one length for all), and what makes it so.
struct Class {
    name: &'static str,
    user_id: &'static str,
    email: &'static str,
    before: &'static str,
    after: &'static str,
}

const fn class(name: &'static str, user_id: &'static str, email: &'static str, before: &'static str) -> Class {
    Class { name, user_id, email, before, after: "" }
}

const CLASSES: [Class; 10] = [
    class("known", "AMANAH1", "rina1@amanah.example", ""),
    class("wrong address", "AMANAH2", "rinaX@amanah.example", ""),
    class("unknown", "AMANAHX", "rina1@amanah.example", ""),
    class(
        "wrong type",
        "AMANAH3",
        "rina3@amanah.example",
        "update account set kind = 'non_penyedia' where user_id = 'AMANAH3'",
    ),
    class(
        "locked",
        "AMANAH4",
        "rina4@amanah.example",
        "update account set status = 'locked', locked_reason = 'x' where user_id = 'AMANAH4'",
    ),
    Class {
        after: "delete from frozen",
        ..class("frozen", "AMANAH5", "rina5@amanah.example", "insert into frozen (scope, reason) values ('web', 'x')")
    },
    class(
        "no factor",
        "AMANAH6",
        "rina6@amanah.example",
        "update credential set revoked_at = pulih.now(), sealed_secret = null
            where account_id = (select id from account where user_id = 'AMANAH6')",
    ),
    class(
        "protected",
        "AMANAH7",
        "rina7@amanah.example",
        "update account set protected = true where user_id = 'AMANAH7'",
    ),
    class(
        "held",
        "AMANAH8",
        "rina8@amanah.example",
        "update account set resets_held_until = pulih.now() + interval '7 days' where user_id = 'AMANAH8'",
    ),
    // its relay refuses the letter for good
    class("undeliverable", "AMANAH9", "rina9@amanah.example", ""),
];

async fn house() -> TestApp {
    let app = TestApp::start().await;
    let line = |n| format!("AMANAH{n},penyedia,Rina Wijaya,rina{n}@amanah.example,,,{SECRET},\n");
    app.import(&(1..10).map(line).collect::<String>()).await;
    app.sink.script(Rule::at(Stage::Rcpt).to("rina9@amanah.example").answer(550, "5.1.1 no such user"));
    app
}

/// Status, headers and body, with what is random or typed masked.
fn masked(page: &Page, class: &Class, browser: &Browser) -> String {
    let mut lines: Vec<String> = page
        .headers
        .iter()
        .filter(|(name, _)| !["date", "x-request-id"].contains(&name.as_str()))
        .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()))
        .collect();
    lines.sort();
    let mut text = format!("{}\n{}\n\n{}", page.status, lines.join("\n"), page.body);
    let forms = page.forms();
    let mut secrets: Vec<String> =
        forms.iter().flat_map(|f| [f.value("csrf"), f.value("form")].map(str::to_owned)).collect();
    secrets.extend(browser.cookie("pulih"));
    secrets.extend([class.user_id, class.email].map(str::to_owned));
    secrets.extend(page.permission_code());
    for secret in secrets.iter().filter(|secret| !secret.is_empty()) {
        text = text.replace(secret.as_str(), "###");
    }
    clocks(&references(&text))
}

/// With every `R-XXXX-XXXX` masked.
fn references(text: &str) -> String {
    let mut masked = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("R-") {
        let found = rest.as_bytes().get(at + 6) == Some(&b'-');
        masked.push_str(&rest[..at]);
        masked.push_str(if found { "R-REF" } else { "R-" });
        rest = &rest[at + if found { 11 } else { 2 }..];
    }
    masked + rest
}

/// With every digit masked, since clock times go on from class to class.
fn clocks(text: &str) -> String {
    text.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_kirim_looks_the_same() {
    let app = house().await;
    let mut seen: Vec<(&str, Vec<String>)> = Vec::new();
    for class in &CLASSES {
        let mut browser = app.browser();
        let mut pages = Vec::new();
        if !class.before.is_empty() {
            app.sql(class.before).await;
        }
        let form = browser.open("/reset-totp").await.form("/reset-totp");
        let typed = [("user_id", class.user_id), ("email", class.email), ("user_type", "penyedia")];
        let answer = browser.press("/reset-totp", &form.filled(&typed)).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}: {}", class.name, answer.text());
        pages.push(masked(&answer, class, &browser));
        let sent = answer.header("location").to_owned();
        pages.push(masked(&browser.open(&sent).await.clone(), class, &browser));
        let mark = app.mark().await;
        app.resolve().await;
        pages.push(format!("written by the resolver: {:?}", app.written_since(mark).await));
        pages.push(masked(&browser.open(&sent).await.clone(), class, &browser));
        app.settle().await;
        // what the browser that asked may see and do afterwards
        pages.push(masked(&browser.open(&sent).await.clone(), class, &browser));
        let status = sent.replace("/reset-totp/sent?r=", "/requests/");
        pages.push(masked(&browser.open(&status).await.clone(), class, &browser));
        let help = format!("{status}/help");
        pages.push(masked(&browser.send(&help, &[]).await.clone(), class, &browser));
        assert!(browser.page.forms().iter().all(|form| form.action != help), "{}: help was asked", class.name);
        app.advance(TimeDelta::seconds(61)).await;
        browser.open(&sent).await;
        pages.push(masked(&browser.send("/reset-totp/resend", &[]).await.clone(), class, &browser));
        app.settle().await;
        pages.push(masked(&browser.open(&sent).await.clone(), class, &browser));
        if !class.after.is_empty() {
            app.sql(class.after).await;
        }
        seen.push((class.name, pages));
    }
    let (_, known) = &seen[0];
    for (name, pages) in &seen[1..] {
        for (at, (page, known)) in pages.iter().zip(known).enumerate() {
            assert_eq!(page, known, "{name}, page {at}");
        }
    }
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_owner_did_does_not_show_to_who_asked() {
    let app = TestApp::start().await;
    app.people().await;
    let mut seen = Vec::new();
    for (user_id, email) in [("AMANAH7", "rina@amanah.example"), ("AMANAHX", "rina@amanah.example")] {
        let mut eve = app.browser();
        eve.kirim(user_id, email, "penyedia").await;
        let sent = eve.page.path.clone();
        app.settle().await;
        if user_id == "AMANAH7" {
            let mut rina = app.browser();
            rina.open(&app.link_to(email, "/not-me/")).await;
            rina.send("/not-me", &[]).await;
            rina.send("/not-me/confirm", &[("hold", "yes")]).await;
            assert_eq!(rina.page.heading(), "Sudah kami hentikan");
            app.settle().await;
        }
        let status = sent.replace("/reset-totp/sent?r=", "/requests/");
        let class = class("", user_id, email, "");
        let mut pages = Vec::new();
        pages.push(masked(&eve.open(&sent).await.clone(), &class, &eve));
        pages.push(masked(&eve.open(&status).await.clone(), &class, &eve));
        pages.push(masked(&eve.send(&format!("{status}/help"), &[]).await.clone(), &class, &eve));
        app.advance(TimeDelta::seconds(61)).await;
        eve.open(&sent).await;
        pages.push(masked(&eve.send("/reset-totp/resend", &[]).await.clone(), &class, &eve));
        app.settle().await;
        pages.push(masked(&eve.open(&status).await.clone(), &class, &eve));
        seen.push(pages);
    }
    assert_eq!(seen[0], seen[1]);
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_limiter_answers_by_what_was_typed_alone() {
    let app = house().await;
    let classes = &CLASSES[..5];
    for class in classes.iter().filter(|class| !class.before.is_empty()) {
        app.sql(class.before).await;
    }
    let mut browser = app.browser();
    let mut answers: Vec<Vec<(StatusCode, i64)>> = vec![Vec::new(); classes.len()];
    // two days of asking now and then
    for minutes in [0, 3, 3, 3, 40, 30, 30, 30, 200, 100, 100, 300, 400, 200, 400, 1, 100] {
        app.advance(TimeDelta::minutes(minutes)).await;
        for (class, answers) in classes.iter().zip(&mut answers) {
            let page = browser.kirim(class.user_id, class.email, "penyedia").await;
            let wait = page.header("retry-after").parse().unwrap_or(0);
            answers.push((page.status, wait));
        }
        app.settle().await;
    }
    for (class, seen) in classes.iter().zip(&answers) {
        for (at, (seen, known)) in seen.iter().zip(&answers[0]).enumerate() {
            assert_eq!(seen.0, known.0, "{}, Kirim {at}", class.name);
            assert!((seen.1 - known.1).abs() <= 60, "{}, Kirim {at}: {} s and {} s", class.name, seen.1, known.1);
        }
    }
    let refused = answers[0].iter().filter(|(status, _)| *status == StatusCode::TOO_MANY_REQUESTS).count();
    assert!((4..14).contains(&refused), "{:?}", answers[0]);
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_is_shown_to_the_browser_that_asked_and_to_nobody_else() {
    let app = TestApp::start().await;
    app.people().await;
    let mut rina = app.browser();
    let sent = rina.kirim("AMANAH7", "rina@amanah.example", "penyedia").await.path.clone();
    let status = sent.replace("/reset-totp/sent?r=", "/requests/");
    let mut eve = app.browser();
    eve.open("/reset-totp").await;
    let missing = class("", "", "", "");
    let none = masked(&eve.open("/requests/R-0000-0000").await.clone(), &missing, &eve);
    assert_eq!(masked(&eve.open(&status).await.clone(), &missing, &eve), none);
    assert_eq!(eve.page.status, StatusCode::NOT_FOUND);
    assert_eq!(eve.open(&sent).await.status, StatusCode::NOT_FOUND);
    let csrf = eve.open("/reset-totp").await.form("/reset-totp").value("csrf").to_owned();
    let help = eve.press(&format!("{status}/help"), &[("csrf".into(), csrf)]).await;
    assert_eq!(help.status, StatusCode::NOT_FOUND);
    assert_eq!(rina.open(&status).await.status, StatusCode::OK);
    app.advance(TimeDelta::days(31)).await;
    assert_eq!(rina.open(&status).await.status, StatusCode::NOT_FOUND, "after thirty days not even to it");
    assert_eq!(rina.open(&sent).await.status, StatusCode::NOT_FOUND);
    app.settle().await;
    app.end().await;
}
