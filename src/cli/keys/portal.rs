//! `pulih keys portal add|list|revoke`: keys for portals that keep their own login page.

use serde_json::json;

use super::{time, written};
use crate::actions::portal_key::{self, Made, NotMade, Wanted};
use crate::app::App;
use crate::base::clock::Clock;
use crate::base::keyring::Keyring;
use crate::base::network::Networks;
use crate::cli::failure::{Failure, print, print_json, print_lines};
use crate::cli::{Common, runtime};
use crate::config::Purpose;
use crate::model::access::{DAYS_MAX, NAME_MAX, named};
use crate::model::portal::{LIVE_KEYS, Scope, is_return_url, is_slug};
use crate::store::portal::key::{self, Key};
use crate::store::portal::{self, Portal};

#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Make a key and print its token, which nobody can show again; makes the portal known where it is new.
    Add(Add),
    /// List every portal with every key there ever was.
    List {
        /// Write JSON.
        #[arg(long)]
        json: bool,
    },
    /// Revoke a key: within two seconds it opens nothing.
    Revoke {
        /// Its id, or its first or last characters where no other key that lives begins or ends so.
        key: String,
    },
}

#[derive(Debug, clap::Args)]
pub(crate) struct Add {
    /// How commands and addresses name the portal: small letters and digits, with hyphens between.
    slug: String,
    /// How people see it; needed where the portal is new.
    #[arg(long)]
    name: Option<String>,
    /// Where browsers go back to, with a grant, after a reset.
    #[arg(long, value_name = "URL")]
    return_url: Option<String>,
    /// What the key may do: accounts-read, accounts-write, enrol, verify, disable, resets or events; may be repeated.
    #[arg(long = "scope", required = true, value_parser = scope)]
    scopes: Vec<Scope>,
    /// Where it may come from, for instance 10.20.0.0/16; may be repeated. From anywhere otherwise.
    #[arg(long = "network", value_name = "CIDR")]
    networks: Vec<String>,
    /// Days until it ends by itself; it lives until it is revoked otherwise.
    #[arg(long, value_parser = clap::value_parser!(i32).range(1..=i64::from(DAYS_MAX)))]
    days: Option<i32>,
    /// Write JSON.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(common: &Common, command: &Command) -> Result<(), Failure> {
    if let Command::Add(add) = command {
        check(add)?;
    }
    let config = common.load(Purpose::Database)?.config;
    runtime()?.block_on(async {
        // tokens are kept as hashes alone: no key file is needed
        let app = App::new(config, Keyring::ephemeral()?, Clock::system())?;
        match command {
            Command::Add(options) => add(&app, options).await,
            Command::List { json } => list(&app, *json).await,
            Command::Revoke { key } => revoke(&app, key).await,
        }
    })
}

fn scope(code: &str) -> Result<Scope, String> {
    let known = || Scope::ALL.iter().map(|scope| scope.code()).collect::<Vec<_>>().join(", ");
    Scope::from_code(code).ok_or_else(|| format!("take one of {}", known()))
}

/// What is wrong with the arguments themselves: exit code 2.
fn check(options: &Add) -> Result<(), Failure> {
    let wrong = |words: String| Err(Failure::new(words).with_code(2));
    if !is_slug(&options.slug) {
        return wrong("a portal is called by small letters and digits, with single hyphens between".to_owned());
    }
    if options.name.as_deref().is_some_and(|name| !named(name)) {
        return wrong(format!("a name is one line of 1 to {NAME_MAX} characters"));
    }
    if options.return_url.as_deref().is_some_and(|url| !is_return_url(url)) {
        return wrong("a return URL is an https:// address without a query, a fragment or a user in it".to_owned());
    }
    match Networks::parse(&options.networks) {
        Ok(_) => Ok(()),
        Err(bad) => wrong(format!("no address and no network: {}", bad.join(", "))),
    }
}

async fn add(app: &App, options: &Add) -> Result<(), Failure> {
    let slug = options.slug.as_str();
    let there = portal::by_slug(&mut app.read().await?, slug).await?;
    if let Some(there) = &there {
        not_full(app, there).await?;
    }
    let old_url = there.as_ref().and_then(|there| there.return_url.clone());
    let name = options.name.clone().or_else(|| there.map(|there| there.name));
    let name = name.ok_or_else(|| Failure::new(format!("the portal {slug} is new: give its --name")).with_code(2))?;
    let return_url = options.return_url.clone().or(old_url);
    portal_key::register(app, slug, &name, return_url.as_deref()).await?;
    let Add { networks, days, .. } = options;
    let mut scopes: Vec<Scope> = Scope::ALL.to_vec();
    scopes.retain(|scope| options.scopes.contains(scope));
    let wanted = Wanted { scopes, networks: networks.clone(), days: *days };
    let made = match portal_key::make(app, slug, &wanted).await? {
        Ok(made) => made,
        Err(NotMade::NoPortal) => return Err(Failure::new(format!("no portal is called {slug}"))),
        Err(NotMade::TooMany) => return Err(full(slug, &[])),
    };
    told(app, options, &name, return_url.as_deref(), &wanted, made)
}

