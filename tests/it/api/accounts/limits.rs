//! Letters about changes: how many one address is sent, and one portal causes, in a day.

use chrono::TimeDelta;
use reqwest::StatusCode;
use serde_json::json;

use super::{rina, told};
use crate::support::house::TestApp;
use crate::support::portal::Portal;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn accounts_made_up_for_one_mailbox_do_not_fill_it() {
    let app = TestApp::start().await;
    let (spse, sirup) = (Portal::of(&app, "spse").await, Portal::of(&app, "sirup").await);
    for n in 0..4 {
        let made = spse.put(&format!("PALSU{n}"), &rina(json!({ "email": "Korban@rumah.example" }))).await;
        assert_eq!(made.status, StatusCode::CREATED, "{made:?}");
    }
    let began = app.app.clock().now();
    let changed = |second: i64, email: &str| {
        let at = (began + TimeDelta::seconds(second)).to_rfc3339();
        rina(json!({ "email": email, "password_changed_at": at }))
    };
    let mut sent = 0;
    let held = loop {
        let body = changed(1 + sent, "korban@rumah.example");
        let answer = spse.put(&format!("PALSU{}", sent % 4), &body).await;
        if answer.status != StatusCode::OK {
            break answer;
        }
        sent += 1;
        assert!(sent < 60);
    };
    assert_eq!((held.status, held.problem(), sent), (StatusCode::TOO_MANY_REQUESTS, "too-many", 30));
    assert!(held.body["retry_at"].is_string(), "{held:?}");
    let events = told(&app).await.len();
    // nor by a new account, by another portal, or as the address that was
    let away = rina(json!({ "email": "lain@rumah.example" }));
    assert_eq!(spse.put("PALSU0", &away).await.problem(), "too-many");
    let theirs = rina(json!({ "email": "lain@rumah.example", "email_2": "KORBAN@rumah.example" }));
    assert_eq!(sirup.put("BARU", &theirs).await.status, StatusCode::CREATED);
    let third = changed(100, "lain@rumah.example");
    assert_eq!(sirup.put("BARU", &third).await.problem(), "too-many");
    assert_eq!(told(&app).await.len(), events + 1, "nothing was changed");
    // what tells nobody goes on, and so do others
    let name = rina(json!({ "email": "korban@rumah.example", "name": "Lain" }));
    assert_eq!(spse.put("PALSU1", &name).await.status, StatusCode::OK);
    spse.put("TETANGGA", &rina(json!({ "email": "tetangga@rumah.example" }))).await;
    let neighbour = changed(100, "tetangga@rumah.example");
    assert_eq!(spse.put("TETANGGA", &neighbour).await.status, StatusCode::OK);
    app.settle().await;
    assert_eq!(app.letters().iter().filter(|letter| letter.to.to_lowercase() == "korban@rumah.example").count(), 30);
    app.advance(TimeDelta::hours(25)).await;
    let later = spse.put("PALSU0", &away).await;
    assert_eq!(later.status, StatusCode::OK, "{later:?}");
    app.settle().await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_portal_causes_as_many_letters_a_day_as_it_may_and_no_more() {
    let app = TestApp::with(|plan| plan.config.limits.portal_notices_per_day = 5).await;
    let (spse, sirup) = (Portal::of(&app, "spse").await, Portal::of(&app, "sirup").await);
    let moved = |n: usize| rina(json!({ "email": format!("baru{n}@amanah.example") }));
    for n in 0..4 {
        spse.put(&format!("A{n}"), &rina(json!({ "email": format!("lama{n}@amanah.example") }))).await;
    }
    // two letters each
    for n in 0..2 {
        assert_eq!(spse.put(&format!("A{n}"), &moved(n)).await.status, StatusCode::OK);
    }
    let held = spse.put("A2", &moved(2)).await;
    assert_eq!((held.status, held.problem()), (StatusCode::TOO_MANY_REQUESTS, "too-many"));
    // what was not done takes no room: one more letter fits
    let password =
        json!({ "email": "lama3@amanah.example", "password_changed_at": app.app.clock().now().to_rfc3339() });
    assert_eq!(spse.put("A3", &rina(password)).await.status, StatusCode::OK);
    sirup.put("B0", &rina(json!({ "email": "lain@bahtera.example" }))).await;
    assert_eq!(sirup.put("B0", &moved(9)).await.status, StatusCode::OK, "another portal waits for nobody");
    app.settle().await;
    assert_eq!(app.letters().len(), 7);
    let counted = app.value("select sum(letters) from notice_limit").await;
    assert_eq!(counted, "14", "each letter counts once for its address and once for its portal");
    app.advance(TimeDelta::hours(25)).await;
    assert_eq!(spse.put("A2", &moved(2)).await.status, StatusCode::OK);
    app.settle().await;
    app.end().await;
}
