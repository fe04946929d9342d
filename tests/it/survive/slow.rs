//! Clients that are slow or idle on purpose hold up nobody else.

use std::time::Duration;

use pulih::base::clock;
use pulih::config::LimitsMode;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::house::TestApp;
use crate::support::rounds;

const HEAD: &str = "GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ";
const BODY: &str = "POST /reset-totp HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n\
    Content-Length: 60000\r\n\r\nuser_id=";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn slow_heads_slow_bodies_and_idle_sockets_hold_up_nobody() {
    let app = TestApp::with(|plan| plan.config.limits.mode = LimitsMode::Off).await;
    app.people().await;
    let at = app.url.strip_prefix("http://").unwrap();
    let mut held = Vec::new();
    for n in 0..rounds(200, 2_000) {
        let mut stream = TcpStream::connect(at).await.unwrap();
        match n % 4 {
            0 => stream.write_all(HEAD.as_bytes()).await.unwrap(),
            1 => stream.write_all(BODY.as_bytes()).await.unwrap(),
            _ => {}
        }
        held.push(stream);
    }
    let mut drips = Vec::new();
    let mut times = Vec::new();
    for n in 0..rounds(20, 300) {
        // each of them a byte now and then, as long as the house lets them
        for stream in held.iter_mut().skip(n % 4).step_by(4).take(50) {
            drips.push(stream.write_all(b"a").await.is_ok());
        }
        let began = clock::instant();
        let page = app.browser().kirim("AMANAH7", "rina@amanah.example", "penyedia").await.clone();
        assert_eq!(page.heading(), "Berhasil Kirim Reset TOTP");
        times.push(began.elapsed());
    }
    times.sort();
    let p99 = times[times.len() * 99 / 100];
    eprintln!("{} slow clients: form and Kirim of others p99 {p99:?}", held.len());
    assert!(p99 < rounds(Duration::from_secs(5), Duration::from_millis(500)), "{p99:?}");

    // slow heads are told so after 5 s, slow bodies after 10 s, whatever still drips in
    for (n, expected) in [(0, "HTTP/1.1 408"), (1, "HTTP/1.1 ")] {
        let mut answer = Vec::new();
        let read = held[n].read_to_end(&mut answer);
        tokio::time::timeout(Duration::from_secs(30), read).await.expect("the connection is ended").unwrap_or_default();
        assert!(answer.starts_with(expected.as_bytes()), "{n}: {}", String::from_utf8_lossy(&answer));
    }
    app.settle().await;
    app.end().await;
}
