//! Migrations: each can be redone, and the tables are those that diesel knows.

use std::collections::BTreeSet;

use pulih::config::Database;
use pulih::store::migrations::{self, Task};
use pulih::store::setup;
use secrecy::SecretString;

use crate::support::house::{TestApp, cluster, sql};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_migration_can_be_redone() {
    let name = "redone";
    let url = |database: &str, user: &str| cluster().url(database, user);
    setup::prepare(name, url).await.unwrap();
    let before = columns(name).await;
    let owner = SecretString::from(url(name, setup::OWNER));
    let redone = migrations::run(&Database::default(), &owner, Task::Redo).unwrap();
    assert_eq!(redone, migrations::names().unwrap());
    assert_eq!(columns(name).await, before);
    assert!(migrations::run(&Database::default(), &owner, Task::Pending).unwrap().is_empty());
    sql("postgres", &format!("drop database {name} with (force)")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_tables_are_those_that_diesel_knows() {
    let app = TestApp::start().await;
    let known = known();
    let there = columns(&app.database).await;
    let tables: BTreeSet<&str> = known.iter().map(|column| column.split('.').next().unwrap()).collect();
    let there: BTreeSet<String> =
        there.into_iter().filter(|column| tables.contains(column.split('.').next().unwrap())).collect();
    assert_eq!(there, known, "migrations and src/store/schema.rs differ");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_apps_role_cannot_rewrite_the_log() {
    let app = TestApp::start().await;
    for table in ["event", "event_personal", "seal_queue", "leaf", "tile", "checkpoint"] {
        for right in ["update", "delete", "truncate"] {
            let may =
                app.value(&format!("select has_table_privilege('pulih', 'public.{table}', '{right}')::text")).await;
            assert_eq!(may, "false", "{right} on {table}");
        }
    }
    app.end().await;
}

/// Columns of the database as `table.column type null`.
async fn columns(database: &str) -> BTreeSet<String> {
    let rows = sql(
        database,
        "select table_name || '.' || column_name || ' ' || udt_name || case is_nullable when 'YES' then ' null' else '' end
        from information_schema.columns where table_schema = 'public' and table_name !~ '_[0-9]{4}_[0-9]{2}$'
            and table_name not like '\\_\\_%'",
    )
    .await;
    rows.into_iter().filter_map(|row| row.into_iter().next().flatten()).collect()
}

/// The same from `src/store/schema.rs`, read as text.
fn known() -> BTreeSet<String> {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/src/store/schema.rs")).unwrap();
    let (mut columns, mut table, mut renamed) = (BTreeSet::new(), String::new(), None);
    for line in text.lines().map(str::trim) {
        if let Some((name, _)) = line.split_once(" (").filter(|_| line.ends_with('{')) {
            name.clone_into(&mut table);
        } else if let Some(name) = line.strip_prefix("#[sql_name = \"") {
            renamed = name.split('"').next().map(str::to_owned);
        } else if let Some((name, kind)) = line.trim_end_matches(',').split_once(" -> ") {
            let (kind, null) = match kind.strip_prefix("Nullable<") {
                Some(kind) => (kind.trim_end_matches('>'), " null"),
                None => (kind, ""),
            };
            let kind = match kind {
                "Uuid" => "uuid",
                "Text" => "text",
                "Timestamptz" => "timestamptz",
                "Bool" => "bool",
                "SmallInt" => "int2",
                "Integer" => "int4",
                "BigInt" => "int8",
                "Binary" => "bytea",
                "Array<BigInt>" => "_int8",
                other => panic!("{other} is not known here"),
            };
            let name = renamed.take().unwrap_or_else(|| name.to_owned());
            columns.insert(format!("{table}.{name} {kind}{null}"));
        }
    }
    assert!(columns.len() > 50);
    columns
}
