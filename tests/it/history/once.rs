//! What is said twice is told once, and what goes together goes together.

use chrono::TimeDelta;
use pulih::actions::cancel::{NotMe, not_me};
use pulih::actions::purge::purge;
use pulih::model::refusal::{Refusal, Stop};

use super::watch::Watch;
use crate::support::acts::press_ok;
use crate::support::house::TestApp;
use crate::support::ledger::Ledger;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_second_address_reports_once() {
    let app = TestApp::start().await;
    app.import(&format!("DUA,penyedia,Dua,dua@a.example,lain@b.example,,{},\n", crate::support::house::SECRET)).await;
    app.ask("DUA", "dua@a.example").await.unwrap();
    app.settle().await;
    press_ok(&app.app, app.opened_link("DUA").await, 1).await.unwrap();
    app.settle().await;
    let second = app.id("select id from link where position = 2").await;
    let watch = Watch::new(&app).await;
    assert_eq!(not_me(&app.app, second, false).await.unwrap(), NotMe::Reports);
    let told = watch.look().await;
    let again = not_me(&app.app, second, false).await;
    assert!(matches!(again, Err(Stop::Refused(Refusal::LinkEnded))), "{again:?}");
    let after = watch.look().await;
    assert_eq!((after.state, after.events), (told.state, told.events + 1));
    assert_eq!(app.events().await.last().map(String::as_str), Some("reset.disputed!link-ended"));
    assert_eq!(app.value("select status from account").await, "active");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_that_shares_a_letter_shares_its_fate() {
    let app = TestApp::start().await;
    app.people().await;
    for _ in 0..2 {
        // the second finds the letter of the first already mailed
        app.ask("AMANAH7", "rina@amanah.example").await.unwrap();
        app.settle().await;
    }
    assert_eq!(app.value("select count(*) from request where joined_to is not null").await, "1");
    app.advance(TimeDelta::hours(7)).await;
    app.sweep().await;
    assert_eq!(app.value("select string_agg(state, ' ') from request").await, "expired expired");
    Ledger::check(&app, None).await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_purge_with_more_links_than_it_takes_at_once_goes_on() {
    let app = TestApp::start().await;
    app.people().await;
    app.ask("AMANAH7", "rina@amanah.example").await.unwrap();
    app.settle().await;
    app.ask("SIAPA", "siapa@a.example").await.unwrap();
    app.settle().await;
    // older than anything else: the links of the request that goes are not among the first
    app.sql(
        "insert into link (id, kind, request_id, account_id, position, key_id, random, ended_at, end_reason)
         select ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'reset', r.id, r.account_id, 1, 'x',
            sha256('x'), pulih.now(), 'expired' from generate_series(1, 4500) n, request r where r.state = 'mailed'",
    )
    .await;
    app.advance(TimeDelta::days(31)).await;
    while purge(&app.app).await.unwrap() {}
    assert_eq!(app.value("select count(*) from request where state = 'unmatched'").await, "0");
    assert_eq!(app.value("select count(*) from link where end_reason = 'expired'").await, "0");
    app.end().await;
}
