//! Equal Kirim at once: equal answers, and no more mail than one would have caused.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use reqwest::StatusCode;

use crate::support::acts::at_once;
use crate::support::browser::{Browser, Page};
use crate::support::house::TestApp;

const TIMES: usize = 64;
const RINA: [(&str, &str); 3] = [("user_id", "AMANAH7"), ("email", "rina@amanah.example"), ("user_type", "penyedia")];

async fn house() -> TestApp {
    let app = TestApp::with(|plan| {
        plan.config.limits.wall_per_second = 100_000;
        plan.config.database.pool = TIMES;
    })
    .await;
    app.people().await;
    app.warm().await;
    app
}

async fn send(browser: Browser, filled: &'static [(&'static str, &'static str)]) -> Page {
    let mut browser = browser;
    browser.send("/reset-totp", filled).await.clone()
}

/// What the page says, its reference left out.
fn words(page: &Page) -> (StatusCode, String) {
    let reference = page.path.rsplit_once("r=").map_or("", |(_, reference)| reference);
    let code = page.permission_code().unwrap_or_default();
    (page.status, page.text().replace(reference, "R").replace(&code, "C"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_posted_sixty_four_times_is_one_request() {
    let app = house().await;
    let mut rina = app.browser();
    rina.open("/reset-totp").await;
    let pages = at_once(TIMES, |_| send(rina.clone(), &RINA)).await;
    let paths: BTreeSet<_> = pages.iter().map(|page| page.path.clone()).collect();
    assert_eq!(paths.len(), 1, "{paths:?}");
    let answers: BTreeSet<_> = pages.iter().map(words).collect();
    assert_eq!(answers.len(), 1, "{answers:?}");
    assert_eq!(pages[0].heading(), "Berhasil Kirim Reset TOTP");
    assert_eq!(app.value("select count(*) from request").await, "1");
    assert_eq!(app.events().await, ["accounts.imported", "reset.asked"]);
    app.settle().await;
    assert_eq!(app.letters().len(), 1);
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_posted_with_two_wishes_at_once_grants_one() {
    const BUDI: [(&str, &str); 3] =
        [("user_id", "BAHTERA8"), ("email", "budi@bahtera.example"), ("user_type", "non_penyedia")];
    let app = house().await;
    let mut rina = app.browser();
    rina.open("/reset-totp").await;
    let pages = at_once(TIMES, |i| send(rina.clone(), if i % 2 == 0 { &RINA } else { &BUDI })).await;
    let sent = pages.iter().filter(|page| page.status == StatusCode::OK).count();
    let asked_again = pages.iter().filter(|page| page.status == StatusCode::UNPROCESSABLE_ENTITY).count();
    assert_eq!((sent, asked_again), (TIMES / 2, TIMES / 2));
    assert_eq!(app.value("select count(*) from request").await, "1");
    app.settle().await;
    assert_eq!(app.letters().len(), 1);
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_four_equal_forms_cause_one_mail_a_minute() {
    let app = house().await;
    let mut browsers = Vec::new();
    for i in 0..TIMES {
        // half of the forms are of one browser
        let mut browser = if i > 0 && i % 2 == 0 { browsers.first().cloned().unwrap() } else { app.browser() };
        browser.open("/reset-totp").await;
        browsers.push(browser);
    }
    let pages = at_once(TIMES, |i| send(browsers[i].clone(), &RINA)).await;
    let answers: BTreeSet<_> = pages.iter().map(words).collect();
    assert_eq!(answers.len(), 1, "{answers:?}");
    assert_eq!(pages[0].heading(), "Berhasil Kirim Reset TOTP");
    app.settle().await;
    assert_eq!(app.letters().len(), 1);

    app.advance(TimeDelta::seconds(50)).await;
    app.browser().kirim("amanah7", "Rina@Amanah.example", "penyedia").await;
    app.settle().await;
    assert_eq!(app.letters().len(), 1, "still within the minute");

    app.advance(TimeDelta::seconds(11)).await;
    app.browser().kirim("AMANAH7", "rina@amanah.example", "penyedia").await;
    app.settle().await;
    assert_eq!(app.letters().len(), 2);

    // whoever shared a letter shares its end
    let mut rina = app.browser();
    rina.reset(&app.letters()[0].link("/r/")).await;
    assert_eq!(rina.page.heading(), "TOTP Berhasil di Reset");
    app.settle().await;
    assert_eq!(app.value("select count(*) from request where state not in ('done', 'cancelled')").await, "0");
    app.end().await;
}
