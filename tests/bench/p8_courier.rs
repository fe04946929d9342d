//! P8: how fast the courier carries letters to a relay on this machine.

use std::sync::atomic::Ordering;
use std::time::Duration;

use pulih::base::clock;

use crate::child::{HouseProcess, Plan};
use crate::ground::Ground;
use crate::people;
use crate::relay;
use crate::report::Report;
use crate::scale::Scale;

const TARGET: f64 = 300.0;
const CONNECTIONS: usize = 32;

/// Measures it.
#[allow(clippy::cast_precision_loss, reason = "no count is that large")]
pub fn measure(scale: Scale, report: &mut Report) {
    let count = scale.of(200, 6_000, 20_000);
    let ground = Ground::start(true);
    people::accounts(&ground, 1, count, "penyedia", false);
    people::links(&ground, 1, count, "sending");
    people::letters(&ground, 1, count);
    people::settle(&ground);
    let (port, counts) = relay::start();
    let house = HouseProcess::start(&ground, &Plan { workers: true, relay: port, ..Plan::on(&ground, 16) });
    let taken = || counts.letters.load(Ordering::Relaxed);
    while taken() == 0 {
        std::thread::sleep(Duration::from_millis(1));
    }
    let (began, before, used) = (clock::instant(), taken(), house.cpu());
    while taken() < count {
        std::thread::sleep(Duration::from_millis(1));
        assert!(began.elapsed() < Duration::from_mins(10), "{} letters of {count}", taken());
    }
    let rate = (count - before) as f64 / began.elapsed().as_secs_f64();
    let cpu = (house.cpu() - used).as_secs_f64() * 1e6 / (count - before) as f64;
    // the last reports are still on their way
    std::thread::sleep(Duration::from_secs(2));
    let sent = ground.value("select count(*) from letter where state = 'sent' and attempts = 1");
    assert_eq!((sent, taken()), (count.to_string(), count), "each letter once");
    let most = counts.most.load(Ordering::Relaxed);
    report.row(
        "P8 courier, loopback relay",
        "≥ 300 letters/s, ≤ 32 connections",
        &format!("{rate:.0}/s over {most} connections ({count} letters, each once; server CPU {cpu:.0} µs a letter)"),
        Some(rate >= TARGET && most <= CONNECTIONS),
    );
}
