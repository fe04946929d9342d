//! A write of the house beside the same statements asked of Postgres by pgbench: its share of that floor, and its CPU.

use crate::child::{HouseProcess, Plan};
use crate::floor::Floor;
use crate::ground::Ground;
use crate::load::{Line, burst};
use crate::people;
use crate::report::Report;
use crate::scale::Scale;
use crate::stats::median;

/// A write that is measured.
pub trait Write {
    /// How the report calls it.
    const NAME: &str;
    /// What it answers where it was done.
    const STATUS: u16;
    /// The share of the floor that it must reach.
    const TARGET: f64;
    /// A word of the statements of one that was done.
    const WORD: &str;
    /// The CPU that it may take, in µs a request; where that is asked.
    const CPU_US_MAX: Option<f64>;

    /// Makes what is there before, for as many accounts from `first` on, which are there.
    fn prepare(&self, ground: &Ground, first: usize, count: usize);
    /// As many requests, one for each account.
    fn requests(&self, ground: &Ground, first: usize, count: usize) -> Vec<Vec<u8>>;
    /// What the statements of a request hold that was done for an account, and the SQL that it becomes with `:n` for the
    /// account's number.
    fn known(&self, n: usize) -> Vec<(String, String)>;
    /// A query that counts the accounts from `first` on for which it was done.
    fn done(&self, first: usize) -> String;
}

/// Measures it.
#[allow(clippy::cast_precision_loss, reason = "no count is that large")]
pub fn measure<W: Write>(write: &W, ground: &Ground, scale: Scale, report: &mut Report) {
    let (rounds, count) = (scale.of(1, 5, 9), scale.of(128, 3_200, 9_600));
    let mut first = 1;
    let mut prepare = |count: usize| {
        let mine = first;
        first += count;
        people::accounts(ground, mine, count, "penyedia", false);
        write.prepare(ground, mine, count);
        people::settle(ground);
        mine
    };
    let done = |first| ground.value(&write.done(first)).parse::<usize>().expect("a number");
    let floor = floor(write, ground, prepare(2));
    for clients in [16, 64] {
        let house = HouseProcess::start(ground, &Plan::on(ground, clients));
        let warm = write.requests(ground, prepare(clients * 2), clients * 2);
        burst(house.public, clients, warm.len(), &warm).all(W::STATUS);
        let (mut ratios, mut rates, mut floors, mut cpu_us) = (vec![], vec![], vec![], vec![]);
        for _ in 0..rounds {
            let mine = prepare(count);
            let requests = write.requests(ground, mine, count);
            let before = house.cpu();
            let burst = burst(house.public, clients, count, &requests);
            burst.all(W::STATUS);
            cpu_us.push((house.cpu() - before).as_secs_f64() * 1e6 / count as f64);
            assert_eq!(done(mine), count, "the house did it");
            let mine = prepare(count);
            let told = floor.run(ground, clients, count, mine);
            assert_eq!(done(mine), count, "the floor did it");
            eprintln!("    {clients} clients: {:.0}/s, floor {:.0}/s", burst.rate(), told.rate);
            rates.push(burst.rate());
            floors.push(told.rate);
            ratios.push(burst.rate() / told.rate);
        }
        let (ratio, cpu) = (median(&mut ratios), median(&mut cpu_us));
        report.row(
            &format!("{}, {clients} clients", W::NAME),
            &format!("≥ {} × floor", W::TARGET),
            &format!("{ratio:.2} × ({:.0}/s, floor {:.0}/s)", median(&mut rates), median(&mut floors)),
            Some(ratio >= W::TARGET),
        );
        report.row(
            &format!("{}, server CPU a request, {clients} clients", W::NAME),
            &W::CPU_US_MAX.map_or_else(|| "–".to_owned(), |most| format!("≤ {most:.0} µs")),
            &format!("{cpu:.0} µs"),
            W::CPU_US_MAX.map(|most| cpu <= most),
        );
    }
}

/// What the house asks of Postgres for one, as a script for pgbench.
fn floor<W: Write>(write: &W, ground: &Ground, first: usize) -> Floor {
    ground.listen(&[("log_statement", "all")]);
    let house = HouseProcess::start(ground, &Plan::on(ground, 1));
    let mut line = Line::open(house.public);
    let requests = write.requests(ground, first, 2);
    assert_eq!(line.exchange(&requests[0]).status, W::STATUS);
    let heard = ground.overhear(|| assert_eq!(line.exchange(&requests[1]).status, W::STATUS));
    ground.stop_listening();
    assert!(heard.iter().any(|s| s.text.contains(W::WORD)), "it was not done: {heard:#?}");
    eprintln!("  {} is {} statements", W::NAME, heard.len());
    Floor::of(&heard, &write.known(first + 1))
}
