//! Which account a mail is about: shown by the house, said by the desk.

use reqwest::StatusCode;
use uuid::Uuid;

use crate::support::desk::Officer;
use crate::support::house::TestApp;
use crate::support::mailed::Mailed;

async fn tie(officer: &mut Officer, mail: Uuid) -> StatusCode {
    officer.browser.open(&format!("/staff/mail/{mail}")).await;
    officer.browser.send(&format!("/staff/mail/{mail}/place"), &[]).await.status
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_match_is_shown_and_decides_nothing_until_somebody_says_so() {
    let app = TestApp::start().await;
    app.people().await;
    let mail = app.mailed(&Mailed::rina()).await;
    assert_eq!(app.of_mailed(mail, "account_id").await, "", "a weak proof ties nothing");
    let mut rina = app.officer("rina", &["helpdesk"]).await;
    let page = rina.browser.open(&format!("/staff/mail/{mail}")).await.text();
    assert!(page.contains("AMANAH7") && page.contains("r•••@a•••.example"), "{page}");
    assert_eq!(tie(&mut rina, mail).await, StatusCode::OK);
    assert!(rina.browser.page.text().contains("sudah dikaitkan"), "{}", rina.browser.page.text());
    let account = app.account("AMANAH7").await.to_string();
    assert_eq!(app.of_mailed(mail, "account_id").await, account);
    assert_eq!(app.of_mailed(mail, "typed_type").await, "penyedia");
    let case = app.case_of(mail).await;
    assert_eq!(app.of_case(case, "account_id").await, account);
    assert_eq!(app.told("inbound.placed").await, 1);
    assert_eq!(app.value("select count(*) from letter").await, "0", "nothing is mailed by that");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mail_of_an_account_with_an_open_case_joins_it() {
    let app = TestApp::start().await;
    app.people().await;
    let other = app.helped("AMANAH7", "rina@amanah.example").await;
    let mail = app.mailed(&Mailed::rina()).await;
    let own = app.case_of(mail).await;
    assert_ne!(own, other);
    let mut rina = app.officer("rina", &["helpdesk"]).await;
    rina.case(other).await;
    rina.act(other, "wait", &[]).await;
    assert_eq!(tie(&mut rina, mail).await, StatusCode::OK);
    assert!(rina.browser.page.text().contains("digabung"), "{}", rina.browser.page.text());
    assert_eq!(app.case_of(mail).await, other);
    assert_eq!(app.of_case(own, "outcome").await, "answered");
    assert_eq!(app.of_case(other, "state").await, "new", "it goes on");
    assert!(rina.case(other).await.text().contains("Mohon reset TOTP"));
    app.settle().await;
    assert_eq!(app.value("select count(*) from desk_case where closed_at is null").await, "1");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_account_is_found_by_its_whole_user_id_and_that_is_told() {
    let app = TestApp::start().await;
    app.people().await;
    let mail = app.mailed(&Mailed::rina()).await;
    let mut rina = app.officer("rina", &["helpdesk"]).await;
    let path = format!("/staff/mail/{mail}/place");
    for (typed, words) in
        [("", "Isi User ID lengkap"), ("BAHTERA", "Tidak ada akun"), ("rina@amanah.example", "Isi User ID")]
    {
        rina.browser.open(&format!("/staff/mail/{mail}")).await;
        let forms = rina.browser.page.forms();
        let form = forms.iter().find(|form| form.fields.iter().any(|(name, _)| name == "user_id")).unwrap();
        let page = rina.browser.post(&path, &form.filled(&[("user_id", typed)])).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{typed}");
        assert!(page.text().contains(words), "{typed}: {}", page.text());
    }
    let forms = rina.browser.page.forms();
    let form = forms.iter().find(|form| form.fields.iter().any(|(name, _)| name == "user_id")).unwrap();
    let page = rina.browser.post(&path, &form.filled(&[("user_id", "bahtera8")])).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text());
    assert_eq!(app.of_mailed(mail, "account_id").await, app.account("BAHTERA8").await.to_string());
    assert_eq!(app.told("account.searched").await, 2);
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_comes_late_or_twice_changes_nothing() {
    let app = TestApp::start().await;
    app.people().await;
    let mail = app.mailed(&Mailed::rina()).await;
    let case = app.case_of(mail).await;
    let mut rina = app.officer("rina", &["helpdesk"]).await;
    let mut budi = app.officer("budi", &["supervisor"]).await;
    rina.browser.open(&format!("/staff/mail/{mail}")).await;
    let form = rina.browser.page.form(&format!("/staff/mail/{mail}/place"));
    budi.case(case).await;
    budi.act(case, "take", &[]).await;
    assert_eq!(rina.browser.press(&form.action, &form.fields).await.status, StatusCode::CONFLICT);
    assert_eq!(app.told("inbound.placed!changed-meanwhile").await, 1);
    let foreign = form.filled(&[("account", &app.account("BAHTERA8").await.to_string())]);
    assert_eq!(rina.browser.press(&form.action, &foreign).await.status, StatusCode::NOT_FOUND, "no candidate");
    assert_eq!(tie(&mut rina, mail).await, StatusCode::OK);
    assert_eq!(rina.browser.press(&form.action, &form.fields).await.status, StatusCode::CONFLICT);
    assert_eq!(app.told("inbound.placed").await, 1);
    app.end().await;
}
