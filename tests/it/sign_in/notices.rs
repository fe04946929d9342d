//! *Ini bukan saya* in the letters about an account itself: two steps, seven days, once.

use chrono::TimeDelta;
use reqwest::{Method, StatusCode};

use super::activation::{BUDIS, OFFICE, reset};
use crate::support::acts::at_once;
use crate::support::browser::Browser;
use crate::support::house::{PASSWORD, TestApp};
use crate::support::signing::{BUDI, Phone};

/// The letters about an account, by their subjects.
const LETTERS: [&str; 4] =
    ["Aktivasi TOTP Berhasil", "TOTP Dinonaktifkan", "Password Diubah", "Kode TOTP Salah Berulang Kali"];

/// Somebody in Budi's place does what the letter tells of; their browser.
async fn somebody(app: &TestApp, subject: &str) -> Browser {
    let mut they;
    if subject == LETTERS[0] {
        they = reset(app).await;
        they.password(BUDI, PASSWORD).await;
        they.activate(app).await;
    } else {
        app.people_with_passwords().await;
        they = app.browser();
        they.sign_in(app, BUDI, &Phone::imported()).await;
        assert_eq!(they.page.path, "/account", "{}", they.page.text());
        app.advance(TimeDelta::seconds(30)).await;
    }
    if subject == LETTERS[1] {
        they.open("/account/disable").await;
        let code = Phone::imported().code(app, 0);
        they.send("/account/disable", &[("password", PASSWORD), ("code", &code)]).await;
    } else if subject == LETTERS[2] {
        they.open("/account/password").await;
        let new = "tiga kuda makan pagi";
        let filled = [("password", PASSWORD), ("new_password", new), ("new_password_again", new)];
        they.send("/account/password", &filled).await;
    } else if subject == LETTERS[3] {
        let mut stranger = app.browser();
        for _ in 0..2 {
            stranger.password(BUDI, PASSWORD).await;
            for _ in 0..5 {
                stranger.send("/login/totp", &[("code", "00000")]).await;
            }
            app.advance(TimeDelta::minutes(6)).await;
        }
    }
    app.settle().await;
    for to in [BUDIS, OFFICE] {
        assert_eq!(app.letter_to(to).subject, subject, "every address is told; {}", they.page.text());
    }
    they
}

const STATE: &str = "select a.status || ' ' || (select count(*) from credential c where c.account_id = a.id and
        c.revoked_at is null) || ' ' || (select count(*) from session s where s.account_id = a.id and s.ended_at is null)
        || ' ' || (select count(*) from activation_grant g where g.account_id = a.id and g.used_at is null and
        g.revoked_at is null) || ' ' || (select count(*) from request r where r.account_id = a.id and
        r.queue_reason = 'disputed')
    from account a where user_id = 'BAHTERA8'";

