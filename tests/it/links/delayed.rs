//! Resets that wait before they take effect.

use chrono::TimeDelta;
use reqwest::StatusCode;

use super::{DONE, RINA, asked};
use crate::support::browser::Browser;
use crate::support::house::TestApp;

const BUDI: &str = "budi@bahtera.example";
const OFFICE: &str = "kantor@bahtera.example";

/// Budi, whose address or password changed so many days ago, has pressed OK.
async fn confirmed(app: &TestApp, what: &str, days: u32) -> Browser {
    app.people().await;
    app.sql(&format!(
        "update account set {what}_changed_at = pulih.now() - interval '{days} days' where user_id = 'BAHTERA8'"
    ))
    .await;
    let mut budi = app.browser();
    budi.kirim("BAHTERA8", BUDI, "non_penyedia").await;
    app.settle().await;
    budi.open(&app.link_to(BUDI, "/r/")).await;
    let waits = budi.page.text().contains("reset akun ini baru berlaku");
    assert_eq!(waits, days < 7, "{}", budi.page.text());
    budi.send("/reset-totp/open", &[]).await;
    budi.send("/reset-totp/confirm", &[]).await;
    app.settle().await;
    budi
}

const FACTOR: &str = "select count(*) from credential c join account a on a.id = c.account_id
    where a.user_id = 'BAHTERA8' and c.revoked_at is null";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_change_of_address_or_password_a_reset_waits_a_day() {
    for what in ["address", "password"] {
        let app = TestApp::start().await;
        let mut budi = confirmed(&app, what, 6).await;
        assert_eq!(budi.page.heading(), "Reset TOTP sudah dijadwalkan");
        for to in [BUDI, OFFICE] {
            assert_eq!(app.letter_to(to).subject, "Reset TOTP Dijadwalkan", "every address is told");
        }
        assert_eq!(app.value("select state from request").await, "waiting");
        app.advance(TimeDelta::hours(24) - TimeDelta::seconds(20)).await;
        app.settle().await;
        assert_eq!(app.value(FACTOR).await, "1", "not yet");
        app.advance(TimeDelta::seconds(21)).await;
        app.settle().await;
        assert_eq!(app.value(FACTOR).await, "0");
        for to in [BUDI, OFFICE] {
            assert_eq!(app.letter_to(to).subject, DONE);
        }
        assert_eq!(budi.open("/reset-totp/done").await.heading(), DONE);
        assert!(!budi.page.text().contains("dari browser ini"), "a delayed reset gives no grant to a browser");
        assert_eq!(app.value("select secret_hash is null from activation_grant").await, "t");
        let events = app.events().await;
        assert!(
            events.contains(&"reset.scheduled".to_owned()) && events.contains(&"reset.executed".to_owned()),
            "{events:?}"
        );
        app.end().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_week_after_the_change_it_does_not_wait() {
    let app = TestApp::start().await;
    let budi = confirmed(&app, "address", 8).await;
    assert_eq!(budi.page.heading(), DONE);
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_waits_can_be_cancelled() {
    let app = TestApp::start().await;
    let mut eve = confirmed(&app, "address", 1).await;
    app.advance(TimeDelta::hours(23)).await;
    let mut phone = app.browser();
    phone.open(&app.link_to(BUDI, "/not-me/")).await;
    phone.send("/not-me", &[]).await;
    assert_eq!(phone.send("/not-me/confirm", &[("hold", "yes")]).await.heading(), "Sudah kami hentikan");
    app.settle().await;
    assert_eq!(app.letter_to(BUDI).subject, "Permintaan Reset TOTP Dibatalkan");
    app.advance(TimeDelta::days(2)).await;
    app.settle().await;
    assert_eq!(
        (app.value(FACTOR).await, app.value("select state from request").await),
        ("1".into(), "cancelled".into())
    );
    assert_ne!(eve.open("/reset-totp/done").await.heading(), DONE);
    assert!(!app.events().await.contains(&"reset.executed".to_owned()));
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_reset_can_be_made_to_wait() {
    let app = TestApp::with(|plan| plan.config.reset.delay_hours = 2).await;
    app.people().await;
    let (mut rina, link) = asked(&app).await;
    assert_eq!(rina.reset(&link).await.heading(), "Reset TOTP sudah dijadwalkan");
    app.settle().await;
    // the link is spent: it opens nothing more, and who asks again is told to wait
    assert_eq!(app.browser().open(&link).await.status, StatusCode::GONE);
    app.advance(TimeDelta::minutes(2)).await;
    rina.kirim("AMANAH7", RINA, "penyedia").await;
    app.settle().await;
    assert_eq!(app.value("select hint from letter order by queued_at desc limit 1").await, "delayed");
    app.advance(TimeDelta::minutes(121)).await;
    app.settle().await;
    assert_eq!(app.value("select state from request order by asked_at limit 1").await, "done");
    app.end().await;
}
