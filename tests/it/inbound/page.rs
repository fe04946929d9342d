//! The page of a mail: what it proves first, what it says without letting it do anything.

use pulih::model::inbound::{Box, Kind, Reason, Verdict};
use reqwest::StatusCode;

use crate::support::house::TestApp;
use crate::support::mailed::Mailed;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_verdict_stands_first_and_says_that_a_domain_is_no_person() {
    let app = TestApp::start().await;
    app.people().await;
    let mail = app.mailed(&Mailed::verified()).await;
    let mut rina = app.officer("rina", &["helpdesk"]).await;
    let page = rina.browser.open(&format!("/staff/mail/{mail}")).await.clone();
    assert_eq!(page.status, StatusCode::OK, "{}", page.text());
    let text = page.text();
    assert!(text.contains("Domain terverifikasi") && text.contains("bukan orangnya"), "{text}");
    assert!(text.contains("domain itu yang mengirimnya"), "the reason in words: {text}");
    assert!(text.find("Domain terverifikasi") < text.find("HP saya hilang"), "the verdict stands before the text");
    assert!(
        page.body.contains("<s class=\"mono\">mx.evil.example; dkim=pass</s>"),
        "a foreign verdict is struck through"
    );
    assert!(text.contains("rina@amanah.example Sama"), "the address is compared: {text}");
    assert!(page.body.contains("<details><summary>Kutipan</summary><div class=\"said quoted\">&gt; kutipan lama"));
    assert!(page.header("content-security-policy").contains("frame-src 'self'"));
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn html_stands_in_a_frame_that_can_do_nothing() {
    let app = TestApp::start().await;
    app.people().await;
    let html = "Content-Type: text/html; charset=utf-8\r\nSubject: x\r\n";
    let body = "<p>Halo</p><script>alert(1)</script><img src=http://evil.example/x.png onerror=alert(1)><a href=http://evil.example>x</a>";
    let mail = app.mailed(&Mailed::of("eve@evil.example", html, body)).await;
    let mut rina = app.officer("rina", &["helpdesk"]).await;
    let page = rina.browser.open(&format!("/staff/mail/{mail}")).await.clone();
    assert!(page.body.contains(&format!("<iframe class=\"said\" src=\"/staff/mail/{mail}/html\"")), "{}", page.body);
    assert!(page.body.contains(" sandbox=\"\""), "the frame may do nothing");
    let frame = rina.browser.open(&format!("/staff/mail/{mail}/html")).await.clone();
    let policy = frame.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none';") && policy.ends_with("sandbox"), "{policy}");
    assert_eq!(frame.header("x-content-type-options"), "nosniff");
    assert!(frame.body.contains("Halo"));
    for bad in ["<script", "<img", "onerror", "href"] {
        assert!(!frame.body.contains(bad), "{bad} in {}", frame.body);
    }
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bytes_are_fetched_by_a_write_that_is_told_and_never_shown_inline() {
    let app = TestApp::start().await;
    app.people().await;
    let parts = "Subject: x\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n";
    let svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>";
    let body = format!(
        "--b\r\nContent-Type: text/plain\r\n\r\nHalo\r\n--b\r\nContent-Type: image/svg+xml\r\n\
         Content-Disposition: inline; filename=\"surat.svg\"\r\n\r\n{svg}\r\n--b--"
    );
    let sent = Mailed::of("rina@amanah.example", parts, &body);
    let mail = app.mailed(&sent).await;
    let mut rina = app.officer("rina", &["helpdesk"]).await;
    let path = format!("/staff/mail/{mail}");
    rina.browser.open(&path).await;
    for (verb, expected) in [("raw", sent.raw.as_slice()), ("attachment", svg.as_bytes())] {
        let form = rina.browser.page.form(&format!("{path}/{verb}"));
        let file = rina.browser.press(&form.action, &form.fields).await;
        assert_eq!(file.status, StatusCode::OK, "{verb}: {}", file.text());
        assert_eq!(file.header("content-type"), "application/octet-stream");
        assert!(file.header("content-disposition").starts_with("attachment; filename=\""), "{verb}");
        assert_eq!(file.header("x-content-type-options"), "nosniff");
        assert!(file.header("content-security-policy").contains("sandbox"));
        assert_eq!(file.body.as_bytes(), expected, "{verb}");
    }
    assert_eq!(app.told("inbound.shown").await, 2);
    let unknown = rina.browser.page.form(&format!("{path}/attachment")).filled(&[("sha256", &"0".repeat(64))]);
    assert_eq!(rina.browser.press(&format!("{path}/attachment"), &unknown).await.status, StatusCode::NOT_FOUND);
    app.sql("update inbound set sealed_raw = null").await;
    assert!(rina.browser.open(&path).await.text().contains("Masa simpan email asli sudah lewat"));
    let form = unknown.clone();
    assert_eq!(rina.browser.press(&format!("{path}/raw"), &form).await.status, StatusCode::NOT_FOUND);
    assert_eq!(app.told("inbound.shown").await, 2, "what was not fetched is not told");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_hides_itself_is_shown_as_a_mark() {
    let app = TestApp::start().await;
    let headers = "Subject: =?utf-8?q?Reset=E2=80=AEPTOT?=\r\nContent-Type: text/plain; charset=utf-8\r\n";
    let text = "Saya \u{202e}gnaro\u{2066} lain\u{200b}";
    let mail = app.mailed(&Mailed::of("\"=?utf-8?q?R=E2=80=AEina?=\" <eve@evil.example>", headers, text)).await;
    let mut rina = app.officer("rina", &["helpdesk"]).await;
    let page = rina.browser.open(&format!("/staff/mail/{mail}")).await.clone();
    for hidden in ['\u{202e}', '\u{2066}', '\u{200b}'] {
        assert!(!page.body.contains(hidden), "{hidden:?} reaches the page");
    }
    assert!(page.text().contains("Saya ⟦U+202E⟧gnaro⟦U+2066⟧ lain⟦U+200B⟧"), "{}", page.text());
    assert!(page.title().contains("Reset⟦U+202E⟧PTOT"), "{}", page.title());
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_parked_mail_says_why_and_gives_its_bytes() {
    let app = TestApp::start().await;
    let mail = app.mailed(&Mailed::of("eve@evil.example", "Subject: x\r\n", "x")).await;
    app.sql(
        "update inbound set stage = 'parked', park_reason = 'too-many-parts', kind = null, place = null, verdict = null,
            judgement = null, sealed_message = null, from_address = null, subject = null, request_id = null",
    )
    .await;
    let mut rina = app.officer("rina", &["helpdesk"]).await;
    let page = rina.browser.open(&format!("/staff/mail/{mail}")).await.clone();
    assert!(
        page.text().contains("Tidak dapat dibaca") && page.text().contains("bersarang terlalu dalam"),
        "{}",
        page.text()
    );
    let form = page.form(&format!("/staff/mail/{mail}/raw"));
    assert_eq!(rina.browser.press(&form.action, &form.fields).await.status, StatusCode::OK);
    assert_eq!(rina.browser.open(&format!("/staff/mail/{mail}/html")).await.status, StatusCode::NOT_FOUND);
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_case_tells_its_mails_and_the_queue_their_verdict() {
    let app = TestApp::start().await;
    app.people().await;
    let mail = app.mailed(&Mailed::rina()).await;
    let failed = Mailed {
        verdict: Verdict::Failed,
        reasons: vec![Reason::DmarcFailed],
        place: Box::Quarantine,
        ..Mailed::rina()
    };
    app.mailed(&Mailed { kind: Kind::Automatic, ..failed }).await;
    let case = app.case_of(mail).await;
    let mut rina = app.officer("rina", &["helpdesk"]).await;
    let page = rina.case(case).await.clone();
    let text = page.text();
    assert!(
        text.contains("Mohon reset TOTP") && text.contains("HP saya hilang") && !text.contains("kutipan lama"),
        "{text}"
    );
    assert!(text.contains("Mungkin akun ini") && text.contains("alamat pengirim cocok"), "{text}");
    assert!(page.body.contains(&format!("/staff/mail/{mail}\"")));
    assert_eq!(text.matches("Email masuk dibaca dan dinilai").count(), 1, "one line a mail: {text}");
    rina.browser.open("/staff/requests").await;
    assert!(rina.browser.page.text().contains("Perlu diperiksa"));
    let reference = app.of_case(case, "reference").await;
    for (search, found) in [
        ("verdict:periksa", true),
        ("verdict:failed", false),
        ("-verdict:periksa", false),
        ("from:Rina@Amanah.example", true),
        ("from:budi@bahtera.example", false),
    ] {
        let page = rina.browser.open(&format!("/staff/requests?q={search}")).await;
        assert_eq!(page.body.contains(&reference), found, "{search}: {}", page.text());
    }
    app.end().await;
}
