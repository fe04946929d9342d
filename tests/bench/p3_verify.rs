//! P3 by the API: a right code that a portal asks about (key proved, body parsed, account read, secret opened, code judged,
//! step taken with its event in one statement) against the floor.

use crate::beside::{self, Write};
use crate::ground::Ground;
use crate::people::{self, Row};
use crate::portal::Portal;
use crate::report::Report;
use crate::scale::Scale;

/// The share of the budget that devices nobody knows have together.
const STRANGERS: &str = "\\x0000000000000000000000000000000000000000000000000000000000000000";

/// Measures it.
pub fn measure(scale: Scale, report: &mut Report) {
    let ground = Ground::start(true);
    let portal = Portal::on(&ground);
    beside::measure(&Verify(portal), &ground, scale, report);
}

struct Verify(Portal);

impl Write for Verify {
    const NAME: &str = "P3 `POST …/verify`";
    const STATUS: u16 = 200;
    const TARGET: f64 = 0.7;
    const WORD: &str = "last_step";
    const CPU_US_MAX: Option<f64> = Some(300.0);

    fn prepare(&self, ground: &Ground, first: usize, count: usize) {
        people::phones(ground, first, count);
    }

    fn requests(&self, _: &Ground, first: usize, count: usize) -> Vec<Vec<u8>> {
        let code = people::code(0);
        (first..first + count).map(|n| self.0.verify(&people::user_id("penyedia", n), &code)).collect()
    }

    fn known(&self, n: usize) -> Vec<(String, String)> {
        let portal = self.0.id;
        let mut known = [Row::Account, Row::Credential].map(|row| (row.id(n).to_string(), row.sql(":n"))).to_vec();
        known.push((portal.to_string(), format!("'{portal}'::uuid")));
        known.push((STRANGERS.to_owned(), format!("'{STRANGERS}'::bytea")));
        let folded = people::user_id("penyedia", n).to_lowercase();
        known.push((folded, "('bench' || lpad((:n)::text, 9, '0'))".to_owned()));
        known
    }

    /// Accounts whose code was taken, with its event.
    fn done(&self, first: usize) -> String {
        let from = Row::Account.id(first);
        format!(
            "select count(*) from credential c join event e on e.account_id = c.account_id and e.kind = 'code.verified'
                and e.outcome = 'done' where c.last_step is not null and c.account_id >= '{from}'"
        )
    }
}
