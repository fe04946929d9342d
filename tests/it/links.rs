//! The rules of the link, as people and their mail scanners meet them.

use chrono::TimeDelta;
use data_encoding::BASE64URL_NOPAD;
use pulih::base::secret_hash;
use reqwest::{Method, StatusCode};

use crate::support::browser::Browser;
use crate::support::house::TestApp;
use crate::support::letters::list;

mod delayed;
mod hints;
mod keys;
mod late;
mod not_me;
mod password;

pub const RINA: &str = "rina@amanah.example";
pub const DONE: &str = "TOTP Berhasil di Reset";

/// A house with Rina and Budi, who is asked for by Rina, and her link.
pub async fn asked(app: &TestApp) -> (Browser, String) {
    let mut rina = app.browser();
    rina.kirim("AMANAH7", RINA, "penyedia").await;
    app.settle().await;
    (rina, app.link_to(RINA, "/r/"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn looking_changes_nothing() {
    let app = TestApp::start().await;
    app.people().await;
    let (mut rina, link) = asked(&app).await;
    let letter = app.letter_to(RINA);
    let not_me = letter.link("/not-me/");
    let sent = rina.page.path.clone();
    for stage in ["mailed", "opened", "late", "done"] {
        match stage {
            "opened" => {
                rina.open(&link).await;
                rina.send("/reset-totp/open", &[]).await;
            }
            "late" => app.advance(TimeDelta::hours(7)).await,
            "done" => {
                app.advance(TimeDelta::hours(-7)).await;
                rina.reset(&link).await;
                app.settle().await;
            }
            _ => {}
        }
        let before = app.rows().await;
        let status = sent.replace("/reset-totp/sent?r=", "/requests/");
        let help = format!("{status}/help");
        let pages = [
            &link,
            "/reset-totp/confirm",
            "/reset-totp/closed",
            "/reset-totp/open",
            "/reset-totp/done",
            "/reset-totp/reissue",
            "/reset-totp/resend",
            &not_me,
            "/not-me",
            "/not-me?step=2",
            "/not-me?step=done",
            "/not-me/confirm",
            &sent,
            &status,
            &help,
            "/reset-totp",
        ];
        for path in pages {
            for method in [Method::GET, Method::HEAD, Method::OPTIONS, Method::GET] {
                let answer = rina.answer(rina.request(method.clone(), path)).await;
                assert!(answer.status.as_u16() < 500, "{stage}: {method} {path}: {}", answer.status);
            }
        }
        assert_eq!(app.rows().await, before, "{stage}");
    }
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_token_leaves_the_address_at_once() {
    let app = TestApp::start().await;
    app.people().await;
    let (_, link) = asked(&app).await;
    let not_me = app.link_to(RINA, "/not-me/");
    let mut phone = app.browser();
    for (link, to, cookie) in [(&link, "/reset-totp/confirm", "pulih_link"), (&not_me, "/not-me", "pulih_not_me")] {
        let answer = phone.answer(phone.request(Method::GET, link)).await;
        assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, to));
        let token = link.rsplit('/').next().unwrap();
        let set = answer.header("set-cookie");
        assert!(set.starts_with(&format!("{cookie}={token}; ")), "{set}");
        assert!(["Path=/", "HttpOnly", "SameSite=Lax"].iter().all(|part| set.contains(part)), "{set}");
        let page = phone.open(link).await;
        assert_eq!((page.status, page.path.as_str()), (StatusCode::OK, to));
        assert!(!page.body.contains(token) && !page.body.contains(&token[..32]), "{}", page.body);
        assert_eq!(page.header("referrer-policy"), "strict-origin");
    }
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_links_in_one_browser_are_not_mixed_up() {
    let app = TestApp::start().await;
    app.people().await;
    let (mut browser, rinas) = asked(&app).await;
    browser.kirim("BAHTERA8", "budi@bahtera.example", "non_penyedia").await;
    app.settle().await;
    let budis = app.link_to("budi@bahtera.example", "/r/");
    // two tabs
    let open = browser.open(&rinas).await.form("/reset-totp/open");
    browser.post(&open.action, &open.fields).await;
    let ok = browser.page.form("/reset-totp/confirm");
    let not_me = app.link_to(RINA, "/not-me/");
    let not_me = browser.open(&not_me).await.form("/not-me");
    browser.open(&app.link_to("budi@bahtera.example", "/not-me/")).await;
    browser.open(&budis).await;
    let before = app.rows().await;
    for form in [&open, &ok, &not_me] {
        let page = browser.press(&form.action, &form.fields).await;
        assert_eq!(
            (page.status, page.heading().as_str()),
            (StatusCode::CONFLICT, "Ada tautan lain yang lebih baru dibuka")
        );
    }
    let page = browser.press("/not-me/confirm", &not_me.fields).await;
    assert_eq!(page.status, StatusCode::CONFLICT);
    assert_eq!(app.rows().await, before);
    assert_eq!(browser.reset(&rinas).await.heading(), DONE, "opened again, the first is as good as before");
    assert_eq!(browser.reset(&budis).await.heading(), DONE);
    app.settle().await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_request_kills_no_link_and_the_first_used_ends_the_family() {
    let app = TestApp::start().await;
    app.people().await;
    let mut links = Vec::new();
    for _ in 0..3 {
        links.push(asked(&app).await.1);
        app.advance(TimeDelta::minutes(2)).await;
    }
    let mut phones: Vec<Browser> = links.iter().map(|_| app.browser()).collect();
    for (phone, link) in phones.iter_mut().zip(&links) {
        phone.open(link).await;
        assert_eq!(phone.send("/reset-totp/open", &[]).await.status, StatusCode::OK);
    }
    assert_eq!(phones[1].send("/reset-totp/confirm", &[]).await.heading(), DONE);
    app.settle().await;
    for at in [0, 2] {
        let page = phones[at].send("/reset-totp/confirm", &[]).await;
        assert_eq!((page.status, page.heading().as_str()), (StatusCode::GONE, "Tautan ini tidak bisa dipakai lagi"));
    }
    assert_eq!(app.browser().open(&links[1]).await.heading(), "Tautan ini sudah dipakai");
    assert_eq!(app.value("select count(*) from event where kind = 'reset.confirmed' and outcome = 'done'").await, "1");
    assert_eq!(
        app.value("select string_agg(state, ' ' order by asked_at) from request").await,
        "cancelled done cancelled"
    );
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_confirm_step_outlives_the_link_by_its_ten_minutes() {
    let app = TestApp::start().await;
    app.people().await;
    let (mut rina, link) = asked(&app).await;
    rina.open(&link).await;
    // shut again after ten minutes, and opened again
    rina.send("/reset-totp/open", &[]).await;
    app.advance(TimeDelta::minutes(10)).await;
    let page = rina.send("/reset-totp/confirm", &[]).await;
    assert_eq!((page.status, page.path.as_str()), (StatusCode::OK, "/reset-totp/confirm"));
    assert!(page.forms().iter().all(|form| form.action != "/reset-totp/confirm"), "the pop-up is gone");
    app.advance(TimeDelta::minutes(5 * 60 + 49)).await;
    rina.send("/reset-totp/open", &[]).await;
    // the link's six hours are over, the step is not
    app.advance(TimeDelta::minutes(9)).await;
    app.sweep().await;
    assert_eq!(app.browser().open(&link).await.status, StatusCode::OK);
    assert_eq!(rina.send("/reset-totp/confirm", &[]).await.heading(), DONE);
    app.settle().await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_older_than_a_reset_or_a_cancel_resolves_to_nothing() {
    let app = TestApp::start().await;
    app.people().await;
    let (mut rina, link) = asked(&app).await;
    let not_me = app.link_to(RINA, "/not-me/");
    app.advance(TimeDelta::minutes(2)).await;
    rina.kirim("AMANAH7", RINA, "penyedia").await;
    rina.reset(&link).await;
    app.settle().await;
    assert_eq!(app.value("select unmatched_reason from request where state = 'unmatched'").await, "superseded");
    assert_eq!(list(&app.letters()).len(), 2, "{:?}", list(&app.letters()));
    let (mut budi, _) = (app.browser(), not_me);
    budi.kirim("BAHTERA8", "budi@bahtera.example", "non_penyedia").await;
    app.settle().await;
    app.advance(TimeDelta::minutes(2)).await;
    budi.kirim("BAHTERA8", "budi@bahtera.example", "non_penyedia").await;
    let mut phone = app.browser();
    phone.open(&app.link_to("budi@bahtera.example", "/not-me/")).await;
    phone.send("/not-me", &[]).await;
    phone.send("/not-me/confirm", &[]).await;
    app.settle().await;
    assert_eq!(app.value("select count(*) from request where unmatched_reason = 'superseded'").await, "2");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_became_of_a_link_is_told_to_its_holder_alone() {
    let app = TestApp::start().await;
    app.people().await;
    let (_, used) = asked(&app).await;
    app.advance(TimeDelta::minutes(2)).await;
    let (_, ended) = asked(&app).await;
    app.browser().reset(&used).await;
    app.settle().await;
    let mut budi = app.browser();
    budi.kirim("BAHTERA8", "budi@bahtera.example", "non_penyedia").await;
    app.settle().await;
    let late = app.link_to("budi@bahtera.example", "/r/");
    app.advance(TimeDelta::hours(7)).await;
    let titles = [
        (&used, "Tautan ini sudah dipakai"),
        (&ended, "Tautan ini tidak bisa dipakai lagi"),
        (&late, "Tautan ini sudah kedaluwarsa"),
    ];
    for (link, title) in titles {
        let page = app.browser().open(link).await.clone();
        assert_eq!((page.status, page.heading().as_str()), (StatusCode::GONE, title));
    }
    // to anybody else all of them are unknown, and look the same
    let body = |page: &crate::support::browser::Page| (page.status, page.body.clone());
    let unknown = body(app.browser().open("/r/x").await);
    assert!(unknown.1.contains("Tautan ini tidak kami kenali"));
    for (link, _) in titles {
        let (path, token) = link.rsplit_once('/').unwrap();
        let mut bytes = BASE64URL_NOPAD.decode(token.as_bytes()).unwrap();
        for at in [0, 15, 16, 47] {
            bytes[at] ^= 1;
            let forged = format!("{path}/{}", BASE64URL_NOPAD.encode(&bytes));
            assert_eq!(body(app.browser().open(&forged).await), unknown);
            bytes[at] ^= 1;
        }
        for text in [&token[..63], &format!("{token}A"), &token.to_lowercase(), "%00", "AAAA"] {
            assert_eq!(body(app.browser().open(&format!("{path}/{text}")).await), unknown, "{text}");
        }
    }
    assert_eq!(app.browser().open("/reset-totp/confirm").await.heading(), "Tautan ini tidak kami kenali");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_browser_that_pressed_ok_holds_the_grant_also_when_ok_was_doubled() {
    let app = TestApp::start().await;
    app.people().await;
    for (user_id, email, kind) in [("AMANAH7", RINA, "penyedia"), ("BAHTERA8", "budi@bahtera.example", "non_penyedia")]
    {
        let mut phone = app.browser();
        phone.kirim(user_id, email, kind).await;
        app.settle().await;
        phone.open(&app.link_to(email, "/r/")).await;
        phone.send("/reset-totp/open", &[]).await;
        let ok = phone.page.form("/reset-totp/confirm");
        // Rina presses once; Budi three times, and sees the answer to the last
        let times = if kind == "penyedia" { 1 } else { 3 };
        let presses = (0..times).map(|_| phone.press("/reset-totp/confirm", &ok.fields));
        for answer in futures_util::future::join_all(presses).await {
            assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, "/reset-totp/done"));
        }
        let page = phone.open("/reset-totp/done").await;
        assert!(page.text().contains("Aktivasi bisa dilakukan dari browser ini"), "{}", page.text());
        let secret = BASE64URL_NOPAD.decode(phone.cookie("pulih_grant").unwrap().as_bytes()).unwrap();
        let stored = "select encode(secret_hash, 'hex') from activation_grant g join account a on a.id = g.account_id";
        let stored = app.value(&format!("{stored} where a.user_id = '{user_id}'")).await;
        assert_eq!(secret.len(), 32);
        assert_eq!(data_encoding::HEXLOWER.encode(&secret_hash(&secret)), stored);
    }
    // another browser with the same link has none
    let mut other = app.browser();
    other.open("/reset-totp").await;
    other.plant("pulih_grant", &BASE64URL_NOPAD.encode(&[7; 32]));
    other.open(&app.letters()[0].link("/r/")).await;
    assert_eq!(other.open("/reset-totp/done").await.heading(), DONE);
    assert!(!other.page.text().contains("dari browser ini"));
    assert_eq!(app.value("select count(*) from activation_grant where source = 'reset'").await, "2");
    app.settle().await;
    app.end().await;
}
