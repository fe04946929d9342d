//! Every sealed event for a SIEM: in order, at least once, whatever was killed or away meanwhile.

use std::fs;
use std::path::Path;
use std::time::Duration;

use chrono::TimeDelta;
use pulih::store::log::copy;
use pulih::workers::streamer::Streamer;
use serde_json::Value;

use super::ear::Ear;
use super::seal::events;
use crate::support::house::{TestApp, free_port, until};
use crate::support::installation::Installation;

fn leaves(lines: impl IntoIterator<Item = impl AsRef<str>>) -> Vec<u64> {
    let leaf = |line: &str| {
        let line: Value = serde_json::from_str(line).unwrap_or_else(|e| panic!("{line}: {e}"));
        assert!(line["event"].is_object(), "{line}");
        line["leaf"].as_u64().unwrap()
    };
    lines.into_iter().map(|line| leaf(line.as_ref())).collect()
}

fn of(file: &Path) -> Vec<u64> {
    leaves(fs::read_to_string(file).unwrap_or_default().lines())
}

async fn all(app: &TestApp, streamer: &Streamer) {
    while streamer.step(&app.app).await.unwrap() {}
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_gets_every_event_once_and_goes_on_after_its_own_last_line() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("events.jsonl");
    let app = TestApp::with(|plan| plan.config.audit.stream_file = Some(file.clone())).await;
    app.people().await;
    app.browser().kirim("AMANAH7", "rina@amanah.example", "penyedia").await;
    app.settle().await;
    app.seal().await;
    let streamer = Streamer::new(&app.app);
    all(&app, &streamer).await;
    let text = fs::read_to_string(&file).unwrap();
    let bodies = app.column("select body from leaf l join event e on e.id = l.event_id order by index").await;
    let line = |(n, body): (usize, &String)| {
        format!(
            "{{\"leaf\":{n},\"event\":{body}}}
"
        )
    };
    let expected = bodies.iter().enumerate().map(line).collect::<Vec<_>>().concat();
    assert_eq!(text, expected, "canonical bytes, byte by byte");
    for personal in ["Rina", "rina@amanah.example", "AMANAH7", "127.0.0.1"] {
        assert!(!text.contains(personal), "{personal}");
    }
    events(&app, 1_200).await;
    app.seal().await;
    all(&app, &streamer).await;
    let size: u64 = app.value("select count(*) from leaf").await.parse().unwrap();
    assert_eq!(of(&file), (0..size).collect::<Vec<_>>());
    // the machine went down midway: a torn line, and a database that believes more than the file holds
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, &text[..text.len() / 2]).unwrap();
    all(&app, &Streamer::new(&app.app)).await;
    assert_eq!(fs::read_to_string(&file).unwrap(), text);
    // the database went down before it heard of the last batch
    app.sql("update log_copy set size = 3").await;
    all(&app, &Streamer::new(&app.app)).await;
    assert_eq!(fs::read_to_string(&file).unwrap(), text);
    // rotated away: the new file goes on where the old one ended
    fs::rename(&file, folder.path().join("events.1")).unwrap();
    events(&app, 2).await;
    app.seal().await;
    all(&app, &streamer).await;
    assert_eq!(of(&file), [size, size + 1]);
    app.settle().await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_server_was_not_heard_to_take_is_sent_again() {
    let ear = Ear::syslog().await;
    let port = ear.port();
    let app = TestApp::with(|plan| plan.config.audit.stream_syslog = Some(format!("tcp://127.0.0.1:{port}"))).await;
    events(&app, 700).await;
    app.seal().await;
    // killed between sending and keeping
    ear.hold(true);
    let killed = Streamer::new(&app.app);
    tokio::select! {
        done = killed.step(&app.app) => panic!("nobody said that it was taken: {done:?}"),
        () = until(10, "the first batch was heard", async || ear.heard().len() == 500) => {}
    }
    ear.hold(false);
    let streamer = Streamer::new(&app.app);
    all(&app, &streamer).await;
    assert_eq!(ear.heard().len(), 500, "somebody else may still be at it");
    app.advance(TimeDelta::seconds(90)).await;
    all(&app, &streamer).await;
    let heard = leaves(ear.texts());
    assert_eq!(heard, (0..500).chain(0..700).collect::<Vec<u64>>(), "twice, never zero, in order");
    assert!(ear.heard().iter().all(|message| message.starts_with("<110>1 ")));
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_was_away_gets_what_it_missed() {
    let port = free_port();
    let app = TestApp::with(|plan| plan.config.audit.stream_syslog = Some(format!("tcp://127.0.0.1:{port}"))).await;
    let streamers: Vec<Streamer> = (0..3).map(|_| Streamer::new(&app.app)).collect();
    events(&app, 20).await;
    app.seal().await;
    for _ in 0..3 {
        all(&app, &streamers[0]).await;
        app.advance(TimeDelta::seconds(1)).await;
    }
    let there = copy::places(&mut app.app.read().await.unwrap()).await.unwrap().remove(0);
    assert!(there.failures == 2 && there.error.is_some() && there.size == 0, "its pause grows: {there:?}");
    let ear = Ear::at(port).await;
    app.advance(TimeDelta::minutes(1)).await;
    // whoever comes first sends; the others find nothing to do
    for round in 1..=5_u64 {
        futures_util::future::join_all(streamers.iter().map(|streamer| all(&app, streamer))).await;
        until(10, "all was heard", async || {
            all(&app, &streamers[0]).await;
            ear.heard().len() as u64 == 20 * round
        })
        .await;
        events(&app, 20).await;
        app.seal().await;
    }
    assert_eq!(leaves(ear.texts()), (0..100).collect::<Vec<u64>>());
    let there = copy::places(&mut app.app.read().await.unwrap()).await.unwrap().remove(0);
    assert!(there.failures == 0 && there.error.is_none() && there.size == 100, "{there:?}");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_shorter_than_its_stream_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("events.jsonl");
    fs::write(&file, "{\"leaf\":99,\"event\":{}}\n").unwrap();
    let app = TestApp::with(|plan| plan.config.audit.stream_file = Some(file.clone())).await;
    events(&app, 20).await;
    app.seal().await;
    all(&app, &Streamer::new(&app.app)).await;
    let there = copy::places(&mut app.app.read().await.unwrap()).await.unwrap().remove(0);
    assert!(there.error.as_deref().is_some_and(|words| words.contains("rewound")), "{there:?}");
    assert_eq!(of(&file), [99]);
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_program_that_is_killed_again_and_again_loses_no_event() {
    let (folder, ear) = (tempfile::tempdir().unwrap(), Ear::syslog().await);
    let file = folder.path().join("events.jsonl");
    let mut house = Installation::make(&[
        ("PULIH_AUDIT__STREAM_FILE", file.to_str().unwrap()),
        ("PULIH_AUDIT__STREAM_SYSLOG", &format!("tcp://127.0.0.1:{}", ear.port())),
        ("PULIH_AUDIT__SEAL_SECONDS", "1"),
    ])
    .await;
    for _ in 0..3 {
        house.serve();
        house.ready(Duration::from_secs(30)).await;
        let (before, heard) = (of_torn(&file), ear.heard().len());
        house
            .sql(
                "insert into event (id, at, kind, outcome, actor, body)
                 select gen_random_uuid(), pulih.now(), 'log.heartbeat', 'done', 'worker', format('{\"n\":%s}', n)
                 from generate_series(1, 2000) n",
            )
            .await;
        until(30, "it streams", async || of_torn(&file) > before && ear.heard().len() > heard).await;
        house.kill();
        // a lease ends with its time
        house.sql("update log_copy set leased_until = '-infinity', next_at = '-infinity'").await;
    }
    house.serve();
    let count = async || house.sql("select count(*) from leaf").await[0][0].clone().unwrap().parse::<u64>().unwrap();
    until(60, "everything is streamed", async || {
        let size = count().await;
        size >= 6_000 && of_torn(&file) as u64 >= size && distinct(&ear) as u64 >= size
    })
    .await;
    house.kill();
    let written = of(&file);
    assert_eq!(written, (0..written.len() as u64).collect::<Vec<_>>(), "a file has each once, in order");
    let mut heard = leaves(ear.texts());
    heard.sort_unstable();
    heard.dedup();
    assert_eq!(heard, (0..heard.len() as u64).collect::<Vec<_>>(), "a server has each, some twice");
}

/// Whole lines of a file that may be written to.
fn of_torn(file: &Path) -> usize {
    String::from_utf8_lossy(&fs::read(file).unwrap_or_default()).matches('\n').count()
}

fn distinct(ear: &Ear) -> usize {
    leaves(ear.texts()).into_iter().collect::<std::collections::BTreeSet<_>>().len()
}
