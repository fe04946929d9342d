//! W1, W3, W6, W7: forged writes, headers of every answer, links and redirects that stay at home.

use pulih::config::CaptchaMode;
use pulih::web::routes::{Enter, ROUTES};
use reqwest::{Method, StatusCode};

use super::{RINA, holder, pairs};
use crate::support::house::{PASSWORD, TestApp};
use crate::support::markup;
use crate::support::signing::{self, Phone};

/// Every address that writes, with real values for its names.
async fn writes(app: &TestApp) -> Vec<String> {
    let reference = app.value("select reference from request limit 1").await;
    let writes = ROUTES.iter().filter(|route| !route.method.is_safe());
    writes.map(|route| route.path.replace("{reference}", &reference)).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_write_is_taken_that_no_form_of_ours_sent() {
    let app = TestApp::start().await;
    app.people_with_passwords().await;
    let (mut rina, link) = holder(&app).await;
    rina.sign_in(&app, signing::RINA, &Phone::imported()).await;
    let session = app.value("select id from session where level = 'full'").await;
    let form = rina.open("/reset-totp").await.form("/reset-totp");
    let reference = app.value("select reference from request limit 1").await;
    let mut eve = app.browser();
    let foreign = eve.open("/reset-totp").await.form("/reset-totp").value("csrf").to_owned();
    // a body that every write would take
    let good = pairs(&[
        ("csrf", form.value("csrf")),
        ("form", form.value("form")),
        ("link", &link),
        ("r", &reference),
        ("user_id", "AMANAH7"),
        ("email", RINA),
        ("user_type", "penyedia"),
        ("hold", "yes"),
        ("password", PASSWORD),
        ("new_password", "tiga kuda makan pagi"),
        ("new_password_again", "tiga kuda makan pagi"),
        ("session", &session),
    ]);
    let without = |fields: &[(String, String)], csrf: Option<&str>| {
        let mut fields = fields.to_vec();
        fields.retain(|(name, _)| name != "csrf");
        fields.extend(csrf.map(|csrf| ("csrf".to_owned(), csrf.to_owned())));
        fields
    };
    let before = app.rows().await;
    let writes = writes(&app).await;
    assert_eq!(writes.len(), 25, "{writes:?}");
    let guarded: Vec<&str> = ROUTES.iter().filter(|row| row.enter != Enter::Everyone).map(|row| row.path).collect();
    for path in &writes {
        let post = || rina.request(Method::POST, path);
        let encoded = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&good).finish();
        let typed = |kind: &str| post().header("origin", &app.url).header("content-type", kind).body(encoded.clone());
        let multipart = "--b\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\nx\r\n--b--\r\n";
        let attempts = [
            ("no token", post().header("origin", &app.url).form(&without(&good, None)), 403),
            ("an empty token", post().header("origin", &app.url).form(&without(&good, Some(""))), 403),
            ("another's token", post().header("origin", &app.url).form(&without(&good, Some(&foreign))), 403),
            ("another origin", post().header("origin", "https://evil.example").form(&good), 403),
            ("a like origin", post().header("origin", format!("{}.evil.example", app.url)).form(&good), 403),
            ("no origin of its own", post().header("origin", "null").form(&good), 403),
            ("another site", post().header("sec-fetch-site", "cross-site").form(&good), 403),
            ("a sister site", post().header("sec-fetch-site", "same-site").form(&good), 403),
            ("text", typed("text/plain"), 400),
            ("no type", post().header("origin", &app.url).body(encoded.clone()), 400),
            ("JSON", typed("application/json"), 400),
            ("parts", typed("multipart/form-data; boundary=b").body(multipart), 400),
        ];
        for (what, request, status) in attempts {
            let answer = rina.answer(request).await;
            assert_eq!(answer.status.as_u16(), status, "{path}: {what}: {}", answer.text());
        }
        for request in [eve.request(Method::POST, path).header("cookie", ""), eve.request(Method::POST, path)] {
            let answer = eve.answer(request.form(&good)).await;
            // who is not signed in may be told so before the form is read
            let away = answer.status == StatusCode::SEE_OTHER && answer.header("location").starts_with("/login?note=");
            let refused = answer.status == StatusCode::FORBIDDEN || (away && guarded.contains(&path.as_str()));
            assert!(refused, "{path}: in another browser: {} {}", answer.status, answer.text());
        }
        let query = format!("{path}?{encoded}");
        for method in [Method::GET, Method::HEAD, Method::PUT, Method::PATCH, Method::DELETE] {
            let answer = rina.answer(rina.request(method.clone(), &query).header("origin", &app.url)).await;
            assert!(answer.status.as_u16() < 500, "{method} {query}: {}", answer.status);
        }
        assert_eq!(app.rows().await, before, "{path}");
    }
    // the same body, sent as a form of ours sends it, is taken everywhere; what locks the account comes last
    // but where a late link, or a portal's, is asked for that this browser does not hold
    let elsewhere = ["/reset-totp/reissue", "/activate/portal"];
    let mut rest: Vec<&String> = writes.iter().filter(|path| !elsewhere.contains(&path.as_str())).collect();
    rest.sort_by_key(|path| *path == "/not-me/confirm");
    for path in rest {
        let answer = rina.press(path, &good).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{path}: {}", answer.text());
    }
    assert_ne!(app.rows().await, before);
    app.settle().await;
    app.end().await;
}

