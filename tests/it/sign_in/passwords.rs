//! The password step: how long it is kept, its limit, passwords sprayed over many, and how one is changed.

use chrono::TimeDelta;
use pulih::actions::login::{Login, login};
use pulih::app::App;
use pulih::base::keyring::Keyring;
use pulih::model::account::UserType;
use pulih::model::activation::Shown;
use pulih::model::refusal::{Refusal, Stop};
use reqwest::StatusCode;

use crate::support::acts::at_once;
use crate::support::browser::{Browser, Page};
use crate::support::house::{PASSWORD, TestApp};
use crate::support::signing::{Phone, RINA};

const WRONG: &str = "bukan-ini-12345";

async fn house() -> TestApp {
    let app = TestApp::with(|plan| {
        plan.config.server.trusted_proxies = vec!["127.0.0.1".to_owned()];
        plan.config.database.pool = 32;
        plan.config.limits.sprayed_per_10_min = 1_000_000;
    })
    .await;
    app.people_with_passwords().await;
    app
}

/// Presses Login on the password page from that network.
async fn from(browser: &Browser, network: &str, password: &str) -> Page {
    let fields = browser.page.form("/login/password").filled(&[("password", password)]);
    let request = browser.request(reqwest::Method::POST, "/login/password").header("origin", browser.origin());
    browser.answer(request.header("x-forwarded-for", network).form(&fields)).await
}

