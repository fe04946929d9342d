//! What tests of the log share: events that hang together, checkpoints that were kept, and the verification itself.

use pulih::audit::copy::extend;
use pulih::audit::folder::Folder;
use pulih::audit::prove;
use pulih::audit::seal::Sealer;
use pulih::audit::source::Source;
use pulih::audit::verify::{self, Options, Outside, Progress, Report};
use pulih::base::checkpoint::Checkpoint;
use pulih::base::note;

use crate::support::house::TestApp;

/// As superuser, with every trigger asleep.
pub const ASLEEP: &str = "set session_replication_role = replica;";

/// Writes events as the house would.
pub async fn written(app: &TestApp, count: usize) {
    app.sql(&format!(
        r#"insert into event (id, at, kind, outcome, actor, body)
        select e.id, e.at, 'log.heartbeat', 'done', 'worker', format(
            '{{"actor":{{"kind":"worker","name":"sealer"}},"at":"%s","facts":{{"size":%s}},"id":"%s","kind":"log.heartbeat","outcome":"done","subject":{{}},"v":1}}',
            to_char(e.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), e.n, e.id)
        from (select gen_random_uuid() as id, pulih.now() as at, n from generate_series(1, {count}) n) e"#
    ))
    .await;
}

/// A house whose log has grown in these steps, a checkpoint or more after each.
pub async fn sealed(steps: &[usize]) -> TestApp {
    let app = TestApp::start().await;
    for count in steps {
        written(&app, *count).await;
        app.seal().await;
    }
    app
}

/// Seals with a sealer that remembers nothing, as a server that was just started.
pub async fn seal_anew(app: &TestApp) {
    let sealer = Sealer::default();
    for _ in 0..500 {
        while sealer.step(&app.app).await.unwrap().is_some() {}
        if app.value("select count(*) from seal_queue").await == "0" {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("events were not sealed within ten seconds: who holds a transaction open?");
}

/// Every checkpoint of the house, as somebody outside kept them.
pub async fn kept(app: &TestApp) -> Outside {
    Outside::Notes(app.column("select note from checkpoint order by size").await.into())
}

/// Verifies the database, trusting the house's own keys.
pub async fn verified(app: &TestApp, against: Vec<Outside>) -> Report {
    let options = Options { trusted: prove::verifiers(&app.app).unwrap(), against, lanes: None };
    verify::run(&Source::Database(app.app.clone()), &options, &Progress::default()).await.unwrap()
}

/// What was found, by code, each once.
pub fn codes(report: &Report) -> Vec<&'static str> {
    let mut codes: Vec<_> = report.findings.iter().map(|finding| finding.what.code()).collect();
    codes.sort_unstable();
    codes.dedup();
    codes
}

/// Copies the log into a folder.
pub async fn exported(app: &TestApp, folder: &Folder) -> u64 {
    let trusted = prove::verifiers(&app.app).unwrap();
    let source = Source::Database(app.app.clone());
    let copied = extend(folder, &source, &trusted, false, &Progress::default()).await.unwrap().unwrap();
    let keys: String = trusted.iter().map(|key| key.text() + "\n").collect();
    std::fs::write(folder.path().join("log.vkey"), keys).unwrap();
    copied.size
}

/// What a note says.
pub fn says(text: &str) -> Checkpoint {
    Checkpoint::parse(note::text(text).unwrap()).unwrap()
}
