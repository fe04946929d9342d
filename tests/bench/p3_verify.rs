//! P3 by the API: a right code that a portal asks about (key proved, body parsed, account read, secret opened, code judged,
//! step taken with its event in one statement) against the floor.

use crate::child::{HouseProcess, Plan};
use crate::floor::Floor;
use crate::ground::Ground;
use crate::load::{Line, burst};
use crate::people::{self, Row};
use crate::portal::Portal;
use crate::report::Report;
use crate::scale::Scale;
use crate::stats::median;

const TARGET: f64 = 0.7;
const CPU_US_MAX: f64 = 300.0;
/// Statements that a right code may ask.
const STATEMENTS: usize = 2;
/// The share of the budget that devices nobody knows have together.
const STRANGERS: &str = "\\x0000000000000000000000000000000000000000000000000000000000000000";

/// Measures it.
#[allow(clippy::cast_precision_loss, reason = "no count is that large")]
pub fn measure(scale: Scale, report: &mut Report) {
    let (rounds, count) = (scale.of(1, 5, 9), scale.of(128, 3_200, 9_600));
    let ground = Ground::start(true);
    let portal = Portal::on(&ground);
    let mut first = 1;
    let mut prepare = |count: usize| {
        let mine = first;
        first += count;
        people::accounts(&ground, mine, count, "penyedia", false);
        people::phones(&ground, mine, count);
        people::settle(&ground);
        mine
    };
    let floor = floor(&ground, &portal, prepare(2));
    for clients in [16, 64] {
        let house = HouseProcess::start(&ground, &Plan::on(&ground, clients));
        let warm = requests(&portal, prepare(clients * 2), clients * 2);
        burst(house.public, clients, warm.len(), &warm).all(200);
        let (mut ratios, mut rates, mut floors, mut cpu_us) = (vec![], vec![], vec![], vec![]);
        for _ in 0..rounds {
            let mine = prepare(count);
            let requests = requests(&portal, mine, count);
            let before = house.cpu();
            let burst = burst(house.public, clients, count, &requests);
            burst.all(200);
            cpu_us.push((house.cpu() - before).as_secs_f64() * 1e6 / count as f64);
            assert_eq!(accepted(&ground, mine), count, "every code was right");
            let mine = prepare(count);
            let told = floor.run(&ground, clients, count, mine);
            assert_eq!(accepted(&ground, mine), count, "the floor accepted");
            eprintln!("    {clients} clients: {:.0}/s, floor {:.0}/s", burst.rate(), told.rate);
            rates.push(burst.rate());
            floors.push(told.rate);
            ratios.push(burst.rate() / told.rate);
        }
        let (ratio, cpu) = (median(&mut ratios), median(&mut cpu_us));
        report.row(
            &format!("P3 `POST …/verify`, {clients} clients"),
            &format!("≥ {TARGET} × floor"),
            &format!("{ratio:.2} × ({:.0}/s, floor {:.0}/s)", median(&mut rates), median(&mut floors)),
            Some(ratio >= TARGET),
        );
        report.row(
            &format!("P3 verify, server CPU a request, {clients} clients"),
            &format!("≤ {CPU_US_MAX:.0} µs"),
            &format!("{cpu:.0} µs"),
            Some(cpu <= CPU_US_MAX),
        );
    }
}

/// Accounts from `first` on whose code was taken.
fn accepted(ground: &Ground, first: usize) -> usize {
    let from = Row::Account.id(first);
    let query = format!(
        "select count(*) from credential c join event e on e.account_id = c.account_id and e.kind = 'code.verified'
            and e.outcome = 'done' where c.last_step is not null and c.account_id >= '{from}'"
    );
    ground.value(&query).parse().expect("a number")
}

fn requests(portal: &Portal, first: usize, count: usize) -> Vec<Vec<u8>> {
    let code = people::code(0);
    (first..first + count).map(|n| portal.verify(&people::user_id("penyedia", n), &code)).collect()
}

/// What the house asks of Postgres for one right code, as a script for pgbench.
fn floor(ground: &Ground, portal: &Portal, first: usize) -> Floor {
    ground.listen(&[("log_statement", "all")]);
    let house = HouseProcess::start(ground, &Plan::on(ground, 1));
    let mut line = Line::open(house.public);
    let requests = requests(portal, first, 2);
    assert_eq!(line.exchange(&requests[0]).status, 200);
    let heard = ground.overhear(|| assert_eq!(line.exchange(&requests[1]).status, 200));
    ground.stop_listening();
    assert!(heard.iter().any(|s| s.text.contains("last_step")), "no code was taken: {heard:#?}");
    assert_eq!(heard.len(), STATEMENTS, "{heard:#?}");
    let n = first + 1;
    let rows = [Row::Account, Row::Credential].map(|row| (row.id(n).to_string(), row.sql(":n")));
    let mut known = rows.to_vec();
    known.push((portal.id.to_string(), format!("'{}'::uuid", portal.id)));
    known.push((STRANGERS.to_owned(), format!("'{STRANGERS}'::bytea")));
    let folded = people::user_id("penyedia", n).to_lowercase();
    known.push((folded, "('bench' || lpad((:n)::text, 9, '0'))".to_owned()));
    Floor::of(&heard, &known)
}
