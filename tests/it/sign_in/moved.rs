//! The registered address moves while a grant to activate is out: the new mailbox gets nothing of it, the old one loses it.

use chrono::TimeDelta;
use pulih::app::Outcome;
use pulih::model::event::{Actor, Event};
use pulih::store::proposal::settle;
use reqwest::StatusCode;

use super::activation::{BUDIS, reset};
use crate::support::house::{PASSWORD, TestApp};
use crate::support::signing::BUDI;

const NEW: &str = "budi@baru.example";

/// Budi has another registered address from now on, as the desk and portals change one.
async fn moves(app: &TestApp) {
    let account = app.id("select id from account where user_id = 'BAHTERA8'").await;
    let work = async |tx: &mut pulih::store::Tx| {
        settle::end_links(tx, account).await?;
        settle::change_address(tx, account, 1, NEW, None).await?;
        Ok(Outcome::Done((), Event::TotpDisabled { account, effect: None }))
    };
    app.app.transact(Actor::Operator, work).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_letter_to_a_new_address_carries_no_older_grant() {
    let app = TestApp::start().await;
    let mut budi = reset(&app).await;
    // the pages were drawn before
    let mut thief = app.browser();
    thief.password(BUDI, PASSWORD).await;
    moves(&app).await;
    thief.send("/activate/link", &[]).await;
    assert!(thief.page.text().contains("tidak bisa dikirim lewat email"), "{}", thief.page.text());
    assert_eq!(app.events().await.last().unwrap(), "totp.link-asked!not-possible-now");
    thief.open("/activate").await;
    assert!(thief.page.forms().iter().all(|form| form.action != "/activate/link"), "{}", thief.page.text());
    budi.send("/reset-totp/activation-link", &[]).await;
    assert_eq!(app.events().await.last().unwrap(), "totp.link-asked!not-possible-now");
    app.settle().await;
    assert!(app.letters().iter().all(|letter| letter.to != NEW), "{:?}", app.letters());
    // the browser that pressed OK holds it still
    budi.password(BUDI, PASSWORD).await;
    budi.activate(&app).await;
    assert_eq!(budi.page.path, "/activate/codes", "{}", budi.page.text());
    app.settle().await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_no_care_is_set_a_new_grant_takes_the_place_of_the_older_one() {
    let app = TestApp::with(|plan| plan.config.reset.care_days = 0).await;
    reset(&app).await;
    moves(&app).await;
    let mut budi = app.browser();
    budi.password(BUDI, PASSWORD).await;
    budi.send("/activate/link", &[]).await;
    app.settle().await;
    assert_eq!(app.value("select count(*) from activation_grant where source = 'renewed'").await, "1");
    budi.open(&app.link_to(NEW, "/activate/")).await;
    budi.send("/activate/start", &[]).await;
    budi.activate(&app).await;
    assert_eq!(budi.page.path, "/activate/codes", "{}", budi.page.text());
    app.settle().await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_grant_that_lies_in_the_mailbox_that_was_is_worth_nothing_any_more() {
    let app = TestApp::with(|plan| plan.config.reset.delay_hours = 2).await;
    reset(&app).await;
    app.advance(TimeDelta::hours(3)).await;
    app.settle().await;
    let done = app.letter_to(BUDIS);
    assert_eq!(done.subject, "TOTP Berhasil di Reset");
    let mut opened = app.browser();
    opened.open(&done.link("/activate/")).await;
    assert_eq!(opened.page.path, "/login?note=link", "{}", opened.page.text());
    moves(&app).await;
    opened.password(BUDI, PASSWORD).await;
    assert!(!opened.page.body.contains("otpauth"), "{}", opened.page.text());
    assert_eq!(app.browser().open(&done.link("/activate/")).await.status, StatusCode::GONE);
    // it reports as before
    assert_eq!(app.browser().open(&done.link("/not-me/")).await.status, StatusCode::OK);
    app.end().await;
}
