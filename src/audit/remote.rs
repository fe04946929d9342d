//! A log that is served elsewhere, at the paths of C2SP tlog-tiles, to who holds a key for it.

use std::fmt;
use std::net::IpAddr;
use std::path::Path;
use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};
use ureq::Agent;
use ureq::http::HeaderMap;
use ureq::http::header::RETRY_AFTER;

use super::http;
use super::source::Files;
use crate::base::fault::Fault;

/// The longest answer that is read: a bundle of 256 entries of 65,535 bytes each.
const LONGEST: u64 = 256 * (65_535 + 2);
/// How long one answer may take.
const PATIENCE: Duration = Duration::from_mins(1);
/// How often an answer is asked for before the server counts as away.
const TRIES: u32 = 4;
/// How often it may ask to come more slowly: a first copy of a long log is more than its limits let through at once.
const SLOWER: u32 = 60;
/// The longest pause it may ask for.
const LONGEST_PAUSE: Duration = Duration::from_mins(1);

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
        Ok(Self { agent: http::agent(ca, PATIENCE)?, prefix, token })
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
            429 => Err(Problem::Slower(pause(answer.headers()))),
            status @ 500..=599 => Err(Problem::Later(format!("it answers with status {status}"))),
            status => Err(Problem::Never(format!("it answers with status {status}: is this a server of ours?"))),
        }
    }
}

/// Why there was no answer.
enum Problem {
    /// Asking again may help.
    Later(String),
    /// Asking again after a pause will.
    Slower(Duration),
    /// It will not.
    Never(String),
}

impl Files for Remote {
    fn elsewhere(&self) -> bool {
        true
    }

    fn bytes(&self, path: &str) -> Result<Option<Vec<u8>>, Fault> {
        let away = |why: String| Fault::away(format!("{}/{path} cannot be read", self.prefix), why);
        let (mut failed, mut slower) = (0, 0);
        loop {
            match self.ask(path) {
                Ok(bytes) => return Ok(bytes),
                Err(Problem::Never(why)) => return Err(away(why)),
                Err(Problem::Later(why)) => {
                    failed += 1;
                    if failed >= TRIES {
                        return Err(away(why));
                    }
                    std::thread::sleep(Duration::from_millis(250 << failed));
                }
                Err(Problem::Slower(pause)) => {
                    slower += 1;
                    if slower >= SLOWER {
                        return Err(away("it answers with status 429 again and again".to_owned()));
                    }
                    std::thread::sleep(pause);
                }
            }
        }
    }
}

/// How long a server asks to wait (RFC 9110, 10.2.3); a second where it says nothing.
fn pause(headers: &HeaderMap) -> Duration {
    let seconds = headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.trim().parse().ok());
    Duration::from_secs(seconds.unwrap_or(1)).clamp(Duration::from_millis(250), LONGEST_PAUSE)
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