fn told(
    app: &App,
    options: &Add,
    name: &str,
    return_url: Option<&str>,
    wanted: &Wanted,
    made: Made,
) -> Result<(), Failure> {
    if options.json {
        return print_json(&json!({
            "id": made.id, "portal": options.slug, "name": name, "return_url": return_url, "scopes": wanted.scopes,
            "networks": wanted.networks, "days": wanted.days, "token": made.token,
        }));
    }
    let base = app.config().server.base_url.trim_end_matches('/');
    let mut lines = Vec::new();
    if wanted.networks.is_empty() {
        lines.push("This key may come from any network: --network says from which it may.".to_owned());
    }
    let slug = &options.slug;
    lines.push(format!("{slug} calls {base}/api/v1 with this token, which is shown now and never again:"));
    lines.push(made.token);
    print_lines(lines)
}

/// A third live key would be one that nobody revokes.
async fn not_full(app: &App, there: &Portal) -> Result<(), Failure> {
    let keys = key::list(&mut app.read().await?).await?;
    let live: Vec<&Key> = keys.iter().filter(|key| key.portal_id == there.id && key.life.live).collect();
    let full_at = usize::try_from(LIVE_KEYS).unwrap_or(usize::MAX);
    if live.len() >= full_at { Err(full(&there.slug, &live)) } else { Ok(()) }
}

fn full(slug: &str, live: &[&Key]) -> Failure {
    let used =
        |key: &Key| time(key.life.used_at).map_or_else(|| "never used".to_owned(), |at| format!("last used {at}"));
    let which: Vec<String> = live.iter().map(|key| format!("{} ({})", key.id, used(key))).collect();
    Failure::new(format!("{slug} has two live keys; revoke one first: {}", which.join(" or ")))
}

async fn list(app: &App, as_json: bool) -> Result<(), Failure> {
    let mut read = app.read().await?;
    let (portals, keys) = (portal::list(&mut read).await?, key::list(&mut read).await?);
    drop(read);
    let own = |portal: &Portal| keys.iter().filter(|key| key.portal_id == portal.id).collect::<Vec<_>>();
    if as_json {
        let all = portals.iter().map(|portal| {
            let of_kind = |key: &Key| json!({ "id": key.id, "scopes": key.scopes, "networks": key.networks });
            let keys = own(portal).into_iter().map(|key| written(of_kind(key), &key.life)).collect::<Vec<_>>();
            let Portal { id, slug, name, return_url } = portal;
            json!({ "id": id, "slug": slug, "name": name, "return_url": return_url, "keys": keys })
        });
        return print_json(&all.collect::<Vec<_>>());
    }
    let mut lines = Vec::new();
    for portal in &portals {
        let back = portal.return_url.as_deref().unwrap_or("no return URL");
        lines.push(format!("{} ({}), {back}", portal.slug, portal.name));
        for key in own(portal) {
            let networks = if key.networks.is_empty() { "any network".to_owned() } else { key.networks.join(", ") };
            let ends = time(key.life.expires_at).map(|at| format!(", ends {at}")).unwrap_or_default();
            let used = time(key.life.used_at).map_or_else(|| "never used".to_owned(), |at| format!("last {at}"));
            lines.push(format!(
                "  {}  {:<8} {} uses, {used}{ends}, from {networks}: {}",
                key.id,
                key.life.state().code(),
                key.life.uses,
                key.scopes.join(" ")
            ));
        }
    }
    print_lines(lines)
}

async fn revoke(app: &App, begins: &str) -> Result<(), Failure> {
    let keys = key::list(&mut app.read().await?).await?;
    let begins = begins.to_lowercase();
    let open = keys.iter().filter(|key| key.life.revoked_at.is_none());
    let called = |key: &&Key| {
        let id = key.id.to_string();
        !begins.is_empty() && (id.starts_with(&begins) || id.ends_with(&begins))
    };
    let found: Vec<&Key> = open.filter(called).collect();
    match found.as_slice() {
        [key] => {
            portal_key::revoke(app, key.id).await?;
            print(&format!("{} opens nothing any more.\n", key.id))
        }
        [] => Err(Failure::new(format!("no portal key that is not revoked begins or ends with {begins}"))),
        several => {
            let all: Vec<String> = several.iter().map(|key| key.id.to_string()).collect();
            Err(Failure::new(format!("several keys begin or end so: {}", all.join(", "))))
        }
    }
}
