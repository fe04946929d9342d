//! What was written is sealed once, in order, under a checkpoint that proves it.

use chrono::TimeDelta;
use pulih::actions::heartbeat::heartbeat;
use pulih::audit::prove;
use pulih::audit::seal::Sealer;
use pulih::base::checkpoint::Checkpoint;
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
        let proved = prove::event(&mut read, event.parse().unwrap(), &body, &latest).await.unwrap().unwrap();
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
    let proof = prove::event(&mut read, event, "{}", &latest).await.unwrap();
    assert_eq!(proof.unwrap_err(), prove::NoProof::NotSealed);
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_quiet_log_says_that_all_is_well_once() {
    let app = TestApp::start().await;
    app.people().await;
    assert!(!heartbeat(&app.app).await.unwrap(), "something was just written");
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
    let own = app.value("select min(index) from (select index from leaf order by event_at desc limit 2) l").await;
    assert_eq!(own, "3");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_signed_over_a_log_that_was_altered_or_rewound() {
    let app = TestApp::start().await;
    events(&app, 300).await;
    let sealer = Sealer::default();
    while sealer.step(&app.app).await.unwrap().is_some() || app.value("select count(*) from seal_queue").await != "0" {}
    let size = app.value("select max(size) from checkpoint").await;
    // a tile, a leaf of the open tile, the checkpoint's root
    for (table, change) in [
        ("tile", "update tile set root = sha256('x')"),
        ("leaf", "update leaf set hash = sha256('x') where index = 299"),
        ("checkpoint", "update checkpoint set root = sha256('x')"),
    ] {
        app.sql(&format!(
            "create table kept_{table} as select * from {table}; alter table {table} disable trigger all; {change}"
        ))
        .await;
        events(&app, 1).await;
        let fault = loop {
            match sealer.step(&app.app).await {
                Ok(None) => tokio::task::yield_now().await,
                Ok(Some(sealed)) => panic!("signed {} leaves over an altered {table}", sealed.size),
                Err(fault) => break fault,
            }
        };
        assert!(fault.to_string().contains("altered"), "{fault}");
        assert_eq!(app.value("select max(size) from checkpoint").await, size);
        app.sql(&format!("delete from {table}; insert into {table} select * from kept_{table}")).await;
    }
    // the log as it was before this process saw it last
    app.sql("delete from leaf where index >= 256; delete from checkpoint; delete from tile").await;
    app.sql("delete from leaf").await;
    let fault = loop {
        match sealer.step(&app.app).await {
            Ok(None) => tokio::task::yield_now().await,
            Ok(Some(sealed)) => panic!("signed {} leaves over a rewound log", sealed.size),
            Err(fault) => break fault,
        }
    };
    assert!(fault.to_string().contains("rewound"), "{fault}");
    app.end().await;
}
