//! Backups: one that is restored whole is right and goes on; an old one is found as a rewind; a fork is found by both.

use std::io::Write as _;
use std::process::{Command, Stdio};

use pulih::app::App;
use pulih::audit::prove;
use pulih::audit::seal::Sealer;
use pulih::audit::source::Source;
use pulih::audit::verify::{self, Options, Outside, Progress, Report, What};
use pulih::base::keyring::Keyring;
use pulih::store::setup;
use secrecy::SecretString;
use tempfile::TempDir;

use super::kit::{codes, kept, verified, written};
use crate::support::house::{TestApp, cluster, sql};

/// A dump as `pg_dump` makes it.
fn dump(database: &str) -> Vec<u8> {
    let mut pg_dump = Command::new(cluster().programs().join("pg_dump"));
    let out = pg_dump.args(["-U", "postgres", "-h"]).arg(cluster().socket_folder()).arg(database).output();
    let out = out.expect("the tests need pg_dump: apt-get install postgresql-client");
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    out.stdout
}

/// A house on a new database with that dump, and the same keys and settings.
async fn restored(app: &TestApp, keys: &TempDir, dump: &[u8], name: &str) -> App {
    sql("postgres", &format!("create database {name} owner {}", setup::OWNER)).await;
    let mut psql = Command::new(cluster().programs().join("psql"));
    psql.args(["-q", "-v", "ON_ERROR_STOP=1", "-U", "postgres", "-h"]).arg(cluster().socket_folder()).arg(name);
    let mut child = psql.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(dump).unwrap();
    assert!(child.wait().unwrap().success());
    let mut config = app.app.config().clone();
    config.database.url = SecretString::from(cluster().url(name, setup::APP));
    App::new(config, Keyring::load(keys.path()).unwrap(), app.app.clock().clone()).unwrap()
}

/// A house whose keys lie in files, with a log of 300 leaves.
async fn house() -> (TestApp, TempDir) {
    let keys = tempfile::tempdir().unwrap();
    Keyring::init(keys.path(), chrono::NaiveDate::from_ymd_opt(2026, 11, 22).unwrap()).unwrap();
    let app = TestApp::with(|plan| plan.keys = Some(Keyring::load(keys.path()).unwrap())).await;
    written(&app, 300).await;
    app.seal().await;
    (app, keys)
}

async fn verified_copy(app: &App, against: Vec<Outside>) -> Report {
    let options = Options { trusted: prove::verifiers(app).unwrap(), against, lanes: None };
    verify::run(&Source::Database(app.clone()), &options, &Progress::default()).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_that_is_restored_matches_what_was_kept_and_an_old_one_is_a_rewind() {
    let (app, keys) = house().await;
    written(&app, 50).await;
    app.seal().await;
    written(&app, 5).await;
    let (old, name) = (dump(&app.database), format!("{}_restored", app.database));
    let then = kept(&app).await;
    let copy = restored(&app, &keys, &old, &name).await;
    let report = verified_copy(&copy, vec![then.clone()]).await;
    assert!(report.is_right(), "{:?}", report.findings);
    assert_eq!((report.size, report.waiting), (350, 5));
    // the first house goes on: what was restored is now an old backup
    app.seal().await;
    written(&app, 200).await;
    app.seal().await;
    let report = verified_copy(&copy, vec![kept(&app).await]).await;
    assert_eq!((report.first_bad, codes(&report)), (Some(350), vec!["rewound"]));
    assert!(verified(&app, vec![then]).await.is_right());
    drop(copy);
    sql("postgres", &format!("drop database {name} with (force)")).await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_logs_shown_to_two_readers_contradict_each_other() {
    let (app, keys) = house().await;
    let (old, name) = (dump(&app.database), format!("{}_fork", app.database));
    let fork = restored(&app, &keys, &old, &name).await;
    // the same beginning, and each reader sees another event after it
    written(&app, 10).await;
    app.seal().await;
    for one in 0..10 {
        sql(
            &name,
            &format!(
                "insert into event (id, at, kind, outcome, actor, body)
                values (gen_random_uuid(), pulih.now(), 'log.heartbeat', 'done', 'worker', '{{\"fork\":{one}}}')"
            ),
        )
        .await;
    }
    let sealer = Sealer::default();
    for _ in 0..500 {
        while sealer.step(&fork).await.unwrap().is_some() {}
        if sql(&name, "select 1 from seal_queue").await.is_empty() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let notes = sql(&name, "select note from checkpoint order by size").await;
    let theirs: Vec<String> = notes.into_iter().filter_map(|row| row[0].clone()).collect();
    let theirs = Outside::Notes(theirs.into());
    let report = verified(&app, vec![theirs]).await;
    let apart = |f: &verify::Finding| matches!(f.what, What::Rewritten { agrees: 300, differs: 301..=310 });
    assert!(report.findings.iter().any(apart), "{:?}", report.findings);
    drop(fork);
    sql("postgres", &format!("drop database {name} with (force)")).await;
    app.end().await;
}
