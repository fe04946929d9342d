//! W16 and M1: 300 injection payloads in every field, header, path and query, and in what accounts are called.

use chrono::TimeDelta;
use mail_parser::MessageParser;
use pulih::config::LimitsMode;
use reqwest::Method;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

use super::{RINA, holder};
use crate::support::browser::{Browser, Page};
use crate::support::house::TestApp;
use crate::support::letters::Letter;
use crate::support::{markup, rounds};

const SEEDS: [&str; 30] = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "\"><script>alert(1)</script>",
    "' onmouseover='alert(1)",
    "\" autofocus onfocus=\"alert(1)",
    "</title><script>alert(1)</script>",
    "</textarea><b>",
    "<!--",
    "--><b>",
    "<![CDATA[<b>]]>",
    "&lt;script&gt;",
    "&#60;b&#62;",
    "javascript:alert(1)",
    "<a href=javascript:alert(1)>x</a>",
    "<base href=//evil.example>",
    "<meta http-equiv=refresh content=0;url=//evil.example>",
    "<form action=//evil.example>",
    "{{7*7}}",
    "${7*7}",
    "<%= 7*7 %>",
    "#{7*7}",
    "{ $user_id }",
    "'; drop table account;--",
    "\\x3cscript\\x3e",
    "<iframe srcdoc='<b>'>",
    "<link rel=stylesheet href=//evil.example>",
    "`onload=alert(1)",
    "Rina\r\nBcc: eve@evil.example",
    "=?utf-8?q?Bcc=3A_eve=40evil.example?=",
];

/// 300 payloads: each seed bare and in nine dresses.
pub fn payloads() -> Vec<String> {
    let dress: [fn(&str) -> String; 10] = [
        str::to_owned,
        |s| format!("Rina {s}"),
        |s| format!("{s} Wijaya"),
        str::to_uppercase,
        |s| format!("\"{s}"),
        |s| format!("'{s}'"),
        |s| s.replace(' ', "\t"),
        |s| s.replace('<', "＜<").replace('"', "“\""),
        |s| format!("{s}\u{2028}{s}"),
        |s| format!("&quot;&gt;{s}"),
    ];
    let step = 300_usize.div_ceil(rounds(60, 300));
    let all = SEEDS.iter().flat_map(|seed| dress.iter().map(move |dress| dress(seed)));
    let all: Vec<String> = all.collect();
    assert_eq!(all.len(), 300);
    // a step that is no divisor of ten meets every dress
    let step = if step == 5 { 7 } else { step };
    all.into_iter().step_by(step).collect()
}

/// The page is built as `plain` is, and leads nowhere else.
fn assert_inert(page: &Page, plain: &Page, origin: &str, what: &str) {
    assert_eq!(page.status, plain.status, "{what}: {}", page.text());
    let (seen, expected) = (markup::skeleton(&page.body), markup::skeleton(&plain.body));
    let differs = seen.iter().zip(&expected).find(|(a, b)| a != b);
    assert!(seen == expected, "{what}: {differs:?}");
    assert_eq!(markup::foreign(&page.body, origin), Vec::<String>::new(), "{what}");
}

