//! Files that prove: taken by what they are, sealed, handed out as files alone, forgotten in time.

use chrono::TimeDelta;
use reqwest::{Method, StatusCode};
use uuid::Uuid;

use super::{again, desk, force_yes, propose, say, shown};
use crate::support::browser::Page;
use crate::support::desk::Officer;

const PDF: &[u8] = b"%PDF-1.7\r\n--x\r\nsurat kuasa RAHASIA-BERKAS";

/// Uploads it as a browser does.
async fn upload(who: &mut Officer, id: Uuid, name: &str, bytes: &[u8], csrf: Option<&str>) -> Page {
    let shown = who.browser.open("/staff/approvals").await.form("/staff/logout").value("csrf").to_owned();
    let mut body = format!(
        "--grenze\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n{}\r\n\
         --grenze\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: text/html\r\n\r\n",
        csrf.unwrap_or(&shown)
    )
    .into_bytes();
    body.extend_from_slice(bytes);
    body.extend_from_slice(b"\r\n--grenze--\r\n");
    let request = who
        .browser
        .request(Method::POST, &format!("/staff/approvals/{id}/files"))
        .header("origin", who.browser.origin())
        .header("content-type", "multipart/form-data; boundary=grenze")
        .body(body);
    who.browser.answer(request).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_is_sealed_and_what_was_shown_before_is_stale() {
    let (app, mut wati, mut sari) = desk().await;
    let mut tono = app.officer("tono", &["helpdesk"]).await;
    let id = propose(&app, &mut wati, "AMANAH7", "reset", &[]).await;
    let before = shown(&mut sari, id).await;
    assert_eq!(upload(&mut wati, id, "../surat \"kuasa\".pdf", PDF, None).await.status, StatusCode::SEE_OTHER);
    assert_eq!(force_yes(&app, &mut sari, id, &before).await, StatusCode::CONFLICT);
    assert!(!app.dump().await.contains(&data_encoding::HEXLOWER.encode(b"RAHASIA-BERKAS")), "it lies there unsealed");
    let file = app.id("select id from evidence").await;
    let path = format!("/staff/approvals/{id}/files/{file}");
    let page = sari.browser.answer(sari.browser.request(Method::GET, &path)).await;
    assert_eq!((page.status, page.body.as_bytes()), (StatusCode::OK, PDF));
    assert_eq!(page.header("content-type"), "application/octet-stream");
    assert_eq!(page.header("x-content-type-options"), "nosniff");
    assert!(page.header("content-disposition").starts_with("attachment"), "{}", page.header("content-disposition"));
    let page = tono.browser.open(&path).await;
    assert_eq!(page.status, StatusCode::NOT_FOUND, "whoever neither proposed it nor decides");
    say(&app, &mut sari, id, "reject").await;
    assert_ne!(upload(&mut wati, id, "b.pdf", PDF, None).await.status, StatusCode::SEE_OTHER, "after it ended");
    // a year later its bytes are gone and its hash is not
    app.advance(TimeDelta::days(366)).await;
    while pulih::actions::attach::forget(&app.app).await.unwrap() {}
    assert_eq!(app.value("select (sealed is null) || encode(sha256, 'hex') from evidence").await.len(), 4 + 64);
    again(&app, &mut sari).await;
    assert_eq!(sari.browser.open(&path).await.status, StatusCode::NOT_FOUND);
    assert!(app.events().await.contains(&"evidence.purged".to_owned()));
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_such_file_is_not_taken() {
    let (app, mut wati, mut sari) = desk().await;
    let id = propose(&app, &mut wati, "AMANAH7", "reset", &[]).await;
    for (what, bytes, status) in [
        ("a page", b"<script>alert(1)</script>".to_vec(), StatusCode::UNPROCESSABLE_ENTITY),
        ("a drawing", b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>".to_vec(), StatusCode::UNPROCESSABLE_ENTITY),
        ("nothing", Vec::new(), StatusCode::UNPROCESSABLE_ENTITY),
        ("too much", [PDF, &vec![b'x'; 6 * 1024 * 1024]].concat(), StatusCode::PAYLOAD_TOO_LARGE),
    ] {
        assert_eq!(upload(&mut wati, id, "x.pdf", &bytes, None).await.status, status, "{what}");
    }
    assert_eq!(upload(&mut wati, id, "x.pdf", PDF, Some("AAAA")).await.status, StatusCode::FORBIDDEN);
    assert_eq!(upload(&mut sari, id, "x.pdf", PDF, None).await.status, StatusCode::NOT_FOUND, "anothers proposal");
    assert_eq!(app.value("select count(*) from evidence").await, "0");
    app.end().await;
}
