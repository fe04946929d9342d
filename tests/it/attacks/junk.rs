//! W18 and "Bad input": every field of every form takes anything, names the field, keeps what was typed, and never fails.

use pulih::config::CaptchaMode;
use pulih::web::routes::ROUTES;
use reqwest::{Method, StatusCode};

use super::{RINA, holder};
use crate::support::browser::{Browser, Page};
use crate::support::house::TestApp;

/// Values as they stand in a body, with a name for each; `@` stands for the field's name.
fn junk() -> Vec<(&'static str, String)> {
    let long = "a".repeat(10_240);
    [
        ("nothing", String::new()),
        ("empty", "@=".into()),
        ("blank", "@=+%09+".into()),
        ("NUL", "@=a%00b".into()),
        ("NUL alone", "@=%00".into()),
        ("broken UTF-8", "@=a%ff%feb".into()),
        ("half a character", "@=%e2%82".into()),
        ("a surrogate", "@=%ed%a0%80".into()),
        ("bidi", "@=a%e2%80%aeb".into()),
        ("an isolate", "@=%e2%81%a6a".into()),
        ("zero width", "@=a%e2%80%8bb".into()),
        ("CR LF", "@=a%0d%0aB:%20c".into()),
        ("escape", "@=%1b[31m".into()),
        ("10 kB", format!("@={long}")),
        ("10 kB of NUL", format!("@={}", "%00".repeat(10_240))),
        ("an array", "@[]=a&@[]=b".into()),
        ("an array of one", "@[]=a".into()),
        ("an index", "@[0]=a".into()),
        ("a map", "@[x][y]=a".into()),
        ("twice", "@=a&@=b".into()),
        ("a value and an array", "@=a&@[]=b".into()),
        ("no equals", "@".into()),
        ("bad escapes", "@=%&@x=%z&%=%".into()),
        ("emoji", "@=%f0%9f%94%91".into()),
        ("a quote", "@=%22%27%3E%3Cb%3E".into()),
        ("SQL", "@='%20or%201=1;--".into()),
    ]
    .into_iter()
    .collect()
}

async fn send(browser: &Browser, path: &str, body: &str) -> Page {
    let request = browser.request(Method::POST, path).header("content-type", "application/x-www-form-urlencoded");
    browser.answer(request.body(body.to_owned())).await
}

