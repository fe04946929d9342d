//! E1 by the API: whether the time of *verify*, or of the call after it, tells a stranger who types into a portal's form
//! that somebody has a User ID. A right code is told as such: its time is shown beside, and decides nothing.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use pulih::base::clock;

use crate::child::{HouseProcess, Plan};
use crate::e1_strangers::{APART_MAX, LEAK, T_MAX, leaking, shuffle};
use crate::ground::Ground;
use crate::load::Line;
use crate::people;
use crate::portal::Portal;
use crate::report::Report;
use crate::scale::Scale;
use crate::stats::{median, quantile, welch};

const CLASSES: [&str; 3] = ["unknown", "wrong", "right"];
const UNKNOWN: usize = 0;
const WRONG: usize = 1;
const RIGHT: usize = 2;
/// Numbers from here on belong to nobody.
const NOBODY: usize = 500_000_000;

/// Times in µs, by class.
type Times = [Vec<f64>; CLASSES.len()];

/// Measures it.
pub fn measure(scale: Scale, report: &mut Report) {
    let (count, control) = (scale.of(40, 2_000, 20_000), scale.of(40, 2_000, 4_000));
    let ground = Ground::start(false);
    let portal = Portal::on(&ground);
    let house = HouseProcess::start(&ground, &Plan { limits: true, ..Plan::on(&ground, 4) });
    // what is measured first is measured on cold caches
    sample(&ground, &portal, house.public, 1, count / 10 + 10, None);
    let (verify, after) = sample(&ground, &portal, house.public, count, count, None);
    judge(&format!("E1 verify, {count} samples a class"), verify, report);
    judge("E1 verify, the call that follows", after, report);
    let leak = Arc::new(AtomicBool::new(false));
    let proxy = leaking(house.public, Arc::clone(&leak));
    let (mut verify, _) = sample(&ground, &portal, proxy, 2 * count, control, Some(&leak));
    let seen = welch(&verify[WRONG], &verify[UNKNOWN]).abs();
    let apart = median(&mut verify[WRONG]) - median(&mut verify[UNKNOWN]);
    report.row(
        &format!("E1 verify, positive control, {control} samples a class"),
        &format!("a leak of {} µs is seen, \\|t\\| > {T_MAX}", LEAK.as_micros()),
        &format!("\\|t\\| = {seen:.1}, medians {apart:.0} µs apart"),
        Some(seen > T_MAX),
    );
}

/// Takes `count` samples of each class in random order: the time of the code, and of the call that follows it.
fn sample(
    ground: &Ground,
    portal: &Portal,
    to: SocketAddr,
    first: usize,
    count: usize,
    leak: Option<&AtomicBool>,
) -> (Times, Times) {
    // ranges of numbers far apart, one for each class
    let start = |class: usize| first + class * 50_000_000 + if class == UNKNOWN { NOBODY } else { 0 };
    for class in [WRONG, RIGHT] {
        people::accounts(ground, start(class), count, "penyedia", false);
        people::phones(ground, start(class), count);
    }
    people::settle(ground);
    let mut order: Vec<(usize, usize)> =
        (0..CLASSES.len()).flat_map(|class| (0..count).map(move |n| (class, n))).collect();
    shuffle(&mut order);
    let mut line = Line::open(to);
    let (mut times, mut after) = (Times::default(), Times::default());
    for (class, n) in order {
        let code = people::code(if class == RIGHT { 0 } else { -1_000 });
        let request = portal.verify(&people::user_id("penyedia", start(class) + n), &code);
        if let Some(leak) = leak {
            leak.store(class == WRONG, Ordering::Release);
        }
        let began = clock::instant();
        let answer = line.exchange(&request);
        times[class].push(began.elapsed().as_secs_f64() * 1e6);
        if let Some(leak) = leak {
            leak.store(false, Ordering::Release);
        }
        assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
        let began = clock::instant();
        let answer = line.exchange(&portal.show());
        after[class].push(began.elapsed().as_secs_f64() * 1e6);
        assert_eq!(answer.status, 200);
    }
    (times, after)
}

/// Compares unknown with wrong, as measured and without the slowest twentieth, which is noise of the machine.
fn judge(what: &str, mut times: Times, report: &mut Report) {
    let limit = quantile(&mut [UNKNOWN, WRONG].map(|class| times[class].clone()).concat(), 0.95);
    let calm = |class: usize| times[class].iter().copied().filter(|t| *t <= limit).collect::<Vec<f64>>();
    let t = welch(&times[UNKNOWN], &times[WRONG]);
    let cropped = welch(&calm(UNKNOWN), &calm(WRONG));
    eprintln!("    unknown against wrong: t = {t:.2}, cropped {cropped:.2}");
    let worst = t.abs().max(cropped.abs());
    let medians: Vec<f64> = times.iter_mut().map(|t| median(t)).collect();
    let apart = (medians[UNKNOWN] - medians[WRONG]).abs();
    let told: Vec<String> = CLASSES.iter().zip(&medians).map(|(class, m)| format!("{class} {m:.0}")).collect();
    report.row(
        what,
        &format!("\\|t\\| < {T_MAX}, medians within {APART_MAX:.0} µs"),
        &format!("\\|t\\| ≤ {worst:.2}, medians within {apart:.0} µs ({} µs)", told.join(", ")),
        Some(worst < T_MAX && apart < APART_MAX),
    );
}
