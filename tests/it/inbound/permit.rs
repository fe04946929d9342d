//! Mail-in confirmation: a mail of the owner lets one browser go on, and the reset waits for its notice.

use chrono::TimeDelta;
use reqwest::StatusCode;

use crate::support::browser::{Browser, Page};
use crate::support::house::{PASSWORD, TestApp};
use crate::support::sink::{Rule, Stage};

mod misuse;

const RINA: &str = "rina@amanah.example";
const NOTICE: &str = "Reset TOTP Diizinkan lewat Email";
const SCHEDULED: &str = "Reset TOTP sudah dijadwalkan";
const FACTOR: &str = "select count(*) from credential c join account a on a.id = c.account_id
    where a.user_id = 'AMANAH7' and c.revoked_at is null";
const STATE: &str = "select state from request where typed_user_id = 'AMANAH7' order by asked_at, id limit 1";

/// People with passwords, and a browser that has asked for Rina's reset.
async fn asked(app: &TestApp) -> Browser {
    app.people_with_passwords().await;
    asked_again(app).await
}

async fn asked_again(app: &TestApp) -> Browser {
    let mut browser = app.browser();
    browser.kirim("AMANAH7", RINA, "penyedia").await;
    app.settle().await;
    browser
}

fn reference(page: &Page) -> String {
    page.path.split("r=").nth(1).unwrap().to_owned()
}

fn permit_path(page: &Page) -> String {
    format!("/requests/{}/permit", reference(page))
}

/// On from the sent page to the opened confirm step.
async fn go_on(browser: &mut Browser) {
    let (sent, path) = (browser.page.path.clone(), permit_path(&browser.page));
    assert!(browser.open(&sent).await.text().contains("Email Anda diterima"), "{}", browser.page.text());
    browser.send(&path, &[]).await.assert_at("/reset-totp/confirm");
    browser.send("/reset-totp/open", &[]).await.assert_at("/reset-totp/confirm");
}

