//! The demo: a private cluster, seeded people and a mail catcher, in one process.

mod history;
mod past;
pub mod people;
mod portal;
mod staff;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};

use data_encoding::HEXLOWER;
use sha2::{Digest as _, Sha256};

use crate::actions::import::{self, Ready, import};
use crate::app::App;
use crate::base::catcher::Catcher;
use crate::base::clock::Clock;
use crate::base::cluster::{Cluster, Options as ClusterOptions};
use crate::base::fault::Fault;
use crate::base::keyring::Keyring;
use crate::base::name_server::{NameServer, Reply};
use crate::base::{password, random};
use crate::config::{Config, MailTls};
use crate::inbound::sample::{SELECTOR, Signer};
use crate::model::account_csv;
use crate::server::{self, Running};
use crate::store::import as staging;
use crate::store::setup;
use crate::views::demo::Person as Shown;
use crate::web::pages::demo::Demo;
use people::{PASSWORD, Person, csv, person};

/// Mails the catcher keeps.
const MAILS: usize = 2_000;
/// People shown on the first page and in the line of JSON.
const SHOWN: usize = 5;

/// How the demo is run.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where it listens.
    pub listen: SocketAddr,
    /// Accounts seeded.
    pub accounts: usize,
    /// Folder that is kept; otherwise a temporary one.
    pub data: Option<PathBuf>,
}

/// A running demo. Its cluster ends with it.
pub struct Started {
    /// The house.
    pub running: Running,
    /// Where to look at it.
    pub url: String,
    portal_key: SecretString,
    operator: Option<String>,
    cluster: Cluster,
    _names: NameServer,
}

impl Started {
    /// What there is to try: one line of JSON.
    pub fn json(&self) -> Value {
        let accounts: Vec<Value> = (0..SHOWN).map(person).map(|p| account(&p)).collect();
        let portal = portal::json(self.portal_key.expose_secret());
        json!({
            "ready": true, "url": self.url, "accounts": accounts, "staff": staff::json(), "portal": portal,
            "operator": self.operator,
        })
    }

    /// The same as a short table.
    pub fn table(&self) -> String {
        let mut lines = vec![
            format!("Pulih is ready: {}/demo", self.url),
            String::new(),
            format!("{:<14} {:<36} {:<12} {:<18} {}", "User ID", "Email", "Tipe User", "Password", "TOTP secret"),
        ];
        for p in (0..SHOWN).map(person) {
            let kind = p.user_type.code();
            lines.push(format!("{:<14} {:<36} {kind:<12} {PASSWORD:<18} {}", p.user_id, p.email, p.totp_secret));
        }
        lines.push(String::new());
        lines.extend(staff::table());
        lines.push(String::new());
        lines.push(portal::table(self.portal_key.expose_secret()));
        lines.push(String::new());
        if let Some(settings) = &self.operator {
            lines.push(format!("The operator's commands in another terminal, after:\nexport {settings}"));
            lines.push(String::new());
        }
        lines.push(format!("Letters arrive at {}/demo/mailbox. Ctrl-C ends the demo.", self.url));
        lines.join("\n")
    }

    /// Waits until the house has ended, then stops the cluster.
    pub async fn ended(self) {
        self.running.ended().await;
        drop(self.cluster);
    }
}

fn account(p: &Person) -> Value {
    json!({
        "user_id": p.user_id, "email": p.email, "user_type": p.user_type.code(), "name": p.name,
        "password": PASSWORD, "totp_secret": p.totp_secret,
    })
}

