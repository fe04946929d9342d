//! What the types cannot say about settings: whether they make sense, alone and together.

use secrecy::ExposeSecret as _;

use super::source::{Finding, Place, Purpose};
use super::{CaptchaMode, Config, LimitsMode, MailTls};
use crate::base::network::Networks;

mod outside;
mod text;

use text::{address, is_local, origin, words};

/// A fault of one setting, before its place is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// `section.key`.
    pub key: &'static str,
    wrong: String,
    mend: String,
}

impl Fault {
    /// The same fault with the place of its value.
    pub fn at(&self, place: Place) -> Finding {
        Finding { key: self.key.to_owned(), place, wrong: self.wrong.clone(), mend: self.mend.clone() }
    }
}

fn fault(key: &'static str, wrong: impl Into<String>, mend: impl Into<String>) -> Fault {
    Fault { key, wrong: wrong.into(), mend: mend.into() }
}

/// Every fault that keeps `purpose` from working.
pub fn check(config: &Config, purpose: Purpose) -> Vec<Fault> {
    let mut faults = Vec::new();
    server(config, purpose, &mut faults);
    database(config, purpose, &mut faults);
    smtp(config, purpose, &mut faults);
    inbound(config, &mut faults);
    outside::check(config, &mut faults);
    helpdesk(config, purpose, &mut faults);
    totp(config, &mut faults);
    numbers(config, &mut faults);
    files(config, purpose, &mut faults);
    if let Err(e) = config.log.filter.parse::<tracing_subscriber::filter::EnvFilter>() {
        faults.push(fault(
            "log.filter",
            format!("is no filter: {e}"),
            "write it like \"info\" or \"info,pulih=debug\"",
        ));
    }
    faults
}

/// What works and should be known.
pub fn warnings(config: &Config, purpose: Purpose) -> Vec<Fault> {
    let mut found = Vec::new();
    if config.captcha.mode == CaptchaMode::Off {
        found.push(fault("captcha.mode", "is off, so programs can ask for resets", "set it to \"pow\""));
    }
    if config.limits.mode == LimitsMode::Off {
        found.push(fault("limits.mode", "is off, so anybody may ask and guess without end", "set it to \"on\""));
    }
    if !config.server.ops_listen.ip().is_loopback() {
        found.push(fault(
            "server.ops_listen",
            "is open to other machines",
            "listen on 127.0.0.1, or close the port to strangers",
        ));
    }
    if purpose == Purpose::Serve && config.smtp.tls == MailTls::None && !is_local(&config.smtp.host) {
        found.push(fault(
            "smtp.tls",
            "is \"none\", so letters and their links cross the network in plain text",
            "set it to \"starttls\"",
        ));
    }
    found
}

fn server(config: &Config, purpose: Purpose, faults: &mut Vec<Fault>) {
    let server = &config.server;
    if !server.base_url.is_empty() {
        if let Err((wrong, mend)) = origin(&server.base_url, purpose) {
            faults.push(fault("server.base_url", wrong, mend));
        }
    } else if purpose == Purpose::Serve {
        faults.push(fault(
            "server.base_url",
            "is missing",
            "set it to the address people type, like \"https://pulih.example.go.id\"",
        ));
    }
    if server.listen == server.ops_listen && server.listen.port() != 0 {
        faults.push(fault("server.ops_listen", "is the same as server.listen", "take another port"));
    }
    for proxy in Networks::parse(&server.trusted_proxies).err().unwrap_or_default() {
        let wrong = format!("holds {proxy:?}, which is no address or network");
        faults.push(fault("server.trusted_proxies", wrong, "write each like \"10.0.0.7\" or \"10.0.0.0/8\""));
    }
    words("server.agency", &server.agency, true, faults);
}

