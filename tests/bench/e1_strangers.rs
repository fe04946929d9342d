//! E1: whether the time of Kirim, or of the request after it, tells a stranger anything about an account.
//!
//! The cluster's fsync is off, so that the disk's noise hides nothing; workers run as they do in life.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use pulih::base::clock;

use crate::child::{HouseProcess, Plan};
use crate::ground::Ground;
use crate::load::{Line, extent};
use crate::people;
use crate::relay;
use crate::report::Report;
use crate::scale::Scale;
use crate::stats::{median, quantile, welch};
use crate::visitor::{Typed, Visitor};

const CLASSES: [&str; 5] = ["known", "wrong address", "unknown", "locked", "frozen"];
const KNOWN: usize = 0;
const FROZEN: usize = 4;
/// |t| from which two classes count as told apart.
pub const T_MAX: f64 = 4.5;
/// Medians may lie so far apart, in µs.
pub const APART_MAX: f64 = 100.0;
/// What the positive control leaks.
pub const LEAK: Duration = Duration::from_micros(200);
/// Numbers from here on belong to nobody.
const NOBODY: usize = 500_000_000;

/// Times in µs, by class.
type Times = [Vec<f64>; CLASSES.len()];

/// Measures it.
pub fn measure(scale: Scale, report: &mut Report) {
    let (count, control) = (scale.of(40, 2_000, 20_000), scale.of(40, 2_000, 4_000));
    let ground = Ground::start(false);
    ground.sql("insert into frozen (scope, reason) values ('non_penyedia', 'measured')");
    let (port, _) = relay::start();
    let plan = Plan { workers: true, work: 20, limits: true, relay: port, ..Plan::on(&ground, 16) };
    let house = HouseProcess::start(&ground, &plan);
    // what is measured first is measured on cold caches
    sample(&ground, house.public, 1, count / 10 + 10, None);
    let mut next = count;
    let (kirim, after) = sample(&ground, house.public, next, count, None);
    next += count;
    judge(&format!("E1 Kirim, {count} samples a class"), kirim, report);
    judge("E1 the request that follows", after, report);
    let leak = Arc::new(AtomicBool::new(false));
    let proxy = leaking(house.public, Arc::clone(&leak));
    let (mut kirim, _) = sample(&ground, proxy, next, control, Some(&leak));
    let seen = (1..CLASSES.len()).map(|other| welch(&kirim[KNOWN], &kirim[other]).abs()).fold(f64::MAX, f64::min);
    let apart = median(&mut kirim[KNOWN]) - median(&mut kirim[2]);
    report.row(
        &format!("E1 positive control, {control} samples a class"),
        &format!("a leak of {} µs is seen, \\|t\\| > {T_MAX}", LEAK.as_micros()),
        &format!("\\|t\\| ≥ {seen:.1}, medians {apart:.0} µs apart"),
        Some(seen > T_MAX),
    );
}

/// Takes `count` samples of each class in random order: the time of Kirim, and of the page that follows it.
fn sample(ground: &Ground, to: SocketAddr, first: usize, count: usize, leak: Option<&AtomicBool>) -> (Times, Times) {
    // four ranges of numbers far apart, one for each class with accounts
    let start = |class: usize| first + class * 50_000_000;
    people::accounts(ground, start(0), count, "penyedia", false);
    people::accounts(ground, start(1), count, "penyedia", false);
    people::accounts(ground, start(3), count, "penyedia", true);
    people::accounts(ground, start(FROZEN), count, "non_penyedia", false);
    people::settle(ground);
    let kirim = |class: usize, n: usize| {
        let number = start(class) + n;
        let kind = if class == FROZEN { "non_penyedia" } else { "penyedia" };
        let user_id = people::user_id(kind, if class == 2 { NOBODY + number } else { number });
        let email = people::address(if class == 1 { NOBODY + number } else { number });
        let visitor = Visitor::new(ground.keys());
        let request = visitor.kirim(&Typed { user_id: &user_id, email: &email, user_type: kind }, 20);
        (class, visitor, request)
    };
    let mut order: Vec<(usize, usize)> =
        (0..CLASSES.len()).flat_map(|class| (0..count).map(move |n| (class, n))).collect();
    shuffle(&mut order);
    let visits: Vec<_> = order.into_iter().map(|(class, n)| kirim(class, n)).collect();
    let mut line = Line::open(to);
    let (mut times, mut after) = (Times::default(), Times::default());
    for (class, visitor, request) in visits {
        if let Some(leak) = leak {
            leak.store(class == KNOWN, Ordering::Release);
        }
        let began = clock::instant();
        let answer = line.exchange(&request);
        times[class].push(began.elapsed().as_secs_f64() * 1e6);
        if let Some(leak) = leak {
            leak.store(false, Ordering::Release);
        }
        assert_eq!(answer.status, 303);
        let next = visitor.get(answer.header("location").expect("where it leads"));
        let began = clock::instant();
        let answer = line.exchange(&next);
        after[class].push(began.elapsed().as_secs_f64() * 1e6);
        assert_eq!(answer.status, 200);
    }
    (times, after)
}

