//! W14: 500 people give their password at once, and somebody else reads a page.

use std::sync::atomic::{AtomicBool, Ordering};

use pulih::base::{clock, password};

use crate::child::{HouseProcess, Plan};
use crate::ground::Ground;
use crate::load::{Line, burst};
use crate::people;
use crate::report::Report;
use crate::scale::Scale;
use crate::stats::quantile;
use crate::visitor::{Typed, Visitor};

const CROWD: usize = 500;
const P99_MS_MAX: f64 = 300.0;
const RSS_MIB_MAX: f64 = 300.0;
const PASSWORD: &str = "kunci pintu rumah";

/// Measures it.
pub fn measure(scale: Scale, report: &mut Report) {
    let crowd = scale.of(40, CROWD, CROWD);
    let ground = Ground::start(true);
    people::accounts(&ground, 1, crowd, "penyedia", false);
    let hash = password::hash(PASSWORD).expect("a hash");
    ground.sql(&format!("update account set password_hash = '{hash}'"));
    people::settle(&ground);
    let house = HouseProcess::start(&ground, &Plan::on(&ground, 16));
    let requests: Vec<Vec<u8>> = (1..=crowd)
        .map(|n| {
            let user_id = people::user_id("penyedia", n);
            let typed = Typed { user_id: &user_id, email: "", user_type: "penyedia" };
            Visitor::new(ground.keys()).password(&typed, PASSWORD)
        })
        .collect();
    let over = AtomicBool::new(false);
    let (crowded, mut pages) = std::thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut line = Line::open(house.public);
            let pages = ["/", "/login", "/help", "/reset-totp"].map(|path| Visitor::new(ground.keys()).get(path));
            let mut times = Vec::new();
            while !over.load(Ordering::Acquire) {
                for page in &pages {
                    let began = clock::instant();
                    assert_eq!(line.exchange(page).status, 200);
                    times.push(began.elapsed().as_secs_f64() * 1e3);
                }
            }
            times
        });
        let burst = burst(house.public, crowd, crowd, &requests);
        over.store(true, Ordering::Release);
        (burst, reader.join().expect("a reader"))
    });
    crowded.all(303);
    let p99 = quantile(&mut pages, 0.99);
    let most = house.memory("VmHWM");
    report.row(
        &format!("W14 {crowd} sign-ins at once"),
        &format!("public pages p99 < {P99_MS_MAX:.0} ms, memory < {RSS_MIB_MAX:.0} MiB"),
        &format!(
            "pages p99 {p99:.1} ms ({} pages), memory at most {most:.0} MiB, all signed in after {:.1} s",
            pages.len(),
            crowded.elapsed.as_secs_f64()
        ),
        Some(p99 < P99_MS_MAX && most < RSS_MIB_MAX),
    );
}
