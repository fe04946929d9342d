//! One code, many fingers.

use reqwest::StatusCode;

use crate::support::acts::at_once;
use crate::support::browser::{Browser, Page};
use crate::support::house::{PASSWORD, SECRET, TestApp};
use crate::support::rounds;
use crate::support::signing::Phone;

const FINGERS: usize = 64;

async fn house() -> TestApp {
    let app = TestApp::with(|plan| plan.config.database.pool = FINGERS).await;
    app.warm().await;
    app
}

/// The same session in a browser whose cookies nobody else changes.
fn finger(of: &Browser) -> Browser {
    let finger = Browser::new(&of.origin());
    for cookie in ["pulih", "pulih_session", "pulih_grant"] {
        if let Some(value) = of.cookie(cookie) {
            finger.plant(cookie, &value);
        }
    }
    finger
}

/// Presses the button of a page in many browsers at once; the answers.
async fn press(pages: &[Browser], action: &'static str, filled: &[(&str, &str)]) -> Vec<Page> {
    let fields: Vec<_> = pages.iter().map(|at| at.page.form(action).filled(filled)).collect();
    at_once(FINGERS, |i| {
        let (finger, fields) = (finger(&pages[i % pages.len()]), fields[i % pages.len()].clone());
        async move { finger.press(action, &fields).await }
    })
    .await
}

/// That one was let on to `path` with a session of its own, and the others were told calmly.
fn assert_one_winner(answers: &[Page], path: &str, round: usize) {
    let won = answers.iter().filter(|page| page.header("location") == path && has_session(page)).count();
    assert_eq!(won, 1, "round {round}");
    let calm = [StatusCode::SEE_OTHER, StatusCode::UNPROCESSABLE_ENTITY, StatusCode::TOO_MANY_REQUESTS];
    for page in answers {
        assert!(calm.contains(&page.status), "round {round}: {} {}", page.status, page.text());
    }
    assert_eq!(answers.iter().filter(|page| has_session(page)).count(), 1, "round {round}: one session was given away");
}

fn has_session(page: &Page) -> bool {
    page.headers.get_all("set-cookie").iter().any(|line| line.to_str().unwrap().starts_with("pulih_session="))
}

async fn person(app: &TestApp, n: usize, secret: &str) -> String {
    app.import(&format!("LOMBA{n},penyedia,Rina {n},rina{n}@a.example,kantor{n}@b.example,,{secret},\n")).await;
    let hash = crate::support::signing::hash();
    app.sql(&format!("update account set password_hash = '{hash}'")).await;
    format!("LOMBA{n}")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_code_in_sixty_four_threads_over_two_sessions_succeeds_once() {
    let app = house().await;
    let phone = Phone::imported();
    for round in 0..rounds(2, 200) {
        let user_id = person(&app, round, SECRET).await;
        let mut pages = vec![app.browser(), app.browser()];
        for page in &mut pages {
            page.password((&user_id, "penyedia"), PASSWORD).await;
        }
        let code = phone.code(&app, 0);
        let answers = press(&pages, "/login/totp", &[("code", &code)]).await;
        assert_one_winner(&answers, "/account", round);
        let of = format!("account_id = (select id from account where user_id = '{user_id}')");
        let done = format!("select count(*) from event where kind = 'login.code' and outcome = 'done' and {of}");
        assert_eq!(app.value(&done).await, "1", "round {round}");
        let full = format!("select count(*) from session where level = 'full' and {of}");
        assert_eq!(app.value(&full).await, "1", "round {round}");
    }
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_first_code_pressed_by_sixty_four_fingers_activates_once_and_so_does_a_recovery_code() {
    let app = house().await;
    for round in 0..rounds(2, 100) {
        let user_id = person(&app, round, "").await;
        let who = (user_id.as_str(), "penyedia");
        let mut rina = app.browser();
        rina.password(who, PASSWORD).await;
        let mut again = finger(&rina);
        again.open("/activate").await;
        rina.open("/activate").await;
        let phone = Phone::holding(&rina.page.secret_key());
        assert_eq!(again.page.secret_key(), rina.page.secret_key(), "both pages show one secret");
        let answers = press(&[rina, again], "/activate", &[("code", &phone.code(&app, 0))]).await;
        assert_one_winner(&answers, "/activate/codes", round);
        let of = format!("account_id = (select id from account where user_id = '{user_id}')");
        for (query, count) in [
            ("event where kind = 'totp.activated' and outcome = 'done' and", "1"),
            ("credential where revoked_at is null and", "1"),
            ("credential where", "1"),
            ("recovery_code where", "10"),
            ("session where level = 'full' and", "1"),
            ("session where ended_at is null and", "1"),
            ("letter where kind = 'activated' and", "2"),
        ] {
            assert_eq!(app.value(&format!("select count(*) from {query} {of}")).await, count, "round {round}: {query}");
        }
        let credential = app.id(&format!("select id from credential where {of}")).await;
        let sealed = app.value(&format!("select encode(sealed_secret, 'hex') from credential where {of}")).await;
        let sealed = data_encoding::HEXLOWER.decode(sealed.as_bytes()).unwrap();
        let recovery = app.app.recovery_codes(credential, &sealed).unwrap()[3].clone();
        let mut pages = vec![app.browser(), app.browser()];
        for page in &mut pages {
            page.password(who, PASSWORD).await;
            page.open("/login/totp?method=recovery").await;
        }
        let answers = press(&pages, "/login/totp", &[("code", &recovery)]).await;
        assert_one_winner(&answers, "/account", round);
        let used = format!("select count(*) from recovery_code where used_at is not null and {of}");
        assert_eq!(app.value(&used).await, "1", "round {round}");
        app.settle().await;
    }
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_double_click_ends_where_one_click_ends() {
    let app = house().await;
    let user_id = person(&app, 0, SECRET).await;
    let mut rina = app.browser();
    rina.password((&user_id, "penyedia"), PASSWORD).await;
    let code = Phone::imported().code(&app, 0);
    let fields = rina.page.form("/login/totp").filled(&[("code", &code)]);
    let clicks = at_once(2, |_| {
        let (mut rina, fields) = (rina.clone(), fields.clone());
        async move { rina.post("/login/totp", &fields).await.status }
    })
    .await;
    assert!(clicks.iter().all(StatusCode::is_success), "{clicks:?}");
    assert_eq!(rina.open("/login").await.path, "/account", "the session is not lost to the second click");
    // a stale tab of the code step
    assert_eq!(rina.post("/login/totp", &fields).await.path, "/account");
    app.end().await;
}
