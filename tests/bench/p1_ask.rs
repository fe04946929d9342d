//! P1: Kirim (form parsed, Kode Keamanan checked, limits counted, committed) against the floor.

use pulih::base::keyring::Keyring;
use pulih::base::random;

use crate::child::{HouseProcess, Plan};
use crate::floor::Floor;
use crate::ground::Ground;
use crate::load::{Line, burst};
use crate::people;
use crate::report::Report;
use crate::scale::Scale;
use crate::stats::median;
use crate::visitor::{Typed, Visitor};

/// Hashes at most for each proof of work: the house checks a hard one as fast as an easy one.
const WORK: u32 = 20;

/// Measures it.
pub fn measure(scale: Scale, report: &mut Report) {
    let (rounds, count) = (scale.of(1, 5, 9), scale.of(320, 12_800, 32_000));
    let ground = Ground::start(true);
    let floor = floor(&ground);
    let mut first = 0;
    for (clients, target) in [(16, 0.8), (64, 0.7)] {
        let house = HouseProcess::start(&ground, &plan(&ground, clients));
        burst(house.public, clients, clients * 4, &requests(ground.keys(), clients * 4)).all(303);
        let mut taken = Taken::default();
        for _ in 0..rounds {
            taken.round(&ground, &house, &floor, clients, count, first);
            first += count;
        }
        taken.report(clients, target, report);
    }
}

#[derive(Default)]
struct Taken {
    ratios: Vec<f64>,
    rates: Vec<f64>,
    floors: Vec<f64>,
    cpu_us: Vec<f64>,
    seconds: Vec<f64>,
}

impl Taken {
    /// One round of the house and one of the floor.
    #[allow(clippy::cast_precision_loss, reason = "no count is that large")]
    fn round(
        &mut self,
        ground: &Ground,
        house: &HouseProcess,
        floor: &Floor,
        clients: usize,
        count: usize,
        first: usize,
    ) {
        let requests = requests(ground.keys(), count);
        people::settle(ground);
        let before = house.cpu();
        let burst = burst(house.public, clients, count, &requests);
        burst.all(303);
        self.cpu_us.push((house.cpu() - before).as_secs_f64() * 1e6 / count as f64);
        people::settle(ground);
        let told = floor.run(ground, clients, count, first);
        eprintln!("    {clients} clients: {:.0}/s, floor {:.0}/s", burst.rate(), told.rate);
        self.rates.push(burst.rate());
        self.floors.push(told.rate);
        self.ratios.push(burst.rate() / told.rate);
        self.seconds.extend(burst.seconds);
    }

    fn report(mut self, clients: usize, target: f64, report: &mut Report) {
        let (ratio, cpu) = (median(&mut self.ratios), median(&mut self.cpu_us));
        report.row(
            &format!("P1 `POST /reset-totp`, {clients} clients"),
            &format!("≥ {target} × floor"),
            &format!(
                "{ratio:.2} × ({:.0}/s, floor {:.0}/s; median answer {:.1} ms)",
                median(&mut self.rates),
                median(&mut self.floors),
                median(&mut self.seconds) * 1e3
            ),
            Some(ratio >= target),
        );
        let what = format!("P1 server CPU a request, {clients} clients");
        report.row(&what, "≤ 300 µs", &format!("{cpu:.0} µs"), Some(cpu <= 300.0));
    }
}

fn plan(ground: &Ground, pool: usize) -> Plan {
    Plan { work: WORK, limits: true, ..Plan::on(ground, pool) }
}

/// Kirim of as many browsers, each with another pair typed.
fn requests(keys: &Keyring, count: usize) -> Vec<Vec<u8>> {
    let kirim = |_| {
        let visitor = Visitor::new(keys);
        let number = usize::from_le_bytes(random::bytes().expect("randomness")) % 1_000_000_000;
        let (user_id, email) = (people::user_id("penyedia", number), people::address(number));
        visitor.kirim(&Typed { user_id: &user_id, email: &email, user_type: "penyedia" }, WORK)
    };
    (0..count).map(kirim).collect()
}

/// What the house asks of Postgres for one Kirim, as a script for pgbench.
fn floor(ground: &Ground) -> Floor {
    ground.listen(&[("log_statement", "all")]);
    let house = HouseProcess::start(ground, &plan(ground, 1));
    let mut line = Line::open(house.public);
    let requests = requests(ground.keys(), 2);
    assert_eq!(line.exchange(&requests[0]).status, 303);
    let heard = ground.overhear(|| assert_eq!(line.exchange(&requests[1]).status, 303));
    ground.stop_listening();
    assert_eq!(heard.len(), 1, "Kirim is one statement: {heard:#?}");
    Floor::of(&heard, &[])
}
