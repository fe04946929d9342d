//! Several servers seal one log while people go on writing: no gap, no double, and nothing before what is sealed already.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use pulih::app::{App, Outcome};
use pulih::audit::prove;
use pulih::audit::seal::Sealer;
use pulih::base::checkpoint::Checkpoint;
use pulih::base::clock::Clock;
use pulih::base::cluster::{Cluster, Options};
use pulih::base::keyring::Keyring;
use pulih::base::merkle::{self, Edge};
use pulih::config::Config;
use pulih::model::event::{Actor, Event};
use pulih::store::log::seal::{self, Batch};
use pulih::store::setup;
use secrecy::SecretString;
use tokio::task::JoinSet;
use tokio_postgres::NoTls;
use tokio_util::sync::CancellationToken;

use crate::support::dice::Dice;
use crate::support::house::{TestApp, until};
use crate::support::installation::blocking;
use crate::support::rounds;

fn event(rows: i64) -> Event {
    Event::AccountsExported { rows }
}

/// A second server on the same database, with the same keys.
fn server(app: &TestApp, keys: &Path) -> App {
    App::new(app.app.config().clone(), Keyring::load(keys).unwrap(), Clock::system()).unwrap()
}

async fn writes(app: App, writers: usize, each: usize) {
    let mut people = JoinSet::new();
    for writer in 0..writers {
        let app = app.clone();
        people.spawn(async move {
            let mut dice = Dice::new(writer);
            for n in 0..each {
                app.transact(Actor::Operator, async |_| {
                    // events take their ids in one order and commit in another
                    tokio::time::sleep(Duration::from_micros(dice.throw(3_000) as u64)).await;
                    Ok(Outcome::Done((), event(i64::try_from(n).unwrap())))
                })
                .await
                .unwrap();
            }
        });
    }
    while let Some(done) = people.join_next().await {
        done.unwrap();
    }
}

