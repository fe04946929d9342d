//! Limits: exact, keyed on what was typed, told with a clock time, and never a wall for others.

use chrono::{DateTime, FixedOffset, TimeDelta, Utc};
use reqwest::StatusCode;

use crate::support::browser::{Browser, Page};
use crate::support::house::TestApp;
use crate::support::letters::list;

mod networks;

const RINA: [&str; 3] = ["AMANAH7", "rina@amanah.example", "penyedia"];

async fn ask(browser: &mut Browser, [user_id, email, user_type]: [&str; 3]) -> StatusCode {
    browser.kirim(user_id, email, user_type).await.status
}

/// When a 429 says that it opens, by its header and by its words.
fn opening(app: &TestApp, page: &Page) -> (DateTime<Utc>, DateTime<Utc>) {
    assert_eq!(page.status, StatusCode::TOO_MANY_REQUESTS, "{}", page.text());
    let now = app.app.clock().now();
    let header = now + TimeDelta::seconds(page.header("retry-after").parse().unwrap());
    let text = page.text();
    let at = text.find(" WIB").unwrap();
    let (hour, minute) = text[at - 5..at].split_once('.').unwrap();
    let local = now.with_timezone(&FixedOffset::east_opt(7 * 3600).unwrap());
    let clock = local.date_naive().and_hms_opt(hour.parse().unwrap(), minute.parse().unwrap(), 0).unwrap();
    let mut words = clock.and_utc() - TimeDelta::hours(7);
    while words < now - TimeDelta::minutes(1) {
        words += TimeDelta::days(1);
    }
    (header, words)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_requests_an_hour_slide_with_the_hour() {
    let app = TestApp::start().await;
    app.people().await;
    let mut rina = app.browser();
    for _ in 0..3 {
        assert_eq!(ask(&mut rina, RINA).await, StatusCode::OK);
        app.advance(TimeDelta::minutes(15)).await;
    }
    // 45 min after the first: folded alike, whoever asks, whatever type
    for typed in
        [RINA, ["  amanah7 ", " RINA@Amanah.Example ", "penyedia"], ["Amanah7", "rina@amanah.example", "non_penyedia"]]
    {
        assert_eq!(ask(&mut app.browser(), typed).await, StatusCode::TOO_MANY_REQUESTS, "{typed:?}");
    }
    for other in [["AMANAH8", RINA[1], RINA[2]], [RINA[0], "rini@amanah.example", RINA[2]]] {
        assert_eq!(ask(&mut rina, other).await, StatusCode::OK, "another pair is another count");
    }
    ask(&mut rina, RINA).await;
    let first: DateTime<Utc> = app
        .value("select to_char(min(asked_at) at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"') from request")
        .await
        .parse()
        .unwrap();
    let (header, words) = opening(&app, &rina.page);
    let opens = first + TimeDelta::hours(1);
    assert!((header - opens).num_seconds().abs() <= 2, "{header} {opens}");
    assert!(words >= opens && words < opens + TimeDelta::minutes(1), "{words} {opens}");
    app.advance(opens - app.app.clock().now() - TimeDelta::seconds(2)).await;
    assert_eq!(ask(&mut rina, RINA).await, StatusCode::TOO_MANY_REQUESTS);
    app.advance(words - app.app.clock().now()).await;
    assert_eq!(ask(&mut rina, RINA).await, StatusCode::OK, "at the time named it opens");
    app.advance(TimeDelta::seconds(61)).await;
    assert_eq!(ask(&mut rina, RINA).await, StatusCode::TOO_MANY_REQUESTS, "and for one only: the hour slides");
    app.settle().await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn six_requests_a_day() {
    let app = TestApp::start().await;
    app.people().await;
    let mut rina = app.browser();
    for _ in 0..6 {
        assert_eq!(ask(&mut rina, RINA).await, StatusCode::OK);
        app.advance(TimeDelta::hours(2)).await;
    }
    ask(&mut rina, RINA).await;
    let (header, words) = opening(&app, &rina.page);
    let in_twelve = app.app.clock().now() + TimeDelta::hours(12);
    assert!((header - in_twelve).num_seconds().abs() < 30, "{header} {in_twelve}");
    assert!((words - in_twelve).num_seconds().abs() < 90, "{words} {in_twelve}");
    app.advance(words - app.app.clock().now()).await;
    assert_eq!(ask(&mut rina, RINA).await, StatusCode::OK);
    app.settle().await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_limit_of_one_is_a_limit_too() {
    let app = TestApp::with(|plan| {
        plan.config.limits.pair_per_hour = 1;
        plan.config.limits.pair_per_day = 2;
    })
    .await;
    let mut rina = app.browser();
    for (minutes, answer) in [(0, 200), (30, 429), (31, 200), (30, 429), (60, 429), (1350, 200)] {
        app.advance(TimeDelta::minutes(minutes)).await;
        assert_eq!(ask(&mut rina, RINA).await.as_u16(), answer, "{minutes} min on");
    }
    app.settle().await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn beyond_three_letters_an_hour_a_request_joins_what_is_under_way() {
    let app = TestApp::with(|plan| plan.config.limits.pair_per_hour = 9).await;
    app.people().await;
    let mut rina = app.browser();
    for _ in 0..5 {
        assert_eq!(ask(&mut rina, RINA).await, StatusCode::OK);
        app.settle().await;
        app.advance(TimeDelta::minutes(2)).await;
    }
    assert_eq!(app.letters().len(), 3, "{:?}", list(&app.letters()));
    assert_eq!(app.value("select count(*) from request where joined_to is not null and state = 'mailed'").await, "2");
    // what was joined shares the letter's fate
    app.advance(TimeDelta::hours(7)).await;
    app.sweep().await;
    assert_eq!(app.value("select string_agg(distinct state, ' ') from request").await, "expired");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kirim_ulang_waits_a_minute_and_comes_twice() {
    let app = TestApp::start().await;
    app.people().await;
    let mut rina = app.browser();
    ask(&mut rina, RINA).await;
    let sent = rina.page.path.clone();
    app.settle().await;
    let again = async |rina: &mut Browser| {
        rina.open(&sent).await;
        let offered = rina.page.forms().into_iter().find(|form| form.action == "/reset-totp/resend")?;
        let page = rina.post("/reset-totp/resend", &offered.fields).await;
        assert_eq!(page.status, StatusCode::OK);
        Some(page.path.contains("again=1"))
    };
    app.advance(TimeDelta::seconds(58)).await;
    assert_eq!(again(&mut rina).await, Some(false), "58 s are too few");
    app.advance(TimeDelta::seconds(3)).await;
    assert_eq!(again(&mut rina).await, Some(true));
    app.settle().await;
    assert_eq!(again(&mut rina).await, Some(false), "the second waits as well");
    app.advance(TimeDelta::seconds(61)).await;
    assert_eq!(again(&mut rina).await, Some(true));
    app.settle().await;
    app.advance(TimeDelta::seconds(61)).await;
    assert_eq!(again(&mut rina).await, None, "there is no third");
    let form = app.browser().open("/reset-totp").await.form("/reset-totp");
    let reference = sent.split('=').nth(1).unwrap();
    let csrf = rina.open("/reset-totp").await.form("/reset-totp");
    let forced = [("csrf", csrf.value("csrf")), ("form", csrf.value("form")), ("r", reference)];
    let page = rina.press("/reset-totp/resend", &forced.map(|(n, v)| (n.to_owned(), v.to_owned()))).await;
    assert!(!page.header("location").contains("again"), "not even when it is forced");
    assert_ne!(form.value("csrf"), csrf.value("csrf"));
    app.settle().await;
    assert_eq!(app.letters().len(), 3);
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_doubled_kirim_ulang_counts_once() {
    let app = TestApp::start().await;
    app.people().await;
    let mut rina = app.browser();
    ask(&mut rina, RINA).await;
    let sent = rina.page.path.clone();
    app.settle().await;
    app.advance(TimeDelta::minutes(10)).await;
    let form = rina.open(&sent).await.form("/reset-totp/resend");
    for _ in 0..2 {
        assert!(rina.post("/reset-totp/resend", &form.fields).await.path.contains("again=1"));
    }
    app.settle().await;
    assert_eq!((app.value("select max(resends) from request").await, app.letters().len()), ("1".to_owned(), 2));
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_late_link_gives_three_new_mails_and_the_second_calls_the_desk() {
    let app = TestApp::start().await;
    app.people().await;
    let mut rina = app.browser();
    ask(&mut rina, RINA).await;
    app.settle().await;
    for (tap, queue) in [(1, ""), (2, "late"), (3, "late")] {
        app.advance(TimeDelta::hours(7)).await;
        app.sweep().await;
        let late = app.link_to(RINA[1], "/r/");
        rina.open(&late).await;
        let form = rina.page.form("/reset-totp/reissue");
        // a second tap is the same tap
        for _ in 0..2 {
            assert_eq!(rina.post("/reset-totp/reissue", &form.fields).await.heading(), "Tautan baru sedang dikirim");
        }
        app.settle().await;
        assert_eq!(app.letters().len(), tap + 1);
        assert_eq!(app.value("select queue_reason from request").await, queue, "tap {tap}");
    }
    app.advance(TimeDelta::hours(7)).await;
    let page = rina.open(&app.link_to(RINA[1], "/r/")).await;
    assert_eq!(page.status, StatusCode::GONE);
    assert!(page.forms().iter().all(|form| form.action != "/reset-totp/reissue"), "a fourth is not offered");
    // nor given
    let id = app.value("select id from link order by issued_at desc limit 1").await;
    let csrf = rina.open("/reset-totp").await.form("/reset-totp").value("csrf").to_owned();
    let page = rina.press("/reset-totp/reissue", &[("csrf".into(), csrf), ("link".into(), id)]).await;
    assert_eq!(page.status, StatusCode::CONFLICT);
    app.settle().await;
    assert_eq!(app.letters().len(), 4);
    assert_eq!(app.value("select hits from pair_limit").await.matches(',').count(), 0, "none counts as a Kirim");
    app.end().await;
}
