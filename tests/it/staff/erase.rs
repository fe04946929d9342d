//! A person's details are erased by an admin and an auditor together, and every proof stays.

mod exact;
mod going;
mod hinder;
mod ways;

use uuid::Uuid;

use crate::support::browser::Page;
use crate::support::desk::Officer;
use crate::support::house::TestApp;

/// The number of the legal document, which stays.
const REFERENCE: &str = "12/Pdt/2026/PN";

/// A house with its people, an admin who proposes and an auditor who decides.
async fn desk() -> (TestApp, Officer, Officer) {
    let app = TestApp::start().await;
    app.people_with_passwords().await;
    let (admin, auditor) = (app.officer("agus", &["admin"]).await, app.officer("tika", &["auditor"]).await);
    (app, admin, auditor)
}

/// Fills in the form and sends it; where that leads.
async fn sent(app: &TestApp, who: &mut Officer, user_id: &str, more: &[(&str, &str)]) -> Page {
    who.browser.open("/staff/accounts/erase").await;
    let code = who.code(app).await;
    let mut fields = vec![("user_id", user_id), ("ground", "asked"), ("evidence", REFERENCE), ("code", code.as_str())];
    fields.retain(|(name, _)| more.iter().all(|(other, _)| name != other));
    fields.extend(more);
    who.browser.send("/staff/accounts/erase", &fields).await.clone()
}

/// Proposes it; the proposal.
async fn propose(app: &TestApp, who: &mut Officer, user_id: &str) -> Uuid {
    let page = sent(app, who, user_id, &[("note", "Pemilik menulis surat.")]).await;
    let id = page.path.strip_prefix("/staff/approvals/").unwrap_or_else(|| panic!("{}: {}", page.path, page.text()));
    let id = id.parse().unwrap();
    // the auditors are told
    app.settle().await;
    id
}

/// Says it by the page, as a person does.
async fn say(app: &TestApp, who: &mut Officer, id: Uuid, verdict: &str, reason: &str) -> Page {
    let path = format!("/staff/approvals/{id}");
    let code = who.code(app).await;
    who.browser.open(&path).await;
    let fields = [("verdict", verdict), ("reason", reason), ("code", code.as_str())];
    who.browser.send(&path, &fields).await.clone()
}

/// What the page of a proposal shows that person, hashed.
async fn shown(who: &mut Officer, id: Uuid) -> String {
    let path = format!("/staff/approvals/{id}");
    who.browser.open(&path).await.form(&path).value("shown").to_owned()
}

/// Posts it as no page of ours would.
async fn force(who: &mut Officer, id: Uuid, verdict: &str, shown: &str, code: &str) -> Page {
    let csrf = who.browser.open("/staff/activity").await.form("/staff/logout").value("csrf").to_owned();
    let fields =
        [("csrf", csrf.as_str()), ("verdict", verdict), ("shown", shown), ("reason", "Begitu."), ("code", code)];
    let fields: Vec<_> = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    who.browser.press(&format!("/staff/approvals/{id}"), &fields).await
}

/// Whether nothing was erased.
async fn nothing_went(app: &TestApp) {
    assert_eq!(app.value("select count(*) from erasure").await, "0");
    assert_eq!(app.value("select count(*) from account where user_id = 'AMANAH7' and name = 'Rina Wijaya'").await, "1");
    assert_eq!(app.value("select count(*) from address where address = 'rina@amanah.example'").await, "1");
    assert!(!app.events().await.contains(&"erase.approved".to_owned()));
}
