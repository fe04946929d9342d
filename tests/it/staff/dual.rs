//! What two people decide: proposed by one, agreed to by another, executed by nobody.

mod files;
mod life;
mod others;
mod ways;

use chrono::TimeDelta;
use reqwest::StatusCode;
use uuid::Uuid;

use crate::support::browser::Page;
use crate::support::desk::Officer;
use crate::support::house::TestApp;
use crate::support::ledger::Ledger;

const RINA: &str = "rina@amanah.example";
const BUDI: &str = "budi@bahtera.example";
const OFFICE: &str = "kantor@bahtera.example";

/// A house with its people and two of the desk: who proposes, and who may agree.
async fn desk() -> (TestApp, Officer, Officer) {
    let app = TestApp::start().await;
    app.people().await;
    let (wati, sari) = (app.officer("wati", &["helpdesk"]).await, app.officer("sari", &["supervisor"]).await);
    (app, wati, sari)
}

/// What is typed into the form of `what`, and the page it leads to.
async fn sent(app: &TestApp, who: &mut Officer, user_id: &str, what: &str, more: &[(&str, &str)]) -> Page {
    let account = app.id(&format!("select id from account where user_id = '{user_id}'")).await;
    let path = format!("/staff/accounts/{account}/{what}");
    who.browser.open(&path).await;
    let code = who.code(app).await;
    let mut fields = vec![
        ("reason", "device-lost"),
        ("verified", "in-person"),
        ("evidence", "TIKET-2026-114"),
        ("note", "HP hilang di kereta."),
        ("user_id", user_id),
        ("code", code.as_str()),
    ];
    fields.retain(|(name, _)| more.iter().all(|(other, _)| name != other));
    fields.extend(more);
    who.browser.send(&path, &fields).await.clone()
}

/// Proposes it; the proposal.
async fn propose(app: &TestApp, who: &mut Officer, user_id: &str, what: &str, more: &[(&str, &str)]) -> Uuid {
    let page = sent(app, who, user_id, what, more).await;
    let id = page.path.strip_prefix("/staff/approvals/").unwrap_or_else(|| panic!("{}: {}", page.path, page.text()));
    id.parse().unwrap()
}

/// Says it by the page, as a person does.
async fn say(app: &TestApp, who: &mut Officer, id: Uuid, verdict: &str) -> Page {
    let path = format!("/staff/approvals/{id}");
    who.browser.open(&path).await;
    let code = who.code(app).await;
    let fields = [("verdict", verdict), ("reason", "Sudah diperiksa."), ("code", code.as_str())];
    who.browser.send(&path, &fields).await.clone()
}

/// What the page of a proposal shows that person, hashed.
async fn shown(who: &mut Officer, id: Uuid) -> String {
    let path = format!("/staff/approvals/{id}");
    who.browser.open(&path).await.form(&path).value("shown").to_owned()
}

/// Posts it as no page of ours would: whatever the page shows that person.
async fn force(who: &mut Officer, id: Uuid, verdict: &str, shown: &str, code: &str) -> Page {
    let path = format!("/staff/approvals/{id}");
    let csrf = who.browser.open("/staff/approvals").await.form("/staff/logout").value("csrf").to_owned();
    let fields = [("csrf", csrf.as_str()), ("verdict", verdict), ("shown", shown), ("reason", ""), ("code", code)];
    let fields: Vec<_> = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    who.browser.press(&path, &fields).await
}

/// Agrees by force, with a fresh code of one's own.
async fn force_yes(app: &TestApp, who: &mut Officer, id: Uuid, shown: &str) -> StatusCode {
    let code = who.code(app).await;
    force(who, id, "approve", shown, &code).await.status
}

/// Somebody of the desk in a new browser: time went on, and sessions ended.
async fn again(app: &TestApp, who: &mut Officer) {
    who.browser = app.staff_browser(who.id).await;
}

async fn resets(app: &TestApp) -> String {
    app.value("select count(*) from credential where revoked_at is not null").await
}

/// Lets more time pass than anything waits; nothing may have been reset then.
async fn nothing_was_reset(app: TestApp) {
    app.advance(TimeDelta::days(9)).await;
    app.sweep().await;
    app.settle().await;
    assert_eq!(resets(&app).await, "0");
    let events = app.events().await;
    assert!(!events.contains(&"reset.executed".to_owned()), "{events:?}");
    Ledger::check(&app, None).await;
    app.end().await;
}

async fn state(app: &TestApp, id: Uuid) -> (String, String) {
    let query = |what: &str| {
        format!("select {what}.state from proposal p left join request r on r.id = p.request_id where p.id = '{id}'")
    };
    (app.value(&query("p")).await, app.value(&query("r")).await)
}

fn both(proposal: &str, request: &str) -> (String, String) {
    (proposal.to_owned(), request.to_owned())
}
