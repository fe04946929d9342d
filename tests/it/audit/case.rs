//! The pack of a request: complete, provable offline, printable, and safe to open.

use data_encoding::{BASE64, HEXLOWER};
use hmac::{Hmac, KeyInit, Mac};
use pulih::audit::prove;
use pulih::base::checkpoint::Checkpoint;
use pulih::base::merkle;
use pulih::model::staff::Role;
use pulih::web::routes::packs;
use reqwest::{Method, StatusCode};
use serde_json::Value;
use sha2::Sha256;

use crate::support::browser::Page;
use crate::support::desk::Officer;
use crate::support::house::TestApp;

async fn get(officer: &Officer, path: &str) -> Page {
    officer.browser.answer(officer.browser.request(Method::GET, path)).await
}

/// A request that went all the way to its reset; its reference.
async fn reset(app: &TestApp) -> String {
    app.people().await;
    let mut browser = app.browser();
    browser.kirim("AMANAH7", "rina@amanah.example", "penyedia").await;
    let reference = browser.page.path.split("r=").nth(1).unwrap().to_owned();
    app.settle().await;
    browser.reset(&app.link_to("rina@amanah.example", "/r/")).await;
    app.settle().await;
    reference
}

/// HMAC-SHA-256, in hexadecimal.
fn mac(key: &str, message: &str) -> String {
    let key = HEXLOWER.decode(key.as_bytes()).unwrap();
    let mac = Hmac::<Sha256>::new_from_slice(&key).unwrap().chain_update(message.as_bytes());
    HEXLOWER.encode(&mac.finalize().into_bytes())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_event_of_a_request_is_proved_by_its_pack_alone() {
    let app = TestApp::start().await;
    let reference = reset(&app).await;
    // somebody else's request does not belong here
    app.browser().kirim("BAHTERA8", "budi@bahtera.example", "non_penyedia").await;
    app.settle().await;
    app.seal().await;
    let auditor = app.officer("citra", &["auditor"]).await;
    let answer = get(&auditor, &format!("/audit/cases/{reference}/pack.json")).await;
    assert!(answer.header("content-disposition").contains(&format!("{reference}.json")));
    let pack: Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!((&pack["format"], &pack["reference"]), (&"pulih-pack-1".into(), &reference.as_str().into()));
    let note = pack["checkpoint"].as_str().unwrap();
    let checkpoint = Checkpoint::open(note, &prove::verifiers(&app.app).unwrap()).unwrap();
    let (mut kinds, mut opened) = (Vec::new(), 0);
    for event in pack["events"].as_array().unwrap() {
        let body = event["event"].as_str().unwrap();
        let path: Vec<merkle::Hash> = event["proof"]
            .as_array()
            .unwrap()
            .iter()
            .map(|hash| BASE64.decode(hash.as_str().unwrap().as_bytes()).unwrap().try_into().unwrap())
            .collect();
        let index = event["index"].as_u64().unwrap();
        let leaf = merkle::leaf(body.as_bytes());
        assert!(merkle::verify_inclusion(&leaf, index, checkpoint.size, &path, &checkpoint.root), "{body}");
        let body: Value = serde_json::from_str(body).unwrap();
        for (name, detail) in event["personal"].as_object().unwrap() {
            let (key, value) = (detail["key"].as_str().unwrap(), detail["value"].as_str().unwrap());
            assert_eq!(body["personal"][name], mac(key, value), "{name}");
            opened += 1;
        }
        kinds.push(body["kind"].as_str().unwrap().to_owned());
    }
    for kind in ["reset.asked", "reset.matched", "mail.accepted", "link.opened", "reset.confirmed"] {
        assert!(kinds.iter().any(|found| found == kind), "{kind}: {kinds:?}");
    }
    assert!(opened >= 3, "the details of the asking");
    assert_eq!(kinds.iter().filter(|kind| *kind == "reset.asked").count(), 1, "{kinds:?}");
    assert_eq!(pack["waiting"], 1, "that it is read waits for its seal");
    assert!(!answer.body.contains("budi@bahtera.example"));
    assert!(app.events().await.contains(&"audit.case-read".to_owned()));
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_page_tells_everything_and_what_was_erased() {
    let app = TestApp::start().await;
    let reference = reset(&app).await;
    app.seal().await;
    let auditor = app.officer("citra", &["auditor"]).await;
    let page = get(&auditor, &format!("/audit/cases/{reference}")).await;
    assert_eq!(page.status, StatusCode::OK);
    let text = page.text();
    for words in ["Berkas permintaan", "AMANAH7", "Rina Wijaya", "TOTP direset", "Tautan reset", "dipakai", "Terkirim"]
    {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert!(text.contains("rina@amanah.example") && text.contains("Belum disegel"), "{text}");
    app.sql("delete from event_personal").await;
    let text = get(&auditor, &format!("/audit/cases/{reference}")).await.text();
    assert!(text.contains("Alamat email: Hilang tanpa penghapusan yang tercatat"), "{text}");
    assert_eq!(closed(&auditor, &reference).await, ["gone"]);
    let asked = app.value("select id from event where kind = 'reset.asked'").await;
    let text = get(&auditor, &format!("/audit/events/{asked}")).await.text();
    assert!(text.contains("Hilang tanpa penghapusan yang tercatat"), "{text}");
    app.sql(
        "set session_replication_role = replica;
        with made as (insert into erasure (id, account_id, proposal_id, counts)
            select gen_random_uuid(), account_id, gen_random_uuid(), '{}' from request where account_id is not null returning id)
        insert into erased_event select e.id, made.id from made, event e where e.account_id is null",
    )
    .await;
    let text = get(&auditor, &format!("/audit/cases/{reference}")).await.text();
    assert!(text.contains("Alamat email: Dihapus pada") && !text.contains("Hilang tanpa"), "{text}");
    assert_eq!(closed(&auditor, &reference).await, ["erased"]);
    app.end().await;
}

/// Why details of a pack do not open.
async fn closed(auditor: &Officer, reference: &str) -> Vec<String> {
    let pack = get(auditor, &format!("/audit/cases/{reference}/pack.json")).await.body;
    let pack: Value = serde_json::from_str(&pack).unwrap();
    let events = pack["events"].as_array().unwrap();
    assert!(events.iter().all(|event| event["personal"].as_object().unwrap().is_empty()));
    let why = events.iter().flat_map(|event| event["closed"].as_object().unwrap().values());
    let mut why: Vec<String> = why.map(|why| why.as_str().unwrap().to_owned()).collect();
    why.dedup();
    why
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_changed_after_its_seal_is_proved_nowhere() {
    let app = TestApp::start().await;
    let reference = reset(&app).await;
    app.seal().await;
    let auditor = app.officer("citra", &["auditor"]).await;
    let event = app.value("select id from event where kind = 'reset.confirmed'").await;
    let its = format!("where id = '{event}'");
    for (table, change) in [
        ("event", format!("set body = replace(body, 'reset.confirmed', 'reset.cancelled') {its}")),
        ("event", format!("set body = 'nothing of ours \\u0000' {its}")),
        ("event", format!("set kind = 'reset.cancelled' {its}")),
        ("event", format!("set at = at + interval '1 s' {its}")),
        ("checkpoint", "set note = replace(note, E'\n', E'\n1')".to_owned()),
    ] {
        let keep = format!("set session_replication_role = replica; create table kept as select * from {table};");
        app.sql(&format!("{keep} update {table} {change}")).await;
        let page = get(&auditor, &format!("/audit/cases/{reference}")).await;
        assert_eq!(page.status, StatusCode::OK, "{change}");
        let text = page.text();
        assert!(text.contains("Tidak terbukti") && text.contains("TIDAK cocok dengan buktinya"), "{change}: {text}");
        let pack = get(&auditor, &format!("/audit/cases/{reference}/pack.json")).await.body;
        let pack: Value = serde_json::from_str(&pack).unwrap();
        let unproved = pack["unproved"].as_array().unwrap();
        assert!(unproved.iter().any(|one| one["id"] == event), "{change}: {pack}");
        assert!(table != "event" || unproved.len() == 1, "{change}: the others are as they were");
        let file = get(&auditor, &format!("/audit/events/{event}/proof")).await;
        assert_eq!(file.status, StatusCode::NOT_FOUND, "{change}: no proof is handed out");
        app.sql(&format!(
            "set session_replication_role = replica; delete from {table} where true; insert into {table} select * from kept; drop table kept"
        ))
        .await;
    }
    assert!(!get(&auditor, &format!("/audit/cases/{reference}")).await.text().contains("Tidak terbukti"));
    app.sql("set session_replication_role = replica; update event_personal set details = details || '{\"address\":\"lain@amanah.example\"}'")
        .await;
    let text = get(&auditor, &format!("/audit/cases/{reference}")).await.text();
    assert!(text.contains("Tidak cocok dengan catatan lain@amanah.example"), "{text}");
    assert!(!text.contains("Alamat email: lain@amanah.example"), "{text}");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_pack_does_not_hold_is_counted_and_readings_give_way_first() {
    let app = TestApp::start().await;
    let reference = reset(&app).await;
    let auditor = app.officer("citra", &["auditor"]).await;
    app.sql(
        "insert into event (id, at, kind, outcome, actor, request_id, body)
        select gen_random_uuid(), pulih.now() - interval '1 h', 'audit.case-read', 'done', 'staff', id, '{}'
        from request, generate_series(1, 2000)",
    )
    .await;
    let text = get(&auditor, &format!("/audit/cases/{reference}")).await.text();
    assert!(text.contains("TOTP direset") && text.contains("2000 dari 20"), "{text}");
    let pack = get(&auditor, &format!("/audit/cases/{reference}/pack.json")).await.body;
    let pack: Value = serde_json::from_str(&pack).unwrap();
    assert!(pack["left_out"].as_u64().unwrap() > 3, "{}", pack["left_out"]);
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_desk_and_its_case_did_is_told_with_who_did_it() {
    let app = TestApp::start().await;
    app.people().await;
    let mut browser = app.browser();
    browser.kirim("AMANAH7", "rina@amanah.example", "penyedia").await;
    let reference = browser.page.path.split("r=").nth(1).unwrap().to_owned();
    app.settle().await;
    browser.open(&format!("/requests/{reference}")).await;
    browser.send(&format!("/requests/{reference}/help"), &[]).await;
    app.settle().await;
    let mut sari = app.officer("sari", &["helpdesk"]).await;
    let case = app.value("select id from desk_case").await;
    sari.browser.open(&format!("/staff/requests/{case}")).await;
    sari.browser.send(&format!("/staff/requests/{case}/take"), &[]).await;
    let auditor = app.officer("citra", &["auditor"]).await;
    let text = get(&auditor, &format!("/audit/cases/{reference}")).await.text();
    for words in ["Masuk antrean petugas", "Diambil", "Sari", "Petugas yang bertindak", "1 tindakan"] {
        assert!(text.contains(words), "{words}: {text}");
    }
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_file_is_one_piece_and_nothing_in_it_can_break_out() {
    let app = TestApp::start().await;
    app.people().await;
    let evil = "</script><script>alert(1)</script>";
    let mut browser = app.browser();
    browser.kirim(evil, "rina@amanah.example", "penyedia").await;
    let reference = browser.page.path.split("r=").nth(1).unwrap().to_owned();
    app.settle().await;
    app.seal().await;
    let auditor = app.officer("citra", &["auditor"]).await;
    let file = get(&auditor, &format!("/audit/cases/{reference}/pack.html")).await;
    assert!(file.header("content-disposition").starts_with("attachment"));
    assert_eq!(file.body.matches("<script").count(), 1);
    assert_eq!(file.body.matches("</script").count(), 1);
    for outside in ["src=", "href=", "url(", "@import", "<link", "<img", "<iframe", "<form"] {
        assert!(!file.body.contains(outside), "{outside}");
    }
    let json = file.body.split("id=\"pack\">").nth(1).unwrap().split("</script>").next().unwrap();
    let pack: Value = serde_json::from_str(json).unwrap();
    let asked = pack["events"].as_array().unwrap().iter().find(|event| event["personal"]["user_id"]["value"] == evil);
    assert!(asked.is_some(), "{json}");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn auditors_alone_find_these_rooms() {
    let app = TestApp::start().await;
    let nothing = pulih::base::random::id().to_string();
    for &role in Role::ALL {
        let officer = app.officer(role.code(), &[role.code()]).await;
        for row in packs::ROWS.iter().filter(|row| row.method.as_str() == "GET") {
            let path = row.path.replace("{id}", &nothing).replace("{reference}", "R-0000-0000");
            let status = get(&officer, &path).await.status;
            let there = role == Role::Auditor && !row.path.contains('{');
            assert_eq!(status == StatusCode::OK, there, "{path} as {}: {status}", role.code());
            assert!(there || status == StatusCode::NOT_FOUND, "{path} as {}: {status}", role.code());
        }
    }
    let page = app.browser().open("/audit/integrity").await.path.clone();
    assert!(page.starts_with("/staff/login"), "{page}");
    assert!(app.events().await.iter().all(|kind| !kind.starts_with("audit.")), "nothing was read");
    app.end().await;
}
