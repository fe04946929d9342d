//! What goes, and what does not.

use std::collections::BTreeMap;

use pulih::audit::prove;
use pulih::base::checkpoint::Checkpoint;
use pulih::base::merkle;
use pulih::store::log::read;
use reqwest::{Method, StatusCode};
use uuid::Uuid;

use super::{REFERENCE, desk, propose, say};
use crate::log::kit::verified;
use crate::support::desk::Officer;
use crate::support::house::TestApp;
use crate::support::mailed::Mailed;
use crate::support::signing::{Phone, RINA};

/// Whatever names her, in lower case.
const HER: [&str; 8] = [
    "amanah7",
    "rina wijaya",
    "rina@amanah.example",
    "rina.baru@amanah.example",
    "lain@contoh.example",
    "021 555 0101",
    "catatan-tentangnya",
    "surat-kuasanya.pdf",
];

/// Her life with the desk; ends with everything at rest. The case and the mail.
async fn lived(app: &TestApp) -> (Uuid, Uuid) {
    let mut wati = app.officer("wati", &["helpdesk"]).await;
    let mut sari = app.officer("sari", &["supervisor"]).await;
    let mut rina = app.browser();
    rina.sign_in(app, RINA, &Phone::imported()).await;
    app.browser().password(RINA, "bukan-password-saya").await;
    app.browser().kirim("AMANAH7", "lain@contoh.example", "penyedia").await;
    app.browser().kirim("BAHTERA8", "budi@bahtera.example", "non_penyedia").await;
    app.settle().await;
    for term in ["AMANAH7", "rina@amanah", "bahtera8"] {
        wati.browser.open("/staff/accounts").await;
        wati.browser.send("/staff/accounts", &[("term", term)]).await;
    }
    let mail = app.mailed(&Mailed::verified()).await;
    let case = app.case_of(mail).await;
    manual(app, &mut wati, &mut sari).await;
    wati.case(case).await;
    wati.act(case, "take", &[]).await;
    wati.act(case, "note", &[("text", "catatan-tentangnya: Rina Wijaya menelepon.")]).await;
    wati.act(case, "reject", &[("text", "Bukan Rina Wijaya.")]).await;
    assert_eq!(app.of_case(case, "state").await, "closed");
    app.settle().await;
    (case, mail)
}

/// A change of address is proposed with a file, and rejected.
async fn manual(app: &TestApp, wati: &mut Officer, sari: &mut Officer) {
    let account = app.account("AMANAH7").await;
    let path = format!("/staff/accounts/{account}/address");
    wati.browser.open(&path).await;
    let code = wati.code(app).await;
    let fields = [
        ("verified", "call-back"),
        ("called_number", "021 555 0101"),
        ("called_at", "2026-01-05T09:30"),
        ("evidence", "TIKET Rina Wijaya"),
        ("address", "rina.baru@amanah.example"),
        ("note", "catatan-tentangnya"),
        ("user_id", "AMANAH7"),
        ("code", code.as_str()),
    ];
    let page = wati.browser.send(&path, &fields).await.clone();
    let id: Uuid = page.path.rsplit('/').next().unwrap().parse().unwrap_or_else(|_| panic!("{}", page.text()));
    app.sql(&format!(
        "insert into evidence (id, proposal_id, name, media_type, bytes, sha256, sealed, staff_id)
        values (gen_random_uuid(), '{id}', 'surat-kuasanya.pdf', 'application/pdf', 3, sha256('x'), 'abc', '{}')",
        wati.id
    ))
    .await;
    let page = say(app, sari, id, "reject", "Rina Wijaya tidak bisa dihubungi.").await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text());
}

/// Everything that would be proved of each event, against the newest checkpoint.
async fn proofs(app: &TestApp) -> BTreeMap<String, prove::Proved> {
    let mut read = app.app.read().await.unwrap();
    let latest = read::latest(&mut read).await.unwrap().unwrap();
    let mut all = BTreeMap::new();
    for row in app.sql("select id, body from event").await {
        let (id, body) = (row[0].clone().unwrap(), row[1].clone().unwrap());
        let proved = prove::event(&mut read, id.parse().unwrap(), &body, &latest, &prove::verifiers(&app.app).unwrap())
            .await
            .unwrap()
            .unwrap();
        all.insert(id, proved);
    }
    all
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_erased_is_nowhere_and_every_proof_still_holds() {
    let (app, mut admin, mut auditor) = desk().await;
    let (case, mail) = lived(&app).await;
    let rina = app.account("AMANAH7").await;
    let id = propose(&app, &mut admin, "AMANAH7").await;
    app.seal().await;
    let before = proofs(&app).await;
    let others = "select p::text from event_personal p join event e on e.id = p.event_id
        where e.account_id is distinct from '{rina}' and e.request_id in (select id from request where typed_user_id = 'BAHTERA8')
            or p.details ->> 'term' = 'bahtera8' order by e.id";
    let untouched = app.column(&others.replace("{rina}", &rina.to_string())).await;
    assert!(untouched.len() > 1);
    let dump = app.dump().await.to_lowercase();
    for her in HER {
        assert!(dump.contains(her), "{her} never was there");
    }

    let page = auditor.browser.open(&format!("/staff/approvals/{id}")).await.text();
    assert!(page.contains("Yang akan dihapus") && page.contains("Pemiliknya meminta"), "{page}");
    let page = say(&app, &mut auditor, id, "approve", "Rina Wijaya benar meminta.").await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text());
    assert!(page.text().contains("Yang sudah dihapus") && page.text().contains(REFERENCE), "{}", page.text());

    let dump = app.dump().await.to_lowercase();
    for her in HER {
        let at = dump.find(her).map(|at| dump[at.saturating_sub(200)..].chars().take(300).collect::<String>());
        assert_eq!(at, None, "{her} is still there");
    }
    let gone = format!(
        "select count(*) from event_personal p join event e on e.id = p.event_id where e.account_id = '{rina}'"
    );
    assert_eq!(app.value(&gone).await, "0");
    assert_eq!(app.column(&others.replace("{rina}", &rina.to_string())).await, untouched);
    // the same proofs, against the same checkpoint, and new ones against it
    let verifiers = prove::verifiers(&app.app).unwrap();
    for (event, proved) in &before {
        let body = app.value(&format!("select body from event where id = '{event}'")).await;
        assert_eq!(body, proved.body, "{event}");
        let checkpoint = Checkpoint::open(&proved.checkpoint.note, &verifiers).unwrap();
        let (leaf, index) = (merkle::leaf(body.as_bytes()), u64::try_from(proved.leaf.index).unwrap());
        assert!(merkle::verify_inclusion(&leaf, index, checkpoint.size, &proved.path, &checkpoint.root), "{event}");
    }
    app.seal().await;
    assert_eq!(proofs(&app).await.len(), before.len() + 1, "one more event: that it was erased");
    vouched(&app).await;
    told(&app, rina, id).await;
    pages(&app, rina, case, mail).await;
    after(&app).await;
    app.end().await;
}

