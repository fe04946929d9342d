//! Portals and their keys on the admin's page: each change by a fresh code, each token shown once.

use pulih::i18n::Lang;
use reqwest::{Client, Method, StatusCode};

use crate::support::desk::Officer;
use crate::support::gallery::Gallery;
use crate::support::house::TestApp;
use crate::support::portal::Portal;

const NEW: &str = "/staff/portals/new";

/// Adds the portal `spse`; where its key is made.
async fn add(app: &TestApp, admin: &mut Officer) -> String {
    admin.browser.open(NEW).await;
    let code = admin.code(app).await;
    let back = "https://spse.example/back";
    let fields = [("slug", "spse"), ("name", "SPSE Kota"), ("return_url", back), ("code", code.as_str())];
    let page = admin.browser.send(NEW, &fields).await;
    assert!(page.path.starts_with("/staff/portals?note=saved") && page.text().contains("SPSE Kota"), "{}", page.text());
    format!("/staff/portals/{}/key", app.value("select id from portal").await)
}

fn token(text: &str) -> String {
    let at = text.find("pulih_portal_").unwrap_or_else(|| panic!("no token: {text}"));
    text[at..].chars().take_while(|c| c.is_ascii_alphanumeric() || "-_".contains(*c)).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_admin_adds_a_portal_makes_keys_and_revokes_one() {
    let app = TestApp::start().await;
    let mut admin = app.officer("sari", &["admin"]).await;
    app.officer("budi", &["auditor"]).await;
    let place = add(&app, &mut admin).await;
    admin.browser.open(&place).await;
    let code = admin.code(&app).await;
    let form = admin.browser.page.form(&place);
    let filled =
        [("scope-verify", "1"), ("scope-events", "1"), ("networks", "127.0.0.1\r\n10.0.0.0/8\r\n"), ("code", &code)];
    let fields = form.filled(&filled);
    let page = admin.browser.post(&place, &fields).await.clone();
    assert_eq!((page.status, page.header("cache-control")), (StatusCode::OK, "no-store"));
    let portal =
        Portal { url: app.url.clone(), token: token(&page.body), key: uuid::Uuid::nil(), client: Client::new() };
    assert_eq!(portal.get("/portal").await.status, StatusCode::OK);
    let kept = app
        .sql("select scopes::text, networks::text, date_trunc('day', expires_at - created_at) from access_key")
        .await;
    let kept: Vec<_> = kept[0].iter().flatten().map(String::as_str).collect();
    assert_eq!(kept, ["{verify,events}", "{127.0.0.1,10.0.0.0/8}", "365 days"]);
    let notices = app.column("select s.username from letter l join staff s on s.id = l.staff_id").await;
    assert_eq!(notices, ["budi"], "the auditor is told");

    // the same form again: by a reload, with the same code and with a fresh one
    for code in [code, admin.code(&app).await] {
        let fields: Vec<_> =
            fields.iter().map(|(k, v)| (k.clone(), if k == "code" { code.clone() } else { v.clone() })).collect();
        let again = admin.browser.post(&place, &fields).await;
        assert!(again.status == StatusCode::OK && !again.body.contains("pulih_portal_"), "{}", again.text());
        assert!(again.text().contains("tidak ada kunci kedua"), "{}", again.text());
    }
    assert_eq!(app.value("select count(*) from access_key").await, "1");
    let list = admin.browser.open("/staff/portals").await;
    assert!(list.text().contains("memeriksa kode, membaca peristiwa") && !list.body.contains("pulih_portal_"));

    let key = app.value("select id from access_key").await;
    let revoke = place.replace("/key", &format!("/keys/{key}"));
    admin.browser.open(&revoke).await;
    let wrong = admin.phone.wrong(&app);
    assert_eq!(admin.browser.send(&revoke, &[("code", &wrong)]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let code = admin.code(&app).await;
    let page = admin.browser.send(&revoke, &[("code", &code)]).await;
    assert!(page.path.contains("note=revoked"), "{}", page.text());
    crate::support::house::until(2, "it opens nothing", async || portal.get("/portal").await.status == 401).await;
    assert_eq!(admin.browser.open(&revoke).await.status, StatusCode::NOT_FOUND);
    let events = app.events().await;
    let of_portals: Vec<_> = events.iter().filter(|kind| kind.starts_with("portal")).map(String::as_str).collect();
    assert_eq!(of_portals, ["portal.made", "portal.key-made", "portal.key-revoked!code-wrong", "portal.key-revoked"]);
    assert_eq!(
        app.value("select count(distinct body::jsonb -> 'actor') from event where kind like 'portal.%'").await,
        "1"
    );
    app.settle().await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_keys_live_at_most_and_a_form_pressed_many_times_makes_one() {
    let app = TestApp::start().await;
    let mut admin = app.officer("sari", &["admin"]).await;
    let place = add(&app, &mut admin).await;
    for n in 1..=2 {
        admin.browser.open(&place).await;
        let code = admin.code(&app).await;
        let fields = admin.browser.page.form(&place).filled(&[("scope-verify", "1"), ("days", ""), ("code", &code)]);
        let pressed: Vec<_> = (0..8)
            .map(|_| {
                let (browser, place, fields) = (admin.browser.clone(), place.clone(), fields.clone());
                tokio::spawn(async move { browser.press(&place, &fields).await })
            })
            .collect();
        let mut tokens = 0;
        for page in pressed {
            let page = page.await.unwrap();
            assert_eq!(page.status, StatusCode::OK, "{}", page.text());
            tokens += page.body.matches("pulih_portal_").count();
        }
        assert_eq!((tokens, app.value("select count(*) from access_key").await), (1, n.to_string()));
    }
    admin.browser.open(&place).await;
    let code = admin.code(&app).await;
    let page = admin.browser.send(&place, &[("scope-verify", "1"), ("code", &code)]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.text().contains("Sudah ada dua kunci"), "{}", page.text());
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_that_cannot_be_says_what_is_wrong_and_changes_nothing() {
    let app = TestApp::start().await;
    let mut admin = app.officer("sari", &["admin"]).await;
    let place = add(&app, &mut admin).await;
    for (form, fields, words) in [
        (NEW, [("slug", "SPSE 2"), ("name", "x"), ("return_url", "")], "huruf kecil"),
        (NEW, [("slug", "spse-2"), ("name", ""), ("return_url", "")], "Masukkan nama,"),
        (NEW, [("slug", "spse-2"), ("name", "x"), ("return_url", "http://spse.example/")], "https://, tanpa"),
        (NEW, [("slug", "spse"), ("name", "x"), ("return_url", "")], "sudah dipakai portal lain"),
        (place.as_str(), [("networks", ""), ("days", ""), ("x", "")], "paling sedikit satu hal"),
        (place.as_str(), [("scope-verify", "1"), ("networks", "10.0.0.0/33"), ("x", "")], "10.0.0.0/33"),
        (place.as_str(), [("scope-verify", "1"), ("networks", ""), ("days", "4000")], "1 sampai 3650"),
        (place.as_str(), [("scope-verify", "1"), ("networks", ""), ("code", "")], "kode"),
    ] {
        admin.browser.open(form).await;
        let code = admin.code(&app).await;
        let code = [("code", code.as_str())];
        let fields: Vec<_> = if fields[2].0 == "code" { fields.to_vec() } else { [&fields[..], &code].concat() };
        let page = admin.browser.send(form, &fields).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{fields:?}");
        assert!(page.text().contains(words), "{fields:?}: {}", page.text());
    }
    assert_eq!(app.value("select count(*) from portal").await, "1");
    assert_eq!(app.value("select count(*) from access_key").await, "0");

    let change = place.trim_end_matches("/key").to_owned();
    admin.browser.open(&change).await;
    let code = admin.code(&app).await;
    let page = admin.browser.send(&change, &[("name", "SPSE Baru"), ("return_url", ""), ("code", &code)]).await;
    assert!(page.text().contains("SPSE Baru"), "{}", page.text());
    assert_eq!(app.value("select name || coalesce(return_url, ' -') from portal").await, "SPSE Baru -");
    // a form of another browser makes nothing
    let other = app.staff_browser(admin.id).await;
    admin.browser.open(&place).await;
    let code = admin.code(&app).await;
    let stolen = admin.browser.page.form(&place).filled(&[("scope-verify", "1"), ("code", &code)]);
    let csrf = other.answer(other.request(Method::GET, &place)).await.form(&place).value("csrf").to_owned();
    let stolen: Vec<_> =
        stolen.into_iter().map(|(k, v)| if k == "csrf" { (k, csrf.clone()) } else { (k, v) }).collect();
    assert_eq!(other.press(&place, &stolen).await.status, StatusCode::FORBIDDEN);
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_pages_of_portals_shut_nobody_out() {
    let pages = ["portals", "portal-new-trouble-all", "portal-key-trouble-all", "portals-made", "portals-revoke"];
    Gallery::open().await.is_open_to_all(&[(320, Lang::Id), (1280, Lang::En)], &pages).await;
}
