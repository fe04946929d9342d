//! P6: sealing, proving and verifying a log of years.

use std::sync::Arc;
use std::time::Duration;

use pulih::app::App;
use pulih::audit::copy::extend;
use pulih::audit::folder::Folder;
use pulih::audit::prove;
use pulih::audit::seal::Sealer;
use pulih::audit::source::Source;
use pulih::audit::verify::{self, Options, Outside, Progress, Report as Verdict};
use pulih::base::checkpoint::Checkpoint;
use pulih::base::clock::{self, Clock};
use pulih::base::{merkle, note};
use pulih::config::Config;
use pulih::store::log::read;
use secrecy::SecretString;
use tokio::runtime::Runtime;

use crate::backups;
use crate::chronicle;
use crate::ground::{Ground, runtime};
use crate::report::Report;
use crate::scale::Scale;
use crate::stats::quantile;

/// Measures it.
pub fn measure(scale: Scale, report: &mut Report) {
    let events = scale.of(5_000, 1_000_000, 10_000_000);
    let ground = Ground::start(true);
    chronicle::write(&ground, events);
    // the pool lives on the runtime that made it
    let runtime = runtime();
    let app = runtime.block_on(house(&ground));
    sealing(&runtime, &app, events, report);
    proofs(&runtime, &ground, &app, events, scale.of(20, 500, 1_000), report);
    verifying(&runtime, &app, events, report);
    backups::measure(&runtime, &ground, &app, events, report);
}

/// A log that has to match.
pub fn verified(runtime: &Runtime, source: &Source, app: &App, against: Vec<Outside>) -> Verdict {
    let options = Options { trusted: prove::verifiers(app).expect("keys"), against, lanes: None };
    runtime.block_on(verify::run(source, &options, &Progress::default())).expect("a verification")
}

/// The whole log, out of the database and out of a folder.
fn verifying(runtime: &Runtime, app: &App, events: usize, report: &mut Report) {
    let home = tempfile::tempdir().expect("a folder");
    let folder = Folder::at(home.path().to_owned());
    let trusted = prove::verifiers(app).expect("keys");
    let database = Source::Database(app.clone());
    let copied = runtime.block_on(extend(&folder, &database, &trusted, false, &Progress::default()));
    copied.expect("a copy").expect("a copy");
    for (name, source) in [("the database", database), ("a folder", Source::Files(Arc::new(folder)))] {
        let began = clock::instant();
        let verdict = verified(runtime, &source, app, Vec::new());
        let rate = rate(events, began.elapsed());
        assert!(verdict.is_right() && verdict.size >= events as u64, "{:?}", verdict.findings);
        report.row(
            &format!("P6 full verification of {events} events in {name}"),
            "≥ 200,000 events/s",
            &format!("{rate:.0}/s"),
            Some(rate >= 200_000.0),
        );
    }
}

/// A house on that ground, of which nothing runs by itself.
#[allow(clippy::unused_async, reason = "a pool wants to be made on a runtime")]
pub async fn house(ground: &Ground) -> App {
    let mut config = Config::default();
    "https://pulih.example".clone_into(&mut config.server.base_url);
    config.database.url = SecretString::from(ground.url());
    let keys = pulih::base::keyring::Keyring::load(&ground.keys_folder()).expect("key files");
    App::new(config, keys, Clock::system()).expect("a house")
}

#[allow(clippy::cast_precision_loss, reason = "no log is that long")]
fn rate(events: usize, took: Duration) -> f64 {
    events as f64 / took.as_secs_f64()
}

fn sealing(runtime: &Runtime, app: &App, events: usize, report: &mut Report) {
    let began = clock::instant();
    let sealed = runtime.block_on(async {
        let sealer = Sealer::default();
        let mut sealed = 0;
        while sealed < events as u64 {
            sealed += sealer.step(app).await.expect("a seal").map_or(0, |s| s.added);
        }
        sealed
    });
    let rate = rate(events, began.elapsed());
    report.row(
        &format!("P6 sealing {sealed} events, fsync on"),
        "≥ 50,000 events/s",
        &format!("{rate:.0}/s"),
        Some(rate >= 50_000.0),
    );
}

/// Proofs on a connection that has made one before: the first prepares the statements, once for each connection.
fn proofs(runtime: &Runtime, ground: &Ground, app: &App, events: usize, rounds: usize, report: &mut Report) {
    let step = events / rounds;
    let indexes: Vec<usize> = (0..rounds).map(|n| n * step + (n * 7_919) % step).collect();
    // asked for before: a connection that opens and ends beside a proof would be measured along
    let rows = ground.sql(&format!(
        "select e.id, e.body from leaf l join event e on e.id = l.event_id and e.at = l.event_at
        where l.index = any(array{indexes:?}::bigint[]) order by l.index"
    ));
    assert_eq!(rows.len(), rounds, "leaves have their events");
    let mut times = Vec::new();
    for (index, row) in indexes.iter().zip(&rows).take(1).chain(indexes.iter().zip(&rows)) {
        let [Some(event), Some(body)] = &row[..] else { panic!("leaf {index} has no event") };
        let began = clock::instant();
        let proved = runtime.block_on(async {
            let mut read = app.read().await.expect("a connection");
            let latest = read::latest(&mut read).await.expect("a checkpoint").expect("a checkpoint");
            prove::event(&mut read, event.parse().expect("an id"), body, &latest, &prove::verifiers(app).expect("keys"))
                .await
                .expect("a proof")
                .expect("a proof")
        });
        times.push(began.elapsed().as_secs_f64() * 1_000.0);
        let checkpoint = Checkpoint::parse(note::text(&proved.checkpoint.note).expect("a note")).expect("a checkpoint");
        let leaf = merkle::leaf(body.as_bytes());
        assert!(merkle::verify_inclusion(&leaf, *index as u64, checkpoint.size, &proved.path, &checkpoint.root));
    }
    times.remove(0);
    let (p50, p99) = (quantile(&mut times, 0.5), quantile(&mut times, 0.99));
    report.row(
        &format!("P6 inclusion proof out of {events} events, {rounds} of them (p50, p99)"),
        "< 5 ms",
        &format!("{p50:.2} ms, {p99:.2} ms"),
        Some(p99 < 5.0),
    );
}
