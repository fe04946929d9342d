//! P7: how soon the installed program is ready, and how much memory it takes, idle and under load.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use pulih::base::clock;

use crate::child::memory;
use crate::ground::Ground;
use crate::load::burst;
use crate::people;
use crate::relay;
use crate::report::Report;
use crate::scale::Scale;
use crate::stats::median;
use crate::visitor::{ORIGIN, Typed, Visitor};

/// `pulih serve`, killed when dropped.
struct Served {
    child: Child,
    public: SocketAddr,
    ready_ms: f64,
}

/// Measures it.
pub fn measure(scale: Scale, report: &mut Report) {
    let ground = Ground::start(true);
    let (port, _) = relay::start();
    let mut starts: Vec<f64> = (0..scale.of(2, 10, 30)).map(|_| Served::start(&ground, port).ready_ms).collect();
    let slowest = starts.iter().copied().fold(0.0, f64::max);
    let typical = median(&mut starts);
    report.row(
        "P7 ready after",
        "< 1 s",
        &format!("{typical:.0} ms (slowest of {}: {slowest:.0} ms)", starts.len()),
        Some(slowest < 1000.0),
    );

    let served = Served::start(&ground, port);
    std::thread::sleep(Duration::from_secs(scale.of(2, 10, 60)));
    let idle = memory(served.child.id(), "VmRSS");
    report.row("P7 memory, idle", "< 64 MiB", &format!("{idle:.0} MiB"), Some(idle < 64.0));

    let rounds = scale.of(1, 5, 20);
    for _ in 0..rounds {
        load(&ground, served.public, scale);
    }
    let most = memory(served.child.id(), "VmHWM");
    report.row(
        "P7 memory under load, at most",
        "< 128 MiB",
        &format!("{most:.0} MiB (64 clients: Kirim and pages, resolver and courier at work)"),
        Some(most < 128.0),
    );
}

/// Kirim of known people, and pages.
fn load(ground: &Ground, to: SocketAddr, scale: Scale) {
    let count = scale.of(200, 10_000, 10_000);
    let known: usize = ground.value("select count(*) from account").parse().expect("a number");
    people::accounts(ground, known + 1, count / 10, "penyedia", false);
    let kirim = |n| {
        let (user_id, email) = (people::user_id("penyedia", n), people::address(n));
        Visitor::new(ground.keys())
            .secure()
            .kirim(&Typed { user_id: &user_id, email: &email, user_type: "penyedia" }, 20)
    };
    // nine in ten are of nobody we know
    let requests: Vec<Vec<u8>> =
        (0..count).map(|n| kirim(if n % 10 == 0 { known + 1 + n / 10 } else { 500_000_000 + n })).collect();
    burst(to, 64, count, &requests).all(303);
    let visitor = Visitor::new(ground.keys()).secure();
    let pages = ["/", "/reset-totp", "/help", "/help/clock", "/help/privacy"].map(|path| visitor.get(path));
    burst(to, 64, count, &pages).all(200);
}

impl Served {
    fn start(ground: &Ground, relay: u16) -> Self {
        let (public, ops) = (free(), free());
        let log = File::create(ground.folder().join("serve.log")).expect("a file for the log");
        let mut command = Command::new(env!("CARGO_BIN_EXE_pulih"));
        // what the loopback client types; a proxy would say https
        let settings = [
            ("SERVER__LISTEN", public.to_string()),
            ("SERVER__OPS_LISTEN", ops.to_string()),
            ("SERVER__BASE_URL", ORIGIN.replace("http:", "https:")),
            ("KEYS__DIR", ground.keys_folder().display().to_string()),
            ("SMTP__HOST", "127.0.0.1".to_owned()),
            ("SMTP__PORT", relay.to_string()),
            ("SMTP__TLS", "none".to_owned()),
            ("SMTP__FROM_ADDRESS", "no-reply@lpse.example".to_owned()),
            ("HELPDESK__ADDRESS", "helpdesk@lpse.example".to_owned()),
            ("LIMITS__MODE", "off".to_owned()),
        ];
        for (name, value) in settings {
            command.env(format!("PULIH_{name}"), value);
        }
        command.env("DATABASE_URL", ground.url()).arg("serve").stdin(Stdio::null()).stderr(log);
        let began = clock::instant();
        let child = command.spawn().expect("pulih");
        while !is_ready(ops) {
            if began.elapsed() > Duration::from_secs(30) {
                let said = std::fs::read_to_string(ground.folder().join("serve.log")).unwrap_or_default();
                panic!("pulih did not get ready: {said}");
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        Self { child, public, ready_ms: began.elapsed().as_secs_f64() * 1e3 }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn is_ready(ops: SocketAddr) -> bool {
    let Ok(mut stream) = TcpStream::connect(ops) else { return false };
    let asked = stream.write_all(b"GET /readyz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    let mut answer = String::new();
    asked.is_ok() && stream.read_to_string(&mut answer).is_ok() && answer.starts_with("HTTP/1.1 200")
}

fn free() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a free port")
}
