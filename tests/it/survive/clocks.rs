//! Clocks that jump an hour forth and back revive nothing and open nothing for ever.

use chrono::TimeDelta;
use reqwest::StatusCode;

use crate::support::browser::Browser;
use crate::support::house::TestApp;

const RINA: &str = "rina@amanah.example";

async fn asked(app: &TestApp) -> (Browser, String) {
    app.people().await;
    let mut rina = app.browser();
    rina.kirim("AMANAH7", RINA, "penyedia").await;
    app.settle().await;
    let link = app.link_to(RINA, "/r/");
    (rina, link)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_spent_link_is_spent_at_any_time() {
    let app = TestApp::start().await;
    let (mut rina, link) = asked(&app).await;
    assert_eq!(rina.reset(&link).await.heading(), "TOTP Berhasil di Reset");
    for hours in [-1, -1, 2, 1] {
        app.advance(TimeDelta::hours(hours)).await;
        app.sweep().await;
        let page = app.browser().open(&link).await.clone();
        assert_eq!(page.status, StatusCode::GONE, "{}", page.text());
        assert!(page.forms().iter().all(|form| !form.action.starts_with("/reset-totp/")), "{}", page.text());
    }
    app.settle().await;
    assert_eq!(app.events().await.iter().filter(|kind| kind.starts_with("reset.confirmed")).count(), 1);
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_recorded_as_expired_stays_expired() {
    let app = TestApp::start().await;
    let (mut rina, link) = asked(&app).await;
    // her confirm step is open when the time of both runs out
    app.advance(TimeDelta::minutes(355)).await;
    rina.open(&link).await;
    let open = rina.send("/reset-totp/open", &[]).await.clone();
    assert_eq!(open.status, StatusCode::OK);
    app.advance(TimeDelta::minutes(11)).await;
    app.sweep().await;
    assert_eq!(app.value("select end_reason from link").await, "expired");
    for minutes in [-10, -50, -300] {
        app.advance(TimeDelta::minutes(minutes)).await;
        app.sweep().await;
        let page = rina.open("/reset-totp/confirm").await.clone();
        assert_eq!(page.status, StatusCode::GONE, "{minutes}: {}", page.text());
        rina.page = open.clone();
        let page = rina.send("/reset-totp/confirm", &[]).await.clone();
        assert_eq!(page.status, StatusCode::GONE, "{minutes}: {}", page.text());
    }
    assert_eq!(app.value("select state from request").await, "expired");
    assert_eq!(app.value("select count(*) from credential where revoked_at is not null").await, "0");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_jump_opens_no_limit_and_closes_none_for_ever() {
    for first in [1, -1] {
        let app = TestApp::start().await;
        app.people().await;
        let kirim = async || app.browser().kirim("AMANAH7", RINA, "penyedia").await.status;
        for _ in 0..3 {
            assert_eq!(kirim().await, StatusCode::OK);
            app.advance(TimeDelta::seconds(61)).await;
        }
        assert_eq!(kirim().await, StatusCode::TOO_MANY_REQUESTS);
        let mut passed = 0;
        for _ in 0..4 {
            app.advance(TimeDelta::hours(first)).await;
            for _ in 0..5 {
                passed += usize::from(kirim().await == StatusCode::OK);
                app.advance(TimeDelta::seconds(61)).await;
            }
            app.advance(TimeDelta::hours(-first)).await;
        }
        // six a day for one pair, whatever the clock says; three were used up
        assert!(passed <= 3, "{passed} more passed ({first} h first)");
        app.advance(TimeDelta::hours(26)).await;
        assert_eq!(kirim().await, StatusCode::OK, "a day later it is open again");
        app.settle().await;
        let letters: usize = app.value("select count(*) from letter where kind = 'link'").await.parse().unwrap();
        assert!(letters <= 7, "{letters} letters");
        app.end().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn letters_go_out_whichever_way_the_clock_jumps() {
    for hours in [1, -1] {
        let app = TestApp::start().await;
        app.people().await;
        app.browser().kirim("AMANAH7", RINA, "penyedia").await;
        app.resolve().await;
        app.advance(TimeDelta::hours(hours)).await;
        app.settle().await;
        app.advance(TimeDelta::hours(-hours)).await;
        app.advance(TimeDelta::hours(1)).await;
        app.settle().await;
        assert_eq!(app.sink.mails().len(), 1);
        let link = app.link_to(RINA, "/r/");
        assert_eq!(app.browser().reset(&link).await.heading(), "TOTP Berhasil di Reset");
        app.settle().await;
        app.end().await;
    }
}
