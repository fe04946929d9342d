//! The web's edge without a database: foreign bytes, slow senders, headers on every answer, forged writes.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use actix_web::{HttpResponse, web};
use pulih::app::App;
use pulih::base::clock::{self, Clock};
use pulih::base::fault::Fault;
use pulih::base::keyring::Keyring;
use pulih::config::{Config, LimitsMode};
use pulih::model::refusal::{Refusal, Stop};
use pulih::server::{self, Running, Tables};
use pulih::web::routes::{Limit, ROUTES, read, write};
use pulih::web::{Browser, Field, House, Sent, headers};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const ORIGIN: &str = "https://pulih.example.go.id";

fn tables() -> Tables {
    let mut rows = ROUTES.to_vec();
    rows.push(read("/t/form", Limit::Wall, |r| r.to(form)));
    rows.push(write("/t/form", Limit::Wall, &[], |r| r.to(sent)));
    rows.push(read("/t/long", Limit::Wall, |r| r.to(long)));
    rows.push(read("/t/slow", Limit::Wall, |r| r.to(slow)));
    rows.push(read("/t/panic", Limit::Wall, |r| r.to(panic)));
    rows.push(read("/t/bug", Limit::Wall, |r| r.to(bug)));
    rows.push(read("/t/away", Limit::Wall, |r| r.to(away)));
    rows.push(read("/t/number/{n}", Limit::Wall, |r| r.to(number)));
    Box::leak(Box::new([&*Vec::leak(rows)]))
}

async fn form(browser: Browser, house: web::Data<House>) -> HttpResponse {
    HttpResponse::Ok().content_type("text/html; charset=utf-8").body(browser.csrf(&house))
}

async fn sent(sent: Sent) -> Result<HttpResponse, Stop> {
    match sent.form.one("user_id") {
        Field::Text(text) => Ok(HttpResponse::Ok().content_type("text/plain; charset=utf-8").body(text.to_owned())),
        _ => Err(Refusal::FormInvalid.into()),
    }
}

async fn long() -> HttpResponse {
    HttpResponse::Ok().content_type("text/html; charset=utf-8").body("kata demi kata ".repeat(400))
}

async fn slow() -> HttpResponse {
    tokio::time::sleep(Duration::from_millis(700)).await;
    HttpResponse::Ok().finish()
}

async fn panic() -> HttpResponse {
    panic!("as the test wishes")
}

async fn bug() -> Result<HttpResponse, Stop> {
    Err(Fault::broken("secret inner words").into())
}

async fn away() -> Result<HttpResponse, Stop> {
    Err(Fault::away("secret inner words", "gone").into())
}

async fn number(n: web::Path<u32>) -> HttpResponse {
    HttpResponse::Ok().body(n.to_string())
}

fn start(change: impl FnOnce(&mut Config), prepare: impl FnOnce(&mut House)) -> Running {
    let mut config = Config::default();
    config.server.listen = SocketAddr::from(([127, 0, 0, 1], 0));
    config.server.ops_listen = SocketAddr::from(([127, 0, 0, 1], 0));
    ORIGIN.clone_into(&mut config.server.base_url);
    config.server.workers = 1;
    config.database.url = "postgres://nobody@127.0.0.1:1/none".into();
    config.limits.mode = LimitsMode::Off;
    change(&mut config);
    let app = App::new(config, Keyring::ephemeral().unwrap(), Clock::system()).unwrap();
    let mut house = House::new(app, None).unwrap();
    prepare(&mut house);
    server::start(house, tables(), Arc::new(|| Box::pin(async { Ok(()) }))).unwrap()
}

fn plain() -> Running {
    start(|_| {}, |_| {})
}

/// Sends bytes as they are and reads until the other side ends, or says nothing for three seconds after its answer.
async fn raw(to: SocketAddr, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(to).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    rest(&mut stream).await
}

async fn rest(stream: &mut TcpStream) -> String {
    let mut all = Vec::new();
    let _ = tokio::time::timeout(Duration::from_secs(9), stream.read_to_end(&mut all)).await;
    String::from_utf8_lossy(&all).into_owned()
}

