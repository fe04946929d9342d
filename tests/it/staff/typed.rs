//! W16 at the desk: nothing typed by anybody becomes markup on its pages.

use pulih::config::LimitsMode;

use crate::attacks::payloads::payloads;
use crate::support::house::TestApp;
use crate::support::markup;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_typed_becomes_markup_at_the_desk() {
    let app = TestApp::with(|plan| plan.config.limits.mode = LimitsMode::Off).await;
    app.people().await;
    let case = app.helped("AMANAH7", "rina@amanah.example").await;
    let mut desk = app.officer("wati", &["supervisor", "admin"]).await;
    let inert = |page: &crate::support::browser::Page, payload: &str| {
        assert!(page.status.as_u16() < 500, "{payload}: {}", page.status);
        assert_eq!(markup::foreign(&page.body, &app.url), Vec::<String>::new(), "{payload}");
        assert!(!payload.contains('<') || !page.body.contains(payload), "{payload} at {}", page.path);
    };
    for payload in payloads() {
        desk.browser.open("/staff/accounts").await;
        inert(desk.browser.send("/staff/accounts", &[("term", &payload)]).await, &payload);
        let query: String = url::form_urlencoded::byte_serialize(payload.as_bytes()).collect();
        for path in
            ["/staff/requests?q=", "/staff/outbox?view=", "/staff/requests/", "/staff/people/", "/staff/approvals/"]
        {
            inert(desk.browser.open(&format!("{path}{query}")).await, &payload);
        }
        desk.case(case).await;
        inert(desk.act(case, "note", &[("text", &payload)]).await, &payload);
        desk.case(case).await;
        inert(desk.act(case, "reveal", &[("why", &payload)]).await, &payload);
        desk.browser.open("/staff/freeze").await;
        inert(
            desk.browser.send("/staff/freeze", &[("act", "set"), ("reason", &payload), ("code", &payload)]).await,
            &payload,
        );
        let mut stranger = app.browser();
        stranger.open("/staff/login").await;
        inert(stranger.send("/staff/login", &[("username", &payload), ("password", &payload)]).await, &payload);
    }
    // what the person typed, and what accounts are called, is shown at the desk too
    for payload in payloads() {
        app.sql(
            &format!("update account set name = $q${payload}$q$ where user_id = 'AMANAH7'").replace(['\r', '\0'], " "),
        )
        .await;
        inert(desk.case(case).await, &payload);
    }
    app.settle().await;
    app.end().await;
}
