//! A log that is served elsewhere, at the paths of C2SP tlog-tiles, to who holds a key for it.

use std::fmt;
use std::net::IpAddr;
use std::path::Path;
use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};
use ureq::Agent;
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};

use super::source::Files;
use crate::base::fault::Fault;

/// The longest answer that is read: a bundle of 256 entries of 65,535 bytes each.
const LONGEST: u64 = 256 * (65_535 + 2);
/// How long one answer may take.
const PATIENCE: Duration = Duration::from_mins(1);
/// How often an answer is asked for before the server counts as away.
const TRIES: u32 = 4;

/// A log at a server.
pub struct Remote {
    agent: Agent,
    /// Ends with `/log`.
    prefix: String,
    token: Option<SecretString>,
}

impl fmt::Debug for Remote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Remote({})", self.prefix)
    }
}

impl Remote {
    /// The log of the server at that origin (`https://pulih.example.go.id`, with or without `/log`). Without TLS only on
    /// this machine, since the token goes along. `ca` is a PEM file of an authority to trust besides the system's.
    pub fn new(url: &str, token: Option<SecretString>, ca: Option<&Path>) -> Result<Self, String> {
        let bare = url.trim_end_matches('/');
        let prefix = if bare.ends_with("/log") { bare.to_owned() } else { format!("{bare}/log") };
        let host = match (prefix.strip_prefix("https://"), prefix.strip_prefix("http://")) {
            (Some(_), _) => None,
            (_, Some(host)) => Some(host),
            _ => return Err(format!("{url} is no address like https://pulih.example.go.id")),
        };
        if host.is_some_and(|host| !is_here(host)) {
            return Err(format!("{url} is not protected by TLS: the key would be read on the way; use https"));
        }
        let tls = TlsConfig::builder().root_certs(RootCerts::new_with_certs(&authorities(ca)?)).build();
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            // the token is for this server alone
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_global(Some(PATIENCE))
            .tls_config(tls)
            .user_agent("pulih")
            .build()
            .new_agent();
        Ok(Self { agent, prefix, token })
    }

    /// One try: the answer's bytes, nothing where there is no such file, or why it may be better later.
    fn ask(&self, path: &str) -> Result<Option<Vec<u8>>, Problem> {
        let mut request = self.agent.get(format!("{}/{path}", self.prefix));
        if let Some(token) = &self.token {
            request = request.header("Authorization", format!("Bearer {}", token.expose_secret()));
        }
        let mut answer = request.call().map_err(|e| Problem::Later(e.to_string()))?;
        match answer.status().as_u16() {
            200 => {
                let body = answer.body_mut().with_config().limit(LONGEST).read_to_vec();
                body.map(Some).map_err(|e| Problem::Later(e.to_string()))
            }
            404 | 410 => Ok(None),
            401 | 403 => Err(Problem::Never("it refuses the key: ask for a new one".to_owned())),
            status @ (429 | 500..=599) => Err(Problem::Later(format!("it answers with status {status}"))),
            status => Err(Problem::Never(format!("it answers with status {status}: is this a server of ours?"))),
        }
    }
}

/// Why there was no answer.
enum Problem {
    /// Asking again may help.
    Later(String),
    /// It will not.
    Never(String),
}

impl Files for Remote {
    fn bytes(&self, path: &str) -> Result<Option<Vec<u8>>, Fault> {
        let away = |why: String| Fault::away(format!("{}/{path} cannot be read", self.prefix), why);
        for again in 1.. {
            match self.ask(path) {
                Ok(bytes) => return Ok(bytes),
                Err(Problem::Later(why)) if again >= TRIES => return Err(away(why)),
                Err(Problem::Never(why)) => return Err(away(why)),
                Err(Problem::Later(_)) => std::thread::sleep(Duration::from_millis(250 << again)),
            }
        }
        Ok(None)
    }
}

/// Whether what follows `http://` is this machine.
fn is_here(rest: &str) -> bool {
    let authority = rest.split('/').next().unwrap_or_default();
    // whatever stands before an @ is no host
    let host = authority.rsplit('@').next().unwrap_or_default();
    let host = host.strip_prefix('[').and_then(|h| h.split(']').next()).or_else(|| host.split(':').next());
    let host = host.unwrap_or_default();
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// The authorities to trust: the system's, and one more.
fn authorities(ca: Option<&Path>) -> Result<Vec<Certificate<'static>>, String> {
    let system = rustls_native_certs::load_native_certs().certs;
    let mut all: Vec<_> = system.iter().map(|der| Certificate::from_der(der).to_owned()).collect();
    if let Some(path) = ca {
        let pem = std::fs::read(path).map_err(|e| format!("{} cannot be read: {e}", path.display()))?;
        let before = all.len();
        all.extend(parse_pem(&pem).filter_map(Result::ok).filter_map(|item| match item {
            PemItem::Certificate(certificate) => Some(certificate),
            _ => None,
        }));
        if all.len() == before {
            return Err(format!("{} holds no certificate in PEM", path.display()));
        }
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_travels_under_tls_or_not_at_all() {
        for right in [
            "https://pulih.example.go.id",
            "https://a.id/log/",
            "http://127.0.0.1:8080",
            "http://[::1]/",
            "http://localhost/log",
        ] {
            let remote = Remote::new(right, None, None).unwrap();
            assert!(remote.prefix.ends_with("/log") && !remote.prefix.ends_with("/log/log"), "{}", remote.prefix);
        }
        for wrong in [
            "",
            "pulih.example.go.id",
            "ftp://127.0.0.1",
            "http://pulih.example.go.id",
            "http://127.0.0.1.evil.id",
            "http://127.0.0.1@evil.id/",
            "http://localhost.evil.id/",
        ] {
            assert!(Remote::new(wrong, None, None).is_err(), "{wrong}");
        }
    }

    #[test]
    fn no_token_is_printed() {
        let token = Some(SecretString::from("canary".to_owned()));
        assert!(!format!("{:?}", Remote::new("https://a.id", token, None).unwrap()).contains("canary"));
    }
}
