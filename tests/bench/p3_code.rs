//! P3: the code step of a sign-in (session proved, secret opened, code judged, step taken, session risen, committed)
//! against the floor.

use data_encoding::HEXLOWER;
use pulih::base::secret_hash;

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
const CPU_US_MAX: f64 = 300.0;

/// Measures it.
#[allow(clippy::cast_precision_loss, reason = "no count is that large")]
pub fn measure(scale: Scale, report: &mut Report) {
    let (rounds, count) = (scale.of(1, 5, 9), scale.of(128, 3_200, 9_600));
    let ground = Ground::start(true);
    let mut first = 1;
    let mut prepare = |count: usize| {
        let mine = first;
        first += count;
        people::accounts(&ground, mine, count, "penyedia", false);
        halfway(&ground, mine, count);
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
            let mine = prepare(count);
            let requests = requests(&ground, mine, count);
            let before = house.cpu();
            let burst = burst(house.public, clients, count, &requests);
            burst.all(303);
            cpu_us.push((house.cpu() - before).as_secs_f64() * 1e6 / count as f64);
            assert_eq!(signed_in(&ground, mine), count, "every code was right");
            let mine = prepare(count);
            let told = floor.run(&ground, clients, count, mine);
            assert_eq!(signed_in(&ground, mine), count, "the floor signed in");
            eprintln!("    {clients} clients: {:.0}/s, floor {:.0}/s", burst.rate(), told.rate);
            rates.push(burst.rate());
            floors.push(told.rate);
            ratios.push(burst.rate() / told.rate);
        }
        let (ratio, cpu) = (median(&mut ratios), median(&mut cpu_us));
        report.row(
            &format!("P3 `POST /login/totp`, {clients} clients"),
            &format!("≥ {TARGET} × floor"),
            &format!("{ratio:.2} × ({:.0}/s, floor {:.0}/s)", median(&mut rates), median(&mut floors)),
            Some(ratio >= TARGET),
        );
        report.row(
            &format!("P3 server CPU a request, {clients} clients"),
            &format!("≤ {CPU_US_MAX:.0} µs"),
            &format!("{cpu:.0} µs"),
            Some(cpu <= CPU_US_MAX),
        );
    }
}

/// Accounts from `first` on that have a session of level `full`.
fn signed_in(ground: &Ground, first: usize) -> usize {
    let from = Row::Account.id(first);
    let query = format!("select count(*) from session where level = 'full' and account_id >= '{from}'");
    ground.value(&query).parse().expect("a number")
}

/// Gives those accounts a TOTP that opens, and a session that has shown the password.
fn halfway(ground: &Ground, first: usize, count: usize) {
    people::phones(ground, first, count);
    let (account, session) = (Row::Account.sql("n"), Row::Session.sql("n"));
    ground.sql(&format!(
        "insert into session (id, account_id, token_hash, browser_hash, network, level, expires_at)
            select {session}, {account}, {}, {}, '127.0.0.1', 'password', now() + interval '2 h'
            from generate_series({first}, {}) n",
        token_hash_sql("n"),
        browser_hash_sql("n"),
        first + count - 1
    ));
}

fn token(n: usize) -> [u8; 32] {
    secret_hash(format!("session {n}").as_bytes())
}

fn browser(n: usize) -> [u8; 32] {
    secret_hash(format!("browser {n}").as_bytes())
}

fn token_hash_sql(n: &str) -> String {
    format!("sha256(sha256(convert_to('session ' || ({n}), 'UTF8')))")
}

fn browser_hash_sql(n: &str) -> String {
    format!("sha256(sha256(convert_to('browser ' || ({n}), 'UTF8')))")
}

/// The code of as many people, each by their own browser.
fn requests(ground: &Ground, first: usize, count: usize) -> Vec<Vec<u8>> {
    let code = people::code(0);
    (first..first + count).map(|n| Visitor::of(ground.keys(), browser(n)).code(&token(n), &code)).collect()
}

/// What the house asks of Postgres for one right code, as a script for pgbench.
fn floor(ground: &Ground, first: usize) -> Floor {
    ground.listen(&[("log_statement", "all")]);
    let house = HouseProcess::start(ground, &Plan::on(ground, 1));
    let mut line = Line::open(house.public);
    let requests = requests(ground, first, 2);
    assert_eq!(line.exchange(&requests[0]).status, 303);
    let heard = ground.overhear(|| assert_eq!(line.exchange(&requests[1]).status, 303));
    ground.stop_listening();
    assert!(heard.iter().any(|s| s.text.contains("last_step")), "no code was taken: {heard:#?}");
    eprintln!("  a right code is {} statements", heard.len());
    let n = first + 1;
    let rows = [Row::Account, Row::Credential, Row::Session];
    let mut known: Vec<_> = rows.map(|row| (row.id(n).to_string(), row.sql(":n"))).to_vec();
    for (hash, sql) in [(token(n), token_hash_sql(":n")), (browser(n), browser_hash_sql(":n"))] {
        known.push((format!("\\x{}", HEXLOWER.encode(&secret_hash(&hash))), sql));
    }
    Floor::of(&heard, &known)
}
