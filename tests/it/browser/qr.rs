//! The QR of the activation as cameras see it, and as paper does not.

use pulih::base::totp;
use pulih::i18n::Lang;
use serde_json::json;

use super::portal::{Person, secret_of};
use crate::support::chromium::{Chromium, Look};
use crate::support::house::TestApp;
use crate::support::oath::zbarimg;

const NARROW: Look = Look { width: 320, ..Look::PHONE };

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_camera_reads_the_qr_at_320_px_in_light_and_dark_with_scripts_and_without_in_both_languages() {
    let app = TestApp::start().await;
    for (number, scripts) in [true, false].into_iter().enumerate() {
        let who = Person::settled(&app, number, "").await;
        let mut chromium = Chromium::start(Look { scripts, ..NARROW }).await;
        chromium.give_password(&app, &who).await;
        chromium.sees(&chromium.t("done-next-title")).await;
        let mut read = Vec::new();
        for lang in Lang::ALL {
            for dark in [false, true] {
                chromium.look = Look { dark, lang, ..chromium.look };
                chromium.paint(dark).await;
                chromium.open(&format!("{}/activate?lang={}", app.url, lang.code())).await;
                chromium.sees(&chromium.t("done-next-title")).await;
                assert_eq!(chromium.ask("return document.documentElement.scrollWidth").await, json!(320));
                read.push(chromium.camera().await);
            }
        }
        let uri = &read[0];
        assert!(read.iter().all(|other| other == uri), "one activation has one QR: {read:?}");
        let shown = chromium.text("#secret").await;
        let plain: String = shown.split_whitespace().collect();
        assert_eq!(secret_of(uri), plain, "the Secret Key beside it is the same");
        let groups: Vec<&str> = shown.split_whitespace().collect();
        assert_eq!(groups.len(), 8, "in groups of four: {shown}");
        chromium.is_content().await;
    }
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_longest_names_leave_the_qr_readable() {
    let app = TestApp::with(|plan| {
        plan.config.totp.issuer = "Layanan Pengadaan Secara Elektronik Kabupaten Kepulauan Tanimbar".to_owned();
        plan.config.totp.algorithm = totp::Algorithm::Sha256;
        plan.config.totp.digits = 8;
    })
    .await;
    let user_id = "U".repeat(64);
    app.import(&format!("{user_id},penyedia,Panjang,panjang@contoh.example,,,,\n")).await;
    app.give_passwords().await;
    let who = Person { user_id: user_id.clone(), kind: "penyedia", address: String::new() };
    let chromium = Chromium::start(NARROW).await;
    chromium.give_password(&app, &who).await;
    chromium.sees(&chromium.t("done-next-title")).await;
    assert_eq!(chromium.ask("return document.documentElement.scrollWidth").await, json!(320));
    let uri = chromium.camera().await;
    assert!(uri.contains(&user_id) && uri.contains("algorithm=SHA256"), "{uri}");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn paper_shows_neither_qr_nor_secret_but_the_recovery_codes() {
    let app = TestApp::start().await;
    let who = Person::settled(&app, 0, "").await;
    for scripts in [true, false] {
        let chromium = Chromium::start(Look { scripts, ..NARROW }).await;
        chromium.give_password(&app, &who).await;
        chromium.sees(&chromium.t("done-next-title")).await;
        let secret = secret_of(&chromium.camera().await);
        let print = |media: &str| json!({ "media": media });
        chromium.cdp("Emulation.setEmulatedMedia", print("print")).await;
        assert_eq!(zbarimg(&chromium.picture().await), None, "a QR on paper");
        let ink = chromium.ask("return document.body.innerText.replace(/\\s/g, '').toUpperCase()").await;
        let ink = ink.as_str().unwrap();
        assert!(!ink.contains(&secret) && !ink.contains(&secret[..4]), "the Secret Key on paper: {ink}");
        assert!(chromium.text("main").await.contains(&chromium.t("activate-paper")));
        chromium.cdp("Emulation.setEmulatedMedia", print("")).await;
        assert_eq!(secret_of(&chromium.camera().await), secret, "on the screen it is still there");
        if !scripts {
            chromium.give_code("/activate", &crate::support::oath::code(&app, &secret)).await;
            chromium.sees(&chromium.t("codes-title")).await;
            let codes = chromium.text("#codes").await;
            assert_eq!(codes.lines().count(), 10, "{codes}");
            chromium.cdp("Emulation.setEmulatedMedia", print("print")).await;
            assert_eq!(chromium.text("#codes").await, codes);
        }
    }
    app.settle().await;
    app.end().await;
}
