//! Settings: defaults, then `pulih.toml`, then the environment, then flags.

use std::net::SocketAddr;
use std::path::PathBuf;

use secrecy::SecretString;
use serde::{Deserialize, Serialize};

mod audit;
pub mod check;
mod defaults;
mod desk;
mod inbound;
mod limits;
pub mod load;
pub mod print;
mod sign_in;
pub mod source;

pub use audit::Audit;
pub use desk::Desk;
pub use inbound::Inbound;
pub use limits::{Captcha, CaptchaMode, Limits, LimitsMode};
pub use load::{Loaded, load};
pub use sign_in::{Enrol, EnrolFirst, Session, Totp};
pub use source::{Finding, Place, Purpose, Sources};

/// Every setting of the house. An unknown key is an error.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Where we are reached.
    pub server: Server,
    /// TLS of our own listener; without it a proxy in front does it.
    pub tls: Option<Tls>,
    /// Postgres.
    pub database: Database,
    /// The relay that carries our letters.
    pub smtp: Smtp,
    /// Mail that comes in.
    pub inbound: Inbound,
    /// Who helps people.
    pub helpdesk: Helpdesk,
    /// Key files.
    pub keys: Keys,
    /// Kode Keamanan.
    pub captcha: Captcha,
    /// Limits.
    pub limits: Limits,
    /// Mailed links.
    pub link: Link,
    /// The reset itself.
    pub reset: Reset,
    /// What two people of the desk decide.
    pub manual: Manual,
    /// Codes of authenticator apps.
    pub totp: Totp,
    /// Activation.
    pub enrol: Enrol,
    /// Signed-in people.
    pub session: Session,
    /// The desk.
    pub desk: Desk,
    /// The sealed log.
    pub audit: Audit,
    /// Language and time zone.
    pub locale: Locale,
    /// How long things are kept.
    pub retention: Retention,
    /// Logs.
    pub log: Log,
}

/// Where we are reached.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Server {
    /// Address of the public listener.
    pub listen: SocketAddr,
    /// Address of the listener with `/healthz`, `/readyz`, `/metrics`; never public.
    pub ops_listen: SocketAddr,
    /// Origin of every link we make, for instance `https://pulih.example.go.id`; no path. Required outside the demo.
    pub base_url: String,
    /// Proxies whose `X-Forwarded-For` is believed, as addresses or networks (`10.0.0.0/8`).
    pub trusted_proxies: Vec<String>,
    /// Threads that answer requests; 0 takes one for each core.
    pub workers: usize,
    /// The agency's name in headings, mails and titles.
    pub agency: String,
}

/// TLS of our own listener.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Tls {
    /// PEM file of the certificate chain.
    pub certificate: PathBuf,
    /// PEM file of its private key.
    pub key: PathBuf,
}

/// Postgres.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Database {
    /// The app's role, as a libpq URL (`DATABASE_URL` sets it too).
    #[serde(serialize_with = "print::secret")]
    pub url: SecretString,
    /// The owner's role, for `migrate` alone.
    #[serde(serialize_with = "print::optional_secret")]
    pub owner_url: Option<SecretString>,
    /// Connections at most.
    pub pool: usize,
    /// PEM file of the authority that signed the server's certificate; the system's own where absent.
    pub ca: Option<PathBuf>,
}

/// How the connection to the relay is protected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum MailTls {
    /// STARTTLS demanded: a relay that does not offer it gets no letter.
    #[default]
    Starttls,
    /// TLS from the first byte (port 465).
    Implicit,
    /// Plain text; for a relay on this machine.
    None,
}

/// The relay that carries our letters.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Smtp {
    /// Host name or address of the relay.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is protected.
    pub tls: MailTls,
    /// PEM file of an authority to trust besides the system's.
    pub ca: Option<PathBuf>,
    /// User name, where the relay asks for one.
    pub username: Option<String>,
    /// Its password.
    #[serde(serialize_with = "print::optional_secret")]
    pub password: Option<SecretString>,
    /// Our own name in EHLO.
    pub helo: String,
    /// Address of the `From` header.
    pub from_address: String,
    /// Where reports of failed letters come back to, as the envelope sender: each letter adds `+` and a name of its own to
    /// the part before the `@`. The `From` address where absent.
    pub bounce_address: Option<String>,
    /// Name of the `From` header.
    pub from_name: String,
    /// Letters on their way at once.
    pub connections: usize,
    /// Seconds after which a silent relay is given up.
    pub timeout_seconds: u64,
}

/// Who helps people.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Helpdesk {
    /// Mailbox, the `Reply-To` of every letter.
    pub address: String,
    /// Telephone as people dial it; may be empty.
    pub phone: String,
    /// Opening hours in words.
    pub hours: String,
}

/// Key files.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Keys {
    /// Folder of the key files that `pulih keys init` makes.
    pub dir: PathBuf,
}

/// Mailed links.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Link {
    /// Minutes a link lives from the relay's 250 (RFC 5321); at most 1440.
    pub ttl_minutes: u32,
    /// Minutes the confirm step lives once opened.
    pub step_minutes: u32,
}

/// The reset itself.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Reset {
    /// Hours every reset waits before it takes effect.
    pub delay_hours: u32,
    /// Hours it waits where the address or the password changed within `care_days`.
    pub care_delay_hours: u32,
    /// Days of heightened care after a change of address or password.
    pub care_days: u32,
    /// Whether OK asks the account's password too.
    pub require_password: bool,
}

/// What two people of the desk decide. Nothing here makes it one person.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Manual {
    /// Hours a reset waits once it was agreed to.
    pub wait_hours: u32,
    /// Hours it waits where the mailbox is said to be lost.
    pub lost_mailbox_hours: u32,
    /// Minutes it waits where it is urgent and two people agreed.
    pub urgent_minutes: u32,
    /// Hours in which somebody has to agree.
    pub approval_hours: u32,
}

/// Language and time zone.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Locale {
    /// IANA zone in which times are shown.
    pub zone: chrono_tz::Tz,
}

/// How long things are kept.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Retention {
    /// Days a request that matched nothing is kept.
    pub unmatched_days: u32,
    /// Days ended links and their keys are kept.
    pub links_days: u32,
    /// Days ended sessions are kept.
    pub sessions_days: u32,
    /// Days files that prove are kept once their proposal ended.
    pub evidence_days: u32,
    /// Days mail that came in is kept whole.
    pub raw_mail_days: u32,
    /// Years events are kept.
    pub events_years: u32,
}

/// How logs are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// One JSON object a line.
    #[default]
    Json,
    /// Lines for people.
    Text,
}

/// Logs.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Log {
    /// How they are written.
    pub format: LogFormat,
    /// What is written: directives of `tracing-subscriber`'s filter.
    pub filter: String,
}
