//! The floor: `pgbench` asking Postgres the very statements that the house was heard asking, with as many connections,
//! on the same cluster.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::process::Command;

use pulih::store::setup;

use crate::ground::{DATABASE, Ground, Statement};

/// A script for pgbench.
pub struct Floor {
    script: String,
}

/// What pgbench told.
#[derive(Clone, Copy, Debug)]
pub struct Told {
    /// Transactions a second.
    pub rate: f64,
}

impl Floor {
    /// Makes the script out of what was overheard. Values named in `known` stand for those expressions; ids, hashes and
    /// references besides are made anew for each transaction, everything else stays as it was.
    ///
    /// An expression may use `:n`, the number of the transaction, which is unique and runs from `first`.
    pub fn of(statements: &[Statement], known: &[(String, String)]) -> Self {
        let mut fresh = Fresh { made: known.iter().cloned().collect() };
        let body: Vec<String> = statements.iter().map(|s| fill(s, &mut fresh)).collect();
        let mut script = String::from(
            "\\set i :i + 1\n\\set n :first + :i * :clients + :client_id\n\
             \\set hi (:ms + :i) * 65536 + 28672 + :client_id\n\
             \\set lo random(1152921504606846976, 9000000000000000000)\n\
             \\set r (:n * 2654435761) % 4294967296\n",
        );
        for statement in body {
            let _ = writeln!(script, "{statement};");
        }
        Self { script }
    }

    /// Runs `count` transactions over so many connections; `first` keeps runs apart.
    pub fn run(&self, ground: &Ground, clients: usize, count: usize, first: usize) -> Told {
        let file = ground.folder().join("floor.sql");
        std::fs::write(&file, &self.script).expect("the script");
        let each = count / clients;
        let ms = pulih::base::clock::Clock::system().now().timestamp_millis();
        let output = Command::new(ground.cluster().programs().join("pgbench"))
            .args(["-n", "-M", "prepared", "-j", "2", "-c", &clients.to_string(), "-t", &each.to_string()])
            .args(["-D", "i=-1", "-D", &format!("first={first}"), "-D", &format!("ms={ms}")])
            .args(["-D", &format!("clients={clients}")])
            .arg("-f")
            .arg(&file)
            .arg("-h")
            .arg(ground.cluster().socket_folder())
            .args(["-U", setup::APP, DATABASE])
            .output()
            .expect("pgbench");
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let done = said.contains(&format!("{0}/{0}", each * clients));
        assert!(output.status.success() && done, "{said}{}", String::from_utf8_lossy(&output.stderr));
        let rate = said.lines().find_map(|l| l.strip_prefix("tps = ")?.split(' ').next()?.parse().ok());
        Told { rate: rate.expect("a rate") }
    }
}

/// Expressions for values that are new in each transaction.
struct Fresh {
    made: HashMap<String, String>,
}

impl Fresh {
    /// The expression for a value, if it is one of those; the same value has the same expression throughout.
    fn of(&mut self, value: &str) -> Option<String> {
        if let Some(expression) = self.made.get(value) {
            return Some(expression.clone());
        }
        let slot = self.made.len();
        let made = if value.len() == 36 && uuid::Uuid::parse_str(value).is_ok() {
            // as a UUID of version 7: what is made later sorts later
            format!("(lpad(to_hex(:hi::bigint), 16, '0') || to_hex(:lo::bigint + {slot}))::uuid")
        } else if value.len() == 66 && value.starts_with("\\x") {
            format!("sha256(int8send(:lo::bigint + {slot}))")
        } else if value.len() == 11 && value.starts_with("R-") {
            "overlay('R-' || upper(lpad(to_hex(:r::bigint), 8, '0')) placing '-' from 7 for 0)".to_owned()
        } else {
            return None;
        };
        self.made.insert(value.to_owned(), made.clone());
        Some(made)
    }
}

/// Puts values in the place of `$1` and so on.
fn fill(statement: &Statement, fresh: &mut Fresh) -> String {
    let mut pieces = statement.text.split('$');
    let mut out = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let digits = piece.bytes().take_while(u8::is_ascii_digit).count();
        let at: usize = piece[..digits].parse().expect("a place");
        // a blank, since `[1:` before a name would be a variable of pgbench
        out.push(' ');
        out.push_str(&expression(statement.values[at - 1].as_deref(), fresh));
        out.push_str(&piece[digits..]);
    }
    out
}

fn expression(value: Option<&str>, fresh: &mut Fresh) -> String {
    let Some(value) = value else { return "null".to_owned() };
    if let Some(made) = fresh.of(value) {
        return made;
    }
    if let Some(items) = value.strip_prefix('{').and_then(|v| v.strip_suffix('}')) {
        let items: Vec<&str> = items.split(',').map(|item| item.trim_matches('"')).collect();
        let made: Vec<Option<String>> = items.iter().map(|item| fresh.of(&item.replace("\\\\", "\\"))).collect();
        if let Some(made) = made.into_iter().collect::<Option<Vec<_>>>() {
            return format!("array[{}]", made.join(", "));
        }
    }
    // pgbench would take a colon before a letter for a variable
    format!("E'{}'", value.replace('\\', "\\\\").replace('\'', "''").replace(':', "\\x3a"))
}