/// The whole way: permitted, gone on, password, OK.
async fn confirmed(app: &TestApp) -> Browser {
    let mut rina = asked(app).await;
    app.permitted(&rina.page, "AMANAH7", RINA).await;
    go_on(&mut rina).await;
    let page = rina.send("/reset-totp/confirm", &[("password", PASSWORD)]).await;
    assert_eq!(page.heading(), SCHEDULED, "{}", page.text());
    rina
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_signed_mail_lets_that_browser_go_on_and_the_reset_waits_an_hour_after_its_notice() {
    let app = TestApp::start().await;
    let mut rina = asked(&app).await;
    let status = format!("/requests/{}", reference(&rina.page));
    app.permitted(&rina.page, "AMANAH7", RINA).await;
    let sent = rina.page.path.clone();
    assert!(rina.open(&status).await.text().contains("Email Anda diterima"));
    rina.open(&sent).await;
    go_on(&mut rina).await;
    assert!(rina.page.text().contains("Email Anda mengizinkan reset ini"), "{}", rina.page.text());
    // the settings ask no password; this way always does
    for wrong in ["", "salah"] {
        let page = rina.send("/reset-totp/confirm", &[("password", wrong)]).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    assert_eq!(rina.send("/reset-totp/confirm", &[("password", PASSWORD)]).await.heading(), SCHEDULED);
    assert_eq!(app.value(STATE).await, "waiting");
    // the way by the link in our own letter is over with it
    let link = app.link_to(RINA, "/r/");
    assert_eq!(app.browser().open(&link).await.status, StatusCode::GONE);
    app.settle().await;
    assert_eq!(app.letter_to(RINA).subject, NOTICE);
    app.advance(TimeDelta::minutes(59)).await;
    app.settle().await;
    assert_eq!(app.value(FACTOR).await, "1", "not yet");
    app.advance(TimeDelta::minutes(2)).await;
    app.settle().await;
    assert_eq!((app.value(FACTOR).await, app.value(STATE).await), ("0".into(), "done".into()));
    let done = app.letter_to(RINA);
    assert_eq!(done.subject, "TOTP Berhasil di Reset");
    done.link("/activate/");
    assert_eq!(rina.open("/reset-totp/done").await.heading(), "TOTP Berhasil di Reset");
    let events = app.events().await;
    let ours = ["permission.granted", "permission.used", "link.opened", "reset.scheduled", "reset.executed"];
    let found: Vec<&str> = events.iter().map(String::as_str).filter(|event| ours.contains(event)).collect();
    assert_eq!(found, ours, "{events:?}");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_address_on_file_gets_the_notice() {
    let app = TestApp::start().await;
    app.people_with_passwords().await;
    let (budi, office) = ("budi@bahtera.example", "kantor@bahtera.example");
    let mut browser = app.browser();
    browser.kirim("BAHTERA8", budi, "non_penyedia").await;
    app.settle().await;
    // only the registered address permits
    let message = app.mail_in(&browser.page, "BAHTERA8", office);
    assert!(app.arrives(&message, &app.signed(&message)).await.is_none());
    assert_eq!(app.refused_why().await, "no-request");
    app.permitted(&browser.page, "BAHTERA8", budi).await;
    go_on(&mut browser).await;
    browser.send("/reset-totp/confirm", &[("password", PASSWORD)]).await;
    app.settle().await;
    for to in [budi, office] {
        let notice = app.letter_to(to);
        assert_eq!(notice.subject, NOTICE);
        notice.link("/not-me/");
    }
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_notice_that_is_not_handed_over_holds_the_reset_as_long() {
    let app = TestApp::start().await;
    let _rina = confirmed(&app).await;
    app.sink.script(Rule::at(Stage::Rcpt).to(RINA).answer(451, "4.3.0 try again later"));
    for _ in 0..5 {
        app.settle().await;
        app.advance(TimeDelta::minutes(55)).await;
    }
    assert_eq!((app.value(FACTOR).await, app.value(STATE).await), ("1".into(), "waiting".into()));
    app.sink.unscript();
    app.advance(TimeDelta::hours(2)).await;
    app.settle().await;
    assert_eq!(app.letter_to(RINA).subject, NOTICE);
    assert_eq!(app.value(FACTOR).await, "1", "the hour begins only now");
    let due = "select due_at > pulih.now() + interval '59 min' from request where state = 'waiting'";
    assert_eq!(app.value(due).await, "t", "and the page says so");
    app.advance(TimeDelta::minutes(61)).await;
    app.settle().await;
    assert_eq!(app.value(FACTOR).await, "0");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_notice_that_is_refused_or_comes_back_ends_it_and_calls_the_desk() {
    for later in [false, true] {
        let app = TestApp::start().await;
        let _rina = confirmed(&app).await;
        if later {
            app.settle().await;
            // as a report about it does
            app.sql(&format!("update address set suspect = true where folded = '{RINA}'")).await;
        } else {
            app.sink.script(Rule::at(Stage::Rcpt).to(RINA).answer(550, "5.1.1 no such user"));
            app.settle().await;
        }
        app.advance(TimeDelta::hours(30)).await;
        app.settle().await;
        assert_eq!((app.value(FACTOR).await, app.value(STATE).await), ("1".into(), "cancelled".into()));
        let queued = app.value("select queue_reason from request where state = 'cancelled'").await;
        assert_eq!(queued, "undeliverable");
        app.end().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_owner_stops_it_within_the_hour() {
    let app = TestApp::start().await;
    let mut eve = confirmed(&app).await;
    app.settle().await;
    let mut rina = app.browser();
    rina.open(&app.link_to(RINA, "/not-me/")).await;
    rina.send("/not-me", &[]).await;
    assert_eq!(rina.send("/not-me/confirm", &[]).await.heading(), "Sudah kami hentikan");
    app.advance(TimeDelta::hours(30)).await;
    app.settle().await;
    assert_eq!((app.value(FACTOR).await, app.value(STATE).await), ("1".into(), "cancelled".into()));
    assert_ne!(eve.open("/reset-totp/done").await.heading(), "TOTP Berhasil di Reset");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_password_it_waits_a_day_and_a_longer_delay_holds() {
    for (delay_hours, password, hours) in [(0, false, 24), (48, true, 48), (48, false, 48)] {
        let app = TestApp::with(|plan| plan.config.reset.delay_hours = delay_hours).await;
        app.people().await;
        if password {
            app.give_passwords().await;
        }
        let mut rina = asked_again(&app).await;
        app.permitted(&rina.page, "AMANAH7", RINA).await;
        go_on(&mut rina).await;
        let typed = if password { vec![("password", PASSWORD)] } else { vec![] };
        assert_eq!(rina.send("/reset-totp/confirm", &typed).await.heading(), SCHEDULED);
        app.settle().await;
        app.advance(TimeDelta::hours(hours) - TimeDelta::minutes(1)).await;
        app.settle().await;
        assert_eq!(app.value(FACTOR).await, "1", "{hours} h are not over");
        app.advance(TimeDelta::minutes(2)).await;
        app.settle().await;
        assert_eq!(app.value(FACTOR).await, "0");
        app.end().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_permission_lives_half_an_hour() {
    let app = TestApp::start().await;
    let mut rina = asked(&app).await;
    let (sent, path) = (rina.page.path.clone(), permit_path(&rina.page));
    app.permitted(&rina.page, "AMANAH7", RINA).await;
    rina.open(&sent).await;
    rina.send(&path, &[]).await.assert_at("/reset-totp/confirm");
    app.advance(TimeDelta::minutes(31)).await;
    assert_eq!(rina.send("/reset-totp/open", &[]).await.status, StatusCode::GONE);
    assert!(!rina.open(&sent).await.text().contains("Email Anda diterima"));
    app.sweep().await;
    assert_eq!(app.value("select end_reason from link where kind = 'permit'").await, "expired");
    assert_eq!(app.value(STATE).await, "mailed", "the link in our letter goes on");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_it_is_switched_off_no_page_asks_for_it() {
    let app = TestApp::with(|plan| plan.config.inbound.permission = false).await;
    let rina = asked(&app).await;
    assert_eq!(rina.page.permission_code(), None);
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_it_leaves_behind_does_not_stop_the_cleaning() {
    let app = TestApp::start().await;
    let _rina = confirmed(&app).await;
    app.settle().await;
    app.advance(TimeDelta::hours(2)).await;
    app.settle().await;
    app.advance(TimeDelta::days(60)).await;
    while pulih::workers::sweeper::tidy(&app.app).await.unwrap() {}
    assert_eq!(app.value("select count(*) from letter where kind = 'permitted'").await, "0");
    assert_eq!(app.value("select count(*) from permission where letter_id is null").await, "1");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_english_page_asks_for_an_english_sentence() {
    let app = TestApp::start().await;
    let rina = asked(&app).await;
    let mut message = app.mail_in(&rina.page, "AMANAH7", RINA);
    message.subject = message.subject.replace("Saya mengizinkan reset TOTP akun", "I permit the TOTP reset of account");
    assert!(app.arrives(&message, &app.signed(&message)).await.is_some());
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_permission_of_the_former_address_ends_with_its_change() {
    let changed = "update account set address_changed_at = pulih.now() where user_id = 'AMANAH7'";
    // before the person goes on
    let app = TestApp::start().await;
    let mut rina = asked(&app).await;
    app.permitted(&rina.page, "AMANAH7", RINA).await;
    app.sql(changed).await;
    let sent = rina.page.path.clone();
    assert!(!rina.open(&sent).await.text().contains("Email Anda diterima"));
    app.end().await;
    // and while the reset waits
    let app = TestApp::start().await;
    let _rina = confirmed(&app).await;
    app.settle().await;
    app.sql(changed).await;
    app.advance(TimeDelta::hours(2)).await;
    app.settle().await;
    assert_eq!(app.value("select count(*) from credential where revoked_at is not null").await, "0");
    assert_eq!(app.value("select state from request where channel = 'web'").await, "cancelled");
    app.end().await;
}
