//! Every route of the desk × every role: who may enter finds something, others find nothing, strangers sign in first.

use pulih::base::random;
use pulih::model::staff::Role;
use pulih::web::routes::{self, Enter, Route};
use reqwest::{Method, StatusCode};

use crate::support::browser::{Browser, Page};
use crate::support::desk::Officer;
use crate::support::house::TestApp;
use crate::support::signing::{Phone, RINA};

/// Rows of the desk.
fn rows() -> Vec<&'static Route> {
    let all: Vec<&Route> = routes::ALL
        .iter()
        .copied()
        .flatten()
        .filter(|row| row.path.starts_with("/staff") || row.path.starts_with("/audit"))
        .collect();
    assert!(all.len() > 60, "where are the routes of the desk?");
    all
}

/// Ids of others than anybody: nothing is there.
fn nowhere(path: &str) -> String {
    path.replace("{id}", &random::id().to_string())
        .replace("{deed}", "disable")
        .replace("{key}", &random::id().to_string())
        .replace("{token}", &"A".repeat(64))
}

/// Goes there as a page of ours would, without following. The stream of live updates is only begun.
async fn visit(browser: &Browser, row: &Route, path: &str) -> Page {
    if row.method.as_str() == "GET" {
        let request = browser.request(Method::GET, path);
        if path.ends_with("/live") {
            let answer = request.send().await.unwrap();
            return Page { status: answer.status(), headers: answer.headers().clone(), ..Page::default() };
        }
        return browser.answer(request).await;
    }
    let csrf = browser.answer(browser.request(Method::GET, "/reset-totp")).await;
    let csrf = csrf.form("/reset-totp").value("csrf").to_owned();
    browser.press(path, &[("csrf".to_owned(), csrf)]).await
}

fn told(row: &Route, who: &str, page: &Page) -> String {
    format!("{} {} as {who}: {} {}", row.method, row.path, page.status, page.header("location"))
}

#[test]
fn every_row_of_the_desk_says_who_may_enter() {
    let open = ["/staff", "/staff/login", "/staff/invite", "/staff/invite/{token}"];
    for row in rows() {
        match row.enter {
            Enter::Staff(roles) => assert!(!roles.is_empty(), "{}", row.path),
            Enter::DeskPassword => {}
            _ => assert!(open.contains(&row.path), "{} {} is open to everybody", row.method, row.path),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_role_finds_what_is_its_own_and_nothing_else() {
    let app = TestApp::start().await;
    for &role in Role::ALL {
        let mut officer = app.officer(role.code(), &[role.code()]).await;
        for row in rows() {
            let Enter::Staff(roles) = row.enter else { continue };
            let page = visit(&officer.browser, row, &nowhere(row.path)).await;
            let told = told(row, role.code(), &page);
            assert!(page.status.as_u16() < 500, "{told}");
            if !roles.contains(&role) {
                assert_eq!(page.status, StatusCode::NOT_FOUND, "{told}");
            } else if !row.path.contains('{') {
                // a write may name a letter or a case that nobody has
                let there = row.method.as_str() != "GET" || page.status != StatusCode::NOT_FOUND;
                assert!(there && !page.header("location").starts_with("/staff/login"), "{told}");
            } else if row.method.as_str() == "GET" {
                assert_eq!(page.status, StatusCode::NOT_FOUND, "an id of nobody: {told}");
            }
            if row.method.as_str() != "GET" {
                // it may have ended the session
                officer = Officer { browser: app.staff_browser(officer.id).await, ..officer };
            }
        }
    }
    app.settle().await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_not_signed_in_signs_in_first() {
    let app = TestApp::start().await;
    app.people_with_passwords().await;
    let mut vendor = app.browser();
    vendor.sign_in(&app, RINA, &Phone::imported()).await;
    let gone = app.officer("gone", &["supervisor"]).await;
    app.sql("update staff set status = 'disabled', disabled_at = pulih.now()").await;
    let over = app.officer("over", &["supervisor"]).await;
    app.sql("update staff_session set ended_at = pulih.now()").await;
    let thief = app.browser();
    let held = app.officer("held", &["supervisor", "admin"]).await;
    thief.answer(thief.request(Method::GET, "/reset-totp")).await;
    thief.plant("pulih_staff", &held.browser.cookie("pulih_staff").unwrap());
    let everybody = [
        ("a stranger", app.browser()),
        ("a vendor", vendor),
        ("somebody disabled", gone.browser),
        ("a session that is over", over.browser),
        ("a thief of the cookie", thief),
    ];
    for (who, browser) in everybody {
        browser.answer(browser.request(Method::GET, "/reset-totp")).await;
        for row in rows() {
            if !matches!(row.enter, Enter::Staff(_) | Enter::DeskPassword) {
                continue;
            }
            let page = visit(&browser, row, &nowhere(row.path)).await;
            let told = told(row, who, &page);
            assert_eq!(page.status, StatusCode::SEE_OTHER, "{told}");
            assert!(page.header("location").starts_with("/staff/login"), "{told}");
        }
    }
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_idle_for_half_an_hour_or_twelve_hours_old_is_over() {
    let app = TestApp::start().await;
    let officer = app.officer("sari", &["helpdesk"]).await;
    let is_in = async || {
        officer.browser.answer(officer.browser.request(Method::GET, "/staff/requests")).await.status == StatusCode::OK
    };
    for _ in 0..3 {
        app.advance(chrono::TimeDelta::minutes(29)).await;
        assert!(is_in().await);
    }
    app.advance(chrono::TimeDelta::minutes(31)).await;
    assert!(!is_in().await, "idle");
    let officer = app.officer("budi", &["helpdesk"]).await;
    for _ in 0..25 {
        app.advance(chrono::TimeDelta::minutes(28)).await;
        officer.browser.answer(officer.browser.request(Method::GET, "/staff/requests")).await;
    }
    app.advance(chrono::TimeDelta::minutes(25)).await;
    let page = officer.browser.answer(officer.browser.request(Method::GET, "/staff/requests")).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "twelve hours");
    app.end().await;
}