const TYPED: [(&str, &str); 3] = [("user_id", "AMANAH7"), ("email", RINA), ("user_type", "penyedia")];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_field_that_is_wrong_is_named_and_the_others_are_kept() {
    let app = TestApp::start().await;
    app.people().await;
    let mut browser = app.browser();
    let form = browser.open("/reset-totp").await.form("/reset-totp");
    let tokens = format!("csrf={}&form={}", form.value("csrf"), form.value("form"));
    for (field, _) in TYPED {
        let others: Vec<_> = TYPED.into_iter().filter(|(name, _)| *name != field).collect();
        let rest: String = others.iter().flat_map(|(name, value)| ["&", name, "=", value]).collect();
        for (what, body) in junk() {
            // anybody's User ID may look like that
            if field == "user_id" && ["bad escapes", "emoji", "a quote", "SQL"].contains(&what) {
                continue;
            }
            let body = body.replace('@', field);
            let page = send(&browser, "/reset-totp", &format!("{tokens}{rest}&{body}")).await;
            assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{field}: {what}: {}", page.text());
            let anchor = if field == "user_type" { "penyedia" } else { field };
            assert!(page.body.contains(&format!("href=\"#{anchor}\"")), "{field}: {what}: {}", page.text());
            assert!(page.body.contains(&format!("id=\"{field}-error\"")), "{field}: {what}");
            assert!(page.title().starts_with("Kesalahan: "), "{}", page.title());
            let again = page.form("/reset-totp");
            for (name, value) in &others {
                assert_eq!(again.value(name), *value, "{field}: {what}");
            }
            assert!(!page.body.contains('\0'), "{field}: {what}");
        }
    }
    // what was typed stays to be mended
    let page = send(&browser, "/reset-totp", &format!("{tokens}&user_id=A%00B&email=rina&user_type=penyedia")).await;
    let again = page.form("/reset-totp");
    assert_eq!((again.value("user_id"), again.value("email")), ("A\u{fffd}B", "rina"));
    assert_eq!(app.value("select count(*) from request").await, "0");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_other_field_takes_anything_and_tells_nothing() {
    let app = TestApp::with(|plan| plan.config.captcha.mode = CaptchaMode::Pow).await;
    app.people().await;
    let mut browser = app.browser();
    let form = browser.open("/reset-totp").await.form("/reset-totp");
    for field in ["kode_keamanan", "altcha", "form", "csrf"] {
        for (what, body) in junk() {
            let tokens: String = ["csrf", "form"]
                .into_iter()
                .filter(|name| *name != field)
                .flat_map(|name| ["&", name, "=", form.value(name)])
                .collect();
            let body = format!("user_id=AMANAH7&email={RINA}&user_type=penyedia{tokens}&{}", body.replace('@', field));
            let page = send(&browser, "/reset-totp", &body).await;
            let status = if field == "csrf" { StatusCode::FORBIDDEN } else { StatusCode::UNPROCESSABLE_ENTITY };
            assert_eq!(page.status, status, "{field}: {what}: {}", page.text());
            if field != "csrf" {
                assert_eq!(page.form("/reset-totp").value("user_id"), "AMANAH7", "{field}: {what}");
            }
        }
    }
    assert_eq!(app.value("select count(*) from request").await, "0");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn junk_in_any_form_query_or_path_is_never_a_failure() {
    let app = TestApp::with(|plan| plan.config.reset.require_password = true).await;
    app.people().await;
    let (mut rina, link) = holder(&app).await;
    let csrf = rina.open("/reset-totp").await.form("/reset-totp").value("csrf").to_owned();
    let reference = app.value("select reference from request").await;
    let before = app.value("select string_agg(state, ' ') from request").await;
    for route in ROUTES {
        let names = ["link", "r", "form", "password", "captcha"].iter().filter(|_| !route.method.is_safe());
        for (what, value) in junk() {
            for name in names.clone() {
                // nothing that could be taken
                let keep =
                    if *name == "link" { String::new() } else { "&link=00000000-0000-7000-8000-000000000000".into() };
                let path = route.path.replace("{reference}", "R-0000-0000");
                let body = format!("csrf={csrf}{keep}&{}", value.replace('@', name));
                let page = send(&rina, &path, &body).await;
                assert!(
                    page.status.is_redirection() || page.status.is_client_error(),
                    "{path}: {name}: {what}: {}",
                    page.status
                );
            }
            if route.method.is_safe() {
                let value = value.replace('%', "%25").replace("%25", "%");
                let query = ["lang", "r", "step", "again", "user_id"].map(|name| value.replace('@', name)).join("&");
                let piece = value.trim_start_matches("@=").replace(['&', '@', '?'], "_");
                let piece = &piece[..piece.len().min(3_000)];
                let mut path = route.path.to_owned();
                for name in ["{form}", "{token}", "{reference}", "{hash}", "{file}"] {
                    path = path.replace(name, piece);
                }
                let answer = raw_get(&app, &format!("{path}?{}", &query[..query.len().min(20_000)])).await;
                assert!(
                    !answer.starts_with("HTTP/1.1 5") && answer.starts_with("HTTP/1.1 "),
                    "{path}: {what}: {answer}"
                );
            }
        }
    }
    assert_eq!(app.value("select string_agg(state, ' ') from request").await, before);
    // and the password: wrong ones are wrong, whatever they are
    app.sql("update account set password_hash = '$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$aGFzaGhhc2hoYXNoaGFzaA'").await;
    for (what, value) in junk() {
        app.sql("update link set tries = 0, step_until = pulih.now() + interval '9 min' where kind = 'reset'").await;
        let body = format!("csrf={csrf}&link={link}&{}", value.replace('@', "password"));
        let page = send(&rina, "/reset-totp/confirm", &body).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{what}: {}", page.text());
    }
    assert_eq!(rina.open(&format!("/requests/{reference}")).await.status, StatusCode::OK);
    app.end().await;
}

async fn raw_get(app: &TestApp, path: &str) -> String {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let mut stream = tokio::net::TcpStream::connect(app.app.config().server.listen).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}
