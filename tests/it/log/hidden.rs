//! A superuser who hides one change behind another: what stands twice, at another time, or under a date that was moved.

use pulih::app::Outcome;
use pulih::model::event::{Actor, Audit, Event};

use super::kit::{ASLEEP, codes, seal_anew, sealed, verified, written};
use crate::support::house::TestApp;

/// Does it as superuser; gives the first bad leaf and what is found.
async fn attacked(app: &TestApp, sql: &str) -> (Option<u64>, Vec<&'static str>) {
    app.sql(&format!("{ASLEEP} {sql}")).await;
    let report = verified(app, vec![]).await;
    (report.first_bad, codes(&report))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_leaf_that_stands_twice_is_found_and_hides_no_event_without_one() {
    let app = sealed(&[300]).await;
    app.sql(&format!(
        "{ASLEEP} alter table leaf drop constraint leaf_event_id_key;
        insert into leaf select 300, event_id, event_at, hash from leaf where index = 299"
    ))
    .await;
    // the sealer takes it along, and signs
    written(&app, 1).await;
    seal_anew(&app).await;
    let report = verified(&app, vec![]).await;
    assert_eq!((report.first_bad, codes(&report)), (Some(300), vec!["leaf-twice", "unprotected"]));
    // now there are as many events as leaves
    let put = "insert into event (id, at, kind, outcome, actor, body)
        select gen_random_uuid(), at, kind, outcome, actor, body from event limit 1";
    assert_eq!(attacked(&app, put).await, (Some(300), vec!["leaf-twice", "no-leaf", "unprotected"]));
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_that_stands_twice_is_found() {
    let app = sealed(&[20]).await;
    let twice = "alter table event drop constraint event_pkey;
        insert into event select * from event where id = (select event_id from leaf where index = 7)";
    assert_eq!(attacked(&app, twice).await, (None, vec!["uneven", "unprotected"]));
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_that_no_longer_keeps_anything_from_standing_twice_is_found() {
    let app = sealed(&[20]).await;
    assert!(verified(&app, vec![]).await.is_right());
    for (sql, part) in [
        (
            "alter table leaf drop constraint leaf_event_id_key;
            create unique index leaf_event_id_key on leaf (event_id) where index > 5",
            "leaf may hold one event_id twice",
        ),
        (
            "update pg_index set indisvalid = false where indexrelid = 'tile_pkey'::regclass",
            "tile may hold one index, level",
        ),
        ("alter table checkpoint drop constraint checkpoint_pkey", "checkpoint may hold one size twice"),
        (
            "alter table event_personal drop constraint event_personal_pkey",
            "event_personal may hold one at, event_id twice",
        ),
    ] {
        app.sql(sql).await;
        let report = verified(&app, vec![]).await;
        let words: Vec<String> = report.findings.iter().map(ToString::to_string).collect();
        assert!(words.iter().any(|words| words.contains(part)), "{part}: {words:?}");
    }
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn personal_details_at_another_time_or_twice_are_found() {
    let app = TestApp::start().await;
    for query in ["kind:reset", "kind:link"] {
        let told = Event::Audit(Audit::Searched { query: query.to_owned(), found: 1, further: false });
        app.app.transact(Actor::Operator, async |_| Ok(Outcome::Done((), told.clone()))).await.unwrap();
    }
    app.seal().await;
    assert!(verified(&app, vec![]).await.is_right());
    let index = app.value("select min(index) from leaf where event_id in (select event_id from event_personal)").await;
    let event = format!("event_id = (select event_id from leaf where index = {index})");
    let found = (index.parse().ok(), vec!["personal-differs"]);
    // pages, packs and exports would show them as gone
    for moved in ["1 microsecond", "1 day"] {
        let there = format!("update event_personal set at = at + interval '{moved}' where {event}");
        assert_eq!(attacked(&app, &there).await, found, "{moved}");
        let back = format!("update event_personal set at = at - interval '{moved}' where {event}");
        assert_eq!(attacked(&app, &back).await, (None, vec![]), "{moved}");
    }
    let twice = format!(
        "insert into event_personal (event_id, at, salt, details)
        select event_id, at + interval '1 microsecond', salt, '{{\"query\":\"x\"}}' from event_personal where {event}"
    );
    assert_eq!(attacked(&app, &twice).await, found);
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_checkpoint_under_another_date_is_found() {
    let app = sealed(&[300, 200, 130]).await;
    let moved = |by: &str, size: u64| format!("update checkpoint set at = at + interval '{by}' where size = {size}");
    let early = attacked(&app, &moved("-1 hour", 500)).await;
    assert_eq!(early, (Some(300), vec!["checkpoint-back", "from-the-future"]));
    assert_eq!(attacked(&app, &moved("1 hour", 500)).await, (None, vec![]));
    assert_eq!(attacked(&app, &moved("1 hour", 300)).await, (None, vec!["checkpoint-back"]));
    // clocks of two servers differ a little
    assert_eq!(attacked(&app, &moved("-55 minutes", 300)).await, (None, vec![]));
    app.end().await;
}
