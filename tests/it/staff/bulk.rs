//! Several cases at once, and back again within a minute.

use chrono::TimeDelta;
use uuid::Uuid;

use crate::support::browser::Browser;
use crate::support::house::TestApp;

/// Ticks those cases of the page last seen and does something with them.
async fn bulk(browser: &mut Browser, cases: &[Uuid], what: &str, to: &str) {
    let page = browser.page.clone();
    let mut fields = page.form("/staff/requests/bulk").filled(&[("do", what), ("to", to)]);
    for case in cases {
        let mark = page.body.split(&format!("value=\"{case}:")).nth(1).unwrap().split('"').next().unwrap();
        fields.push(("case".to_owned(), format!("{case}:{mark}")));
    }
    browser.post("/staff/requests/bulk", &fields).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_cases_are_taken_and_put_back_where_nobody_changed_them() {
    let app = TestApp::start().await;
    let cases = app.strangers(3).await;
    let mut rina = app.officer("rina", &["helpdesk"]).await;
    let mut budi = app.officer("budi", &["helpdesk"]).await;
    rina.browser.open("/staff/requests").await;
    bulk(&mut rina.browser, &cases, "take", "").await;
    assert!(rina.browser.page.text().contains("3 permintaan diambil."), "{}", rina.browser.page.text());
    assert_eq!(app.value("select count(*) from desk_case where state = 'open'").await, "3");
    budi.case(cases[0]).await;
    budi.act(cases[0], "note", &[("text", "Saya bantu.")]).await;
    rina.browser.send("/staff/requests/undo", &[]).await;
    let text = rina.browser.page.text();
    assert!(text.contains("2 permintaan dikembalikan.") && text.contains("1 tidak berubah"), "{text}");
    assert_eq!(app.value("select count(*) from desk_case where taken_by is null").await, "2");
    let events = app.events().await;
    assert_eq!(events.iter().filter(|event| *event == "case.taken").count(), 3);
    assert_eq!(events.iter().filter(|event| *event == "case.undone").count(), 2);
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_assigned_goes_back_to_who_had_it_and_spam_comes_back() {
    let app = TestApp::start().await;
    let case = app.strangers(1).await[0];
    let mut rina = app.officer("rina", &["helpdesk"]).await;
    let budi = app.officer("budi", &["helpdesk"]).await;
    rina.case(case).await;
    rina.act(case, "take", &[]).await;
    rina.browser.open("/staff/requests?view=mine").await;
    bulk(&mut rina.browser, &[case], "assign", &budi.id.to_string()).await;
    assert_eq!(app.of_case(case, "taken_by").await, budi.id.to_string());
    rina.browser.send("/staff/requests/undo", &[]).await;
    assert_eq!(app.of_case(case, "taken_by").await, rina.id.to_string());
    rina.browser.open("/staff/requests?view=mine").await;
    bulk(&mut rina.browser, &[case], "spam", "").await;
    assert_eq!(app.of_case(case, "outcome").await, "spam");
    rina.browser.send("/staff/requests/undo", &[]).await;
    assert_eq!(app.of_case(case, "state").await, "open");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_undone_after_a_minute_nor_by_somebody_else() {
    let app = TestApp::start().await;
    let case = app.strangers(1).await[0];
    let mut rina = app.officer("rina", &["helpdesk"]).await;
    let budi = app.officer("budi", &["helpdesk"]).await;
    rina.browser.open("/staff/requests").await;
    bulk(&mut rina.browser, &[case], "take", "").await;
    let undo = rina.browser.page.form("/staff/requests/undo");
    let mut other = budi.browser;
    let csrf = other.open("/staff/requests").await.form("/staff/logout").value("csrf").to_owned();
    other.post("/staff/requests/undo", &undo.filled(&[("csrf", &csrf)])).await;
    assert!(other.page.text().contains("0 permintaan dikembalikan."));
    app.advance(TimeDelta::seconds(61)).await;
    rina.browser.send("/staff/requests/undo", &[]).await;
    assert!(rina.browser.page.text().contains("1 tidak berubah"));
    assert_eq!(app.of_case(case, "taken_by").await, rina.id.to_string());
    app.end().await;
}
