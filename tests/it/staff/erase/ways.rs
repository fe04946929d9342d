//! Ways around the second person, and what stands in the way of an erasure.

use chrono::TimeDelta;
use pulih::store::setup;
use reqwest::StatusCode;
use tokio_postgres::NoTls;

use super::{desk, force, nothing_went, propose, say, sent, shown};
use crate::support::desk::Officer;
use crate::support::house::{TestApp, cluster};

async fn state(app: &TestApp) -> String {
    app.value("select state from proposal where kind = 'erase'").await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_but_an_auditor_decides_it_and_an_auditor_decides_nothing_else() {
    let (app, mut admin, mut auditor) = desk().await;
    let mut wati = app.officer("wati", &["helpdesk"]).await;
    let mut sari = app.officer("sari", &["supervisor"]).await;
    let mut both = app.officer("joko", &["supervisor", "admin"]).await;
    let id = propose(&app, &mut admin, "AMANAH7").await;
    let hash = shown(&mut auditor, id).await;
    for who in [&mut wati, &mut sari, &mut both, &mut admin] {
        let code = who.code(&app).await;
        let page = force(who, id, "approve", &hash, &code).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{}", page.text());
    }
    for who in [&mut wati, &mut sari] {
        let path = format!("/staff/approvals/{id}");
        assert_eq!(who.browser.open(&path).await.status, StatusCode::NOT_FOUND);
        assert!(!who.browser.open("/staff/approvals").await.body.contains(&path));
        assert_eq!(who.browser.open("/staff/accounts/erase").await.status, StatusCode::NOT_FOUND);
        let account = format!("/staff/accounts/{}", app.account("AMANAH7").await);
        let page = who.browser.open(&account).await;
        assert!(page.text().contains("Penghapusan data pribadi diajukan.") && !page.body.contains(&path));
    }
    // another kind of proposal is not the auditor's
    let other = app
        .id(&format!(
            "insert into proposal (id, kind, account_id, state, proposed_by, expires_at)
            select gen_random_uuid(), 'protect', id, 'proposed', '{}', pulih.now() + interval '1 day' from account limit 1
            returning id",
            wati.id
        ))
        .await;
    let list = auditor.browser.open("/staff/approvals").await;
    assert!(list.body.contains(&id.to_string()) && !list.body.contains(&other.to_string()));
    assert!(list.body.contains("href=\"/staff/approvals\""), "it stands in the menu");
    assert_eq!(auditor.browser.open(&format!("/staff/approvals/{other}")).await.status, StatusCode::NOT_FOUND);
    let code = auditor.code(&app).await;
    let seen = shown(&mut sari, other).await;
    assert_eq!(force(&mut auditor, other, "approve", &seen, &code).await.status, StatusCode::NOT_FOUND);
    // nor does an auditor take an erasure back
    let code = auditor.code(&app).await;
    assert_eq!(force(&mut auditor, id, "withdraw", &hash, &code).await.status, StatusCode::NOT_FOUND);
    nothing_went(&app).await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_persons_are_two_here_too() {
    let (app, mut admin, mut auditor) = desk().await;
    let id = propose(&app, &mut admin, "AMANAH7").await;
    let hash = shown(&mut auditor, id).await;
    // the proposer, become an auditor
    app.sql("update staff set roles = array['auditor'] where username = 'agus'").await;
    let code = admin.code(&app).await;
    assert_eq!(force(&mut admin, id, "approve", &hash, &code).await.status, StatusCode::CONFLICT);
    app.sql("update staff set roles = array['admin'] where username = 'agus'").await;
    // an auditor whom the proposer made lately
    let made = format!(
        "insert into staff_change (id, staff_id, by, what) values (gen_random_uuid(), '{}', '{}', 'created')",
        auditor.id, admin.id
    );
    app.sql(&made).await;
    let page = auditor.browser.open(&format!("/staff/approvals/{id}")).await.text();
    assert!(page.contains("Salah satu dari Anda membuat"), "{page}");
    let code = auditor.code(&app).await;
    assert_eq!(force(&mut auditor, id, "approve", &hash, &code).await.status, StatusCode::CONFLICT);
    app.sql("delete from staff_change").await;
    // one person has no second account, and an admin is no auditor besides
    let second = app
        .column(
            "insert into staff (id, username, username_folded, employee_number, employee_number_folded, name, address, roles, status)
            select gen_random_uuid(), 'agus2', 'agus2', 'nip agus', employee_number_folded, name, address, array['auditor'], 'active'
                from staff where username = 'agus' on conflict (employee_number_folded) do nothing returning username",
        )
        .await;
    assert_eq!(second, Vec::<String>::new());
    let roles =
        attempt(&app, setup::OWNER, "update staff set roles = array['admin', 'auditor'] where username = 'agus'");
    assert!(roles.await.unwrap_err().contains("staff_roles_check"));
    let events = app.events().await;
    for refused in ["erase.approved!tied-oneself", "erase.approved!tied-made"] {
        assert!(events.contains(&refused.to_owned()), "{events:?}");
    }
    nothing_went(&app).await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_code_or_a_stale_page_erases_nothing() {
    let (app, mut admin, mut auditor) = desk().await;
    let id = propose(&app, &mut admin, "AMANAH7").await;
    let hash = shown(&mut auditor, id).await;
    let page = force(&mut auditor, id, "approve", &hash, "000000").await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", page.text());
    // what would go is another now: the wrong code stands in the log
    let code = auditor.code(&app).await;
    nothing_went(&app).await;
    app.browser().password(("AMANAH7", "penyedia"), "salah").await;
    let page = force(&mut auditor, id, "approve", &hash, &code).await;
    assert_eq!(page.status, StatusCode::CONFLICT, "{}", page.text());
    assert!(app.events().await.contains(&"erase.approved!changed-meanwhile".to_owned()));
    nothing_went(&app).await;
    // one's own code, not another's
    let (hash, code) = (shown(&mut auditor, id).await, admin.code(&app).await);
    let page = force(&mut auditor, id, "approve", &hash, &code).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", page.text());
    nothing_went(&app).await;
    assert_eq!(say(&app, &mut auditor, id, "approve", "").await.status, StatusCode::OK);
    assert_eq!(state(&app).await, "done");
    // once more, by the page that is still open elsewhere
    let code = auditor.code(&app).await;
    assert_eq!(force(&mut auditor, id, "approve", &hash, &code).await.status, StatusCode::CONFLICT);
    assert_eq!(app.value("select count(*) from erasure").await, "1");
    let page = sent(&app, &mut admin, "AMANAH7", &[]).await;
    assert!(page.text().contains("Tidak ada akun dengan User ID ini"), "{}", page.text());
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_is_rejected_with_a_reason_withdrawn_or_over_after_two_days() {
    let (app, mut admin, mut auditor) = desk().await;
    let id = propose(&app, &mut admin, "AMANAH7").await;
    let page = say(&app, &mut auditor, id, "reject", "").await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.text().contains("Tulis alasan Anda."), "{}", page.text());
    assert_eq!(state(&app).await, "proposed");
    assert_eq!(say(&app, &mut auditor, id, "reject", "Suratnya palsu.").await.status, StatusCode::OK);
    assert_eq!(state(&app).await, "rejected");
    assert_eq!(app.value("select reason from decision").await, "Suratnya palsu.");
    app.sql("truncate decision").await;
    let id = propose(&app, &mut admin, "AMANAH7").await;
    assert_eq!(say(&app, &mut admin, id, "withdraw", "").await.status, StatusCode::OK);
    app.sql("delete from decision; delete from proposal").await;
    let id = propose(&app, &mut admin, "AMANAH7").await;
    let hash = shown(&mut auditor, id).await;
    app.advance(TimeDelta::hours(48)).await;
    auditor.browser = app.staff_browser(auditor.id).await;
    let code = auditor.code(&app).await;
    assert_eq!(force(&mut auditor, id, "approve", &hash, &code).await.status, StatusCode::CONFLICT);
    app.sweep().await;
    assert_eq!(state(&app).await, "expired");
    let events = app.events().await;
    for kind in ["erase.proposed", "erase.rejected", "erase.withdrawn", "erase.expired"] {
        assert!(events.contains(&kind.to_owned()), "{kind} in {events:?}");
    }
    nothing_went(&app).await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_under_way_has_to_end_first() {
    let (app, mut admin, mut auditor) = desk().await;
    let mut sari = app.officer("sari", &["supervisor"]).await;
    app.browser().kirim("AMANAH7", "rina@amanah.example", "penyedia").await;
    app.settle().await;
    let page = sent(&app, &mut admin, "AMANAH7", &[]).await;
    assert_eq!(page.status, StatusCode::CONFLICT);
    assert!(page.text().contains("Permintaan yang berjalan: 1"), "{}", page.text());
    app.sql("update request set state = 'cancelled', ended_at = pulih.now()").await;
    let proposal = "insert into proposal (id, kind, account_id, state, proposed_by, expires_at)
        select gen_random_uuid(), 'protect', a.id, 'proposed', s.id, pulih.now() + interval '1 day'
        from account a, staff s where a.user_id = 'AMANAH7' and s.username = 'sari'";
    app.sql(proposal).await;
    let page = sent(&app, &mut admin, "AMANAH7", &[]).await;
    assert!(page.text().contains("Pengajuan lain: 1"), "{}", page.text());
    app.sql("delete from proposal").await;
    // and what begins after it was proposed
    let id = propose(&app, &mut admin, "AMANAH7").await;
    app.sql(proposal).await;
    let page = say(&app, &mut auditor, id, "approve", "").await;
    assert_eq!(page.status, StatusCode::CONFLICT);
    assert!(page.text().contains("Pengajuan lain: 1"), "{}", page.text());
    assert!(app.events().await.contains(&"erase.approved!not-possible-now".to_owned()));
    nothing_went(&app).await;
    // a second one beside it, and one that would keep the name
    app.sql("delete from proposal where kind = 'protect'").await;
    assert!(sent(&app, &mut admin, "AMANAH7", &[]).await.text().contains("sudah diajukan"));
    let page = sent(&app, &mut admin, "BAHTERA8", &[("evidence", "Surat Budi Santoso")]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.text().contains("tanpa nama"), "{}", page.text());
    let page = sent(&app, &mut admin, "BAHTERA8", &[("code", "000000")]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", page.text());
    assert_eq!(app.value("select count(*) from proposal").await, "1");
    assert_eq!(sari.browser.open("/staff/approvals").await.status, StatusCode::OK);
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_auditors_at_once_one_erases() {
    let (app, mut admin, mut first) = desk().await;
    let mut second = app.officer("umar", &["auditor"]).await;
    let id = propose(&app, &mut admin, "AMANAH7").await;
    let hash = shown(&mut first, id).await;
    // time goes on for both codes, and then both are of now
    app.advance(TimeDelta::seconds(30)).await;
    let (one, two) = (first.phone.code(&app, 0), second.phone.code(&app, 0));
    let press = async |who: &mut Officer, code: &str| force(who, id, "approve", &hash, code).await.status;
    let (a, b) = tokio::join!(press(&mut first, &one), press(&mut second, &two));
    let mut both = [a, b];
    both.sort();
    assert_eq!(both, [StatusCode::SEE_OTHER, StatusCode::CONFLICT]);
    assert_eq!(app.value("select count(*) from erasure").await, "1");
    assert_eq!(app.events().await.iter().filter(|event| *event == "erase.approved").count(), 1);
    app.end().await;
}

/// Runs a statement as that role.
pub(super) async fn attempt(app: &TestApp, role: &str, statement: &str) -> Result<(), String> {
    let (client, connection) = tokio_postgres::connect(&cluster().url(&app.database, role), NoTls).await.unwrap();
    tokio::spawn(connection);
    let tried = client.batch_execute(statement).await;
    tried.map_err(|e| {
        e.as_db_error().map_or_else(
            || e.to_string(),
            |e| format!("{} {} {}", e.code().code(), e.message(), e.constraint().unwrap_or_default()),
        )
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_apps_role_erases_nothing_by_itself() {
    let (app, mut admin, auditor) = desk().await;
    let id = propose(&app, &mut admin, "AMANAH7").await;
    let erase = format!("select pulih.erase_personal(gen_random_uuid(), '{id}')");
    let agree = |at: &str| {
        format!(
            "insert into decision (proposal_id, staff_id, verdict, shown_sha256) values ('{id}', '{at}', 'approve', sha256('x'))"
        )
    };
    let as_app = async |statement: &str| attempt(&app, setup::APP, statement).await.unwrap_err();
    for denied in [
        "delete from event_personal",
        "delete from address",
        "update case_entry set text = ''",
        "delete from erasure",
        "insert into erasure select gen_random_uuid(), account_id, id, pulih.now(), '{}' from proposal",
    ] {
        assert!(as_app(denied).await.starts_with("42501 permission denied"), "{denied}");
    }
    assert!(as_app(&erase).await.contains("nobody agreed"));
    assert!(
        as_app("select pulih.erase_personal(gen_random_uuid(), gen_random_uuid())").await.contains("nobody agreed")
    );
    // an approval by who proposed it
    let own = format!("begin; {}; {erase}; commit", agree(&admin.id.to_string()));
    assert!(as_app(&own).await.contains("nobody agreed"));
    // an approval written before this transaction
    attempt(&app, setup::APP, &agree(&auditor.id.to_string())).await.unwrap();
    assert!(as_app(&erase).await.contains("nobody agreed"));
    app.sql("delete from decision").await;
    // and a whole one, of which the log does not tell
    let silent = format!("begin; {}; {erase}; commit", agree(&auditor.id.to_string()));
    assert!(as_app(&silent).await.contains("the log does not tell"));
    nothing_went(&app).await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_erased_account_stays_as_it_is() {
    let (app, mut admin, mut auditor) = desk().await;
    let id = propose(&app, &mut admin, "AMANAH7").await;
    say(&app, &mut auditor, id, "approve", "").await;
    for statement in
        ["update account set status = 'active', locked_reason = null", "update account set name = 'Rina Wijaya'"]
    {
        let tried = attempt(&app, setup::APP, &format!("{statement} where locked_reason = 'erased'")).await;
        assert!(tried.unwrap_err().contains("was erased"));
    }
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn links_and_pages_of_whoever_was_erased_lead_nowhere() {
    let (app, mut admin, mut auditor) = desk().await;
    let mut rina = app.browser();
    rina.kirim("AMANAH7", "rina@amanah.example", "penyedia").await;
    let status = format!("/requests/{}", rina.page.path.split("r=").nth(1).unwrap());
    app.settle().await;
    let letter = app.letter_to("rina@amanah.example");
    assert_eq!(rina.open(&status).await.status, StatusCode::OK);
    app.advance(TimeDelta::hours(25)).await;
    app.sweep().await;
    for who in [&mut admin, &mut auditor] {
        who.browser = app.staff_browser(who.id).await;
    }
    let id = propose(&app, &mut admin, "AMANAH7").await;
    assert_eq!(say(&app, &mut auditor, id, "approve", "").await.status, StatusCode::OK);
    let before = app.value("select a::text from account a where locked_reason = 'erased'").await;
    for path in ["/r/", "/not-me/"] {
        let page = app.browser().open(&letter.link(path)).await.clone();
        assert!(page.status.is_client_error(), "{path}: {} {}", page.status, page.text());
    }
    assert_eq!(rina.open(&status).await.status, StatusCode::NOT_FOUND);
    app.settle().await;
    assert_eq!(app.value("select a::text from account a where locked_reason = 'erased'").await, before);
    app.end().await;
}
