//! Settings of the sealed log, its copies outside and its stream.

use std::path::PathBuf;

use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use super::{Config, print};

/// The sealed log: how often it is sealed, where copies of its checkpoints go, and where its events are streamed.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Audit {
    /// The log's name in checkpoints, for ever the same; the host of `server.base_url` with `/log` where absent.
    pub origin: Option<String>,
    /// Seconds between two batches that are sealed.
    pub seal_seconds: u32,
    /// Minutes without an event after which one says that all is well.
    pub heartbeat_minutes: u32,
    /// Hours after which the whole log is verified again.
    pub verify_hours: u32,
    /// Minutes between two copies of the newest checkpoint.
    pub copy_minutes: u32,
    /// File to which checkpoints are added, best on another machine's disk.
    pub copy_file: Option<PathBuf>,
    /// Server of RFC 5424 that gets them, as `tcp://host:514` or `tls://host:6514`.
    pub copy_syslog: Option<String>,
    /// Address to which each is sent by POST.
    pub copy_http: Option<String>,
    /// Bearer token for it.
    #[serde(serialize_with = "print::optional_secret")]
    pub copy_http_token: Option<SecretString>,
    /// Whether all auditors get the newest one by mail each day.
    pub copy_mail: bool,
    /// File to which every sealed event is added, a line of JSON each.
    pub stream_file: Option<PathBuf>,
    /// Server of RFC 5424 that gets them, as `tcp://host:514` or `tls://host:6514`.
    pub stream_syslog: Option<String>,
    /// PEM file of an authority to trust besides the system's, for syslog by TLS and for `copy_http`.
    pub ca: Option<PathBuf>,
}

impl Default for Audit {
    fn default() -> Self {
        Self {
            origin: None,
            seal_seconds: 5,
            heartbeat_minutes: 4,
            verify_hours: 24,
            copy_minutes: 5,
            copy_file: None,
            copy_syslog: None,
            copy_http: None,
            copy_http_token: None,
            copy_mail: true,
            stream_file: None,
            stream_syslog: None,
            ca: None,
        }
    }
}

impl Config {
    /// The log's name in checkpoints.
    pub fn log_origin(&self) -> String {
        let base = &self.server.base_url;
        let host = base.split_once("://").map_or(base.as_str(), |(_, host)| host);
        self.audit.origin.clone().unwrap_or_else(|| format!("{host}/log"))
    }
}
