//! What else two people decide: an address, the protected flag, an unlock, and a protected account's own reset.

use chrono::TimeDelta;
use reqwest::StatusCode;

use super::{BUDI, OFFICE, RINA, again, desk, force_yes, propose, resets, say, shown, state};
use crate::support::browser::Browser;
use crate::support::house::TestApp;
use crate::support::letters::list;

const NEW: &str = "budi.baru@bahtera.example";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_changes_when_another_agrees_and_both_addresses_are_told() {
    let (app, mut wati, mut sari) = desk().await;
    let id = propose(&app, &mut wati, "BAHTERA8", "address", &[("address", NEW)]).await;
    let address = "select address from address where position = 1 and folded like 'budi%'";
    assert_eq!(app.value(address).await, BUDI);
    say(&app, &mut sari, id, "approve").await;
    assert_eq!(app.value(address).await, NEW);
    app.settle().await;
    for to in [BUDI, OFFICE, NEW] {
        assert_eq!(app.letter_to(to).subject, "Alamat Email Terdaftar Diubah", "{:?}", list(&app.letters()));
    }
    assert_eq!(
        app.value("select address_changed_by from account where user_id = 'BAHTERA8'").await,
        wati.id.to_string()
    );
    // heightened care: a reset by the new address waits
    let mut budi = app.browser();
    budi.kirim("BAHTERA8", NEW, "non_penyedia").await;
    app.settle().await;
    assert_eq!(budi.reset(&app.link_to(NEW, "/r/")).await.heading(), "Reset TOTP sudah dijadwalkan");
    app.settle().await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn from_the_former_address_a_change_is_disowned_by_a_case() {
    let (app, mut wati, mut sari) = desk().await;
    let id = propose(&app, &mut wati, "BAHTERA8", "address", &[("address", NEW)]).await;
    say(&app, &mut sari, id, "approve").await;
    app.settle().await;
    let mut budi = app.browser();
    budi.open(&app.link_to(BUDI, "/not-me/")).await;
    budi.send("/not-me", &[]).await;
    budi.send("/not-me/confirm", &[]).await;
    assert_eq!(app.value("select queue_reason from request").await, "disputed");
    assert_eq!(app.value("select status from account where user_id = 'BAHTERA8'").await, "active");
    app.settle().await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn protection_needs_two_who_agree() {
    let (app, mut wati, mut sari) = desk().await;
    let mut tono = app.officer("tono", &["supervisor"]).await;
    let protected = "select protected from account where user_id = 'AMANAH7'";
    for (before, after) in [("f", "t"), ("t", "f")] {
        let id = propose(&app, &mut wati, "AMANAH7", "protect", &[]).await;
        say(&app, &mut sari, id, "approve").await;
        assert_eq!(app.value(protected).await, before);
        let hash = shown(&mut tono, id).await;
        assert_eq!(force_yes(&app, &mut sari, id, &hash).await, StatusCode::CONFLICT);
        say(&app, &mut tono, id, "approve").await;
        assert_eq!(app.value(protected).await, after);
    }
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_locked_by_a_dispute_is_unlocked_by_two() {
    let (app, mut wati, mut sari) = desk().await;
    app.sql("update account set status = 'locked', locked_reason = 'disputed' where user_id = 'AMANAH7'").await;
    let id = propose(&app, &mut wati, "AMANAH7", "unlock", &[]).await;
    assert_eq!(app.value("select status from account where user_id = 'AMANAH7'").await, "locked");
    say(&app, &mut sari, id, "approve").await;
    assert_eq!(app.value("select status from account where user_id = 'AMANAH7'").await, "active");
    assert!(app.events().await.contains(&"unlock.approved".to_owned()));
    app.end().await;
}

/// Rina, whose account is protected, presses OK in her link.
async fn pressed(app: &TestApp) -> Browser {
    app.sql("update account set protected = true where user_id = 'AMANAH7'").await;
    let mut rina = app.browser();
    rina.kirim("AMANAH7", RINA, "penyedia").await;
    app.settle().await;
    assert_eq!(rina.reset(&app.link_to(RINA, "/r/")).await.heading(), "Reset TOTP sudah dijadwalkan");
    app.settle().await;
    rina
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_protected_account_resets_itself_only_with_a_second_person() {
    let (app, _, mut sari) = desk().await;
    pressed(&app).await;
    let id = app.id("select id from proposal where kind = 'self-reset'").await;
    app.advance(TimeDelta::hours(25)).await;
    app.settle().await;
    assert_eq!(resets(&app).await, "0", "nobody agreed yet");
    again(&app, &mut sari).await;
    say(&app, &mut sari, id, "approve").await;
    app.settle().await;
    assert_eq!(resets(&app).await, "1");
    assert_eq!(state(&app, id).await, ("done".to_owned(), "done".to_owned()));
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_protected_accounts_reset_that_nobody_agrees_to_is_void() {
    let (app, ..) = desk().await;
    pressed(&app).await;
    let id = app.id("select id from proposal where kind = 'self-reset'").await;
    app.advance(TimeDelta::hours(49)).await;
    app.sweep().await;
    app.settle().await;
    assert_eq!(state(&app, id).await, ("expired".to_owned(), "cancelled".to_owned()));
    assert_eq!(app.letter_to(RINA).subject, "Reset TOTP oleh Helpdesk Dibatalkan");
    super::nothing_was_reset(app).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_and_a_reset_are_not_decided_side_by_side() {
    let (app, mut wati, mut sari) = desk().await;
    let reset = propose(&app, &mut wati, "AMANAH7", "reset", &[]).await;
    let account = app.value("select id::text from account where user_id = 'AMANAH7'").await;
    let path = format!("/staff/accounts/{account}/address");
    let page = wati.browser.open(&path).await;
    assert!(page.forms().iter().all(|form| form.action != path), "{}", page.text());
    say(&app, &mut sari, reset, "reject").await;
    let address = propose(&app, &mut wati, "AMANAH7", "address", &[("address", "baru@amanah.example")]).await;
    say(&app, &mut sari, address, "approve").await;
    let reset = propose(&app, &mut wati, "AMANAH7", "reset", &[]).await;
    let mut other = app.officer("tono", &["supervisor"]).await;
    say(&app, &mut other, reset, "approve").await;
    app.settle().await;
    let waits = format!("select (due_at > pulih.now() + interval '6 days')::text from proposal where id = '{reset}'");
    assert_eq!(app.value(&waits).await, "true", "an address that changed lately is looked at like a lost mailbox");
    app.end().await;
}
