//! The log cannot be changed: not by the app, and not by its owner in an ordinary way.

use pulih::store::setup;
use tokio_postgres::NoTls;

use super::watch::judge_rows;
use crate::support::house::{TestApp, cluster};

/// Tries a statement in a role: why it was refused, if it was.
async fn attempt(app: &TestApp, role: &str, statement: &str) -> Result<u64, String> {
    let (client, connection) = tokio_postgres::connect(&cluster().url(&app.database, role), NoTls).await.unwrap();
    tokio::spawn(connection);
    let tried = client.execute(statement, &[]).await;
    tried.map_err(|e| e.as_db_error().map_or_else(|| e.to_string(), |e| format!("{} {}", e.code().code(), e.message())))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_log_is_append_only() {
    let app = TestApp::start().await;
    app.people().await;
    app.ask("AMANAH7", "rina@amanah.example").await.unwrap();
    app.settle().await;
    app.seal().await;
    let part = app.value("select 'event' || to_char(pulih.now() at time zone 'UTC', '_YYYY_MM')").await;
    let personal = part.replace("event", "event_personal");
    let before = app.sql("select e::text from event e order by id").await;
    for table in ["event", &part, "event_personal", &personal, "seal_queue", "leaf", "tile", "checkpoint"] {
        let column = if table == "event" || *table == *part {
            "actor = 'operator'"
        } else if table == "seal_queue" {
            "system_identifier = 0"
        } else if table == "checkpoint" {
            "note = ''"
        } else if matches!(table, "leaf" | "tile") {
            "index = 7"
        } else {
            "salt = salt"
        };
        let writes =
            [format!("update {table} set {column}"), format!("delete from {table}"), format!("truncate {table}")];
        for write in &writes {
            let told = attempt(&app, setup::APP, write).await.expect_err(write);
            assert!(told.starts_with("42501 "), "{write}: {told}");
        }
        if table == "seal_queue" {
            continue;
        }
        // the owner is stopped by triggers; what an event committed to can be erased, and nothing else
        let kept = if table.starts_with("event_personal") { &writes[..1] } else { &writes[..] };
        // nobody has filled a tile yet: there is no row that a trigger could keep
        let kept = if table == "tile" { &kept[2..] } else { kept };
        for role in [setup::OWNER, "postgres"] {
            for write in kept {
                let told = attempt(&app, role, write).await.expect_err(write);
                assert!(told.contains("is append-only"), "{role}, {write}: {told}");
            }
        }
    }
    for statement in [
        "insert into seal_queue (event_id, event_at, system_identifier) values (gen_random_uuid(), now(), 0)",
        "insert into leaf values (3, gen_random_uuid(), now(), sha256('x'))",
        "alter table event disable trigger all",
        "drop table event",
        "drop trigger event_append_only on event",
        "set session_replication_role = replica",
    ] {
        let told = attempt(&app, setup::APP, statement).await.expect_err(statement);
        assert!(told.starts_with("42501 "), "{statement}: {told}");
    }
    let ahead = "insert into checkpoint (size, root, note) values (99, sha256('x'), '')";
    let told = attempt(&app, setup::APP, ahead).await.expect_err(ahead);
    assert!(told.contains("does not fit the log"), "{told}");
    judge_rows(&app).await;
    // a person's details are erased: the bodies stay, byte for byte
    assert_eq!(attempt(&app, setup::OWNER, "delete from event_personal").await, Ok(1));
    assert_eq!(app.sql("select e::text from event e order by id").await, before);
    app.end().await;
}