async fn get(to: SocketAddr, path: &str, more: &str) -> String {
    raw(to, format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{more}\r\n").as_bytes()).await
}

async fn post(to: SocketAddr, more: &str, body: &str) -> String {
    let head = format!("POST /t/form HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {}\r\n", body.len());
    raw(to, format!("{head}{more}\r\n{body}").as_bytes()).await
}

const FORM: &str = "Content-Type: application/x-www-form-urlencoded\r\n";

fn status(answer: &str) -> &str {
    answer.get(9..12).unwrap_or("none")
}

fn header<'a>(answer: &'a str, name: &str) -> Option<&'a str> {
    let head = answer.split("\r\n\r\n").next()?;
    head.lines().skip(1).filter_map(|l| l.split_once(": ")).find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v)
}

fn body(answer: &str) -> &str {
    answer.split_once("\r\n\r\n").map_or("", |(_, body)| body)
}

/// A browser's cookie and the csrf field drawn for it.
async fn browser(to: SocketAddr) -> (String, String) {
    let page = get(to, "/t/form", "").await;
    let cookie = header(&page, "set-cookie").unwrap().split(';').next().unwrap().to_owned();
    (cookie, body(&page).to_owned())
}

fn assert_dressed(answer: &str) {
    for name in [
        "x-content-type-options",
        "referrer-policy",
        "x-frame-options",
        "cross-origin-opener-policy",
        "cross-origin-resource-policy",
        "permissions-policy",
        "strict-transport-security",
        "cache-control",
        "x-request-id",
    ] {
        assert!(header(answer, name).is_some(), "no {name} in:\n{answer}");
    }
    assert_eq!(header(answer, "content-security-policy"), Some(headers::POLICY), "in:\n{answer}");
    assert_eq!(header(answer, "server"), None);
}

