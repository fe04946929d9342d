//! What `doctor` finds in the database.

use chrono::TimeDelta;

use super::{Finding, State, found, ok};
use crate::base::clock::Clock;
use crate::base::fault::{Fault, FaultKind};
use crate::config::Config;
use crate::store::health::{self, Health};
use crate::store::pool::Pool;
use crate::store::{migrations, tx};

/// The oldest server that is tried.
const OLDEST: i32 = 150_000;
/// How far the two clocks may differ.
const SKEW: TimeDelta = TimeDelta::seconds(2);

/// Looks at everything, as far as the database lets us.
pub(super) async fn look(config: &Config) -> Vec<Finding> {
    match ask(config).await {
        Ok(findings) => findings,
        Err(fault) if fault.kind() == FaultKind::Away => {
            let mend = "start Postgres, or correct DATABASE_URL.";
            vec![found("database", State::Down, format!("The database cannot be reached: {fault}."), mend)]
        }
        Err(fault) => {
            let mend = "run \"pulih migrate\" as the owner, and grant pulih_app to this role.";
            vec![found("database", State::Fail, format!("The database does not answer as it should: {fault}."), mend)]
        }
    }
}

async fn ask(config: &Config) -> Result<Vec<Finding>, Fault> {
    let pool = Pool::new(&config.database)?;
    let mut read = tx::read(&pool).await?;
    let clock = Clock::system();
    let before = clock.now();
    let health = health::look(&mut read).await?;
    let middle = before + (clock.now() - before) / 2;
    let mut findings =
        vec![server(&health), role(&health), skew(health.now - middle), connections(&health, config.database.pool)];
    if !health.migrated {
        let mend = "run \"pulih migrate\" as the owner.";
        findings.push(found("tables", State::Fail, "Our tables are not there.", mend));
        return Ok(findings);
    }
    findings.push(privileges(&health));
    findings.push(triggers(&health));
    findings.push(partitions(&health));
    if health.serves {
        let missing = health::missing(&mut read, &migrations::names()?).await?;
        findings.push(tables(&missing));
        if missing.is_empty() {
            findings.extend(super::keys::look(&mut read, health.now).await?);
        }
    }
    Ok(findings)
}

fn server(health: &Health) -> Finding {
    let version = format!("{}.{}", health.version / 10_000, health.version % 10_000);
    if health.version < OLDEST {
        return found("database", State::Fail, format!("It is PostgreSQL {version}."), "upgrade it to 15 or newer.");
    }
    ok("database", format!("PostgreSQL {version} answers."))
}

fn role(health: &Health) -> Finding {
    let role = &health.role;
    let mend = "serve with a login role that owns nothing and was granted pulih_app; see docs/operating.md.";
    if health.superuser {
        return found("role", State::Fail, format!("{role} is superuser, so the log is not append-only."), mend);
    }
    if health.owner {
        return found("role", State::Fail, format!("{role} owns our tables, so the log is not append-only."), mend);
    }
    ok("role", format!("{role} is neither superuser nor owner of the tables."))
}

fn skew(skew: TimeDelta) -> Finding {
    let words = format!("The database's clock differs from ours by {} ms.", skew.num_milliseconds());
    if skew.abs() > SKEW {
        return found("clock", State::Fail, words, "set both machines' clocks by NTP.");
    }
    ok("clock", words)
}

fn connections(health: &Health, pool: usize) -> Finding {
    let most = usize::try_from(health.connections).unwrap_or(0);
    let words = format!("Our pool takes up to {pool} of {most} connections.");
    if pool >= most {
        return found("pool", State::Fail, words, "lower database.pool, or raise max_connections.");
    }
    if pool * 2 > most {
        return found("pool", State::Warn, words, "leave room for a second server and for operators.");
    }
    ok("pool", words)
}

fn privileges(health: &Health) -> Finding {
    if !health.serves {
        let mend = format!("grant pulih_app to {}.", health.role);
        return found("privileges", State::Fail, format!("{} may not write our tables.", health.role), mend);
    }
    if health.rewrites {
        let words = format!("{} may change or remove events.", health.role);
        return found("privileges", State::Fail, words, "revoke update, delete and truncate on event from it.");
    }
    ok("privileges", format!("{} may append events, and not change them.", health.role))
}

fn triggers(health: &Health) -> Finding {
    if health.missing_triggers.is_empty() {
        return ok("triggers", "The triggers of the log are there and enabled.");
    }
    let words = format!("Triggers of the log are missing or disabled: {}.", health.missing_triggers.join(", "));
    found("triggers", State::Fail, words, "find out who did it; the log since then is in doubt. Restore them as owner.")
}

fn partitions(health: &Health) -> Finding {
    if health.missing_partitions.is_empty() {
        return ok("partitions", "The log has its partitions for this month and the next two.");
    }
    let words = format!("The log lacks partitions: {}.", health.missing_partitions.join(", "));
    found(
        "partitions",
        State::Fail,
        words,
        "run \"select pulih.make_partitions(13)\"; the running server does so daily.",
    )
}

fn tables(missing: &[String]) -> Finding {
    if missing.is_empty() {
        return ok("tables", "The tables are as new as this program.");
    }
    let words = format!("Migrations are missing: {}.", missing.join(", "));
    found("tables", State::Fail, words, "run \"pulih migrate\" as the owner.")
}
