//! What auditors still look at, what only seems to be the person's, and what comes after an erasure.

use chrono::TimeDelta;
use pulih::workers::sweeper;
use reqwest::StatusCode;
use uuid::Uuid;

use super::{desk, nothing_went, propose, say, sent};
use crate::support::house::TestApp;

/// An auditor marks an event of the account.
async fn mark(app: &TestApp, event: &str, auditor: Uuid, mark: &str) {
    app.sql(&format!(
        "insert into review_mark (id, event_id, event_at, mark, note, staff_id)
        select gen_random_uuid(), id, at, '{mark}', 'Tentang Rina Wijaya.', '{auditor}' from event where id = '{event}'"
    ))
    .await;
}

/// An event with details that says what it likes.
async fn event(app: &TestApp, kind: &str, account: &str, body: &str, details: &str) {
    app.sql(&format!(
        "with e as (insert into event (id, at, kind, outcome, actor, account_id, body)
            values (gen_random_uuid(), pulih.now(), '{kind}', 'done', 'worker', {account}, '{body}') returning id, at)
        insert into event_personal (event_id, at, salt, details) select id, at, sha256('x'), '{details}' from e"
    ))
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_an_auditor_has_not_closed_keeps_the_person() {
    let (app, mut admin, mut auditor) = desk().await;
    let umar = app.officer("umar", &["auditor"]).await;
    app.browser().password(("AMANAH7", "penyedia"), "salah").await;
    let about = app.value("select id from event where kind = 'login.password'").await;
    mark(&app, &about, umar.id, "finding").await;
    let page = sent(&app, &mut admin, "AMANAH7", &[]).await;
    assert_eq!(page.status, StatusCode::CONFLICT);
    assert!(page.text().contains("Pertanyaan atau temuan auditor yang belum ditutup: 1"), "{}", page.text());
    assert!(!page.body.contains("/audit/events/"), "the history is not an admin's");
    mark(&app, &about, umar.id, "ok").await;
    let id = propose(&app, &mut admin, "AMANAH7").await;
    for name in ["tika", "umar"] {
        let letter = app.letter_to(&format!("{name}@lpse.example"));
        let text = letter.text;
        assert!(text.contains("Penghapusan data pribadi diajukan") && text.contains(super::REFERENCE), "{text}");
        assert!(!text.contains("AMANAH7") && !text.contains("Rina"), "{text}");
    }
    // one who was told of it asks
    mark(&app, &about, umar.id, "question").await;
    let page = say(&app, &mut auditor, id, "approve", "").await;
    assert_eq!(page.status, StatusCode::CONFLICT, "{}", page.text());
    assert!(page.body.contains(&format!("href=\"/audit/events/{about}\"")), "{}", page.body);
    nothing_went(&app).await;
    mark(&app, &about, umar.id, "ok").await;
    assert_eq!(say(&app, &mut auditor, id, "approve", "").await.status, StatusCode::OK);
    assert_eq!(app.value("select count(*) from review_mark where note <> ''").await, "0");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_case_of_another_account_keeps_its_words() {
    let (app, mut admin, mut auditor) = desk().await;
    // budi asks under her User ID, and the desk works on it as his
    app.browser().kirim("AMANAH7", "budi@bahtera.example", "penyedia").await;
    app.settle().await;
    app.sql(
        "insert into desk_case (id, reference, account_id, request_id, reason, state, outcome, due_at, closed_at)
            select gen_random_uuid(), 'R-TEST-TEST', a.id, r.id, 'late', 'closed', 'closed', pulih.now(), pulih.now()
            from account a, request r where a.user_id = 'BAHTERA8';
        insert into case_entry (id, case_id, kind, staff_id, text)
            select gen_random_uuid(), c.id, 'note', s.id, 'Budi menelepon.' from desk_case c, staff s where s.username = 'agus'",
    )
    .await;
    let id = propose(&app, &mut admin, "AMANAH7").await;
    assert_eq!(say(&app, &mut auditor, id, "approve", "").await.status, StatusCode::OK);
    assert_eq!(app.value("select text from case_entry").await, "Budi menelepon.");
    assert_eq!(app.value("select count(*) from request where typed_user_id = 'AMANAH7'").await, "0");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn exports_that_name_the_person_end_and_others_go_on() {
    let (app, mut admin, mut auditor) = desk().await;
    let id = propose(&app, &mut admin, "AMANAH7").await;
    let asks = |who: Uuid, query: &str, personal: bool| {
        format!(
            "insert into export (id, asked_by, format, personal_too, query) values (gen_random_uuid(), '{who}', 'csv', {personal}, '{query}')"
        )
    };
    app.sql(&asks(auditor.id, "user:AMANAH7 outcome:done", false)).await;
    app.sql(&asks(admin.id, "kind:login.password", false)).await;
    let umar = app.officer("umar", &["auditor"]).await;
    app.sql(&asks(umar.id, "kind:reset.asked", true)).await;
    // what cannot be read keeps nobody from being erased
    event(&app, "inbound.read", "null", "{\"a\":\"\\u0000\"}", "{\"from\":\"x\"}").await;
    event(&app, "audit.marked", "null", "no event at all", "{\"note\":\"x\"}").await;
    assert_eq!(say(&app, &mut auditor, id, "approve", "").await.status, StatusCode::OK);
    let left = app.column("select state || ' ' || query from export order by 1").await;
    assert_eq!(left, ["failed ", "failed kind:reset.asked", "queued kind:login.password"]);
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_comes_after_an_erasure_goes_too_and_troubles_nobody() {
    let (app, mut admin, mut auditor) = desk().await;
    let mut rina = app.browser();
    rina.kirim("AMANAH7", "rina@amanah.example", "penyedia").await;
    app.settle().await;
    let link = app.link_to("rina@amanah.example", "/r/");
    app.advance(TimeDelta::hours(25)).await;
    app.sweep().await;
    let late = rina.open(&link).await.clone();
    for who in [&mut admin, &mut auditor] {
        who.browser = app.staff_browser(who.id).await;
    }
    let id = propose(&app, &mut admin, "AMANAH7").await;
    assert_eq!(say(&app, &mut auditor, id, "approve", "").await.status, StatusCode::OK);
    // the button of a page that is still open
    let form = late.form("/reset-totp/reissue");
    let page = rina.press(&form.action, &form.fields).await;
    assert!(page.status.is_client_error(), "{} {}", page.status, page.text());
    // a wrong password whose transaction ended late
    let account = format!("'{}'", app.value("select id from account where locked_reason = 'erased'").await);
    event(&app, "login.password", &account, "{}", "{\"user_id\":\"AMANAH7\"}").await;
    sweeper::tidy(&app.app).await.unwrap();
    assert!(!app.dump().await.contains("AMANAH7"));
    app.end().await;
}
