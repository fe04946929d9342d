//! The outbox at the desk: seen, tried again, not sent, and new links for everybody who was late.

use chrono::TimeDelta;
use reqwest::StatusCode;

use crate::support::house::TestApp;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_letter_that_waits_is_tried_at_once_or_not_sent() {
    let app = TestApp::start().await;
    app.people().await;
    for (user, address, kind) in
        [("AMANAH7", "rina@amanah.example", "penyedia"), ("BAHTERA8", "budi@bahtera.example", "non_penyedia")]
    {
        app.browser().kirim(user, address, kind).await;
        app.resolve().await;
    }
    app.sql(
        "update letter set next_attempt_at = pulih.now() + interval '1 h', class = 'temporary', server_code = 451,
        server_text = '4.7.1 <rina@amanah.example> greylisted'",
    )
    .await;
    let mut lead = app.officer("sari", &["supervisor"]).await;
    let page = lead.browser.open("/staff/outbox").await;
    assert!(page.text().contains("Server penerima meminta menunggu"), "{}", page.text());
    assert!(!page.body.contains("rina@amanah.example"), "the server's words show no address");
    // newest first: the first form is Budi's
    lead.browser.send("/staff/outbox/cancel", &[]).await.assert_at("/staff/outbox");
    lead.browser.send("/staff/outbox/retry", &[]).await.assert_at("/staff/outbox");
    app.settle().await;
    assert!(app.link_to("rina@amanah.example", "/r/").contains("/r/"));
    assert_eq!(app.value("select state from request where typed_user_id = 'BAHTERA8'").await, "cancelled");
    assert_eq!(app.value("select end_reason from link where ended_at is not null").await, "cancelled");
    let events = app.events().await;
    assert!(events.contains(&"mail.retried".to_owned()) && events.contains(&"mail.cancelled".to_owned()));
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_gone_is_neither_sent_again_nor_held_back() {
    let app = TestApp::start().await;
    app.people().await;
    app.browser().kirim("AMANAH7", "rina@amanah.example", "penyedia").await;
    app.resolve().await;
    let mut lead = app.officer("sari", &["admin"]).await;
    lead.browser.open("/staff/outbox").await;
    app.settle().await;
    for action in ["/staff/outbox/cancel", "/staff/outbox/retry"] {
        lead.browser.open("/staff/outbox?view=all").await;
        let csrf = lead.browser.page.form("/staff/logout").value("csrf").to_owned();
        let letter = app.value("select id::text from letter").await;
        let page = lead.browser.post(action, &[("csrf".to_owned(), csrf), ("letter".to_owned(), letter)]).await;
        assert_eq!(page.status, StatusCode::CONFLICT, "{action}");
    }
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_an_outage_everybody_who_was_late_gets_one_new_link() {
    let app = TestApp::with(|plan| plan.config.database.pool = 8).await;
    app.people().await;
    for _ in 0..2 {
        app.browser().kirim("AMANAH7", "rina@amanah.example", "penyedia").await;
        app.browser().kirim("BAHTERA8", "budi@bahtera.example", "non_penyedia").await;
        app.settle().await;
        app.advance(TimeDelta::minutes(2)).await;
    }
    app.advance(TimeDelta::hours(8)).await;
    app.sweep().await;
    let sent = app.letters().len();
    let mut lead = app.officer("sari", &["supervisor"]).await;
    let page = lead.browser.open("/staff/outbox").await;
    assert!(page.text().contains("2 permintaan"), "{}", page.text());
    let code = lead.code(&app).await;
    let page = lead.browser.send("/staff/outbox/renew", &[("code", &code)]).await;
    page.assert_at("/staff/outbox?renewed=2");
    app.settle().await;
    assert_eq!(app.letters().len(), sent + 2, "one letter for each account");
    assert_eq!(
        app.value("select count(*) from credential where revoked_at is not null").await,
        "0",
        "links, never resets"
    );
    assert_eq!(app.value("select count(*) from request where renew_at is not null").await, "0");
    let mut rina = app.browser();
    rina.reset(&app.link_to("rina@amanah.example", "/r/")).await.assert_at("/reset-totp/done");
    app.settle().await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_mail_is_told_in_plain_words() {
    let app = TestApp::with(|_| {}).await;
    app.people().await;
    app.sql("update letter set state = 'failed'").await;
    app.browser().kirim("AMANAH7", "rina@amanah.example", "penyedia").await;
    app.settle().await;
    app.sql("update letter set state = 'failed', server_code = 550, server_text = '5.1.1 no such user <rina@amanah.example>'")
        .await;
    let mut desk = app.officer("sari", &["helpdesk"]).await;
    let page = desk.browser.open("/staff/outbox?view=failed").await;
    assert!(page.text().contains("Alamat ini tidak ada di server penerima."), "{}", page.text());
    assert!(page.forms().iter().all(|form| !form.action.starts_with("/staff/outbox")), "helpdesk only looks");
    app.end().await;
}
