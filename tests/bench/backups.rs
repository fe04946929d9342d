//! R16: a log that is dumped, restored into another database and verified there; and an old backup, which is a rewind.

use std::process::Command;
use std::time::Duration;

use pulih::app::App;
use pulih::audit::seal::Sealer;
use pulih::audit::source::Source;
use pulih::audit::verify::{Outside, What};
use pulih::base::clock::{self, Clock};
use pulih::base::keyring::Keyring;
use pulih::store::setup;
use secrecy::SecretString;
use tokio::runtime::Runtime;

use crate::ground::{DATABASE, Ground};
use crate::p6_log::verified;
use crate::report::Report;

/// The database that is restored.
const RESTORED: &str = "pulih_restored";

/// Measures it, over a log of so many events.
pub fn measure(runtime: &Runtime, ground: &Ground, app: &App, events: usize, report: &mut Report) {
    let then = kept(ground);
    let file = ground.folder().join("backup");
    let file = file.to_str().expect("a path");
    let dumped = program(ground, "pg_dump", &["-Fc", "-Z", "1", "-f", file, DATABASE]);
    // the house goes on
    ground.sql(
        "insert into event (id, at, kind, outcome, actor, body)
        select gen_random_uuid(), pulih.now(), 'log.heartbeat', 'done', 'worker', '{}' from generate_series(1, 10)",
    );
    let sealed = runtime.block_on(Sealer::default().step(app)).expect("a seal");
    assert!(sealed.is_some(), "what follows the backup was sealed");
    ground.sql(&format!("create database {RESTORED} owner {}", setup::OWNER));
    let restored = program(ground, "pg_restore", &["-j", "2", "-d", RESTORED, file]);
    let copy = runtime.block_on(house(ground, app));
    let began = clock::instant();
    let verdict = verified(runtime, &Source::Database(copy.clone()), app, vec![then]);
    let took = began.elapsed();
    assert!(verdict.is_right() && verdict.size >= events as u64, "{:?}", verdict.findings);
    let verdict = verified(runtime, &Source::Database(copy), app, vec![kept(ground)]);
    let rewound = verdict.findings.iter().any(|finding| matches!(finding.what, What::Rewound { .. }));
    let seconds = |took: Duration| format!("{:.1} s", took.as_secs_f64());
    report.row(
        &format!("R16 backup of {events} events: dumped, restored, verified there against checkpoints outside"),
        "right",
        &format!("{}, {}, {}", seconds(dumped), seconds(restored), seconds(took)),
        Some(true),
    );
    report.row(
        "R16 the same backup against a checkpoint made after it",
        "found as a rewind",
        if rewound { "found" } else { "NOT FOUND" },
        Some(rewound),
    );
}

/// Checkpoints as somebody outside keeps them: the newest hundred.
fn kept(ground: &Ground) -> Outside {
    let rows = ground.sql("select note from checkpoint order by size desc limit 100");
    Outside::Notes(rows.into_iter().flatten().flatten().collect::<Vec<_>>().into())
}

/// A house on the restored database, with the same keys.
#[allow(clippy::unused_async, reason = "a pool wants to be made on a runtime")]
async fn house(ground: &Ground, app: &App) -> App {
    let mut config = app.config().clone();
    config.database.url = SecretString::from(ground.cluster().url(RESTORED, setup::APP));
    let keys = Keyring::load(&ground.keys_folder()).expect("key files");
    App::new(config, keys, Clock::system()).expect("a house")
}

/// Runs one of the cluster's programs as superuser.
fn program(ground: &Ground, name: &str, arguments: &[&str]) -> Duration {
    let began = clock::instant();
    let mut program = Command::new(ground.cluster().programs().join(name));
    let done = program.args(["-U", "postgres", "-h"]).arg(ground.cluster().socket_folder()).args(arguments).output();
    let done = done.unwrap_or_else(|e| panic!("the measurements need {name}: apt-get install postgresql-client: {e}"));
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    began.elapsed()
}
