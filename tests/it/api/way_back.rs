//! The way back to a portal: by our pages, and on with a grant.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;

use chrono::TimeDelta;
use pulih::actions::portal_key;
use pulih::base::secret_hash;
use pulih::i18n::Lang;
use pulih::model::portal::grant;
use reqwest::StatusCode;

use crate::support::browser::{Browser, Page};
use crate::support::chromium::{Chromium, Look};
use crate::support::house::{PASSWORD, TestApp};
use crate::support::portal::Portal;
use crate::support::signing::RINA as RINA_HERSELF;

const RINA: &str = "rina@amanah.example";
const BACK: &str = "http://127.0.0.1:9/spse/back";
const HAND_OVER: &str = "/reset-totp/hand-over";
const DONE: &str = "/reset-totp/done";

/// A house with its people and the portal SPSE.
async fn house() -> TestApp {
    let app = TestApp::start().await;
    app.people().await;
    Portal::of(&app, "spse").await;
    app
}

/// Kirim by our form, as a portal's login page leads there.
async fn kirim_from(browser: &mut Browser, query: &str) {
    browser.open(&format!("/reset-totp?{query}")).await;
    let typed = [("user_id", "AMANAH7"), ("email", RINA), ("user_type", "penyedia")];
    browser.send("/reset-totp", &typed).await;
}

/// Rina after OK, whom SPSE's login page led here.
async fn reset(app: &TestApp) -> Browser {
    let mut rina = app.browser();
    kirim_from(&mut rina, "portal=spse").await;
    app.settle().await;
    rina.reset(&app.link_to(RINA, "/r/")).await.assert_at(DONE);
    app.settle().await;
    rina
}

/// Presses the button on to the portal, and stays.
async fn press(browser: &Browser, action: &str) -> Page {
    browser.press(action, &browser.page.form(action).fields).await
}

/// The grant's bytes and the reference out of the address that a press led to.
fn brought(page: &Page) -> ([u8; 32], String) {
    assert_eq!((page.status, page.header("referrer-policy")), (StatusCode::SEE_OTHER, "no-referrer"));
    let query =
        page.header("location").strip_prefix(&format!("{BACK}?grant=")).unwrap_or_else(|| panic!("{:?}", page.headers));
    let (token, reference) = query.split_once("&reference=").unwrap();
    (grant::read(token).unwrap(), reference.to_owned())
}

/// SHA-256 of the token that is good now, in hexadecimal.
async fn good(app: &TestApp) -> String {
    app.value(
        "select encode(portal_hash, 'hex') from activation_grant where portal_hash is not null order by created_at desc",
    )
    .await
}

fn hex(token: [u8; 32]) -> String {
    data_encoding::HEXLOWER.encode(&secret_hash(&token))
}

