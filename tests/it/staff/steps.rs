//! Nothing of the desk opens before everything was shown, and each room to its roles alone.

use pulih::web::routes::{Enter, Route, people};
use reqwest::{Method, StatusCode};

use crate::support::browser::{Browser, Page};
use crate::support::house::{PASSWORD, TestApp};

/// Goes there as a page of ours would.
async fn visit(browser: &mut Browser, row: &Route) -> Page {
    let path = row.path.replace("{id}", "01900000-0000-7000-8000-000000000000").replace("{deed}", "roles");
    let path = path.replace("{token}", "none");
    let csrf = browser.open("/reset-totp").await.form("/reset-totp").value("csrf").to_owned();
    if row.method == "GET" {
        browser.answer(browser.request(Method::GET, &path)).await
    } else {
        browser.press(&path, &[("csrf".to_owned(), csrf)]).await
    }
}

fn rooms() -> impl Iterator<Item = &'static Route> {
    people::ROWS.iter().filter(|row| matches!(row.enter, Enter::Staff(_)))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_room_opens_for_a_password_alone() {
    let app = TestApp::start().await;
    app.staff("rina", &["helpdesk", "supervisor", "admin"]).await;
    let (sari, _) = app.staff("sari", &["helpdesk", "supervisor", "admin"]).await;
    app.sql(&format!(
        "update staff_factor set revoked_at = pulih.now(), sealed_secret = null where staff_id = '{sari}'"
    ))
    .await;
    let (mut half, mut new, mut stranger) = (app.browser(), app.browser(), app.browser());
    half.staff_password("rina", PASSWORD).await.assert_at("/staff/login/totp");
    new.staff_password("sari", PASSWORD).await.assert_at("/staff/enrol");
    for row in rooms() {
        for browser in [&mut half, &mut new, &mut stranger] {
            let page = visit(browser, row).await;
            let told = format!("{} {}: {}", row.method, row.path, page.status);
            assert_eq!(page.status, StatusCode::SEE_OTHER, "{told}");
            assert_eq!(page.header("location"), "/staff/login?note=ended", "{told}");
        }
    }
    half.open("/staff").await.assert_at("/staff/login/totp");
    new.open("/staff").await.assert_at("/staff/enrol");
    stranger.open("/staff").await.assert_at("/staff/login");
    // somebody who lost their TOTP while signed in enrols anew before anything else
    let rina = app.officer("agus", &["admin"]).await;
    let mut browser = rina.browser.clone();
    browser.open("/staff").await.assert_at("/staff/people");
    app.sql(&format!(
        "update staff_factor set revoked_at = pulih.now(), sealed_secret = null where staff_id = '{}'",
        rina.id
    ))
    .await;
    browser.open("/staff").await.assert_at("/staff/enrol");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_room_of_other_roles_is_not_there() {
    let app = TestApp::start().await;
    for role in ["helpdesk", "supervisor", "admin", "auditor"] {
        let mut browser = app.officer(&format!("x{role}"), &[role]).await.browser;
        for row in rooms() {
            let Enter::Staff(roles) = row.enter else { continue };
            let page = visit(&mut browser, row).await;
            let told = format!("{} {} as {role}: {}", row.method, row.path, page.status);
            if roles.iter().any(|r| r.code() == role) {
                assert!(page.status.as_u16() < 500, "{told}");
                // where nobody of that id is, nothing is either
                assert!(page.status != StatusCode::NOT_FOUND || row.path.contains("{id}"), "{told}");
            } else {
                assert_eq!(page.status, StatusCode::NOT_FOUND, "{told}");
            }
        }
    }
    app.end().await;
}