/// Starts everything; `config` holds what the environment says besides.
pub async fn start(mut config: Config, options: &Options) -> Result<Started, Fault> {
    let cluster =
        Cluster::start(ClusterOptions { data: options.data.clone(), fsync: true, ..ClusterOptions::default() })
            .map_err(|e| Fault::bug("the demo's PostgreSQL did not start", e))?;
    setup::prepare("pulih", |database, user| cluster.url(database, user)).await?;
    let local = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);
    let catcher = Catcher::start(local, MAILS).map_err(|e| Fault::bug("the demo's mail catcher did not start", e))?;

    config.database.url = SecretString::from(cluster.url("pulih", setup::APP));
    config.server.listen = options.listen;
    if config.server.base_url.is_empty() {
        config.server.base_url = format!("http://{}", options.listen);
    }
    config.smtp.host = catcher.address().ip().to_string();
    config.smtp.port = catcher.address().port();
    config.smtp.tls = MailTls::None;
    or(&mut config.smtp.from_address, "no-reply@lpse.example");
    or(&mut config.helpdesk.address, "helpdesk@lpse.example");
    or(&mut config.helpdesk.phone, "021 555 0100");
    or(&mut config.helpdesk.hours, "Senin–Jumat 08.00–16.00 WIB");

    let signer = Signer::new()?;
    let names = names(&signer).await?;
    config.inbound.name_servers = vec![names.address];

    let url = config.server.base_url.clone();
    let operator = options.data.as_ref().map(|data| settings(&config, &keys_of(data)));
    let app = App::new(config, keys(options)?, Clock::system())?;
    let admin = SecretString::from(cluster.url("pulih", "postgres"));
    let begun = past::begin(&app, &admin).await?;
    let fresh = seed(&app, options.accounts).await?;
    staff::seed(&app).await?;
    begun.end().await?;
    if fresh {
        past::happen(&app, &admin, options.accounts).await?;
        // nobody looks for letters of weeks ago
        catcher.forget();
        history::happen(&app, &admin).await?;
    }
    let portal_key = SecretString::from(portal::seed(&app).await?);
    let people = (0..SHOWN).map(person).map(shown).collect();
    let running = server::run(&app, Some(Demo { people, staff: staff::shown(), catcher, signer }))?;
    Ok(Started { running, url, portal_key, operator, cluster, _names: names })
}

/// The name server of the demo's world, in which every domain ends in `.example`: each signs with the one key, and says
/// that what is not signed so is forged.
async fn names(signer: &Signer) -> Result<NameServer, Fault> {
    let key = format!("{SELECTOR}._domainkey.");
    let record = signer.record().to_owned();
    let zone = move |name: &str| {
        let firm = name.ends_with(".example");
        if firm && name.starts_with(&key) {
            Some(Reply::Txt(record.clone()))
        } else if firm && name.starts_with("_dmarc.") {
            Some(Reply::Txt("v=DMARC1; p=reject".to_owned()))
        } else {
            None
        }
    };
    let started = NameServer::answering(Arc::new(zone)).await;
    started.map_err(|e| Fault::bug("the demo's name server did not start", e))
}

fn or(value: &mut String, default: &str) {
    if value.is_empty() {
        default.clone_into(value);
    }
}

fn shown(p: Person) -> Shown {
    Shown { user_id: p.user_id, email: p.email, user_type: p.user_type, name: p.name, password: PASSWORD.to_owned() }
}

/// What the operator's commands need to know of a kept demo, as a shell takes it.
fn settings(config: &Config, keys: &Path) -> String {
    let keys = std::path::absolute(keys).unwrap_or_else(|_| keys.to_owned());
    format!(
        "PULIH_DATABASE__URL='{}' PULIH_KEYS__DIR='{}' PULIH_SERVER__BASE_URL='{}'",
        config.database.url.expose_secret(),
        keys.display(),
        config.server.base_url
    )
}

fn keys_of(data: &Path) -> PathBuf {
    data.join("keys")
}

/// Keys of a kept demo lie beside its data; others live as long as the process.
fn keys(options: &Options) -> Result<Keyring, Fault> {
    let Some(data) = &options.data else { return Keyring::ephemeral() };
    let folder = keys_of(data);
    Keyring::init(&folder, Clock::system().now().date_naive())?;
    Keyring::load(&folder)
        .map_err(|problems| Fault::broken(problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")))
}

/// Imports the people the way an operator would; false where a kept demo has them already, or none is wanted.
async fn seed(app: &App, accounts: usize) -> Result<bool, Fault> {
    let csv = csv(accounts, &password::hash(PASSWORD)?);
    let lines = account_csv::lines(csv.as_bytes()).collect::<Result<Vec<_>, _>>();
    let lines =
        lines.map_err(|flaw| Fault::broken(format!("the demo's people, line {}: {}", flaw.line, flaw.reason)))?;
    let staged = lines.into_iter().map(|line| import::staged(app, line)).collect::<Result<Vec<_>, _>>()?;
    let id = random::id();
    let mut read = app.read().await?;
    staging::stage(&mut read, id, &staged).await?;
    let fresh = staging::fresh(&mut read, id).await?;
    let empty = usize::try_from(fresh) == Ok(staged.len()) && fresh > 0;
    if empty {
        let file_sha256 = HEXLOWER.encode(&Sha256::digest(csv));
        let ready = Ready { import: id, fresh, unchanged: 0, file_sha256 };
        import(app, &ready).await.map_err(|stop| Fault::bug("seeding the demo", stop))?;
    }
    staging::clear(&mut read, id).await?;
    Ok(empty && accounts >= SHOWN)
}