const HEADERS: [(&str, &str); 8] = [
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "strict-origin"),
    ("x-frame-options", "DENY"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=()"),
    ("content-security-policy", "default-src 'none'; style-src 'self'; script-src 'self';"),
    ("x-request-id", ""),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_answer_carries_the_headers() {
    let app = TestApp::with(|plan| plan.config.captcha.mode = CaptchaMode::Image).await;
    let mut browser = app.browser();
    let form = browser.open("/reset-totp").await.form("/reset-totp");
    let mut paths: Vec<String> = ROUTES.iter().map(|route| route.path.to_owned()).collect();
    paths.extend(
        ["/nowhere", "//evil.example", "/r/", "/assets/x", "/reset-totp/", "/%00", "/help?lang=en"].map(str::to_owned),
    );
    paths.push(format!("/kode-keamanan/{}", form.value("form")));
    paths.extend(["pulih.css", "pulih.js", "pow.js", "mark.svg"].map(|name| pulih::web::assets::url(name).to_owned()));
    let mut statuses = std::collections::BTreeSet::new();
    for path in &paths {
        for method in [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::OPTIONS, Method::TRACE] {
            let answer = browser.answer(browser.request(method.clone(), path)).await;
            statuses.insert(answer.status.as_u16());
            for (name, value) in HEADERS {
                let found = answer.headers.get(name).unwrap_or_else(|| panic!("{method} {path}: no {name}"));
                assert!(found.to_str().unwrap().contains(value), "{method} {path}: {name}: {found:?}");
            }
            let kept = path.starts_with("/assets/") && answer.status == StatusCode::OK;
            let cache = if kept { "public, max-age=31536000, immutable" } else { "no-store" };
            assert_eq!(answer.header("cache-control"), cache, "{method} {path}");
            assert_eq!(answer.header("server"), "", "{method} {path}");
        }
    }
    let expected = [200, 303, 400, 404, 405, 410];
    assert!(expected.iter().all(|status| statuses.contains(status)), "{statuses:?}");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn over_https_browsers_are_told_to_stay_there() {
    let app = TestApp::with(|plan| plan.config.server.base_url = "https://pulih.example.go.id".to_owned()).await;
    let url = format!("http://{}", app.app.config().server.listen);
    for path in ["/", "/reset-totp", "/nowhere", "/r/x"] {
        let answer = reqwest::get(format!("{url}{path}")).await.unwrap();
        assert_eq!(answer.headers()["strict-transport-security"], "max-age=31536000", "{path}");
        if let Some(cookie) = answer.headers().get("set-cookie") {
            let cookie = cookie.to_str().unwrap();
            assert!(
                cookie.starts_with("__Host-") && cookie.contains("; Secure") && cookie.contains("; Path=/;"),
                "{cookie}"
            );
        }
    }
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn links_come_from_the_settings_whatever_host_says() {
    let app = TestApp::start().await;
    app.people().await;
    for header in ["host", "x-forwarded-host", "x-forwarded-proto", "forwarded", "x-original-url", "x-rewrite-url"] {
        let mut rina = app.browser();
        let form = rina.open("/reset-totp").await.form("/reset-totp");
        let typed = form.filled(&[("user_id", "AMANAH7"), ("email", RINA), ("user_type", "penyedia")]);
        let value = if header == "forwarded" { "for=1.2.3.4;host=evil.example;proto=https" } else { "evil.example" };
        let request = rina.request(Method::POST, "/reset-totp").header(header, value).form(&typed);
        let answer = rina.answer(request).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{header}");
        assert!(answer.header("location").starts_with("/reset-totp/sent?r=R-"), "{}", answer.header("location"));
        app.settle().await;
        let letter = app.letter_to(RINA);
        assert!(!String::from_utf8_lossy(&letter.raw).contains("evil"), "{header}");
        assert_eq!(markup::foreign(&letter.html, &app.url), Vec::<String>::new(), "{header}");
        let page = rina.answer(rina.request(Method::GET, &letter.link("/r/")).header(header, value)).await;
        assert_eq!(page.header("location"), "/reset-totp/confirm");
        let page = rina.answer(rina.request(Method::GET, "/reset-totp/confirm").header(header, value)).await;
        assert_eq!(markup::foreign(&page.body, &app.url), Vec::<String>::new(), "{header}");
        app.advance(chrono::TimeDelta::hours(5)).await;
    }
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_leads_to_another_host() {
    let app = TestApp::start().await;
    app.people().await;
    let (rina, link) = holder(&app).await;
    let token = app.link_to(RINA, "/r/").rsplit('/').next().unwrap().to_owned();
    let mut paths = Vec::new();
    let evil = [
        "//evil.example",
        "/\\evil.example",
        "/%09/evil.example",
        "https://evil.example",
        "/%2f%2fevil.example",
        "%0d%0aLocation:%20https://evil.example",
        "javascript:alert(1)",
        "evil.example",
        "/..//evil.example",
    ];
    for evil in evil {
        if evil.starts_with('/') {
            paths.extend([evil.to_owned(), format!("{evil}/.."), format!("{evil}/reset-totp")]);
        }
        paths.extend([
            format!("/r/{evil}"),
            format!("/r/{token}/{evil}"),
            format!("/not-me/{evil}"),
            format!("/requests/{evil}"),
        ]);
        for query in ["next", "lang", "r", "step", "user_id", "url", "return_to", "redirect", "again"] {
            for page in
                ["/", "/reset-totp", "/reset-totp/sent", "/reset-totp/confirm", "/reset-totp/done", "/not-me", "/help"]
            {
                paths.push(format!("{page}?{query}={evil}"));
            }
        }
    }
    let home = |answer: &crate::support::browser::Page| {
        let to = answer.header("location");
        to.is_empty() || (to.starts_with('/') && !to.starts_with("//") && !to.contains(['\\', '\r', '\n']))
    };
    for path in &paths {
        // as bytes, since clients mend such paths before they send them
        let answer = raw(&app, path).await;
        assert!(answer.starts_with("HTTP/1.1 ") && !answer.starts_with("HTTP/1.1 5"), "{path}: {answer}");
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let location = head.lines().find_map(|line| line.strip_prefix("location: ")).unwrap_or("/");
        assert!(
            location.starts_with('/') && !location.starts_with("//") && !location.contains("evil"),
            "{path}: {location}"
        );
        assert_eq!(markup::foreign(body, &app.url), Vec::<String>::new(), "{path}");
    }
    for evil in evil {
        for path in writes(&app).await {
            let csrf = app.browser();
            let fields = pairs(&[("link", &link), ("r", evil), ("next", evil), ("return_to", evil)]);
            assert!(home(&csrf.press(&path, &fields).await), "{path}");
            assert!(home(&rina.press(&format!("{path}?next={}", evil.replace('\\', "%5c")), &fields).await), "{path}");
        }
    }
    app.settle().await;
    app.end().await;
}

async fn raw(app: &TestApp, path: &str) -> String {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let mut stream = tokio::net::TcpStream::connect(app.app.config().server.listen).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}
