//! `pulih keys log add|list|revoke`: keys for whoever follows the log from elsewhere.

use serde_json::json;

use super::{time, written};
use crate::actions::log_key;
use crate::app::App;
use crate::base::clock::Clock;
use crate::base::keyring::Keyring;
use crate::cli::failure::{Failure, print, print_json, print_lines};
use crate::cli::{Common, runtime};
use crate::config::Purpose;
use crate::model::access::{DAYS_MAX, NAME_MAX, named};
use crate::store::access::{self, Key};

#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Make a key and print its token, which nobody can show again.
    Add {
        /// Whose it is.
        name: String,
        /// Days until it ends by itself; it lives until it is revoked otherwise.
        #[arg(long, value_parser = clap::value_parser!(i32).range(1..=i64::from(DAYS_MAX)))]
        days: Option<i32>,
        /// Write JSON.
        #[arg(long)]
        json: bool,
    },
    /// List every key there ever was.
    List {
        /// Write JSON.
        #[arg(long)]
        json: bool,
    },
    /// Revoke a key: from now on it opens nothing.
    Revoke {
        /// Its name or its id.
        key: String,
    },
}

pub(crate) fn run(common: &Common, command: &Command) -> Result<(), Failure> {
    let config = common.load(Purpose::Database)?.config;
    runtime()?.block_on(async {
        // tokens are kept as hashes alone: no key file is needed
        let app = App::new(config, Keyring::ephemeral()?, Clock::system())?;
        match command {
            Command::Add { name, days, json } => add(&app, name, *days, *json).await,
            Command::List { json } => list(&app, *json).await,
            Command::Revoke { key } => revoke(&app, key).await,
        }
    })
}

async fn add(app: &App, name: &str, days: Option<i32>, as_json: bool) -> Result<(), Failure> {
    if !named(name) {
        return Err(Failure::new(format!("a name is one line of 1 to {NAME_MAX} characters")).with_code(2));
    }
    let made = log_key::make(app, name, days).await?;
    let made = made.ok_or_else(|| Failure::new(format!("there is a log key called {name}; revoke it first")))?;
    if as_json {
        return print_json(&json!({ "id": made.id, "name": name, "days": days, "token": made.token }));
    }
    let base = app.config().server.base_url.trim_end_matches('/');
    print_lines([
        format!("{name} reads the log at {base}/log with this token, which is shown now and never again:"),
        made.token,
    ])
}

async fn list(app: &App, as_json: bool) -> Result<(), Failure> {
    let keys = access::list(&mut app.read().await?).await?;
    if as_json {
        let all = keys.iter().map(|key| written(json!({ "id": key.id, "name": key.name }), &key.life));
        return print_json(&all.collect::<Vec<_>>());
    }
    let mut lines = vec![format!("{:<36}  {:<8} {:<20} {:>9} {}", "Key", "State", "Last used", "Uses", "Name")];
    for Key { id, name, life } in &keys {
        let used = time(life.used_at).unwrap_or_else(|| "never".to_owned());
        lines.push(format!("{id:<36}  {:<8} {used:<20} {:>9} {name}", life.state().code(), life.uses));
    }
    print_lines(lines)
}

async fn revoke(app: &App, named: &str) -> Result<(), Failure> {
    let keys = access::list(&mut app.read().await?).await?;
    let open = |key: &&Key| key.life.revoked_at.is_none();
    let is = |key: &&Key| key.name.to_lowercase() == named.to_lowercase() || key.id.to_string() == named;
    let Some(key) = keys.iter().filter(open).find(is) else {
        return Err(Failure::new(format!("no log key that is not revoked is called {named}")));
    };
    log_key::revoke(app, key.id, &key.name).await?;
    print(&format!("{} opens nothing any more.\n", key.name))
}
