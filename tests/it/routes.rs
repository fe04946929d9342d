//! The table of routes: nothing is reachable that is not in it, and every write that reaches its action leaves its event.

use std::collections::BTreeSet;

use actix_web::http::Method;
use chrono::TimeDelta;
use pulih::model::event::kinds;
use pulih::web::routes::{DEMO, Enter, ROUTES, Route, api, log};
use reqwest::StatusCode;

use crate::support::browser::{Browser, Page};
use crate::support::house::{PASSWORD, TestApp};
use crate::support::portal::Portal;
use crate::support::signing::{Phone, RINA};

#[test]
fn every_row_is_the_only_one_of_its_kind_and_names_events_that_exist() {
    let rows: Vec<&Route> = ROUTES.iter().chain(DEMO).collect();
    let unique: BTreeSet<(String, &str)> = rows.iter().map(|row| (row.method.to_string(), row.path)).collect();
    assert_eq!(unique.len(), rows.len(), "two rows for one method and path");
    for row in rows {
        assert!(
            row.events.iter().all(|event| kinds().any(|kind| kind == *event)),
            "{} names an unknown event",
            row.path
        );
        assert!(row.method != Method::GET || row.events.is_empty(), "GET {} would write", row.path);
    }
}

/// A journey for each write of the table that reaches its action; a write without one fails the test.
async fn reach(app: &TestApp, browser: &mut Browser, path: &str) {
    let kirim = async |browser: &mut Browser| {
        browser.kirim("AMANAH7", "rina@amanah.example", "penyedia").await;
        app.settle().await;
    };
    match path {
        "/reset-totp" => kirim(browser).await,
        "/reset-totp/resend" => {
            kirim(browser).await;
            app.advance(TimeDelta::seconds(61)).await;
            browser.send("/reset-totp/resend", &[]).await;
        }
        "/reset-totp/open" | "/reset-totp/confirm" => {
            kirim(browser).await;
            browser.open(&app.link_to("rina@amanah.example", "/r/")).await;
            browser.send("/reset-totp/open", &[]).await;
            if path == "/reset-totp/confirm" {
                browser.send(path, &[]).await;
            }
        }
        "/reset-totp/reissue" => {
            kirim(browser).await;
            app.advance(TimeDelta::hours(7)).await;
            browser.open(&app.link_to("rina@amanah.example", "/r/")).await;
            browser.send(path, &[]).await;
        }
        "/not-me/confirm" => {
            kirim(browser).await;
            browser.open(&app.link_to("rina@amanah.example", "/not-me/")).await;
            browser.send("/not-me", &[]).await;
            browser.send(path, &[]).await;
        }
        "/requests/{reference}/help" => {
            kirim(browser).await;
            let reference = browser.page.path.split("r=").nth(1).unwrap().to_owned();
            browser.open(&format!("/requests/{reference}")).await;
            browser.send(&format!("/requests/{reference}/help"), &[]).await;
        }
        "/requests/{reference}/permit" => {
            kirim(browser).await;
            app.permitted(&browser.page, "AMANAH7", "rina@amanah.example").await;
            let (sent, reference) =
                (browser.page.path.clone(), browser.page.path.split("r=").nth(1).unwrap().to_owned());
            browser.open(&sent).await;
            browser.send(&format!("/requests/{reference}/permit"), &[]).await;
        }
        "/reset-totp/activation-link" => {
            browser.lose_phone(app, RINA, "rina@amanah.example").await;
            browser.send(path, &[]).await;
        }
        "/reset-totp/hand-over" | "/activate/portal" => {
            Portal::of(app, "spse").await;
            app.sql("update account set portal_id = (select id from portal) where user_id = 'AMANAH7'").await;
            browser.lose_phone(app, RINA, "rina@amanah.example").await;
            if path == "/activate/portal" {
                browser.send("/reset-totp/activation-link", &[]).await;
                app.settle().await;
                browser.open(&app.link_to("rina@amanah.example", "/activate/")).await;
            }
            // it leads to another host
            browser.press(path, &browser.page.form(path).fields).await;
        }
        _ => sign_in(app, browser, path).await,
    }
    assert!(browser.page.status.is_success(), "{path}: {} {}", browser.page.status, browser.page.text());
}

/// The same for what begins with a sign-in.
async fn sign_in(app: &TestApp, browser: &mut Browser, path: &str) {
    match path {
        "/login/password" => drop(browser.password(RINA, PASSWORD).await),
        "/login/totp" => drop(browser.sign_in(app, RINA, &Phone::imported()).await),
        "/logout" => {
            browser.sign_in(app, RINA, &Phone::imported()).await;
            browser.send(path, &[]).await;
        }
        "/account/sessions/end" => {
            app.browser().sign_in(app, RINA, &Phone::imported()).await;
            app.advance(TimeDelta::seconds(30)).await;
            browser.sign_in(app, RINA, &Phone::imported()).await;
            browser.send(path, &[]).await;
        }
        "/account/disable" => {
            browser.sign_in(app, RINA, &Phone::imported()).await;
            app.advance(TimeDelta::seconds(30)).await;
            let code = Phone::imported().code(app, 0);
            browser.open(path).await;
            browser.send(path, &[("password", PASSWORD), ("code", &code)]).await;
        }
        "/account/password" => {
            browser.sign_in(app, RINA, &Phone::imported()).await;
            let new = "tiga kuda makan pagi";
            browser.open(path).await;
            browser.send(path, &[("password", PASSWORD), ("new_password", new), ("new_password_again", new)]).await;
        }
        "/account/enable" => {
            browser.password(("CITRA9", "penyedia"), PASSWORD).await;
            browser.send(path, &[]).await;
        }
        "/activate" | "/activate/codes" | "/activate/start" | "/activate/link" => {
            let mut other = browser.clone();
            if path == "/activate/link" {
                other = app.browser();
            }
            other.lose_phone(app, RINA, "rina@amanah.example").await;
            browser.password(RINA, PASSWORD).await;
            match path {
                "/activate" => drop(browser.activate(app).await),
                "/activate/codes" => {
                    browser.activate(app).await;
                    browser.send(path, &[]).await;
                }
                _ => drop(browser.send(path, &[]).await),
            }
        }
        other => panic!("the write {other} has no journey here: add one"),
    }
}