/// Compares each class with each other, as measured and without the slowest twentieth, which is noise of the machine.
fn judge(what: &str, mut times: Times, report: &mut Report) {
    let limit = quantile(&mut times.concat(), 0.95);
    let calm: Vec<Vec<f64>> = times.iter().map(|t| t.iter().copied().filter(|t| *t <= limit).collect()).collect();
    let mut worst: f64 = 0.0;
    for a in 0..CLASSES.len() {
        for b in 0..a {
            let (all, cropped) = (welch(&times[a], &times[b]), welch(&calm[a], &calm[b]));
            eprintln!("    {} against {}: t = {all:.2}, cropped {cropped:.2}", CLASSES[a], CLASSES[b]);
            worst = worst.max(all.abs()).max(cropped.abs());
        }
    }
    let medians: Vec<f64> = times.iter_mut().map(|t| median(t)).collect();
    let told: Vec<String> = CLASSES.iter().zip(&medians).map(|(class, m)| format!("{class} {m:.0}")).collect();
    let apart = medians.iter().copied().fold(f64::MIN, f64::max) - medians.iter().copied().fold(f64::MAX, f64::min);
    report.row(
        what,
        &format!("\\|t\\| < {T_MAX}, medians within {APART_MAX:.0} µs"),
        &format!("\\|t\\| ≤ {worst:.2}, medians within {apart:.0} µs ({} µs)", told.join(", ")),
        Some(worst < T_MAX && apart < APART_MAX),
    );
}

/// A proxy that keeps an answer back while `leak` says so: the positive control.
pub fn leaking(house: SocketAddr, leak: Arc<AtomicBool>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    std::thread::spawn(move || {
        while let Ok((client, _)) = listener.accept() {
            let _ = relay_leaking(client, house, &leak);
        }
    });
    address
}

fn relay_leaking(mut client: TcpStream, house: SocketAddr, leak: &AtomicBool) -> std::io::Result<()> {
    let mut server = TcpStream::connect(house)?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    loop {
        let request = message(&mut client)?;
        server.write_all(&request)?;
        let answer = message(&mut server)?;
        if leak.load(Ordering::Acquire) {
            let until = clock::instant() + LEAK;
            while clock::instant() < until {
                std::hint::spin_loop();
            }
        }
        client.write_all(&answer)?;
    }
}

/// One whole request or answer.
fn message(from: &mut TcpStream) -> std::io::Result<Vec<u8>> {
    let (mut bytes, mut chunk) = (Vec::new(), [0; 16 * 1024]);
    while extent(&bytes).is_none_or(|(_, whole)| bytes.len() < whole) {
        let count = from.read(&mut chunk)?;
        if count == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        bytes.extend_from_slice(&chunk[..count]);
    }
    Ok(bytes)
}

/// Fisher and Yates, with numbers from the operating system.
pub fn shuffle<T>(items: &mut [T]) {
    for last in (1..items.len()).rev() {
        let number = u64::from_le_bytes(pulih::base::random::bytes().expect("randomness"));
        items.swap(last, usize::try_from(number % (last as u64 + 1)).expect("a place"));
    }
}
