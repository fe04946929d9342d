//! A portal takes an account of the helpdesk's own: never in silence, never a guarded one, never with a reset on its way.

use chrono::TimeDelta;
use reqwest::StatusCode;
use serde_json::json;

use super::accounts::{budi, rina};
use crate::support::acts::press_ok;
use crate::support::browser::Browser;
use crate::support::house::TestApp;
use crate::support::portal::Portal;

const RINA: &str = "rina@amanah.example";
const TAKEN: &str = "Akun Anda Dihubungkan ke Portal";

/// The slugs of the portals of Rina and Budi, by User ID.
async fn whose(app: &TestApp) -> Vec<String> {
    app.column(
        "select coalesce(p.slug, '-') from account a left join portal p on p.id = a.portal_id order by a.user_id",
    )
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_owner_of_an_account_that_a_portal_takes_is_told_once() {
    let app = TestApp::start().await;
    app.people().await;
    let spse = Portal::of(&app, "spse").await;
    for _ in 0..2 {
        assert_eq!(spse.put("AMANAH7", &rina(json!({}))).await.status, StatusCode::OK);
        assert_eq!(spse.put("BAHTERA8", &budi(json!({ "name": "Budi S." }))).await.status, StatusCode::OK);
    }
    assert_eq!(whose(&app).await, ["spse", "spse"]);
    app.settle().await;
    let mut told: Vec<String> =
        app.letters().iter().map(|letter| format!("{}: {}", letter.to, letter.subject)).collect();
    told.sort_unstable();
    let expected = ["budi@bahtera.example", "kantor@bahtera.example", RINA].map(|to| format!("{to}: {TAKEN}"));
    assert_eq!(told, expected);
    let letter = app.letter_to(RINA);
    assert!(letter.text.contains("SPSE"), "{}", letter.text);
    let facts = app
        .column("select body::jsonb #>> '{facts,letters}' from event where kind = 'account.changed' order by id")
        .await;
    assert_eq!(facts, ["1", "2"]);
    // who knows better says so
    let mut owner = app.browser();
    owner.open(&letter.link("/not-me/")).await;
    owner.send("/not-me", &[]).await;
    owner.send("/not-me/confirm", &[]).await;
    assert_eq!(app.value("select status from account where user_id = 'AMANAH7'").await, "locked");
    app.settle().await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_guarded_account_is_not_taken() {
    let app = TestApp::start().await;
    app.people().await;
    let spse = Portal::of(&app, "spse").await;
    let later = app.app.clock().now().to_rfc3339();
    for (guard, open, status, problem) in [
        ("protected = true", "protected = false", 409, "account-protected"),
        ("resets_held_until = pulih.now() + interval '1 h'", "resets_held_until = null", 409, "change-held"),
        ("status = 'locked', locked_reason = 'desk'", "status = 'active', locked_reason = null", 403, "locked"),
    ] {
        app.sql(&format!("update account set {guard}")).await;
        for body in [json!({}), json!({ "password_changed_at": later }), json!({ "email": "evil@lain.example" })] {
            let answer = spse.put("AMANAH7", &rina(body)).await;
            assert_eq!((answer.status.as_u16(), answer.problem()), (status, problem), "{guard}");
        }
        app.sql(&format!("update account set {open}")).await;
    }
    assert_eq!(whose(&app).await, ["-", "-"]);
    // it may be asked about as before
    assert_eq!(spse.get("/accounts/AMANAH7").await.status, StatusCode::OK);
    assert_eq!(app.letters().len(), 0);
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_is_not_taken_while_a_reset_waits_or_its_grant_is_out() {
    let app = TestApp::start().await;
    app.people().await;
    let spse = Portal::of(&app, "spse").await;
    app.sql("update account set password_changed_at = pulih.now()").await;
    app.ask("AMANAH7", RINA).await.unwrap();
    app.settle().await;
    let link = app.opened_link("AMANAH7").await;
    press_ok(&app.app, link, 1).await.unwrap();
    app.settle().await;
    assert_eq!(spse.put("AMANAH7", &rina(json!({}))).await.problem(), "change-held", "it waits");
    app.advance(TimeDelta::hours(25)).await;
    app.settle().await;
    assert_eq!(app.value("select count(*) from activation_grant").await, "1");
    assert_eq!(spse.put("AMANAH7", &rina(json!({}))).await.problem(), "change-held", "its grant is out");
    assert_eq!(whose(&app).await, ["-", "-"]);
    app.advance(TimeDelta::hours(73)).await;
    assert_eq!(spse.put("AMANAH7", &rina(json!({}))).await.status, StatusCode::OK);
    app.settle().await;
    app.end().await;
}

/// Rina asks for a reset on our page, led there so; her browser.
async fn asks(app: &TestApp, query: &str) -> Browser {
    let mut browser = app.browser();
    browser.open(&format!("/reset-totp{query}")).await;
    browser.send("/reset-totp", &[("user_id", "AMANAH7"), ("email", RINA), ("user_type", "penyedia")]).await;
    app.settle().await;
    browser
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reset_does_not_lead_to_a_portal_that_took_the_account_meanwhile() {
    for (query, leads) in [("?portal=spse", Some("Lanjut ke SPSE")), ("", None)] {
        let app = TestApp::start().await;
        app.people().await;
        Portal::of(&app, "spse").await;
        let other = Portal::of(&app, "lain").await;
        let mut rina_here = asks(&app, query).await;
        let link = app.link_to(RINA, "/r/");
        assert_eq!(other.put("AMANAH7", &rina(json!({}))).await.status, StatusCode::OK);
        app.settle().await;
        rina_here.reset(&link).await.assert_at("/reset-totp/done");
        let text = rina_here.page.text();
        assert!(!text.contains("LAIN"), "{text}");
        assert_eq!(text.contains("Lanjut ke"), leads.is_some(), "{text}");
        assert!(leads.is_none_or(|words| text.contains(words)), "{text}");
        app.settle().await;
        // what is asked from now on leads to where it signs in
        app.sql("update activation_grant set revoked_at = pulih.now()").await;
        app.sql("update credential set revoked_at = null, sealed_secret = ''").await;
        app.advance(TimeDelta::hours(2)).await;
        let mut again = asks(&app, query).await;
        again.reset(&app.link_to(RINA, "/r/")).await;
        assert!(again.page.text().contains("Lanjut ke LAIN"), "{}", again.page.text());
        app.settle().await;
        app.end().await;
    }
}
