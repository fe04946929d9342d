//! The reset by mail, from Kirim to "TOTP Berhasil di Reset".

use chrono::TimeDelta;
use reqwest::StatusCode;

use crate::support::house::TestApp;
use crate::support::letters::list;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_who_lost_a_phone_gets_a_reset_by_mail() {
    let app = TestApp::start().await;
    app.people().await;
    let mut rina = app.browser();
    let page = rina.kirim("amanah7", "Rina@Amanah.example", "penyedia").await;
    assert_eq!((page.status, page.heading().as_str()), (StatusCode::OK, "Berhasil Kirim Reset TOTP"));
    app.settle().await;
    let letter = app.letter_to("rina@amanah.example");
    assert_eq!(letter.subject, "Konfirmasi Permintaan Reset TOTP");
    let page = rina.reset(&letter.link("/r/")).await;
    assert_eq!((page.status, page.heading().as_str()), (StatusCode::OK, "TOTP Berhasil di Reset"));
    app.settle().await;
    assert_eq!(app.letter_to("rina@amanah.example").subject, "TOTP Berhasil di Reset");
    assert_eq!(
        app.events().await,
        [
            "accounts.imported",
            "reset.asked",
            "reset.matched",
            "mail.accepted",
            "link.opened",
            "reset.confirmed",
            "mail.accepted"
        ]
    );
    assert_eq!(app.value("select count(*) from credential where revoked_at is null").await, "1");
    assert_eq!(app.value("select state from request").await, "done");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_late_link_is_one_tap_to_a_new_mail() {
    let app = TestApp::start().await;
    app.people().await;
    let mut rina = app.browser();
    rina.kirim("AMANAH7", "rina@amanah.example", "penyedia").await;
    app.settle().await;
    let late = app.link_to("rina@amanah.example", "/r/");
    app.advance(TimeDelta::hours(7)).await;
    let page = rina.open(&late).await;
    assert_eq!(page.status, StatusCode::GONE);
    rina.send("/reset-totp/reissue", &[]).await;
    assert_eq!(rina.page.status, StatusCode::OK);
    app.settle().await;
    let fresh = app.link_to("rina@amanah.example", "/r/");
    assert_ne!(fresh, late);
    assert_eq!(rina.reset(&fresh).await.heading(), "TOTP Berhasil di Reset");
    app.settle().await;
    assert_eq!(list(&app.letters()).len(), 3);
    app.end().await;
}
