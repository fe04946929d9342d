//! Aktivasi TOTP: begun, left, begun anew and finished, in one browser and in two.

use chrono::TimeDelta;
use reqwest::StatusCode;

use crate::support::acts::at_once;
use crate::support::browser::Browser;
use crate::support::house::{PASSWORD, TestApp};
use crate::support::signing::{BUDI, Phone};

pub const BUDIS: &str = "budi@bahtera.example";
pub const OFFICE: &str = "kantor@bahtera.example";

/// TOTP that is active, of everybody.
pub const ACTIVE: &str = "select string_agg(a.user_id || ' ' || c.id, ', ' order by a.user_id) from credential c
    join account a on a.id = c.account_id where c.revoked_at is null";

/// Budi has lost his phone and reset TOTP; the browser he did it in.
pub async fn reset(app: &TestApp) -> Browser {
    app.people_with_passwords().await;
    let mut budi = app.browser();
    budi.lose_phone(app, BUDI, BUDIS).await;
    app.settle().await;
    budi
}

/// The same, and he has come to the QR there.
async fn at_the_qr(app: &TestApp) -> Browser {
    let mut budi = reset(app).await;
    budi.password(BUDI, PASSWORD).await;
    assert_eq!(budi.page.path, "/activate", "{}", budi.page.text());
    budi
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_half_finished_activation_goes_on_with_the_same_secret() {
    let app = TestApp::start().await;
    let mut budi = at_the_qr(&app).await;
    let secret = budi.page.secret_key();
    assert_eq!(budi.open("/activate").await.secret_key(), secret, "after a reload");
    budi.send("/activate", &[("code", "000000")]).await;
    assert_eq!((budi.page.status, budi.page.secret_key()), (StatusCode::UNPROCESSABLE_ENTITY, secret.clone()));
    budi.password(BUDI, PASSWORD).await;
    assert_eq!(budi.page.secret_key(), secret, "after a second sign-in");
    app.advance(TimeDelta::minutes(25)).await;
    assert_eq!(budi.open("/activate").await.path, "/login?note=activate");
    budi.password(BUDI, PASSWORD).await;
    assert_eq!(budi.page.secret_key(), secret, "after its step was over");
    budi.activate(&app).await;
    assert_eq!(budi.page.path, "/activate/codes");
    app.settle().await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn begun_anew_only_the_newest_qr_counts() {
    let app = TestApp::start().await;
    let mut budi = at_the_qr(&app).await;
    let (old, stale) = (Phone::holding(&budi.page.secret_key()), budi.page.form("/activate"));
    budi.send("/activate/start", &[]).await;
    let new = Phone::holding(&budi.page.secret_key());
    assert_ne!(new.code(&app, 0), old.code(&app, 0));
    // another tab still shows the old one
    let newest = budi.page.secret_key();
    budi.post("/activate", &stale.filled(&[("code", &old.code(&app, 0))])).await;
    assert_eq!(budi.page.status, StatusCode::CONFLICT);
    assert!(budi.page.text().contains("QR Code ini baru"), "{}", budi.page.text());
    assert_eq!(budi.page.secret_key(), newest, "its answer shows the QR that counts");
    let code = old.code(&app, 0);
    budi.send("/activate", &[("code", &code)]).await;
    assert_eq!(budi.page.status, StatusCode::UNPROCESSABLE_ENTITY, "a code of the old one is wrong for the new one");
    assert_eq!(app.value(ACTIVE).await.matches("BAHTERA8").count(), 0);
    let code = new.code(&app, 0);
    budi.send("/activate", &[("code", &code)]).await;
    assert_eq!(budi.page.path, "/activate/codes");
    app.settle().await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_resets_on_the_pc_activates_on_the_phone() {
    let app = TestApp::start().await;
    let mut pc = at_the_qr(&app).await;
    let (pcs, pcs_form) = (Phone::holding(&pc.page.secret_key()), pc.page.form("/activate"));
    pc.open("/reset-totp/done").await;
    pc.send("/reset-totp/activation-link", &[]).await;
    assert_eq!(pc.page.status, StatusCode::OK, "{}", pc.page.text());
    app.settle().await;
    let letter = app.letter_to(BUDIS);
    assert_eq!(letter.subject, "Tautan Aktivasi TOTP");
    assert!(app.letters().iter().all(|l| l.to == BUDIS || l.subject != letter.subject), "to the registered one alone");

    let mut phone = app.browser();
    assert_eq!(phone.open(&letter.link("/activate/")).await.path, "/login?note=link");
    phone.password(BUDI, PASSWORD).await;
    assert_eq!(phone.page.path, "/activate", "{}", phone.page.text());
    let (phones, phones_form) = (Phone::holding(&phone.page.secret_key()), phone.page.form("/activate"));
    assert_ne!(phones.code(&app, 0), pcs.code(&app, 0), "what one browser was shown, no other is");

    pc.post("/activate", &pcs_form.filled(&[("code", &pcs.code(&app, 0))])).await;
    assert_eq!(pc.page.status, StatusCode::CONFLICT, "the phone has begun since");
    pc.send("/activate/start", &[]).await;
    assert_eq!(pc.page.forms().iter().filter(|form| form.action == "/activate").count(), 1, "the PC can begin anew");
    phone.post("/activate", &phones_form.filled(&[("code", &phones.code(&app, 0))])).await;
    assert_eq!(phone.page.status, StatusCode::CONFLICT, "the PC has begun since");
    phone.send("/activate/start", &[]).await;
    phone.activate(&app).await;
    assert_eq!(phone.page.path, "/activate/codes");

    assert_eq!(pc.open("/activate").await.path, "/login?note=activate", "the other sign-in ends");
    for browser in [&mut pc, &mut app.browser()] {
        let again = browser.open(&letter.link("/activate/")).await;
        assert_eq!(again.status, StatusCode::GONE, "the link works once: {}", again.text());
        browser.password(BUDI, PASSWORD).await;
        assert_eq!(browser.page.path, "/login/totp");
    }
    app.settle().await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_first_code_names_the_clock_and_changes_nothing() {
    let app = TestApp::start().await;
    let mut budi = at_the_qr(&app).await;
    let phone = Phone::holding(&budi.page.secret_key());
    for (steps, words) in [
        (6, "terlalu cepat sekitar 3 menit"),
        (-6, "terlambat sekitar 3 menit"),
        (20, "terlalu cepat sekitar 10 menit"),
        (-22, "Kode salah"),
    ] {
        let code = phone.code(&app, steps);
        budi.send("/activate", &[("code", &code)]).await;
        assert_eq!(budi.page.status, StatusCode::UNPROCESSABLE_ENTITY, "{steps} steps");
        assert!(budi.page.text().contains(words), "{steps} steps: {}", budi.page.text());
    }
    for typed in ["", " ", "12345", "1234567", "abcdef", "٠١٢٣٤٥", "\0"] {
        budi.send("/activate", &[("code", typed)]).await;
        assert_eq!(budi.page.status, StatusCode::UNPROCESSABLE_ENTITY, "{typed:?}");
    }
    assert!(!app.value(ACTIVE).await.contains("BAHTERA8"));
    assert_eq!(budi.open("/account").await.path, "/login?note=ended", "nobody is signed in yet");
    budi.password(BUDI, PASSWORD).await;
    budi.activate(&app).await;
    assert_eq!(budi.page.path, "/activate/codes", "eleven wrong ones lock nobody out");
    app.settle().await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_first_code_is_used_up_by_activation() {
    let app = TestApp::start().await;
    let mut budi = at_the_qr(&app).await;
    let phone = budi.activate(&app).await;
    budi.send("/activate/codes", &[]).await;
    budi.send("/logout", &[]).await;
    for steps in [0, -1] {
        budi.password(BUDI, PASSWORD).await;
        let code = phone.code(&app, steps);
        budi.send("/login/totp", &[("code", &code)]).await;
        assert_eq!(budi.page.status, StatusCode::UNPROCESSABLE_ENTITY, "{steps}");
        assert!(budi.page.text().contains("sudah dipakai"), "{steps}: {}", budi.page.text());
    }
    app.advance(TimeDelta::seconds(30)).await;
    let code = phone.code(&app, 0);
    budi.send("/login/totp", &[("code", &code)]).await;
    assert_eq!(budi.page.path, "/account");
    app.settle().await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_first_code_sent_twice_activates_once_and_ends_at_the_recovery_codes() {
    let app = TestApp::start().await;
    let mut budi = at_the_qr(&app).await;
    let phone = Phone::holding(&budi.page.secret_key());
    let fields = budi.page.form("/activate").filled(&[("code", &phone.code(&app, 0))]);
    let sent = at_once(2, |_| {
        let (budi, fields) = (budi.clone(), fields.clone());
        async move { budi.press("/activate", &fields).await }
    });
    let answers = sent.await;
    assert!(answers.iter().all(|answer| answer.status == StatusCode::SEE_OTHER), "both lead on");
    let activated = app.events().await.into_iter().filter(|event| event == "totp.activated").count();
    assert_eq!(activated, 1);
    assert_eq!(app.value(ACTIVE).await.matches("BAHTERA8").count(), 1);
    for answer in answers {
        budi.open(answer.header("location")).await;
        assert_eq!(budi.page.path, "/activate/codes", "whichever answer the browser follows");
    }
    app.settle().await;
    let told = app.letters().into_iter().filter(|l| l.subject == "Aktivasi TOTP Berhasil").count();
    assert_eq!(told, 2, "each address once");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_back_button_shows_no_qr_after_activation() {
    let app = TestApp::start().await;
    let mut budi = at_the_qr(&app).await;
    let (stale, start) = (budi.page.form("/activate"), budi.page.form("/activate/start"));
    let phone = budi.activate(&app).await;
    assert_eq!(budi.open("/activate").await.path, "/activate/codes", "until the codes are kept");
    budi.send("/activate/codes", &[]).await;
    let active = app.value(ACTIVE).await;
    app.advance(TimeDelta::seconds(60)).await;
    for again in [stale.filled(&[("code", &phone.code(&app, 0))]), start.fields.clone(), stale.fields.clone()] {
        for path in ["/activate", "/activate/start"] {
            budi.post(path, &again).await;
            let page = &budi.page;
            assert!(page.text().contains("TOTP sudah aktif sejak"), "{path}: {} {}", page.status, page.text());
            assert!(!page.body.contains("otpauth") && !page.body.contains("id=\"secret\""), "{path}");
        }
    }
    assert_eq!(app.value(ACTIVE).await, active);
    assert_eq!(budi.open("/account").await.status, StatusCode::OK, "and is signed in as before");
    app.settle().await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_future_code_shown_while_activating_is_burned_for_the_new_totp() {
    let app = TestApp::start().await;
    app.people_with_passwords().await;
    let mut budi = app.browser();
    budi.lose_phone(&app, BUDI, "budi@bahtera.example").await;
    budi.password(BUDI, PASSWORD).await;
    let phone = Phone::holding(&budi.page.secret_key());
    phone.calm(&app).await;
    let early = phone.code(&app, 6);
    budi.send("/activate", &[("code", &early)]).await;
    assert_eq!(budi.page.status, StatusCode::UNPROCESSABLE_ENTITY);
    let code = phone.code(&app, 0);
    budi.send("/activate", &[("code", &code)]).await;
    assert_eq!(budi.page.path, "/activate/codes");
    app.advance(TimeDelta::seconds(180)).await;
    let mut elsewhere = app.browser();
    elsewhere.password(BUDI, PASSWORD).await;
    elsewhere.send("/login/totp", &[("code", &early)]).await;
    assert_eq!(elsewhere.page.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", elsewhere.page.text());
    let code = phone.code(&app, 1);
    elsewhere.send("/login/totp", &[("code", &code)]).await;
    assert_eq!(elsewhere.page.path, "/account");
    app.settle().await;
    app.end().await;
}