async fn kirim(browser: &mut Browser, user_id: &str, email: &str) -> Page {
    let form = browser.open("/reset-totp").await.form("/reset-totp");
    browser
        .press("/reset-totp", &form.filled(&[("user_id", user_id), ("email", email), ("user_type", "penyedia")]))
        .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_typed_becomes_markup() {
    let app = TestApp::with(|plan| plan.config.limits.mode = LimitsMode::Off).await;
    let mut browser = app.browser();
    let both = kirim(&mut browser, "\0", "\0").await;
    let id = kirim(&mut browser, "\0", RINA).await;
    let email = kirim(&mut browser, "AMANAH7", "\0").await;
    let sent = kirim(&mut browser, "AMANAH7", RINA).await;
    let shown = browser.open(sent.header("location")).await.clone();
    let status_of = |sent: &Page| sent.header("location").replace("/reset-totp/sent?r=", "/requests/");
    let status = browser.open(&status_of(&sent)).await.clone();
    let asked = browser.open("/reset-totp?user_id=AMANAH7").await.clone();
    let lost = browser.open("/nowhere").await.clone();
    for payload in payloads() {
        let page = kirim(&mut browser, &format!("\0{payload}"), &payload).await;
        assert_inert(&page, &both, &app.url, &payload);
        let page = kirim(&mut browser, "AMANAH7", &payload).await;
        assert_inert(&page, &email, &app.url, &payload);
        // a short one may be a User ID, and is shown as typed
        let page = kirim(&mut browser, &payload, RINA).await;
        if page.status.is_redirection() {
            let page_shown = browser.open(page.header("location")).await.clone();
            assert_inert(&page_shown, &shown, &app.url, &payload);
            assert!(
                page_shown.text().contains(payload.split_whitespace().next().unwrap()),
                "{payload} is shown as typed"
            );
            assert_inert(&browser.open(&status_of(&page)).await.clone(), &status, &app.url, &payload);
        } else {
            assert_inert(&page, &id, &app.url, &payload);
        }
        let encoded: String = url::form_urlencoded::byte_serialize(payload.as_bytes()).collect();
        let query = format!("/reset-totp?user_id={encoded}&lang={encoded}&x={encoded}");
        assert_inert(&browser.open(&query).await.clone(), &asked, &app.url, &payload);
        let page = browser.open(&format!("/{encoded}?{encoded}")).await.clone();
        assert_inert(&page, &lost, &app.url, &payload);
        for path in ["/r/", "/not-me/", "/requests/", "/kode-keamanan/", "/assets/0/"] {
            let page = browser.open(&format!("{path}{encoded}")).await.clone();
            assert!(page.status.is_client_error(), "{path}{encoded}: {}", page.status);
            assert_eq!(markup::foreign(&page.body, &app.url), Vec::<String>::new(), "{path}{encoded}");
            assert!(!payload.contains('<') || !page.body.contains(&payload), "{path}{encoded}");
        }
    }
    app.settle().await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_header_becomes_markup() {
    let app = TestApp::with(|plan| plan.config.limits.mode = LimitsMode::Off).await;
    app.people().await;
    let (mut rina, _) = holder(&app).await;
    let plain = [rina.open("/reset-totp/confirm").await.clone(), rina.open("/reset-totp").await.clone()];
    let paths = ["/reset-totp/confirm", "/reset-totp"];
    let names = ["user-agent", "referer", "host", "accept-language", "x-forwarded-for", "x-forwarded-host", "accept"];
    for payload in payloads() {
        let Ok(value) = HeaderValue::from_bytes(payload.as_bytes()) else { continue };
        let mut headers: HeaderMap = names.iter().map(|name| (HeaderName::from_static(name), value.clone())).collect();
        for (path, plain) in paths.into_iter().zip(&plain) {
            let page = rina.answer(rina.request(Method::GET, path).headers(headers.clone())).await;
            assert_inert(&page, plain, &app.url, &payload);
        }
        // asked with such a browser: the owner is told of it in our own words alone
        let mut eve = app.browser();
        let form = eve.open("/reset-totp").await.form("/reset-totp");
        let typed =
            form.filled(&[("user_id", "BAHTERA8"), ("email", "budi@bahtera.example"), ("user_type", "non_penyedia")]);
        headers.remove("host");
        let sent = eve.answer(eve.request(Method::POST, "/reset-totp").headers(headers).form(&typed)).await;
        assert!(sent.status.is_redirection(), "{payload}: {}", sent.text());
        // and cookies that somebody planted
        let browser = app.browser();
        let cookie = payload.replace([';', ','], "_");
        for name in ["pulih", "pulih_link", "pulih_not_me", "pulih_grant", "pulih_lang"] {
            let request = browser.request(Method::GET, "/reset-totp/confirm");
            let Ok(cookie) = HeaderValue::from_bytes(format!("{name}={cookie}").as_bytes()) else { continue };
            let page = browser.answer(request.header("cookie", cookie)).await;
            assert_eq!(page.status.as_u16(), 410, "{payload}");
            assert!(!page.body.contains("alert(1)"), "{payload}");
        }
    }
    assert_eq!(app.value("select count(*) from request where browser_name ~ '[<>]'").await, "0");
    app.settle().await;
    app.end().await;
}

/// Names of headers with how often each came, as a second, stricter reader sees them.
fn header_names(raw: &[u8]) -> Vec<String> {
    let text = std::str::from_utf8(raw).expect("ASCII");
    let (head, _) = text.split_once("\r\n\r\n").expect("a head");
    let lines = head.split("\r\n").filter(|line| !line.starts_with([' ', '\t']));
    lines.map(|line| line.split_once(':').expect("a header on every line").0.to_ascii_lowercase()).collect()
}

fn assert_letter(letter: &Letter, plain: &Letter, origin: &str, what: &str) {
    assert_eq!(header_names(&letter.raw), header_names(&plain.raw), "{what}");
    assert!(letter.raw.is_ascii(), "{what}");
    let parsed = MessageParser::new().parse(&letter.raw).unwrap();
    let to: Vec<_> = parsed.to().unwrap().iter().filter_map(|to| to.address()).collect();
    assert_eq!((to.as_slice(), letter.to.as_str()), ([RINA].as_slice(), RINA), "{what}");
    assert!(parsed.cc().is_none() && parsed.bcc().is_none(), "{what}");
    assert_eq!(letter.subject, plain.subject, "{what}");
    assert_eq!(markup::skeleton(&letter.html), markup::skeleton(&plain.html), "{what}");
    assert_eq!(markup::foreign(&letter.html, origin), Vec::<String>::new(), "{what}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_name_of_an_account_becomes_a_header_or_markup() {
    let app = TestApp::with(|plan| plan.config.limits.mode = LimitsMode::Off).await;
    app.people().await;
    let mut browser = app.browser();
    let mut plain: Option<Letter> = None;
    let controls = ["\r\n", "\r", "\n", "\u{85}", "\u{2028}", "\u{b}", "\u{c}", "\u{1b}", "\u{7f}"];
    let mut names = vec!["Rina Wijaya".to_owned()];
    names.extend(controls.map(|c| format!("Rina{c}Bcc: eve@evil.example{c}{c}<b>x</b>")));
    names.extend(payloads());
    names.extend(
        ["Rina <eve@evil.example>", "eve@evil.example", "\"Rina\" <x>, Eve", "é".repeat(180).as_str()]
            .map(str::to_owned),
    );
    for name in names {
        let quoted = name.replace('\'', "''");
        app.sql(&format!("update account set name = '{quoted}' where user_id_folded = 'amanah7'")).await;
        app.sql(&format!(
            "update account set user_id = 'A{}7' where user_id_folded = 'amanah7'",
            &quoted.replace('\0', "")
        ))
        .await;
        let sent = kirim(&mut browser, "AMANAH7", RINA).await;
        assert!(sent.status.is_redirection());
        app.settle().await;
        app.advance(TimeDelta::seconds(61)).await;
        let letter = app.letter_to(RINA);
        assert_letter(&letter, plain.as_ref().unwrap_or(&letter), &app.url, &name);
        let mut phone = app.browser();
        let page = phone.open(&letter.link("/r/")).await;
        assert_eq!(page.heading(), "Reset TOTP");
        assert_eq!(markup::foreign(&page.body, &app.url), Vec::<String>::new());
        plain = plain.or(Some(letter));
    }
    assert_eq!(app.value("select count(*) from letter where state <> 'sent'").await, "0");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_that_is_more_than_one_gets_no_letter() {
    let app = TestApp::with(|plan| plan.config.limits.mode = LimitsMode::Off).await;
    app.people().await;
    let mut browser = app.browser();
    let bad = [
        "rina@amanah.example\r\nBcc: eve@evil.example",
        "rina@amanah.example, eve@evil.example",
        "Rina <rina@amanah.example>",
        "rina@amanah.example\nx",
        "rina@amanah.example eve@evil.example",
        "rina@amanah.example>\r\nRCPT TO:<eve@evil.example",
        "<rina@amanah.example>",
        "rina@amanah.example\u{85}",
        "rinä@amanah.example",
        "@",
        "rina",
    ];
    for stored in bad {
        app.sql(&format!("update address set address = '{stored}' where folded = '{RINA}'")).await;
        kirim(&mut browser, "AMANAH7", RINA).await;
        app.settle().await;
        app.advance(TimeDelta::seconds(61)).await;
    }
    assert_eq!(app.letters().len(), 0);
    let parked = app.value("select count(*) from letter where state = 'parked'").await;
    assert_eq!(parked, bad.len().to_string(), "each is set aside with its reason");
    assert_eq!(app.value("select count(*) from letter where server_text ~ 'evil|amanah'").await, "0");
    app.end().await;
}