async fn at_password(app: &TestApp, user_id: &str) -> Browser {
    let mut browser = app.browser();
    browser.open("/login").await;
    browser.send("/login", &[("user_id", user_id), ("user_type", "penyedia")]).await.assert_at("/login/password");
    browser
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_five_idle_minutes_lose_nothing_but_the_password() {
    let app = house().await;
    let mut rina = at_password(&app, "AMANAH7").await;
    app.advance(TimeDelta::minutes(25)).await;
    let page = rina.send("/login/password", &[("password", PASSWORD)]).await;
    assert_eq!((page.status, page.path.as_str()), (StatusCode::UNPROCESSABLE_ENTITY, "/login/password"));
    assert!(page.text().contains("Waktu langkah ini habis. Ketik Password sekali lagi"), "{}", page.text());
    let form = page.form("/login/password");
    assert_eq!((form.value("user_id"), form.value("user_type")), ("AMANAH7", "penyedia"));
    assert_eq!(form.value("password"), "");
    assert!(!page.body.contains(PASSWORD));
    assert_eq!(app.value("select count(*) from session").await, "0");
    assert_eq!(app.value("select count(*) from password_limit").await, "0", "and is no wrong try");
    rina.send("/login/password", &[("password", PASSWORD)]).await.assert_at("/login/totp");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ya_lanjutkan_prolongs_both_steps_but_not_for_ever() {
    let app = house().await;
    let phone = Phone::imported();
    let mut rina = at_password(&app, "AMANAH7").await;
    for _ in 0..3 {
        app.advance(TimeDelta::minutes(19)).await;
        let mut fields = rina.page.form("/login/password").filled(&[("step", "password")]);
        fields.retain(|(name, _)| name != "password");
        rina.post("/login/keep", &fields).await.assert_at("/login/password");
    }
    rina.send("/login/password", &[("password", PASSWORD)]).await.assert_at("/login/totp");
    for _ in 0..3 {
        app.advance(TimeDelta::minutes(18)).await;
        let fields = rina.page.form("/login/totp").filled(&[("step", "totp")]);
        rina.post("/login/keep", &fields).await.assert_at("/login/totp");
        assert_eq!(rina.page.status, StatusCode::OK);
    }
    let mut late = rina.clone();
    let code = phone.code(&app, 0);
    rina.code(&code).await.assert_at("/account");
    rina.send("/logout", &[]).await;
    // without it the step is over after twenty minutes, and with it after an hour
    rina.password(RINA, PASSWORD).await;
    app.advance(TimeDelta::minutes(21)).await;
    let fields = rina.page.form("/login/totp").filled(&[("step", "totp")]);
    rina.post("/login/keep", &fields).await.assert_at("/login/password?note=step-over");
    late.password(RINA, PASSWORD).await;
    for _ in 0..4 {
        app.advance(TimeDelta::minutes(14)).await;
        let fields = late.page.form("/login/totp").filled(&[("step", "totp")]);
        late.post("/login/keep", &fields).await.assert_at("/login/totp");
    }
    app.advance(TimeDelta::minutes(5)).await;
    let code = phone.code(&app, 0);
    late.code(&code).await.assert_at("/login/password?note=step-over");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_wrong_ones_for_a_user_id_hold_its_network_and_no_other() {
    let app = house().await;
    for user_id in ["AMANAH7", "TIDAKADA"] {
        let rina = at_password(&app, user_id).await;
        let folded = at_password(&app, &format!("  {} ", user_id.to_lowercase())).await;
        for n in 0..10 {
            let browser = if n % 2 == 0 { &rina } else { &folded };
            assert_eq!(from(browser, "198.51.100.7", WRONG).await.status, StatusCode::UNPROCESSABLE_ENTITY, "{n}");
        }
        for password in [PASSWORD, WRONG] {
            let held = from(&rina, "198.51.100.7", password).await;
            assert_eq!(held.status, StatusCode::TOO_MANY_REQUESTS);
            assert!(held.text().contains("Terlalu banyak percobaan. Coba lagi"), "{}", held.text());
            let wait: i64 = held.header("retry-after").parse().unwrap();
            assert!((270..=301).contains(&wait), "{wait}");
        }
        let own = from(&rina, "203.0.113.9", if user_id == "AMANAH7" { PASSWORD } else { WRONG }).await;
        assert_ne!(own.status, StatusCode::TOO_MANY_REQUESTS, "the owner's own network is free");
    }
    let mut rina = at_password(&app, "AMANAH7").await;
    app.advance(TimeDelta::minutes(5)).await;
    assert_eq!(from(&rina, "198.51.100.7", PASSWORD).await.header("location"), "/login/totp");
    rina.open("/login/totp").await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_four_at_once_get_ten_tries_whoever_is_tried() {
    let app = house().await;
    app.warm().await;
    for user_id in ["AMANAH7", "TIDAKADA"] {
        let browser = at_password(&app, user_id).await;
        let answers = at_once(64, |_| {
            let browser = browser.clone();
            async move { from(&browser, "198.51.100.7", WRONG).await.status.as_u16() }
        })
        .await;
        let tried = answers.iter().filter(|status| **status == 422).count();
        assert_eq!(tried, 10, "{user_id}: {answers:?}");
        assert!(answers.iter().all(|status| [422, 429].contains(status)), "{answers:?}");
    }
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn and_so_do_thirty_two_at_thirty_two_servers() {
    let app = house().await;
    let mut config = app.app.config().clone();
    config.database.pool = 2;
    let server = || App::new(config.clone(), Keyring::ephemeral().unwrap(), app.app.clock().clone()).unwrap();
    let servers: Vec<App> = (0..32).map(|_| server()).collect();
    for server in &servers {
        server.read().await.unwrap();
    }
    for user_id in ["AMANAH7", "TIDAKADA"] {
        let ends = at_once(servers.len(), |i| {
            let server = servers[i].clone();
            let attempt = Login {
                user_id: user_id.to_owned(),
                user_type: UserType::Penyedia,
                password: WRONG.to_owned(),
                browser_hash: [1; 32],
                browser_name: None,
                network: "198.51.100.7/32".to_owned(),
                shown: Shown::default(),
            };
            async move { login(&server, attempt).await.map(|_| ()) }
        })
        .await;
        let tried = ends.iter().filter(|end| matches!(end, Err(Stop::Refused(Refusal::LoginWrong)))).count();
        let held = ends.iter().filter(|end| matches!(end, Err(Stop::Refused(Refusal::TooMany(_))))).count();
        assert_eq!((tried, held), (10, 22), "{user_id}: {ends:?}");
    }
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_password_sprayed_over_many_is_seen_and_holds_nobody() {
    let app = TestApp::with(|plan| plan.config.server.trusted_proxies = vec!["127.0.0.1".to_owned()]).await;
    let line = |n| format!("ORANG{n},penyedia,Orang,orang{n}@a.example,,,,\n");
    app.import(&(0..20).map(line).collect::<String>()).await;
    app.sql(&format!("update account set password_hash = '{}'", crate::support::signing::hash())).await;
    let mut people = Vec::new();
    for n in 0..20 {
        people.push(at_password(&app, &format!("ORANG{n}")).await);
    }
    for person in &people[..19] {
        from(person, "198.51.100.7", WRONG).await;
    }
    let before = sprayed(&app).await;
    from(&people[19], "198.51.100.7", WRONG).await;
    assert!(sprayed(&app).await > before, "seen at the twentieth");
    for person in &people {
        for network in ["198.51.100.7", "203.0.113.9"] {
            assert_eq!(from(person, network, PASSWORD).await.header("location"), "/activate");
        }
    }
    app.end().await;
}

/// What the metric says.
pub async fn sprayed(app: &TestApp) -> u64 {
    let text = reqwest::get(format!("http://{}/metrics", app.ops)).await.unwrap().text().await.unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix("passwords_sprayed_total "));
    line.map_or(0, |count| count.parse().unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_password_is_taken_only_without_flaws_and_with_the_present_one() {
    let app = house().await;
    let mut rina = app.browser();
    rina.sign_in(&app, RINA, &Phone::imported()).await.assert_at("/account");
    let hash = app.value("select password_hash from account where user_id = 'AMANAH7'").await;
    rina.open("/account/password").await;
    let (good, long) = ("perahu kayu tua", "perahu di laut ".repeat(10));
    for (present, new, again, words) in [
        (PASSWORD, "pendek-1", "pendek-1", "Password baru terlalu pendek"),
        (PASSWORD, long.as_str(), long.as_str(), "Password baru terlalu panjang"),
        (PASSWORD, "1234567890", "1234567890", "Password baru mudah ditebak"),
        (PASSWORD, "xx-amanah7-xx", "xx-amanah7-xx", "Password baru mudah ditebak"),
        (PASSWORD, good, "perahu kayu tuan", "Kedua Password baru tidak sama"),
        (PASSWORD, good, "", "Kedua Password baru tidak sama"),
        (good, good, good, "Password baru sama dengan yang sekarang"),
        ("", good, good, "Password sekarang tidak cocok"),
        (WRONG, good, good, "Password sekarang tidak cocok"),
    ] {
        let typed = [("password", present), ("new_password", new), ("new_password_again", again)];
        let page = rina.send("/account/password", &typed).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{words}");
        assert!(page.text().contains(words), "{words}: {}", page.text());
        assert!(!page.body.contains(good) && !page.body.contains(WRONG), "no password is sent back");
    }
    assert_eq!(app.value("select password_hash from account where user_id = 'AMANAH7'").await, hash);
    let guesses = "select cardinality(hits) || ' ' || in_row from code_limit";
    assert_eq!(app.value(guesses).await, "2 0", "only a wrong present one is a guess, and it is no code");
    let typed = [("password", PASSWORD), ("new_password", good), ("new_password_again", good)];
    rina.send("/account/password", &typed).await.assert_at("/account?note=password-changed");
    app.settle().await;
    let budis = "select password_hash from account where user_id = 'BAHTERA8'";
    assert_eq!(app.value(budis).await, crate::support::signing::hash());
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn strangers_of_ones_own_network_do_not_hold_a_browser_that_the_account_knows() {
    let app = house().await;
    let phone = Phone::imported();
    let mut rina = app.browser();
    rina.sign_in(&app, RINA, &phone).await.assert_at("/account");
    rina.send("/logout", &[]).await;
    let mut colleague = app.browser();
    for _ in 0..11 {
        colleague.password(RINA, WRONG).await;
    }
    assert_eq!(colleague.page.status, StatusCode::TOO_MANY_REQUESTS);
    let mut other = app.browser();
    assert_eq!(other.password(RINA, PASSWORD).await.status, StatusCode::TOO_MANY_REQUESTS, "strangers share one limit");
    rina.password(RINA, PASSWORD).await.assert_at("/login/totp");
    app.end().await;
}
