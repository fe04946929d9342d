//! The integrity page: what a verification finds, when, and by whom.

use chrono::TimeDelta;
use pulih::workers::verifier::Verifier;
use tokio_util::sync::CancellationToken;

use crate::log::kit::written as events;
use crate::support::desk::Officer;
use crate::support::house::TestApp;

/// Asks on the page that the log be verified.
async fn ask(auditor: &mut Officer) {
    auditor.browser.open("/audit/integrity").await;
    auditor.browser.send("/audit/integrity/verify", &[]).await.assert_at("/audit/integrity?note=asked");
}

async fn step(app: &TestApp) -> bool {
    Verifier::default().step(&app.app, &CancellationToken::new()).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_that_is_whole_says_so_with_its_checkpoint_and_key() {
    let app = TestApp::start().await;
    let mut auditor = app.officer("citra", &["auditor"]).await;
    let page = auditor.browser.open("/audit/integrity").await.text();
    assert!(page.contains("Belum ada verifikasi yang selesai"), "{page}");
    events(&app, 300).await;
    app.seal().await;
    events(&app, 3).await;
    app.seal().await;
    ask(&mut auditor).await;
    assert!(step(&app).await);
    let page = auditor.browser.open("/audit/integrity").await.text();
    assert!(page.contains("Seluruh catatan cocok. Diperiksa ") && page.contains("sampai nomor 302."), "{page}");
    assert!(page.contains("300: cocok") && page.contains("Sah"), "{page}");
    let key = pulih::audit::prove::signer(&app.app).unwrap().verifier().text();
    assert!(page.contains(&key) && page.contains("\u{2014} 127.0.0.1"), "{page}");
    let body = app.value("select body from event where kind = 'log.verified'").await;
    assert!(body.contains("\"asked_by\":\"page\"") && body.contains("\"findings\":0"), "{body}");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_first_record_that_is_wrong_is_named() {
    let app = TestApp::start().await;
    events(&app, 300).await;
    app.seal().await;
    app.sql(
        "alter table event disable trigger user;
        update event e set body = replace(body, '}', ',\"x\":1}') from leaf l where l.index in (41, 77) and e.id = l.event_id;
        delete from event e using leaf l where l.index = 200 and e.id = l.event_id",
    )
    .await;
    let mut auditor = app.officer("citra", &["auditor"]).await;
    ask(&mut auditor).await;
    assert!(step(&app).await);
    let page = auditor.browser.open("/audit/integrity").await.text();
    assert!(page.contains("Catatan tidak utuh") && page.contains("Yang pertama salah: nomor 41."), "{page}");
    assert!(page.contains("Isi catatan diubah setelah disegel.") && page.contains("Catatan hilang."), "{page}");
    let body = app.value("select body from event where kind = 'log.verified'").await;
    assert!(body.contains("\"first_bad\":41"), "{body}");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn leaves_and_events_changed_alike_do_not_fit_the_signed_checkpoint() {
    let app = TestApp::start().await;
    events(&app, 20).await;
    app.seal().await;
    app.sql(
        "alter table event disable trigger user; alter table leaf disable trigger user;
        update event e set body = '{\"n\":0}' from leaf l where l.index = 5 and e.id = l.event_id;
        update leaf set hash = sha256('\\x00'::bytea || convert_to('{\"n\":0}', 'UTF8')) where index = 5",
    )
    .await;
    let mut auditor = app.officer("citra", &["auditor"]).await;
    ask(&mut auditor).await;
    assert!(step(&app).await);
    let page = auditor.browser.open("/audit/integrity").await.text();
    assert!(
        page.contains("Catatan tidak utuh") && page.contains("the root of the checkpoint of 20 leaves is wrong"),
        "{page}"
    );
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_runs_at_a_time_and_a_killed_one_is_taken_up_again() {
    let app = TestApp::start().await;
    events(&app, 5).await;
    app.seal().await;
    let mut auditor = app.officer("citra", &["auditor"]).await;
    ask(&mut auditor).await;
    auditor.browser.open("/audit/integrity").await;
    assert!(auditor.browser.page.forms().iter().all(|form| form.action != "/audit/integrity/verify"));
    // who took it is never heard of again
    app.sql(
        "update verification set state = 'running', leased_by = gen_random_uuid(),
        leased_until = pulih.now() + interval '60 s', started_at = pulih.now()",
    )
    .await;
    assert!(!step(&app).await, "the lease holds");
    app.advance(TimeDelta::seconds(61)).await;
    assert!(step(&app).await);
    assert_eq!(app.value("select count(*) from event where kind = 'log.verified'").await, "1");
    assert_eq!(app.value("select count(*) from verification").await, "1");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_clock_asks_once_a_day() {
    let app = TestApp::start().await;
    assert!(!step(&app).await, "nothing is sealed");
    events(&app, 5).await;
    app.seal().await;
    assert!(step(&app).await);
    assert!(!step(&app).await);
    app.advance(TimeDelta::hours(23)).await;
    assert!(!step(&app).await);
    app.advance(TimeDelta::hours(1)).await;
    assert!(step(&app).await);
    let bodies = app.column("select body from event where kind = 'log.verified'").await;
    assert!(bodies.len() == 2 && bodies.iter().all(|body| body.contains("\"asked_by\":\"clock\"")), "{bodies:?}");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_verification_that_a_stop_breaks_off_is_given_back() {
    let app = TestApp::start().await;
    events(&app, 5).await;
    app.seal().await;
    let stop = CancellationToken::new();
    stop.cancel();
    // whichever wins, it is done or free
    Verifier::default().step(&app.app, &stop).await.unwrap();
    let held = app.value("select count(*) from verification where ended_at is null and leased_by is not null").await;
    assert_eq!(held, "0");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_put_in_beside_the_leaves_and_a_trigger_that_sleeps_are_found_here_too() {
    let app = TestApp::start().await;
    events(&app, 20).await;
    app.seal().await;
    app.sql(
        "set session_replication_role = replica; insert into event (id, at, kind, outcome, actor, body)
        select gen_random_uuid(), at, kind, outcome, actor, body from event limit 1;
        alter table leaf disable trigger leaf_append_only",
    )
    .await;
    let mut auditor = app.officer("citra", &["auditor"]).await;
    ask(&mut auditor).await;
    assert!(step(&app).await);
    let page = auditor.browser.open("/audit/integrity").await.text();
    assert!(page.contains("Catatan tidak utuh") && page.contains("disisipkan"), "{page}");
    assert!(page.contains("leaf_append_only on leaf"), "{page}");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_files_own_checkpoints_show_a_rewind() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("checkpoints");
    let file = path.clone();
    let app = TestApp::with(move |plan| plan.config.audit.copy_file = Some(file)).await;
    events(&app, 20).await;
    app.seal().await;
    let note = app.value("select note from checkpoint order by size desc limit 1").await;
    let line = serde_json::json!({ "size": 20, "note": note });
    std::fs::write(&path, format!("{{\"torn\n{line}\n{{\"note\":\"of somebody else\"}}\n")).unwrap();
    let mut auditor = app.officer("citra", &["auditor"]).await;
    ask(&mut auditor).await;
    assert!(step(&app).await);
    let page = auditor.browser.open("/audit/integrity").await.text();
    assert!(page.contains("Seluruh catatan cocok."), "{page}");
    app.sql(
        "set session_replication_role = replica; delete from event e using leaf l where e.id = l.event_id and l.index >= 10;
        delete from leaf where index >= 10; delete from checkpoint",
    )
    .await;
    ask(&mut auditor).await;
    assert!(step(&app).await);
    let page = auditor.browser.open("/audit/integrity").await.text();
    assert!(page.contains("Catatan tidak utuh") && page.contains("salinan di luar lebih panjang"), "{page}");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_verification_that_never_comes_to_its_end_ends_red() {
    let app = TestApp::start().await;
    events(&app, 5).await;
    app.seal().await;
    let mut auditor = app.officer("citra", &["auditor"]).await;
    ask(&mut auditor).await;
    app.sql("alter table leaf rename column hash to hidden").await;
    for _ in 0..2 {
        Verifier::default().step(&app.app, &CancellationToken::new()).await.unwrap_err();
        assert_eq!(
            app.value("select count(*) from verification where ended_at is null and leased_by is null").await,
            "1"
        );
    }
    assert!(step(&app).await);
    app.sql("alter table leaf rename column hidden to hash").await;
    let page = auditor.browser.open("/audit/integrity").await.text();
    assert!(page.contains("Verifikasi tidak dapat diselesaikan") && !page.contains("Seluruh catatan cocok"), "{page}");
    let body = app.value("select body from event where kind = 'log.verified'").await;
    assert!(body.contains("\"findings\":1"), "{body}");
    // the next one may be asked for, and comes to its end
    ask(&mut auditor).await;
    assert!(step(&app).await);
    let page = auditor.browser.open("/audit/integrity").await.text();
    assert!(page.contains("Seluruh catatan cocok."), "{page}");
    app.end().await;
}
