//! What activation rests on besides the password: grants, the letters that carry them, and their ends.

use chrono::TimeDelta;
use pulih::config::EnrolFirst;
use reqwest::StatusCode;

use super::activation::{ACTIVE, BUDIS, OFFICE, reset};
use crate::support::browser::Browser;
use crate::support::house::{PASSWORD, TestApp};
use crate::support::signing::BUDI;

const LINK: &str = "Tautan Aktivasi TOTP";

/// Citra, who never had TOTP.
pub const CITRA: (&str, &str) = ("CITRA9", "penyedia");
pub const CITRAS: &str = "citra@cahaya.example";

/// Imports Citra.
pub async fn citra(app: &TestApp) {
    app.import(&format!("CITRA9,penyedia,Citra Lestari,{CITRAS},,,,\n")).await;
    app.people_with_passwords().await;
}

/// Budi, in a browser that nothing was given to, past his password.
async fn elsewhere(app: &TestApp) -> Browser {
    let mut browser = app.browser();
    browser.password(BUDI, PASSWORD).await;
    assert_eq!(browser.page.path, "/activate", "{}", browser.page.text());
    assert!(browser.page.text().contains("perlu memastikan bahwa ini memang Anda"), "{}", browser.page.text());
    browser
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_tap_mails_the_way_to_activation_in_another_browser() {
    let app = TestApp::start().await;
    reset(&app).await;
    let mut phone = elsewhere(&app).await;
    phone.send("/activate/link", &[]).await;
    assert!(phone.page.text().contains("Tautan aktivasi sedang dikirim ke b"), "{}", phone.page.text());
    assert!(!phone.page.body.contains(BUDIS), "the address is masked");
    app.settle().await;
    let letter = app.letter_to(BUDIS);
    assert_eq!(letter.subject, LINK);
    assert_ne!(app.letter_to(OFFICE).subject, LINK, "to the registered address alone");
    phone.open(&letter.link("/activate/")).await;
    assert_eq!(phone.page.path, "/activate", "who is past the password goes on at once");
    phone.send("/activate/start", &[]).await;
    phone.activate(&app).await;
    assert_eq!(phone.page.path, "/activate/codes", "{}", phone.page.text());
    assert_eq!(app.browser().open(&letter.link("/activate/")).await.status, StatusCode::GONE);
    app.settle().await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_activation_link_ends_with_its_time_and_another_is_one_tap_away() {
    let app = TestApp::start().await;
    reset(&app).await;
    let mut phone = elsewhere(&app).await;
    phone.send("/activate/link", &[]).await;
    app.settle().await;
    let late = app.link_to(BUDIS, "/activate/");
    phone.open(&late).await;
    app.advance(TimeDelta::hours(6) - TimeDelta::minutes(1)).await;
    assert_eq!(app.browser().open(&late).await.path, "/login?note=link", "in time");
    app.advance(TimeDelta::minutes(2)).await;
    assert_eq!(app.browser().open(&late).await.status, StatusCode::GONE);
    phone.password(BUDI, PASSWORD).await;
    assert!(!phone.page.body.contains("otpauth"), "a browser that opened it in time comes too late as well");
    phone.send("/activate/link", &[]).await;
    app.settle().await;
    phone.open(&app.link_to(BUDIS, "/activate/")).await;
    phone.send("/activate/start", &[]).await;
    phone.activate(&app).await;
    assert_eq!(phone.page.path, "/activate/codes", "{}", phone.page.text());
    app.settle().await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_grant_lives_three_days_and_one_tap_mails_another() {
    let app = TestApp::start().await;
    let mut budi = reset(&app).await;
    app.advance(TimeDelta::hours(72) - TimeDelta::minutes(5)).await;
    budi.password(BUDI, PASSWORD).await;
    let (phone, stale) = (budi.page.secret_key(), budi.page.form("/activate"));
    app.advance(TimeDelta::minutes(6)).await;
    let code = crate::support::signing::Phone::holding(&phone).code(&app, 0);
    budi.post("/activate", &stale.filled(&[("code", &code)])).await;
    assert!(!app.value(ACTIVE).await.contains("BAHTERA8"), "an activation begun in time does not outlive its grant");
    assert!(budi.page.text().contains("perlu memastikan bahwa ini memang Anda"), "{}", budi.page.text());
    budi.send("/activate/link", &[]).await;
    assert_eq!(app.value("select count(*) from activation_grant where source = 'renewed'").await, "1");
    budi.open("/activate").await;
    budi.send("/activate/link", &[]).await;
    assert_eq!(app.value("select count(*) from activation_grant where source = 'renewed'").await, "1", "one is enough");
    budi.password(BUDI, PASSWORD).await;
    assert!(!budi.page.body.contains("otpauth"), "the new grant is for the letter's holder alone");
    app.settle().await;
    budi.open(&app.link_to(BUDIS, "/activate/")).await;
    budi.send("/activate/start", &[]).await;
    assert_ne!(budi.page.secret_key(), phone);
    budi.activate(&app).await;
    assert_eq!(budi.page.path, "/activate/codes", "{}", budi.page.text());
    app.settle().await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_grant_is_renewed_by_mail_where_a_reset_would_wait_too() {
    for what in [
        "address_changed_at = pulih.now() - interval '1 day'",
        "password_changed_at = pulih.now() - interval '1 day'",
        "protected = true",
        "resets_held_until = pulih.now() + interval '1 day'",
    ] {
        let app = TestApp::start().await;
        reset(&app).await;
        app.advance(TimeDelta::hours(73)).await;
        // the page was drawn before
        let mut phone = elsewhere(&app).await;
        app.sql(&format!("update account set {what} where user_id = 'BAHTERA8'")).await;
        phone.send("/activate/link", &[]).await;
        app.settle().await;
        assert_ne!(app.letter_to(BUDIS).subject, LINK, "{what}");
        assert!(phone.page.text().contains("tidak bisa dikirim lewat email"), "{what}: {}", phone.page.text());
        assert!(phone.page.forms().iter().all(|form| form.action != "/activate/link"), "{what}");
        assert_eq!(app.events().await.last().unwrap(), "totp.link-asked!not-possible-now", "{what}");
        app.end().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_links_to_activation_an_hour_whatever_letters_came_before() {
    let app = TestApp::start().await;
    reset(&app).await;
    let mut phone = elsewhere(&app).await;
    for _ in 0..3 {
        phone.open("/activate").await;
        phone.send("/activate/link", &[]).await;
        assert_eq!(phone.page.status, StatusCode::OK);
    }
    app.settle().await;
    phone.open("/activate").await;
    phone.send("/activate/link", &[]).await;
    assert_eq!(phone.page.status, StatusCode::TOO_MANY_REQUESTS);
    let wait: i64 = phone.page.header("retry-after").parse().unwrap();
    assert!((3_000..=3_601).contains(&wait), "{wait}");
    let text = phone.page.text();
    assert!(text.contains("Tautan aktivasi sudah beberapa kali diminta") && text.contains("WIB"), "{text}");
    assert_eq!(app.letters().iter().filter(|letter| letter.subject == LINK).count(), 3);
    app.advance(TimeDelta::seconds(wait)).await;
    phone.password(BUDI, PASSWORD).await;
    phone.send("/activate/link", &[]).await;
    assert_eq!(phone.page.status, StatusCode::OK, "{}", phone.page.text());
    app.settle().await;
    assert_eq!(app.letters().iter().filter(|letter| letter.subject == LINK).count(), 4);
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_delayed_reset_grants_by_mail_to_the_first_address_alone() {
    let app = TestApp::with(|plan| plan.config.reset.delay_hours = 2).await;
    let mut budi = reset(&app).await;
    app.advance(TimeDelta::hours(3)).await;
    app.settle().await;
    let (first, second) = (app.letter_to(BUDIS), app.letter_to(OFFICE));
    assert_eq!((first.subject.as_str(), second.subject.as_str()), ("TOTP Berhasil di Reset", "TOTP Berhasil di Reset"));
    assert!(!second.text.contains("/activate/") && !second.html.contains("/activate/"), "{}", second.text);
    budi.password(BUDI, PASSWORD).await;
    assert!(!budi.page.body.contains("otpauth"), "the browser that confirmed it holds no grant");
    // even long after other letters' links would have ended, the grant lives
    app.advance(TimeDelta::hours(60)).await;
    let mut phone = app.browser();
    phone.open(&first.link("/activate/")).await;
    phone.password(BUDI, PASSWORD).await;
    phone.activate(&app).await;
    assert_eq!(phone.page.path, "/activate/codes", "{}", phone.page.text());
    app.settle().await;
    let again = app.browser().open(&first.link("/activate/")).await.clone();
    assert_eq!(again.status, StatusCode::GONE, "it works once: {}", again.text());
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_never_had_totp_activates_with_the_password_unless_a_grant_is_demanded() {
    for first in [EnrolFirst::Password, EnrolFirst::Grant] {
        let app = TestApp::with(|plan| plan.config.enrol.first = first).await;
        citra(&app).await;
        let mut citra = app.browser();
        citra.password(CITRA, PASSWORD).await;
        assert_eq!(citra.page.path, "/activate");
        assert_eq!(citra.page.body.contains("otpauth"), first == EnrolFirst::Password, "{}", citra.page.text());
        if first == EnrolFirst::Grant {
            let csrf = citra.page.form("/activate/link").fields;
            citra.post("/activate/start", &csrf).await;
            assert!(!citra.page.body.contains("otpauth"), "not by a form of one's own making");
            citra.send("/activate/link", &[]).await;
            app.settle().await;
            citra.open(&app.link_to(CITRAS, "/activate/")).await;
            citra.send("/activate/start", &[]).await;
        }
        citra.activate(&app).await;
        assert_eq!(citra.page.path, "/activate/codes", "{}", citra.page.text());
        app.settle().await;
        assert_eq!(app.letter_to(CITRAS).subject, "Aktivasi TOTP Berhasil");
        app.end().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_grant_that_somebody_laid_into_the_browser_before_is_worth_nothing() {
    let app = TestApp::start().await;
    app.people_with_passwords().await;
    let planted = data_encoding::BASE64URL_NOPAD.encode(&[7; 32]);
    let mut budi = app.browser();
    budi.open("/").await;
    budi.plant("pulih_grant", &planted);
    budi.lose_phone(&app, BUDI, BUDIS).await;
    let mut thief = app.browser();
    thief.open("/").await;
    thief.plant("pulih_grant", &planted);
    thief.password(BUDI, PASSWORD).await;
    assert!(!thief.page.body.contains("otpauth"), "{}", thief.page.text());
    budi.password(BUDI, PASSWORD).await;
    assert!(budi.page.body.contains("otpauth"), "{}", budi.page.text());
    app.settle().await;
    app.end().await;
}
