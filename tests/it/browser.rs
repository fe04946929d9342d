//! The reset in real Chromium, as people meet it.

use chrono::TimeDelta;
use pulih::config::CaptchaMode;
use pulih::i18n::Lang;
use serde_json::json;

use crate::support::chromium::{Chromium, Look};
use crate::support::house::{SECRET, TestApp};
use crate::support::rounds;

mod astray;
mod audit;
mod circle;
mod demo;
mod desk;
mod keep;
mod keys;
mod mail;
mod newcomer;
pub mod portal;
mod qr;
mod scanner;
mod steps;

const ESC: char = '\u{e00c}';

/// A house that asks Kode Keamanan as it does by default, with Rina and Budi in it.
async fn house() -> TestApp {
    let app = TestApp::with(|plan| plan.config.captcha.mode = CaptchaMode::Pow).await;
    app.people().await;
    app
}

/// The whole of it, as the person of that number: ≤ 6 taps to the mail, ≤ 3 from the mail to success.
async fn journey(app: &TestApp, chromium: &Chromium, person: usize) {
    let address = format!("orang{person}@contoh.example");
    app.import(&format!("ORANG{person},penyedia,Orang Contoh,{address},,,{SECRET},\n")).await;
    chromium.taps.set(0);
    chromium.kirim(app, &format!("orang{person}"), &address.to_uppercase(), "penyedia").await;
    let to_mail = chromium.taps.replace(1);
    app.settle().await;
    let letter = app.letter_to(&address);
    assert_eq!(letter.subject, chromium.t("mail-link-subject"));
    chromium.to_popup(&letter.link("/r/")).await;
    chromium.tap("dialog .danger").await;
    chromium.sees(&chromium.t("done-title")).await;
    let from_mail = chromium.taps.get();
    assert!(to_mail <= 6 && from_mail <= 3, "{to_mail} taps to the mail, {from_mail} from there: {:?}", chromium.look);
    chromium.is_content().await;
    app.settle().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_journey_works_with_scripts_and_without_in_both_languages_light_and_dark() {
    let looks = [true, false].map(|scripts| Look { scripts, ..Look::PHONE });
    for look in looks {
        let app = TestApp::with(|plan| plan.config.captcha.mode = CaptchaMode::Pow).await;
        let mut themes = [(Lang::Id, false), (Lang::En, true), (Lang::Id, true), (Lang::En, false)];
        // where only one is walked, it is another one without scripts
        themes.rotate_left(usize::from(!look.scripts));
        let mut chromium = Chromium::start(look).await;
        for (person, (lang, dark)) in themes[..rounds(1, 4)].iter().enumerate() {
            chromium.look = Look { lang: *lang, dark: *dark, ..look };
            chromium.paint(*dark).await;
            journey(&app, &chromium, person).await;
        }
        app.end().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kirim_and_ok_pressed_twice_count_once() {
    let app = house().await;
    let rina = Chromium::start(Look::PHONE).await;
    rina.fill(&app, "AMANAH7", "rina@amanah.example", "penyedia").await;
    rina.double_click("#kirim").await;
    rina.sees(&rina.t("sent-title")).await;
    app.settle().await;
    rina.to_popup(&app.link_to("rina@amanah.example", "/r/")).await;
    rina.double_click("dialog .danger").await;
    rina.sees(&rina.t("done-title")).await;
    let events = app.events().await;
    for kind in ["reset.asked", "reset.confirmed"] {
        assert_eq!(events.iter().filter(|event| event.starts_with(kind)).count(), 1, "{kind} in {events:?}");
    }
    // back again: the page of a spent link, calm, with nothing left to press
    rina.client.back().await.unwrap();
    rina.sees(&rina.t("link-used-title")).await;
    assert!(!rina.shows("main form").await);
    rina.is_content().await;
    app.settle().await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn esc_and_batal_close_the_popup_and_change_nothing() {
    let app = house().await;
    for scripts in [true, false] {
        let rina = Chromium::start(Look { scripts, ..Look::PHONE }).await;
        let link = rina.ask_for_link(&app).await;
        rina.to_popup(&link).await;
        if scripts {
            rina.key(ESC).await;
            rina.until("dialog", false).await;
            assert_eq!(rina.ask("return document.activeElement.closest('#opener') !== null").await, json!(true));
            rina.tap("#opener button").await;
            rina.until("dialog", true).await;
        }
        rina.tap("dialog [data-cancel]").await;
        rina.until("dialog", false).await;
        assert_eq!(rina.path().await.trim_end_matches('?'), "/reset-totp/closed");
        rina.client.refresh().await.unwrap();
        rina.sees(&rina.t("confirm-title")).await;
        assert!(!rina.shows("dialog").await, "it stays closed");
        assert_eq!(app.value("select count(*) from credential where revoked_at is not null").await, "0");
        // and it can be opened again
        rina.tap("#opener button").await;
        rina.until("dialog", true).await;
        rina.is_content().await;
        app.advance(TimeDelta::days(1)).await;
    }
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_old_tab_never_presses_a_newer_link() {
    let app = house().await;
    let rina = Chromium::start(Look::PHONE).await;
    let first = rina.ask_for_link(&app).await;
    app.advance(TimeDelta::minutes(2)).await;
    let second = rina.ask_for_link(&app).await;
    assert_ne!(first, second);
    rina.open(&first).await;
    rina.sees(&rina.t("confirm-title")).await;
    let old = rina.client.window().await.unwrap();
    let new = rina.client.new_window(true).await.unwrap().handle;
    rina.client.switch_to_window(new).await.unwrap();
    rina.open(&second).await;
    rina.sees(&rina.t("confirm-title")).await;
    rina.client.switch_to_window(old).await.unwrap();
    rina.tap("#opener button").await;
    rina.sees(&rina.t("refusal-link-mismatch-title")).await;
    assert_eq!(app.value("select count(*) from link where spent_at is not null").await, "0");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_late_link_a_second_mail_and_not_me_are_each_a_tap_or_two() {
    let app = house().await;
    let rina = Chromium::start(Look::PHONE).await;
    // Kirim ulang after a minute
    rina.kirim(&app, "amanah7", "rina@amanah.example", "penyedia").await;
    app.settle().await;
    app.advance(TimeDelta::seconds(61)).await;
    rina.client.refresh().await.unwrap();
    rina.tap("form[action='/reset-totp/resend'] button").await;
    rina.until(".notice.good", true).await;
    assert_eq!(rina.text(".notice.good p").await, rina.t("sent-resent"));
    app.settle().await;
    let late = app.link_to("rina@amanah.example", "/r/");
    // too late: one tap
    app.advance(TimeDelta::hours(7)).await;
    rina.open(&late).await;
    rina.sees(&rina.t("link-expired-title")).await;
    rina.tap("form[action='/reset-totp/reissue'] button").await;
    rina.sees(&rina.t("link-reissued-title")).await;
    app.settle().await;
    let letter = app.letter_to("rina@amanah.example");
    // not me: two steps
    rina.open(&letter.link("/not-me/")).await;
    rina.not_me(&app, "not-me-done-before").await;
    rina.open(&letter.link("/r/")).await;
    rina.sees(&rina.t("link-ended-title")).await;
    rina.is_content().await;
    app.settle().await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn not_me_is_at_hand_on_the_page_of_the_link_and_after_the_reset() {
    let app = house().await;
    let rina = Chromium::start(Look { scripts: false, ..Look::PHONE }).await;
    let link = rina.ask_for_link(&app).await;
    rina.open(&link).await;
    rina.tap(".other a").await;
    rina.not_me(&app, "not-me-done-before").await;
    assert_eq!(app.value("select state from request").await, "cancelled");
    app.settle().await;

    app.advance(TimeDelta::days(1)).await;
    let link = rina.ask_for_link(&app).await;
    rina.to_popup(&link).await;
    rina.tap("dialog .danger").await;
    rina.sees(&rina.t("done-title")).await;
    app.settle().await;
    rina.open(&app.link_to("rina@amanah.example", "/not-me/")).await;
    rina.not_me(&app, "not-me-done-after").await;
    assert_eq!(app.value("select status from account where user_id_folded = 'amanah7'").await, "locked");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_clock_page_measures_and_a_cut_line_is_named() {
    let app = house().await;
    let rina = Chromium::start(Look::PHONE).await;
    rina.open(&format!("{}/help/clock", app.url)).await;
    rina.until("#offset.good", true).await;
    assert_eq!(rina.text("#offset").await, rina.t("clock-good"));
    // ours runs ahead, so hers is slow
    app.app.clock().shift(TimeDelta::seconds(185));
    rina.client.refresh().await.unwrap();
    rina.until("#offset.wait", true).await;
    let said = rina.text("#offset").await;
    let slow = rina.look.lang.ta("clock-slow", &[("span", "|")]);
    assert!(said.starts_with(slow.split('|').next().unwrap()) && said.contains('3'), "{said}");
    app.app.clock().shift(TimeDelta::seconds(-185));

    rina.fill(&app, "AMANAH7", "rina@amanah.example", "penyedia").await;
    let line =
        |offline: bool| json!({ "offline": offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1 });
    rina.cdp("Network.emulateNetworkConditions", line(true)).await;
    rina.tap("#kirim").await;
    rina.until("#live", true).await;
    assert_eq!(rina.text("#live").await, rina.t("offline"));
    rina.cdp("Network.emulateNetworkConditions", line(false)).await;
    rina.tap("#kirim").await;
    rina.sees(&rina.t("sent-title")).await;
    rina.is_content().await;
    app.settle().await;
    app.end().await;
}
