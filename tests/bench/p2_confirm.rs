//! P2: OK (token proved, everything that a reset does, committed) against the floor.

use crate::beside::{self, Write};
use crate::ground::Ground;
use crate::people::{self, Row};
use crate::report::Report;
use crate::scale::Scale;
use crate::visitor::Visitor;

/// Measures it.
pub fn measure(scale: Scale, report: &mut Report) {
    beside::measure(&Confirm, &Ground::start(true), scale, report);
}

struct Confirm;

impl Write for Confirm {
    const NAME: &str = "P2 `POST /reset-totp/confirm`";
    const STATUS: u16 = 303;
    const TARGET: f64 = 0.7;
    const WORD: &str = "credential";
    const CPU_US_MAX: Option<f64> = None;

    fn prepare(&self, ground: &Ground, first: usize, count: usize) {
        people::links(ground, first, count, "opened");
    }

    /// OK for as many links, each by another browser.
    fn requests(&self, ground: &Ground, first: usize, count: usize) -> Vec<Vec<u8>> {
        let links = first..first + count;
        links.map(|n| Visitor::new(ground.keys()).confirm(Row::Link.id(n), &people::link_random(n))).collect()
    }

    fn known(&self, n: usize) -> Vec<(String, String)> {
        [Row::Account, Row::Request, Row::Link, Row::Credential]
            .map(|row| (row.id(n).to_string(), row.sql(":n")))
            .to_vec()
    }

    fn done(&self, first: usize) -> String {
        let from = Row::Link.id(first);
        format!("select count(*) from link where spent_at is not null and spent_by is not null and id >= '{from}'")
    }
}
