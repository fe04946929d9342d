//! T12: Kode Keamanan is good for one Kirim, of one form, in one browser.

use chrono::TimeDelta;
use data_encoding::BASE64URL_NOPAD;
use pulih::base::form_token;
use pulih::base::keyring::Purpose;
use pulih::config::CaptchaMode;
use reqwest::{Method, StatusCode};

use super::RINA;
use crate::support::browser::{Browser, Form, Page};
use crate::support::house::TestApp;
use crate::support::kode::prove;

const TYPED: [(&str, &str); 3] = [("user_id", "AMANAH7"), ("email", RINA), ("user_type", "penyedia")];

async fn house(mode: CaptchaMode) -> TestApp {
    let app = TestApp::with(|plan| {
        plan.config.captcha.mode = mode;
        plan.config.captcha.work = 300;
        plan.config.limits.pair_per_hour = 99;
        plan.config.limits.pair_per_day = 99;
    })
    .await;
    app.people().await;
    app
}

/// Fills in everything, with this answer.
fn filled(form: &Form, name: &str, answer: &str) -> Vec<(String, String)> {
    let mut fields = form.filled(&TYPED);
    fields.retain(|(field, _)| field != name);
    fields.push((name.to_owned(), answer.to_owned()));
    fields
}

/// What the picture shows, worked out with the house's own key.
fn seen(app: &TestApp, browser: &Browser, form: &Form) -> String {
    let id: [u8; 32] = BASE64URL_NOPAD.decode(browser.cookie("pulih").unwrap().as_bytes()).unwrap().try_into().unwrap();
    let key = app.app.keys().of(Purpose::Cookie).current().1;
    let token = form_token::read(key, &id, form.value("form"), app.app.clock().now(), TimeDelta::days(9)).unwrap();
    form_token::picture_answer(key, &id, token.id)
}

async fn requests(app: &TestApp) -> String {
    app.value("select count(*) from request").await
}

