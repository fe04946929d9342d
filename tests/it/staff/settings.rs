//! Texts for replies, working hours and holidays: each change a version, with its difference in the log.

use reqwest::StatusCode;

use crate::support::house::TestApp;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_text_is_changed_as_a_new_version_and_retired() {
    let app = TestApp::start().await;
    let mut admin = app.officer("dewi", &["admin"]).await;
    let text = admin.browser.open("/staff/settings/canned").await.text();
    for name in ["Tautan dikirim", "Bukan email terdaftar", "Data kurang", "Jam HP", "Email hilang", "Selesai"] {
        assert!(text.contains(name), "{name}");
    }
    let id = app.value("select id from canned where name = 'Jam HP'").await;
    let path = format!("/staff/settings/canned/{id}");
    admin.browser.open(&path).await;
    let wrong = [("text_id", "Halo {password}"), ("text_en", "Hello"), ("step", "save")];
    assert_eq!(admin.browser.send(&path, &wrong).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let look = [("text_id", "Halo {nama}"), ("text_en", "Hello {nama}"), ("step", "preview")];
    assert!(admin.browser.send(&path, &look).await.text().contains("Halo Rina Wijaya"));
    let save = [("text_id", "Halo {nama}"), ("text_en", "Hello {nama}"), ("step", "save")];
    admin.browser.send(&path, &save).await.assert_at("/staff/settings/canned?note=saved");
    assert_eq!(app.value("select max(version) from canned where name = 'Jam HP'").await, "2");
    let second = app.value("select id from canned where name = 'Jam HP' and version = 2").await;
    let path = format!("/staff/settings/canned/{second}");
    admin.browser.open(&path).await;
    admin.browser.send(&format!("{path}/retire"), &[]).await;
    assert!(!admin.browser.page.text().contains("Jam HP"));
    assert_eq!(app.events().await, ["canned.changed", "canned.retired"]);
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hours_and_holidays_are_set_with_their_difference_in_the_log() {
    let app = TestApp::start().await;
    let mut admin = app.officer("dewi", &["admin"]).await;
    let mut other = app.officer("dian", &["admin"]).await;
    other.browser.open("/staff/settings/hours").await;
    admin.browser.open("/staff/settings/hours").await;
    let wrong = admin.browser.send("/staff/settings/hours", &[("sat", "8-12")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    admin
        .browser
        .send("/staff/settings/hours", &[("sat", "08.00-12.00")])
        .await
        .assert_at("/staff/settings/hours?note=saved");
    let facts = app.value("select body::jsonb -> 'facts' from event where kind = 'hours.changed'").await;
    assert!(facts.contains("08:00-12:00") && facts.contains("\"before\""), "{facts}");
    let late = other.browser.send("/staff/settings/hours", &[("sun", "08:00-09:00")]).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    // what was typed is kept, and can be saved all the same
    assert_eq!(late.form("/staff/settings/hours").value("sun"), "08:00-09:00");
    other.browser.send("/staff/settings/hours", &[]).await.assert_at("/staff/settings/hours?note=saved");
    admin.browser.open("/staff/settings/hours").await;
    admin.browser.send("/staff/settings/holidays", &[("holidays", "2026-12-25 Hari Natal")]).await;
    let facts = app.value("select body::jsonb -> 'facts' -> 'added' from event where kind = 'holidays.changed'").await;
    assert_eq!(facts, "[\"2026-12-25 Hari Natal\"]");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_admins_set_anything() {
    let app = TestApp::start().await;
    let mut budi = app.officer("budi", &["supervisor"]).await;
    assert_eq!(budi.browser.open("/staff/settings").await.status, StatusCode::OK);
    assert!(!budi.browser.page.body.contains("/staff/settings/hours"));
    for path in ["/staff/settings/hours", "/staff/settings/canned", "/staff/settings/canned/new"] {
        assert_eq!(budi.browser.open(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    app.end().await;
}