/// The whole log is verified: what was erased is counted.
async fn vouched(app: &TestApp) {
    let report = verified(app, vec![]).await;
    assert!(report.is_right(), "{:?}", report.findings);
    let told = app.value("select counts ->> 'events' from erasure").await;
    assert_eq!(report.erased.to_string(), told);
}

/// The log says how much went, and not whose.
async fn told(app: &TestApp, rina: Uuid, proposal: Uuid) {
    let body = app.value("select body from event where kind = 'erase.approved'").await;
    let body: serde_json::Value = serde_json::from_str(&body).unwrap();
    let counts = app.value("select counts::text from erasure").await;
    assert_eq!(body["facts"]["erased"], serde_json::from_str::<serde_json::Value>(&counts).unwrap());
    let others = "select encode(sha256(convert_to(string_agg(event_id::text, ',' order by event_id), 'UTF8')), 'hex') from erased_event";
    assert_eq!(body["facts"]["others_sha256"], app.value(others).await);
    for word in ["events", "requests", "letters", "mails", "notes", "addresses", "files", "proposals"] {
        assert!(body["facts"]["erased"][word].as_i64().unwrap() > 0, "{word}: {body}");
    }
    assert_eq!(body["subject"]["account"], rina.to_string());
    assert_eq!(body["subject"]["proposal"], proposal.to_string());
    assert!(body["personal"].is_null(), "what an auditor wrote may name the person: {body}");
    let mut read = app.app.read().await.unwrap();
    let at = pulih::store::erasure::at(&mut read, Some(rina), None).await.unwrap();
    assert!(at.is_some());
    for kind in ["reset.asked", "account.searched", "inbound.read", "login.password"] {
        let query = format!(
            "select e.id || ' ' || coalesce(e.account_id::text, '') from event e
            left join event_personal p on p.event_id = e.id where e.kind = '{kind}' and p.event_id is null limit 1"
        );
        let found = app.value(&query).await;
        let ids: Vec<Option<Uuid>> = found.split(' ').map(|id| id.parse().ok()).collect();
        let of = pulih::store::erasure::of_event(&mut read, ids[0].unwrap(), ids[1]).await.unwrap();
        assert_eq!(of, at, "{kind}");
    }
    assert_eq!(pulih::store::erasure::at(&mut read, Some(app.account("BAHTERA8").await), None).await.unwrap(), None);
}

/// Pages say since when nothing is here.
async fn pages(app: &TestApp, rina: Uuid, case: Uuid, mail: Uuid) {
    let sari = app.id("select id from staff where username = 'sari'").await;
    let browser = app.staff_browser(sari).await;
    for path in [format!("/staff/accounts/{rina}"), format!("/staff/requests/{case}"), format!("/staff/mail/{mail}")] {
        let page = browser.answer(browser.request(Method::GET, &path)).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        assert!(page.text().contains("Data pribadi dihapus pada"), "{path}: {}", page.text());
        let body = page.body.to_lowercase();
        assert!(HER.iter().all(|her| !body.contains(her)), "{path}");
    }
    for deed in ["reset", "address", "protect", "unlock"] {
        let page = browser.answer(browser.request(Method::GET, &format!("/staff/accounts/{rina}/{deed}"))).await;
        assert!(page.status == StatusCode::OK && !page.body.contains("name=\"code\""), "{deed} can be proposed");
    }
}

/// Nobody is that account any more, and somebody may be of that User ID again.
async fn after(app: &TestApp) {
    let mut rina = app.browser();
    rina.password(RINA, crate::support::house::PASSWORD).await;
    assert!(!rina.is_in().await && rina.page.path.starts_with("/login"), "{}", rina.page.path);
    let mails = app.letters().len();
    rina.kirim("AMANAH7", "rina@amanah.example", "penyedia").await;
    let short = app.value("select user_id from account where locked_reason = 'erased'").await;
    rina.kirim(&short, "rina@amanah.example", "penyedia").await;
    app.settle().await;
    assert_eq!(app.letters().len(), mails, "nobody is written to");
    assert_eq!(app.value("select count(*) from request where state = 'unmatched'").await, "3");
    app.import("AMANAH7,penyedia,Rini Baru,rini@amanah.example,,,,\n").await;
    assert_eq!(app.value("select count(*) from account").await, "3");
    let rows = pulih::store::export::page(&mut app.app.read().await.unwrap(), "", 100).await.unwrap().0;
    assert_eq!(rows.len(), 2, "an erased account is exported");
}
