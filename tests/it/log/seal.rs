//! What was written is sealed once, in order, under a checkpoint that proves it.

use chrono::TimeDelta;
use pulih::actions::heartbeat::heartbeat;
use pulih::app::App;
use pulih::audit::prove;
use pulih::audit::seal::Sealer;
use pulih::base::checkpoint::Checkpoint;
use pulih::base::clock::Clock;
use pulih::base::keyring::Keyring;
use pulih::base::merkle;
use pulih::store::log::read;

use crate::support::house::TestApp;

/// Writes events that hang together with nothing.
pub async fn events(app: &TestApp, count: usize) {
    app.sql(&format!(
        "insert into event (id, at, kind, outcome, actor, body)
         select gen_random_uuid(), pulih.now(), 'log.heartbeat', 'done', 'worker', format('{{\"n\":%s}}', n)
         from generate_series(1, {count}) n"
    ))
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_event_is_proved_against_a_signed_checkpoint() {
    let app = TestApp::start().await;
    app.people().await;
    events(&app, 700).await;
    app.seal().await;
    events(&app, 3).await;
    app.seal().await;
    let mut read = app.app.read().await.unwrap();
    let latest = read::latest(&mut read).await.unwrap().unwrap();
    let checkpoint = Checkpoint::open(&latest.note, &prove::verifiers(&app.app).unwrap()).unwrap();
    assert_eq!(checkpoint.size.to_string(), app.value("select count(*) from event").await);
    let size = i64::try_from(checkpoint.size).unwrap();
    for index in [0, 1, 255, 256, 300, 511, 512, size - 4, size - 1] {
        let event = app.value(&format!("select event_id from leaf where index = {index}")).await;
        let body = app.value(&format!("select body from event where id = '{event}'")).await;
        let proved =
            prove::event(&mut read, event.parse().unwrap(), &body, &latest, &prove::verifiers(&app.app).unwrap())
                .await
                .unwrap()
                .unwrap();
        let leaf = merkle::leaf(body.as_bytes());
        let at = u64::try_from(index).unwrap();
        assert!(merkle::verify_inclusion(&leaf, at, checkpoint.size, &proved.path, &checkpoint.root), "{index}");
    }
    let older = read::covering(&mut read, 0).await.unwrap().unwrap();
    let old = Checkpoint::parse(pulih::base::note::text(&older.note).unwrap()).unwrap();
    assert!(old.size < checkpoint.size);
    let path = prove::consistency(&mut read, old.size, checkpoint.size).await.unwrap().unwrap();
    assert!(merkle::verify_consistency(old.size, &old.root, checkpoint.size, &checkpoint.root, &path));
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_that_is_not_sealed_has_no_proof_yet() {
    let app = TestApp::start().await;
    events(&app, 2).await;
    app.seal().await;
    events(&app, 1).await;
    let mut read = app.app.read().await.unwrap();
    let latest = read::latest(&mut read).await.unwrap().unwrap();
    let event = app.value("select event_id from seal_queue").await.parse().unwrap();
    let proof = prove::event(&mut read, event, "{}", &latest, &prove::verifiers(&app.app).unwrap()).await.unwrap();
    assert_eq!(proof.unwrap_err(), prove::NoProof::NotSealed);
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_quiet_log_says_that_all_is_well_once() {
    let app = TestApp::start().await;
    app.people().await;
    assert!(!heartbeat(&app.app).await.unwrap(), "something was just written");
    app.seal().await;
    assert!(!heartbeat(&app.app).await.unwrap(), "something was just sealed");
    app.advance(TimeDelta::minutes(5)).await;
    assert!(heartbeat(&app.app).await.unwrap());
    assert!(!heartbeat(&app.app).await.unwrap(), "the first one waits for its seal");
    app.seal().await;
    assert!(!heartbeat(&app.app).await.unwrap());
    app.advance(TimeDelta::minutes(5)).await;
    assert!(heartbeat(&app.app).await.unwrap());
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_of_another_cluster_go_first_and_wait_for_nothing() {
    let app = TestApp::start().await;
    events(&app, 3).await;
    // as a logical restore leaves them: transaction ids of a cluster that was far ahead
    app.sql("update seal_queue set system_identifier = 1, txid = '9000000000000000000'").await;
    events(&app, 2).await;
    app.seal().await;
    let own = app.value("select min(index) from (select index from leaf order by event_at desc limit 2) own").await;
    assert_eq!(own, "3");
    app.end().await;
}

/// Why a server does not sign.
async fn refused(sealer: &Sealer, app: &App) -> String {
    loop {
        match sealer.step(app).await {
            Ok(None) => tokio::task::yield_now().await,
            Ok(Some(sealed)) => panic!("signed for {} leaves", sealed.size),
            Err(fault) => return fault.to_string(),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_signed_over_a_log_that_was_altered_or_rewound() {
    let app = TestApp::start().await;
    events(&app, 300).await;
    app.seal().await;
    let seen = Sealer::default();
    assert_eq!(seen.step(&app.app).await.unwrap(), None);
    let size = app.value("select max(size) from checkpoint").await;
    // a tile, a leaf of the open tile, the checkpoint's root, the note that says it
    for (table, change) in [
        ("tile", "update tile set root = sha256('x')"),
        ("leaf", "update leaf set hash = sha256('x') where index = 299"),
        ("checkpoint", "update checkpoint set root = sha256('x')"),
        ("checkpoint", "update checkpoint set note = replace(note, '300', '301')"),
        ("checkpoint", "update checkpoint set note = ''"),
    ] {
        app.sql(&format!(
            "drop table if exists kept; create table kept as select * from {table};
             alter table {table} disable trigger all; {change}"
        ))
        .await;
        events(&app, 1).await;
        for sealer in [&seen, &Sealer::default()] {
            let told = refused(sealer, &app.app).await;
            assert!(told.contains("altered"), "{change}: {told}");
        }
        assert_eq!(app.value("select max(size) from checkpoint").await, size);
        app.sql(&format!("delete from {table}; insert into {table} select * from kept")).await;
    }
    // the log as it was before this server looked last; one that never saw more cannot know
    app.sql("delete from leaf; delete from checkpoint; delete from tile").await;
    assert!(refused(&seen, &app.app).await.contains("rewound"));
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rewritten_log_is_not_signed_by_the_next_server_either() {
    let app = TestApp::start().await;
    events(&app, 3).await;
    app.seal().await;
    // rewritten as a whole, with hashes that fit: only the signature could not be made
    app.sql(
        "alter table leaf disable trigger all; alter table checkpoint disable trigger all; alter table event disable trigger all;
         delete from leaf where index > 0;
         update event set body = '{}' where id = (select event_id from leaf);
         update leaf set hash = sha256('\\x00'::bytea || '{}');
         update checkpoint set size = 1, root = (select hash from leaf)",
    )
    .await;
    events(&app, 1).await;
    assert!(refused(&Sealer::default(), &app.app).await.contains("altered"));
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_that_comes_again_keeps_nobody_from_being_sealed() {
    let app = TestApp::start().await;
    events(&app, 1).await;
    app.seal().await;
    let again = "insert into event select id, at + interval '1 second', kind, outcome, actor, account_id, request_id, body from event";
    let told = app.refusal(again).await;
    assert!(told.contains("has its leaf already"), "{told}");
    // whoever gets past the trigger stays in the queue, and the others go on
    app.sql(&format!(
        "alter table event disable trigger event_queued; {again}; alter table event enable trigger event_queued"
    ))
    .await;
    app.sql("insert into seal_queue (event_id, event_at, system_identifier, hash)
        select event_id, event_at + interval '1 second', (select system_identifier from pg_control_system()), hash from leaf")
        .await;
    events(&app, 2).await;
    let sealer = Sealer::default();
    while app.value("select count(*) from leaf").await != "3" {
        sealer.step(&app.app).await.unwrap();
    }
    assert_eq!(app.value("select count(*) from seal_queue").await, "1");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn leaves_that_nobody_signed_for_are_signed_with_the_next_batch() {
    let app = TestApp::start().await;
    events(&app, 300).await;
    app.seal().await;
    events(&app, 600).await;
    while app.value("select count(*) from leaf").await == "300" {
        app.sql("select * from pulih.seal(500, false)").await;
    }
    events(&app, 1).await;
    app.seal().await;
    assert_eq!(app.value("select max(size) from checkpoint").await, "901");
    assert_eq!(app.value("select count(*) from tile").await, "3");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_keeps_its_name() {
    let app = TestApp::start().await;
    events(&app, 1).await;
    app.seal().await;
    let mut config = app.app.config().clone();
    config.audit.origin = Some("another.example/log".to_owned());
    let renamed = App::new(config, Keyring::ephemeral().unwrap(), Clock::system()).unwrap();
    events(&app, 1).await;
    assert!(refused(&Sealer::default(), &renamed).await.contains("set audit.origin"));
    app.end().await;
}
