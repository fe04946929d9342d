//! Import in the page: shown first, then taken over; what would overwrite waits for a second person.

use reqwest::multipart::{Form, Part};
use reqwest::{Method, StatusCode};

use crate::support::browser::{Browser, Page};
use crate::support::house::{SECRET, TestApp};

const HEADER: &str = "user_id,user_type,name,email,email_2,password_hash,totp_secret,protected\n";

/// Chooses a file of these lines.
async fn choose(browser: &mut Browser, lines: &str) -> Page {
    let csrf = browser.open("/staff/accounts/import").await.form("/staff/accounts/import").value("csrf").to_owned();
    let file = Part::bytes(format!("{HEADER}{lines}").into_bytes()).file_name("akun.csv");
    let form = Form::new().text("csrf", csrf).part("file", file);
    let request = browser.request(Method::POST, "/staff/accounts/import").header("origin", browser.origin());
    browser.answer(request.multipart(form)).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_is_checked_first_and_taken_over_with_a_code() {
    let app = TestApp::start().await;
    app.people().await;
    let mut lead = app.officer("ani", &["admin"]).await;
    let lines = format!(
        "CITRA9,penyedia,Citra Lestari,citra@cahaya.example,,,{SECRET},\n\
         AMANAH7,penyedia,Rina Wijaya,rina@baru.example,,,,\n\
         BAHTERA8,non_penyedia,Budi Santoso,budi@bahtera.example,,,,\n"
    );
    lead.browser.page = choose(&mut lead.browser, &lines).await;
    let text = lead.browser.page.text();
    assert!(text.contains("Baris 3: email") && !text.contains("JBSWY3DP"), "{text}");
    assert_eq!(app.value("select count(*) from account").await, "2", "nothing changed yet");
    let page = lead.browser.send("/staff/accounts/import/confirm", &[("code", "000000")]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    let twice = lead.browser.page.clone();
    let code = lead.code(&app).await;
    let page = lead.browser.send("/staff/accounts/import/confirm", &[("code", &code)]).await;
    page.assert_at("/staff/accounts/import?created=1&proposed=1");
    assert_eq!(app.value("select count(*) from account").await, "3");
    assert_eq!(app.value("select kind || ' ' || state from proposal").await, "address proposed");
    assert_eq!(
        app.value("select d.address from address d join account a on a.id = d.account_id where a.user_id = 'AMANAH7'")
            .await,
        "rina@amanah.example"
    );
    lead.browser.page = twice;
    let code = lead.code(&app).await;
    let page = lead.browser.send("/staff/accounts/import/confirm", &[("code", &code)]).await;
    assert_eq!(page.status, StatusCode::CONFLICT, "the same file is taken over once");
    let events = app.events().await;
    assert_eq!(events.iter().filter(|e| *e == "accounts.uploaded").count(), 1);
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bad_lines_are_named_and_nothing_is_imported() {
    let app = TestApp::start().await;
    let mut lead = app.officer("ani", &["supervisor"]).await;
    let page = choose(&mut lead.browser, "CITRA9,raja,Citra,citra@cahaya.example,,,,\n,,,,,,,\n").await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.text().contains("2 baris belum benar"), "{}", page.text());
    assert_eq!(app.value("select count(*) from account_import").await, "0");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_from_another_site_or_too_large_or_broken_is_refused() {
    let app = TestApp::start().await;
    let mut lead = app.officer("ani", &["admin"]).await;
    let csrf =
        lead.browser.open("/staff/accounts/import").await.form("/staff/accounts/import").value("csrf").to_owned();
    let post = || lead.browser.request(Method::POST, "/staff/accounts/import");
    let file = |bytes: usize| Part::bytes(vec![b'a'; bytes]).file_name("x.csv");
    let good = || Form::new().text("csrf", csrf.clone());
    let origin = lead.browser.origin();
    let sent = [
        ("another site", post().header("origin", "https://evil.example").multipart(good().part("file", file(9))), 403),
        ("no token", post().header("origin", &origin).multipart(Form::new().part("file", file(9))), 403),
        ("none chosen", post().header("origin", &origin).multipart(good()), 422),
        ("empty", post().header("origin", &origin).multipart(good().part("file", file(0))), 422),
        ("too large", post().header("origin", &origin).multipart(good().part("file", file(9 << 20))), 413),
        (
            "two files",
            post().header("origin", &origin).multipart(good().part("file", file(9)).part("file", file(9))),
            422,
        ),
        ("no multipart", post().header("origin", &origin).form(&[("csrf", &csrf)]), 400),
        (
            "no end",
            post().header("origin", &origin).header("content-type", "multipart/form-data; boundary=x").body("--x\r\n"),
            400,
        ),
    ];
    for (what, request, status) in sent {
        assert_eq!(lead.browser.answer(request).await.status.as_u16(), status, "{what}");
    }
    let helpdesk = app.officer("sari", &["helpdesk"]).await;
    let request = helpdesk.browser.request(Method::POST, "/staff/accounts/import").header("origin", &origin);
    assert_eq!(helpdesk.browser.answer(request.multipart(good())).await.status, StatusCode::NOT_FOUND);
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_would_overwrite_takes_effect_once_another_agrees_and_only_as_it_was_shown() {
    let app = TestApp::start().await;
    app.people_with_passwords().await;
    let mut lead = app.officer("ani", &["supervisor"]).await;
    let mut other = app.officer("budi", &["supervisor"]).await;
    let hash = pulih::base::password::hash("sandi lain sekali").unwrap();
    let line = format!("AMANAH7,penyedia,Rina Baru,rina@amanah.example,dua@amanah.example,\"{hash}\",,\n");
    let take = async |lead: &mut crate::support::desk::Officer| {
        lead.browser.page = choose(&mut lead.browser, &line).await;
        let code = lead.code(&app).await;
        lead.browser.send("/staff/accounts/import/confirm", &[("code", &code)]).await;
        app.value("select id::text from proposal where ended_at is null").await
    };
    let decide = async |who: &mut crate::support::desk::Officer, id: &str, verdict: &str| {
        let path = format!("/staff/approvals/{id}");
        who.browser.open(&path).await;
        let code = who.code(&app).await;
        who.browser.send(&path, &[("verdict", verdict), ("reason", "sudah dicek"), ("code", &code)]).await.status
    };
    let id = take(&mut lead).await;
    let shown = other.browser.open(&format!("/staff/approvals/{id}")).await.text();
    assert!(shown.contains("Rina Baru") && shown.contains("dua@amanah.example"), "{shown}");
    assert!(!shown.contains("argon2"), "no hash is shown");
    // the owner changes something meanwhile: what was compared is no more
    app.sql("update account set password_hash = password_hash || ' ' where user_id = 'AMANAH7'").await;
    assert_eq!(decide(&mut other, &id, "approve").await, StatusCode::CONFLICT);
    assert_eq!(decide(&mut other, &id, "reject").await, StatusCode::OK);
    assert_eq!(app.value("select count(*) from overwrite").await, "0", "what is void is not kept");
    let id = take(&mut lead).await;
    assert_ne!(decide(&mut lead, &id, "approve").await, StatusCode::OK, "nobody agrees with themselves");
    assert_eq!(decide(&mut other, &id, "approve").await, StatusCode::OK);
    let row = "select a.name || ' ' || d.address || ' ' || (a.password_changed_at is not null) from account a
        join address d on d.account_id = a.id and d.position = 2 where a.user_id = 'AMANAH7'";
    assert_eq!(app.value(row).await, "Rina Baru dua@amanah.example true");
    app.settle().await;
    let told = app.letters().into_iter().filter(|l| l.to == "rina@amanah.example").count();
    assert_eq!(told, 2, "the registered address is told of both changes");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_import_replaces_a_totp_or_a_tipe_user() {
    let app = TestApp::start().await;
    app.people().await;
    let mut lead = app.officer("ani", &["admin"]).await;
    let line = "AMANAH7,non_penyedia,Rina Wijaya,rina@amanah.example,,,GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ,\n";
    let page = choose(&mut lead.browser, line).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.text().contains("user_type, totp_secret"), "{}", page.text());
    assert_eq!(app.value("select count(*) from account_import").await, "0");
    app.end().await;
}
