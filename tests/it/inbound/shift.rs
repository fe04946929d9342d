//! A mail is moved: into the queue, among what is no request, and back.

use pulih::model::inbound::{Box, Kind, Verdict};
use reqwest::StatusCode;
use uuid::Uuid;

use crate::support::desk::Officer;
use crate::support::house::TestApp;
use crate::support::mailed::Mailed;

/// Presses the button that moves a mail there.
async fn put(officer: &mut Officer, mail: Uuid, to: &str) -> StatusCode {
    let page = officer.browser.open(&format!("/staff/mail/{mail}")).await;
    let forms = page.forms();
    let form = forms.iter().find(|form| form.action.ends_with("/move") && form.value("to") == to);
    let form = form.unwrap_or_else(|| panic!("nothing moves it to {to}: {}", officer.browser.page.text()));
    officer.browser.post(&form.action, &form.fields).await.status
}

fn forged() -> Mailed {
    Mailed { verdict: Verdict::Failed, place: Box::Quarantine, ..Mailed::rina() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mail_of_the_quarantine_becomes_a_request_once() {
    let app = TestApp::start().await;
    app.people().await;
    let mail = app.mailed(&forged()).await;
    let mut rina = app.officer("rina", &["helpdesk"]).await;
    rina.browser.open(&format!("/staff/mail/{mail}")).await;
    let forms = rina.browser.page.forms();
    let form = forms.iter().find(|form| form.value("to") == "queue").unwrap();
    for _ in 0..2 {
        assert_eq!(rina.browser.press(&form.action, &form.fields).await.status, StatusCode::SEE_OTHER, "twice is once");
    }
    app.settle().await;
    assert_eq!(app.place_of(mail).await, "queue");
    assert_eq!(app.value("select count(*) from request").await, "1");
    assert_eq!(app.of_mailed(mail, "typed_user_id").await, "AMANAH7", "its User ID is that of what matched");
    assert_eq!(app.of_mailed(mail, "account_id").await, "", "which decides nothing");
    let case = app.case_of(mail).await;
    assert_eq!(app.of_case(case, "reason").await, "mail");
    assert_eq!(app.told("inbound.moved").await, 1);
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn spam_closes_its_case_and_comes_back_with_it() {
    let app = TestApp::start().await;
    app.people().await;
    let mail = app.mailed(&Mailed::rina()).await;
    let case = app.case_of(mail).await;
    let mut rina = app.officer("rina", &["helpdesk"]).await;
    assert_eq!(put(&mut rina, mail, "spam").await, StatusCode::OK);
    assert_eq!((app.place_of(mail).await, app.of_case(case, "outcome").await), ("spam".into(), "spam".into()));
    assert_eq!(put(&mut rina, mail, "queue").await, StatusCode::OK);
    app.settle().await;
    assert_eq!((app.place_of(mail).await, app.of_case(case, "state").await), ("queue".into(), "new".into()));
    // the case closed as spam from the queue takes its mail along, and undone brings it back
    rina.case(case).await;
    rina.act(case, "close", &[("ending", "spam")]).await;
    assert_eq!(app.place_of(mail).await, "spam");
    rina.browser.open("/staff/mail?view=spam").await;
    assert!(rina.browser.page.text().contains("Mohon reset TOTP"));
    assert_eq!(put(&mut rina, mail, "queue").await, StatusCode::OK);
    assert_eq!(app.of_mailed(mail, "state").await, "received");
    assert_eq!(app.told("inbound.moved").await, 3);
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mail_that_joined_another_case_leaves_it_alone() {
    let app = TestApp::start().await;
    app.people().await;
    let case = app.helped("AMANAH7", "rina@amanah.example").await;
    let mail = app.mailed(&Mailed::verified()).await;
    assert_eq!(app.case_of(mail).await, case);
    let mut rina = app.officer("rina", &["helpdesk"]).await;
    assert_eq!(put(&mut rina, mail, "spam").await, StatusCode::OK);
    assert_eq!(app.of_case(case, "state").await, "new", "the case goes on");
    app.settle().await;
    assert_eq!(app.of_mailed(mail, "case_id").await, "");
    assert_eq!(put(&mut rina, mail, "queue").await, StatusCode::OK);
    app.settle().await;
    assert_eq!(app.case_of(mail).await, case, "and finds its way back");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_who_move_it_at_once_move_it_once() {
    let app = TestApp::start().await;
    app.people().await;
    let mail = app.mailed(&Mailed { kind: Kind::Automatic, ..forged() }).await;
    let mut presses = Vec::new();
    for n in 0..6 {
        let mut officer = app.officer(&format!("petugas{n}"), &["helpdesk"]).await;
        officer.browser.open(&format!("/staff/mail/{mail}")).await;
        let forms = officer.browser.page.forms();
        let to = if n % 2 == 0 { "queue" } else { "spam" };
        let form = forms.into_iter().find(|form| form.action.ends_with("/move") && form.value("to") == to).unwrap();
        presses.push(async move { officer.browser.press(&form.action, &form.fields).await.status });
    }
    let answers = futures_util::future::join_all(presses).await;
    assert!(answers.iter().all(|status| [StatusCode::SEE_OTHER, StatusCode::CONFLICT].contains(status)), "{answers:?}");
    assert_eq!(app.told("inbound.moved").await, 1, "{answers:?}");
    assert!(app.value("select count(*) from request").await.parse::<u8>().unwrap() <= 1);
    app.end().await;
}