async fn seals_by(servers: usize) {
    let folder = tempfile::tempdir().unwrap();
    let keys = folder.path().join("keys");
    Keyring::init(&keys, Clock::system().now().date_naive()).unwrap();
    let app = TestApp::with(|plan| plan.keys = Some(Keyring::load(&keys).unwrap())).await;
    let each = rounds(60, 1_000);
    let stop = CancellationToken::new();
    let mut sealers = JoinSet::new();
    for n in 0..servers {
        let (house, stop) = (if n == 0 { app.app.clone() } else { server(&app, &keys) }, stop.clone());
        sealers.spawn(async move {
            let sealer = Sealer::default();
            let mut ends = Vec::new();
            while !stop.is_cancelled() {
                ends.extend(sealer.step(&house).await.unwrap().map(|sealed| (sealed.size, sealed.root)));
                tokio::task::yield_now().await;
            }
            ends
        });
    }
    writes(app.app.clone(), 6, each).await;
    app.seal().await;
    stop.cancel();
    let mut ends = BTreeSet::new();
    while let Some(done) = sealers.join_next().await {
        for end in done.unwrap() {
            assert!(ends.insert(end), "two servers made the same end {end:?}");
        }
    }
    let written = 6 * each;
    let counts = "select count(*), count(distinct event_id), min(index), max(index) + 1 from leaf";
    let counts = app.sql(counts).await.remove(0).into_iter().flatten().collect::<Vec<_>>();
    assert_eq!(counts, [written.to_string(), written.to_string(), "0".to_owned(), written.to_string()]);
    assert_eq!(
        app.value("select count(*) from event e where not exists (select from leaf where event_id = e.id)").await,
        "0"
    );

    // every checkpoint is the root over the leaves it covers, as they stand now
    let leaves = app.sql("select encode(hash, 'hex') from leaf order by index").await;
    let (mut edge, mut roots) = (Edge::default(), vec![merkle::empty()]);
    for row in leaves {
        let hash = data_encoding::HEXLOWER.decode(row[0].as_deref().unwrap().as_bytes()).unwrap();
        edge.push(hash.try_into().unwrap(), |_, _| {});
        roots.push(edge.root());
    }
    for note in app.column("select note from checkpoint").await {
        let checkpoint = Checkpoint::parse(pulih::base::note::text(&note).unwrap()).unwrap();
        assert_eq!(checkpoint.root, roots[usize::try_from(checkpoint.size).unwrap()], "of {}", checkpoint.size);
    }
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_servers_seal_without_gap_or_double() {
    seals_by(2).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn four_servers_seal_without_gap_or_double() {
    seals_by(4).await;
}

/// A house on a cluster of its own: what holds a transaction open here holds nobody else's horizon.
async fn alone() -> (Cluster, App, tokio_postgres::Client) {
    let cluster = blocking(|| {
        let cluster = Cluster::start(Options { in_memory: true, ..Options::default() }).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(setup::prepare("pulih", |database, user| cluster.url(database, user))).unwrap();
        cluster
    })
    .await;
    let mut config = Config::default();
    "http://127.0.0.1:8080".clone_into(&mut config.server.base_url);
    config.database.url = SecretString::from(cluster.url("pulih", setup::APP));
    let app = App::new(config, Keyring::ephemeral().unwrap(), Clock::system()).unwrap();
    let (client, connection) = tokio_postgres::connect(&cluster.url("pulih", "postgres"), NoTls).await.unwrap();
    tokio::spawn(connection);
    (cluster, app, client)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_that_commits_late_holds_the_later_ones_back_and_comes_first() {
    let (cluster, app, client) = alone().await;
    let sealer = Sealer::default();
    client.batch_execute("begin; select pg_current_xact_id()").await.unwrap();
    app.transact(Actor::Operator, async |_| Ok(Outcome::Done((), event(2)))).await.unwrap();
    assert_eq!(sealer.step(&app).await.unwrap(), None, "an older transaction is still open");
    client
        .batch_execute(
            "insert into event (id, at, kind, outcome, actor, body)
        values (gen_random_uuid(), pulih.now(), 'log.heartbeat', 'done', 'worker', '{\"late\":true}'); commit",
        )
        .await
        .unwrap();
    let mut sealed = 0;
    while sealed < 2 {
        sealed += sealer.step(&app).await.unwrap().map_or(0, |s| s.added);
    }
    let first = client.query_one("select e.body from leaf l join event e on e.id = l.event_id where l.index = 0", &[]);
    assert_eq!(first.await.unwrap().get::<_, String>(0), "{\"late\":true}");
    drop(client);
    blocking(move || drop(cluster)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_seal_that_is_dropped_midway_is_as_if_it_had_not_begun() {
    let (cluster, app, client) = alone().await;
    let mut dice = Dice::new(7);
    let mut written = 0;
    for _ in 0..rounds(25, 300) {
        app.transact(Actor::Operator, async |_| Ok(Outcome::Done((), event(3)))).await.unwrap();
        written += 1;
        let sealer = Sealer::default();
        let patience = Duration::from_micros(dice.throw(9_000) as u64);
        drop(tokio::time::timeout(patience, sealer.step(&app)).await);
    }
    let sealer = Sealer::default();
    for _ in 0..500 {
        sealer.step(&app).await.unwrap();
        let waiting = client.query_one("select count(*) from seal_queue", &[]).await.unwrap();
        if waiting.get::<_, i64>(0) == 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let row = client
        .query_one("select count(*), coalesce(max(index) + 1, 0), (select max(size) from checkpoint) from leaf", &[]);
    let row = row.await.unwrap();
    let counts: [i64; 3] = [row.get(0), row.get(1), row.get(2)];
    assert_eq!(counts, [written; 3]);
    drop(client);
    blocking(move || drop(cluster)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_great_backlog_is_sealed_batch_by_batch_and_proves_itself() {
    let app = TestApp::start().await;
    let count = rounds(3_000, 200_000);
    super::seal::events(&app, count).await;
    let signer = prove::signer(&app.app).unwrap();
    let mut sizes = Vec::new();
    while sizes.last() != Some(&(count as u64)) {
        let batch = Batch { most: 701, restored: false };
        let origin = prove::origin(&app.app);
        let sign = |_: Option<&seal::Before>, size: u64, root: &merkle::Hash| {
            Ok(signer.sign(&Checkpoint { origin, size, root: *root }.text()))
        };
        let sealed = seal::seal(app.app.read().await.unwrap(), batch, sign).await.unwrap();
        sizes.extend(sealed.map(|sealed| sealed.size));
    }
    let leaves = app.sql("select e.body from leaf l join event e on e.id = l.event_id order by l.index").await;
    let mut edge = Edge::default();
    for row in leaves {
        edge.push(merkle::leaf(row[0].as_deref().unwrap().as_bytes()), |_, _| {});
    }
    let root = app.value("select encode(root, 'hex') from checkpoint order by size desc limit 1").await;
    assert_eq!(root, data_encoding::HEXLOWER.encode(&edge.root()));
    let tiles = app.value("select count(*) from tile where level = 0").await;
    assert_eq!(tiles, (count / 256).to_string());
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_people_do_is_seen_at_once_and_sealed_by_the_running_house() {
    let app = TestApp::with(|plan| {
        plan.config.audit.seal_seconds = 1;
        plan.workers = true;
    })
    .await;
    app.people().await;
    app.browser().kirim("AMANAH7", "rina@amanah.example", "penyedia").await;
    assert_eq!(app.value("select count(*) from event where kind = 'reset.asked'").await, "1");
    app.sink.wait_for(1, Duration::from_secs(20)).await;
    until(20, "its letter is told as sent", async || {
        app.value("select count(*) from letter where state in ('queued', 'leased')").await == "0"
    })
    .await;
    until(60, "everything is under a checkpoint", async || {
        app.value("select (select max(size) from checkpoint) = (select count(*) from event)").await == "t"
    })
    .await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_batch_of_a_great_backlog_reads_neither_the_queue_nor_the_log_as_a_whole() {
    let app = TestApp::start().await;
    app.sql(
        "insert into leaf (index, event_id, event_at, hash)
        select n, gen_random_uuid(), now(), sha256(n::text::bytea) from generate_series(0, 19999) n",
    )
    .await;
    app.sql(
        "insert into seal_queue (event_id, event_at, system_identifier, hash)
        select gen_random_uuid(), now(), (select system_identifier from pg_control_system()), sha256(n::text::bytea)
        from generate_series(1, 20000) n",
    )
    .await;
    app.sql("analyze leaf, seal_queue").await;
    // a function's plans settle after five calls
    let batches = "perform * from pulih.seal(100, false);".repeat(7);
    let looked = app
        .sql(&format!(
            "begin; do $$ begin {batches} end $$;
            select relname, seq_scan, n_tup_ins + n_tup_del from pg_stat_xact_user_tables
                where relname in ('leaf', 'seal_queue') order by relname;
            rollback"
        ))
        .await;
    let looked: Vec<Vec<String>> = looked.into_iter().map(|row| row.into_iter().flatten().collect()).collect();
    assert_eq!(looked, [["leaf", "0", "700"], ["seal_queue", "0", "700"]]);
    app.end().await;
}