#[tokio::test]
async fn every_answer_carries_the_security_headers() {
    let house = plain();
    let to = house.public;
    let answers = [
        ("200", get(to, "/t/long", "").await),
        ("404", get(to, "/nowhere", "").await),
        ("404", get(to, "/t/number/one", "").await),
        ("404", get(to, "/assets/0/missing.css", "").await),
        ("405", raw(to, b"DELETE /t/form HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await),
        ("405", raw(to, b"OPTIONS /t/form HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await),
        ("403", post(to, FORM, "a=b").await),
        ("500", get(to, "/t/panic", "").await),
        ("500", get(to, "/t/bug", "").await),
        ("503", get(to, "/t/away", "").await),
    ];
    for (expected, answer) in &answers {
        assert_eq!(status(answer), *expected, "{answer}");
        assert_dressed(answer);
        assert!(!answer.contains("secret inner words"));
    }
    assert_eq!(header(&answers[4].1, "allow"), Some("GET, HEAD, POST"));
    assert_eq!(header(&answers[5].1, "allow"), Some("GET, HEAD, POST"));
}

#[tokio::test]
async fn answers_made_before_any_route_carry_them_too() {
    let house = plain();
    let long = format!("GET / HTTP/1.1\r\nHost: x\r\nX: {}\r\n\r\n", "x".repeat(200_000));
    let answers = [
        ("400", raw(house.public, b"this is no request\r\n\r\n").await),
        ("400", raw(house.public, b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n").await),
        ("400", raw(house.public, b"GET / HTTP/1.1\r\n\r\n").await),
        ("431", raw(house.public, long.as_bytes()).await),
        ("408", raw(house.public, b"GET / HTTP/1.1\r\nHost: x\r\nX-").await),
    ];
    for (expected, answer) in &answers {
        assert_eq!(status(answer), *expected, "{answer}");
        assert!(header(answer, "content-security-policy").is_some(), "{answer}");
        assert!(header(answer, "x-content-type-options").is_some(), "{answer}");
    }
}

#[tokio::test]
async fn a_panic_leaves_the_connection_alive() {
    let house = plain();
    let two =
        b"GET /t/panic HTTP/1.1\r\nHost: x\r\n\r\nGET /t/number/7 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    let both = raw(house.public, two).await;
    assert!(both.starts_with("HTTP/1.1 500") && both.contains("HTTP/1.1 200") && both.ends_with('7'), "{both}");
}

#[tokio::test]
async fn head_is_get_without_a_body() {
    let house = plain();
    let head = raw(house.public, b"HEAD /t/long HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await;
    assert_eq!((status(&head), header(&head, "content-length"), body(&head)), ("200", Some("6000"), ""), "{head}");
}

#[tokio::test]
async fn a_form_drawn_for_this_browser_is_taken() {
    let house = plain();
    let (cookie, csrf) = browser(house.public).await;
    assert!(cookie.starts_with("__Host-pulih="));
    let more = format!("{FORM}Cookie: junk=%ff%; =; {cookie}\r\nOrigin: {ORIGIN}\r\nSec-Fetch-Site: same-origin\r\n");
    let answer = post(house.public, &more, &format!("csrf={csrf}&user_id=A+%C3%A9%zz")).await;
    assert_eq!((status(&answer), body(&answer)), ("200", "A é%zz"), "{answer}");
    assert!(
        header(&answer, "set-cookie").unwrap().ends_with("; Path=/; HttpOnly; SameSite=Lax; Max-Age=2592000; Secure")
    );
}

#[tokio::test]
async fn forged_writes_are_refused() {
    let house = plain();
    let to = house.public;
    let (cookie, csrf) = browser(to).await;
    let (other, other_csrf) = browser(to).await;
    let good = format!("csrf={csrf}&user_id=A");
    let theirs = format!("csrf={other_csrf}&user_id=A");
    let cases = [
        (String::new(), good.clone(), "no cookie"),
        (format!("Cookie: {other}\r\n"), good.clone(), "another browser's token"),
        (format!("Cookie: {cookie}\r\n"), theirs, "a token of another browser"),
        (format!("Cookie: {cookie}\r\n"), "user_id=A".to_owned(), "no token"),
        (format!("Cookie: {cookie}\r\n"), format!("{good}&csrf={csrf}"), "two tokens"),
        (format!("Cookie: {cookie}\r\nOrigin: https://evil.example\r\n"), good.clone(), "another origin"),
        (format!("Cookie: {cookie}\r\nOrigin: null\r\n"), good.clone(), "no origin of its own"),
        (format!("Cookie: {cookie}\r\nSec-Fetch-Site: cross-site\r\n"), good.clone(), "another site"),
        (format!("Cookie: {cookie}\r\nSec-Fetch-Site: same-site\r\n"), good.clone(), "a sister site"),
    ];
    for (more, sent, what) in &cases {
        let answer = post(to, &format!("{FORM}{more}"), sent).await;
        assert_eq!(status(&answer), "403", "{what}: {answer}");
    }
    let text = post(to, &format!("Content-Type: text/plain\r\nCookie: {cookie}\r\n"), &good).await;
    assert_eq!(status(&text), "400", "{text}");
}

#[tokio::test]
async fn junk_in_forms_is_refused_and_never_a_failure() {
    let house = plain();
    let (cookie, csrf) = browser(house.public).await;
    let more = format!("{FORM}Cookie: {cookie}\r\n");
    for (junk, expected) in [
        ("user_id=a&user_id=b", "422"),
        ("user_id[]=a", "422"),
        ("user_id%5B0%5D=a", "422"),
        ("user_id=%ff%fe", "422"),
        ("", "422"),
        ("&&&===&%&+&user_id", "200"),
        ("user_id=%00%0d%0a", "200"),
    ] {
        let answer = post(house.public, &more, &format!("csrf={csrf}&{junk}")).await;
        assert_eq!(status(&answer), expected, "{junk}: {answer}");
    }
    let big = format!("csrf={csrf}&user_id={}", "a".repeat(70_000));
    let answer = post(house.public, &more, &big).await;
    assert_eq!(status(&answer), "413", "{answer}");
    assert_dressed(&answer);
    let chunked = format!(
        "POST /t/form HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n{more}\r\n{:x}\r\n{big}\r\n0\r\n\r\n",
        big.len()
    );
    assert_eq!(status(&raw(house.public, chunked.as_bytes()).await), "413");
}

#[tokio::test]
async fn a_body_has_a_deadline() {
    let house = start(|_| {}, |house| house.body_deadline = Duration::from_millis(400));
    let (cookie, _) = browser(house.public).await;
    let head = format!("POST /t/form HTTP/1.1\r\nHost: x\r\nContent-Length: 9000\r\n{FORM}Cookie: {cookie}\r\n\r\n");
    let mut stream = TcpStream::connect(house.public).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    let (mut read, mut write) = stream.into_split();
    let drip = tokio::spawn(async move {
        while write.write_all(b"a").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    });
    let began = clock::instant();
    let mut all = Vec::new();
    let ended = tokio::time::timeout(Duration::from_secs(6), read.read_to_end(&mut all)).await;
    let answer = String::from_utf8_lossy(&all);
    assert!(ended.is_ok(), "the connection is held: {answer}");
    assert_eq!(status(&answer), "408", "{answer}");
    assert_dressed(&answer);
    assert!(began.elapsed() < Duration::from_secs(5));
    drip.abort();
}

#[tokio::test]
async fn slow_and_idle_clients_do_not_hold_up_others() {
    let house = plain();
    let mut held = Vec::new();
    for n in 0..200 {
        let mut stream = TcpStream::connect(house.public).await.unwrap();
        if n % 2 == 0 {
            stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ").await.unwrap();
        }
        held.push(stream);
    }
    for _ in 0..20 {
        let began = clock::instant();
        assert_eq!(status(&get(house.public, "/t/number/1", "").await), "200");
        assert!(began.elapsed() < Duration::from_millis(500));
    }
    let answer = rest(&mut held[0]).await;
    assert_eq!(status(&answer), "408", "{answer}");
}

#[tokio::test]
async fn the_wall_names_a_time() {
    let limits = |config: &mut Config| {
        config.limits.mode = LimitsMode::On;
        config.limits.wall_per_second = 1;
        config.server.trusted_proxies = vec!["127.0.0.1".to_owned()];
    };
    let house = start(limits, |_| {});
    let from = "X-Forwarded-For: 2001:db8:1:2:3::4\r\n";
    for _ in 0..10 {
        assert_eq!(status(&get(house.public, "/t/number/1", from).await), "200");
    }
    let answer = get(house.public, "/t/number/1", "X-Forwarded-For: 2001:db8:1:2:ffff::9\r\n").await;
    assert_eq!(status(&answer), "429", "one /64 is one client: {answer}");
    assert_dressed(&answer);
    assert!(header(&answer, "retry-after").unwrap().parse::<u32>().unwrap() >= 1);
    assert!(body(&answer).contains("WIB"), "{answer}");
    assert_eq!(status(&get(house.public, "/t/number/1", "X-Forwarded-For: 2001:db8:1:3::1\r\n").await), "200");
    assert_eq!(status(&get(house.public, "/assets/0/none", from).await), "404", "assets are not counted");
}

#[tokio::test]
async fn no_forwarding_header_is_believed_from_a_stranger() {
    let limits = |config: &mut Config| {
        config.limits.mode = LimitsMode::On;
        config.limits.wall_per_second = 1;
    };
    let house = start(limits, |_| {});
    let mut last = String::new();
    for n in 0..11 {
        last = get(house.public, "/t/number/1", &format!("X-Forwarded-For: 192.0.2.{n}\r\n")).await;
    }
    assert_eq!(status(&last), "429", "{last}");
}

#[tokio::test]
async fn text_is_compressed_for_those_who_take_it() {
    let house = plain();
    let client = reqwest::Client::new();
    let url = format!("http://{}/t/long", house.public);
    let answer = client.get(&url).header("accept-encoding", "br, gzip;q=0.5").send().await.unwrap();
    assert_eq!(answer.headers()["content-encoding"], "gzip");
    let packed = answer.bytes().await.unwrap();
    let mut text = String::new();
    std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(&packed[..]), &mut text).unwrap();
    assert_eq!(text, "kata demi kata ".repeat(400));
    let answer = client.get(&url).header("accept-encoding", "gzip;q=0").send().await.unwrap();
    assert!(!answer.headers().contains_key("content-encoding"));
}

#[tokio::test]
async fn assets_are_kept_for_ever_under_their_hash() {
    let house = plain();
    let path = pulih::web::assets::url("pulih.css");
    let answer = get(house.public, path, "Accept-Encoding: gzip\r\n").await;
    assert_eq!((status(&answer), header(&answer, "content-encoding")), ("200", Some("gzip")));
    assert_eq!(header(&answer, "cache-control"), Some("public, max-age=31536000, immutable"));
    assert_eq!(header(&answer, "content-type"), Some("text/css; charset=utf-8"));
    assert_eq!(status(&get(house.public, "/assets/0/pulih.css", "").await), "404");
    assert_eq!(status(&get(house.public, "/favicon.ico", "").await), "303");
    assert!(body(&get(house.public, "/robots.txt", "").await).contains("Disallow: /"));
}

#[tokio::test]
async fn a_stop_lets_what_is_in_flight_end() {
    let house = plain();
    let (to, ops) = (house.public, house.ops);
    let idle = TcpStream::connect(to).await.unwrap();
    let slow = tokio::spawn(async move { raw(to, b"GET /t/slow HTTP/1.1\r\nHost: x\r\n\r\n").await });
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(status(&get(ops, "/readyz", "").await), "200");
    let began = clock::instant();
    house.stop.cancel();
    let answer = slow.await.unwrap();
    assert_eq!((status(&answer), header(&answer, "connection")), ("200", Some("close")), "{answer}");
    house.ended().await;
    assert!(began.elapsed() < Duration::from_secs(8), "{:?}", began.elapsed());
    drop(idle);
    assert!(TcpStream::connect(to).await.is_err());
}

#[tokio::test]
async fn the_second_listener_tells_health_readiness_and_metrics() {
    let house = plain();
    get(house.public, "/t/number/1", "").await;
    get(house.public, "/nowhere/with/rahasia?x=rahasia", "").await;
    assert_eq!(status(&get(house.ops, "/healthz", "").await), "200");
    assert_eq!(status(&get(house.ops, "/readyz", "").await), "200");
    let metrics = get(house.ops, "/metrics", "").await;
    assert!(metrics.contains(r#"http_requests_total{route="/t/number/{n}",method="GET",status="200"}"#), "{metrics}");
    assert!(metrics.contains(r#"http_request_seconds_bucket{route="none""#), "{metrics}");
    assert!(!metrics.contains("rahasia"), "{metrics}");
    assert_eq!(status(&get(house.public, "/metrics", "").await), "404");
}

#[tokio::test]
async fn our_own_tls_is_the_same_house() {
    use tokio_rustls::rustls::pki_types::ServerName;
    use tokio_rustls::rustls::{ClientConfig, RootCertStore};
    let folder = tempfile::tempdir().unwrap();
    let made = rcgen::generate_simple_self_signed(["pulih.example.go.id".to_owned()]).unwrap();
    let (certificate, key) = (folder.path().join("cert.pem"), folder.path().join("key.pem"));
    std::fs::write(&certificate, made.cert.pem()).unwrap();
    std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    let tls = pulih::config::Tls { certificate, key };
    let house = start(|config| config.tls = Some(tls), |_| {});
    let mut roots = RootCertStore::empty();
    roots.add(made.cert.der().clone()).unwrap();
    let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
    let client = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let client = Arc::new(client.with_root_certificates(roots).with_no_client_auth());
    for (request, expected) in
        [("GET /t/number/1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "200"), ("junk\r\n\r\n", "400")]
    {
        let stream = TcpStream::connect(house.public).await.unwrap();
        let name = ServerName::try_from("pulih.example.go.id").unwrap();
        let mut stream = tokio_rustls::TlsConnector::from(client.clone()).connect(name, stream).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut all = Vec::new();
        let _ = stream.read_to_end(&mut all).await;
        let answer = String::from_utf8_lossy(&all).into_owned();
        assert_eq!(status(&answer), expected, "{answer}");
        assert!(header(&answer, "strict-transport-security").is_some(), "{answer}");
    }
}
