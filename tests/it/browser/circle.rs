//! The circle of the guides: the phone is new, so the code is refused; reset by mail, activation by camera, and in again.

use chrono::TimeDelta;
use pulih::config::CaptchaMode;
use pulih::i18n::Lang;

use super::portal::{Person, wrong_code};
use crate::support::chromium::{Chromium, Look};
use crate::support::house::{SECRET, TestApp};
use crate::support::{oath, rounds};

async fn house() -> TestApp {
    TestApp::with(|plan| plan.config.captcha.mode = CaptchaMode::Pow).await
}

/// Login up to the code, which a new phone does not know, and from there to the form of Reset TOTP.
async fn refused(app: &TestApp, chromium: &Chromium, who: &Person) {
    chromium.give_password(app, who).await;
    chromium.sees(&chromium.t("login-code-title-totp")).await;
    chromium.give_code("/login/totp", &wrong_code(app, SECRET)).await;
    chromium.until("#code-error", true).await;
    assert_eq!(chromium.text("#code-error").await, chromium.t("code-trouble-wrong"));
    chromium.tap("a.choice[href^='/reset-totp']").await;
    chromium.sees(&chromium.t("reset-title")).await;
    let taken = chromium.ask("return document.querySelector('#user_id').value").await;
    assert_eq!(taken, who.user_id.as_str(), "the User ID comes along");
}

/// From the form of Reset TOTP to "TOTP Berhasil di Reset".
async fn reset(app: &TestApp, chromium: &Chromium, who: &Person) {
    chromium.tap("#email").await;
    chromium.write(&who.address).await;
    if chromium.shows("#kode_keamanan").await {
        let answer = chromium.kode(app).await;
        chromium.tap("#kode_keamanan").await;
        chromium.write(&answer).await;
    }
    chromium.tap(&format!("label[for={}]", who.kind)).await;
    chromium.tap("#kirim").await;
    chromium.sees(&chromium.t("sent-title")).await;
    app.settle().await;
    let letter = app.letter_to(&who.address);
    assert_eq!(letter.subject, chromium.t("mail-link-subject"));
    chromium.to_popup(&letter.link("/r/")).await;
    chromium.tap("dialog .danger").await;
    chromium.sees(&chromium.t("done-title")).await;
    app.settle().await;
}

/// In again with a code of the new phone, after one of the old was refused.
async fn again(app: &TestApp, chromium: &Chromium, who: &Person, secret: &str) {
    chromium.sign_out().await;
    app.advance(TimeDelta::seconds(30)).await;
    chromium.give_password(app, who).await;
    chromium.sees(&chromium.t("login-code-title-totp")).await;
    chromium.give_code("/login/totp", &wrong_code(app, secret)).await;
    chromium.until("#code-error", true).await;
    chromium.give_code("/login/totp", &oath::code(app, secret)).await;
    chromium.sees(&chromium.t("account-title")).await;
    assert!(chromium.text("main").await.contains(&who.user_id));
    chromium.is_content().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_lost_the_phone_comes_round_to_the_account_with_scripts_and_without_in_both_languages() {
    for scripts in [true, false] {
        let app = house().await;
        let mut looks = [(Lang::Id, 360), (Lang::En, 1280), (Lang::En, 360), (Lang::Id, 1280)];
        // where only one is walked, it is another one without scripts
        looks.rotate_left(usize::from(!scripts));
        for (number, (lang, width)) in looks[..rounds(1, 4)].iter().enumerate() {
            let chromium = Chromium::start(Look { scripts, lang: *lang, width: *width, ..Look::PHONE }).await;
            let who = Person::settled(&app, number, SECRET).await;
            refused(&app, &chromium, &who).await;
            reset(&app, &chromium, &who).await;
            chromium.tap("a.main[href='/activate']").await;
            // the reset ended the sign-in that was under way
            chromium.sees(&chromium.t("login-title")).await;
            chromium.give_password(&app, &who).await;
            let secret = chromium.activate_by_camera(&app).await;
            assert_ne!(secret, SECRET);
            app.settle().await;
            // in the language of the account
            assert_eq!(app.letter_to(&who.address).subject, Lang::Id.t("mail-activated-subject"));
            again(&app, &chromium, &who, &secret).await;
        }
        app.end().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_resets_at_the_desk_activates_on_the_phone_by_the_mailed_link() {
    for scripts in [true, false] {
        let app = house().await;
        let who = Person::settled(&app, 0, SECRET).await;
        let desk = Chromium::start(Look { scripts, width: 1280, ..Look::PHONE }).await;
        refused(&app, &desk, &who).await;
        reset(&app, &desk, &who).await;
        desk.tap("form[action='/reset-totp/activation-link'] button").await;
        desk.until("main .notice.good", true).await;
        assert!(desk.text("main").await.contains(&desk.t("done-mail-sent")));
        app.settle().await;
        let link = app.link_to(&who.address, "/activate/");

        let phone = Chromium::start(Look { scripts, ..Look::PHONE }).await;
        // with the password alone it may not begin
        phone.give_password(&app, &who).await;
        phone.sees(&phone.t("done-next-title")).await;
        assert!(!phone.shows(".scan").await, "no QR without the grant");
        phone.open(&link).await;
        phone.sees(&phone.t("done-next-title")).await;
        assert_eq!(phone.path().await, "/activate", "the token leaves the address");
        phone.tap("form[action='/activate/start'] button.main").await;
        phone.until(".scan", true).await;
        let secret = phone.activate_by_camera(&app).await;
        // the grant is spent: the desk has nothing to begin with, and signs in with a code
        desk.give_password(&app, &who).await;
        desk.sees(&desk.t("login-code-title-totp")).await;
        app.advance(TimeDelta::seconds(30)).await;
        desk.give_code("/login/totp", &oath::code(&app, &secret)).await;
        desk.sees(&desk.t("account-title")).await;
        app.advance(TimeDelta::seconds(30)).await;
        again(&app, &phone, &who, &secret).await;
        desk.is_content().await;
        app.settle().await;
        app.end().await;
    }
}