fn offers(page: &Page, action: &str) -> bool {
    page.forms().iter().any(|form| form.action == action)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_came_from_a_portal_is_led_back_there_with_a_grant() {
    let app = house().await;
    let mut rina = app.browser();
    kirim_from(&mut rina, "portal=spse&user_id=AMANAH7&user_type=penyedia").await;
    assert!(rina.page.body.contains(&format!("href=\"{BACK}\"")), "{}", rina.page.body);
    assert!(rina.page.text().contains("Kembali ke SPSE"), "{}", rina.page.text());
    let reference = rina.page.path.split("r=").nth(1).unwrap().to_owned();
    app.settle().await;
    rina.open(&app.link_to(RINA, "/r/")).await;
    assert!(rina.page.text().contains("Kembali ke SPSE"));
    rina.send("/reset-totp/open", &[]).await;
    rina.send("/reset-totp/confirm", &[]).await.assert_at(DONE);
    let text = rina.page.text();
    assert!(text.contains("Lanjut ke SPSE") && !text.contains("Aktivasi TOTP sekarang"), "{text}");
    assert!(!text.contains("Aktivasi TOTP di sini"), "who has no password here cannot");
    assert!(rina.page.header("content-security-policy").contains("form-action 'self' http://127.0.0.1:9;"));
    let (token, told) = brought(&press(&rina, HAND_OVER).await);
    assert_eq!((good(&app).await, told), (hex(token), reference.clone()));
    let row =
        "select handed_at is not null and taken_at is null and used_at is null and portal_id = (select id from portal)
        from activation_grant";
    assert_eq!(app.value(row).await, "t");
    let event = "select actor || ' ' || outcome || ' ' || (account_id is not null) || ' ' || (body::jsonb -> 'facts' ->> 'grant')
        from event where kind = 'grant.handed'";
    let id = app.value("select id from activation_grant").await;
    assert_eq!(app.value(event).await, format!("user done true {id}"));
    let spse = Portal::of(&app, "spse").await;
    assert_eq!(spse.get(&format!("/resets/{reference}")).await.body["state"], "done");
    app.settle().await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pressed_again_the_older_token_dies_until_the_portal_has_shown_one() {
    let app = house().await;
    let mut rina = reset(&app).await;
    let pressed = futures_util::future::join_all((0..4).map(|_| press(&rina, HAND_OVER))).await;
    let tokens: Vec<String> = pressed.iter().map(|page| hex(brought(page).0)).collect();
    let first = good(&app).await;
    assert_eq!(tokens.iter().filter(|token| **token == first).count(), 1, "one of them is good");
    rina.open(DONE).await;
    let (token, _) = brought(&press(&rina, HAND_OVER).await);
    assert_eq!(good(&app).await, hex(token));
    assert!(!tokens.contains(&hex(token)));
    let form = rina.page.form(HAND_OVER);
    app.sql("update activation_grant set taken_at = pulih.now()").await;
    let late = rina.press(HAND_OVER, &form.fields).await;
    assert_eq!((late.status, late.header("location")), (StatusCode::SEE_OTHER, DONE));
    assert_eq!(good(&app).await, hex(token), "what the portal holds stays good");
    rina.open(DONE).await;
    assert!(!offers(&rina.page, HAND_OVER) && rina.page.text().contains("SPSE sudah menerima izin aktivasi Anda"));
    assert!(rina.page.body.contains(&format!("href=\"{BACK}\"")));
    assert_eq!(app.value("select count(*) from event where kind = 'grant.handed'").await, "5");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_done_page_in_another_browser_gives_nothing() {
    let app = house().await;
    let rina = reset(&app).await;
    let form = rina.page.form(HAND_OVER);
    let link = app.letters().into_iter().find(|l| l.to == RINA).unwrap().link("/r/");
    let mut thief = app.browser();
    thief.open(&link).await;
    thief.open(DONE).await.assert_at(DONE);
    assert!(!offers(&thief.page, HAND_OVER), "{}", thief.page.text());
    assert!(thief.page.text().contains("Browser ini tidak membawa izin aktivasi untuk SPSE"));
    // the link's form, with the thief's own anti-forgery token, and with a grant of the thief's own making
    let csrf =
        thief.page.forms().iter().find_map(|f| Some(f.value("csrf").to_owned()).filter(|v| !v.is_empty())).unwrap();
    for planted in [false, true] {
        if planted {
            thief.plant("pulih_grant", &data_encoding::BASE64URL_NOPAD.encode(&[7; 32]));
        }
        let answer = thief.press(HAND_OVER, &form.filled(&[("csrf", &csrf)])).await;
        assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, DONE));
    }
    assert_eq!(app.value("select count(*) from activation_grant where portal_hash is not null").await, "0");
    assert_eq!(app.value("select count(*) from event where kind = 'grant.handed'").await, "0");
    // once TOTP is active again, or the account is locked, there is nothing to take along
    app.sql("update account set status = 'locked', locked_reason = 'x' where user_id = 'AMANAH7'").await;
    assert_eq!(press(&rina, HAND_OVER).await.header("location"), DONE);
    app.sql("update account set status = 'active', locked_reason = null where user_id = 'AMANAH7'").await;
    app.advance(TimeDelta::hours(72)).await;
    assert_eq!(press(&rina, HAND_OVER).await.header("location"), DONE);
    assert_eq!(app.value("select count(*) from activation_grant where portal_hash is not null").await, "0");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_address_but_the_registered_one_is_ever_gone_to() {
    let app = house().await;
    let mut rina = app.browser();
    for query in [
        "portal=nobody",
        "portal=",
        "portal=SPSE",
        "portal=spse&portal=lpse",
        "portal=%00",
        "portal=https://evil.example/",
    ] {
        kirim_from(&mut rina, query).await;
        assert!(rina.page.path.starts_with("/reset-totp/sent?r="), "{query}: {}", rina.page.text());
        assert!(!rina.page.text().contains("Kembali ke"), "{query}");
        app.advance(TimeDelta::seconds(1)).await;
    }
    assert_eq!(app.value("select count(*) from request where portal_id is not null").await, "0");
    app.advance(TimeDelta::minutes(61)).await;
    app.settle().await;
    // a letter of its own, instead of sharing the one before
    app.advance(TimeDelta::minutes(2)).await;
    rina = app.browser();
    kirim_from(&mut rina, "portal=spse&return_url=https://evil.example/&next=//evil.example").await;
    assert!(!rina.page.body.contains("evil"), "{}", rina.page.body);
    app.settle().await;
    rina.reset(&app.link_to(RINA, "/r/")).await.assert_at(DONE);
    rina.open("/reset-totp/done?return_url=https://evil.example/&portal=evil&sent=1").await;
    let form = rina.page.form(HAND_OVER);
    let odd = form.filled(&[("return_url", "https://evil.example/"), ("portal", "evil"), ("next", "//evil.example")]);
    brought(&rina.press(&format!("{HAND_OVER}?return_url=https://evil.example/"), &odd).await);
    app.settle().await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_goes_back_to_its_own_portal_whichever_page_asked() {
    let app = house().await;
    portal_key::register(&app.app, "lpse-2", "LPSE Dua", Some("http://127.0.0.1:9/dua")).await.unwrap();
    app.sql("update account set portal_id = (select id from portal where slug = 'spse') where user_id = 'AMANAH7'")
        .await;
    let mut rina = app.browser();
    kirim_from(&mut rina, "portal=lpse-2").await;
    assert!(rina.page.text().contains("Kembali ke LPSE Dua"), "what Kirim shows tells nothing of the account");
    app.settle().await;
    rina.reset(&app.link_to(RINA, "/r/")).await.assert_at(DONE);
    assert!(rina.page.text().contains("Lanjut ke SPSE") && !rina.page.text().contains("LPSE Dua"));
    brought(&press(&rina, HAND_OVER).await);
    app.settle().await;
    // a portal without a return URL leads nobody back
    app.sql("update portal set return_url = null").await;
    rina.open(DONE).await;
    assert!(!offers(&rina.page, HAND_OVER) && rina.page.text().contains("Aktivasi TOTP sekarang"));
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_has_a_password_here_may_still_activate_here() {
    let app = house().await;
    app.give_passwords().await;
    let mut rina = reset(&app).await;
    assert!(rina.page.text().contains("Aktivasi TOTP di sini"), "{}", rina.page.text());
    brought(&press(&rina, HAND_OVER).await);
    rina.password(RINA_HERSELF, PASSWORD).await;
    rina.open("/activate").await;
    rina.send("/activate/start", &[]).await;
    rina.activate(&app).await;
    rina.page.assert_at("/activate/codes");
    assert_eq!(
        app.value("select count(*) from activation_grant where used_at is null and revoked_at is null").await,
        "0",
        "what the portal holds died with it"
    );
    rina.open(DONE).await;
    assert!(!offers(&rina.page, HAND_OVER));
    app.settle().await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kirim_ulang_and_a_form_with_mistakes_keep_the_portal() {
    let app = house().await;
    let mut rina = app.browser();
    rina.open("/reset-totp?portal=spse").await;
    rina.send("/reset-totp", &[("user_id", "AMANAH7"), ("email", ""), ("user_type", "penyedia")]).await;
    assert_eq!(rina.page.status, StatusCode::UNPROCESSABLE_ENTITY);
    rina.send("/reset-totp", &[("email", RINA)]).await;
    app.settle().await;
    app.advance(TimeDelta::seconds(61)).await;
    let sent = rina.page.path.clone();
    rina.open(&sent).await;
    rina.send("/reset-totp/resend", &[]).await;
    app.settle().await;
    assert_eq!(app.value("select count(*) from request where portal_id is not null").await, "2");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mailed_activation_link_leads_on_to_the_portal() {
    let app = house().await;
    app.sql("update account set address_changed_at = pulih.now() where user_id = 'AMANAH7'").await;
    let mut rina = app.browser();
    kirim_from(&mut rina, "portal=spse").await;
    let reference = rina.page.path.split("r=").nth(1).unwrap().to_owned();
    app.settle().await;
    rina.reset(&app.link_to(RINA, "/r/")).await;
    assert!(rina.page.text().contains("Kembali ke SPSE"), "{}", rina.page.text());
    app.settle().await;
    app.advance(TimeDelta::hours(25)).await;
    app.settle().await;
    rina.open(DONE).await;
    assert!(!offers(&rina.page, HAND_OVER), "the grant goes by mail");
    let link = app.link_to(RINA, "/activate/");
    let mut phone = app.browser();
    let before = app.rows().await;
    phone.open(&link).await.assert_at("/activate/portal");
    assert!(phone.page.text().contains("Lanjut ke SPSE"), "{}", phone.page.text());
    assert_eq!(app.rows().await, before, "looking changes nothing");
    let (token, told) = brought(&press(&phone, "/activate/portal").await);
    assert_eq!((good(&app).await, told), (hex(token), reference));
    // another browser without the link gets nothing
    let mut thief = app.browser();
    assert_eq!(thief.open("/activate/portal").await.status, StatusCode::GONE);
    thief.open("/reset-totp").await;
    let csrf = thief.page.form("/reset-totp").value("csrf").to_owned();
    let answer = thief.press("/activate/portal", &phone.page.form("/activate/portal").filled(&[("csrf", &csrf)])).await;
    assert_eq!(answer.status, StatusCode::GONE);
    app.sql("update activation_grant set taken_at = pulih.now()").await;
    phone.open("/activate/portal").await;
    assert!(!offers(&phone.page, "/activate/portal") && phone.page.text().contains("sudah menerima izin aktivasi"));
    app.sql("update activation_grant set revoked_at = pulih.now()").await;
    assert_eq!(phone.open("/activate/portal").await.status, StatusCode::GONE);
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_tap_mails_the_way_to_the_portal_for_another_device() {
    let app = house().await;
    let mut rina = reset(&app).await;
    rina.send("/reset-totp/activation-link", &[]).await;
    app.settle().await;
    let mut phone = app.browser();
    let letters = app.letters();
    let letter = letters.iter().find(|letter| letter.text.contains("/activate/")).expect("the link is mailed");
    assert!(
        letter.text.contains("membawa Anda ke SPSE") && !letter.text.contains("Password Anda akan"),
        "{}",
        letter.text
    );
    phone.open(&app.link_to(RINA, "/activate/")).await.assert_at("/activate/portal");
    let (token, _) = brought(&press(&phone, "/activate/portal").await);
    assert_eq!(good(&app).await, hex(token));
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_lost_the_browser_of_the_reset_asks_again_and_is_mailed_the_way_on() {
    let app = house().await;
    // the grant stays in a browser that is closed
    drop(reset(&app).await);
    // while it is good, and after its end
    for hours in [1, 73] {
        app.advance(TimeDelta::hours(hours)).await;
        let before = app.letters().len();
        let mut phone = app.browser();
        kirim_from(&mut phone, "portal=spse").await;
        app.settle().await;
        assert_eq!(app.letters().len(), before + 1);
        phone.open(&app.link_to(RINA, "/activate/")).await.assert_at("/activate/portal");
        let on = press(&phone, "/activate/portal").await;
        let location = on.header("location").to_owned();
        let token = location.split("grant=").nth(1).unwrap().split('&').next().unwrap();
        assert_eq!(good(&app).await, hex(grant::read(token).unwrap()));
    }
    let told =
        "select count(*) from event where kind = 'reset.unmatched' and body::jsonb #>> '{facts,grant}' is not null";
    assert_eq!(app.value(told).await, "2");
    // an address that changed lately gets no grant
    app.sql("update account set address_changed_at = pulih.now()").await;
    app.advance(TimeDelta::hours(73)).await;
    kirim_from(&mut app.browser(), "portal=spse").await;
    app.settle().await;
    assert!(app.letter_to(RINA).text.contains("TOTP belum aktif"), "{}", app.letter_to(RINA).text);
    app.end().await;
}

/// A portal's return URL: answers any call with its name as heading, until the test ends.
fn portal_server() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/kembali", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { break };
            let mut asked = [0; 4096];
            let n = stream.read(&mut asked).unwrap_or(0);
            let asked = String::from_utf8_lossy(&asked[..n]).to_ascii_lowercase();
            let referred = if asked.contains("\r\nreferer:") { "told whence" } else { "SPSE" };
            let body = format!("<!doctype html><title>SPSE</title><h1>{referred}</h1>");
            let head = format!(
                "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\nContent-Length: {}",
                body.len()
            );
            let _ = write!(stream, "{head}\r\n\r\n{body}");
        }
    });
    url
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn chromium_follows_the_button_to_the_portal_with_scripts_and_without() {
    for scripts in [true, false] {
        let app = house().await;
        let back = portal_server();
        portal_key::register(&app.app, "spse", "SPSE", Some(&back)).await.unwrap();
        let rina = Chromium::start(Look { scripts, ..Look::PHONE }).await;
        rina.open(&format!("{}/reset-totp?portal=spse&user_id=AMANAH7&user_type=penyedia", app.url)).await;
        rina.tap("#email").await;
        rina.write(RINA).await;
        rina.tap("#kirim").await;
        rina.sees(&rina.t("sent-title")).await;
        app.settle().await;
        rina.open(&app.link_to(RINA, "/r/")).await;
        rina.tap("form[action='/reset-totp/open'] button").await;
        rina.tap("form[action='/reset-totp/confirm'] button.danger").await;
        rina.sees(&rina.t("done-title")).await;
        if scripts {
            rina.bring_axe().await;
            rina.client.refresh().await.unwrap();
            assert_eq!(rina.faults().await, Vec::<String>::new());
        }
        rina.double_click("form[action='/reset-totp/hand-over'] button").await;
        rina.sees("SPSE").await;
        let at = rina.client.current_url().await.unwrap();
        let pairs: std::collections::BTreeMap<String, String> = at.query_pairs().into_owned().collect();
        assert!(at.as_str().starts_with(&format!("{back}?grant=")), "{at}");
        let token = grant::read(&pairs["grant"]).unwrap();
        assert_eq!(good(&app).await, hex(token), "the last press counts");
        assert_eq!(rina.complaints().await, Vec::<String>::new());
        // gone back, it may be pressed once more
        rina.client.back().await.unwrap();
        rina.sees(&Lang::Id.t("done-title")).await;
        rina.tap("form[action='/reset-totp/hand-over'] button").await;
        rina.sees("SPSE").await;
        let again = rina.client.current_url().await.unwrap();
        assert_ne!(again, at);
        app.settle().await;
        app.end().await;
    }
}
