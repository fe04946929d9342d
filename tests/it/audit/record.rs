//! A record proves itself on its page, and elsewhere by the file that is taken along.

use data_encoding::BASE64;
use pulih::audit::prove;
use pulih::base::checkpoint::Checkpoint;
use pulih::base::merkle;
use reqwest::StatusCode;
use serde_json::Value;

use crate::support::house::TestApp;

const HOLDS: &str = "Terbukti tidak berubah sejak dicatat.";
const FAILS: &str = "Catatan ini TIDAK cocok dengan buktinya.";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_record_is_proven_on_its_page_and_by_its_file() {
    let mut app = TestApp::start().await;
    app.leave_letters();
    app.people().await;
    let mut rina = app.browser();
    rina.kirim("AMANAH7", "rina@amanah.example", "penyedia").await;
    app.settle().await;
    let event = app.value("select id from event where kind = 'reset.asked'").await;
    let (path, mut sari) = (format!("/audit/events/{event}"), app.officer("sari", &["auditor"]).await);
    let text = sari.browser.open(&path).await.text();
    assert!(text.contains("Belum disegel.") && !text.contains(HOLDS), "{text}");
    assert_eq!(sari.browser.open(&format!("{path}/proof")).await.status, StatusCode::NOT_FOUND);
    app.seal().await;
    let page = sari.browser.open(&path).await;
    let text = page.text();
    for words in [
        HOLDS,
        "Waktu menurut basis data, tidak ditandatangani",
        "Reset TOTP diminta",
        "Pengguna",
        "rina@amanah.example",
        "Nomor permintaan",
    ] {
        assert!(text.contains(words), "{words} in {text}");
    }
    let reference = app.value("select reference from request").await;
    assert!(page.body.contains(&format!("/audit/cases/{reference}")));
    let file = sari.browser.open(&format!("{path}/proof")).await;
    assert!(file.header("content-disposition").starts_with("attachment; filename=\"pulih-proof-"));
    let proof: Value = serde_json::from_str(&file.body).unwrap();
    assert_eq!(proof["format"], "pulih-proof-1");
    let hashes: Vec<merkle::Hash> = proof["proof"]
        .as_array()
        .unwrap()
        .iter()
        .map(|h| BASE64.decode(h.as_str().unwrap().as_bytes()).unwrap().try_into().unwrap())
        .collect();
    let trusted = prove::verifiers(&app.app).unwrap();
    let checkpoint = Checkpoint::open(proof["checkpoint"].as_str().unwrap(), &trusted).unwrap();
    let leaf = merkle::leaf(proof["event"].as_str().unwrap().as_bytes());
    let index = proof["index"].as_u64().unwrap();
    assert!(merkle::verify_inclusion(&leaf, index, checkpoint.size, &hashes, &checkpoint.root));
    let told = app
        .column(&format!(
            "select kind from event where kind like 'audit.%' and body like '%\"event\":\"{event}\"%' order by id"
        ))
        .await;
    assert_eq!(told, ["audit.read", "audit.read", "audit.proof-taken"]);
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_is_changed_behind_it_is_said_loudly() {
    let app = TestApp::start().await;
    app.people().await;
    let event = app.value("select id from event where kind = 'accounts.imported'").await;
    app.seal().await;
    let mut sari = app.officer("sari", &["auditor"]).await;
    let path = format!("/audit/events/{event}");
    assert!(sari.browser.open(&path).await.text().contains(HOLDS));
    let at = "at = at + interval '1 s'";
    for (table, change) in [
        ("event", "set body = replace(body, '\"created\":2', '\"created\":3')".to_owned()),
        ("event", "set body = 'nothing of ours'".to_owned()),
        ("event", "set kind = 'accounts.exported'".to_owned()),
        ("event", "set outcome = 'refused'".to_owned()),
        ("event", "set actor = 'user'".to_owned()),
        ("event", format!("set {at}")),
        ("event", "set account_id = (select id from account limit 1)".to_owned()),
        ("leaf", "set index = index + 100".to_owned()),
        // what is shown beside the proof, though nothing of it is proved
        ("leaf", format!("set hash = sha256('x') where event_id = '{event}'")),
        ("leaf", format!("set event_at = event_at + interval '1 microsecond' where event_id = '{event}'")),
        ("checkpoint", "set note = replace(note, E'\\n', E'\\n1')".to_owned()),
    ] {
        let keep = format!("set session_replication_role = replica; create table kept as select * from {table};");
        app.sql(&format!("{keep} update {table} {change}")).await;
        let page = sari.browser.open(&path).await;
        let text = page.text();
        // a leaf whose number no checkpoint covers waits for one
        let waits = table == "leaf" && text.contains("Belum disegel.");
        assert!(!text.contains(HOLDS) && (text.contains(FAILS) || waits), "{table} {change}: {text}");
        app.sql(&format!(
            "set session_replication_role = replica; delete from {table} where true; insert into {table} select * from kept; drop table kept"
        ))
        .await;
        assert!(sari.browser.open(&path).await.text().contains(HOLDS), "{table} {change}: put back");
    }
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_and_what_is_stand_side_by_side() {
    let app = TestApp::start().await;
    let mut admin = app.officer("dewi", &["admin"]).await;
    admin.browser.open("/staff/settings/hours").await;
    let form = admin.browser.page.form("/staff/settings/hours");
    let field = form.fields.iter().find(|(_, value)| value.contains("08:00")).unwrap().0.clone();
    admin.browser.send("/staff/settings/hours", &[(&field, "07:00-15:00")]).await;
    let event = app.value("select id from event where kind = 'hours.changed'").await;
    let mut sari = app.officer("sari", &["auditor"]).await;
    let text = sari.browser.open(&format!("/audit/events/{event}")).await.text();
    let (before, after) = text.split_once(" → ").map(|_| text.rsplit_once(" → ").unwrap()).unwrap();
    assert!(before.contains("08:00") && after.contains("07:00"), "{text}");
    assert!(text.contains("Dewi"), "{text}");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn personal_details_are_opened_doubted_or_gone_and_the_proof_stays() {
    let mut app = TestApp::start().await;
    app.leave_letters();
    app.people().await;
    app.browser().kirim("AMANAH7", "rina@amanah.example", "penyedia").await;
    app.seal().await;
    let event = app.value("select id from event where kind = 'reset.asked'").await;
    let (path, mut sari) = (format!("/audit/events/{event}"), app.officer("sari", &["auditor"]).await);
    assert!(sari.browser.open(&path).await.text().contains("rina@amanah.example"));
    app.sql(&format!(
        "set session_replication_role = replica;
        update event_personal set details = details || '{{\"address\":\"lain@amanah.example\"}}' where event_id = '{event}'"
    ))
    .await;
    let text = sari.browser.open(&path).await.text();
    assert!(
        text.contains("Tidak cocok dengan catatan") && text.contains("lain@amanah.example") && text.contains(HOLDS)
    );
    app.sql(&format!("set session_replication_role = replica; delete from event_personal where event_id = '{event}'"))
        .await;
    let text = sari.browser.open(&path).await.text();
    assert!(text.contains("Hilang tanpa penghapusan yang tercatat") && text.contains(HOLDS), "{text}");
    assert!(!text.contains("@amanah.example"), "{text}");
    app.end().await;
}
