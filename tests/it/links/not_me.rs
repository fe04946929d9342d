//! *Ini bukan saya*.

use chrono::TimeDelta;
use reqwest::StatusCode;

use super::{DONE, RINA, asked};
use crate::support::browser::Page;
use crate::support::house::{SECRET, TestApp};
use crate::support::letters::list;

/// Says so with a mailed link, to its end.
async fn say(app: &TestApp, link: &str, hold: bool) -> Page {
    let mut phone = app.browser();
    let first = phone.open(link).await;
    assert_eq!((first.status, first.heading().as_str()), (StatusCode::OK, "Ini bukan saya"));
    let before = app.rows().await;
    phone.send("/not-me", &[]).await;
    assert_eq!(app.rows().await, before, "the first step changes nothing");
    let hold: &[(&str, &str)] = if hold { &[("hold", "yes")] } else { &[] };
    let done = phone.send("/not-me/confirm", hold).await.clone();
    assert_eq!((done.status, done.heading().as_str()), (StatusCode::OK, "Sudah kami hentikan"));
    done
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_cancels_everything_open_and_tells_the_desk() {
    let app = TestApp::start().await;
    app.people().await;
    let (mut eve, first) = asked(&app).await;
    app.advance(TimeDelta::minutes(2)).await;
    let (_, second) = asked(&app).await;
    eve.open(&first).await;
    eve.send("/reset-totp/open", &[]).await;
    say(&app, &app.link_to(RINA, "/not-me/"), false).await;
    app.settle().await;
    let page = eve.send("/reset-totp/confirm", &[]).await;
    assert_eq!((page.status, page.heading().as_str()), (StatusCode::GONE, "Tautan ini tidak bisa dipakai lagi"));
    assert_eq!(app.browser().open(&second).await.status, StatusCode::GONE);
    assert_eq!(app.value("select string_agg(distinct state, ' ') from request").await, "cancelled");
    assert_eq!(app.value("select count(*) from request where queue_reason = 'disputed'").await, "1");
    assert_eq!(app.value("select count(*) from credential where revoked_at is null").await, "2");
    assert_eq!(app.letter_to(RINA).subject, "Permintaan Reset TOTP Dibatalkan");
    // nothing is held: the owner may ask at once
    app.advance(TimeDelta::hours(1)).await;
    let (mut rina, link) = asked(&app).await;
    assert_eq!(rina.reset(&link).await.heading(), DONE);
    app.settle().await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_can_hold_resets_for_seven_days() {
    let app = TestApp::start().await;
    app.people().await;
    asked(&app).await;
    let not_me = app.link_to(RINA, "/not-me/");
    let page = say(&app, &not_me, true).await;
    assert!(page.text().contains("Permintaan reset ditolak sampai"), "{}", page.text());
    // saying it twice is saying it once
    say(&app, &not_me, true).await;
    app.settle().await;
    assert_eq!(app.value("select count(*) from letter where kind = 'cancelled'").await, "1");
    for (hours, subject) in [(2, "hint"), (6 * 24, "hint"), (24, "link")] {
        app.advance(TimeDelta::hours(hours)).await;
        app.browser().kirim("AMANAH7", RINA, "penyedia").await;
        app.settle().await;
        let kind = app.value("select kind from letter order by queued_at desc limit 1").await;
        assert_eq!(kind, subject, "{hours} h on: {:?}", list(&app.letters()));
    }
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_reset_it_disputes_and_locks() {
    let app = TestApp::start().await;
    app.people().await;
    let (mut eve, link) = asked(&app).await;
    let asked_not_me = app.link_to(RINA, "/not-me/");
    assert_eq!(eve.reset(&link).await.heading(), DONE);
    app.settle().await;
    let done_not_me = app.link_to(RINA, "/not-me/");
    // what was enrolled since the reset, and a session
    app.sql(
        "insert into credential (id, account_id, sealed_secret) select gen_random_uuid(), id, 'x' from account
        where user_id = 'AMANAH7';
        insert into session (id, account_id, token_hash) select gen_random_uuid(), id, sha256('x') from account
        where user_id = 'AMANAH7'",
    )
    .await;
    app.advance(TimeDelta::days(6)).await;
    say(&app, &done_not_me, false).await;
    say(&app, &asked_not_me, false).await;
    assert_eq!(app.value("select status from account where user_id = 'AMANAH7'").await, "locked");
    for (what, query) in [
        ("a factor", "credential c where revoked_at is null"),
        ("a session", "session c where ended_at is null"),
        ("a grant", "activation_grant c where revoked_at is null"),
    ] {
        let query =
            format!("select count(*) from {query} and account_id = (select id from account where user_id = 'AMANAH7')");
        assert_eq!(app.value(&query).await, "0", "{what} outlived the dispute");
    }
    assert_eq!(app.value("select count(*) from request where queue_reason = 'disputed'").await, "1");
    app.browser().kirim("AMANAH7", RINA, "penyedia").await;
    app.settle().await;
    assert_eq!(app.value("select hint from letter order by queued_at desc limit 1").await, "locked");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_week_after_the_reset_it_locks_nobody() {
    let app = TestApp::start().await;
    app.people().await;
    let (mut rina, link) = asked(&app).await;
    rina.reset(&link).await;
    app.settle().await;
    let not_me = app.link_to(RINA, "/not-me/");
    app.advance(TimeDelta::days(8)).await;
    say(&app, &not_me, false).await;
    assert_eq!(app.value("select status from account where user_id = 'AMANAH7'").await, "active");
    app.settle().await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_locked_for_another_reason_is_disputed_all_the_same() {
    let app = TestApp::start().await;
    app.people().await;
    let (mut eve, link) = asked(&app).await;
    eve.reset(&link).await;
    app.settle().await;
    app.sql("update account set status = 'locked', locked_reason = 'x' where user_id = 'AMANAH7'").await;
    say(&app, &app.link_to(RINA, "/not-me/"), false).await;
    assert_eq!(app.value("select count(*) from request where queue_reason = 'disputed'").await, "1");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn from_the_second_address_it_opens_a_case_and_nothing_more() {
    let app = TestApp::start().await;
    app.people().await;
    let mut budi = app.browser();
    budi.kirim("BAHTERA8", "budi@bahtera.example", "non_penyedia").await;
    app.settle().await;
    budi.reset(&app.link_to("budi@bahtera.example", "/r/")).await;
    app.settle().await;
    let before = app.rows().await;
    say(&app, &app.link_to("kantor@bahtera.example", "/not-me/"), true).await;
    app.settle().await;
    let changed: Vec<String> =
        app.rows().await.into_iter().filter(|(name, rows)| before[name] != *rows).map(|(name, _)| name).collect();
    assert_eq!(changed, ["desk_case", "event", "request", "seal_queue"]);
    assert_eq!(app.value("select queue_reason from request").await, "disputed");
    assert_eq!(app.value("select status from account where user_id = 'BAHTERA8'").await, "active");
    assert_eq!(app.value("select state from request").await, "done");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_counts_also_where_help_was_asked_before() {
    let app = TestApp::start().await;
    app.people().await;
    let (mut rina, link) = asked(&app).await;
    let status = rina.page.path.replace("/reset-totp/sent?r=", "/requests/");
    rina.open(&status).await;
    rina.send(&format!("{status}/help"), &[]).await;
    say(&app, &app.link_to(RINA, "/not-me/"), false).await;
    app.settle().await;
    assert_eq!(rina.open(&link).await.status, StatusCode::GONE);
    assert_eq!(app.value("select queue_reason from request").await, "disputed");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hint_can_be_disowned_too() {
    let app = TestApp::start().await;
    app.import(&format!("AMANAH7,penyedia,Rina Wijaya,{RINA},,,{SECRET},\n")).await;
    app.browser().kirim("AMANAH7", RINA, "non_penyedia").await;
    app.settle().await;
    say(&app, &app.link_to(RINA, "/not-me/"), true).await;
    app.settle().await;
    assert_eq!(app.value("select resets_held_until > pulih.now() + interval '6 days' from account").await, "t");
    app.end().await;
}