async fn not_me(browser: &mut Browser, link: &str) -> String {
    browser.open(link).await;
    browser.send("/not-me", &[]).await;
    browser.send("/not-me/confirm", &[]).await;
    assert_eq!((browser.page.status, browser.page.heading().as_str()), (StatusCode::OK, "Sudah kami hentikan"));
    browser.page.body.split("<strong class=\"code\">").nth(1).unwrap().split('<').next().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_letter_about_an_account_locks_it_in_two_steps() {
    for subject in LETTERS {
        let app = TestApp::start().await;
        let mut they = somebody(&app, subject).await;
        let link = app.link_to(BUDIS, "/not-me/");
        let before = app.rows().await;
        let mut scanner = app.browser();
        for method in [Method::GET, Method::HEAD, Method::OPTIONS] {
            scanner.answer(scanner.request(method, &link)).await;
        }
        scanner.open(&link).await;
        let first = scanner.page.forms().into_iter().find(|form| form.method == "POST").unwrap();
        scanner.post(&first.action, &first.fields).await;
        assert_eq!(scanner.page.heading(), "Yang akan kami lakukan", "{subject}");
        assert_eq!(app.rows().await, before, "{subject}: links opened and the first form sent, nothing changes");

        let mut budi = app.browser();
        let reference = not_me(&mut budi, &link).await;
        // a TOTP that was there before what the letter tells of stays: it is what stopped the thief
        let older = u8::from([LETTERS[2], LETTERS[3]].contains(&subject));
        assert_eq!(app.value(STATE).await, format!("locked {older} 0 0 1"), "{subject}");
        let case = app.sql("select reference, state from request where queue_reason = 'disputed'").await;
        assert_eq!(case, [[Some(reference.clone()), Some("cancelled".to_owned())]], "{subject}");
        assert_eq!(not_me_again(&mut budi, &link).await, reference, "{subject}: told twice, one case");
        assert_eq!(not_me_again(&mut scanner, &link).await, reference, "{subject}: in another browser too");
        assert_eq!(app.events().await.iter().filter(|event| *event == "account.disputed").count(), 1, "{subject}");

        assert_eq!(they.open("/account").await.path, "/login?note=ended", "{subject}");
        let known = if subject == LETTERS[2] { "tiga kuda makan pagi" } else { PASSWORD };
        for browser in [&mut they, &mut budi] {
            browser.password(BUDI, known).await;
            assert_eq!(browser.page.status, StatusCode::FORBIDDEN, "{subject}");
            assert_eq!(browser.page.heading(), "Akun ini dikunci", "{subject}");
            assert!(browser.page.forms().iter().all(|form| form.method != "POST"), "{subject}: it asks nothing more");
            assert!(
                browser.cookie("pulih_session").is_none_or(|value| value.is_empty()) || {
                    browser.open("/activate").await;
                    browser.page.path == "/login?note=activate"
                }
            );
        }
        budi.password(BUDI, "salah-sama-sekali").await;
        assert_eq!(budi.page.status, StatusCode::UNPROCESSABLE_ENTITY, "{subject}: a wrong password learns nothing");
        app.settle().await;
        app.end().await;
    }
}

/// A letter that was disputed before shows its case at once.
async fn not_me_again(browser: &mut Browser, link: &str) -> String {
    browser.open(link).await;
    assert_eq!(browser.page.heading(), "Sudah kami hentikan");
    browser.page.body.split("<strong class=\"code\">").nth(1).unwrap().split('<').next().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_second_address_only_opens_a_case() {
    for subject in LETTERS {
        let app = TestApp::start().await;
        let mut they = somebody(&app, subject).await;
        let link = app.link_to(OFFICE, "/not-me/");
        let before = app.value(STATE).await;
        let reference = not_me(&mut app.browser(), &link).await;
        let (kept, cases) = before.rsplit_once(' ').unwrap();
        assert_eq!((app.value(STATE).await, cases), (format!("{kept} 1"), "0"), "{subject}");
        assert_eq!(app.value("select reference from request where queue_reason = 'disputed'").await, reference);
        if subject != LETTERS[1] {
            assert_eq!(they.open("/account").await.status, StatusCode::OK, "{subject}: who is signed in stays");
            // recovery codes that are not kept yet come first
            assert!(
                ["/account", "/activate/codes"].contains(&they.page.path.as_str()),
                "{subject}: {}",
                they.page.path
            );
        }
        app.end().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_seven_days_a_letter_disputes_nothing() {
    let app = TestApp::start().await;
    somebody(&app, LETTERS[2]).await;
    let link = app.link_to(BUDIS, "/not-me/");
    let mut budi = app.browser();
    app.advance(TimeDelta::days(7) - TimeDelta::minutes(1)).await;
    budi.open(&link).await;
    budi.send("/not-me", &[]).await;
    let form = budi.page.form("/not-me/confirm");
    app.advance(TimeDelta::minutes(2)).await;
    let before = app.value(STATE).await;
    let late = budi.post("/not-me/confirm", &form.fields).await;
    assert_eq!(late.status, StatusCode::GONE, "{}", late.text());
    assert_eq!(budi.open(&link).await.status, StatusCode::GONE);
    assert_eq!(app.value(STATE).await, before);
    assert_eq!(app.events().await.last().unwrap(), "account.disputed!link-expired");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_double_click_opens_one_case() {
    let app = TestApp::start().await;
    somebody(&app, LETTERS[1]).await;
    let mut budi = app.browser();
    budi.open(&app.link_to(BUDIS, "/not-me/")).await;
    budi.send("/not-me", &[]).await;
    let fields = budi.page.form("/not-me/confirm").fields;
    let answers = at_once(4, |_| {
        let (budi, fields) = (budi.clone(), fields.clone());
        async move { budi.press("/not-me/confirm", &fields).await }
    });
    for answer in answers.await {
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    }
    assert_eq!(app.value(STATE).await, "locked 0 0 0 1");
    assert_eq!(app.events().await.iter().filter(|event| *event == "account.disputed").count(), 1);
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_of_another_letter_than_the_one_last_opened_does_nothing() {
    let app = TestApp::start().await;
    somebody(&app, LETTERS[0]).await;
    let (budis, offices) = (app.link_to(BUDIS, "/not-me/"), app.link_to(OFFICE, "/not-me/"));
    let mut budi = app.browser();
    budi.open(&budis).await;
    budi.send("/not-me", &[]).await;
    let stale = budi.page.form("/not-me/confirm");
    budi.open(&offices).await;
    let before = app.value(STATE).await;
    for link in [stale.value("link"), "", "0198f0aa", "00000000-0000-0000-0000-000000000000"] {
        let answer = budi.press("/not-me/confirm", &stale.filled(&[("link", link)])).await;
        assert_eq!(answer.status, StatusCode::CONFLICT, "{link}: {}", answer.text());
    }
    assert_eq!(app.value(STATE).await, before);
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_letter_of_an_activation_link_can_be_disputed_too() {
    let app = TestApp::start().await;
    reset(&app).await;
    let mut they = app.browser();
    they.password(BUDI, PASSWORD).await;
    they.send("/activate/link", &[]).await;
    app.settle().await;
    let letter = app.letter_to(BUDIS);
    let mut budi = app.browser();
    budi.open(&letter.link("/not-me/")).await;
    assert!(budi.page.text().contains("Tautan aktivasi diminta pada"), "{}", budi.page.text());
    not_me(&mut budi, &letter.link("/not-me/")).await;
    assert_eq!(app.value(STATE).await, "locked 0 0 0 1");
    assert_eq!(budi.open(&letter.link("/activate/")).await.status, StatusCode::GONE, "its link is dead");
    assert_eq!(they.open("/activate").await.path, "/login?note=activate");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_letter_of_a_delayed_reset_disputes_that_very_reset() {
    let app = TestApp::with(|plan| plan.config.reset.delay_hours = 1).await;
    reset(&app).await;
    app.advance(TimeDelta::hours(2)).await;
    app.settle().await;
    let reference = app.value("select reference from request where state = 'done'").await;
    let link = app.link_to(BUDIS, "/not-me/");
    let mut budi = app.browser();
    budi.open(&link).await;
    assert!(budi.page.text().contains("Direset pada"), "{}", budi.page.text());
    assert_eq!(not_me(&mut budi, &link).await, reference);
    assert_eq!(app.value(STATE).await, "locked 0 0 0 1");
    assert_eq!(app.events().await.last().unwrap(), "reset.disputed");
    app.end().await;
}
