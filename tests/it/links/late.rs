//! Links that came too late.

use chrono::TimeDelta;
use reqwest::StatusCode;

use super::{DONE, RINA, asked};
use crate::support::house::TestApp;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_late_link_says_when_it_was_asked_handed_over_and_opened() {
    let app = TestApp::start().await;
    app.people().await;
    let mut rina = app.browser();
    rina.kirim("AMANAH7", RINA, "penyedia").await;
    app.advance(TimeDelta::hours(1)).await;
    app.settle().await;
    app.advance(TimeDelta::hours(7)).await;
    let page = rina.open(&app.link_to(RINA, "/r/")).await;
    assert_eq!(page.status, StatusCode::GONE);
    let times: Vec<&str> = page.body.split("<time datetime=\"").skip(1).map(|piece| &piece[..13]).collect();
    let hour = |n: i64| (app.app.clock().now() - TimeDelta::hours(n)).format("%Y-%m-%dT%H").to_string();
    assert_eq!(times, [hour(8), hour(7), hour(1), hour(0)]);
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_new_mail_is_offered_where_none_can_come() {
    for end in ["cancelled", "done"] {
        let app = TestApp::start().await;
        app.people().await;
        let (mut rina, late) = asked(&app).await;
        app.advance(TimeDelta::hours(7)).await;
        app.sweep().await;
        rina.open(&late).await;
        rina.send("/reset-totp/reissue", &[]).await;
        app.settle().await;
        let fresh = app.letter_to(RINA);
        if end == "done" {
            assert_eq!(app.browser().reset(&fresh.link("/r/")).await.heading(), DONE);
        } else {
            let mut phone = app.browser();
            phone.open(&fresh.link("/not-me/")).await;
            phone.send("/not-me", &[]).await;
            phone.send("/not-me/confirm", &[]).await;
        }
        app.settle().await;
        let letters = app.letters().len();
        let page = rina.open(&late).await;
        assert_eq!(page.status, StatusCode::GONE, "{end}");
        assert!(page.forms().iter().all(|form| form.action != "/reset-totp/reissue"), "{end}: {}", page.text());
        let csrf = rina.open("/reset-totp").await.form("/reset-totp").value("csrf").to_owned();
        let id = app.value("select id from link where kind = 'reset' order by issued_at limit 1").await;
        rina.post("/reset-totp/reissue", &[("csrf".into(), csrf), ("link".into(), id)]).await;
        app.settle().await;
        assert_eq!(app.letters().len(), letters, "{end}");
        app.end().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_lives_from_the_250_and_a_day_at_most() {
    let app = TestApp::start().await;
    app.people().await;
    let mut rina = app.browser();
    rina.kirim("AMANAH7", RINA, "penyedia").await;
    app.resolve().await;
    app.advance(TimeDelta::hours(5)).await;
    app.settle().await;
    let link = app.link_to(RINA, "/r/");
    app.advance(TimeDelta::minutes(5 * 60 + 59)).await;
    app.sweep().await;
    assert_eq!(rina.open(&link).await.status, StatusCode::OK, "eleven hours after Kirim, six after the 250");
    app.advance(TimeDelta::minutes(2)).await;
    assert_eq!(rina.open(&link).await.status, StatusCode::GONE);

    rina.kirim("AMANAH7", RINA, "penyedia").await;
    app.resolve().await;
    app.advance(TimeDelta::hours(23)).await;
    app.settle().await;
    let link = app.link_to(RINA, "/r/");
    app.advance(TimeDelta::minutes(59)).await;
    assert_eq!(rina.open(&link).await.status, StatusCode::OK);
    app.advance(TimeDelta::minutes(2)).await;
    assert_eq!(rina.open(&link).await.status, StatusCode::GONE, "24 hours after Kirim");
    app.end().await;
}
