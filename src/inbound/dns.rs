//! Names asked for while a mail is judged: within a time, out of a bounded cache, and each question written down.
//!
//! The cache is the resolver's own. What `mail-auth` takes for its cache is our ear here: it never holds anything, it hears
//! every name that is asked. What was answered is then read from the resolver's cache, as it came over the wire.

use std::borrow::Borrow;
use std::hash::{Hash, Hasher};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use mail_auth::hickory_resolver::config::{
    ConnectionConfig, NameServerConfig, ResolveHosts, ResolverConfig, ResolverOpts,
};
use mail_auth::hickory_resolver::proto::rr::{Name, RData, RecordType};
use mail_auth::hickory_resolver::system_conf::read_system_conf;
use mail_auth::{MX, MessageAuthenticator, Parameters, RecordSet, ResolverCache, Txt};
use tokio::time::{Instant, timeout, timeout_at};

use crate::base::fault::Fault;
use crate::model::inbound::Answer;

/// How long one question may take.
const QUESTION: Duration = Duration::from_secs(2);
/// How long all questions of one mail may take.
const MAIL: Duration = Duration::from_secs(10);
/// How long an answer is kept at least, so that what is written down is what was judged by.
const KEPT_AT_LEAST: Duration = Duration::from_mins(1);
/// How long it is kept at most.
const KEPT_AT_MOST: Duration = Duration::from_hours(1);
/// Answers that are kept.
const CACHED: u64 = 10_000;
/// Questions of one mail that are written down.
const WRITTEN: usize = 64;
/// Characters of an answer that are kept.
const VALUE: usize = 2_048;
/// What is written where nobody answered.
const SILENT: &str = "no answer";

/// The resolver.
pub struct Dns(MessageAuthenticator);

impl Dns {
    /// Asks these name servers, or those of the system where none are named.
    pub fn new(name_servers: &[SocketAddr]) -> Result<Self, Fault> {
        let config = if name_servers.is_empty() {
            read_system_conf().map_err(|e| Fault::away("reading the system's name servers", e))?.0
        } else {
            ResolverConfig::from_parts(None, Vec::new(), name_servers.iter().map(server).collect())
        };
        Self::build(config)
    }

    /// Asks nobody: every question goes without an answer.
    pub fn silent() -> Result<Self, Fault> {
        Self::build(ResolverConfig::from_parts(None, Vec::new(), Vec::new()))
    }

    fn build(config: ResolverConfig) -> Result<Self, Fault> {
        let mut options = ResolverOpts::default();
        options.timeout = QUESTION;
        // within its time a question is sent again anyway
        options.attempts = 0;
        options.cache_size = CACHED;
        options.use_hosts_file = ResolveHosts::Never;
        options.positive_min_ttl = Some(KEPT_AT_LEAST);
        options.positive_max_ttl = Some(KEPT_AT_MOST);
        options.negative_min_ttl = Some(KEPT_AT_LEAST);
        options.negative_max_ttl = Some(KEPT_AT_LEAST);
        let resolver =
            MessageAuthenticator::new(config, options).map_err(|e| Fault::bug("preparing the resolver", e))?;
        Ok(Self(resolver))
    }

    /// Begins the questions about one mail, whose time runs from now.
    pub(super) fn ask(&self, client: Option<IpAddr>) -> Asking<'_> {
        Asking { dns: self, ear: Ear { client, heard: Mutex::default() }, until: Instant::now() + MAIL }
    }
}

fn server(address: &SocketAddr) -> NameServerConfig {
    let mut connections = vec![ConnectionConfig::udp(), ConnectionConfig::tcp()];
    for connection in &mut connections {
        connection.port = address.port();
    }
    NameServerConfig::new(address.ip(), true, connections)
}

/// The questions about one mail.
pub(super) struct Asking<'d> {
    dns: &'d Dns,
    ear: Ear,
    until: Instant,
}

/// What `mail-auth` is given: our ear in the place of each of its caches.
pub(super) type Questions<'x, P> = Parameters<'x, P, Ear, Ear, Ear, Ear, Ear>;

impl Asking<'_> {
    /// Who asks.
    pub(super) fn resolver(&self) -> &MessageAuthenticator {
        &self.dns.0
    }

    /// The ear, for single questions.
    pub(super) fn ear(&self) -> &Ear {
        &self.ear
    }

    /// `params`, with our ear in them.
    pub(super) fn about<P>(&self, params: P) -> Questions<'_, P> {
        Parameters::new(params)
            .with_txt_cache(&self.ear)
            .with_mx_cache(&self.ear)
            .with_ipv4_cache(&self.ear)
            .with_ipv6_cache(&self.ear)
            .with_ptr_cache(&self.ear)
    }

    /// What comes of `work` within the mail's time; none where it ran out.
    pub(super) async fn within<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        timeout_at(self.until, work).await.ok()
    }

    /// The text records of a name that was asked for, as they came.
    pub(super) async fn texts(&self, name: &str) -> Vec<String> {
        let Ok(found) = self.look(name, RecordType::TXT).await else { return Vec::new() };
        found
    }

    /// Every question with its answer.
    pub(super) async fn answers(&self) -> Vec<Answer> {
        let heard = self.ear.heard();
        let mut answers = Vec::with_capacity(heard.len());
        for (kind, name) in heard {
            let value = match self.look(&name, kind).await {
                Ok(found) => found.join("\n").chars().take(VALUE).collect(),
                Err(why) => why,
            };
            answers.push(Answer { name: name.trim_end_matches('.').to_owned(), kind: kind.to_string(), value });
        }
        answers
    }

    /// Looks into the resolver's cache; what is not in there failed a moment ago and is not waited for again.
    async fn look(&self, name: &str, kind: RecordType) -> Result<Vec<String>, String> {
        let name = Name::from_str_relaxed(name).map_err(|_| "no name".to_owned())?;
        let found = timeout(Duration::from_millis(300), self.dns.0.0.lookup(name, kind)).await;
        match found {
            Ok(Ok(lookup)) => Ok(lookup.answers().iter().filter_map(|record| text(&record.data, kind)).collect()),
            Ok(Err(e)) if e.is_nx_domain() => Err("NXDOMAIN".to_owned()),
            Ok(Err(e)) if e.is_no_records_found() => Err("no record".to_owned()),
            Ok(Err(_)) | Err(_) => Err(SILENT.to_owned()),
        }
    }
}

