//! Exports: whole, provable, harmless to spreadsheets, and resumed where somebody was killed.

use chrono::TimeDelta;
use data_encoding::HEXLOWER;
use pulih::audit::prove;
use pulih::base::checkpoint::Checkpoint;
use pulih::base::merkle::{self, Edge};
use pulih::base::note;
use pulih::workers::exporter::Exporter;
use pulih::workers::sweeper;
use reqwest::{Method, StatusCode};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::support::browser::Page;
use crate::support::desk::Officer;
use crate::support::house::TestApp;

/// Writes events whose columns say what their bytes do.
async fn events(app: &TestApp, count: usize) {
    app.sql(&format!(
        "insert into event (id, at, kind, outcome, actor, body)
        select id, at, 'log.heartbeat', 'done', 'worker', concat('{{\"actor\":{{\"kind\":\"worker\"}},\"at\":\"',
            to_char(at at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US'), 'Z\",\"facts\":{{}},\"id\":\"', id,
            '\",\"kind\":\"log.heartbeat\",\"outcome\":\"done\",\"subject\":{{}}}}')
        from (select gen_random_uuid() as id, pulih.now() as at from generate_series(1, {count})) n"
    ))
    .await;
}

/// Asks for an export with these fields.
async fn ask(auditor: &mut Officer, filled: &[(&str, &str)]) {
    auditor.browser.open("/audit/exports").await;
    let page = auditor.browser.send("/audit/exports", filled).await;
    page.assert_at("/audit/exports?note=asked");
}

/// Makes whatever is to be made.
async fn make(app: &TestApp) {
    app.seal().await;
    let exporter = Exporter::default();
    while exporter.step(&app.app).await.unwrap() {}
}

/// Fetches the newest export: its file and its manifest.
async fn fetch(app: &TestApp, auditor: &Officer) -> (Page, Page) {
    let id = app.value("select id from export order by asked_at desc limit 1").await;
    let get = async |what: &str| {
        let path = format!("/audit/exports/{id}/{what}");
        auditor.browser.answer(auditor.browser.request(Method::GET, &path)).await
    };
    (get("file").await, get("manifest").await)
}

/// What a manifest says, once a key of ours is seen to have signed it.
fn said(app: &TestApp, manifest: &str) -> Value {
    let text = note::open(manifest, &prove::verifiers(&app.app).unwrap()).unwrap();
    let (first, line) = text.strip_suffix('\n').unwrap().split_once('\n').unwrap();
    assert_eq!(first, format!("{}/export", prove::origin(&app.app)));
    assert!(Checkpoint::open(manifest, &prove::verifiers(&app.app).unwrap()).is_err(), "a manifest is no checkpoint");
    serde_json::from_str(line).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_export_is_the_whole_log_and_its_manifest_proves_it() {
    let app = TestApp::start().await;
    app.people().await;
    let mut browser = app.browser();
    browser.kirim("AMANAH7", "rina@amanah.example", "penyedia").await;
    app.settle().await;
    let mut auditor = app.officer("citra", &["auditor"]).await;
    ask(&mut auditor, &[("format", "jsonl"), ("personal", "1")]).await;
    make(&app).await;
    let page = auditor.browser.open("/audit/exports").await.text();
    assert!(page.contains("Siap") && page.contains("SHA-256"), "{page}");
    let (file, manifest) = fetch(&app, &auditor).await;
    assert!(file.header("content-disposition").starts_with("attachment; filename=\"pulih-history-"));
    let said = said(&app, &manifest.body);
    assert_eq!(said["file_sha256"], HEXLOWER.encode(&Sha256::digest(file.body.as_bytes())));
    assert_eq!(said["bytes"], file.body.len());
    let signed = Checkpoint::open(said["checkpoint"].as_str().unwrap(), &prove::verifiers(&app.app).unwrap()).unwrap();
    let mut edge = Edge::default();
    for (at, line) in file.body.lines().enumerate() {
        let row: Value = serde_json::from_str(line).unwrap();
        assert_eq!(row["leaf"], at);
        let leaf = merkle::leaf(row["body"].as_str().unwrap().as_bytes());
        let kept = app.value(&format!("select encode(hash, 'hex') from leaf where index = {at}")).await;
        assert_eq!(HEXLOWER.encode(&leaf), kept);
        edge.push(leaf, |_, _| {});
    }
    assert_eq!((edge.size(), edge.root()), (signed.size, signed.root), "every leaf of the checkpoint");
    assert_eq!(said["rows"], edge.size());
    assert!(file.body.contains("\"reset.asked\"") && file.body.contains("rina@amanah.example"));
    let told = app.events().await;
    for kind in ["audit.export-asked", "audit.export-made", "audit.export-fetched"] {
        assert!(told.iter().any(|told| told == kind), "{told:?}");
    }
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_csv_holds_what_was_searched_no_formula_and_nothing_personal() {
    let app = TestApp::start().await;
    app.people().await;
    app.browser().kirim("AMANAH7", "rina@amanah.example", "penyedia").await;
    app.settle().await;
    let mut auditor = app.officer("=citra", &["auditor"]).await;
    ask(&mut auditor, &[("format", "csv"), ("query", "kind:reset.asked,audit")]).await;
    make(&app).await;
    let (file, manifest) = fetch(&app, &auditor).await;
    assert_eq!(file.header("content-type"), "text/csv; charset=utf-8");
    let mut reader = csv::Reader::from_reader(file.body.as_bytes());
    let column = |name: &str, headers: &csv::StringRecord| headers.iter().position(|h| h == name).unwrap();
    let headers = reader.headers().unwrap().clone();
    let (kind, staff, body) = (column("kind", &headers), column("staff", &headers), column("body", &headers));
    let actor_id = column("actor_id", &headers);
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(said(&app, &manifest.body)["rows"], rows.len());
    let kinds: Vec<&str> = rows.iter().map(|row| &row[kind]).collect();
    assert_eq!(kinds, ["reset.asked", "audit.export-asked"]);
    // who it was is sealed, what they are called is not
    assert_eq!((&rows[1][staff], &rows[1][actor_id]), ("'=citra", auditor.id.to_string().as_str()));
    assert_eq!(said(&app, &manifest.body)["labels"], serde_json::json!(["staff", "request"]));
    for row in &rows {
        let known = app.value(&format!("select count(*) from event where body = '{}'", &row[body])).await;
        assert_eq!(known, "1", "the body stays exact");
        assert!(row.iter().all(|cell| !cell.starts_with(['=', '+', '-', '@', '\t', '\r'])), "{row:?}");
    }
    assert!(!file.body.contains("rina@amanah.example"));
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_killed_midway_is_taken_over_and_no_row_is_lost_or_doubled() {
    let app = TestApp::start().await;
    events(&app, 5_000).await;
    app.seal().await;
    let mut auditor = app.officer("citra", &["auditor"]).await;
    ask(&mut auditor, &[("format", "jsonl")]).await;
    // it makes one part and is never heard of again
    assert!(Exporter::default().step(&app.app).await.unwrap());
    let other = Exporter::default();
    assert!(!other.step(&app.app).await.unwrap(), "the lease holds");
    assert!(auditor.browser.open("/audit/exports").await.text().contains("Sedang disiapkan"));
    app.advance(TimeDelta::seconds(61)).await;
    while other.step(&app.app).await.unwrap() {}
    let (file, manifest) = fetch(&app, &auditor).await;
    let leaves: Vec<u64> =
        file.body.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["leaf"].as_u64().unwrap()).collect();
    let said = said(&app, &manifest.body);
    assert_eq!(leaves, (0..said["size"].as_u64().unwrap()).collect::<Vec<_>>());
    assert!(leaves.len() >= 5_000);
    assert_eq!(said["file_sha256"], HEXLOWER.encode(&Sha256::digest(file.body.as_bytes())));
    assert_eq!(app.value("select count(*) from event where kind = 'audit.export-made'").await, "1");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_is_gone_after_a_day_and_others_never_see_it() {
    let app = TestApp::start().await;
    app.people().await;
    let mut auditor = app.officer("citra", &["auditor"]).await;
    ask(&mut auditor, &[("format", "csv")]).await;
    make(&app).await;
    assert_eq!(fetch(&app, &auditor).await.0.status, StatusCode::OK);
    for role in ["helpdesk", "supervisor", "admin"] {
        let other = app.officer(role, &[role]).await;
        let (file, manifest) = fetch(&app, &other).await;
        assert_eq!((file.status, manifest.status), (StatusCode::NOT_FOUND, StatusCode::NOT_FOUND), "{role}");
    }
    app.advance(TimeDelta::hours(24)).await;
    auditor.browser = app.staff_browser(auditor.id).await;
    let (file, manifest) = fetch(&app, &auditor).await;
    assert_eq!((file.status, manifest.status), (StatusCode::NOT_FOUND, StatusCode::NOT_FOUND));
    assert!(auditor.browser.open("/audit/exports").await.text().contains("Masa unduh habis"));
    while sweeper::tidy(&app.app).await.unwrap() {}
    assert_eq!(app.value("select count(*) from export_part").await, "0");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_query_that_is_none_comes_back_and_a_second_export_waits_for_the_first() {
    let app = TestApp::start().await;
    let mut auditor = app.officer("citra", &["auditor"]).await;
    auditor.browser.open("/audit/exports").await;
    let typed = [("format", "jsonl"), ("query", "kind:reset.confirmed who:me")];
    let page = auditor.browser.send("/audit/exports", &typed).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.text().contains("tidak bisa dibaca: who:me."), "{}", page.text());
    assert_eq!(page.form("/audit/exports").value("query"), "kind:reset.confirmed who:me");
    ask(&mut auditor, &[("format", "csv")]).await;
    auditor.browser.open("/audit/exports").await;
    let page = auditor.browser.send("/audit/exports", &[("format", "csv")]).await;
    page.assert_at("/audit/exports?note=busy");
    assert_eq!(app.value("select count(*) from export").await, "1");
    assert_eq!(app.value("select count(*) from event where kind = 'audit.export-asked'").await, "1");
    app.end().await;
}

/// Asks for all resets that were confirmed, after something was done to one of them; the log says that nothing was made of it.
async fn altered(how: &str) {
    let app = TestApp::start().await;
    events(&app, 3).await;
    app.people().await;
    app.seal().await;
    let mut auditor = app.officer("citra", &["auditor"]).await;
    ask(&mut auditor, &[("format", "csv"), ("query", "kind:accounts.imported")]).await;
    app.sql(&format!("set session_replication_role = replica; {how} where kind = 'accounts.imported'")).await;
    make(&app).await;
    assert!(auditor.browser.open("/audit/exports").await.text().contains("Catatan tidak utuh"), "{how}");
    let made = app.value("select body from event where kind = 'audit.export-made'").await;
    assert!(made.contains("\"sha256\":null"), "{how}: {made}");
    assert_eq!(app.value("select count(*) from export where manifest is not null").await, "0");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_that_is_not_whole_gives_no_export() {
    altered("delete from event").await;
    altered("update event set body = replace(body, '\"created\":2', '\"created\":3')").await;
    altered("update event set kind = 'accounts.exported'").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn personal_details_go_along_as_sealed_or_not_at_all() {
    let app = TestApp::start().await;
    app.people().await;
    app.browser().kirim("AMANAH7", "rina@amanah.example", "penyedia").await;
    app.settle().await;
    app.seal().await;
    let mut auditor = app.officer("citra", &["auditor"]).await;
    let event = app.value("select id from event where kind = 'reset.asked'").await;
    let erased = format!(
        "with made as (insert into erasure (id, account_id, proposal_id, counts)
            values (gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), '{{}}') returning id)
        insert into erased_event select '{event}', id from made"
    );
    for (how, whole) in [
        ("select 1", true),
        (&*format!("update event_personal set details = details - 'address' where event_id = '{event}'"), false),
        (&*format!("delete from event_personal where event_id = '{event}'"), false),
        (&erased, true),
    ] {
        ask(&mut auditor, &[("format", "jsonl"), ("personal", "1"), ("query", "kind:reset.asked")]).await;
        app.sql(&format!("set session_replication_role = replica; {how}")).await;
        make(&app).await;
        let newest = "from export order by asked_at desc limit 1";
        assert_eq!(
            app.value(&format!("select manifest is not null {newest}")).await,
            if whole { "t" } else { "f" },
            "{how}"
        );
        if whole {
            let file = fetch(&app, &auditor).await.0;
            let row: Value = serde_json::from_str(file.body.trim_end()).unwrap();
            let address = row["personal"]["address"].as_str();
            assert_eq!(address, (how == "select 1").then_some("rina@amanah.example"), "{how}");
        }
        app.advance(TimeDelta::seconds(1)).await;
    }
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_export_takes_whatever_the_history_finds() {
    let app = TestApp::start().await;
    app.people().await;
    app.browser().kirim("AMANAH7", "rina@amanah.example", "penyedia").await;
    app.browser().kirim("BAHTERA8", "budi@bahtera.example", "non_penyedia").await;
    app.settle().await;
    app.seal().await;
    let mut auditor = app.officer("citra", &["auditor"]).await;
    let found = auditor.browser.open("/audit?q=user:AMANAH7%20-kind:mail&outcome=done").await;
    let (_, link) = found.body.split_once("href=\"/audit/exports?q=").unwrap();
    let link = format!("/audit/exports?q={}", link.split('"').next().unwrap());
    let typed = auditor.browser.open(&link).await.form("/audit/exports").value("query").to_owned();
    assert_eq!(typed, "user:AMANAH7 -kind:mail outcome:done");
    ask(&mut auditor, &[("format", "jsonl"), ("query", &typed)]).await;
    make(&app).await;
    let file = fetch(&app, &auditor).await.0;
    let kinds: Vec<String> = file
        .body
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["kind"].as_str().unwrap().to_owned())
        .collect();
    let wanted = app
        .column(
            "select kind from event e join leaf l on l.event_id = e.id
            where (account_id = (select id from account where user_id = 'AMANAH7')
                or request_id = (select id from request where typed_user_id = 'AMANAH7'))
                and kind not like 'mail.%' and outcome = 'done' order by l.index",
        )
        .await;
    assert_eq!(kinds, wanted);
    assert!(kinds.contains(&"reset.asked".to_owned()), "{kinds:?}");
    app.end().await;
}
