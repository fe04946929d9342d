//! P2: OK (token proved, everything that a reset does, committed) against the floor.

use crate::child::{HouseProcess, Plan};
use crate::floor::Floor;
use crate::ground::Ground;
use crate::load::{Line, burst};
use crate::people::{self, Row};
use crate::report::Report;
use crate::scale::Scale;
use crate::stats::median;
use crate::visitor::Visitor;

const TARGET: f64 = 0.7;

/// Measures it.
#[allow(clippy::cast_precision_loss, reason = "no count is that large")]
pub fn measure(scale: Scale, report: &mut Report) {
    let (rounds, count) = (scale.of(1, 5, 9), scale.of(128, 6_400, 16_000));
    let ground = Ground::start(true);
    let mut first = 1;
    let mut prepare = |count: usize| {
        let mine = first;
        first += count;
        people::accounts(&ground, mine, count, "penyedia", false);
        people::links(&ground, mine, count, "opened");
        people::settle(&ground);
        mine
    };
    let floor = floor(&ground, prepare(2));
    for clients in [16, 64] {
        let house = HouseProcess::start(&ground, &Plan::on(&ground, clients));
        let warm = requests(&ground, prepare(clients * 2), clients * 2);
        burst(house.public, clients, warm.len(), &warm).all(303);
        let (mut ratios, mut rates, mut floors, mut cpu_us) = (vec![], vec![], vec![], vec![]);
        for _ in 0..rounds {
            let requests = requests(&ground, prepare(count), count);
            let before = house.cpu();
            let burst = burst(house.public, clients, count, &requests);
            burst.all(303);
            cpu_us.push((house.cpu() - before).as_secs_f64() * 1e6 / count as f64);
            let done = ground.value("select count(*) from link where spent_at is not null and spent_by is not null");
            let told = floor.run(&ground, clients, count, prepare(count));
            let after = ground.value("select count(*) from link where spent_at is not null and spent_by is not null");
            assert_eq!(
                done.parse::<usize>().unwrap() + count,
                after.parse::<usize>().unwrap(),
                "the floor spent its links"
            );
            eprintln!("    {clients} clients: {:.0}/s, floor {:.0}/s", burst.rate(), told.rate);
            rates.push(burst.rate());
            floors.push(told.rate);
            ratios.push(burst.rate() / told.rate);
        }
        let ratio = median(&mut ratios);
        report.row(
            &format!("P2 `POST /reset-totp/confirm`, {clients} clients"),
            &format!("≥ {TARGET} × floor"),
            &format!(
                "{ratio:.2} × ({:.0}/s, floor {:.0}/s; server CPU {:.0} µs)",
                median(&mut rates),
                median(&mut floors),
                median(&mut cpu_us)
            ),
            Some(ratio >= TARGET),
        );
    }
}

/// OK for as many links, each by another browser.
fn requests(ground: &Ground, first: usize, count: usize) -> Vec<Vec<u8>> {
    let links = first..first + count;
    links.map(|n| Visitor::new(ground.keys()).confirm(Row::Link.id(n), &people::link_random(n))).collect()
}

/// What the house asks of Postgres for one OK, as a script for pgbench.
fn floor(ground: &Ground, first: usize) -> Floor {
    ground.listen(&[("log_statement", "all")]);
    let house = HouseProcess::start(ground, &Plan::on(ground, 1));
    let mut line = Line::open(house.public);
    let requests = requests(ground, first, 2);
    assert_eq!(line.exchange(&requests[0]).status, 303);
    let heard = ground.overhear(|| assert_eq!(line.exchange(&requests[1]).status, 303));
    ground.stop_listening();
    let reset = heard.iter().any(|s| s.text.contains("credential"));
    assert!(reset, "OK did not reset: {heard:#?}");
    eprintln!("  OK is {} statements", heard.len());
    let rows = [Row::Account, Row::Request, Row::Link, Row::Credential];
    let known = rows.map(|row| (row.id(first + 1).to_string(), row.sql(":n")));
    Floor::of(&heard, &known)
}