/// A record as text; none for records that lead to it (`CNAME`).
fn text(data: &RData, kind: RecordType) -> Option<String> {
    match data {
        RData::TXT(txt) => {
            let bytes: Vec<u8> = txt.txt_data.iter().flat_map(|part| part.iter().copied()).collect();
            Some(String::from_utf8_lossy(&bytes).into_owned())
        }
        data if data.record_type() == kind => Some(data.to_string()),
        _ => None,
    }
}

/// Hears each name and never knows an answer.
pub(super) struct Ear {
    client: Option<IpAddr>,
    heard: Mutex<Vec<(RecordType, String)>>,
}

impl Ear {
    fn note(&self, kind: RecordType, name: String) {
        let mut heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        if heard.len() < WRITTEN && !name.is_empty() && !heard.iter().any(|(k, n)| *k == kind && *n == name) {
            heard.push((kind, name));
        }
    }

    fn heard(&self) -> Vec<(RecordType, String)> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// `mail-auth` shows a cache nothing of a name but its hash: this one keeps the bytes that are hashed.
#[derive(Default)]
struct Spelled(Vec<u8>);

impl Hasher for Spelled {
    fn write(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    fn finish(&self) -> u64 {
        0
    }
}

fn spelled<Q: Hash + ?Sized>(name: &Q) -> String {
    let mut bytes = Spelled::default();
    name.hash(&mut bytes);
    // a text ends in a byte that no text holds
    String::from_utf8_lossy(bytes.0.strip_suffix(&[0xff]).unwrap_or(&bytes.0)).into_owned()
}

macro_rules! hears {
    ($answer:ty, $kind:ident) => {
        impl ResolverCache<Box<str>, $answer> for Ear {
            fn get<Q>(&self, name: &Q) -> Option<$answer>
            where
                Box<str>: Borrow<Q>,
                Q: Hash + Eq + ?Sized,
            {
                self.note(RecordType::$kind, spelled(name));
                None
            }

            fn remove<Q>(&self, _: &Q) -> Option<$answer>
            where
                Box<str>: Borrow<Q>,
                Q: Hash + Eq + ?Sized,
            {
                None
            }

            fn insert(&self, _: Box<str>, _: $answer, _: std::time::Instant) {}
        }
    };
}

hears!(Txt, TXT);
hears!(RecordSet<MX>, MX);
hears!(RecordSet<Ipv4Addr>, A);
hears!(RecordSet<Ipv6Addr>, AAAA);

impl ResolverCache<IpAddr, RecordSet<Box<str>>> for Ear {
    /// SPF asks for the name of the client alone.
    fn get<Q>(&self, _: &Q) -> Option<RecordSet<Box<str>>>
    where
        IpAddr: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        if let Some(client) = self.client {
            self.note(RecordType::PTR, Name::from(client).to_string());
        }
        None
    }

    fn remove<Q>(&self, _: &Q) -> Option<RecordSet<Box<str>>>
    where
        IpAddr: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        None
    }

    fn insert(&self, _: IpAddr, _: RecordSet<Box<str>>, _: std::time::Instant) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_heard_as_it_is_asked() {
        let ear = Ear { client: Some("192.0.2.7".parse().unwrap()), heard: Mutex::default() };
        let txt: Option<Txt> = ear.get::<str>("_dmarc.example.id.");
        let v4: Option<RecordSet<Ipv4Addr>> = ear.get::<str>("mail.example.id.");
        let ptr: Option<RecordSet<Box<str>>> = ear.get(&IpAddr::from([192, 0, 2, 7]));
        let again: Option<Txt> = ear.get::<str>("_dmarc.example.id.");
        assert!(txt.is_none() && v4.is_none() && ptr.is_none() && again.is_none());
        let heard: Vec<String> = ear.heard().iter().map(|(kind, name)| format!("{kind} {name}")).collect();
        assert_eq!(heard, ["TXT _dmarc.example.id.", "A mail.example.id.", "PTR 7.2.0.192.in-addr.arpa."]);
    }

    #[tokio::test]
    async fn a_silent_resolver_says_so() {
        let dns = Dns::silent().unwrap();
        let asking = dns.ask(None);
        let found = asking.resolver().mx_lookup("example.id.", Some(asking.ear())).await;
        assert!(found.is_err());
        let answers = asking.answers().await;
        assert_eq!(answers.len(), 1);
        assert_eq!((answers[0].kind.as_str(), answers[0].value.as_str()), ("MX", SILENT));
    }
}