fn database(config: &Config, purpose: Purpose, faults: &mut Vec<Fault>) {
    let database = &config.database;
    let url = database.url.expose_secret();
    let needed = matches!(purpose, Purpose::Serve | Purpose::Database);
    if url.is_empty() && needed && !(purpose == Purpose::Database && database.owner_url.is_some()) {
        faults.push(fault(
            "database.url",
            "is missing",
            "set DATABASE_URL to \"postgres://role:password@host/database\"",
        ));
    }
    let owner = database.owner_url.as_ref().map_or("", |url| url.expose_secret());
    for (key, url) in [("database.url", url), ("database.owner_url", owner)] {
        if !(url.is_empty() || url.starts_with("postgres://") || url.starts_with("postgresql://")) {
            faults.push(fault(
                key,
                "is no address of a Postgres database",
                "write it like \"postgres://role:password@host/database\"",
            ));
        }
    }
}

fn smtp(config: &Config, purpose: Purpose, faults: &mut Vec<Fault>) {
    let smtp = &config.smtp;
    if smtp.host.is_empty() || smtp.host.contains(|c: char| c.is_whitespace() || c.is_control() || "/@".contains(c)) {
        faults.push(fault("smtp.host", "is no host name", "write it like \"mail.example.go.id\""));
    }
    if smtp.port == 0 {
        faults.push(fault("smtp.port", "is 0", "take the relay's port, like 587"));
    }
    if smtp.username.is_some() != smtp.password.is_some() {
        let key = if smtp.username.is_some() { "smtp.password" } else { "smtp.username" };
        faults.push(fault(
            key,
            "is missing while its partner is set",
            "set both smtp.username and smtp.password, or neither",
        ));
    }
    address("smtp.from_address", &smtp.from_address, purpose, faults);
    if let Some(bounce) = &smtp.bounce_address {
        address("smtp.bounce_address", bounce, purpose, faults);
    }
    words("smtp.from_name", &smtp.from_name, false, faults);
    if smtp.helo.is_empty() || smtp.helo.contains(|c: char| c.is_whitespace() || c.is_control()) {
        faults.push(fault("smtp.helo", "is no host name", "write this machine's name, like \"pulih.example.go.id\""));
    }
}

fn inbound(config: &Config, faults: &mut Vec<Fault>) {
    let inbound = &config.inbound;
    if inbound.imap_host.contains(|c: char| c.is_whitespace() || c.is_control() || "/@".contains(c)) {
        faults.push(fault("inbound.imap_host", "is no host name", "write it like \"imap.example.go.id\""));
    }
    if inbound.imap_port == 0 {
        faults.push(fault("inbound.imap_port", "is 0", "take the mailbox's port, like 993"));
    }
    if !inbound.imap_host.is_empty() {
        for (key, set) in [
            ("inbound.imap_username", inbound.imap_username.is_some()),
            ("inbound.imap_password", inbound.imap_password.is_some()),
        ] {
            if !set {
                faults.push(fault(
                    key,
                    "is missing while a mailbox is to be read",
                    "set it, or empty inbound.imap_host",
                ));
            }
        }
        if inbound.imap_folder.is_empty() {
            faults.push(fault("inbound.imap_folder", "is empty", "write the folder's name, like \"INBOX\""));
        }
    }
}

fn helpdesk(config: &Config, purpose: Purpose, faults: &mut Vec<Fault>) {
    address("helpdesk.address", &config.helpdesk.address, purpose, faults);
    words("helpdesk.phone", &config.helpdesk.phone, false, faults);
    words("helpdesk.hours", &config.helpdesk.hours, false, faults);
}

fn totp(config: &Config, faults: &mut Vec<Fault>) {
    words("totp.issuer", &config.totp.issuer, false, faults);
    if ![6, 8].contains(&config.totp.digits) {
        let wrong = format!("is {}, which apps do not show", config.totp.digits);
        faults.push(fault("totp.digits", wrong, "take 6 or 8"));
    }
}

