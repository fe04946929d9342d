//! P3: the code step of a sign-in (session proved, secret opened, code judged, step taken, session risen, committed)
//! against the floor.

use data_encoding::HEXLOWER;
use pulih::base::secret_hash;

use crate::beside::{self, Write};
use crate::ground::Ground;
use crate::people::{self, Row};
use crate::report::Report;
use crate::scale::Scale;
use crate::visitor::Visitor;

/// Measures it.
pub fn measure(scale: Scale, report: &mut Report) {
    beside::measure(&Code, &Ground::start(true), scale, report);
}

struct Code;

impl Write for Code {
    const NAME: &str = "P3 `POST /login/totp`";
    const STATUS: u16 = 303;
    const TARGET: f64 = 0.7;
    const WORD: &str = "last_step";
    const CPU_US_MAX: Option<f64> = Some(300.0);

    /// A TOTP that opens, and a session that has shown the password.
    fn prepare(&self, ground: &Ground, first: usize, count: usize) {
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

    /// The code of as many people, each by their own browser.
    fn requests(&self, ground: &Ground, first: usize, count: usize) -> Vec<Vec<u8>> {
        let code = people::code(0);
        (first..first + count).map(|n| Visitor::of(ground.keys(), browser(n)).code(&token(n), &code)).collect()
    }

    fn known(&self, n: usize) -> Vec<(String, String)> {
        let rows = [Row::Account, Row::Credential, Row::Session];
        let mut known = rows.map(|row| (row.id(n).to_string(), row.sql(":n"))).to_vec();
        for (hash, sql) in [(token(n), token_hash_sql(":n")), (browser(n), browser_hash_sql(":n"))] {
            known.push((format!("\\x{}", HEXLOWER.encode(&secret_hash(&hash))), sql));
        }
        known
    }

    fn done(&self, first: usize) -> String {
        let from = Row::Account.id(first);
        format!("select count(*) from session where level = 'full' and account_id >= '{from}'")
    }
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
