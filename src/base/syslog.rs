//! Syslog (RFC 5424) over TCP with octet counting (RFC 6587), or over TLS (RFC 5425), so that what was not taken is known.

use std::fmt;
use std::future::Future;
use std::io::{self, ErrorKind};
use std::path::Path;
use std::time::Duration;

use chrono::{DateTime, SecondsFormat, Utc};
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::trust;

/// Facility "log audit" (13), severity "informational" (6).
const PRIORITY: u8 = 13 * 8 + 6;
/// How long a server may take to answer, or to shake hands.
const ANSWER: Duration = Duration::from_secs(10);
/// How long it may take to take everything and to say so.
const TAKE: Duration = Duration::from_secs(30);
/// The longest name of a host in a message.
const HOST_MAX: usize = 255;

/// A server, as settings name it: `tcp://host:514` or `tls://host:6514`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Whether TLS guards it.
    pub tls: bool,
    /// Its name or address; without brackets.
    pub host: String,
    /// Its port.
    pub port: u16,
}

impl Target {
    /// Reads it; nothing where it is written in another way.
    pub fn parse(text: &str) -> Option<Self> {
        let (scheme, rest) = text.split_once("://")?;
        let tls = match scheme {
            "tcp" => false,
            "tls" => true,
            _ => return None,
        };
        let (host, port) = rest.rsplit_once(':')?;
        let host = match host.strip_prefix('[') {
            Some(inner) => {
                let inner = inner.strip_suffix(']')?;
                inner.parse::<std::net::Ipv6Addr>().ok()?;
                inner
            }
            None => host,
        };
        let plain = |c: char| c.is_ascii_alphanumeric() || ".-".contains(c);
        let named = !host.is_empty() && (host.contains(':') && rest.starts_with('[') || host.chars().all(plain));
        let port = port.parse().ok().filter(|port| *port > 0 && named)?;
        Some(Self { tls, host: host.to_owned(), port })
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.tls { "tls" } else { "tcp" };
        if self.host.contains(':') {
            write!(f, "{scheme}://[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{scheme}://{}:{}", self.host, self.port)
        }
    }
}

/// Adds a message with its length before it. `host` is who says it, `kind` what it is (`MSGID`), `text` one line.
pub fn push(frames: &mut Vec<u8>, host: &str, kind: &str, at: DateTime<Utc>, text: &str) {
    let host: String = host.chars().filter(char::is_ascii_graphic).take(HOST_MAX).collect();
    let host = if host.is_empty() { "-".to_owned() } else { host };
    let at = at.to_rfc3339_opts(SecondsFormat::Micros, true);
    let message = format!("<{PRIORITY}>1 {at} {host} pulih - {kind} - {text}");
    frames.extend_from_slice(format!("{} ", message.len()).as_bytes());
    frames.extend_from_slice(message.as_bytes());
}

/// Brings messages there and waits until the server has taken all of them: it ends its side of the connection once it has
/// read ours to its end. In plain words why it did not; then some of them may have been taken all the same.
pub async fn deliver(target: &Target, ca: Option<&Path>, frames: &[u8]) -> Result<(), String> {
    let mut stream = connect(target, ca).await?;
    within(TAKE, "taking the messages", async {
        stream.write_all(frames).await?;
        // also TLS's close_notify
        stream.shutdown().await?;
        let mut heard = [0; 512];
        loop {
            match stream.read(&mut heard).await {
                Ok(0) => return Ok(()),
                Ok(_) => {}
                // an end without close_notify: everything was read before it
                Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(()),
                Err(error) => return Err(error),
            }
        }
    })
    .await
}

/// Connects, shakes hands and leaves again; in plain words why that cannot be done.
pub async fn probe(target: &Target, ca: Option<&Path>) -> Result<(), String> {
    let mut stream = connect(target, ca).await?;
    within(ANSWER, "ending the connection", stream.shutdown()).await
}

/// What messages are sent over.
trait Wire: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> Wire for T {}

async fn connect(target: &Target, ca: Option<&Path>) -> Result<Box<dyn Wire>, String> {
    let stream = within(ANSWER, "connecting", TcpStream::connect((target.host.as_str(), target.port))).await?;
    if !target.tls {
        return Ok(Box::new(stream));
    }
    let name = ServerName::try_from(target.host.clone()).map_err(|_| "its name cannot be checked by TLS".to_owned())?;
    let connector = TlsConnector::from(trust::client(ca)?);
    Ok(Box::new(within(ANSWER, "TLS", connector.connect(name, stream)).await?))
}

async fn within<T>(most: Duration, doing: &str, work: impl Future<Output = io::Result<T>>) -> Result<T, String> {
    match tokio::time::timeout(most, work).await {
        Ok(done) => done.map_err(|error| format!("{doing}: {error}")),
        Err(_) => Err(format!("{doing}: no answer within {} s", most.as_secs())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_read_back_and_nothing_else_does() {
        for right in ["tcp://log.example.go.id:514", "tls://10.0.0.7:6514", "tls://[2001:db8::7]:6514"] {
            assert_eq!(Target::parse(right).unwrap().to_string(), right);
        }
        for wrong in [
            "",
            "log:514",
            "udp://log:514",
            "tcp://log",
            "tcp://:514",
            "tcp://log:0",
            "tcp://log:70000",
            "tcp://log:514/",
            "tcp://a b:514",
            "tcp://user@log:514",
            "tls://[log]:514",
            "tls://2001:db8::7:6514",
            "tls://[::1:514",
        ] {
            assert_eq!(Target::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_message_has_its_length_in_bytes_before_it() {
        let (mut frames, at) = (Vec::new(), DateTime::from_timestamp(1_795_244_700, 5_000).unwrap());
        push(&mut frames, "pulih.example", "event", at, "{\"é\":1}");
        push(&mut frames, "a host\n", "event", at, "x");
        let text = String::from_utf8(frames).unwrap();
        let first = "<110>1 2026-11-21T07:05:00.000005Z pulih.example pulih - event - {\"é\":1}";
        assert!(text.starts_with(&format!("{} {first}", first.len())), "{text}");
        assert!(text.ends_with("Z ahost pulih - event - x"), "{text}");
        let mut nobody = Vec::new();
        push(&mut nobody, "\n", "event", at, "x");
        assert!(String::from_utf8(nobody).unwrap().ends_with("Z - pulih - event - x"));
    }
}
