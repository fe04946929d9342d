//! The freeze switch: self-service stops, says so, and goes on.

use crate::support::house::TestApp;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_frozen_web_says_so_and_mails_no_link() {
    let app = TestApp::start().await;
    app.people().await;
    let mut lead = app.officer("sari", &["supervisor"]).await;
    lead.browser.open("/staff/freeze").await;
    let code = lead.code(&app).await;
    let form = |scope: &str, act: &str| [("scope".to_owned(), scope.to_owned()), ("act".to_owned(), act.to_owned())];
    let switch = async |lead: &mut crate::support::desk::Officer, scope: &str, act: &str, code: &str| {
        let csrf = lead.browser.open("/staff/freeze").await.form("/staff/freeze").value("csrf").to_owned();
        let mut fields = form(scope, act).to_vec();
        fields.extend(
            [("csrf", csrf.as_str()), ("reason", "relay rusak"), ("code", code)]
                .map(|(k, v)| (k.to_owned(), v.to_owned())),
        );
        lead.browser.post("/staff/freeze", &fields).await.status
    };
    assert_eq!(switch(&mut lead, "web", "set", &code).await, 200);
    let mut browser = app.browser();
    assert!(browser.open("/").await.text().contains("sedang dihentikan sementara"));
    let page = browser.kirim("AMANAH7", "rina@amanah.example", "penyedia").await;
    assert!(page.path.starts_with("/reset-totp/sent"), "the same answer for everybody");
    app.settle().await;
    assert_eq!(app.value("select unmatched_reason from request").await, "frozen");
    let code = lead.code(&app).await;
    assert_eq!(switch(&mut lead, "web", "set", &code).await, 409, "it is frozen already");
    let code = lead.code(&app).await;
    assert_eq!(switch(&mut lead, "web", "lift", &code).await, 200);
    assert!(!browser.open("/").await.text().contains("sedang dihentikan sementara"));
    let events = app.events().await;
    assert!(events.contains(&"freeze.set".to_owned()) && events.contains(&"freeze.lifted".to_owned()), "{events:?}");
    app.end().await;
}