/// Rina and Budi with their passwords, and Citra, who never had TOTP.
async fn people(app: &TestApp) {
    app.import("CITRA9,penyedia,Citra Lestari,citra@cahaya.example,,,,\n").await;
    app.people_with_passwords().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_write_that_reaches_its_action_leaves_its_event() {
    for row in ROUTES.iter().filter(|row| row.method != Method::GET && !row.events.is_empty()) {
        let app = TestApp::with(|plan| plan.config.totp.required = row.path != "/account/enable").await;
        people(&app).await;
        reach(&app, &mut app.browser(), row.path).await;
        let events = app.events().await;
        assert!(row.events.iter().any(|event| events.iter().any(|e| e == event)), "{}: {events:?}", row.path);
        app.settle().await;
        app.end().await;
    }
}

/// Who comes to a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Who {
    Stranger,
    /// Past the password, with the code still to give.
    Half,
    SignedIn,
    /// Past the password of an account that is to be activated.
    Activating,
    /// A stranger with the session cookie of somebody who is signed in.
    CookieThief,
}

const EVERYBODY: [Who; 5] = [Who::Stranger, Who::Half, Who::SignedIn, Who::Activating, Who::CookieThief];

impl Who {
    fn may(self, enter: Enter) -> bool {
        match enter {
            Enter::Everyone => true,
            Enter::Password => !matches!(self, Self::Stranger | Self::CookieThief),
            Enter::User => self == Self::SignedIn,
            Enter::DeskPassword | Enter::Staff(_) | Enter::LogKey | Enter::Portal(_) => false,
        }
    }

    async fn browser(self, app: &TestApp) -> Browser {
        let mut browser = app.browser();
        browser.open("/reset-totp").await;
        app.advance(TimeDelta::seconds(30)).await;
        match self {
            Self::Stranger => {}
            Self::Half => drop(browser.password(RINA, PASSWORD).await),
            Self::SignedIn => drop(browser.sign_in(app, RINA, &Phone::imported()).await),
            Self::Activating => drop(browser.password(("CITRA9", "penyedia"), PASSWORD).await),
            Self::CookieThief => {
                let mut rina = app.browser();
                rina.sign_in(app, RINA, &Phone::imported()).await;
                browser.plant("pulih_session", &rina.cookie("pulih_session").unwrap());
            }
        }
        browser
    }
}

/// Goes there as a page of ours would.
async fn visit(browser: &mut Browser, row: &Route) -> Page {
    let path = row.path.replace(['{', '}'], "");
    let csrf = browser.open("/reset-totp").await.form("/reset-totp").value("csrf").to_owned();
    if row.method == Method::GET {
        browser.answer(browser.request(reqwest::Method::GET, &path)).await
    } else {
        browser.press(&path, &[("csrf".to_owned(), csrf)]).await
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_route_lets_in_whom_the_table_says_and_nobody_else() {
    let app = TestApp::start().await;
    people(&app).await;
    let mut browsers = Vec::new();
    for who in EVERYBODY {
        browsers.push((who, who.browser(&app).await));
    }
    for row in ROUTES.iter().chain(log::ROWS).chain(api::ROWS.iter().filter(|row| row.method == Method::GET)) {
        for (who, browser) in &mut browsers {
            let answer = visit(browser, row).await;
            let to = answer.header("location");
            // the code step says how a sign-in begins again, activation what comes after it
            let away = match row.path {
                "/login/totp" => ["/login?note=ended", "/login?note=step-over"].contains(&to),
                "/activate" => ["/login?note=ended", "/login?note=activate"].contains(&to),
                _ => to == "/login?note=ended",
            };
            let told = format!("{} {} as {who:?}: {} {to}", row.method, row.path, answer.status);
            if matches!(row.enter, Enter::LogKey | Enter::Portal(_)) {
                // programs sign in nowhere
                assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{told}");
                continue;
            }
            assert_eq!(answer.status == StatusCode::SEE_OTHER && away, !who.may(row.enter), "{told}");
            assert!(answer.status.as_u16() < 500 && answer.status != StatusCode::FORBIDDEN, "{told}");
            if row.method != Method::GET && row.enter != Enter::Everyone && who.may(row.enter) {
                // it may have ended the session
                *browser = who.browser(&app).await;
            }
        }
    }
    app.settle().await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_in_the_table_is_not_there() {
    let app = TestApp::start().await;
    let mut browser = app.browser();
    for path in
        ["/demo", "/demo/mailbox.json", "/staff/none", "/api/v1", "/metrics", "/healthz", "/.env", "/assets/x/y"]
    {
        assert_eq!(browser.open(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    app.end().await;
}
