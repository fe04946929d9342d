//! Requests that need the desk become cases by themselves, and end by themselves.

use chrono::TimeDelta;

use crate::support::house::TestApp;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_open_requests_of_one_account_are_one_case_that_ends_with_its_reset() {
    let app = TestApp::start().await;
    app.people().await;
    let first = app.helped("AMANAH7", "rina@amanah.example").await;
    app.advance(TimeDelta::minutes(2)).await;
    let second = app.helped("AMANAH7", "rina@amanah.example").await;
    assert_eq!(first, second);
    let events = app.events().await;
    for kind in ["case.opened", "case.joined"] {
        assert_eq!(events.iter().filter(|event| *event == kind).count(), 1, "{kind} in {events:?}");
    }
    app.browser().reset(&app.link_to("rina@amanah.example", "/r/")).await;
    app.settle().await;
    assert_eq!(app.of_case(first, "outcome").await, "reset");
    assert_eq!(app.events().await.last().unwrap(), "case.closed");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dispute_after_the_end_opens_the_case_again_and_no_reset_closes_it() {
    let app = TestApp::start().await;
    app.people().await;
    let case = app.helped("AMANAH7", "rina@amanah.example").await;
    let mut rina = app.browser();
    rina.reset(&app.link_to("rina@amanah.example", "/r/")).await;
    app.settle().await;
    assert_eq!(app.of_case(case, "state").await, "closed");
    rina.open(&app.link_to("rina@amanah.example", "/not-me/")).await;
    rina.send("/not-me", &[]).await;
    rina.send("/not-me/confirm", &[]).await;
    app.settle().await;
    assert_eq!(app.of_case(case, "state").await, "new");
    assert_eq!(app.of_case(case, "reason").await, "disputed");
    app.sql("update account set last_reset_at = pulih.now() + interval '1 h' where user_id = 'AMANAH7'").await;
    app.settle().await;
    assert_eq!(app.of_case(case, "state").await, "new");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_case_is_due_after_working_hours() {
    let app = TestApp::start().await;
    let case = app.strangers(1).await[0];
    let row = app
        .value(&format!(
            "select extract(isodow from due_at at time zone 'Asia/Jakarta') between 1 and 5
                and (due_at at time zone 'Asia/Jakarta')::time between '08:00' and '16:00' and due_at > opened_at
            from desk_case where id = '{case}'"
        ))
        .await;
    assert!(["t", "true"].contains(&row.as_str()), "{row}");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_in_a_case_outlives_its_retention() {
    let app = TestApp::start().await;
    app.strangers(1).await;
    app.advance(TimeDelta::days(40)).await;
    pulih::workers::sweeper::tidy(&app.app).await.unwrap();
    assert_eq!(app.value("select count(*) from request").await, "1");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_asks_again_wakes_a_case_that_waits_for_them() {
    let app = TestApp::start().await;
    app.people().await;
    let case = app.helped("AMANAH7", "rina@amanah.example").await;
    let mut rina = app.officer("rina", &["helpdesk"]).await;
    rina.case(case).await;
    rina.act(case, "take", &[]).await;
    rina.act(case, "wait", &[]).await;
    let due = app.of_case(case, "due_at").await;
    app.advance(TimeDelta::days(7)).await;
    assert_eq!(app.helped("AMANAH7", "rina@amanah.example").await, case);
    assert_eq!(app.of_case(case, "state").await, "open");
    assert!(app.of_case(case, "due_at").await > due);
    assert_eq!(app.of_case(case, "taken_by").await, rina.id.to_string());
    app.end().await;
}
