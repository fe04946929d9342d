//! E2: whether the time of the password step tells a stranger anything about an account.

use pulih::base::{clock, password};

use crate::child::{HouseProcess, Plan};
use crate::ground::Ground;
use crate::load::Line;
use crate::people;
use crate::report::Report;
use crate::scale::Scale;
use crate::stats::median;
use crate::visitor::{Typed, Visitor};

const CLASSES: [&str; 6] = ["wrong password", "unknown", "wrong Tipe User", "locked", "no password", "empty password"];
const UNKNOWN: usize = 1;
/// The empty one is compared with an empty one for nobody: it is told before anything is looked up.
const EMPTY: usize = 5;
const APART_MS_MAX: f64 = 1.0;

/// Measures it.
pub fn measure(scale: Scale, report: &mut Report) {
    let count: usize = scale.of(10, 100, 1_000);
    let ground = Ground::start(false);
    let house = HouseProcess::start(&ground, &Plan::on(&ground, 4));
    people::accounts(&ground, 1, count, "penyedia", false);
    people::accounts(&ground, 1_000_001, count, "penyedia", true);
    people::accounts(&ground, 2_000_001, count, "penyedia", false);
    let hash = password::hash("kunci pintu rumah").expect("a hash");
    ground.sql(&format!("update account set password_hash = '{hash}' where user_id < 'BENCH002'"));
    people::settle(&ground);
    let mut line = Line::open(house.public);
    let mut times = vec![Vec::with_capacity(count); CLASSES.len()];
    let mut nobody_empty = Vec::with_capacity(count);
    let mut ask = |number: usize, kind: &str, password: &str| {
        let user_id = people::user_id("penyedia", number);
        let typed = Typed { user_id: &user_id, email: "", user_type: kind };
        let request = Visitor::new(ground.keys()).password(&typed, password);
        let began = clock::instant();
        let answer = line.exchange(&request);
        assert_eq!(answer.status, 422);
        began.elapsed().as_secs_f64() * 1e3
    };
    for n in 1..=count {
        let wrong = "salah sekali ini";
        // in turns: what comes after what must not be measured
        for turn in 0..CLASSES.len() {
            let class = (turn * if n % 2 == 0 { 1 } else { 5 } + n) % CLASSES.len();
            times[class].push(match class {
                0 => ask(n, "penyedia", wrong),
                UNKNOWN => ask(500_000_000 + n, "penyedia", wrong),
                2 => ask(n, "non_penyedia", "kunci pintu rumah"),
                3 => ask(1_000_000 + n, "penyedia", wrong),
                4 => ask(2_000_000 + n, "penyedia", wrong),
                _ => ask(n, "penyedia", ""),
            });
        }
        nobody_empty.push(ask(500_000_000 + n, "penyedia", ""));
    }
    let empty_apart = (median(&mut times[EMPTY]) - median(&mut nobody_empty)).abs();
    let medians: Vec<f64> = times[..EMPTY].iter_mut().map(|t| median(t)).collect();
    let apart = medians.iter().map(|m| (m - medians[UNKNOWN]).abs()).fold(0.0, f64::max).max(empty_apart);
    let told: Vec<String> = CLASSES.iter().zip(&medians).map(|(class, m)| format!("{class} {m:.2}")).collect();
    report.row(
        &format!("E2 sign-in, {count} samples a class"),
        &format!("medians within {APART_MS_MAX:.0} ms"),
        &format!("within {apart:.2} ms ({} ms; empty {empty_apart:.3} ms apart)", told.join(", ")),
        Some(apart < APART_MS_MAX),
    );
}