/// Numbers and the ranges in which they make sense.
fn numbers(config: &Config, faults: &mut Vec<Fault>) {
    let (limits, link, reset, kept) = (&config.limits, &config.link, &config.reset, &config.retention);
    let session = &config.session;
    let count = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
    let ranges: [(&'static str, u64, u64, u64); 47] = [
        ("database.pool", count(config.database.pool), 2, 1_000),
        ("smtp.connections", count(config.smtp.connections), 1, 256),
        ("smtp.timeout_seconds", config.smtp.timeout_seconds, 5, 600),
        ("captcha.work", config.captcha.work.into(), 1_000, 1_000_000),
        ("captcha.pictures_per_10_min", config.captcha.pictures_per_10_min.into(), 1, 100_000),
        ("limits.pair_per_hour", limits.pair_per_hour.into(), 1, 1_000),
        ("limits.pair_per_day", limits.pair_per_day.into(), limits.pair_per_hour.into(), 10_000),
        ("limits.letters_per_hour", limits.letters_per_hour.into(), 1, 1_000),
        ("limits.network_per_10_min", limits.network_per_10_min.into(), 1, 100_000),
        ("limits.wall_per_second", limits.wall_per_second.into(), 1, 100_000),
        ("limits.codes_per_5_min", limits.codes_per_5_min.into(), 1, 1_000),
        ("limits.codes_per_hour", limits.codes_per_hour.into(), limits.codes_per_5_min.into(), 1_000),
        ("limits.codes_per_day", limits.codes_per_day.into(), limits.codes_per_hour.into(), 10_000),
        ("limits.codes_in_row", limits.codes_in_row.into(), 10, 1_000),
        ("limits.passwords_per_5_min", limits.passwords_per_5_min.into(), 1, 1_000),
        ("limits.staff_per_5_min", limits.staff_per_5_min.into(), 1, 1_000),
        ("limits.hurried_per_10_min", limits.hurried_per_10_min.into(), 1, 100_000),
        ("limits.reveals_per_hour", limits.reveals_per_hour.into(), 1, 100_000),
        ("limits.searches_per_hour", limits.searches_per_hour.into(), 1, 100_000),
        ("limits.sprayed_per_10_min", limits.sprayed_per_10_min.into(), 1, 100_000),
        ("limits.key_per_second", limits.key_per_second.into(), 1, 100_000),
        ("limits.portal_notices_per_day", limits.portal_notices_per_day.into(), 1, 10_000_000),
        ("totp.period", config.totp.period.into(), 15, 120),
        ("session.step_minutes", session.step_minutes.into(), 1, 60),
        ("session.idle_minutes", session.idle_minutes.into(), 1, 1_440),
        ("audit.seal_seconds", config.audit.seal_seconds.into(), 1, 60),
        ("audit.heartbeat_minutes", config.audit.heartbeat_minutes.into(), 1, 4),
        ("audit.verify_hours", config.audit.verify_hours.into(), 1, 24 * 31),
        ("audit.copy_minutes", config.audit.copy_minutes.into(), 1, 1440),
        ("desk.answer_hours", config.desk.answer_hours.into(), 1, 240),
        ("session.absolute_hours", session.absolute_hours.into(), 1, 168),
        ("link.ttl_minutes", link.ttl_minutes.into(), 5, 1_440),
        ("link.step_minutes", link.step_minutes.into(), 1, 60),
        ("reset.delay_hours", reset.delay_hours.into(), 0, 720),
        ("reset.care_delay_hours", reset.care_delay_hours.into(), 0, 720),
        ("reset.care_days", reset.care_days.into(), 0, 365),
        ("manual.wait_hours", config.manual.wait_hours.into(), 1, 720),
        ("manual.lost_mailbox_hours", config.manual.lost_mailbox_hours.into(), config.manual.wait_hours.into(), 2_160),
        ("manual.urgent_minutes", config.manual.urgent_minutes.into(), 15, 1_440),
        ("manual.approval_hours", config.manual.approval_hours.into(), 1, 720),
        ("retention.unmatched_days", kept.unmatched_days.into(), 1, 3_650),
        ("retention.links_days", kept.links_days.into(), 1, 3_650),
        ("retention.sessions_days", kept.sessions_days.into(), 1, 3_650),
        ("retention.evidence_days", kept.evidence_days.into(), 1, 3_650),
        ("retention.raw_mail_days", kept.raw_mail_days.into(), 1, 3_650),
        ("retention.events_years", kept.events_years.into(), 1, 100),
        ("server.workers", count(config.server.workers), 0, 512),
    ];
    for (key, value, least, most) in ranges {
        if !(least..=most).contains(&value) {
            faults.push(fault(key, format!("is {value}, which is out of range"), format!("take {least} to {most}")));
        }
    }
}

/// Files that must be there to serve.
fn files(config: &Config, purpose: Purpose, faults: &mut Vec<Fault>) {
    if config.keys.dir.as_os_str().is_empty() {
        faults.push(fault("keys.dir", "is empty", "name the folder of the key files, like \"/etc/pulih/keys\""));
    }
    if purpose != Purpose::Serve {
        return;
    }
    if !config.keys.dir.is_dir() {
        let wrong = format!("names {}, where no folder is", config.keys.dir.display());
        faults.push(fault("keys.dir", wrong, "run \"pulih keys init\" as the user that serves"));
    }
    let tls = config.tls.as_ref();
    let files = [
        ("tls.certificate", tls.map(|tls| &tls.certificate)),
        ("tls.key", tls.map(|tls| &tls.key)),
        ("database.ca", config.database.ca.as_ref()),
        ("smtp.ca", config.smtp.ca.as_ref()),
        ("audit.ca", config.audit.ca.as_ref()),
    ];
    for (key, path) in files {
        if let Some(path) = path.filter(|path| !path.is_file()) {
            let wrong = format!("names {:?}, where no file is", path.display().to_string());
            faults.push(fault(key, wrong, "name a PEM file that this user may read"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn serving_needs_what_the_demo_does_not() {
        assert!(check(&Config::default(), Purpose::Demo).is_empty());
        assert!(check(&Config::default(), Purpose::Files).is_empty());
        let missing: Vec<_> = check(&Config::default(), Purpose::Serve).iter().map(|f| f.key).collect();
        assert_eq!(missing, ["server.base_url", "database.url", "smtp.from_address", "helpdesk.address", "keys.dir"]);
    }

    #[test]
    fn numbers_of_sign_in_have_their_ranges() {
        let mut config = Config::default();
        config.totp.digits = 7;
        config.totp.period = 10;
        config.totp.issuer = "LPSE\nAmbon".to_owned();
        config.session.absolute_hours = 169;
        config.limits.codes_per_day = config.limits.codes_per_hour - 1;
        let keys: Vec<_> = check(&config, Purpose::Demo).iter().map(|f| f.key).collect();
        assert_eq!(
            keys,
            ["totp.issuer", "totp.digits", "limits.codes_per_day", "totp.period", "session.absolute_hours"]
        );
    }

    #[test]
    fn apps_show_the_agency_where_no_issuer_is_named() {
        let mut config = Config::default();
        assert_eq!(config.totp_issuer(), "LPSE");
        config.totp.issuer = "LPSE Kota Ambon".to_owned();
        assert_eq!(config.totp_issuer(), "LPSE Kota Ambon");
    }

    #[test]
    fn walls_that_are_off_are_warned_of() {
        let mut config = Config::default();
        assert!(warnings(&config, Purpose::Serve).is_empty());
        config.captcha.mode = CaptchaMode::Off;
        config.limits.mode = LimitsMode::Off;
        config.smtp.tls = MailTls::None;
        config.smtp.host = "mail.example.go.id".to_owned();
        let keys: Vec<_> = warnings(&config, Purpose::Serve).iter().map(|f| f.key).collect();
        assert_eq!(keys, ["captcha.mode", "limits.mode", "smtp.tls"]);
    }
}