/// Refused with a fresh form, and what was typed is kept.
fn assert_again(page: &Page, form: &Form) {
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", page.text());
    let fresh = page.form("/reset-totp");
    for (name, value) in TYPED {
        assert_eq!(fresh.value(name), value, "{}", page.text());
    }
    assert_ne!(fresh.value("form"), form.value("form"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_proof_is_good_for_one_kirim_of_its_own_form() {
    let app = house(CaptchaMode::Pow).await;
    let mut rina = app.browser();
    let page = rina.open("/reset-totp").await.clone();
    let (form, proof) = (page.form("/reset-totp"), prove(&page));
    for wrong in ["", "x", "e30=", &proof[1..], &proof.to_lowercase()] {
        assert_again(&rina.press("/reset-totp", &filled(&form, "altcha", wrong)).await, &form);
    }
    // another form of the same browser; another browser with this form; and one that took the cookie's name alone
    let other = rina.open("/reset-totp").await.clone();
    assert_again(&rina.press("/reset-totp", &filled(&other.form("/reset-totp"), "altcha", &proof)).await, &form);
    assert_again(&rina.press("/reset-totp", &filled(&form, "altcha", &prove(&other))).await, &form);
    let mut eve = app.browser();
    let csrf = eve.open("/reset-totp").await.form("/reset-totp").value("csrf").to_owned();
    let mut stolen = filled(&form, "altcha", &proof);
    stolen.iter_mut().filter(|(name, _)| name == "csrf").for_each(|(_, value)| value.clone_from(&csrf));
    assert_again(&eve.press("/reset-totp", &stolen).await, &form);
    assert_eq!(requests(&app).await, "0");

    let fields = filled(&form, "altcha", &proof);
    let sent = rina.press("/reset-totp", &fields).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text());
    // the same form again is the same Kirim; with other words it is spent
    assert_eq!(rina.press("/reset-totp", &fields).await.header("location"), sent.header("location"));
    let mut replayed = fields.clone();
    replayed.iter_mut().filter(|(name, _)| name == "user_id").for_each(|(_, value)| *value = "AMANAH8".to_owned());
    assert_eq!(rina.press("/reset-totp", &replayed).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(requests(&app).await, "1");
    app.settle().await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_proof_made_ahead_is_good_for_an_hour_only() {
    for mode in [CaptchaMode::Pow, CaptchaMode::Image] {
        let app = house(mode).await;
        let mut rina = app.browser();
        let page = rina.open("/reset-totp").await.clone();
        let form = page.form("/reset-totp");
        let fields = match mode {
            CaptchaMode::Pow => filled(&form, "altcha", &prove(&page)),
            _ => filled(&form, "kode_keamanan", &seen(&app, &rina, &form)),
        };
        app.advance(TimeDelta::minutes(61)).await;
        assert_again(&rina.press("/reset-totp", &fields).await, &form);
        assert_eq!(requests(&app).await, "0");
        app.end().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_picture_is_answered_once() {
    for mode in [CaptchaMode::Image, CaptchaMode::Pow] {
        let app = house(mode).await;
        let mut rina = app.browser();
        if mode == CaptchaMode::Pow {
            rina.open("/reset-totp").await;
            let mut asked = rina.page.form("/reset-totp").filled(&TYPED);
            asked.push(("captcha".to_owned(), "image".to_owned()));
            rina.post("/reset-totp", &asked).await;
            assert_eq!(rina.page.form("/reset-totp").value("user_id"), "AMANAH7", "the picture costs nothing typed");
        } else {
            rina.open("/reset-totp").await;
        }
        let form = rina.page.form("/reset-totp");
        // the real picture, for this browser alone
        let url = format!("/kode-keamanan/{}", form.value("form"));
        assert!(rina.page.body.contains(&format!("src=\"{url}\"")), "{}", rina.page.body);
        let picture = rina.request(Method::GET, &url).send().await.unwrap();
        assert_eq!(picture.headers()["content-type"], "image/png");
        let bytes = picture.bytes().await.unwrap();
        assert!(bytes.starts_with(b"\x89PNG") && bytes.len() < 10_240, "{}", bytes.len());
        assert_eq!(app.browser().open(&url).await.status, StatusCode::NOT_FOUND);

        let right = seen(&app, &rina, &form);
        assert_again(&rina.press("/reset-totp", &filled(&form, "kode_keamanan", "")).await, &form);
        let page = rina.press("/reset-totp", &filled(&form, "kode_keamanan", "WRONG")).await;
        assert_again(&page, &form);
        assert!(page.text().contains("Kode Keamanan tidak cocok"), "{}", page.text());
        // once answered wrongly, the right answer comes too late
        assert_again(&rina.press("/reset-totp", &filled(&form, "kode_keamanan", &right)).await, &form);
        assert_eq!(requests(&app).await, "0");

        let form = page.form("/reset-totp");
        let right = seen(&app, &rina, &form);
        let fields = filled(&form, "kode_keamanan", &format!(" {} ", right.to_lowercase()));
        let sent = rina.press("/reset-totp", &fields).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text());
        assert_eq!(rina.press("/reset-totp", &fields).await.header("location"), sent.header("location"));
        let mut replayed = fields.clone();
        replayed.iter_mut().filter(|(name, _)| name == "user_id").for_each(|(_, value)| *value = "AMANAH8".to_owned());
        assert_eq!(rina.press("/reset-totp", &replayed).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(requests(&app).await, "1");
        app.settle().await;
        app.end().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_can_be_planted() {
    let app = house(CaptchaMode::Image).await;
    let mut rina = app.browser();
    let form = rina.open("/reset-totp").await.form("/reset-totp");
    let answer = seen(&app, &rina, &form);
    // Eve solves a form of hers and sows its cookie, its form and its answer into another browser
    let mut eve = app.browser();
    let hers = eve.open("/reset-totp").await.form("/reset-totp");
    let solved = seen(&app, &eve, &hers);
    let mut planted = filled(&hers, "kode_keamanan", &solved);
    planted.iter_mut().filter(|(name, _)| name == "csrf").for_each(|(_, value)| form.value("csrf").clone_into(value));
    assert_again(&rina.press("/reset-totp", &planted).await, &hers);
    assert_again(&rina.press("/reset-totp", &filled(&form, "kode_keamanan", &solved)).await, &form);
    // a cookie of one's own making is no browser
    for id in ["", "x", &"A".repeat(44), &"A".repeat(42), "%00"] {
        let eve = app.browser();
        eve.plant("pulih", id);
        assert_eq!(
            eve.press("/reset-totp", &filled(&form, "kode_keamanan", &answer)).await.status,
            StatusCode::FORBIDDEN
        );
    }
    // mode image takes no proof of work, and no mode takes silence
    for name in ["altcha", "kode_keamanan"] {
        let form = rina.open("/reset-totp").await.form("/reset-totp");
        let answer = if name == "altcha" { "eyJhbGdvcml0aG0iOiJTSEEtMjU2In0=" } else { "" };
        assert_again(&rina.press("/reset-totp", &filled(&form, name, answer)).await, &form);
    }
    assert_eq!(requests(&app).await, "0");
    app.end().await;
}
