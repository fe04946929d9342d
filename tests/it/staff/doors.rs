//! Who comes into the rooms of the queue: the table of routes says it, and nobody else finds anything.

use pulih::model::event::kinds;
use pulih::model::staff::Role;
use pulih::web::routes::desk::ROWS;
use pulih::web::routes::{Enter, Route};
use reqwest::{Method, StatusCode};

use crate::support::browser::{Browser, Page};
use crate::support::house::TestApp;

async fn knock(browser: &Browser, row: &Route, csrf: &str) -> Page {
    let path = row.path.replace("{id}", "00000000-0000-0000-0000-000000000000");
    if row.method == actix_web::http::Method::GET {
        browser.answer(browser.request(Method::HEAD, &path)).await
    } else {
        let field = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        browser.press(&path, &[field("csrf", csrf), field("version", "1"), field("do", "take")]).await
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_row_lets_in_its_roles_alone() {
    let app = TestApp::start().await;
    let mut visitors = Vec::new();
    for &role in Role::ALL {
        let officer = app.officer(role.code(), &[role.code()]).await;
        visitors.push((Some(role), officer.browser));
    }
    visitors.push((None, app.browser()));
    for row in ROWS {
        let Enter::Staff(roles) = row.enter else { panic!("{} is open to everybody", row.path) };
        assert!(row.events.iter().all(|event| kinds().any(|kind| kind == *event)), "{}", row.path);
        for (role, browser) in &mut visitors {
            let csrf = browser.open("/reset-totp").await.form("/reset-totp").value("csrf").to_owned();
            let answer = knock(browser, row, &csrf).await;
            let told = format!("{} {} as {role:?}: {}", row.method, row.path, answer.status);
            assert!(answer.status.as_u16() < 500, "{told}");
            let away = answer.header("location").starts_with("/staff/login");
            assert_eq!(away, role.is_none(), "{told}");
            let may = role.is_some_and(|role| roles.contains(&role));
            if role.is_some() && !may {
                assert_eq!(answer.status, StatusCode::NOT_FOUND, "{told}");
            }
            if may && !row.path.contains("{id}") {
                assert_ne!(answer.status, StatusCode::NOT_FOUND, "{told}");
            }
        }
    }
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_write_without_the_forms_own_proof_does_nothing() {
    let app = TestApp::start().await;
    let rina = app.officer("rina", &["supervisor", "admin"]).await;
    for row in ROWS.iter().filter(|row| row.method == actix_web::http::Method::POST) {
        let answer = knock(&rina.browser, row, "forged").await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{}", row.path);
    }
    assert_eq!(app.events().await, Vec::<String>::new());
    app.end().await;
}
