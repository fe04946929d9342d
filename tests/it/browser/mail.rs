//! A mailed request in real Chromium, from its arrival to the case that closes itself.

use pulih::i18n::Lang;

use crate::support::chromium::{Chromium, Look};
use crate::support::gallery::Gallery;
use crate::support::house::TestApp;
use crate::support::post_office::draft;

const WIDE: Look = Look { width: 1280, ..Look::PHONE };
const TEXT: &str = "Yth. Helpdesk,\n\nNama: Rina Wijaya\nUser ID: AMANAH7\nTipe User: Penyedia\n\nHP saya hilang.";

/// Every step of it, as the log tells them.
const STEPS: [&str; 8] = [
    "inbound.taken",
    "inbound.read",
    "case.opened",
    "inbound.linked",
    "mail.accepted",
    "link.opened",
    "reset.confirmed",
    "case.closed",
];

/// From the queue to the page of its newest mail, by what stands on the pages.
async fn open_mail(desk: &Chromium, app: &TestApp) {
    let case = app.id("select id from desk_case").await;
    let row = format!("tr[data-case='{case}']");
    desk.until(&row, true).await;
    // the queue draws itself anew while it is looked at: read and press in one step each
    let told = desk.ask(&format!("return document.querySelector(\"{row}\").textContent")).await.to_string();
    assert!(told.contains(&desk.t("mail-verdict-verified")), "the verdict stands in the queue: {told}");
    desk.ask(&format!("document.querySelector(\"{row} a\").click()")).await;
    desk.until("#asks-title", true).await;
    desk.tap("section[aria-labelledby=asks-title] p > a[href^='/staff/mail/']").await;
    desk.until("h2.verdict", true).await;
    assert_eq!(desk.text("h2.verdict").await, desk.t("mail-verdict-verified"));
    assert!(desk.text("main").await.contains("HP saya hilang."));
    desk.keep("desk-mail").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mailed_request_is_one_click_at_the_desk_and_two_taps_on_the_phone_and_its_case_closes_itself() {
    let app = TestApp::start().await;
    app.people().await;
    app.signed_mail(&draft(&app.app, "rina@amanah.example", "Mohon reset TOTP", TEXT)).await;
    let officer = app.officer("agus", &["helpdesk"]).await;
    let desk = Chromium::start(WIDE).await;
    desk.sit_down(&app, &officer).await;
    open_mail(&desk, &app).await;
    assert_eq!(app.value("select count(*) from letter where kind = 'link'").await, "0", "nothing goes by itself");
    desk.tap("form[action$='/link'] button").await;
    desk.until(".notice.good", true).await;
    assert!(!desk.text("main").await.contains("/r/"), "the desk sees no link");
    app.settle().await;

    let rina = Chromium::start(Look::PHONE).await;
    let letter = app.letter_to("rina@amanah.example");
    assert_eq!(letter.subject, rina.t("mail-link-subject"));
    rina.open(&letter.link("/r/")).await;
    rina.sees(&rina.t("confirm-title")).await;
    rina.tap("#opener button").await;
    rina.until("dialog", true).await;
    rina.tap("dialog .danger").await;
    rina.sees(&rina.t("done-title")).await;
    app.settle().await;

    assert_eq!(app.value("select state || ' ' || outcome from desk_case").await, "closed reset");
    desk.open(&format!("{}/staff/requests", app.url)).await;
    desk.until("#queue .empty", true).await;
    let events = app.events().await;
    let mut left = events.iter();
    for step in STEPS {
        assert!(left.any(|event| event == step), "{step} in its turn: {events:?}");
    }
    desk.is_content().await;
    rina.is_content().await;
    app.end().await;
}

/// Pages of mail, in states that look unlike each other.
const SHOWN: [&str; 9] = [
    "mail-verified",
    "mail-failed",
    "mail-unknown",
    "mail-parked-too-many-parts",
    "mail-html",
    "mail-trouble-0",
    "mail-trouble-note",
    "mails-quarantine",
    "case-mail-unplaced",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_page_of_mail_shuts_anybody_out() {
    Gallery::open().await.is_open_to_all(&[(320, Lang::Id), (1280, Lang::Id)], &SHOWN).await;
}
